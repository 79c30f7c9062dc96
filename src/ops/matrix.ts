// Matrices in the last two dimensions: what factorisations and their derivatives need of them.
import { type Aval, longAval } from "../core/aval.ts";
import { type DType, isComplex, realOf } from "../core/dtype.ts";
import { DTypeError, ShapeError } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import { add, and, div, max, mul } from "./binary.ts";
import { eq, ge, gt, select } from "./compare.ts";
import { complex, conj, imag, real } from "./complex.ts";
import { dotGeneral } from "./dot.ts";
import { gather, plain } from "./gather.ts";
import { like, splat, zerosLike } from "./literal.ts";
import { reduceAnd, reduceMax, reduceSum } from "./reduce.ts";
import { broadcastInDim, expandDims, iota, transpose } from "./shape.ts";
import { sort } from "./sort.ts";
import { abs, convert, finite, square } from "./unary.ts";

const range = (n: number, from = 0) => Array.from({ length: n }, (_, i) => i + from);

const widths: readonly DType[] = ["float32", "float64"];

/** @throws ShapeError or DTypeError unless `a` is matrices [..., m, n] of float32, float64, complex64 or complex128 */
export function requireMatrices(name: string, a: Aval, square = false): void {
  if (!widths.includes(realOf(a.dtype)))
    throw new DTypeError(
      `${name}: got ${longAval(a)}, expected float32 or float64, or complex numbers of them. Convert it with astype first.`,
    );
  const [m, n] = a.shape.slice(-2);
  if (a.shape.length < 2 || (square && m !== n))
    throw new ShapeError(
      `${name}: got ${longAval(a)}, expected ${square ? "square matrices [..., n, n]" : "matrices [..., m, n]"}.`,
    );
}

/** Rows and columns exchanged. */
export const transposed = (x: Tensor): Tensor => transpose(x, [...range(x.ndim - 2), x.ndim - 1, x.ndim - 2]);

/** The conjugate; real tensors themselves. */
export const conjugated = (x: Tensor): Tensor => (isComplex(x.dtype) ? conj(x) : x);
/** Rows and columns exchanged, and conjugated. */
export const adjoint = (x: Tensor): Tensor => transposed(conjugated(x));
/** The real part; real tensors themselves. */
export const realPart = (x: Tensor): Tensor => (isComplex(x.dtype) ? real(x) : x);
/** The imaginary part, zero of real tensors. */
export const imagPart = (x: Tensor): Tensor => (isComplex(x.dtype) ? imag(x) : zerosLike(x));
/** |Re| + |Im|, by which LAPACK chooses pivots; of real tensors the size. */
export const taxicab = (x: Tensor): Tensor => (isComplex(x.dtype) ? add(abs(real(x)), abs(imag(x))) : abs(x));
/** NaN, in both parts of complex tensors. */
export const nanLike = (x: Tensor): Tensor => {
  const nan = splat(Number.NaN, x.shape, realOf(x.dtype));
  return isComplex(x.dtype) ? complex(nan, nan) : nan;
};
/** |x|², real. */
export const absSquare = (x: Tensor): Tensor =>
  isComplex(x.dtype) ? add(square(real(x)), square(imag(x))) : square(x);
export const asDType = (x: Tensor, dtype: DType): Tensor => (x.dtype === dtype ? x : convert(x, dtype));

/** Products of matrices with equal leading dimensions, in full precision. */
export function product(x: Tensor, y: Tensor): Tensor {
  const batch = range(x.ndim - 2);
  return dotGeneral(x, y, [[x.ndim - 1], [y.ndim - 2]], [batch, batch], { precision: "highest" });
}

/** A mask of `shape`: true on the k-th diagonal and below it. */
export function lowerMask(shape: readonly number[], k: number): Tensor {
  const rank = shape.length;
  const row = iota("int32", shape, rank - 2);
  return ge(k === 0 ? row : add(row, k), iota("int32", shape, rank - 1));
}
/** `x` on the k-th diagonal and below, 0 above. */
export const lowerPart = (x: Tensor, k = 0): Tensor => select(lowerMask(x.shape, k), x, zerosLike(x));
/** `x` on the k-th diagonal and above, 0 below. */
export const upperPart = (x: Tensor, k = 0): Tensor => select(lowerMask(x.shape, k - 1), zerosLike(x), x);

