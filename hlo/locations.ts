// The location table at the end of a module printed with debug information.
import type { Location } from "./module.ts";
import { quoted } from "./spell.ts";

/** Gives each distinct location one alias, `#loc1`, and lists the aliases. */
export class LocationTable {
  readonly #lines: string[] = [];
  readonly #byText = new Map<string, string>();
  readonly #byObject = new Map<Location, string>();

  #alias(text: string): string {
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const alias = this.#lines.length === 0 ? "#loc" : `#loc${this.#lines.length}`;
    this.#lines.push(`${alias} = loc(${text})`);
    this.#byText.set(text, alias);
    return alias;
  }

  /** ` loc(#loc3)`, to follow an operation. */
  suffix(location: Location | undefined): string {
    if (location === undefined) return ` loc(${this.#alias("unknown")})`;
    let alias = this.#byObject.get(location);
    if (alias === undefined) {
      const { file, line, column, name } = location;
      alias = this.#alias(`${quoted(file)}:${line}:${column}`);
      if (name !== undefined) alias = this.#alias(`${quoted(name)}(${alias})`);
      this.#byObject.set(location, alias);
    }
    return ` loc(${alias})`;
  }

  /** The table, one line per alias. */
  lines(): readonly string[] {
    return this.#lines;
  }
}
