// Properties of batching: every row once an epoch, exact labels, resumable, packed as unpacked, few shapes.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Batch } from "../../../src/finetune/data/batch.ts";
import { BatchLoader, type LoaderOptions } from "../../../src/finetune/data/loader.ts";
import { type Example, ignoredLabel } from "../../../src/finetune/data/tokenize.ts";
import { DataError } from "../../../src/finetune/errors.ts";

const padId = 9999;

const defaults: LoaderOptions = {
  batchSize: 4,
  accumulate: 1,
  dataShards: 1,
  maxSeqLen: 64,
  lengthBuckets: 3,
  bucketMultiple: 8,
  supervisedLevels: 2,
  packing: false,
  shuffle: true,
  seed: 1,
  padId,
};

/** Examples whose ids tell row and position: row · 64 + position. */
const examples = fc
  .array(
    fc
      .integer({ min: 2, max: 64 })
      .chain((length) => fc.tuple(fc.constant(length), fc.integer({ min: 1, max: length - 1 }))),
    { minLength: 1, maxLength: 40 },
  )
  .map((sizes) =>
    sizes.map(
      ([length, promptLength], row): Example => ({
        ids: Int32Array.from({ length }, (_, t) => row * 64 + t),
        promptLength,
        row,
      }),
    ),
  );

const options: fc.Arbitrary<LoaderOptions> = fc
  .record({
    cellRows: fc.integer({ min: 1, max: 3 }),
    accumulate: fc.integer({ min: 1, max: 3 }),
    dataShards: fc.integer({ min: 1, max: 2 }),
    lengthBuckets: fc.integer({ min: 1, max: 4 }),
    bucketMultiple: fc.constantFrom(1, 8, 24),
    supervisedLevels: fc.integer({ min: 1, max: 3 }),
    packing: fc.boolean(),
    shuffle: fc.boolean(),
    seed: fc.nat(),
  })
  .map(({ cellRows, ...rest }) => ({
    ...defaults,
    ...rest,
    batchSize: cellRows * rest.accumulate * rest.dataShards,
  }));

interface Segment {
  row: number;
  ids: number[];
  labels: number[];
  positions: number[];
}

/** The segments of a batch, read from its arrays alone. */
function segmentsOf({ ids, labels, positions, segmentIds, shape: [rows, time] }: Batch): Segment[] {
  const segments: Segment[] = [];
  for (let row = 0; row < rows; row++) {
    for (let segment = 1; ; segment++) {
      const places = Array.from({ length: time }, (_, t) => row * time + t).filter((i) => segmentIds[i] === segment);
      if (places.length === 0) break;
      const pick = (array: Int32Array) => places.map((i) => array[i]!);
      segments.push({ row, ids: pick(ids), labels: pick(labels), positions: pick(positions) });
    }
  }
  return segments;
}

const byExample = (segments: readonly Segment[]) =>
  segments.map(({ ids, labels, positions }) => ({ ids, labels, positions })).sort((a, b) => a.ids[0]! - b.ids[0]!);

