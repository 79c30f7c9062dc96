// Binomial variables: sums of geometric ones where few successes are expected, transformed rejection where many are.
import { repeatWhile } from "../../control/repeat.ts";
import { rolledThreefry } from "../../control/rolled-threefry.ts";
import { type DType, isFloat } from "../../core/dtype.ts";
import { DTypeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { add, and, div, mul, or, sub } from "../../ops/binary.ts";
import { clamp, eq, ge, gt, le, lt, ne, select } from "../../ops/compare.ts";
import { like, splat } from "../../ops/literal.ts";
import { reduceOr } from "../../ops/reduce.ts";
import { abs, ceil, convert, floor, log, log1p, neg, not, sqrt } from "../../ops/unary.ts";
import type { Shape } from "../np/axes.ts";
import { broadcastTo, cast, promoteDTypes } from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { drawUnit } from "./bits.ts";
import { keyTensor, subkeys, type Words, wordsOf } from "./key.ts";
import { drawShape, runWith } from "./parameters.ts";

const any = (mask: Tensor): Tensor => reduceOr(mask, [...mask.shape.keys()]);

/**
 * Successes among `n` tosses of probability `p`, as floats; NaN for a negative or NaN `n` or a `p` that is no
 * probability. As `jax.random.binomial`.
 *
 * Kachitvichyanukul and Schmeiser, "Binomial random variate generation", 1988; Hörmann, "The generation of binomial
 * random variates", 1993.
 * @throws DTypeError if `dtype` is no float; ShapeError if a parameter does not broadcast to `shape`
 */
export function binomial(key: Tensor, n: TensorLike, p: TensorLike, shape?: Shape, dtype: DType = "float32"): Tensor {
  const name = "random.binomial";
  if (!isFloat(dtype)) throw new DTypeError(`${name}: got dtype ${dtype}, expected a float dtype.`);
  const probability = promoteDTypes(name, [p], "inexact")[0]!;
  const count = promoteDTypes(name, [n])[0]!;
  const sizes = drawShape(name, shape, [count.shape, probability.shape]);
  const wide = (t: Tensor) => broadcastTo(name, cast(t, probability.dtype), sizes);
  return runWith(name, keyTensor(name, key), [count, probability], (k, c, q) =>
    drawBinomial(wordsOf(k), wide(c!), wide(q!), dtype),
  );
}

/** For `count` and `prob` of the draw's shape and one floating dtype. */
export function drawBinomial(words: Words, count: Tensor, prob: Tensor, dtype: DType): Tensor {
  const rare = lt(prob, 0.5);
  const wanted = select(rare, prob, sub(like(prob, 1), prob));
  const noCount = or(ne(count, count), lt(count, 0));
  const endless = eq(abs(count), Number.POSITIVE_INFINITY);
  const noProbability = ne(wanted, wanted);
  const negative = lt(wanted, 0);
  const q = select(or(noProbability, negative), like(wanted, 0.01), wanted);
  const few = or(noCount, le(mul(count, q), 10));
  const whole = floor(count);
  const inverted = byGeometric(words, select(few, whole, like(whole, 0)), q, dtype);
  const rejected = byRejection(words, select(few, like(whole, 1e4), whole), select(few, like(q, 0.5), q), dtype);
  const drawn = select(few, inverted, rejected);
  const invalid = or(or(negative, noProbability), noCount);
  const marked = select(invalid, like(drawn, Number.NaN), drawn);
  const bounded = select(and(endless, not(invalid)), like(marked, Number.POSITIVE_INFINITY), marked);
  const direct = or(or(rare, noCount), or(noProbability, endless));
  return select(direct, bounded, sub(convert(whole, dtype), bounded));
}

/** How many geometric variables fit into `count`. */
function byGeometric(words: Words, count: Tensor, prob: Tensor, dtype: DType): Tensor {
  const logFailure = log1p(neg(prob));
  const [found] = repeatWhile(
    "binomial_inversion",
    (_found, sum) => any(le(sum!, count)),
    (found, sum, k0, k1) => {
      const [used, next] = subkeys([k0!, k1!], 2, rolledThreefry) as [Words, Words];
      const waited = ceil(div(log(drawUnit(used, prob.shape, prob.dtype, rolledThreefry)), logFailure));
      return [select(le(sum!, count), add(found!, 1), found!), add(sum!, waited), ...next];
    },
    [like(prob, 0), like(prob, 0), ...words],
  );
  return convert(sub(found!, 1), dtype);
}

/** Hörmann's BTRS. */
function byRejection(words: Words, count: Tensor, prob: Tensor, dtype: DType): Tensor {
  const failure = sub(like(prob, 1), prob);
  const deviation = sqrt(mul(mul(count, prob), failure));
  const b = add(mul(deviation, 2.53), 1.15);
  const a = add(add(mul(b, 0.0248), -0.0873), mul(prob, 0.01));
  const c = add(mul(count, prob), 0.5);
  const vr = sub(like(b, 0.92), div(like(b, 4.2), b));
  const r = div(prob, failure);
  const alpha = mul(add(div(like(b, 5.1), b), 2.83), deviation);
  const m = floor(mul(add(count, 1), prob));
  const above = add(sub(count, m), 1);
  const fixed = mul(add(m, 0.5), log(div(add(m, 1), mul(r, above))));
  const [k] = repeatWhile(
    "binomial_rejection",
    (_k, accepted) => any(not(accepted!)),
    (chosen, accepted, k0, k1) => {
      const [next, first, second] = subkeys([k0!, k1!], 3, rolledThreefry) as [Words, Words, Words];
      const u = sub(drawUnit(first, prob.shape, prob.dtype, rolledThreefry), 0.5);
      const v = drawUnit(second, prob.shape, prob.dtype, rolledThreefry);
      const edge = sub(like(u, 0.5), abs(u));
      const quick = and(ge(edge, 0.07), le(v, vr));
      const k = floor(add(mul(add(div(mul(a, 2), edge), b), u), c));
      const refused = or(lt(k, 0), gt(k, count));
      const height = log(div(mul(v, alpha), add(div(a, mul(edge, edge)), b)));
      const left = add(sub(count, k), 1);
      const bound = [
        mul(add(count, 1), log(div(above, left))),
        mul(add(k, 0.5), log(div(mul(r, left), add(k, 1)))),
        stirlingTail(m),
        stirlingTail(sub(count, m)),
        neg(stirlingTail(k)),
        neg(stirlingTail(sub(count, k))),
      ].reduce((sum, term) => add(sum, term), fixed);
      const accept = or(quick, and(not(refused), le(height, bound)));
      return [select(accept, k, chosen!), or(accepted!, accept), ...next];
    },
    [like(prob, -1), splat(false, prob.shape, "bool"), ...words],
  );
  return convert(k!, dtype);
}

/** log k! less Stirling's formula, for k from 0 to 9. */
const tails = [
  0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.02079067210376509, 0.0166446911898211,
  0.0138761288230707, 0.0118967099458917, 0.010411265261972, 0.00925546218271273, 0.00833056343336287,
];

/** log k! = log √(2π) + (k + ½) log(k + 1) − (k + 1) + tail(k) */
function stirlingTail(k: Tensor): Tensor {
  const held = clamp(0, k, 9);
  const next = add(held, 1);
  const squared = mul(next, next);
  const inner = sub(like(k, 1 / 360), div(like(k, 1 / 1260), squared));
  const series = div(sub(like(k, 1 / 12), div(inner, squared)), next);
  const place = floor(held);
  const known = tails.reduceRight<Tensor>((rest, value, i) => select(le(place, i), like(k, value), rest), like(k, 0));
  return select(le(k, 9), known, series);
}
