// Regularised incomplete gamma functions, their derivatives by the shape parameter, and that of a gamma sample.
import type { Aval } from "../core/aval.ts";
import { type DType, itemSize, maxValue } from "../core/dtype.ts";
import { NonDifferentiableError } from "../core/errors.ts";
import { defineOp, type Op, type OperandDerivative } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind1 } from "../core/trace.ts";
import { add, and, mul, or, sub } from "../ops/binary.ts";
import { byGraph } from "../ops/by-graph.ts";
import { eq, ge, gt, le, lt, ne, select } from "../ops/compare.ts";
import { batchElementwise, rebinder, requireDType, sameAvals } from "../ops/elementwise.ts";
import { like } from "../ops/literal.ts";
import { convert, exp, lgamma, log, neg, not } from "../ops/unary.ts";
import { continuedFraction, series } from "./incomplete-gamma-loops.ts";

type Two = readonly [a: Tensor, x: Tensor];
type NoParams = Record<never, never>;
const none: NoParams = Object.freeze({});
type GammaOp = Op<NoParams, Two>;
type Rule = OperandDerivative<NoParams, Two>;

function family(name: string, formula: (a: Tensor, x: Tensor) => Tensor, derivative: readonly [Rule, Rule]): GammaOp {
  const op: GammaOp = defineOp({
    name,
    shape: (operands: readonly Aval[]) => {
      requireDType(name, operands[0]!, "float");
      return [sameAvals(name, operands)];
    },
    derivative,
    transpose: null,
    batch: batchElementwise(rebinder(() => op)),
    effect: "none",
    cost: "costly",
    // 16-bit floats are too short for the sums.
    lower: byGraph<NoParams, Two>(name, ([a, x]) => {
      const wide: DType = itemSize(a.dtype) > 2 ? a.dtype : "float32";
      const { dtype, weakType } = sameAvals(name, [a.aval, x.aval]);
      return [convert(formula(convert(a, wide), convert(x, wide)), dtype, weakType)];
    }),
  });
  return op;
}

const noNumber = (x: Tensor): Tensor => ne(x, x);
const anyOf = (...masks: Tensor[]): Tensor => masks.reduce((m, n) => or(m, n));
const logDensity = (a: Tensor, x: Tensor): Tensor => sub(sub(mul(a, log(x)), x), lgamma(a));
const underflows = (logAx: Tensor): Tensor => lt(logAx, -Math.log(Number(maxValue(logAx.dtype))));
const infinity = Number.POSITIVE_INFINITY;

function lowerIncomplete(a: Tensor, x: Tensor): Tensor {
  const zero = eq(x, 0);
  const infinite = eq(x, infinity);
  const outside = anyOf(lt(x, 0), lt(a, 0), and(eq(a, 0), zero), noNumber(a), noNumber(x));
  const fraction = and(ge(x, 1), gt(x, a));
  const logAx = logDensity(a, x);
  const enabled = not(anyOf(zero, outside, underflows(logAx), infinite));
  const point = { a, x, ax: exp(logAx), mode: "value" } as const;
  const upper = continuedFraction({ ...point, enabled: and(enabled, fraction) });
  const lower = series({ ...point, enabled: and(enabled, not(fraction)) });
  const inside = select(fraction, sub(like(upper, 1), upper), lower);
  return select(outside, like(a, Number.NaN), select(infinite, like(a, 1), select(zero, like(a, 0), inside)));
}

function upperIncomplete(a: Tensor, x: Tensor): Tensor {
  const zero = eq(a, 0);
  const infinite = eq(x, infinity);
  const outside = anyOf(lt(x, 0), lt(a, 0), and(zero, eq(x, 0)), noNumber(a), noNumber(x));
  const bySeries = or(lt(x, 1), lt(x, a));
  const logAx = logDensity(a, x);
  const enabled = not(anyOf(outside, underflows(logAx), infinite, zero));
  const point = { a, x, ax: exp(logAx), mode: "value" } as const;
  const lower = series({ ...point, enabled: and(enabled, bySeries) });
  const upper = continuedFraction({ ...point, enabled: and(enabled, not(bySeries)) });
  const inside = select(bySeries, sub(like(lower, 1), lower), upper);
  return select(outside, like(a, Number.NaN), select(or(infinite, zero), like(a, 0), inside));
}

function byShape(a: Tensor, x: Tensor, mode: "derivative" | "sampleDerivative"): Tensor {
  const zero = eq(x, 0);
  const outside = anyOf(lt(x, 0), le(a, 0), noNumber(a), noNumber(x));
  const fraction = and(gt(x, 1), gt(x, a));
  const logAx = logDensity(a, x);
  const enabled = not(anyOf(zero, outside, underflows(logAx)));
  const point = { a, x, ax: exp(logAx), mode } as const;
  const upper = neg(continuedFraction({ ...point, enabled: and(enabled, fraction) }));
  const lower = series({ ...point, enabled: and(enabled, not(fraction)) });
  return select(outside, like(a, Number.NaN), select(zero, like(a, 0), select(fraction, upper, lower)));
}

const refuse =
  (name: string): Rule =>
  () => {
    throw new NonDifferentiableError(`${name}: has no derivative, as in JAX. Hold its operands with stopGradient.`);
  };

/** xᵃ⁻¹ e⁻ˣ / Γ(a), the derivative of P(a, x) by x. */
const density = (a: Tensor, x: Tensor): Tensor => exp(sub(add(neg(x), mul(sub(a, 1), log(x))), lgamma(a)));

/** P(a, x) = γ(a, x) / Γ(a). */
export const igammaOp = family("igamma", lowerIncomplete, [
  (t, [a, x]) => mul(t, igammaGradA(a, x)),
  (t, [a, x]) => mul(t, density(a, x)),
]);
export const igamma = (a: Tensor, x: Tensor): Tensor => bind1(igammaOp, [a, x], none);

/** Q(a, x) = 1 − P(a, x), without cancellation. */
export const igammacOp = family("igammac", upperIncomplete, [
  (t, [a, x]) => neg(mul(t, igammaGradA(a, x))),
  (t, [a, x]) => neg(mul(t, density(a, x))),
]);
export const igammac = (a: Tensor, x: Tensor): Tensor => bind1(igammacOp, [a, x], none);

/** ∂P(a, x) / ∂a */
export const igammaGradAOp = family("igamma_grad_a", (a, x) => byShape(a, x, "derivative"), [
  refuse("igamma_grad_a"),
  refuse("igamma_grad_a"),
]);
export const igammaGradA = (a: Tensor, x: Tensor): Tensor => bind1(igammaGradAOp, [a, x], none);

/**
 * dx/da of a sample x of Gamma(a) at a fixed quantile: −(∂P/∂a) / (∂P/∂x).
 *
 * Figurnov, Mohamed and Mnih, "Implicit reparameterization gradients", 2018.
 */
export const randomGammaGradOp = family("random_gamma_grad", (a, x) => byShape(a, x, "sampleDerivative"), [
  refuse("random_gamma_grad"),
  refuse("random_gamma_grad"),
]);
export const randomGammaGrad = (a: Tensor, x: Tensor): Tensor => bind1(randomGammaGradOp, [a, x], none);
