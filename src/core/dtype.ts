// Element types: the one table of what is known of each.
import type { ElementType } from "../../hlo/types.ts";

export type Kind = "bool" | "int" | "uint" | "float" | "complex";

type WordArray =
  | Int8ArrayConstructor
  | Int16ArrayConstructor
  | Int32ArrayConstructor
  | BigInt64ArrayConstructor
  | Uint8ArrayConstructor
  | Uint16ArrayConstructor
  | Uint32ArrayConstructor
  | BigUint64ArrayConstructor
  | Float32ArrayConstructor
  | Float64ArrayConstructor;

/** The names in StableHLO and in XLA (of buffers), and the typed array of the words on the host. */
type Names<H extends ElementType, X extends string, W extends WordArray> = readonly [hlo: H, xla: X, words: W];

/** Integers of fewer than 8 bits take a byte each on the host. */
function whole<K extends "bool" | "int" | "uint", H extends ElementType, X extends string, W extends WordArray>(
  kind: K,
  bits: number,
  ...[hlo, xla, words]: Names<H, X, W>
) {
  return { kind, bits, hlo, xla, words, float: undefined } as const;
}

/** `fraction` bits after the point, the smallest normal number 2^`exponent`, and the largest finite one. */
function float<H extends ElementType, X extends string, W extends WordArray>(
  float: { readonly fraction: number; readonly exponent: number; readonly max: number; readonly infinity: boolean },
  ...[hlo, xla, words]: Names<H, X, W>
) {
  return { kind: "float", bits: words.BYTES_PER_ELEMENT * 8, hlo, xla, words, float } as const;
}

/** Two words an element: real and imaginary part. */
function complex<H extends ElementType, X extends string, W extends WordArray>(...[hlo, xla, words]: Names<H, X, W>) {
  return { kind: "complex", bits: words.BYTES_PER_ELEMENT * 16, hlo, xla, words, float: undefined } as const;
}

const limits = (fraction: number, exponent: number, max: number, infinity = true) =>
  ({ fraction, exponent, max, infinity }) as const;

const facts = {
  bool: whole("bool", 8, "i1", "pred", Uint8Array),
  int2: whole("int", 2, "i2", "s2", Int8Array),
  int4: whole("int", 4, "i4", "s4", Int8Array),
  int8: whole("int", 8, "i8", "s8", Int8Array),
  int16: whole("int", 16, "i16", "s16", Int16Array),
  int32: whole("int", 32, "i32", "s32", Int32Array),
  int64: whole("int", 64, "i64", "s64", BigInt64Array),
  uint2: whole("uint", 2, "ui2", "u2", Uint8Array),
  uint4: whole("uint", 4, "ui4", "u4", Uint8Array),
  uint8: whole("uint", 8, "ui8", "u8", Uint8Array),
  uint16: whole("uint", 16, "ui16", "u16", Uint16Array),
  uint32: whole("uint", 32, "ui32", "u32", Uint32Array),
  uint64: whole("uint", 64, "ui64", "u64", BigUint64Array),
  float8_e3m4: float(limits(4, -2, 15.5), "f8E3M4", "f8e3m4", Uint8Array),
  float8_e4m3: float(limits(3, -6, 240), "f8E4M3", "f8e4m3", Uint8Array),
  float8_e4m3b11fnuz: float(limits(3, -10, 30, false), "f8E4M3B11FNUZ", "f8e4m3b11fnuz", Uint8Array),
  float8_e4m3fn: float(limits(3, -6, 448, false), "f8E4M3FN", "f8e4m3fn", Uint8Array),
  float8_e4m3fnuz: float(limits(3, -7, 240, false), "f8E4M3FNUZ", "f8e4m3fnuz", Uint8Array),
  float8_e5m2: float(limits(2, -14, 57344), "f8E5M2", "f8e5m2", Uint8Array),
  float8_e5m2fnuz: float(limits(2, -15, 57344, false), "f8E5M2FNUZ", "f8e5m2fnuz", Uint8Array),
  float8_e8m0fnu: float(limits(0, -127, 2 ** 127, false), "f8E8M0FNU", "f8e8m0fnu", Uint8Array),
  float16: float(limits(10, -14, 65504), "f16", "f16", Uint16Array),
  bfloat16: float(limits(7, -126, 3.3895313892515355e38), "bf16", "bf16", Uint16Array),
  float32: float(limits(23, -126, 3.4028234663852886e38), "f32", "f32", Float32Array),
  float64: float(limits(52, -1022, Number.MAX_VALUE), "f64", "f64", Float64Array),
  complex64: complex("complex<f32>", "c64", Float32Array),
  complex128: complex("complex<f64>", "c128", Float64Array),
} as const;

