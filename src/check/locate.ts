// Which files belong to jorts itself, and where in its package they lie.
import { dirname, relative } from "node:path";
import { ts } from "ts-morph";

/** Rooms whose functions are the trace's own machinery: calls into them are not followed. */
const machinery = /^(base|proto|hlo|runtime|src\/(core|ops|transforms|control|compile|lib))\//;

export class Locator {
  readonly #roots = new Map<string, string | undefined>();
  readonly #places = new Map<string, string | undefined>();

  /** `src/lib/jit.ts` for that file of the package, built or not; undefined for files of other packages. */
  place(file: string): string | undefined {
    if (this.#places.has(file)) return this.#places.get(file);
    const root = this.#root(dirname(file));
    const path =
      root === undefined
        ? undefined
        : relative(root, file)
            .replaceAll("\\", "/")
            .replace(/^dist\//, "");
    this.#places.set(file, path);
    return path;
  }

  isMachinery(file: string): boolean {
    const place = this.place(file);
    return place !== undefined && machinery.test(place);
  }

  #root(directory: string): string | undefined {
    if (this.#roots.has(directory)) return this.#roots.get(directory);
    let root: string | undefined;
    const text = ts.sys.readFile(`${directory}/package.json`);
    const name = text === undefined ? undefined : /"name"\s*:\s*"([^"]*)"/.exec(text)?.[1];
    if (name !== undefined) root = name === "jorts" ? directory : undefined;
    else if (dirname(directory) !== directory) root = this.#root(dirname(directory));
    this.#roots.set(directory, root);
    return root;
  }
}
