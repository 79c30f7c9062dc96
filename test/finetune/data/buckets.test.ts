// Bucket choice against brute force; packing against its limits.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bucketFor, chooseBuckets } from "../../../src/finetune/data/buckets.ts";
import { packLengths } from "../../../src/finetune/data/pack.ts";
import { Pcg32 } from "../../../src/finetune/data/pcg.ts";

const padded = (values: readonly number[], buckets: readonly number[]) =>
  values.reduce((sum, value) => sum + bucketFor(value, buckets)!, 0);

function subsets<T>(items: readonly T[]): T[][] {
  return items.reduce<T[][]>((sets, item) => sets.concat(sets.map((set) => [...set, item])), [[]]);
}

describe("chooseBuckets", () => {
  it("pads least among all choices of that many sizes", () => {
    const values = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 4 }), fc.constantFrom(8, 10), (values, count, multiple) => {
        const chosen = chooseBuckets(values, { count, multiple, limit: 60, tolerance: 0 });
        const sizes = Array.from({ length: Math.ceil(60 / multiple) }, (_, i) => Math.min(60, (i + 1) * multiple));
        const costs = subsets(sizes)
          .filter((set) => set.length <= count && set.length > 0 && Math.max(...set) >= Math.max(...values))
          .map((set) => padded(values, set));
        expect(padded(values, chosen)).toBe(Math.min(...costs));
        expect(chosen.length).toBeLessThanOrEqual(count);
        expect(chosen).toEqual([...chosen].sort((a, b) => a - b));
      }),
    );
  });

  it("never exceeds the limit and adds no size that saves little", () => {
    expect(chooseBuckets([5, 99, 100], { count: 3, multiple: 32, limit: 100, tolerance: 0 })).toEqual([32, 100]);
    const close = [...Array<number>(90).fill(64), ...Array<number>(10).fill(60)];
    expect(chooseBuckets([...close, 30], { count: 3, multiple: 2, limit: 64, tolerance: 0.05 })).toEqual([64]);
    expect(chooseBuckets([], { count: 3, multiple: 2, limit: 64, tolerance: 0 })).toEqual([]);
    expect(bucketFor(65, [32, 64])).toBeUndefined();
  });
});

describe("packLengths", () => {
  it("puts every example into one row and none over the capacity", () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 60 });
    fc.assert(
      fc.property(lengths, fc.nat(), (lengths, seed) => {
        const rows = packLengths(lengths, 50, new Pcg32(seed, 0));
        expect(rows.flat().sort((a, b) => a - b)).toEqual(lengths.map((_, i) => i));
        const sums = rows.map((row) => row.reduce((sum, i) => sum + lengths[i]!, 0));
        expect(sums.every((sum) => sum <= 50)).toBe(true);
        // Best fit never leaves two rows that would fit into one.
        expect(sums.filter((sum) => sum <= 25).length).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("fills the fullest row that still has room, and refuses what fits nowhere", () => {
    expect(packLengths([6, 7, 3, 4], 10, new Pcg32(0, 0))).toEqual([
      [1, 2],
      [0, 3],
    ]);
    expect(() => packLengths([11], 10, new Pcg32(0, 0))).toThrow(
      "an example of 11 tokens does not fit into a packed row of 10",
    );
  });
});
