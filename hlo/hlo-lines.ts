// Where the instructions of an optimised program come from: the user's line in their metadata or stack frames.
import type { FileLocation } from "./module.ts";
import type { HloInstruction, HloModule } from "./optimized.ts";

const unquoted = (text: string): string =>
  text.startsWith('"') ? text.slice(1, -1).replace(/\\(n|.)/g, (_, c: string) => (c === "n" ? "\n" : c)) : text;

const field = (row: string | undefined, name: string): number =>
  Number(new RegExp(`${name}=(\\d+)`).exec(row ?? "")?.[1] ?? 0);

/** Finds positions: `source_file` and `source_line` where they stand, else the innermost of the stack frames. */
export class HloOrigins {
  readonly #tables: ReadonlyMap<string, readonly string[]>;
  readonly #frames = new Map<string, FileLocation | undefined>();

  constructor(module: HloModule) {
    this.#tables = new Map(module.tables.map(({ title, rows }) => [title, rows]));
  }

  /** Numbers of frames, locations and files count from 1. */
  #frame(id: string): FileLocation | undefined {
    if (this.#frames.has(id)) return this.#frames.get(id);
    const frame = this.#tables.get("StackFrames")?.[Number(id) - 1];
    const location = this.#tables.get("FileLocations")?.[field(frame, "file_location_id") - 1];
    const file = this.#tables.get("FileNames")?.[field(location, "file_name_id") - 1];
    const found =
      file === undefined
        ? undefined
        : { file: unquoted(file), line: field(location, " line"), column: field(location, " column") };
    this.#frames.set(id, found);
    return found;
  }

  /** A fusion without an origin of its own has that of its root. */
  of({ metadata, opcode, calls }: HloInstruction): FileLocation | undefined {
    const root = opcode === "fusion" ? calls[0]?.computations[0]?.root : undefined;
    return this.#own(metadata) ?? (root && this.#own(root.metadata));
  }

  #own(metadata: HloInstruction["metadata"]): FileLocation | undefined {
    if (metadata.source_file !== undefined)
      return { file: unquoted(metadata.source_file), line: Number(metadata.source_line ?? 0), column: 0 };
    return metadata.stack_frame_id === undefined ? undefined : this.#frame(metadata.stack_frame_id);
  }
}
