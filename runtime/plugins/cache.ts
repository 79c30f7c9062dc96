// Where downloaded plugins and weights are kept.
import { homedir } from "node:os";
import { join } from "node:path";

/** `JORTS_CACHE_DIR`, else `jorts` in the user's cache directory (XDG base directory specification). */
export function cacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  if (env.JORTS_CACHE_DIR) return env.JORTS_CACHE_DIR;
  return join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "jorts");
}
