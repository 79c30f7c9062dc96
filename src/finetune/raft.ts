// RAFT (Zhang et al., arXiv 2403.10131): questions asked over the document that answers them among distractors.

import { generator, type Pcg32, permutation } from "./data/pcg.ts";
import { type AlpacaRow, placeOf, type RaftItem } from "./data/rows.ts";
import { DataError, type DataPlace } from "./errors.ts";

export interface RaftOptions {
  /** Documents beside the oracle. */
  distractors: number;
  /** Share of rows that contain the oracle; the others hold one more distractor in its place. */
  oracleProbability: number;
  seed: number;
}

/** The instruction of a RAFT row: one `<DOCUMENT>…</DOCUMENT>` a line, then the question. */
export function raftPrompt(documents: readonly string[], question: string): string {
  return [...documents.map((document) => `<DOCUMENT>${document}</DOCUMENT>`), question].join("\n");
}

/**
 * One Alpaca row for each item. Distractors come from the item, or else from the other items' contexts; they are
 * distinct and never the oracle. Every row has its own generator, of `seed` and its place.
 *
 * @throws DataError when an item has fewer distinct distractors than asked for
 */
export function raftRows(items: readonly RaftItem[], options: RaftOptions): AlpacaRow[] {
  const { distractors, oracleProbability, seed } = options;
  const contexts = [...new Set(items.map((item) => item.context))];
  return items.map((item, index) => {
    const random = generator(seed, "raft", index);
    const withOracle = random.uniform() < oracleProbability;
    const count = withOracle ? distractors : distractors + 1;
    const place = placeOf(item, index);
    const others =
      item.distractors === undefined
        ? draw(contexts, item.context, contexts.length - 1, count, random, place)
        : drawOwn(item.distractors, item.context, count, random, place);
    const documents = withOracle ? [item.context, ...others] : others;
    const order = Array.from(permutation(documents.length, random), (at) => documents[at]!);
    return { instruction: raftPrompt(order, item.question), output: item.answer, source: item.source };
  });
}

function drawOwn(own: readonly string[], oracle: string, count: number, random: Pcg32, place: DataPlace): string[] {
  const pool = [...new Set(own)].filter((document) => document !== oracle);
  return draw(pool, oracle, pool.length, count, random, place);
}

function draw(
  pool: readonly string[],
  oracle: string,
  available: number,
  count: number,
  random: Pcg32,
  place: DataPlace,
): string[] {
  if (available < count) {
    throw new DataError(
      `RAFT needs ${count} distinct distractors, there are ${available}; add documents or lower data.raft.distractors`,
      { ...place, field: "distractors" },
    );
  }
  const chosen = new Set<string>();
  while (chosen.size < count) {
    const document = pool[random.below(pool.length)]!;
    if (document !== oracle) chosen.add(document);
  }
  return [...chosen];
}
