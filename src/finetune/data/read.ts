// Reads a JSON array or JSON Lines file into rows that remember their line, so that errors can point.

import { readFile } from "node:fs/promises";
import { DataError } from "../errors.ts";

/** One parsed row. `row` and `line` (its first line) count from 1. */
export interface LocatedRow {
  value: unknown;
  row: number;
  line: number;
}

/**
 * Reads `path`: a JSON array, or one JSON value a line (blank lines are skipped).
 *
 * @throws DataError naming the file and, for bad JSON, the row and line; also for a file that is missing, not
 *   UTF-8, or without rows.
 */
export async function readRows(path: string): Promise<LocatedRow[]> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    const reason = missing ? "no such file" : `cannot be read: ${(cause as Error).message}`;
    throw new DataError(`${reason}; expected a JSON array or JSON Lines file`, { file: path }, { cause });
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new DataError(
      "cannot be decoded as UTF-8; save it as UTF-8 text, in parts if it is larger than 500 MB",
      { file: path },
      { cause },
    );
  }
  return parseRows(text, path);
}

/** Parses the text of a JSON array or JSON Lines file; `file` is only used in errors, which are `DataError`s. */
export function parseRows(text: string, file: string): LocatedRow[] {
  const start = text.search(/\S/);
  if (start === -1) throw new DataError("the file is empty; expected at least one row", { file });
  const rows = text[start] === "[" ? parseArray(text, start, file) : parseLines(text, file);
  if (rows.length === 0) throw new DataError("the file has no rows; expected at least one", { file });
  return rows;
}

function parseLines(text: string, file: string): LocatedRow[] {
  const rows: LocatedRow[] = [];
  text.split("\n").forEach((source, index) => {
    if (source.trim() === "") return;
    rows.push(parseRow(source, rows.length + 1, index + 1, file));
  });
  return rows;
}

/** Splits the array into its elements by bracket depth; each element is then parsed, and blamed, alone. */
function parseArray(text: string, start: number, file: string): LocatedRow[] {
  const rows: LocatedRow[] = [];
  let line = lineBreaks(text, 0, start) + 1;
  let depth = 1;
  let inString = false;
  let begin = start + 1;
  let beginLine = line;
  const close = (end: number, last: boolean) => {
    const source = text.slice(begin, end);
    const blank = source.trim() === "";
    if (blank && last && rows.length === 0) return;
    const row = rows.length + 1;
    if (blank) throw new DataError('bad JSON: expected a row beside ","', { file, row, line });
    const lead = source.search(/\S/);
    rows.push(parseRow(source.slice(lead), row, beginLine + lineBreaks(source, 0, lead), file));
    begin = end + 1;
    beginLine = line;
  };
  for (let i = start + 1; i < text.length; i++) {
    const char = text[i];
    if (char === "\n") line++;
    if (inString) {
      if (char === "\\") i++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === "[" || char === "{") depth++;
    else if (char === "," && depth === 1) close(i, false);
    else if ((char === "]" || char === "}") && --depth === 0) {
      close(i, true);
      const rest = text.slice(i + 1);
      if (char === "}" || rest.trim() !== "") {
        throw new DataError('bad JSON: expected the file to end with the array\'s "]"', { file, line });
      }
      return rows;
    }
  }
  const row = rows.length + 1;
  throw new DataError(`bad JSON: the file ends inside the array; is it cut off? (row begun here)`, {
    file,
    row,
    line: beginLine + lineBreaks(text, begin, begin + Math.max(0, text.slice(begin).search(/\S/))),
  });
}

function parseRow(source: string, row: number, line: number, file: string): LocatedRow {
  try {
    return { value: JSON.parse(source), row, line };
  } catch (cause) {
    const message = (cause as Error).message;
    const offset = Number(/at position (\d+)/.exec(message)?.[1] ?? 0);
    const detail = message.replace(/ \(line \d+ column \d+\)$/, "");
    const whole = source.trim() === "{" ? "; expected a JSON array, or each JSON object on one line" : "";
    throw new DataError(
      `bad JSON: ${detail}${whole}`,
      { file, row, line: line + lineBreaks(source, 0, offset) },
      { cause },
    );
  }
}

function lineBreaks(text: string, from: number, to: number): number {
  let count = 0;
  for (let i = text.indexOf("\n", from); i !== -1 && i < to; i = text.indexOf("\n", i + 1)) count++;
  return count;
}