/** True on the diagonal of the last two dimensions. */
export const onDiagonal = (shape: readonly number[]): Tensor =>
  eq(iota("int32", shape, shape.length - 2), iota("int32", shape, shape.length - 1));
/** 1 on the diagonal of the last two dimensions, 0 elsewhere. */
export const identityLike = (x: Tensor): Tensor => convert(onDiagonal(x.shape), x.dtype);

/** The diagonals of square matrices. */
export const diagonalOf = (x: Tensor): Tensor => reduceSum(select(onDiagonal(x.shape), x, zerosLike(x)), [x.ndim - 1]);

/** `x` [..., n] as rows: repeated down the columns of [..., m, n]. */
export function alongRows(x: Tensor, m: number): Tensor {
  const rank = x.ndim;
  return broadcastInDim(x, [...x.shape.slice(0, -1), m, x.shape.at(-1)!], [...range(rank - 1), rank]);
}
/** `x` [..., m] as columns: repeated along the rows of [..., m, n]. */
export const alongColumns = (x: Tensor, n: number): Tensor => broadcastInDim(x, [...x.shape, n], range(x.ndim));

/** Half the sum of `x` and its adjoint. */
export const symmetrized = (x: Tensor): Tensor => mul(add(x, adjoint(x)), 0.5);

/**
 * Matrices divided by about their largest element (of parts; 1 if that is 0 or not finite), and these divisors
 * [...], real.
 */
export function scaled(x: Tensor): { matrix: Tensor; scale: Tensor } {
  const largest = reduceMax(partSize(x), [x.ndim - 2, x.ndim - 1]);
  const usable = and(finite(largest), gt(largest, 0));
  const scale = select(usable, largest, like(largest, 1));
  const over = overMatrices(scale, x.shape);
  return { matrix: isComplex(x.dtype) ? complex(div(real(x), over), div(imag(x), over)) : div(x, over), scale };
}
/** The larger of the parts' sizes. */
export const partSize = (x: Tensor): Tensor => (isComplex(x.dtype) ? max(abs(real(x)), abs(imag(x))) : abs(x));

/** One value for each matrix, repeated to `shape`. */
export const overMatrices = (x: Tensor, shape: readonly number[]): Tensor => broadcastInDim(x, shape, range(x.ndim));

/** `result` of each matrix of `x` whose elements are all finite; NaN for the others. */
export function finiteOnly(result: Tensor, x: Tensor): Tensor {
  return select(overMatrices(finiteMatrices(x), result.shape), result, nanLike(result));
}

/** Which matrices [...] are all finite. */
export const finiteMatrices = (x: Tensor): Tensor => reduceAnd(finiteParts(x), [x.ndim - 2, x.ndim - 1]);
/** Which elements are finite, in both parts of complex ones. */
export const finiteParts = (x: Tensor): Tensor =>
  isComplex(x.dtype) ? and(finite(real(x)), finite(imag(x))) : finite(x);

/** `keys` [..., n] rising, and rows [..., n, size] in their order. */
export function sortRows(keys: Tensor, rows: Tensor): [keys: Tensor, rows: Tensor] {
  const axis = keys.ndim - 1;
  const [sorted, order] = sort([keys, iota("int32", keys.shape, axis)], axis) as [Tensor, Tensor];
  return [sorted, permuteRows(rows, order)];
}

/** Rows of matrices [..., m, n] in the order [..., m]. */
export function permuteRows(x: Tensor, order: Tensor): Tensor {
  const rank = x.ndim;
  const batch = range(rank - 2);
  const dims = {
    offset: [rank - 1],
    collapsed: [rank - 2],
    startIndexMap: [rank - 2],
    operandBatch: batch,
    indicesBatch: batch,
  };
  const sizes = x.shape.map((n, d) => (d === rank - 1 ? n : 1));
  return gather(x, expandDims(order, [order.ndim]), { dims, sizes, ...plain("promiseInBounds", 0), unique: true });
}