describe("BatchLoader", () => {
  it("gives every example once an epoch, with labels on its answer only", () => {
    fc.assert(
      fc.property(examples, options, fc.nat({ max: 3 }), (examples, options, epoch) => {
        const batches = [...new BatchLoader(examples, options).epoch(epoch)];
        const expected = examples.map(({ ids, promptLength }) => ({
          ids: [...ids],
          labels: [...ids].map((id, t) => (t < promptLength ? ignoredLabel : id)),
          positions: [...ids.keys()],
        }));
        expect(byExample(batches.flatMap(segmentsOf))).toEqual(expected);
      }),
    );
  });

  it("leaves nothing but padding outside the segments, and counts right", () => {
    fc.assert(
      fc.property(examples, options, (examples, options) => {
        for (const batch of new BatchLoader(examples, options).epoch(0)) {
          const [rows, time] = batch.shape;
          expect(rows).toBe(options.batchSize);
          expect(batch.ids.length).toBe(rows * time);
          batch.segmentIds.forEach((segment, i) => {
            if (segment !== 0) return;
            expect([batch.ids[i], batch.labels[i], batch.positions[i]]).toEqual([padId, ignoredLabel, 0]);
          });
          expect(batch.tokens).toBe(batch.segmentIds.filter((segment) => segment > 0).length);
          expect(batch.supervisedTokens).toBe(batch.labels.filter((label) => label !== ignoredLabel).length);
        }
      }),
    );
  });

  it("bounds the supervised positions of every cell, with few shapes over all epochs", () => {
    fc.assert(
      fc.property(examples, options, (examples, options) => {
        const loader = new BatchLoader(examples, options);
        const cells = options.accumulate * options.dataShards;
        const shapes = new Set<string>();
        for (let epoch = 0; epoch < 8; epoch++) {
          for (const { labels, shape, maxSupervised } of loader.epoch(epoch)) {
            const size = labels.length / cells;
            for (let cell = 0; cell < cells; cell++) {
              const part = labels.subarray(cell * size, (cell + 1) * size);
              expect(part.filter((label) => label !== ignoredLabel).length).toBeLessThanOrEqual(maxSupervised);
            }
            expect(maxSupervised).toBeLessThanOrEqual(size);
            shapes.add(`${shape[1]}x${maxSupervised}`);
          }
        }
        expect(loader.lengths.length).toBeLessThanOrEqual(options.lengthBuckets);
        expect(shapes.size).toBeLessThanOrEqual(loader.lengths.length * (options.supervisedLevels + 1));
        const listed = loader.shapes([0, 1, 2, 3, 4, 5, 6, 7]).map((shape) => `${shape.time}x${shape.maxSupervised}`);
        expect(new Set(listed)).toEqual(shapes);
        expect(loader.lengths.every((length) => length <= options.maxSeqLen)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it("continues from a cursor, through JSON, with exactly the batches that were left", () => {
    fc.assert(
      fc.property(examples, options, fc.nat({ max: 12 }), (examples, options, stop) => {
        const take = (loader: BatchLoader, count: number, cursor = loader.start()) => {
          const taken: { batch: Batch; next: typeof cursor }[] = [];
          for (const step of loader.batches(cursor)) {
            if (taken.length === count) break;
            taken.push(step);
          }
          return taken;
        };
        const whole = take(new BatchLoader(examples, options), stop + 6);
        const saved = stop === 0 ? new BatchLoader(examples, options).start() : whole[stop - 1]!.next;
        const resumed = take(new BatchLoader(examples, options), 6, JSON.parse(JSON.stringify(saved)));
        expect(resumed).toEqual(whole.slice(stop));
      }),
      { numRuns: 40 },
    );
  });

  it("packs to the content of unpacked rows", () => {
    fc.assert(
      fc.property(examples, options, (examples, options) => {
        const content = (packing: boolean) =>
          byExample([...new BatchLoader(examples, { ...options, packing }).epoch(0)].flatMap(segmentsOf));
        expect(content(true)).toEqual(content(false));
        const packed = new BatchLoader(examples, { ...options, packing: true });
        expect(packed.rows).toBeLessThanOrEqual(examples.length);
      }),
    );
  });

  it("makes ⌈rows / batchSize⌉ batches, at most one of them with empty rows", () => {
    fc.assert(
      fc.property(examples, options, (examples, options) => {
        const loader = new BatchLoader(examples, options);
        const batches = [...loader.epoch(0)];
        expect(batches.length).toBe(loader.stepsPerEpoch);
        expect(loader.stepsPerEpoch).toBe(Math.ceil(loader.rows / options.batchSize));
        const used = batches.map((batch) => new Set(segmentsOf(batch).map(({ row }) => row)).size);
        expect(used.filter((rows) => rows < options.batchSize).length).toBeLessThanOrEqual(1);
      }),
    );
  });

  const fixed = (lengths: readonly number[]): Example[] =>
    lengths.map((length, row) => ({ ids: new Int32Array(length).fill(row), promptLength: 1, row }));

  it("shuffles each epoch anew, by seed", () => {
    const rows = fixed(Array<number>(20).fill(8));
    const firsts = (epoch: number, seed: number) =>
      [...new BatchLoader(rows, { ...defaults, seed }).epoch(epoch)].map(({ ids }) => [...ids]);
    expect(firsts(0, 1)).toEqual(firsts(0, 1));
    expect(firsts(0, 1)).not.toEqual(firsts(1, 1));
    expect(firsts(0, 1)).not.toEqual(firsts(0, 2));
  });

  it("keeps order and one packing when nothing is shuffled", () => {
    const rows = fixed([8, 8, 8]);
    const [batch] = new BatchLoader(rows, { ...defaults, batchSize: 3, shuffle: false }).epoch(5);
    expect(segmentsOf(batch!).map(({ ids }) => ids[0])).toEqual([0, 1, 2]);
  });

  it("lists the largest shape first", () => {
    const loader = new BatchLoader(fixed([...Array<number>(40).fill(8), ...Array<number>(40).fill(64)]), defaults);
    expect(loader.shapes()).toEqual([
      { time: 64, maxSupervised: 252 + 4 },
      { time: 8, maxSupervised: 32 },
    ]);
  });

  it("refuses another run's cursor", () => {
    const loader = new BatchLoader(fixed([5, 6]), defaults);
    const other = new BatchLoader(fixed([5, 7]), defaults).start();
    expect(() => loader.batches(other).next()).toThrow(DataError);
    expect(() => loader.batches(other).next()).toThrow("resume with the same data, tokenizer and data settings");
    expect(() => loader.batches({ ...loader.start(), seed: 2 }).next()).toThrow("with seed 2");
    expect(() => loader.batches({ ...loader.start(), step: 1 }).next()).toThrow(
      "epoch 0, step 1; expected whole numbers, step below 1",
    );
    expect(new BatchLoader(fixed([5, 6]), { ...defaults, seed: 2 }).fingerprint).not.toBe(loader.fingerprint);
  });

  it("refuses a batch that cannot be divided, no examples, and examples that are too long", () => {
    expect(() => new BatchLoader(fixed([5]), { ...defaults, accumulate: 3 })).toThrow(
      "batchSize 4 cannot be divided into 3 micro-batches on 1 data shards; use a multiple of 3",
    );
    expect(() => new BatchLoader([], defaults)).toThrow("there are no examples");
    expect(() => new BatchLoader(fixed([5, 65]), defaults)).toThrow("row 2: 65 tokens, maxSeqLen is 64");
  });
});