/** The name of an element type. */
export type DType = keyof typeof facts;
type Table = typeof facts;

export const dtypes = Object.keys(facts) as readonly DType[];
export const isDType = (name: string): name is DType => Object.hasOwn(facts, name);
export const kindOf = (dtype: DType): Kind => facts[dtype].kind;
/** Bits that one element's values take; 8 for bool. */
export const bitsOf = (dtype: DType): number => facts[dtype].bits;
/** Bytes of one element on the host. */
export const itemSize = (dtype: DType): number => (facts[dtype].bits + 7) >> 3;
/** StableHLO's name. */
export const elementOf = (dtype: DType): ElementType => facts[dtype].hlo;
/** XLA's name, as buffers and literals have it. */
export const xlaName = <D extends DType>(dtype: D): Table[D]["xla"] => facts[dtype].xla;
/** The typed array in which the words lie on the host: raw words of 8- and 16-bit floats, two words a complex element. */
export const wordArray = <D extends DType>(dtype: D): Table[D]["words"] => facts[dtype].words;

const shortNames = Object.fromEntries(
  dtypes.map((d) => [d, d.replace("float", "f").replace("uint", "u").replace("int", "i").replace("complex", "c")]),
) as Record<DType, string>;
/** The short name that jaxprs print. */
export const shortName = (dtype: DType): string => shortNames[dtype];

/** Real floating types. */
export const isFloat = (dtype: DType): boolean => facts[dtype].kind === "float";
export const isComplex = (dtype: DType): boolean => facts[dtype].kind === "complex";
/** Floating and complex types: those that derivatives are taken of. */
export const isInexact = (dtype: DType): boolean => isFloat(dtype) || isComplex(dtype);
export const isInteger = (dtype: DType): boolean => facts[dtype].kind === "int" || facts[dtype].kind === "uint";
/** Types whose host scalars are bigints. */
export const isBigInteger = (dtype: DType): boolean => dtype === "int64" || dtype === "uint64";
/** Floats of eight bits. */
export const isFloat8 = (dtype: DType): boolean => isFloat(dtype) && facts[dtype].bits === 8;
/** Types that promotion joins with nothing but weak types and bool: 8-bit floats, integers below 8 bits. */
export const isNarrow = (dtype: DType): boolean => isFloat8(dtype) || (isInteger(dtype) && facts[dtype].bits < 8);

/** The type of the parts of a complex number; every other type itself. */
export const realOf = (dtype: DType): DType =>
  dtype === "complex64" ? "float32" : dtype === "complex128" ? "float64" : dtype;
/** The complex type that holds values of `dtype`: complex128 for 64-bit ones. */
export const complexOf = (dtype: DType): DType =>
  isComplex(dtype) ? dtype : itemSize(dtype) === 8 ? "complex128" : "complex64";

/** Largest finite value of a float type (of the parts of a complex one), or the largest value of an integer type. */
export function maxValue(dtype: DType): number | bigint {
  if (dtype === "bool") return 1;
  if (!isInteger(dtype)) return facts[realOf(dtype)].float!.max;
  const max = (1n << BigInt(bitsOf(dtype) - (kindOf(dtype) === "int" ? 1 : 0))) - 1n;
  return isBigInteger(dtype) ? max : Number(max);
}

/** Smallest finite value of a type. */
export function minValue(dtype: DType): number | bigint {
  if (dtype === "float8_e8m0fnu") return 2 ** -127;
  if (isInexact(dtype)) return -(maxValue(dtype) as number);
  if (kindOf(dtype) !== "int") return 0;
  const max = maxValue(dtype);
  return typeof max === "bigint" ? -max - 1n : -max - 1;
}

/** The spacing of floats at 1. */
export const epsilon = (dtype: DType): number => 2 ** -(facts[realOf(dtype)].float?.fraction ?? Number.NaN);
/** The smallest normal number of a float type. */
export const smallestNormal = (dtype: DType): number => 2 ** (facts[realOf(dtype)].float?.exponent ?? Number.NaN);
/** False for the float types that have no infinities. */
export const hasInfinity = (dtype: DType): boolean => facts[realOf(dtype)].float?.infinity ?? false;
/** The inexact type that an integer or boolean is computed in: float64 for 64-bit integers, float32 for the others. */
export const inexact = (dtype: DType): DType =>
  isInexact(dtype) ? dtype : itemSize(dtype) === 8 ? "float64" : "float32";

/** The integer type of counts and positions beside values of `dtype`. */
export const indexDType = (dtype: DType): DType => (itemSize(realOf(dtype)) === 8 ? "int64" : "int32");
