// Turns examples into the batches of a run: shuffled, bucketed, padded, and resumable at any step.

import { createHash } from "node:crypto";
import { DataError } from "../errors.ts";
import { type Batch, fillBatch } from "./batch.ts";
import { bucketFor, chooseBuckets } from "./buckets.ts";
import { packLengths } from "./pack.ts";
import { generator } from "./pcg.ts";
import {
  largestCell,
  type PlannedBatch,
  type PlanRow,
  planEpoch,
  type SupervisedBounds,
  supervisedBounds,
} from "./plan.ts";
import { type Example, supervisedTokens } from "./tokenize.ts";

/**
 * How a step's batch is made. A step has `batchSize` rows in the order [accumulate, dataShards, rows]: micro-batch
 * major, then device; so `batchSize` is a multiple of `accumulate · dataShards`.
 */
export interface LoaderOptions {
  batchSize: number;
  accumulate: number;
  dataShards: number;
  /** Longest row, in tokens; no batch is padded beyond it. */
  maxSeqLen: number;
  /** At most this many padded lengths. */
  lengthBuckets: number;
  /** Padded lengths are multiples of it (or `maxSeqLen`). */
  bucketMultiple: number;
  /** At most this many bounds on supervised positions for each padded length, beside the one never exceeded. */
  supervisedLevels: number;
  /** Put several examples into one row of up to `maxSeqLen` tokens. */
  packing: boolean;
  shuffle: boolean;
  seed: number;
  /** Fills unused positions; they have segment 0 and no label, so any id will do. */
  padId: number;
}

/** Where in the data a run stands: the next batch is number `step` of `epoch` (both from 0). Plain and serialisable. */
export interface DataCursor {
  seed: number;
  epoch: number;
  step: number;
  /** Identifies examples and options: a cursor only fits the data it was made for. */
  fingerprint: string;
}

/** A static shape that a step's program is compiled for. */
export interface BatchShape {
  time: number;
  maxSupervised: number;
}

/** Batches of a fixed set of examples, epoch after epoch. */
export class BatchLoader {
  /** Rows per epoch; fewer than examples when packed. */
  readonly rows: number;
  readonly stepsPerEpoch: number;
  /** Padded lengths in use, ascending. */
  readonly lengths: readonly number[];
  readonly fingerprint: string;
  readonly #examples: readonly Example[];
  readonly #options: LoaderOptions;
  readonly #rows: readonly PlanRow[];
  readonly #cellRows: number;
  readonly #bounds: SupervisedBounds;

