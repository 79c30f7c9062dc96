// One-sided Jacobi rotations: pairs of rows are turned until all are orthogonal.
import { epsilon, isComplex, realOf } from "../core/dtype.ts";
import type { Tensor } from "../core/tensor.ts";
import { add, and, div, max, min, mul, sub } from "../ops/binary.ts";
import { ge, gt, lt, select } from "../ops/compare.ts";
import { qr } from "../ops/householder.ts";
import { like, splat, zerosLike } from "../ops/literal.ts";
import {
  absSquare,
  adjoint,
  alongColumns,
  alongRows,
  asDType,
  conjugated,
  diagonalOf,
  identityLike,
  overMatrices,
  product,
  realPart,
  sortRows,
} from "../ops/matrix.ts";
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
  const real = realOf(x.dtype);
  const cut = (t: Tensor, from: number, to: number) => sliceInDim(t, from, to, axis);
  const turns = 2 * half - 1;

  const round = (_i: Tensor, p: Tensor, q: Tensor, worst: Tensor): Tensor[] => {
    const { c, s, phase, angle } = rotation(p, q, length);
    const wide = (t: Tensor) => alongColumns(asDType(t, x.dtype), x.shape.at(-1)!);
    const [wc, ws] = [wide(c), wide(s)];
    const turned = phase === null ? q : mul(wide(phase), q);
    const [p1, q1] = [sub(mul(wc, p), mul(ws, turned)), add(mul(ws, p), mul(wc, turned))];
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
    (sweep, p0, q0) => [add(sweep!, 1), ...repeat("jacobi_sweep", turns, round, [p0!, q0!, splat(0, [], real)])],
    [splat(0, [], "int32"), cut(even, 0, half), cut(even, half, 2 * half), splat(2, [], real)],
  );
  return cut(concatenate([p!, q!], axis), 0, n);
}

/** The rotation that makes each pair of rows orthogonal, and the cosine of the angle that they had. */
function rotation(p: Tensor, q: Tensor, length: number) {
  const last = p.ndim - 1;
  const head = (t: Tensor) => sliceInDim(t, 0, length, last);
  const own = (a: Tensor) => reduceSum(absSquare(head(a)), [last]);
  const inner = reduceSum(mul(head(p), conjugated(head(q))), [last]);
  const [alpha, beta] = [own(p), own(q)];
  const gamma = isComplex(p.dtype) ? abs(inner) : inner;
  const scale = max(mul(sqrt(alpha), sqrt(beta)), smallest[realOf(p.dtype) as "float32" | "float64"]);
  const angle = div(abs(gamma), scale);
  const turn = gt(angle, epsilon(p.dtype));
  // t = tan θ of the smaller root of t² + 2ζt − 1.
  const zeta = div(sub(beta, alpha), mul(select(turn, gamma, like(gamma, 1)), 2));
  const size = div(like(zeta, 1), add(abs(zeta), sqrt(add(square(zeta), 1))));
  const tangent = select(ge(zeta, 0), size, neg(size));
  const cosine = div(like(tangent, 1), sqrt(add(square(tangent), 1)));
  // Of complex rows the second is first multiplied by the phase that makes their inner product real.
  const unit = like(inner, 1);
  const phase = isComplex(p.dtype)
    ? select(turn, div(inner, asDType(select(turn, gamma, like(gamma, 1)), p.dtype)), unit)
    : null;
  return {
    phase,
    c: select(turn, cosine, like(cosine, 1)),
    s: select(turn, mul(cosine, tangent), zerosLike(cosine)),
    angle: select(turn, angle, zerosLike(angle)),
  };
}

/**
 * Eigenvalues, rising, and orthonormal eigenvectors in columns, of whole Hermitian matrices.
 *
 * x + c with c above the norm of x is positive definite, so that rotations that make its rows orthogonal make them
 * multiples of adjoint eigenvectors; the eigenvalues of x are then vᴴ x v, whose error is of second order in that of v.
 */
export function jacobiEigen(x: Tensor): [values: Tensor, vectors: Tensor] {
  const n = x.shape.at(-1)!;
  const last = x.ndim - 1;
  const frobenius = sqrt(reduceSum(absSquare(x), [last - 1, last]));
  const rowSum = reduceMax(reduceSum(abs(x), [last]), [last - 1]);
  const bound = min(frobenius, rowSum);
  const shift = mul(select(gt(bound, 0), bound, like(bound, 1)), 1.125);
  const shifted = add(x, mul(identityLike(x), asDType(overMatrices(shift, x.shape), x.dtype)));
  const turned = orthogonalRows(shifted, n);
  const rows = div(turned, asDType(alongColumns(sqrt(reduceSum(absSquare(turned), [last])), n), x.dtype));
  const values = reduceSum(realPart(mul(product(rows, x), conjugated(rows))), [last]);
  const [w, v] = sortRows(values, rows);
  return [w, adjoint(v)];
}

/**
 * Singular values, falling, of square matrices; with `vectors` also the left and the right ones in columns.
 *
 * Unitary J that make the rows of J x orthogonal: x = Jᴴ (J x), so Jᴴ are left singular vectors, and the rows of J x
 * multiples of adjoint right ones.
 */
export function jacobiSvd(x: Tensor, vectors: boolean): [values: Tensor, left: Tensor | null, right: Tensor | null] {
  const n = x.shape.at(-1)!;
  const last = x.ndim - 1;
  const turned = orthogonalRows(vectors ? concatenate([x, identityLike(x)], last) : x, n);
  const norms = sqrt(reduceSum(absSquare(sliceInDim(turned, 0, n, last)), [last]));
  const [falling, rows] = sortRows(neg(norms), turned);
  if (!vectors) return [neg(falling), null, null];
  const left = adjoint(sliceInDim(rows, n, 2 * n, last));
  return [neg(falling), left, orthonormal(adjoint(sliceInDim(rows, 0, n, last)))];
}

/** Orthogonal columns, the last of them perhaps zero, divided by their norms or completed to a basis. */
function orthonormal(x: Tensor): Tensor {
  const [q, r] = qr(x, false);
  const diagonal = diagonalOf(r);
  const size = abs(diagonal);
  const some = gt(size, 0);
  const phase = div(diagonal, asDType(select(some, size, like(size, 1)), x.dtype));
  return mul(q, alongRows(select(some, phase, like(phase, 1)), q.shape.at(-2)!));
}
