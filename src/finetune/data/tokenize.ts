// Rows become token ids with a known number of prompt tokens: labels follow from lengths, never from a search.

import { DataError, type DataPlace } from "../errors.ts";
import { placeOf, type TrainRow } from "./rows.ts";
import { type RenderedPrompt, renderPrompt, type Template } from "./template.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** Labels of this value are ignored by the loss. */
export const ignoredLabel = -100;

/**
 * One tokenised row: `[BOS] prompt answer EOS`. Positions from `promptLength` on are supervised; `promptLength` ≥ 1,
 * since the first token has nothing before it to be predicted from. `row` is its row's place in the list.
 */
export interface Example {
  ids: Int32Array;
  promptLength: number;
  row: number;
}

/** What to do with rows longer than `maxSeqLen`; truncation cuts the end of the answer. */
export type Overlong = "drop" | "truncate" | "error";

export interface TokenizeOptions {
  template: Template;
  /** Tokens, BOS and EOS included. */
  maxSeqLen: number;
  overlong: Overlong;
}

/** What became of the rows. All counts are before batching; `tokensLost` counts those of dropped and cut rows. */
export interface TokenizeReport {
  rows: number;
  kept: number;
  tokens: number;
  supervisedTokens: number;
  longest: number;
  /** The rows that were dropped (also those a truncation would have left without an answer). */
  dropped: DataPlace[];
  truncated: DataPlace[];
  tokensLost: number;
  /** Rows whose answer is empty, so that only EOS is supervised. */
  emptyAnswers: DataPlace[];
}

/**
 * Tokenises `rows`. Labels cover answer and final EOS only. BOS stands once, if the tokenizer uses one.
 *
 * @throws DataError for a tokenizer without EOS, for a row that cannot be rendered, for an overlong row under
 *   `overlong: "error"`, and when no supervised token remains
 */
export function tokenizeRows(
  rows: readonly TrainRow[],
  tokenizer: Tokenizer,
  options: TokenizeOptions,
): { examples: Example[]; report: TokenizeReport } {
  const examples: Example[] = [];
  const report: TokenizeReport = {
    rows: rows.length,
    kept: 0,
    tokens: 0,
    supervisedTokens: 0,
    longest: 0,
    dropped: [],
    truncated: [],
    tokensLost: 0,
    emptyAnswers: [],
  };
  rows.forEach((source, row) => {
    const place = placeOf(source, row);
    const whole = tokenizeRow(source, tokenizer, options.template, row, place);
    report.longest = Math.max(report.longest, whole.ids.length);
    if (answerOf(source) === "") report.emptyAnswers.push(place);
    const example = shorten(whole, options, place, report);
    if (example === null) return;
    examples.push(example);
    report.tokens += example.ids.length;
    report.supervisedTokens += supervisedTokens(example);
  });
  report.kept = examples.length;
  if (report.supervisedTokens === 0) {
    throw new DataError(
      `no supervised tokens: of ${report.rows} rows, ${report.dropped.length} were dropped for being longer than ` +
        `maxSeqLen ${options.maxSeqLen} (the longest has ${report.longest} tokens); raise data.maxSeqLen or shorten the rows`,
    );
  }
  return { examples, report };
}

/** Number of supervised positions of an example. */
export function supervisedTokens(example: Example): number {
  return example.ids.length - example.promptLength;
}

function answerOf(row: TrainRow): string {
  return "completion" in row ? row.completion : row.output;
}

function tokenizeRow(
  row: TrainRow,
  tokenizer: Tokenizer,
  template: Template,
  index: number,
  place: DataPlace,
): Example {
  const { eosId } = tokenizer;
  if (eosId === null) {
    throw new DataError("the tokenizer has no EOS token, so the model could not learn to stop; set eos_token");
  }
  const { prompt, lead, suffix } = locate(place, () =>
    "completion" in row ? { prompt: row.prompt, lead: "", suffix: "" } : renderPrompt(row, template, tokenizer),
  );
  // Prompt and answer are encoded apart: generation starts from exactly these prompt ids.
  const promptIds = encodePrompt(prompt, tokenizer, place);
  const answerIds = tokenizer.encodeContinuation(lead + answerOf(row) + suffix);
  const end = suffix === "" && answerIds.at(-1) !== eosId ? [eosId] : [];
  const ids = Int32Array.from([...promptIds, ...answerIds, ...end]);
  if (ids.length < 2) throw new DataError("no supervised tokens: the row has neither prompt nor answer", place);
  return { ids, promptLength: Math.max(1, promptIds.length), row: index };
}

/** The prompt's ids as generation feeds them: BOS exactly once if the tokenizer uses one. */
export function encodePrompt(prompt: string, tokenizer: Tokenizer, place?: DataPlace): number[] {
  const ids = [...tokenizer.encode(prompt, { addSpecialTokens: false })];
  const { bosId } = tokenizer;
  if (bosId === null || !tokenizer.addBos) return ids;
  if (ids[0] !== bosId) ids.unshift(bosId);
  if (ids[1] === bosId) {
    throw new DataError(
      `the prompt begins with BOS (id ${bosId}) twice; take it out of the template or the data`,
      place,
    );
  }
  return ids;
}

function shorten(
  whole: Example,
  { maxSeqLen, overlong }: TokenizeOptions,
  place: DataPlace,
  report: TokenizeReport,
): Example | null {
  const { ids, promptLength, row } = whole;
  const excess = ids.length - maxSeqLen;
  if (excess <= 0) return whole;
  if (overlong === "error") {
    throw new DataError(
      `${ids.length} tokens, maxSeqLen is ${maxSeqLen}; raise data.maxSeqLen, or set data.overlong to "drop" or "truncate"`,
      place,
    );
  }
  if (overlong === "drop" || promptLength >= maxSeqLen) {
    report.dropped.push(place);
    report.tokensLost += ids.length;
    return null;
  }
  report.truncated.push(place);
  report.tokensLost += excess;
  return { ids: ids.slice(0, maxSeqLen), promptLength, row };
}

function locate(place: DataPlace, render: () => RenderedPrompt): RenderedPrompt {
  try {
    return render();
  } catch (cause) {
    if (!(cause instanceof DataError)) throw cause;
    throw new DataError(cause.message, place, { cause });
  }
}

/** Prompt and answer of an example as text, to be shown before training: what is read, and what is learnt. */
export function describeExample(example: Example, tokenizer: Tokenizer): { prompt: string; supervised: string } {
  return {
    prompt: tokenizer.decode([...example.ids.subarray(0, example.promptLength)]),
    supervised: tokenizer.decode([...example.ids.subarray(example.promptLength)]),
  };
}
