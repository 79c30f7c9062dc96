// Matrices in the last two dimensions: what factorisations and their derivatives need of them.
import { type Aval, longAval } from "../core/aval.ts";
import { DTypeError, ShapeError } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import { add, and, div, mul } from "./binary.ts";
import { eq, ge, gt, select } from "./compare.ts";
import { dotGeneral } from "./dot.ts";
import { gather, plain } from "./gather.ts";
import { like, zerosLike } from "./literal.ts";
import { reduceAnd, reduceMax, reduceSum } from "./reduce.ts";
import { broadcastInDim, expandDims, iota, transpose } from "./shape.ts";
import { sort } from "./sort.ts";
import { abs, convert, finite } from "./unary.ts";

const range = (n: number, from = 0) => Array.from({ length: n }, (_, i) => i + from);

/** @throws ShapeError or DTypeError unless `a` is float32 or float64 matrices [..., m, n] */
export function requireMatrices(name: string, a: Aval, square = false): void {
  if (a.dtype !== "float32" && a.dtype !== "float64")
    throw new DTypeError(`${name}: got ${longAval(a)}, expected float32 or float64. Convert it with astype first.`);
  const [m, n] = a.shape.slice(-2);
  if (a.shape.length < 2 || (square && m !== n))
    throw new ShapeError(
      `${name}: got ${longAval(a)}, expected ${square ? "square matrices [..., n, n]" : "matrices [..., m, n]"}.`,
    );
}

/** Rows and columns exchanged. */
export const transposed = (x: Tensor): Tensor => transpose(x, [...range(x.ndim - 2), x.ndim - 1, x.ndim - 2]);

/** Products of matrices with equal leading dimensions, in full precision. */
export function product(x: Tensor, y: Tensor): Tensor {
  const batch = range(x.ndim - 2);
  return dotGeneral(x, y, [[x.ndim - 1], [y.ndim - 2]], [batch, batch], { precision: "highest" });
}

/** A mask of `shape`: true on the k-th diagonal and below it. */
function lowerMask(shape: readonly number[], k: number): Tensor {
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

/** Half the sum of `x` and its transpose. */
export const symmetrized = (x: Tensor): Tensor => mul(add(x, transposed(x)), 0.5);

/** Matrices divided by their largest element (1 if that is 0 or not finite), and these divisors [...]. */
export function scaled(x: Tensor): { matrix: Tensor; scale: Tensor } {
  const largest = reduceMax(abs(x), [x.ndim - 2, x.ndim - 1]);
  const usable = and(finite(largest), gt(largest, 0));
  const scale = select(usable, largest, like(largest, 1));
  return { matrix: div(x, overMatrices(scale, x.shape)), scale };
}

/** One value for each matrix, repeated to `shape`. */
const overMatrices = (x: Tensor, shape: readonly number[]): Tensor => broadcastInDim(x, shape, range(x.ndim));

/** `result` of each matrix of `x` whose elements are all finite; NaN for the others. */
export function finiteOnly(result: Tensor, x: Tensor): Tensor {
  const sound = reduceAnd(finite(x), [x.ndim - 2, x.ndim - 1]);
  return select(overMatrices(sound, result.shape), result, like(result, Number.NaN));
}

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
