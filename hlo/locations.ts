// Locations: their text, the table at the end of a module printed with debug information, and the line they lead to.
import type { FileLocation, Location } from "./module.ts";
import { attributeText, quoted } from "./spell.ts";

/** Deepest chain of calls and names that is followed. */
const deepest = 64;

/**
 * The position in a file that a location leads to: through names, into the callee of a call, to the first part of
 * several that has one; undefined where there is none.
 */
export function positionOf(location: Location | undefined, depth = 0): FileLocation | undefined {
  if (location === undefined || depth > deepest) return undefined;
  switch (location.kind) {
    case "name":
      return positionOf(location.at, depth + 1);
    case "callsite":
      return positionOf(location.callee, depth + 1) ?? positionOf(location.caller, depth + 1);
    case "fused":
      for (const part of location.parts) {
        const found = positionOf(part, depth + 1);
        if (found !== undefined) return found;
      }
      return undefined;
    default:
      return location;
  }
}

function positionText({ file, line, column, end }: FileLocation): string {
  const start = `${quoted(file)}:${line}:${column}`;
  if (end === undefined) return start;
  return `${start} to ${end.line === line ? "" : end.line}:${end.column}`;
}

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

  #of(location: Location | undefined): string {
    if (location === undefined) return this.#alias("unknown");
    let alias = this.#byObject.get(location);
    if (alias === undefined) {
      alias = this.#alias(this.#text(location));
      if (location.kind === undefined || location.kind === "file") {
        if (location.name !== undefined) alias = this.#alias(`${quoted(location.name)}(${alias})`);
      }
      this.#byObject.set(location, alias);
    }
    return alias;
  }

  #text(location: Location): string {
    switch (location.kind) {
      case "name":
        return location.at === undefined ? quoted(location.name) : `${quoted(location.name)}(${this.#of(location.at)})`;
      case "callsite":
        return `callsite(${this.#of(location.callee)} at ${this.#of(location.caller)})`;
      case "fused": {
        const metadata = location.metadata === undefined ? "" : `<${attributeText(location.metadata)}>`;
        return `fused${metadata}[${location.parts.map((part) => this.#of(part)).join(", ")}]`;
      }
      default:
        return positionText(location);
    }
  }

  /** ` loc(#loc3)`, to follow an operation or an argument. */
  suffix(location: Location | undefined): string {
    return ` loc(${this.#of(location)})`;
  }

  /** The table, one line per alias. */
  lines(): readonly string[] {
    return this.#lines;
  }
}
