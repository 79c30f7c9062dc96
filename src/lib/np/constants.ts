// Constants, and what is known of dtypes.
import {
  bitsOf,
  type DType,
  epsilon,
  isComplex,
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
import { resultType as typeOf } from "../promote.ts";
import type { TensorLike } from "../types.ts";

export const pi = Math.PI;
export const e = Math.E;
export const eulerGamma = 0.5772156649015329;
export const inf = Number.POSITIVE_INFINITY;
export const nan = Number.NaN;
/** As an index, a new dimension of size 1. */
export const newaxis = null;

/** Limits of a float dtype, or of the parts of a complex one. @throws DTypeError for others */
export function finfo(dtype: DType) {
  if (!isInexact(dtype)) throw new DTypeError(`finfo: got ${dtype}, expected a float dtype. Use np.iinfo.`);
  const bits = bitsOf(realOf(dtype));
  const tiny = smallestNormal(dtype);
  return { bits, eps: epsilon(dtype), max: Number(maxValue(dtype)), min: Number(minValue(dtype)), tiny } as const;
}
/** Limits of an integer dtype. @throws DTypeError for others */
export function iinfo(dtype: DType) {
  if (!isInteger(dtype)) throw new DTypeError(`iinfo: got ${dtype}, expected an integer dtype. Use np.finfo.`);
  return { bits: bitsOf(dtype), max: maxValue(dtype), min: minValue(dtype) } as const;
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
