// The metrics file: one JSON line per record, written through at once, cut back to the resumed step.

import { closeSync, mkdirSync, openSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { FileSink, writeFileAtomic } from "../../io/atomic.ts";
import { CheckpointError, fileError } from "../../io/errors.ts";
import { formatRecord, type MetricsRecord, parseRecord } from "./record.ts";

/** Appends records to a file. Owns the descriptor until `close`. */
export class MetricsLog {
  readonly #sink: FileSink;
  #fd: number | null;

  /**
   * Opens `path` and makes its directory. A new run (`resumedStep` null) needs a new or empty file; a resumed run keeps
   * the lines up to its step and drops those after it, which will be written again.
   *
   * @throws CheckpointError when the file holds another run's metrics, cannot be read as metrics, or cannot be written
   */
  constructor(path: string, resumedStep: number | null = null) {
    try {
      mkdirSync(dirname(path), { recursive: true });
      prepare(path, resumedStep);
      this.#fd = openSync(path, "a");
    } catch (error) {
      throw fileError(path, "a metrics file to write", error);
    }
    this.#sink = new FileSink(this.#fd, path);
  }

  /** Writes one line; it is with the operating system when this returns. @throws CheckpointError, for a full disk too */
  write(record: MetricsRecord): void {
    this.#sink.write(Buffer.from(`${formatRecord(record)}\n`));
  }

  close(): void {
    if (this.#fd === null) return;
    closeSync(this.#fd);
    this.#fd = null;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * The records of a metrics file, oldest first. A last line without its end, as a killed run leaves, is no record.
 *
 * @throws CheckpointError when the file cannot be read or another line is no record
 */
export function readMetrics(path: string): MetricsRecord[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw fileError(path, "a metrics file", error);
  }
  return text
    .split("\n")
    .slice(0, -1)
    .map((line, index) => {
      const record = parseRecord(line);
      if (record !== null) return record;
      throw new CheckpointError(path, {
        found: `line ${index + 1} ${JSON.stringify(line.slice(0, 60))}`,
        expected: "a JSON object with a step",
        fix: "Remove the line or move the file away.",
      });
    });
}

function prepare(path: string, resumedStep: number | null): void {
  const old = existing(path);
  if (old === null || old === "") return;
  if (resumedStep === null) {
    throw new CheckpointError(path, {
      found: "the metrics of an earlier run",
      expected: "a new file",
      fix: "Resume that run, or choose another output.dir.",
    });
  }
  const kept = readMetrics(path).filter(({ step }) => step <= resumedStep);
  const text = kept.map((record) => `${formatRecord(record)}\n`).join("");
  if (text !== old) writeFileAtomic(path, (sink) => sink.write(Buffer.from(text)));
}

/** The file's text; `null` when there is none, or a device or pipe, which cannot be read back. */
function existing(path: string): string | null {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined || !(stats.isFile() || stats.isDirectory())) return null;
  return readFileSync(path, "utf8");
}
