// Gamma variables: the sampler as one operation, with a derivative by its shape parameter.
import { longAval, sameShape } from "../core/aval.ts";
import { type DType, smallestNormal } from "../core/dtype.ts";
import { DTypeError, ShapeError } from "../core/errors.ts";
import { defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind1 } from "../core/trace.ts";
import { batchFront } from "../ops/batching.ts";
import { add, and, div, mul, or, pow, sub } from "../ops/binary.ts";
import { byGraph } from "../ops/by-graph.ts";
import { eq, ge, le, select } from "../ops/compare.ts";
import { counters } from "../ops/counters.ts";
import { requireDType } from "../ops/elementwise.ts";
import { like } from "../ops/literal.ts";
import { normalOf, unitOf, type Words } from "../ops/random-floats.ts";
import { reduceOr } from "../ops/reduce.ts";
import { broadcastInDim, reshape, sliceInDim } from "../ops/shape.ts";
import { threefry2x32 } from "../ops/threefry.ts";
import { exp, log, log1p, neg, sqrt } from "../ops/unary.ts";
import { randomGammaGrad } from "./incomplete-gamma.ts";
import { repeatWhile } from "./repeat.ts";
import { rolledThreefry } from "./rolled-threefry.ts";

export interface GammaParams {
  /** The logarithm of the sample, which does not underflow where `a` is small. */
  readonly logSpace: boolean;
}
type Two = readonly [key: Tensor, a: Tensor];

/** A key [..., 2] and shape parameters [..., ...rest] to samples: each element draws with a key split off for it. */
export const randomGammaOp: Op<GammaParams, Two> = defineOp({
  name: "random_gamma",
  shape: ([key, a]) => {
    requireDType("random_gamma", a, "float");
    if (key.dtype !== "uint32")
      throw new DTypeError(`random_gamma: got a key of ${longAval(key)}, expected uint32[..., 2].`);
    const lead = key.shape.slice(0, -1);
    if (key.shape.at(-1) !== 2 || !sameShape(a.shape.slice(0, lead.length), lead))
      throw new ShapeError(
        `random_gamma: got ${longAval(key)} and ${longAval(a)}; expected [..., 2] and [..., ...rest].`,
      );
    return [a];
  },
  derivative: ["none", (t, [, a], [sample], { logSpace }) => mul(t, gammaSlope(a, sample!, logSpace))],
  transpose: null,
  batch: ({ operands: [key, a], dims: [dk, da], size, params }) => ({
    results: [bind1(randomGammaOp, [batchFront(key, dk, size), batchFront(a, da, size)], params)],
    dims: [0],
  }),
  effect: "none",
  cost: "costly",
  lower: byGraph<GammaParams, Two>("random_gamma", ([key, a], { logSpace }) => [sampleGamma(key, a, logSpace)]),
});

/** d sample / da, of the logarithm d sample / da / sample. */
function gammaSlope(a: Tensor, sample: Tensor, logSpace: boolean): Tensor {
  if (!logSpace) return randomGammaGrad(a, sample);
  const linear = exp(sample);
  const positive = select(eq(linear, 0), like(linear, smallestNormal(linear.dtype)), linear);
  return div(randomGammaGrad(a, positive), positive);
}

/** Key `i` of each key of an array of keys. */
const child = ([k0, k1]: Words, i: number): Words => rolledThreefry(k0, k1, like(k0, 0), like(k0, i));

/** A key of its own for each element of `a`. */
function elementKeys(key: Tensor, a: Tensor): Words {
  const lead = key.ndim - 1;
  const rest = a.shape.slice(lead);
  const word = (i: number) =>
    broadcastInDim(
      reshape(sliceInDim(key, i, i + 1, lead), key.shape.slice(0, lead)),
      a.shape,
      Array.from({ length: lead }, (_, d) => d),
    );
  const [high, low] = counters(rest).map((c) =>
    broadcastInDim(
      c,
      a.shape,
      rest.map((_, d) => d + lead),
    ),
  ) as [Tensor, Tensor];
  return threefry2x32(word(0), word(1), high, low);
}

const any = (mask: Tensor): Tensor => reduceOr(mask, [...mask.shape.keys()]);
const chooseAll = (which: Tensor, next: readonly Tensor[], old: readonly Tensor[]): Tensor[] =>
  next.map((t, i) => select(which, t, old[i]!));

/**
 * d V, with d = a − 1/3 and V = (1 + x / √(9 d))³, x normal, accepted as in the paper; for a < 1 a sample of a + 1 times
 * u^(1/a).
 *
 * Marsaglia and Tsang, "A simple method for generating gamma variables", 2000.
 */
function sampleGamma(key: Tensor, a: Tensor, logSpace: boolean): Tensor {
  const { dtype } = a;
  const large = ge(a, 1);
  const d = sub(select(large, a, add(a, 1)), 1 / 3);
  const c = div(like(d, 1 / 3), sqrt(d));
  const start = elementKeys(key, a);
  const keys = child(start, 0);
  const rejected = (x: Tensor, v: Tensor, u: Tensor) =>
    and(
      ge(u, sub(like(u, 1), mul(mul(x, x), 0.0331))),
      ge(log(u), add(mul(x, 0.5), mul(d, add(sub(like(v, 1), v), log(v))))),
    );
  const [, , , v] = repeatWhile(
    "gamma_rejection",
    (_k0, _k1, x, v, u) => any(rejected(x!, v!, u!)),
    (...state) => {
      const [k0, k1, x, v, u] = state as [Tensor, Tensor, Tensor, Tensor, Tensor];
      const now: Words = [k0, k1];
      const [drawn, cube] = positiveCube(child(now, 1), c, dtype);
      const unit = unitOf(child(child(now, 2), 0), dtype);
      return chooseAll(rejected(x, v, u), [...child(now, 0), mul(drawn, drawn), cube, unit], state);
    },
    [...keys, like(d, 0), like(d, 1), like(d, 2)],
  ) as [Tensor, Tensor, Tensor, Tensor, Tensor];
  const unit = unitOf(child(child(start, 1), 0), dtype);
  if (logSpace) {
    const logUnit = log1p(neg(unit));
    const boost = mul(logUnit, div(like(a, 1), a));
    return add(add(log(d), log(v)), select(or(large, eq(logUnit, 0)), like(boost, 0), boost));
  }
  const boost = pow(sub(like(unit, 1), unit), div(like(a, 1), a));
  return mul(mul(d, v), select(large, like(boost, 1), boost));
}

/** Normal x with v = 1 + c x positive, and v³. */
function positiveCube(keys: Words, c: Tensor, dtype: DType): [x: Tensor, cube: Tensor] {
  const [, , x, v] = repeatWhile(
    "gamma_normal",
    (_k0, _k1, _x, v) => any(le(v!, 0)),
    (...state) => {
      const now: Words = [state[0]!, state[1]!];
      const drawn = normalOf(unitOf(child(child(now, 1), 0), dtype));
      const next = [...child(now, 0), drawn, add(mul(drawn, c), 1)];
      return chooseAll(le(state[3]!, 0), next, state);
    },
    [...keys, like(c, 0), like(c, -1)],
  ) as [Tensor, Tensor, Tensor, Tensor];
  return [x, mul(mul(v, v), v)];
}

/** Gamma samples, or their logarithms, for shape parameters `a` and a key uint32[2]. */
export const randomGamma = (key: Tensor, a: Tensor, logSpace: boolean): Tensor =>
  bind1(randomGammaOp, [key, a], { logSpace });
