// Floating-point numbers taken apart and put together: mantissa and exponent, and the spacing of neighbours.
import { type DType, epsilon, isFloat } from "../../core/dtype.ts";
import { DTypeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { add, and, div, mul, nextafter, or, shiftLeft, shiftRightLogical, sub } from "../../ops/binary.ts";
import { clamp, eq, gt, lt, ne, select } from "../../ops/compare.ts";
import { like } from "../../ops/literal.ts";
import { abs, bitcast } from "../../ops/unary.ts";
import { broadcastTo, cast, owning, promote, promoteDTypes, settle, tensorOf } from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { copysign } from "./binary.ts";
import { finfo } from "./constants.ts";

/** IEEE layouts that mantissas and exponents are computed in: 16-bit floats in float32, which holds them all. */
const layouts = {
  float32: { word: "int32", fraction: 23, exponents: 0xff, bias: 127 },
  float64: { word: "int64", fraction: 52, exponents: 0x7ff, bias: 1023 },
} as const;
const wideOf = (dtype: DType) => (dtype === "float64" ? "float64" : "float32");

/** A number of the dtype of the words. */
const num = (t: Tensor, n: number) => (t.dtype === "int64" ? BigInt(n) : n);

/** 2^k of int32 exponents within the normal range, exact. */
function powerOfTwo(k: Tensor, dtype: "float32" | "float64"): Tensor {
  const { word, fraction, bias } = layouts[dtype];
  const biased = add(cast(k, word), num(cast(k, word), bias));
  return bitcast(shiftLeft(biased, num(biased, fraction)), dtype);
}

/** x·2^k in steps that stay normal. */
function scaled(x: Tensor, k: Tensor, dtype: "float32" | "float64"): Tensor {
  const part = div(k, 3);
  const [a, b] = [powerOfTwo(part, dtype), powerOfTwo(sub(k, mul(part, 2)), dtype)];
  return mul(mul(mul(x, a), a), b);
}

/** The exponent e with 0.5 ≤ |x|/2^e < 1, as int32; 0 of zeros, infinities and NaN. */
function exponentOf(x: Tensor, dtype: "float32" | "float64"): Tensor {
  const { word, fraction, exponents, bias } = layouts[dtype];
  const tiny = lt(abs(x), finfo(dtype).tiny);
  // Subnormal numbers are made normal first.
  const bits = bitcast(select(tiny, mul(x, 2 ** fraction), x), word);
  const raw = and(shiftRightLogical(bits, num(bits, fraction)), num(bits, exponents));
  const e = sub(cast(raw, "int32"), bias - 1);
  const shifted = select(tiny, sub(e, fraction), e);
  return select(irregular(x), like(shifted, 0), shifted);
}
const irregular = (x: Tensor) => or(or(eq(x, 0), ne(x, x)), eq(abs(x), Number.POSITIVE_INFINITY));

function real(name: string, x: TensorLike): Tensor {
  const [t] = promoteDTypes(name, [x], "inexact") as [Tensor];
  if (!isFloat(t.dtype)) throw new DTypeError(`${name}: got ${t.dtype}, expected real numbers.`);
  return t;
}

/**
 * Mantissas (0.5 ≤ |m| < 1) and int32 exponents with x = m·2^e; zeros, infinities and NaN are their own mantissas. The
 * mantissa's derivative is 2^(−e).
 */
export const frexp = owning(function frexp(x: TensorLike): [mantissa: Tensor, exponent: Tensor] {
  const t = real("frexp", x);
  const dtype = wideOf(t.dtype);
  const wide = cast(t, dtype);
  const e = exponentOf(wide, dtype);
  return [settle(cast(scaled(wide, sub(like(e, 0), e), dtype), t.dtype)), settle(e)];
});

/** x·2^e for integer exponents. @throws DTypeError for exponents that are no integers */
export const ldexp = owning(function ldexp(x: TensorLike, exponent: TensorLike): Tensor {
  const given = tensorOf(
    typeof exponent === "number" && Number.isInteger(exponent) ? BigInt(exponent) : exponent,
    "ldexp",
  );
  if (isFloat(given.dtype))
    throw new DTypeError(`ldexp: got exponents of ${given.dtype}, expected integers. Use np.exp2 and np.multiply.`);
  const t = real("ldexp", x);
  const dtype = wideOf(t.dtype);
  const [, k] = promote("ldexp", [cast(t, "bool"), cast(given, "int32")]) as [Tensor, Tensor];
  const wide = broadcastTo("ldexp", cast(t, dtype), k.shape);
  const e = exponentOf(wide, dtype);
  const limit = 3 * (layouts[dtype].bias - 1);
  const total = clamp(-limit, add(e, clamp(-(2 ** 20), k, 2 ** 20)), limit);
  const mantissa = scaled(wide, sub(like(e, 0), e), dtype);
  // A mantissa from 1 to 2 keeps the power of the largest numbers finite.
  const big = gt(total, 0);
  const y = scaled(select(big, mul(mantissa, 2), mantissa), select(big, sub(total, 1), total), dtype);
  return settle(cast(select(irregular(wide), wide, y), t.dtype));
});

/** The distance from |x| to the next larger number, with the sign of x (in float16 to the next towards +∞, as JAX). */
export const spacing = owning(function spacing(x: TensorLike): Tensor {
  const t = real("spacing", x);
  const towards = tensorOf(
    t.dtype === "float16" ? like(t, Number.POSITIVE_INFINITY) : copysign(like(t, Number.POSITIVE_INFINITY), t),
    "spacing",
  );
  const gap = sub(nextafter(t, towards), t);
  if (t.dtype === "float16") return settle(gap);
  const least = finfo(t.dtype).tiny * epsilon(t.dtype);
  return settle(select(eq(gap, 0), copysign(like(t, least), t), gap));
});
