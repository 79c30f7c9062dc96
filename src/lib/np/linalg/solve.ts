// np.linalg: systems of equations, inverses, determinants, least squares.
import { lu as factor } from "../../../control/lu.ts";
import { pinv as pseudoInverse } from "../../../control/pinv.ts";
import { epsilon, isComplex } from "../../../core/dtype.ts";
import { ShapeError } from "../../../core/errors.ts";
import type { Tensor } from "../../../core/tensor.ts";
import { add, and, div, mul, rem, sub } from "../../../ops/binary.ts";
import { eq, ge, gt, lt, ne, select } from "../../../ops/compare.ts";
import { complex, imag } from "../../../ops/complex.ts";
import { linearSolve } from "../../../ops/linear-solve.ts";
import { like, splat } from "../../../ops/literal.ts";
import {
  absSquare,
  adjoint,
  asDType,
  diagonalOf,
  identityLike,
  product,
  requireMatrices,
} from "../../../ops/matrix.ts";
import { reduceOr, reduceProd, reduceSum } from "../../../ops/reduce.ts";
import { broadcastInDim, expandDims, iota, reshape, sliceInDim, squeeze, transpose } from "../../../ops/shape.ts";
import { abs, convert, exp, log, neg, stopGradientTensor } from "../../../ops/unary.ts";
import * as lax from "../../lax-linalg.ts";
import { withTangent } from "../../nn/composite.ts";
import { broadcastShapes, broadcastTo, owning, promoteDTypes, settle, tensorOf } from "../../promote.ts";
import type { TensorLike } from "../../types.ts";
import { axesOf, integer } from "../axes.ts";
import { cofactorTrace } from "./cofactor.ts";
import { matrices } from "./matrices.ts";

/** x with a x = b: `b` is one vector [n], or matrices [..., n, k] whose leading dimensions broadcast with those of `a`. */
export const solve = owning(function solve(a: TensorLike, b: TensorLike): Tensor {
  const [left, given] = promoteDTypes("solve", [a, b], "inexact") as [Tensor, Tensor];
  requireMatrices("solve", left.aval, true);
  const vector = given.ndim === 1;
  const n = left.shape.at(-1)!;
  if (given.ndim === 0 || given.shape.at(vector ? -1 : -2) !== n)
    throw new ShapeError(
      `solve: got shapes [${left.shape}] and [${given.shape}]; expected a vector [${n}] or matrices [..., ${n}, k] on the ` +
        "right. For a batch of vectors use np.expandDims(b, -1) and squeeze the result.",
    );
  const right = vector ? expandDims(given, [1]) : given;
  const lead = broadcastShapes("solve", [left.shape.slice(0, -2), right.shape.slice(0, -2)]);
  const factored = stopGradientTensor(left);
  const [lu, , order] = factor(factored);
  const wide = (t: Tensor, own: number) => broadcastTo("solve", t, [...lead, ...t.shape.slice(t.ndim - own)]);
  const x = linearSolve(wide(left, 2), wide(right, 2), wide(lu, 2), wide(order, 1), { transposeA: false });
  return settle(vector ? squeeze(x, [x.ndim - 1]) : x);
});

/** The inverse; of a singular matrix infinite or NaN. */
export const inv = owning(function inv(a: TensorLike): Tensor {
  const t = matrices("inv", a, true);
  requireMatrices("inv", t.aval, true);
  return solve(t, identityLike(t));
});

/** The sign of the determinant and the logarithm of its size (−∞ where it is zero). */
export const slogdet = owning(function slogdet(a: TensorLike): [sign: Tensor, logabsdet: Tensor] {
  const t = matrices("slogdet", a, true);
  requireMatrices("slogdet", t.aval, true);
  return signAndLog(t);
});

/** The sign is a complex number of size 1 for complex matrices; its derivative stays on the circle. */
function signAndLog(t: Tensor): [Tensor, Tensor] {
  const [lu, pivots] = factor(t);
  const diagonal = diagonalOf(lu);
  const last = pivots.ndim - 1;
  const exchanged = convert(ne(pivots, iota("int32", pivots.shape, last)), "int32");
  const singular = reduceOr(eq(diagonal, 0), [last]);
  if (isComplex(t.dtype)) {
    const odd = eq(rem(reduceSum(exchanged, [last]), 2), 1);
    const unit = reduceProd(div(diagonal, convert(abs(diagonal), t.dtype)), [last]);
    const turn = imag(reduceSum(log(diagonal), [last]));
    const change = sub(turn, stopGradientTensor(turn));
    const still = stopGradientTensor(select(singular, like(unit, 0), select(odd, neg(unit), unit)));
    const sign = mul(still, exp(complex(like(change, 0), select(singular, like(change, 0), change))));
    return [settle(sign), settle(reduceSum(log(abs(diagonal)), [last]))];
  }
  const negative = convert(lt(diagonal, 0), "int32");
  const odd = eq(rem(reduceSum(add(exchanged, negative), [last]), 2), 1);
  const size = reduceSum(log(abs(diagonal)), [last]);
  const sign = select(singular, like(size, 0), select(odd, like(size, -1), like(size, 1)));
  return [settle(stopGradientTensor(sign)), settle(size)];
}

const determinant = withTangent<null>("det", {
  compute: ([x]) => {
    const [sign, size] = signAndLog(x!);
    return mul(sign, convert(exp(size), sign.dtype));
  },
  tangent: ([t], [x]) => cofactorTrace(x!, t!),
});

