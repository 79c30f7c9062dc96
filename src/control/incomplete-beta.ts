// The regularised incomplete beta function, by its continued fraction.
import type { Aval } from "../core/aval.ts";
import { type DType, epsilon, itemSize, smallestNormal } from "../core/dtype.ts";
import { NonDifferentiableError } from "../core/errors.ts";
import { defineOp, type Op, type OperandDerivative } from "../core/op.ts";
import { Literal, type Tensor } from "../core/tensor.ts";
import { bind1 } from "../core/trace.ts";
import { add, and, div, mul, or, sub } from "../ops/binary.ts";
import { byGraph } from "../ops/by-graph.ts";
import { eq, ge, gt, lt, ne, select } from "../ops/compare.ts";
import { batchElementwise, rebinder, requireDType, sameAvals } from "../ops/elementwise.ts";
import { like, splat } from "../ops/literal.ts";
import { reduceOr } from "../ops/reduce.ts";
import { broadcastInDim } from "../ops/shape.ts";
import { abs, convert, exp, lgamma, log, log1p, neg } from "../ops/unary.ts";
import { repeatWhile } from "./repeat.ts";

type Three = readonly [a: Tensor, b: Tensor, x: Tensor];
type NoParams = Record<never, never>;

const refuse: OperandDerivative<NoParams, Three> = () => {
  throw new NonDifferentiableError(
    "regularized_incomplete_beta: has no derivative by a and b, as in JAX. Hold them with stopGradient.",
  );
};

/** I(x; a, b) = B(x; a, b) / B(a, b). Differentiable by x. */
export const betaincOp: Op<NoParams, Three> = defineOp({
  name: "regularized_incomplete_beta",
  shape: (operands: readonly Aval[]) => {
    requireDType("regularized_incomplete_beta", operands[0]!, "float");
    return [sameAvals("regularized_incomplete_beta", operands)];
  },
  derivative: [refuse, refuse, (t, [a, b, x]) => mul(t, density(a, b, x))],
  transpose: null,
  batch: batchElementwise(rebinder(() => betaincOp)),
  effect: "none",
  cost: "costly",
  // 16-bit floats are too short for the products.
  lower: byGraph<NoParams, Three>("regularized_incomplete_beta", (operands) => {
    const wide: DType = itemSize(operands[0].dtype) > 2 ? operands[0].dtype : "float32";
    const { dtype, weakType } = sameAvals(
      "regularized_incomplete_beta",
      operands.map((t) => t.aval),
    );
    const [a, b, x] = operands.map((t) => convert(t, wide)) as [Tensor, Tensor, Tensor];
    return [convert(incompleteBeta(a, b, x), dtype, weakType)];
  }),
});
export const betainc = (a: Tensor, b: Tensor, x: Tensor): Tensor => bind1(betaincOp, [a, b, x], {});

/** xᵃ⁻¹ (1−x)ᵇ⁻¹ / B(a, b) */
function density(a: Tensor, b: Tensor, x: Tensor): Tensor {
  const logBeta = sub(add(lgamma(a), lgamma(b)), lgamma(add(a, b)));
  return exp(sub(add(mul(sub(b, 1), log1p(neg(x))), mul(sub(a, 1), log(x))), logBeta));
}

const anyOf = (...masks: Tensor[]): Tensor => masks.reduce((m, n) => or(m, n));
const noNumber = (x: Tensor): Tensor => ne(x, x);

