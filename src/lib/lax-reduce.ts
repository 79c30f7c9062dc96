// lax: reductions, running reductions, products, sorting, barriers.
import type { DType } from "../core/dtype.ts";
import { ShapeError } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import { flatten, unflatten } from "../core/tree.ts";
import { barrier } from "../ops/barrier.ts";
import * as running from "../ops/cumulative.ts";
import { dotGeneral as general, type Precision, dot as plainDot } from "../ops/dot.ts";
import * as ops from "../ops/reduce.ts";
import * as sorting from "../ops/sort.ts";
import { axesOf, axisOf } from "./np/axes.ts";
import { settle, tensorOf } from "./promote.ts";
import type { TensorLike } from "./types.ts";

type Dims = readonly number[];

const reducing =
  (name: string, op: (x: Tensor, axes: Dims) => Tensor) =>
  (x: TensorLike, axes: Dims): Tensor => {
    const t = tensorOf(x, name);
    return settle(op(t, axesOf(name, axes, t.ndim)));
  };
export const reduceSum = reducing("reduceSum", ops.reduceSum);
export const reduceProd = reducing("reduceProd", ops.reduceProd);
export const reduceMax = reducing("reduceMax", ops.reduceMax);
export const reduceMin = reducing("reduceMin", ops.reduceMin);
export const reduceAnd = reducing("reduceAnd", ops.reduceAnd);
export const reduceOr = reducing("reduceOr", ops.reduceOr);
export const reduceXor = reducing("reduceXor", ops.reduceXor);

/** Place of the largest element along `axis`: the first NaN, else the first of equals. */
export const argmax = (x: TensorLike, axis: number, indexDtype: DType = "int32"): Tensor =>
  ops.argmax(tensorOf(x, "argmax"), axisOf("argmax", axis, tensorOf(x, "argmax").ndim), indexDtype);
/** Place of the smallest element along `axis`: the first NaN, else the first of equals. */
export const argmin = (x: TensorLike, axis: number, indexDtype: DType = "int32"): Tensor =>
  ops.argmin(tensorOf(x, "argmin"), axisOf("argmin", axis, tensorOf(x, "argmin").ndim), indexDtype);

export interface CumulativeOptions {
  readonly axis?: number;
  /** From the last element to the first. */
  readonly reverse?: boolean;
}
const cumulative =
  (name: string, op: (x: Tensor, axis: number, reverse: boolean) => Tensor) =>
  (x: TensorLike, axis: number | CumulativeOptions = 0, reverse = false): Tensor => {
    const options = typeof axis === "number" ? { axis, reverse } : axis;
    const t = tensorOf(x, name);
    return settle(op(t, axisOf(name, options.axis ?? 0, t.ndim), options.reverse ?? false));
  };
export const cumsum = cumulative("cumsum", running.cumsum);
export const cumprod = cumulative("cumprod", running.cumprod);
export const cummax = cumulative("cummax", running.cummax);
export const cummin = cumulative("cummin", running.cummin);
export const cumlogsumexp = cumulative("cumlogsumexp", running.cumlogsumexp);

/** `[[left, right] contracted, [left, right] batch]` */
export type DotDimensionNumbers = readonly [contract: readonly [Dims, Dims], batch: readonly [Dims, Dims]];
export interface DotOptions {
  readonly precision?: Precision;
  /** The dtype of the sums and of the result; the operands' by default. */
  readonly preferredElementType?: DType;
}
const dotOptions = (o: DotOptions) => ({
  ...(o.precision && { precision: o.precision }),
  ...(o.preferredElementType && { dtype: o.preferredElementType }),
});
/** Result dimensions: batch, those left of `x`, those left of `y`. */
export const dotGeneral = (
  x: TensorLike,
  y: TensorLike,
  [contract, batch]: DotDimensionNumbers,
  options: DotOptions = {},
): Tensor => general(tensorOf(x, "dotGeneral"), tensorOf(y, "dotGeneral"), contract, batch, dotOptions(options));
/** The last dimension of `x` with the first of `y`. */
export function dot(x: TensorLike, y: TensorLike, options: DotOptions = {}): Tensor {
  const [a, b] = [tensorOf(x, "dot"), tensorOf(y, "dot")];
  if (a.ndim === 0 || b.ndim === 0)
    throw new ShapeError(
      `dot: got shapes [${a.shape}] and [${b.shape}], expected at least one dimension. Use lax.mul.`,
    );
  return plainDot(a, b, dotOptions(options));
}
/** Matrix products along equal leading dimensions. */
export function batchMatmul(x: TensorLike, y: TensorLike, options: DotOptions = {}): Tensor {
  const [a, b] = [tensorOf(x, "batchMatmul"), tensorOf(y, "batchMatmul")];
  if (a.ndim < 2 || a.ndim !== b.ndim)
    throw new ShapeError(`batchMatmul: got shapes [${a.shape}] and [${b.shape}], expected equal ranks of 2 or more.`);
  const batch = a.shape.slice(0, -2).map((_, d) => d);
  return general(a, b, [[a.ndim - 1], [a.ndim - 2]], [batch, batch], dotOptions(options));
}

export interface SortOptions {
  readonly dimension?: number;
  readonly isStable?: boolean;
  /** How many leading operands are compared, the first one first. */
  readonly numKeys?: number;
}
/** Rising along `dimension` (the last); several operands are all reordered by the first `numKeys`. NaN comes last. */
export function sort(x: TensorLike, options?: SortOptions): Tensor;
export function sort(xs: readonly TensorLike[], options?: SortOptions): Tensor[];
export function sort(xs: TensorLike | readonly TensorLike[], options: SortOptions = {}): Tensor | Tensor[] {
  const operands = (Array.isArray(xs) ? xs : [xs]).map((x) => tensorOf(x, "sort"));
  const dimension = axisOf("sort", options.dimension ?? -1, operands[0]?.ndim ?? 0);
  const sorted = sorting.sort(operands, dimension, { numKeys: options.numKeys ?? 1, stable: options.isStable ?? true });
  return Array.isArray(xs) ? sorted : sorted[0]!;
}
/** `keys` rising along `dimension`, and `values` in the same order. */
export function sortKeyVal(
  keys: TensorLike,
  values: TensorLike,
  options: Pick<SortOptions, "dimension" | "isStable"> = {},
): [Tensor, Tensor] {
  return sort([keys, values], { ...options, numKeys: 1 }) as [Tensor, Tensor];
}
/** The `k` largest elements along the last dimension, falling, and their places (int32). */
export const topK = (x: TensorLike, k: number): [values: Tensor, places: Tensor] =>
  sorting.topK(tensorOf(x, "topK"), k);

/** The identity on a tree of tensors, through which the compiler moves nothing. */
export function optimizationBarrier<T>(tree: T): T {
  const { leaves, def } = flatten(tree, "operand");
  const values = barrier(leaves.map((l) => tensorOf(l as TensorLike, "optimizationBarrier")));
  return unflatten(def, values.map(settle)) as T;
}