  /** @throws DataError when there are no examples, one is longer than `maxSeqLen`, or the batch cannot be divided */
  constructor(examples: readonly Example[], options: LoaderOptions) {
    const { batchSize, accumulate, dataShards, maxSeqLen } = options;
    this.#cellRows = batchSize / (accumulate * dataShards);
    if (!Number.isInteger(this.#cellRows) || this.#cellRows < 1) {
      throw new DataError(
        `batchSize ${batchSize} cannot be divided into ${accumulate} micro-batches on ${dataShards} data shards; ` +
          `use a multiple of ${accumulate * dataShards}`,
      );
    }
    if (examples.length === 0) throw new DataError("there are no examples to make batches of");
    const overlong = examples.find((example) => example.ids.length > maxSeqLen);
    if (overlong !== undefined) {
      throw new DataError(`${overlong.ids.length} tokens, maxSeqLen is ${maxSeqLen}`, { row: overlong.row + 1 });
    }
    this.#examples = examples;
    this.#options = options;
    this.#rows = planRows(examples, options);
    this.rows = this.#rows.length;
    this.stepsPerEpoch = Math.ceil(this.rows / batchSize);
    const { lengthBuckets: count, bucketMultiple: multiple } = options;
    const tokens = this.#rows.map((row) => row.tokens);
    this.lengths = chooseBuckets(tokens, { count, multiple, limit: maxSeqLen, tolerance: 0.05 });
    const sample = (options.shuffle ? [0, 1, 2, 3] : [0]).flatMap((epoch) => this.#plan(epoch));
    this.#bounds = supervisedBounds(this.#rows, this.lengths, this.#cellRows, options.supervisedLevels, sample);
    this.fingerprint = fingerprint(examples, options);
  }

  /** The cursor of a run's first batch. */
  start(): DataCursor {
    return { seed: this.#options.seed, epoch: 0, step: 0, fingerprint: this.fingerprint };
  }

  /** The batches of one epoch, in order. */
  *epoch(epoch: number): Generator<Batch> {
    for (const planned of this.#plan(epoch)) yield this.#fill(planned);
  }

  /**
   * Batches without end from `cursor` on, each with the cursor of the batch after it. A run that continues from a
   * saved cursor sees exactly the batches that the interrupted run would have seen.
   *
   * @throws DataError at the first batch when the cursor belongs to other data or options
   */
  *batches(cursor: DataCursor = this.start()): Generator<{ batch: Batch; next: DataCursor }, never> {
    this.#check(cursor);
    let { epoch, step } = cursor;
    for (;;) {
      const plan = this.#plan(epoch);
      for (; step < plan.length; step++) {
        const next = step + 1 < plan.length ? { epoch, step: step + 1 } : { epoch: epoch + 1, step: 0 };
        yield { batch: this.#fill(plan[step]!), next: { ...cursor, ...next } };
      }
      epoch++;
      step = 0;
    }
  }

  /** The distinct shapes of the given epochs, largest first, so that they can be compiled before training. */
  shapes(epochs: Iterable<number> = [0]): BatchShape[] {
    const shapes = new Map<string, BatchShape>();
    for (const epoch of epochs) {
      for (const planned of this.#plan(epoch)) {
        const shape = { time: planned.time, maxSupervised: this.#bound(planned) };
        shapes.set(`${shape.time}x${shape.maxSupervised}`, shape);
      }
    }
    return [...shapes.values()].sort((a, b) => b.time - a.time || b.maxSupervised - a.maxSupervised);
  }

  #plan(epoch: number): PlannedBatch[] {
    const { shuffle, seed, batchSize } = this.#options;
    return planEpoch(this.#rows, this.lengths, batchSize, shuffle ? generator(seed, "shuffle", epoch) : null);
  }

  #bound(planned: PlannedBatch): number {
    return bucketFor(largestCell(this.#rows, planned, this.#cellRows), this.#bounds.get(planned.time)!)!;
  }

  #fill(planned: PlannedBatch): Batch {
    const rows = planned.rows.map((row) => this.#rows[row]!.examples.map((example) => this.#examples[example]!));
    const { batchSize, padId } = this.#options;
    return fillBatch(rows, { shape: [batchSize, planned.time], maxSupervised: this.#bound(planned), padId });
  }

  #check(cursor: DataCursor): void {
    const { seed } = this.#options;
    if (cursor.fingerprint !== this.fingerprint || cursor.seed !== seed) {
      throw new DataError(
        `the data cursor was made for data ${cursor.fingerprint} with seed ${cursor.seed}, this run has ` +
          `${this.fingerprint} with seed ${seed}; resume with the same data, tokenizer and data settings, or start anew`,
      );
    }
    const { epoch, step } = cursor;
    if (!Number.isInteger(epoch) || epoch < 0 || !Number.isInteger(step) || step < 0 || step >= this.stepsPerEpoch) {
      throw new DataError(
        `the data cursor stands at epoch ${epoch}, step ${step}; expected whole numbers, step below ${this.stepsPerEpoch}`,
      );
    }
  }
}

function planRows(examples: readonly Example[], { packing, maxSeqLen, seed }: LoaderOptions): PlanRow[] {
  const lengths = examples.map((example) => example.ids.length);
  const groups = packing
    ? packLengths(lengths, maxSeqLen, generator(seed, "pack"))
    : examples.map((_, index) => [index]);
  return groups.map((group) => ({
    examples: group,
    tokens: group.reduce((sum, index) => sum + lengths[index]!, 0),
    supervised: group.reduce((sum, index) => sum + supervisedTokens(examples[index]!), 0),
  }));
}

function fingerprint(examples: readonly Example[], options: LoaderOptions): string {
  const hash = createHash("sha256");
  hash.update(JSON.stringify(options, Object.keys(options).sort()));
  for (const { ids, promptLength } of examples) {
    hash.update(Int32Array.of(ids.length, promptLength));
    hash.update(ids);
  }
  return hash.digest("hex").slice(0, 16);
}