function incompleteBeta(a: Tensor, b: Tensor, x: Tensor): Tensor {
  const infinity = Number.POSITIVE_INFINITY;
  const noA = or(eq(a, 0), eq(b, infinity));
  const noB = or(eq(b, 0), eq(a, infinity));
  const outside = anyOf(lt(a, 0), lt(b, 0), lt(x, 0), gt(x, 1), and(noA, noB), noNumber(a), noNumber(b), noNumber(x));
  const zero = or(and(noB, ne(x, 1)), and(noA, eq(x, 0)));
  const one = or(and(noA, ne(x, 0)), and(noB, eq(x, 1)));
  // The fraction converges fast below (a+1)/(a+b+2); beyond it I(x; a, b) = 1 − I(1−x; b, a). DLMF 8.17.4, 8.17.22.
  const direct = lt(x, div(add(a, 1), add(add(a, b), 2)));
  const [p, q] = [select(direct, a, b), select(direct, b, a)];
  const at = select(direct, x, sub(like(x, 1), x));
  const part = mul(continuedFraction(p, q, at), front(p, q, at));
  const inside = select(direct, part, sub(like(part, 1), part));
  const known = select(one, like(a, 1), select(zero, like(a, 0), inside));
  return select(outside, like(a, Number.NaN), known);
}

/** xᵃ (1−x)ᵇ / (a B(a, b)); where a is tiny, with a Γ(a) = 1. */
function front(a: Tensor, b: Tensor, x: Tensor): Tensor {
  const rest = mul(log1p(neg(x)), b);
  const ratio = sub(lgamma(b), lgamma(add(a, b)));
  const usual = div(exp(sub(add(mul(log(x), a), rest), add(lgamma(a), ratio))), a);
  return select(lt(a, 2 * smallestNormal(a.dtype)), exp(sub(rest, ratio)), usual);
}

/** The fraction of DLMF 8.17.22, evaluated forwards by the modified Lentz method. */
function continuedFraction(a: Tensor, b: Tensor, x: Tensor): Tensor {
  const turns = a.dtype === "float32" ? 200 : 600;
  const small = epsilon(a.dtype) / 2;
  const held = (t: Tensor) => select(lt(abs(t), small), like(t, small), t);
  const start = like(a, small);
  const counter = (n: number): Tensor => splat(n, [], "int32");
  const on = new Literal(true, splat(true, [], "bool").aval);
  const [, , , , h] = repeatWhile(
    "incomplete_beta_fraction",
    (turn, unsettled) => and(lt(turn!, turns), unsettled!),
    (...state) => {
      const [turn, , c0, d0, h0] = state as [Tensor, Tensor, Tensor, Tensor, Tensor];
      const numerator = partialNumerator(turn, a, b, x);
      const c = held(add(div(numerator, c0), 1));
      const bottom = held(add(mul(numerator, d0), 1));
      const d = div(like(bottom, 1), bottom);
      const delta = mul(c, d);
      const moving = reduceOr(ge(abs(sub(delta, 1)), small), [...delta.shape.keys()]);
      return [add(turn, 1), moving, c, d, mul(h0, delta)];
    },
    [counter(1), on, start, like(a, 0), start],
  ) as [Tensor, Tensor, Tensor, Tensor, Tensor];
  return h;
}

/** 1; then −(a+m)(a+b+m)x / ((a+2m)(a+2m+1)) in even turns 2m+2, and m(b−m)x / ((a+2m−1)(a+2m)) in odd turns 2m+1. */
function partialNumerator(turn: Tensor, a: Tensor, b: Tensor, x: Tensor): Tensor {
  const spread = (s: Tensor) => broadcastInDim(s, x.shape, []);
  const even = eq(and(turn, 1), 0);
  const m = spread(convert(div(sub(turn, 1), 2), a.dtype));
  const twice = add(a, mul(m, 2));
  const usual = div(mul(mul(neg(add(a, m)), add(add(a, b), m)), x), mul(twice, add(twice, 1)));
  // Without a in numerator and denominator: it may be subnormal.
  const first = div(mul(neg(add(a, b)), x), add(a, 1));
  const evenOne = select(eq(m, 0), first, usual);
  const oddOne = div(mul(mul(m, sub(b, m)), x), mul(sub(twice, 1), twice));
  const chosen = select(spread(even), evenOne, oddOne);
  return select(spread(eq(turn, 1)), like(x, 1), chosen);
}
