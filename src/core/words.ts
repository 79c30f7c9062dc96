// Words of dtypes on the host: views of bytes, and the rounding of numbers to a float type.

import { type Float8Name, float8 } from "../../base/float8.ts";
import { bf16Bits, bf16ToF32, f16Bits, f16Values } from "../../base/half.ts";
import type { DType } from "./dtype.ts";
import { wordArray } from "./dtype.ts";
import type { TypedArray } from "./tree.ts";

/** Bytes as words of `dtype`, undecoded; copies only if they are not aligned. */
export function viewAs(dtype: DType, bytes: Uint8Array): TypedArray {
  const words = wordArray(dtype);
  const size = words.BYTES_PER_ELEMENT;
  const aligned = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  return new words(aligned.buffer as ArrayBuffer, aligned.byteOffset, aligned.byteLength / size);
}

/** The bytes of a typed array, in place. */
export const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength);

export const isFloat8Name = (dtype: DType): dtype is Float8Name => Object.hasOwn(float8, dtype);

/** `x` as a value of `dtype` has it: floats are rounded to nearest even; integers and booleans come back as they are. */
export function roundTo(dtype: DType, x: number): number {
  switch (dtype) {
    case "float32":
    case "complex64":
      return Math.fround(x);
    case "float16":
      return f16Values[f16Bits(x)]!;
    case "bfloat16":
      return bf16ToF32(Uint16Array.of(bf16Bits(x)))[0]!;
    default:
      return isFloat8Name(dtype) ? float8[dtype].values[float8[dtype].encode(x)]! : x;
  }
}
