// The values that names stand for: a function's own, and inside a region those of the regions around it.
import type { Value } from "../module.ts";

export class Scope {
  readonly #values = new Map<string, Value>();
  /** Names defined in each open region, innermost last. */
  readonly #open: string[][] = [[]];

  get(name: string): Value | undefined {
    return this.#values.get(name);
  }

  /** Defines `%name`; false when it stands for a value already. */
  define(name: string, value: Value): boolean {
    if (this.#values.has(name)) return false;
    this.#values.set(name, value);
    this.#open.at(-1)!.push(name);
    return true;
  }

  enter(): void {
    this.#open.push([]);
  }

  leave(): void {
    for (const name of this.#open.pop()!) this.#values.delete(name);
  }
}
