// Finding a plugin: explicit path, then the download cache, then the active Python's jax_plugins.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { PluginError } from "../errors.ts";
import { cacheDirectory } from "./cache.ts";
import { cachedPath } from "./install.ts";
import { type PluginName, pinnedPlugins } from "./pinned.ts";
import { pythonPath } from "./python.ts";

export type Platform = "cpu" | "cuda";

export interface FoundPlugin {
  readonly path: string;
  readonly source: "explicit" | "cache" | "python";
}

const names: Record<Platform, readonly PluginName[]> = { cpu: ["cpu"], cuda: ["cuda13", "cuda12"] };

/** The platform that `JORTS_PLATFORM` asks for; "cpu" when it says nothing. Throws PluginError for another word. */
export function platformFromEnvironment(env: NodeJS.ProcessEnv = process.env): Platform {
  const asked = env.JORTS_PLATFORM || "cpu";
  if (asked === "cpu" || asked === "cuda") return asked;
  throw new PluginError(`JORTS_PLATFORM is "${asked}"; expected "cpu" or "cuda".`);
}

/**
 * The plugin file for a platform: `JORTS_PJRT_PLUGIN_PATH`, else one that `installPlugin` cached, else one in the active
 * Python's packages. Throws PluginError when there is none.
 */
export function findPlugin(platform: Platform, env: NodeJS.ProcessEnv = process.env): FoundPlugin {
  if (env.JORTS_PJRT_PLUGIN_PATH) return { path: env.JORTS_PJRT_PLUGIN_PATH, source: "explicit" };
  for (const name of names[platform]) {
    const path = cachedPath(pinnedPlugins[name], cacheDirectory(env));
    if (existsSync(path)) return { path, source: "cache" };
  }
  for (const folder of pythonPath())
    for (const name of names[platform]) {
      const path = join(folder, pinnedPlugins[name].member);
      if (existsSync(path)) return { path, source: "python" };
    }
  const install = names[platform].map((name) => `\`jorts plugin install ${name}\``).join(" or ");
  throw new PluginError(
    `There is no ${platform} plugin: none in the cache (${cacheDirectory(env)}) and none in the ` +
      `active Python's packages. Run ${install}, or set JORTS_PJRT_PLUGIN_PATH to a PJRT plugin's .so file.`,
  );
}
