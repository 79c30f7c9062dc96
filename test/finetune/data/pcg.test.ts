// PCG32 against its published vectors and against 64-bit arithmetic.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { generator, Pcg32, permutation } from "../../../src/finetune/data/pcg.ts";

const mask = (1n << 64n) - 1n;

function referenceWords(seed: number, stream: number, count: number): number[] {
  const increment = ((BigInt(stream) << 1n) | 1n) & mask;
  const step = (state: bigint) => (state * 6364136223846793005n + increment) & mask;
  let state = step((step(0n) + BigInt(seed)) & mask);
  return Array.from({ length: count }, () => {
    const word = Number((((state >> 18n) ^ state) >> 27n) & 0xffffffffn);
    const rotation = Number(state >> 59n);
    state = step(state);
    return ((word >>> rotation) | (word << (-rotation & 31))) >>> 0;
  });
}

describe("Pcg32", () => {
  it("gives the first numbers of the pcg32 demo (seed 42, stream 54)", () => {
    const random = new Pcg32(42, 54);
    const words = Array.from({ length: 6 }, () => random.next());
    expect(words).toEqual([0xa15c02b7, 0x7b47f409, 0xba1d3330, 0x83d2f293, 0xbfa4784b, 0xcbed606e]);
  });

  it("agrees with 64-bit arithmetic for every seed and stream", () => {
    const integer = fc.maxSafeNat();
    fc.assert(
      fc.property(integer, integer, (seed, stream) => {
        const random = new Pcg32(seed, stream);
        expect(Array.from({ length: 8 }, () => random.next())).toEqual(referenceWords(seed, stream, 8));
      }),
    );
  });

  it("keeps below(bound) in range and refuses what it cannot use", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 2 ** 32 - 1 }), (seed, bound) => {
        const value = new Pcg32(seed, 0).below(bound);
        expect(Number.isInteger(value) && value >= 0 && value < bound).toBe(true);
      }),
    );
    expect(() => new Pcg32(1, 0).below(0)).toThrow("bound must be an integer from 1 to 2^32 - 1, got 0");
    expect(() => new Pcg32(-1, 0)).toThrow("got -1");
    expect(() => new Pcg32(0.5, 0)).toThrow("got 0.5");
  });

  it("draws every value of a small range about equally often", () => {
    const random = new Pcg32(7, 7);
    const counts = [0, 0, 0, 0, 0, 0];
    for (let i = 0; i < 6000; i++) counts[random.below(6)]!++;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(130);
  });

  it("permutes: every index once, the same for the same seed, another for another purpose or epoch", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 200 }), (seed, n) => {
        const order = permutation(n, generator(seed, "shuffle", 1));
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
        expect(permutation(n, generator(seed, "shuffle", 1))).toEqual(order);
      }),
    );
    expect(permutation(100, generator(1, "shuffle", 0))).not.toEqual(permutation(100, generator(1, "shuffle", 1)));
    expect(permutation(100, generator(1, "shuffle"))).not.toEqual(permutation(100, generator(1, "split")));
  });

  it("shuffles the same on every platform", () => {
    expect([...permutation(10, generator(420, "shuffle", 0))]).toMatchInlineSnapshot(`
      [
        0,
        7,
        1,
        6,
        9,
        3,
        2,
        4,
        8,
        5,
      ]
    `);
  });
});
