// The typed array in which a dtype's words lie on the host.
import type { DType } from "./dtype.ts";
import { itemSize } from "./dtype.ts";
import type { TypedArray } from "./tree.ts";

/** bool is one byte an element; the 16-bit floats are raw words. */
export const wordArrays = {
  bool: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

/** Bytes as words of `dtype`, undecoded; copies only if they are not aligned. */
export function viewAs(dtype: DType, bytes: Uint8Array): TypedArray {
  const size = itemSize(dtype);
  const aligned = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  return new wordArrays[dtype](aligned.buffer as ArrayBuffer, aligned.byteOffset, aligned.byteLength / size);
}

/** The bytes of a typed array, in place. */
export const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength);
