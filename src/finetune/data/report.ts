// The tokenisation report in words, for people: what is trained on, and every row that is not.

import type { DataPlace } from "../errors.ts";
import type { TokenizeReport } from "./tokenize.ts";

/** One line on the tokens, then one for each kind of row that was dropped, cut or has nothing to learn. */
export function describeReport(report: TokenizeReport, maxSeqLen: number): string[] {
  const { rows, kept, tokens, supervisedTokens, longest, dropped, truncated, tokensLost, emptyAnswers } = report;
  const percent = ((100 * supervisedTokens) / tokens).toFixed(1);
  const lines = [
    `${kept} of ${rows} rows, ${tokens} tokens (longest row ${longest}), ${supervisedTokens} supervised (${percent} %)`,
  ];
  if (dropped.length > 0) lines.push(`${count(dropped)} longer than ${maxSeqLen} tokens dropped: ${list(dropped)}`);
  if (truncated.length > 0) lines.push(`${count(truncated)} cut to ${maxSeqLen} tokens: ${list(truncated)}`);
  if (tokensLost > 0) lines.push(`${tokensLost} tokens lost that way; raise data.maxSeqLen to keep them`);
  if (emptyAnswers.length > 0) {
    lines.push(
      `${count(emptyAnswers)} with an empty answer, which teaches the model to stop at once: ${list(emptyAnswers)}`,
    );
  }
  return lines;
}

function count({ length }: readonly DataPlace[]): string {
  return length === 1 ? "1 row" : `${length} rows`;
}

function list(places: readonly DataPlace[]): string {
  const shown = places.slice(0, 10).map(({ file, row, line }) => {
    const name = `row ${row}`;
    return file === undefined ? name : `${name} (${file}:${line})`;
  });
  const rest = places.length - shown.length;
  return rest === 0 ? shown.join(", ") : `${shown.join(", ")} and ${rest} more`;
}
