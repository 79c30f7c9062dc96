// Uniform bits, and floats in [0, 1) made of them.
import { type DType, isFloat, itemSize, kindOf } from "../../core/dtype.ts";
import { DTypeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { or, shiftLeft, shiftRightLogical, sub, xor } from "../../ops/binary.ts";
import { bitcast, convert } from "../../ops/unary.ts";
import { run } from "../nn/composite.ts";
import { type Shape, shapeOf } from "../np/axes.ts";
import { type Cipher, encipher, keyTensor, type Words, wordsOf } from "./key.ts";

const unsigned = { 8: "uint8", 16: "uint16", 32: "uint32", 64: "uint64" } as const;
export type Width = keyof typeof unsigned;
export const widthOf = (dtype: DType): Width => (itemSize(dtype) * 8) as Width;
export const unsignedOf = (dtype: DType): DType => unsigned[widthOf(dtype)];

/** Two words of random bits as one unsigned integer of `width` bits. */
function joined([high, low]: Words, width: Width): Tensor {
  if (width === 64) return or(shiftLeft(convert(high, "uint64"), 32n), convert(low, "uint64"));
  return convert(xor(high, low), unsigned[width]);
}

/** Random unsigned integers of `width` bits. */
export const drawBits = (words: Words, shape: readonly number[], width: Width): Tensor =>
  joined(encipher(words, shape), width);

/** Uniform unsigned integers of any value. As `jax.random.bits`. */
export function bits(key: Tensor, shape: Shape = [], dtype: DType = "uint32"): Tensor {
  if (kindOf(dtype) !== "uint")
    throw new DTypeError(`random.bits: got dtype ${dtype}, expected uint8, uint16, uint32 or uint64.`);
  const sizes = shapeOf("random.bits", shape);
  const body = (k: Tensor) => drawBits(wordsOf(k), sizes, widthOf(dtype));
  return run("random.bits", (k) => body(k!), [keyTensor("random.bits", key)]);
}

interface Format {
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

export const drawUnit = (words: Words, shape: readonly number[], dtype: DType, cipher?: Cipher): Tensor =>
  unitOf(encipher(words, shape, cipher), dtype);
