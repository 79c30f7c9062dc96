// Elementwise operations of one operand: arithmetic, powers, exponentials, signs, rounding, bits; the others beside them.
import type { Value } from "../../hlo/module.ts";
import { longAval } from "../core/aval.ts";
import { isBigInteger, isComplex, isInexact, realOf } from "../core/dtype.ts";
import { DTypeError } from "../core/errors.ts";
import { typeOf } from "../core/lowering.ts";
import { defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind1 } from "../core/trace.ts";
import { add, div, mul, sub } from "./binary.ts";
import { eq, ge, select } from "./compare.ts";
import { conj, real } from "./complex.ts";
import { convert } from "./convert.ts";
import { batchElementwise, rebinder, requireDType } from "./elementwise.ts";
import { like, zerosLike } from "./literal.ts";
import { applied, chlo, stablehlo, unary } from "./unary-family.ts";

export * from "./convert.ts";
export * from "./special.ts";
export * from "./trigonometry.ts";
export type { UnaryOp } from "./unary-family.ts";

const half = (t: Tensor) => mul(t, 0.5);
export const negOp = unary("neg", { accepts: "number", lower: stablehlo("negate"), jvp: "linear" });
export const neg = applied(negOp);
export const expOp = unary("exp", {
  accepts: "inexact",
  lower: stablehlo("exponential"),
  jvp: (t, _x, y) => mul(t, y),
});
export const exp = applied(expOp);
export const exp2Op = unary("exp2", {
  accepts: "inexact",
  lower: (c, x) => {
    const type = typeOf(c.results[0]!);
    if (!isComplex(c.results[0]!.dtype)) return c.one(stablehlo("power"), [c.constant(type, 2), x], type);
    return c.one(stablehlo("exponential"), [c.one(stablehlo("multiply"), [c.constant(type, Math.LN2), x], type)], type);
  },
  jvp: (t, _x, y) => mul(t, mul(y, Math.LN2)),
});
export const exp2 = applied(exp2Op);
export const expm1Op = unary("expm1", {
  accepts: "inexact",
  lower: stablehlo("exponential_minus_one"),
  jvp: (t, _x, y) => mul(t, add(y, 1)),
});
export const expm1 = applied(expm1Op);
export const logOp = unary("log", { accepts: "inexact", lower: stablehlo("log"), jvp: (t, x) => div(t, x) });
export const log = applied(logOp);
export const log1pOp = unary("log1p", {
  accepts: "inexact",
  lower: stablehlo("log_plus_one"),
  jvp: (t, x) => div(t, add(x, 1)),
});
export const log1p = applied(log1pOp);
export const logisticOp = unary("logistic", {
  accepts: "inexact",
  lower: (c, x) => {
    const type = typeOf(c.results[0]!);
    if (!isComplex(c.results[0]!.dtype)) return c.one(stablehlo("logistic"), [x], type);
    const one = c.constant(type, 1);
    const grown = c.one(stablehlo("exponential"), [c.one(stablehlo("negate"), [x], type)], type);
    return c.one(stablehlo("divide"), [one, c.one(stablehlo("add"), [one, grown], type)], type);
  },
  jvp: (t, _x, y) => mul(t, mul(y, sub(like(y, 1), y))),
});
export const logistic = applied(logisticOp);
export const sqrtOp = unary("sqrt", {
  accepts: "inexact",
  lower: stablehlo("sqrt"),
  jvp: (t, _x, y) => div(half(t), y),
});
export const sqrt = applied(sqrtOp);
export const rsqrtOp = unary("rsqrt", {
  accepts: "inexact",
  lower: stablehlo("rsqrt"),
  jvp: (t, x, y) => mul(t, mul(div(y, x), -0.5)),
});
export const rsqrt = applied(rsqrtOp);
export const cbrtOp = unary("cbrt", {
  accepts: "float",
  lower: stablehlo("cbrt"),
  jvp: (t, _x, y) => mul(t, mul(integerPow(y, -2), 1 / 3)),
});
export const cbrt = applied(cbrtOp);
export const squareOp = unary("square", {
  accepts: "number",
  lower: (c, x) => {
    const type = typeOf(c.results[0]!);
    return isComplex(c.results[0]!.dtype)
      ? c.one(chlo("square"), [x], type)
      : c.one(stablehlo("multiply"), [x, x], type);
  },
  jvp: (t, x) => mul(t, mul(x, 2)),
});
export const square = applied(squareOp);
export const absOp = unary("abs", {
  accepts: "number",
  dtype: realOf,
  lower: (c, x) => (c.results[0]!.dtype.startsWith("u") ? x : c.one(stablehlo("abs"), [x], typeOf(c.results[0]!))),
  // The derivative at zero is taken as one.
  jvp: (t, x, y) => (isComplex(x.dtype) ? complexAbsTangent(t, x, y) : select(ge(x, 0), t, neg(t))),
});
export const abs = applied(absOp);
/** Re(t x̄ / |x|), zero where x is. */
function complexAbsTangent(t: Tensor, x: Tensor, y: Tensor): Tensor {
  const size = convert(y, x.dtype);
  return real(mul(t, div(conj(x), select(eq(size, 0), like(size, 1), size))));
}
export const signOp = unary("sign", {
  accepts: "number",
  lower: (c, x) => {
    const type = typeOf(c.results[0]!);
    if (!c.results[0]!.dtype.startsWith("u")) return c.one(stablehlo("sign"), [x], type);
    const one = c.constant(type, c.results[0]!.dtype === "uint64" ? 1n : 1);
    return c.one(stablehlo("minimum"), [x, one], type);
  },
  jvp: "none",
});
export const sign = applied(signOp);
export const floorOp = unary("floor", { accepts: "float", lower: stablehlo("floor"), jvp: "none" });
export const floor = applied(floorOp);
export const ceilOp = unary("ceil", { accepts: "float", lower: stablehlo("ceil"), jvp: "none" });
export const ceil = applied(ceilOp);
/** Half to even. */
export const roundOp = unary("round", { accepts: "float", lower: stablehlo("round_nearest_even"), jvp: "none" });
export const round = applied(roundOp);
/** Half away from zero. */
export const roundAwayOp = unary("round_away", {
  accepts: "float",
  lower: stablehlo("round_nearest_afz"),
  jvp: "none",
});
export const roundAway = applied(roundAwayOp);
export const isFiniteOp = unary("is_finite", {
  accepts: "float",
  dtype: "bool",
  lower: stablehlo("is_finite"),
  jvp: "none",
});
export const finite = applied(isFiniteOp);
export const notOp = unary("not", { accepts: "bits", lower: stablehlo("not"), jvp: "none" });
export const not = applied(notOp);
export const populationCountOp = unary("population_count", {
  accepts: "integer",
  lower: stablehlo("popcnt"),
  jvp: "none",
});
export const populationCount = applied(populationCountOp);
export const clzOp = unary("clz", { accepts: "integer", lower: stablehlo("count_leading_zeros"), jvp: "none" });
export const clz = applied(clzOp);
/** The identity that no derivative passes. */
export const stopGradientOp = unary("stop_gradient", { accepts: "any", lower: (_c, x) => x, jvp: "none" });
export const stopGradientTensor = applied(stopGradientOp);
/** The identity, as a fresh value. */
export const copyOp = unary("copy", { accepts: "any", lower: (_c, x) => x, jvp: "linear" });
export const copy = applied(copyOp);
/** `x ** y` for an integer `y`, by repeated multiplication. */
export const integerPowOp: Op<{ y: number }, readonly [Tensor]> = defineOp({
  name: "integer_pow",
  shape: ([x], { y }) => {
    requireDType("integer_pow", x, "number");
    if (!Number.isInteger(y)) throw new DTypeError(`integer_pow: got exponent ${y}, expected an integer; use pow.`);
    if (y < 0 && !isInexact(x.dtype))
      throw new DTypeError(`integer_pow: got ${longAval(x)} with exponent ${y}; integers take no negative exponent.`);
    return [x];
  },
  derivative: [(t, [x], _r, { y }) => (y === 0 ? zerosLike(t) : mul(t, mul(integerPow(x, y - 1), y)))],
  transpose: null,
  batch: batchElementwise(rebinder(() => integerPowOp)),
  effect: "none",
  cost: "cheap",
  lower: (c, [x], { y }) => {
    const type = typeOf(c.results[0]!);
    const one = c.constant(type, isBigInteger(c.results[0]!.dtype) ? 1n : 1);
    if (y === 0) return [one];
    let power: Value | undefined;
    let base = x;
    for (let n = Math.abs(y); n > 0; n = Math.floor(n / 2)) {
      if (n % 2 === 1) power = power === undefined ? base : c.one(stablehlo("multiply"), [power, base], type);
      if (n > 1) base = c.one(stablehlo("multiply"), [base, base], type);
    }
    return [y < 0 ? c.one(stablehlo("divide"), [one, power!], type) : power!];
  },
});
export const integerPow = (x: Tensor, y: number): Tensor =>
  y === 1 ? x : y === 2 ? square(x) : bind1(integerPowOp, [x], { y });
