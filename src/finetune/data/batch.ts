// One step's arrays: ids, labels, positions and segments, padded on the right.

import { type Example, ignoredLabel } from "./tokenize.ts";

/**
 * One step's batch; all four arrays are `shape` = [batch, time], row-major.
 *
 * - `labels[t]` is `ids[t]` where that token is supervised, else −100: the loss at position t−1 predicts it. The
 *   first token of a segment is never supervised, so shifting by one never crosses a segment.
 * - `positions` count from 0 in every segment. `segmentIds` count from 1 in every row; 0 is padding.
 * - `maxSupervised` bounds the supervised positions of each of the batch's cells (micro-batch × data shard).
 * - `supervisedTokens` and `tokens` (padding excluded) are totals of the step.
 */
export interface Batch {
  ids: Int32Array;
  labels: Int32Array;
  positions: Int32Array;
  segmentIds: Int32Array;
  shape: [batch: number, time: number];
  maxSupervised: number;
  supervisedTokens: number;
  tokens: number;
}

/** Lays out `rows` of examples; rows beyond them are empty (segment 0, no label). */
export function fillBatch(
  rows: readonly (readonly Example[])[],
  { shape, maxSupervised, padId }: { shape: [batch: number, time: number]; maxSupervised: number; padId: number },
): Batch {
  const [batch, time] = shape;
  const ids = new Int32Array(batch * time).fill(padId);
  const labels = new Int32Array(batch * time).fill(ignoredLabel);
  const positions = new Int32Array(batch * time);
  const segmentIds = new Int32Array(batch * time);
  let supervised = 0;
  let tokens = 0;
  rows.forEach((examples, row) => {
    let begin = row * time;
    examples.forEach((example, place) => {
      const { length } = example.ids;
      ids.set(example.ids, begin);
      labels.set(example.ids.subarray(example.promptLength), begin + example.promptLength);
      for (let t = 0; t < length; t++) positions[begin + t] = t;
      segmentIds.fill(place + 1, begin, begin + length);
      begin += length;
      tokens += length;
      supervised += length - example.promptLength;
    });
  });
  return { ids, labels, positions, segmentIds, shape, maxSupervised, supervisedTokens: supervised, tokens };
}
