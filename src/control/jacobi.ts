// One-sided Jacobi rotations: pairs of rows are turned until all are orthogonal.
import { epsilon } from "../core/dtype.ts";
import type { Tensor } from "../core/tensor.ts";
import { add, and, div, max, mul, sub } from "../ops/binary.ts";
import { ge, gt, lt, select } from "../ops/compare.ts";
import { like, splat, zerosLike } from "../ops/literal.ts";
import { alongColumns } from "../ops/matrix.ts";
import { reduceMax, reduceSum } from "../ops/reduce.ts";
import { concatenate, pad, sliceInDim } from "../ops/shape.ts";
import { abs, neg, sqrt, square } from "../ops/unary.ts";
import { repeat, repeatWhile } from "./repeat.ts";

/** Sweeps over all pairs after which the rotations stop whatever is left; a dozen is usual. */
const sweeps = 48;
/** Inner products below this are zero: squares of the vectors would be lost. */
const smallest = { float32: 1e-30, float64: 1e-280 } as const;

/**
 * Rows of `x` [..., n, size] turned by rotations of two at a time until the inner product of every two, of their first
 * `length` elements, is below ε √length times their norms. Whatever stands in the further elements is turned along.
 *
 * All pairs (i, i + n/2) are turned at once, and the rows move on by the round-robin schedule, which after n − 1 rounds
 * has brought every two together and every row back (Brent and Luk 1985). Singular values found so have small errors
 * relative to the largest, usually to themselves (Demmel and Veselić 1992). Rows that are not finite are left.
 */
export function orthogonalRows(x: Tensor, length: number): Tensor {
  const axis = x.ndim - 2;
  const n = x.shape[axis]!;
  if (n < 2) return x;
  const odd = n % 2;
  const zero = x.shape.map(() => 0);
  const even = pad(
    x,
    0,
    zero,
    zero.map((_, d) => (d === axis ? odd : 0)),
  );
  const half = (n + odd) / 2;
  const tolerance = epsilon(x.dtype) * Math.sqrt(length);
  const cut = (t: Tensor, from: number, to: number) => sliceInDim(t, from, to, axis);
  const turns = 2 * half - 1;

  const round = (_i: Tensor, p: Tensor, q: Tensor, worst: Tensor): Tensor[] => {
    const { c, s, angle } = rotation(p, q, length);
    const wide = (t: Tensor) => alongColumns(t, x.shape.at(-1)!);
    const [wc, ws] = [wide(c), wide(s)];
    const [p1, q1] = [sub(mul(wc, p), mul(ws, q)), add(mul(ws, p), mul(wc, q))];
    const largest = reduceMax(angle, [...angle.shape.keys()]);
    if (half === 1) return [p1, q1, max(worst, largest)];
    return [
      concatenate([cut(p1, 0, 1), cut(q1, 0, 1), cut(p1, 1, half - 1)], axis),
      concatenate([cut(q1, 1, half), cut(p1, half - 1, half)], axis),
      max(worst, largest),
    ];
  };
  const [, p, q] = repeatWhile(
    "jacobi",
    (sweep, _p, _q, worst) => and(lt(sweep!, sweeps), gt(worst!, tolerance)),
    (sweep, p0, q0) => [add(sweep!, 1), ...repeat("jacobi_sweep", turns, round, [p0!, q0!, splat(0, [], x.dtype)])],
    [splat(0, [], "int32"), cut(even, 0, half), cut(even, half, 2 * half), splat(2, [], x.dtype)],
  );
  return cut(concatenate([p!, q!], axis), 0, n);
}

/** The rotation that makes each pair of rows orthogonal, and the cosine of the angle that they had. */
function rotation(p: Tensor, q: Tensor, length: number) {
  const last = p.ndim - 1;
  const head = (t: Tensor) => sliceInDim(t, 0, length, last);
  const inner = (a: Tensor, b: Tensor) => reduceSum(mul(head(a), head(b)), [last]);
  const [alpha, beta, gamma] = [inner(p, p), inner(q, q), inner(p, q)];
  const scale = max(mul(sqrt(alpha), sqrt(beta)), smallest[p.dtype as "float32" | "float64"]);
  const angle = div(abs(gamma), scale);
  const turn = gt(angle, epsilon(p.dtype));
  // t = tan θ of the smaller root of t² + 2ζt − 1.
  const zeta = div(sub(beta, alpha), mul(select(turn, gamma, like(gamma, 1)), 2));
  const size = div(like(zeta, 1), add(abs(zeta), sqrt(add(square(zeta), 1))));
  const tangent = select(ge(zeta, 0), size, neg(size));
  const cosine = div(like(tangent, 1), sqrt(add(square(tangent), 1)));
  return {
    c: select(turn, cosine, like(cosine, 1)),
    s: select(turn, mul(cosine, tangent), zerosLike(cosine)),
    angle: select(turn, angle, zerosLike(angle)),
  };
}
