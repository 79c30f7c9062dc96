// Elementwise functions of one tensor: the result has its shape.
import {
  hasInfinity,
  isComplex,
  isFloat,
  isInexact,
  isInteger,
  itemSize,
  maxValue,
  minValue,
} from "../../core/dtype.ts";
import { DTypeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import * as binary from "../../ops/binary.ts";
import { compare, eq, select } from "../../ops/compare.ts";
import { complex, imag, real } from "../../ops/complex.ts";
import { requireDType } from "../../ops/elementwise.ts";
import { like, splat } from "../../ops/literal.ts";
import * as ops from "../../ops/unary.ts";
import { cast, owning, promote, settle, tensorOf } from "../promote.ts";
import type { TensorLike } from "../types.ts";

export type Unary = (x: TensorLike) => Tensor;

/** Computed in floating point: integers and booleans become float32 (64-bit ones float64). */
const floating = (name: string, op: (x: Tensor) => Tensor): Unary =>
  owning((x) => settle(op(promote(name, [x], "inexact")[0]!)));

/** Keeps the dtype. @throws DTypeError for booleans */
const numeric = (name: string, op: (x: Tensor) => Tensor): Unary =>
  owning((x) => {
    const t = tensorOf(x, name);
    requireDType(name, t.aval, "number");
    return settle(op(t));
  });

/** `op` of a real tensor, of the real and of the imaginary part of a complex one. */
const byParts = (x: Tensor, op: (part: Tensor) => Tensor): Tensor =>
  isComplex(x.dtype) ? complex(op(real(x)), op(imag(x))) : op(x);

/** The identity on integers and booleans. @throws DTypeError for complex numbers */
const rounding = (name: string, op: (x: Tensor) => Tensor): Unary =>
  owning((x) => {
    const t = tensorOf(x, name);
    requireDType(name, t.aval, "ordered");
    return settle(isFloat(t.dtype) ? op(t) : t);
  });

export const exp = floating("exp", ops.exp);
export const exp2 = floating("exp2", ops.exp2);
export const expm1 = floating("expm1", ops.expm1);
export const log = floating("log", ops.log);
export const log1p = floating("log1p", ops.log1p);
export const log2 = floating("log2", (x) => byParts(ops.log(x), (y) => binary.div(y, Math.LN2)));
export const log10 = floating("log10", (x) => byParts(ops.log(x), (y) => binary.div(y, Math.LN10)));
export const sin = floating("sin", ops.sin);
export const cos = floating("cos", ops.cos);
export const tan = floating("tan", ops.tan);
export const arcsin = floating("arcsin", ops.asin);
export const arccos = floating("arccos", ops.acos);
export const arctan = floating("arctan", ops.atan);
export const sinh = floating("sinh", ops.sinh);
export const cosh = floating("cosh", ops.cosh);
export const tanh = floating("tanh", ops.tanh);
export const arcsinh = floating("arcsinh", ops.asinh);
export const arccosh = floating("arccosh", ops.acosh);
export const arctanh = floating("arctanh", ops.atanh);
export { arccos as acos, arccosh as acosh, arcsin as asin, arcsinh as asinh, arctan as atan, arctanh as atanh };
export const sqrt = floating("sqrt", ops.sqrt);
/** 1/√x. Not in NumPy; `lax.rsqrt` that promotes. */
export const rsqrt = floating("rsqrt", ops.rsqrt);
export const cbrt = floating("cbrt", ops.cbrt);
/** sin(πx)/(πx), 1 at 0. */
export const sinc = floating("sinc", (x) => {
  const zero = eq(x, 0);
  const y = binary.mul(select(zero, like(x, 1), x), Math.PI);
  return select(zero, like(x, 1), binary.div(ops.sin(y), y));
});
export const deg2rad = floating("deg2rad", (x) => binary.mul(x, Math.PI / 180));
export const rad2deg = floating("rad2deg", (x) => binary.mul(x, 180 / Math.PI));
export { deg2rad as radians, rad2deg as degrees };

export const negative = numeric("negative", ops.neg);
export { negative as neg };
export const positive = numeric("positive", (x) => x);
/** −1, 0 or 1; NaN stays NaN. */
export const sign = numeric("sign", ops.sign);
/** Half to even; `decimals` may be negative. */
export const round = owning(function round(x: TensorLike, decimals = 0): Tensor {
  const t = tensorOf(x, "round");
  requireDType("round", t.aval, "number");
  if (isInteger(t.dtype)) {
    if (decimals >= 0) return settle(t);
    throw new DTypeError(
      `round: got ${decimals} decimals for ${t.dtype}; integers cannot be rounded to tens. Use astype.`,
    );
  }
  if (isComplex(t.dtype)) return byParts(t, (part) => round(part, decimals));
  if (decimals === 0) return settle(ops.round(t));
  const narrow = itemSize(t.dtype) <= 2;
  const wide = narrow ? cast(t, "float32") : t;
  const factor = 10 ** decimals;
  const rounded = binary.div(ops.round(binary.mul(wide, factor)), factor);
  return narrow ? cast(rounded, t.dtype) : rounded;
});
export const floor = rounding("floor", ops.floor);
export const ceil = rounding("ceil", ops.ceil);
export const trunc = rounding("trunc", (x) => select(compare(x, "LT", 0), ops.ceil(x), ops.floor(x)));
export const rint = floating("rint", (x) => byParts(x, ops.round));
export { round as around, trunc as fix };

/** |x|, real for complex numbers; booleans stay as they are. */
export const abs = owning(function abs(x: TensorLike): Tensor {
  const t = tensorOf(x, "abs");
  return settle(t.dtype === "bool" ? t : ops.abs(t));
});
export { abs as absolute };
export const fabs = floating("fabs", (x) => {
  requireDType("fabs", x.aval, "float");
  return ops.abs(x);
});
/** x²; booleans become int32. */
export const square = owning(function square(x: TensorLike): Tensor {
  const t = tensorOf(x, "square");
  return settle(ops.square(t.dtype === "bool" ? cast(t, "int32") : t));
});
/** 1/x. */
export const reciprocal = floating("reciprocal", (x) => binary.div(like(x, 1), x));

const classify = (name: string, op: (x: Tensor) => Tensor, ofIntegers: boolean): Unary =>
  owning((x) => {
    const t = tensorOf(x, name);
    return settle(isInexact(t.dtype) ? op(t) : splat(ofIntegers, t.shape, "bool"));
  });

const either = (x: Tensor, op: (part: Tensor) => Tensor): Tensor =>
  isComplex(x.dtype) ? binary.or(op(real(x)), op(imag(x))) : op(x);

export const isfinite = classify(
  "isfinite",
  (x) => (isComplex(x.dtype) ? binary.and(ops.finite(real(x)), ops.finite(imag(x))) : ops.finite(x)),
  true,
);
export const isnan = classify("isnan", (x) => compare(x, "NE", x), false);
export const isinf = classify(
  "isinf",
  (x) => either(x, (part) => infinite(part, (p) => eq(ops.abs(p), Number.POSITIVE_INFINITY))),
  false,
);
/** `test`, false for floats that have no infinities. */
const infinite = (x: Tensor, test: (x: Tensor) => Tensor): Tensor =>
  hasInfinity(x.dtype) ? test(x) : splat(false, x.shape, "bool");
const signed = (name: string, value: number): Unary =>
  classify(
    name,
    (x) => {
      requireDType(name, x.aval, "ordered");
      return infinite(x, (y) => eq(y, value));
    },
    false,
  );
export const isposinf = signed("isposinf", Number.POSITIVE_INFINITY);
export const isneginf = signed("isneginf", Number.NEGATIVE_INFINITY);
/** True where the sign bit is set, −0 included. */
export const signbit = classify(
  "signbit",
  (x) => {
    requireDType("signbit", x.aval, "ordered");
    const word = { 1: "int8", 2: "int16", 4: "int32", 8: "int64" } as const;
    const bits = ops.bitcast(x, word[itemSize(x.dtype) as 1 | 2 | 4 | 8]);
    return compare(bits, "LT", itemSize(x.dtype) === 8 ? 0n : 0);
  },
  false,
);

/** NaN becomes `nan` (0), infinities the largest finite values or those given. */
export const nanToNum = owning(function nanToNum(
  x: TensorLike,
  options: { readonly nan?: number; readonly posinf?: number; readonly neginf?: number } = {},
): Tensor {
  const t = tensorOf(x, "nanToNum");
  if (isComplex(t.dtype)) return byParts(t, (part) => nanToNum(part, options));
  if (!isFloat(t.dtype)) return settle(t);
  const noNaN = select(compare(t, "NE", t), like(t, options.nan ?? 0), t);
  if (!hasInfinity(t.dtype)) return noNaN;
  const low = select(eq(noNaN, Number.NEGATIVE_INFINITY), like(t, options.neginf ?? Number(minValue(t.dtype))), noNaN);
  return select(eq(low, Number.POSITIVE_INFINITY), like(t, options.posinf ?? Number(maxValue(t.dtype))), low);
});
