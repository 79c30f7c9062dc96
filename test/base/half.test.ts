// Half-precision conversions: every word, and rounding against exact arithmetic.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bf16Bits, bf16ToF32, f16Bits, f16ToF32, f16Values, f32ToBf16, f32ToF16 } from "../../base/half.ts";

const allWords = Uint16Array.from({ length: 65536 }, (_, i) => i);

/** The value of a binary16 word by the formula of IEEE 754. */
function f16ByFormula(h: number): number {
  const sign = h & 0x8000 ? -1 : 1;
  const e = (h >> 10) & 31;
  const m = h & 1023;
  if (e === 31) return m === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (e === 0 ? m * 2 ** -24 : (1024 + m) * 2 ** (e - 25));
}

/** The words whose value is nearest to x; both neighbours at a tie. */
function isNearestEven(x: number, word: number, valueAt: (w: number) => number): boolean {
  const got = valueAt(word);
  const error = Math.abs(got - x);
  return [word - 1, word + 1].every((other) => {
    const value = valueAt(other & 0xffff);
    if (!Number.isFinite(value) || Math.sign(value) * Math.sign(got) < 0) return true;
    const d = Math.abs(value - x);
    return d > error || (d === error && (word & 1) === 0) || Object.is(value, got);
  });
}

describe("float16", () => {
  test("all 65536 words have the value of the formula", () => {
    const wide = f16ToF32(allWords);
    for (let h = 0; h < 65536; h++) {
      const want = f16ByFormula(h);
      if (!Object.is(wide[h], want)) throw new Error(`word ${h}: ${wide[h]} instead of ${want}`);
      if (!Object.is(f16Values[h], wide[h])) throw new Error(`table word ${h}`);
    }
  });

  test("all words survive the way to float32 and back; signalling NaNs become quiet", () => {
    const back = f32ToF16(f16ToF32(allWords));
    for (let h = 0; h < 65536; h++) {
      const nan = Number.isNaN(f16Values[h]);
      const want = nan ? h | 0x200 : h;
      if (back[h] !== want) throw new Error(`word ${h.toString(16)} came back as ${back[h]!.toString(16)}`);
    }
  });

  test("rounds to nearest even", () => {
    const float = fc.oneof(
      fc.float({ min: -65503, max: 65503, noNaN: true }),
      fc.float({ min: Math.fround(-1e-4), max: Math.fround(1e-4), noNaN: true }),
    );
    fc.assert(
      fc.property(float, (x) => {
        expect(isNearestEven(x, f16Bits(x), (w) => f16Values[w]!)).toBe(true);
      }),
    );
  });

  test.each([
    [65504, 0x7bff],
    [65519.996, 0x7bff],
    [65520, 0x7c00],
    [1e30, 0x7c00],
    [Number.NEGATIVE_INFINITY, 0xfc00],
    [-0, 0x8000],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [2 ** -25 * 1.0001, 0x0001],
    [2 ** -14, 0x0400],
    [2 ** -14 - 2 ** -25, 0x0400],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
  ])("%f is word %i", (x, word) => {
    expect(f16Bits(x)).toBe(word);
  });
});

describe("bfloat16", () => {
  const bf16Values = bf16ToF32(allWords);

  test("all words are the upper half of a float32", () => {
    const words = new Uint32Array(bf16Values.buffer);
    for (let h = 0; h < 65536; h++) if (words[h] !== (h << 16) >>> 0) throw new Error(`word ${h}`);
  });

  test("all words survive the way to float32 and back; signalling NaNs become quiet", () => {
    const back = f32ToBf16(bf16Values);
    for (let h = 0; h < 65536; h++) {
      const nan = (h & 0x7fff) > 0x7f80;
      if (back[h] !== (nan ? h | 0x40 : h)) throw new Error(`word ${h.toString(16)}`);
    }
  });

  test("a NaN whose payload lies in the lower half stays a NaN", () => {
    const nan = new Float32Array(Uint32Array.of(0x7f800001, 0xffffffff, 0x7fffffff).buffer);
    expect([...f32ToBf16(nan)]).toEqual([0x7fc0, 0xffff, 0x7fff]);
  });

  test("rounds to nearest even", () => {
    fc.assert(
      fc.property(
        fc.float({ noNaN: true, noDefaultInfinity: true, min: Math.fround(-3e38), max: Math.fround(3e38) }),
        (x) => {
          expect(isNearestEven(x, bf16Bits(x), (w) => bf16Values[w]!)).toBe(true);
        },
      ),
    );
  });

  test.each([
    [1 + 2 ** -8, 0x3f80],
    [1 + 3 * 2 ** -8, 0x3f82],
    [3.4028234663852886e38, 0x7f80],
    [-0, 0x8000],
    [2 ** -149, 0x0000],
    [2 ** -133, 0x0001],
  ])("%f is word %i", (x, word) => {
    expect(bf16Bits(x)).toBe(word);
  });
});

test("a destination of another length is refused", () => {
  expect(() => f32ToF16(new Float32Array(3), new Uint16Array(2))).toThrow(
    /f32ToF16: destination has 2 .* source has 3/,
  );
});
