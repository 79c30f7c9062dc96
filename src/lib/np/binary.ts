// Elementwise functions of two tensors: operands are promoted to one dtype and broadcast to one shape.
import { isFloat, isInexact, isInteger, itemSize, kindOf } from "../../core/dtype.ts";
import { DTypeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import * as ops from "../../ops/binary.ts";
import { compare, select } from "../../ops/compare.ts";
import { like, zerosLike } from "../../ops/literal.ts";
import { abs, ceil, exp, floor, integerPow, log1p, neg, roundAway, sign, sqrt, square } from "../../ops/unary.ts";
import { cast, owning, type Promotion, promote, settle, tensorOf } from "../promote.ts";
import type { TensorLike } from "../types.ts";

export type Binary = (x: TensorLike, y: TensorLike) => Tensor;
type Rule = (x: Tensor, y: Tensor) => Tensor;

/** `onBool` says what booleans do: a logical operation, or arithmetic as int32. */
function family(name: string, how: Promotion, op: Rule, onBool?: Rule | "int32"): Binary {
  return owning((x, y) => {
    const [a, b] = promote(name, [x, y], how) as [Tensor, Tensor];
    if (a.dtype !== "bool" || onBool === undefined) return settle(op(a, b));
    return settle(onBool === "int32" ? op(cast(a, "int32"), cast(b, "int32")) : onBool(a, b));
  });
}

export const add = family("add", "same", ops.add, ops.or);
export const subtract = family("subtract", "same", ops.sub);
export const multiply = family("multiply", "same", ops.mul, ops.and);
/** True division: integers and booleans give float32 (64-bit integers float64). */
export const divide = family("divide", "inexact", ops.div);
export { divide as div, divide as trueDivide, multiply as mul, subtract as sub };
export const maximum = family("maximum", "same", ops.max);
export const minimum = family("minimum", "same", ops.min);
export const arctan2 = family("arctan2", "inexact", ops.atan2);
export { arctan2 as atan2 };
export const nextafter = family("nextafter", "inexact", ops.nextafter);

/** The larger operand; where one is NaN, the other. */
export const fmax = family("fmax", "same", (x, y) =>
  isFloat(x.dtype) ? select(ops.or(compare(x, "GT", y), compare(y, "NE", y)), x, y) : ops.max(x, y),
);
/** The smaller operand; where one is NaN, the other. */
export const fmin = family("fmin", "same", (x, y) =>
  isFloat(x.dtype) ? select(ops.or(compare(x, "LT", y), compare(y, "NE", y)), x, y) : ops.min(x, y),
);

const isUnsigned = (x: Tensor) => kindOf(x.dtype) === "uint";

/** The largest integer not above x/y. */
export const floorDivide = family(
  "floorDivide",
  "same",
  (x, y) => {
    if (isFloat(x.dtype)) return floatQuotient(x, y);
    const quotient = ops.div(x, y);
    if (isUnsigned(x)) return quotient;
    const off = ops.and(compare(sign(x), "NE", sign(y)), compare(ops.rem(x, y), "NE", zerosLike(x)));
    return select(off, ops.sub(quotient, one(x)), quotient);
  },
  "int32",
);
const one = (x: Tensor) => like(x, itemSize(x.dtype) === 8 && isInteger(x.dtype) ? 1n : 1);

/** x − y·floor(x/y), with the sign of the divisor. */
export const remainder = family("remainder", "same", modulo, "int32");
export { remainder as mod };

/** The remainder; that of integers by zero is 0. */
const rest: Rule = (x, y) =>
  isFloat(x.dtype) ? ops.rem(x, y) : ops.rem(x, select(compare(y, "EQ", zerosLike(y)), one(y), y));

function modulo(x: Tensor, y: Tensor): Tensor {
  const r = rest(x, y);
  if (isUnsigned(x)) return r;
  const zero = zerosLike(r);
  const opposite = compare(compare(r, "LT", zero), "NE", compare(y, "LT", zero));
  return select(ops.and(opposite, compare(r, "NE", zero)), ops.add(r, y), r);
}

function floatQuotient(x: Tensor, y: Tensor): Tensor {
  const r = ops.rem(x, y);
  // Whole but for rounding errors.
  const quotient = ops.div(ops.sub(x, r), y);
  const off = ops.and(compare(r, "NE", like(r, 0)), compare(sign(y), "NE", sign(r)));
  const floored = roundAway(select(off, ops.sub(quotient, 1), quotient));
  return select(compare(y, "EQ", like(y, 0)), ops.div(x, y), floored);
}

/** `[floorDivide(x, y), remainder(x, y)]` */
export const divmod = owning((x: TensorLike, y: TensorLike): [Tensor, Tensor] => [floorDivide(x, y), remainder(x, y)]);
/** Remainder with the sign of the dividend. */
export const fmod = family("fmod", "same", rest, "int32");
/** Fractional and whole part, both with the sign of `x`. */
export const modf = owning(function modf(x: TensorLike): [Tensor, Tensor] {
  const [t] = promote("modf", [x], "inexact") as [Tensor];
  const whole = select(compare(t, "GE", like(t, 0)), floor(t), ceil(t));
  return [settle(ops.sub(t, whole)), settle(whole)];
});

/**
 * x to the y-th. An exponent that is a whole number multiplies; booleans count as int32.
 * @throws DTypeError for an integer to a negative whole number
 */
export const power = owning(function power(x: TensorLike, y: TensorLike): Tensor {
  if (typeof y === "number" && Number.isInteger(y) && Math.abs(y) < 2 ** 31 && typeof x !== "number") {
    const t = tensorOf(x, "power");
    const base = t.dtype === "bool" ? cast(t, "int32") : t;
    if (y < 0 && !isInexact(base.dtype))
      throw new DTypeError(
        `power: got ${t.dtype} with exponent ${y}; integers take no negative power. Convert with astype("float32").`,
      );
    return settle(integerPow(base, y));
  }
  const [a, b] = promote("power", [x, y]) as [Tensor, Tensor];
  if (isInexact(a.dtype)) return ops.pow(a, b);
  return a.dtype === "bool" ? integerPower(cast(a, "int32"), cast(b, "int32")) : integerPower(a, b);
});
export { power as pow };

/** By repeated squaring over the bits of the exponent; a negative one gives 0, but for bases 1 and −1. */
function integerPower(x: Tensor, y: Tensor): Tensor {
  const bits = itemSize(x.dtype) * 8;
  const zero = zerosLike(x);
  let result: Tensor = one(x);
  let base = x;
  let exponent = y;
  const significant = Math.min(bits, 64);
  for (let i = 0; i < significant; i++) {
    const odd = compare(ops.and(exponent, one(exponent)), "NE", zero);
    result = select(odd, ops.mul(result, base), result);
    exponent = ops.shiftRightLogical(exponent, one(exponent));
    if (i + 1 < significant) base = ops.mul(base, base);
  }
  if (isUnsigned(x)) return result;
  const minusOne = neg(one(x));
  const odd = compare(ops.and(y, one(y)), "NE", zero);
  const inverse = select(
    compare(x, "EQ", one(x)),
    one(x),
    select(compare(x, "EQ", minusOne), select(odd, minusOne, one(x)), zero),
  );
  return select(compare(y, "LT", zero), inverse, result);
}

/** x to the y-th, always in floating point. */
export const floatPower = family("floatPower", "inexact", ops.pow);
/** √(x² + y²), scaled against overflow. */
export const hypot = family("hypot", "inexact", (x, y) => {
  const [a, b] = [abs(x), abs(y)] as const;
  const big = ops.max(a, b);
  const small = ops.min(a, b);
  const zero = compare(big, "EQ", like(big, 0));
  const ratio = ops.div(small, select(zero, like(big, 1), big));
  const infinite = compare(big, "EQ", like(big, Number.POSITIVE_INFINITY));
  return select(ops.or(zero, infinite), big, ops.mul(big, sqrt(ops.add(square(ratio), 1))));
});
/** |x| with the sign of y. */
export const copysign = family("copysign", "inexact", (x, y) => {
  const magnitude = abs(x);
  const negative = ops.or(compare(y, "LT", like(y, 0)), compare(ops.div(like(y, 1), y), "LT", like(y, 0)));
  return select(negative, neg(magnitude), magnitude);
});
/** 0 below zero, 1 above, `y` at zero. */
export const heaviside = family("heaviside", "inexact", (x, y) => {
  const nan = compare(x, "NE", x);
  const side = select(compare(x, "LT", like(x, 0)), like(x, 0), select(compare(x, "EQ", like(x, 0)), y, like(x, 1)));
  return select(nan, x, side);
});

/** log(eˣ + eʸ) without overflow. */
export const logaddexp = family("logaddexp", "inexact", logAdd);
/** log₂(2ˣ + 2ʸ) without overflow. */
export const logaddexp2 = family("logaddexp2", "inexact", (x, y) =>
  ops.div(logAdd(ops.mul(x, Math.LN2), ops.mul(y, Math.LN2)), Math.LN2),
);
function logAdd(x: Tensor, y: Tensor): Tensor {
  const top = ops.max(x, y);
  const gap = ops.sub(ops.min(x, y), top);
  // Equal infinities have no gap, and a NaN comes through the sum.
  return select(compare(gap, "NE", gap), ops.add(x, y), ops.add(top, log1p(exp(gap))));
}

const bitwise = (name: string, op: Rule): Binary => family(name, "same", op);
export const bitwiseAnd = bitwise("bitwiseAnd", ops.and);
export const bitwiseOr = bitwise("bitwiseOr", ops.or);
export const bitwiseXor = bitwise("bitwiseXor", ops.xor);
const asInt =
  (op: Rule): Rule =>
  (x, y) =>
    op(cast(x, "int32"), cast(y, "int32"));
export const leftShift = family("leftShift", "same", ops.shiftLeft, asInt(ops.shiftLeft));
/** Arithmetic for signed integers, logical for unsigned ones. */
export const rightShift = family(
  "rightShift",
  "same",
  (x, y) => (isUnsigned(x) ? ops.shiftRightLogical(x, y) : ops.shiftRightArithmetic(x, y)),
  asInt(ops.shiftRightArithmetic),
);
