// Words of random bits as integers, as floats in [0, 1), and as normal floats.
import { type DType, epsilon, isFloat, itemSize } from "../core/dtype.ts";
import { DTypeError } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import { roundTo } from "../core/words.ts";
import { add, max, mul, or, shiftLeft, shiftRightLogical, sub, xor } from "./binary.ts";
import { bitcast, convert, erfInv } from "./unary.ts";

/** Two words: of a key, of a counter, or of random bits. */
export type Words = readonly [Tensor, Tensor];

const unsigned = { 8: "uint8", 16: "uint16", 32: "uint32", 64: "uint64" } as const;
export type Width = keyof typeof unsigned;
export const widthOf = (dtype: DType): Width => (itemSize(dtype) * 8) as Width;
export const unsignedOf = (dtype: DType): DType => unsigned[widthOf(dtype)];

/** Two words of random bits as one unsigned integer of `width` bits. */
export function joined([high, low]: Words, width: Width): Tensor {
  if (width === 64) return or(shiftLeft(convert(high, "uint64"), 32n), convert(low, "uint64"));
  return convert(xor(high, low), unsigned[width]);
}

export interface Format {
  /** Bits of the mantissa, the leading one not counted. */
  readonly mantissa: number;
  /** The word of 1. */
  readonly one: number | bigint;
}
const formats: Readonly<Partial<Record<DType, Format>>> = {
  float16: { mantissa: 10, one: 0x3c00 },
  bfloat16: { mantissa: 7, one: 0x3f80 },
  float32: { mantissa: 23, one: 0x3f800000 },
  float64: { mantissa: 52, one: 0x3ff0000000000000n },
};

export function formatOf(name: string, dtype: DType): Format {
  const format = formats[dtype];
  if (format === undefined || !isFloat(dtype))
    throw new DTypeError(`${name}: got dtype ${dtype}, expected float16, bfloat16, float32 or float64.`);
  return format;
}

/** Floats in [0, 1): random bits as the mantissa of a number in [1, 2), less one. */
export function unitOf(words: Words, dtype: DType): Tensor {
  const { mantissa, one } = formatOf("random.uniform", dtype);
  const width: Width = mantissa < 8 ? 8 : widthOf(dtype);
  const drawn = convert(joined(words, width), unsignedOf(dtype));
  const shift = width - mantissa;
  const significand = shiftRightLogical(drawn, width === 64 ? BigInt(shift) : shift);
  return sub(bitcast(or(significand, one), dtype), 1);
}

/** Floats in [0, 1) spread over [low, high). */
export function rangeOf(unit: Tensor, low: number, high: number): Tensor {
  const { dtype } = unit;
  const [a, b] = [roundTo(dtype, low), roundTo(dtype, high)];
  const range = roundTo(dtype, b - a);
  if (a === 0) return range === 1 ? unit : max(mul(unit, range), 0);
  return max(add(range === 1 ? unit : mul(unit, range), a), a);
}

/** √2 · erf⁻¹(u), u uniform in (−1, 1), made of floats in [0, 1). */
export const normalOf = (unit: Tensor): Tensor =>
  mul(erfInv(rangeOf(unit, -(1 - epsilon(unit.dtype) / 2), 1)), roundTo(unit.dtype, Math.SQRT2));
