// Host values as bytes of a dtype, and back.
import { bf16Bits, bf16ToF32, f16Bits, f16ToF32, f32ToBf16, f32ToF16 } from "../../base/half.ts";
import type { DType } from "../core/dtype.ts";
import { DTypeError } from "../core/errors.ts";
import type { TypedArray } from "../core/tree.ts";
import { bytesOf, viewAs, wordArrays } from "../core/words.ts";

export { bytesOf };

type Scalar = number | bigint | boolean;

const dtypeOfArray = new Map<unknown, DType>([
  [Int8Array, "int8"],
  [Int16Array, "int16"],
  [Int32Array, "int32"],
  [BigInt64Array, "int64"],
  [Uint8Array, "uint8"],
  [Uint8ClampedArray, "uint8"],
  [Uint16Array, "uint16"],
  [Uint32Array, "uint32"],
  [BigUint64Array, "uint64"],
  [Float32Array, "float32"],
  [Float64Array, "float64"],
]);

/** The dtype whose words a typed array holds; Buffer counts as Uint8Array. */
export function dtypeOf(array: ArrayBufferView): DType {
  const known = dtypeOfArray.get(array.constructor) ?? (array instanceof Uint8Array ? "uint8" : undefined);
  if (known === undefined) throw new DTypeError(`array: got a ${array.constructor.name}, which has no dtype.`);
  return known;
}

/** Flat values as little-endian bytes. Integers must fit their dtype. @throws DTypeError */
export function encodeValues(values: readonly Scalar[], dtype: DType): Uint8Array {
  if (dtype === "float16" || dtype === "bfloat16") {
    const bits = dtype === "float16" ? f16Bits : bf16Bits;
    return bytesOf(Uint16Array.from(values, (v) => bits(Number(v))));
  }
  if (dtype === "float32" || dtype === "float64") return bytesOf(wordArrays[dtype].from(values.map(Number)));
  if (dtype === "bool") return Uint8Array.from(values, (v) => (v ? 1 : 0));
  const out = new wordArrays[dtype](values.length);
  values.forEach((v, i) => {
    const big = out instanceof BigInt64Array || out instanceof BigUint64Array;
    if (typeof v === "number" && !Number.isInteger(v))
      throw new DTypeError(`array: got ${v} for dtype ${dtype}, expected whole numbers.`);
    (out as unknown as (number | bigint)[])[i] = big ? BigInt(v) : Number(v);
    if (Number(out[i]) !== Number(v)) throw new DTypeError(`array: ${v} does not fit into ${dtype}.`);
  });
  return bytesOf(out);
}

/** A typed array's values as bytes of `dtype`. */
export function convertArray(array: TypedArray, dtype: DType): Uint8Array {
  if (dtypeOf(array) === dtype) return bytesOf(array);
  if (array instanceof Float32Array && dtype === "bfloat16") return bytesOf(f32ToBf16(array));
  if (array instanceof Float32Array && dtype === "float16") return bytesOf(f32ToF16(array));
  return encodeValues(Array.from<Scalar>(array as Iterable<Scalar>), dtype);
}

/** Bytes as the typed array of their dtype; 16-bit floats widen to Float32Array, booleans are a Uint8Array. */
export function decode(bytes: Uint8Array, dtype: DType): TypedArray {
  const words = rawWords(bytes, dtype);
  if (dtype === "bfloat16") return bf16ToF32(words as Uint16Array);
  if (dtype === "float16") return f16ToF32(words as Uint16Array);
  return words;
}

/** Bytes as words of their dtype's size, undecoded. */
export const rawWords = (bytes: Uint8Array, dtype: DType): TypedArray => viewAs(dtype, bytes);

/** Values as JavaScript shows them: booleans for bool, bigint for 64-bit integers, numbers for all else. */
export function scalars(bytes: Uint8Array, dtype: DType): Scalar[] {
  const values = Array.from<Scalar>(decode(bytes, dtype) as Iterable<Scalar>);
  return dtype === "bool" ? values.map((v) => v !== 0) : values;
}
