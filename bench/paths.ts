// Where the benches find the reference programs and keep what they make; the same from source and from dist/.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { BenchError } from "./errors.ts";

/** The nearest folder above this file that holds package.json. Throws BenchError when there is none. */
export function projectRoot(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  for (let dir = here; ; dir = dirname(dir)) {
    if (existsSync(join(dir, "package.json"))) return dir;
    if (dirname(dir) === dir)
      throw new BenchError(`no package.json above ${here}; run the benches in a checkout of the project`);
  }
}

/** The folder of the Python programs. */
export const referenceDir = (): string => join(projectRoot(), "bench", "reference");

/** The built file of one of our own programs. Throws BenchError when it is not there, as from source. */
export function programFile(name: string): string {
  const file = join(dirname(fileURLToPath(import.meta.url)), "programs", `${name}.js`);
  if (!existsSync(file)) throw new BenchError(`${file} is not there; build first and run the benches from dist/`);
  return file;
}

/** The folder for virtual environments and shared inputs; git ignores it. */
export const benchCache = (): string => join(projectRoot(), ".cache", "bench");
