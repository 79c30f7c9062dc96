// Names of a module's functions.

/** A name that MLIR takes as a symbol. */
export const identifier = (name: string): string => name.replace(/[^A-Za-z0-9_]/g, "_") || "f";

/** The names taken in one module. */
export class SymbolNames {
  private readonly taken: Set<string>;

  constructor(taken: readonly string[]) {
    this.taken = new Set(taken);
  }

  /** Takes `name`, or where it is taken `name_0`, `name_1` … */
  unique(name: string): string {
    let candidate = name;
    for (let i = 0; this.taken.has(candidate); i++) candidate = `${name}_${i}`;
    this.taken.add(candidate);
    return candidate;
  }
}
