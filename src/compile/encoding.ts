// Host values as bytes of a dtype, and back.
import { float8 } from "../../base/float8.ts";
import { bf16Bits, bf16ToF32, f16Bits, f16ToF32, f32ToBf16, f32ToF16 } from "../../base/half.ts";
import type { HostScalar } from "../core/complex.ts";
import { bitsOf, type DType, isBigInteger, isComplex, kindOf, maxValue, minValue, wordArray } from "../core/dtype.ts";
import { DTypeError } from "../core/errors.ts";
import type { TypedArray } from "../core/tree.ts";
import { bytesOf, isFloat8Name, viewAs } from "../core/words.ts";

export { bytesOf };

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

/** A value as a real number. @throws DTypeError for a complex one */
function real(value: HostScalar, dtype: DType): number | bigint | boolean {
  if (typeof value === "object")
    throw new DTypeError(
      `array: got the complex number ${value.re} + ${value.im}i for dtype ${dtype}, expected real numbers. ` +
        'Use dtype "complex64", or pass the real part.',
    );
  return value;
}

/** Flat values as little-endian bytes, floats rounded once. Integers must fit their dtype. @throws DTypeError */
export function encodeValues(values: readonly HostScalar[], dtype: DType): Uint8Array {
  if (isComplex(dtype)) {
    const parts = values.flatMap((v) => (typeof v === "object" ? [v.re, v.im] : [Number(v), 0]));
    return bytesOf((dtype === "complex64" ? Float32Array : Float64Array).from(parts));
  }
  const reals = values.map((v) => real(v, dtype));
  if (isFloat8Name(dtype)) return Uint8Array.from(reals, (v) => float8[dtype].encode(Number(v)));
  switch (dtype) {
    case "float16":
    case "bfloat16": {
      const bits = dtype === "float16" ? f16Bits : bf16Bits;
      return bytesOf(Uint16Array.from(reals, (v) => bits(Number(v))));
    }
    case "float32":
      return bytesOf(Float32Array.from(reals, Number));
    case "float64":
      return bytesOf(Float64Array.from(reals, Number));
    case "bool":
      return Uint8Array.from(reals, (v) => (v ? 1 : 0));
    default:
      return integers(reals, dtype);
  }
}

function integers(values: readonly (number | bigint | boolean)[], dtype: DType): Uint8Array {
  const out = new (wordArray(dtype))(values.length);
  const [low, high] = [minValue(dtype), maxValue(dtype)];
  values.forEach((v, i) => {
    if (typeof v === "number" && !Number.isInteger(v))
      throw new DTypeError(`array: got ${v} for dtype ${dtype}, expected whole numbers.`);
    const number = typeof v === "boolean" ? Number(v) : v;
    if (number < low || number > high) throw new DTypeError(`array: ${v} does not fit into ${dtype}.`);
    (out as unknown as (number | bigint)[])[i] = isBigInteger(dtype) ? BigInt(number) : Number(number);
  });
  return bytesOf(out);
}

/** A typed array's values as bytes of `dtype`; for a complex one they are real parts. */
export function convertArray(array: TypedArray, dtype: DType): Uint8Array {
  if (dtypeOf(array) === dtype) return bytesOf(array);
  if (array instanceof Float32Array && dtype === "bfloat16") return bytesOf(f32ToBf16(array));
  if (array instanceof Float32Array && dtype === "float16") return bytesOf(f32ToF16(array));
  return encodeValues(Array.from<HostScalar>(array as Iterable<HostScalar>), dtype);
}

/**
 * Bytes as the typed array of their dtype. 8- and 16-bit floats widen to Float32Array, booleans are a Uint8Array,
 * complex numbers lie interleaved: real part, imaginary part.
 */
export function decode(bytes: Uint8Array, dtype: DType): TypedArray {
  const words = rawWords(bytes, dtype);
  if (dtype === "bfloat16") return bf16ToF32(words as Uint16Array);
  if (dtype === "float16") return f16ToF32(words as Uint16Array);
  if (isFloat8Name(dtype)) return Float32Array.from(words as Uint8Array, (w) => float8[dtype].values[w]!);
  return words;
}

/** Bytes as words of their dtype's size, undecoded. */
export function rawWords(bytes: Uint8Array, dtype: DType): TypedArray {
  const words = viewAs(dtype, bytes);
  const unused = 8 - bitsOf(dtype);
  if (unused <= 0) return words;
  // The runtime leaves anything in the upper bits of integers that do not fill their byte.
  return kindOf(dtype) === "int"
    ? Int8Array.from(words as Int8Array, (w) => (w << (24 + unused)) >> (24 + unused))
    : Uint8Array.from(words as Uint8Array, (w) => w & ((1 << (8 - unused)) - 1));
}

/** Values as JavaScript shows them: booleans for bool, bigint for 64-bit integers, `{ re, im }` for complex, else numbers. */
export function scalars(bytes: Uint8Array, dtype: DType): HostScalar[] {
  const values = decode(bytes, dtype);
  if (isComplex(dtype)) {
    const parts = values as Float32Array | Float64Array;
    return Array.from({ length: parts.length / 2 }, (_, i) => ({ re: parts[2 * i]!, im: parts[2 * i + 1]! }));
  }
  const flat = Array.from<HostScalar>(values as Iterable<HostScalar>);
  return kindOf(dtype) === "bool" ? flat.map((v) => v !== 0) : flat;
}
