// Which rows go into which batch of an epoch, and the static sizes those batches are padded to.

import { bucketFor, chooseBuckets } from "./buckets.ts";
import { type Pcg32, permutation } from "./pcg.ts";

/** One row of a batch before padding: one example, or several when packed. */
export interface PlanRow {
  examples: readonly number[];
  tokens: number;
  supervised: number;
}

/** Rows (by index) of one step and the number of positions they are padded to. */
export interface PlannedBatch {
  rows: readonly number[];
  time: number;
}

/**
 * The batches of one epoch. Rows are shuffled, gathered by length bucket, and what does not fill a batch moves up to
 * the next bucket, so that only one batch of the epoch can be incomplete and there are ⌈rows / batchSize⌉ of them.
 * Then the batches are shuffled. With `random` null nothing is.
 */
export function planEpoch(
  rows: readonly PlanRow[],
  lengths: readonly number[],
  batchSize: number,
  random: Pcg32 | null,
): PlannedBatch[] {
  const order = random === null ? rows.keys() : permutation(rows.length, random);
  const queues = new Map<number, number[]>(lengths.map((length) => [length, []]));
  for (const row of order) queues.get(bucketFor(rows[row]!.tokens, lengths)!)!.push(row);

  const batches: PlannedBatch[] = [];
  let carried: number[] = [];
  for (const [time, queue] of queues) {
    const waiting = [...carried, ...queue];
    const full = waiting.length - (waiting.length % batchSize);
    for (let at = 0; at < full; at += batchSize) batches.push({ rows: waiting.slice(at, at + batchSize), time });
    carried = waiting.slice(full);
  }
  if (carried.length > 0) {
    const longest = Math.max(...carried.map((row) => rows[row]!.tokens));
    batches.push({ rows: carried, time: bucketFor(longest, lengths)! });
  }
  if (random === null) return batches;
  return Array.from(permutation(batches.length, random), (place) => batches[place]!);
}

/**
 * The most supervised positions that any one cell of a batch has. A cell is the part of a step that one device sees
 * in one micro-batch: `cellRows` consecutive rows.
 */
export function largestCell(rows: readonly PlanRow[], batch: PlannedBatch, cellRows: number): number {
  let largest = 0;
  for (let begin = 0; begin < batch.rows.length; begin += cellRows) {
    let sum = 0;
    for (const row of batch.rows.slice(begin, begin + cellRows)) sum += rows[row]!.supervised;
    largest = Math.max(largest, sum);
  }
  return largest;
}

/** Static bounds on supervised positions per cell: for each length bucket, ascending; the last is never exceeded. */
export type SupervisedBounds = ReadonlyMap<number, readonly number[]>;

const supervisedMultiple = 16;

/**
 * Chooses the bounds: `levels` values that fit the cells seen in `sample` epochs, and above them the largest that any
 * shuffle could make (the `cellRows` rows richest in supervised positions together), seldom or never used.
 */
export function supervisedBounds(
  rows: readonly PlanRow[],
  lengths: readonly number[],
  cellRows: number,
  levels: number,
  sample: Iterable<PlannedBatch>,
): SupervisedBounds {
  const seen = new Map<number, number[]>(lengths.map((length) => [length, []]));
  for (const batch of sample) seen.get(batch.time)!.push(largestCell(rows, batch, cellRows));
  const bounds = new Map<number, readonly number[]>();
  for (const time of lengths) {
    const limit = cellRows * time;
    const richest = rows
      .filter((row) => row.tokens <= time)
      .map((row) => row.supervised)
      .sort((a, b) => b - a)
      .slice(0, cellRows);
    const worst = richest.reduce((sum, supervised) => sum + supervised, 0);
    const top = Math.min(limit, Math.ceil(worst / supervisedMultiple) * supervisedMultiple);
    const usual = chooseBuckets(seen.get(time)!, {
      count: levels,
      multiple: supervisedMultiple,
      limit,
      tolerance: 0.1,
    });
    bounds.set(time, [...new Set([...usual, top])]);
  }
  return bounds;
}
