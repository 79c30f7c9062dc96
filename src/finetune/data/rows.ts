// The rows a data file may hold, checked field by field: Alpaca, prompt–completion and RAFT.

import { DataError, type DataPlace } from "../errors.ts";
import type { LocatedRow } from "./read.ts";

/** Where a row was read: file, row and line (from 1). Rows made in memory have none. */
export interface Sourced {
  source?: { file: string; row: number; line: number };
}

/** One row of Alpaca data. An absent, `null` or empty `input` is absent. */
export interface AlpacaRow extends Sourced {
  instruction: string;
  input?: string;
  output: string;
}

/** A row whose prompt is used as it stands, without a template. */
export interface CompletionRow extends Sourced {
  prompt: string;
  completion: string;
}

/** A question with the document that answers it; `distractors` default to other rows' contexts. */
export interface RaftItem extends Sourced {
  question: string;
  context: string;
  answer: string;
  distractors?: readonly string[];
}

/** A row that can be trained on. */
export type TrainRow = AlpacaRow | CompletionRow;

/** The place that errors and reports give for a row: where it was read, or else its number in the list. */
export function placeOf(row: Sourced, index: number): DataPlace {
  return row.source ?? { row: index + 1 };
}

type Fields = Record<string, unknown>;

/** Checks one parsed row as Alpaca data. @throws DataError naming file, line, row and field */
export function alpacaRow(located: LocatedRow, file: string): AlpacaRow {
  const { fields, source } = open(located, file, "{ instruction, input?, output }");
  const instruction = text(fields, "instruction", source);
  const output = text(fields, "output", source);
  const input = fields.input === undefined || fields.input === null ? "" : text(fields, "input", source);
  return input.trim() === "" ? { instruction, output, source } : { instruction, input, output, source };
}

/** Checks one parsed row as prompt–completion data. @throws DataError naming file, line, row and field */
export function completionRow(located: LocatedRow, file: string): CompletionRow {
  const { fields, source } = open(located, file, "{ prompt, completion }");
  return { prompt: text(fields, "prompt", source), completion: text(fields, "completion", source), source };
}

/** Checks one parsed row as RAFT data. @throws DataError naming file, line, row and field */
export function raftItem(located: LocatedRow, file: string): RaftItem {
  const { fields, source } = open(located, file, "{ question, context, answer, distractors? }");
  const item = {
    question: text(fields, "question", source),
    context: text(fields, "context", source),
    answer: text(fields, "answer", source),
    source,
  };
  if (fields.distractors === undefined || fields.distractors === null) return item;
  const { distractors } = fields;
  if (!Array.isArray(distractors) || !distractors.every((document) => typeof document === "string")) {
    throw new DataError(`expected a list of strings, got ${kindOf(distractors)}`, { ...source, field: "distractors" });
  }
  return { ...item, distractors };
}

function open(
  { value, row, line }: LocatedRow,
  file: string,
  shape: string,
): { fields: Fields; source: NonNullable<Sourced["source"]> } {
  const source = { file, row, line };
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new DataError(`expected an object ${shape}, got ${kindOf(value)}`, source);
  }
  return { fields: value as Fields, source };
}

function text(fields: Fields, field: string, place: DataPlace): string {
  const value = fields[field];
  if (typeof value === "string") return value;
  const present = Object.keys(fields);
  throw new DataError(
    value === undefined
      ? `missing; the row has ${present.length === 0 ? "no fields" : present.map((key) => `"${key}"`).join(", ")}`
      : `expected a string, got ${kindOf(value)}`,
    { ...place, field },
  );
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  return `${typeof value} ${JSON.stringify(value)}`;
}