/** The determinant. Its derivative is that of the cofactors, also where the matrix is singular. */
export const det = owning(function det(a: TensorLike): Tensor {
  const t = matrices("det", a, true);
  const n = t.shape.at(-1)!;
  if (n > 3 || n === 0) {
    requireMatrices("det", t.aval, true);
    return n === 0 ? settle(splat(1, t.shape.slice(0, -2), t.dtype)) : determinant([t], null);
  }
  return settle(smallDeterminant(t, n));
});

/** Sums of products over the permutations of up to three rows. */
function smallDeterminant(t: Tensor, n: number): Tensor {
  const rank = t.ndim;
  const at = (i: number, j: number): Tensor =>
    reshape(sliceInDim(sliceInDim(t, i, i + 1, rank - 2), j, j + 1, rank - 1), t.shape.slice(0, -2));
  if (n === 1) return at(0, 0);
  const minor = (i: number, j: number, k: number, l: number) => sub(mul(at(i, k), at(j, l)), mul(at(i, l), at(j, k)));
  if (n === 2) return minor(0, 1, 0, 1);
  const terms = [mul(at(0, 0), minor(1, 2, 1, 2)), mul(at(0, 1), minor(1, 2, 0, 2)), mul(at(0, 2), minor(1, 2, 0, 1))];
  return add(sub(terms[0]!, terms[1]!), terms[2]!);
}

export interface PinvOptions {
  /** Singular values up to `rtol` times the largest count as zero; 10 · max(m, n) · ε by default. */
  readonly rtol?: number | null;
  readonly hermitian?: boolean;
}
/** The pseudo-inverse of Moore and Penrose. */
export const pinv = owning(function pinv(a: TensorLike, options: PinvOptions = {}): Tensor {
  return settle(
    pseudoInverse(matrices("pinv", a), { rtol: options.rtol ?? null, hermitian: options.hermitian ?? false }),
  );
});

/**
 * The least squares solution x of a x = b, the sums of squared residuals of its columns, the rank of a, and its singular
 * values. Those below `rcond` (ε · max(m, n)) times the largest count as zero. Residuals are always given, as in JAX.
 */
export const lstsq = owning(function lstsq(
  a: TensorLike,
  b: TensorLike,
  rcond: number | null = null,
): [x: Tensor, resid: Tensor, rank: Tensor, s: Tensor] {
  const [left, given] = promoteDTypes("lstsq", [a, b], "inexact") as [Tensor, Tensor];
  if (left.ndim !== 2 || given.ndim < 1 || given.ndim > 2 || given.shape[0] !== left.shape[0])
    throw new ShapeError(
      `lstsq: got shapes [${left.shape}] and [${given.shape}]; expected a matrix [m, n] and [m] or [m, k].`,
    );
  const right = given.ndim === 1 ? expandDims(given, [1]) : given;
  const [m, n] = left.shape as [number, number];
  const [u, s, vt] = lax.svd(left, { fullMatrices: false }) as [Tensor, Tensor, Tensor];
  const limit = rcond === null ? epsilon(left.dtype) * Math.max(m, n) : rcond < 0 ? epsilon(left.dtype) : rcond;
  const largest = sliceInDim(s, 0, Math.min(1, s.size), 0);
  const bound = s.size === 0 ? s : broadcastInDim(reshape(mul(largest, limit), []), s.shape, []);
  const counts = and(gt(s, 0), ge(s, bound));
  const inverse = asDType(select(counts, div(like(s, 1), select(counts, s, like(s, 1))), like(s, 0)), left.dtype);
  const parts = product(adjoint(u), right);
  const x = product(adjoint(vt), mul(broadcastInDim(inverse, parts.shape, [0]), parts));
  const residual = sub(right, product(left, x));
  const flat = (t: Tensor) => (given.ndim === 1 ? reshape(t, [n]) : t);
  const rank = reduceSum(convert(counts, "int32"), [0]);
  return [flat(x), reduceSum(absSquare(residual), [0]), rank, s].map(settle) as [Tensor, Tensor, Tensor, Tensor];
});

const sizeOf = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

/** The inverse of a tensor whose first `ind` dimensions stand for rows: tensordot(tensorinv(a), a, ind) is the identity. */
export const tensorinv = owning(function tensorinv(a: TensorLike, ind = 2): Tensor {
  const t = tensorOf(a, "tensorinv");
  const count = integer(ind, "tensorinv: ind");
  const [rows, columns] = [t.shape.slice(0, count), t.shape.slice(count)];
  if (count <= 0 || sizeOf(rows) !== sizeOf(columns))
    throw new ShapeError(
      `tensorinv: got shape [${t.shape}] with ${count} leading dimensions; expected a positive number of them, with as many ` +
        "elements as the others.",
    );
  return settle(reshape(inv(reshape(t, [sizeOf(rows), sizeOf(columns)])), [...columns, ...rows]));
});

/** x with tensordot(a, x, x.ndim) = b, after `axes` of `a` have been moved to its end. */
export const tensorsolve = owning(function tensorsolve(
  a: TensorLike,
  b: TensorLike,
  axes: readonly number[] | null = null,
): Tensor {
  const given = tensorOf(a, "tensorsolve");
  const right = tensorOf(b, "tensorsolve");
  const last = axes ? axesOf("tensorsolve", axes, given.ndim) : [];
  const order = [...given.shape.keys()].filter((d) => !last.includes(d));
  const t = transpose(given, [...order, ...last]);
  const shape = t.shape.slice(right.ndim);
  if (t.shape.slice(0, right.ndim).join() !== right.shape.join() || right.size !== sizeOf(shape))
    throw new ShapeError(
      `tensorsolve: got shapes [${t.shape}] and [${right.shape}]; expected the first dimensions to be those of b, and as ` +
        "many elements in the others.",
    );
  return settle(reshape(solve(reshape(t, [right.size, right.size]), reshape(right, [right.size])), shape));
});
