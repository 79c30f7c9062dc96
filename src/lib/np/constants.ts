// Constants, and what is known of dtypes.
import {
  bitsOf,
  type DType,
  epsilon,
  isComplex,
  isDType,
  isFloat,
  isInexact,
  isInteger,
  kindOf,
  maxValue,
  minValue,
  realOf,
  smallestNormal,
} from "../../core/dtype.ts";
import { DTypeError } from "../../core/errors.ts";
import { promoteTypes as join } from "../../core/promotion.ts";
import { Tensor } from "../../core/tensor.ts";
import { resultType as typeOf } from "../promote.ts";
import type { TensorLike } from "../types.ts";

export const pi = Math.PI;
export const e = Math.E;
export const eulerGamma = 0.5772156649015329;
export const inf = Number.POSITIVE_INFINITY;
export const nan = Number.NaN;
/** As an index, a new dimension of size 1. */
export const newaxis = null;

/** Bits of a float dtype's fraction (after the point) and exponent. */
function floatBits(dtype: DType): { readonly fraction: number; readonly exponent: number } {
  const fraction = -Math.log2(epsilon(dtype));
  return { fraction, exponent: bitsOf(realOf(dtype)) - fraction - (dtype === "float8_e8m0fnu" ? 0 : 1) };
}
/** Limits of a float dtype, or of the parts of a complex one. @throws DTypeError for others */
export function finfo(dtype: DType) {
  if (!isInexact(dtype)) throw new DTypeError(`finfo: got ${dtype}, expected a float dtype. Use np.iinfo.`);
  const bits = bitsOf(realOf(dtype));
  const { fraction: nmant, exponent: nexp } = floatBits(dtype);
  const tiny = smallestNormal(dtype);
  const eps = epsilon(dtype);
  const max = Number(maxValue(dtype));
  return {
    dtype: realOf(dtype),
    bits,
    eps,
    /** The distance from 1 to the next smaller number. */
    epsneg: eps / 2,
    max,
    min: Number(minValue(dtype)),
    tiny,
    smallestNormal: tiny,
    smallestSubnormal: tiny * eps,
    /** Bits of the fraction and of the exponent. */
    nmant,
    nexp,
    /** The smallest normal number is 2 to this, the largest number below 2 to `maxexp`. */
    minexp: Math.log2(tiny),
    maxexp: Math.floor(Math.log2(max)) + (max === Number.MAX_VALUE ? 0 : 1),
    /** Decimal digits that survive. */
    precision: Math.floor(nmant * Math.log10(2)),
    resolution: 10 ** -Math.floor(nmant * Math.log10(2)),
  } as const;
}
/** Limits of an integer dtype. @throws DTypeError for others */
export function iinfo(dtype: DType) {
  if (!isInteger(dtype)) throw new DTypeError(`iinfo: got ${dtype}, expected an integer dtype. Use np.finfo.`);
  return { dtype, bits: bitsOf(dtype), max: maxValue(dtype), min: minValue(dtype) } as const;
}

/** The dtype that tensors of two dtypes are brought to. */
export const promoteTypes = (a: DType, b: DType): DType =>
  join([a, b].map((dtype) => ({ dtype, weakType: false }))).dtype;
/** The dtype that these operands are brought to. */
export const resultType = (...xs: readonly TensorLike[]): DType => typeOf("resultType", xs).dtype;

const families = {
  integer: (d: DType) => isInteger(d),
  signedinteger: (d: DType) => kindOf(d) === "int",
  unsignedinteger: (d: DType) => kindOf(d) === "uint",
  floating: (d: DType) => isFloat(d),
  complexfloating: (d: DType) => isComplex(d),
  inexact: (d: DType) => isInexact(d),
  number: (d: DType) => d !== "bool",
} as const;
/** True if `dtype` is `family` or belongs to it. */
export const issubdtype = (dtype: DType, family: DType | keyof typeof families): boolean =>
  family in families ? families[family as keyof typeof families](dtype) : dtype === family;

const kinds = {
  bool: (d: DType) => d === "bool",
  "signed integer": (d: DType) => kindOf(d) === "int",
  "unsigned integer": (d: DType) => kindOf(d) === "uint",
  integral: (d: DType) => isInteger(d),
  "real floating": (d: DType) => isFloat(d),
  "complex floating": (d: DType) => isComplex(d),
  numeric: (d: DType) => d !== "bool",
} as const;
/** A kind of dtypes in the array API's words, or a dtype. */
export type DTypeKind = keyof typeof kinds | DType;
/** True if `dtype` is of the kind, or of one of the kinds. @throws DTypeError for a kind that is none */
export function isdtype(dtype: DType, kind: DTypeKind | readonly DTypeKind[]): boolean {
  return (typeof kind === "string" ? [kind] : kind).some((k) => {
    if (Object.hasOwn(kinds, k)) return kinds[k as keyof typeof kinds](dtype);
    if (isDType(k)) return dtype === k;
    throw new DTypeError(`isdtype: got kind ${k}, expected a dtype or one of ${Object.keys(kinds).join(", ")}.`);
  });
}

const castings = ["no", "equiv", "safe", "same_kind", "unsafe"] as const;
/** The least exponent and the digits of the values of a dtype, in bits. */
const holds = (d: DType): { digits: number; exponent: number } =>
  isInteger(d)
    ? { digits: bitsOf(d) - (kindOf(d) === "int" ? 1 : 0), exponent: 0 }
    : { digits: floatBits(d).fraction + 1, exponent: floatBits(d).exponent };
/** Every value of the one is a value of the other, or as good as that. */
function isSafe(from: DType, to: DType): boolean {
  if (from === to || from === "bool") return true;
  if (to === "bool" || (isComplex(from) && !isComplex(to)) || (isInexact(from) && isInteger(to))) return false;
  if (kindOf(from) === "int" && kindOf(to) === "uint") return false;
  const [a, b] = [holds(from), holds(to)];
  // NumPy lets 64-bit integers pass for float64.
  return (
    (a.digits <= b.digits || to === "float64" || to === "complex128") && (isInteger(to) || a.exponent <= b.exponent)
  );
}
const rank = { bool: 0, uint: 1, int: 2, float: 3, complex: 4 } as const;
/**
 * Whether values of one dtype may be cast to another by NumPy's rule: not at all (`no`, `equiv`), without loss (`safe`),
 * or also to fewer bits of the same kind or a higher one (`same_kind`).
 */
export function canCast(from: DType, to: DType, casting: (typeof castings)[number] = "safe"): boolean {
  if (!castings.includes(casting))
    throw new DTypeError(`canCast: got casting ${String(casting)}, expected one of ${castings.join(", ")}.`);
  if (casting === "unsafe" || from === to) return true;
  if (casting === "no" || casting === "equiv") return false;
  return isSafe(from, to) || (casting === "same_kind" && rank[kindOf(from)] <= rank[kindOf(to)]);
}

/** True for a host number and for a tensor without dimensions. */
export const isscalar = (x: unknown): boolean =>
  x instanceof Tensor
    ? x.ndim === 0
    : typeof x === "number" || typeof x === "bigint" || typeof x === "boolean" || typeof x === "string";
