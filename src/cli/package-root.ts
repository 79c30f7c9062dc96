// The installed package's own files: package.json and examples, from src/ and from dist/ alike.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { JortsError } from "../core/errors.ts";

/** The path of a file of the package. @throws JortsError when the package lacks it */
export function packageFile(name: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json")) && dirname(folder) !== folder) folder = dirname(folder);
  const path = join(folder, name);
  if (!existsSync(path)) throw new JortsError(`${path} is missing from the jorts package. Install the package again.`);
  return path;
}
