// lax: reductions, running reductions, products, sorting, barriers.
import { longAval } from "../core/aval.ts";
import { type DType, isFloat } from "../core/dtype.ts";
import { DTypeError, ShapeError } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import { flatten, unflatten } from "../core/tree.ts";
import { barrier } from "../ops/barrier.ts";
import { moveDim } from "../ops/batching.ts";
import * as running from "../ops/cumulative.ts";
import { dotGeneral as general, type Precision, dot as plainDot } from "../ops/dot.ts";
import * as ops from "../ops/reduce.ts";
import * as sorting from "../ops/sort.ts";
import { neg } from "../ops/unary.ts";
import { runTogether } from "./function-graph.ts";
import { axesOf, axisOf } from "./np/axes.ts";
import { owning, settle, tensorOf } from "./promote.ts";
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

export interface ApproxTopKOptions {
  /** The last dimension by default. */
  readonly reductionDimension?: number;
  /** The share of the true k that may be missed at most; 0.95 by default. */
  readonly recallTarget?: number;
  /** The size that the recall is reckoned for, where `x` is a part of something longer. */
  readonly reductionInputSizeOverride?: number;
  /** Gives exactly k, in order (the default); else as many candidates as the recall asks for. */
  readonly aggregateToTopk?: boolean;
}
/**
 * The `k` largest floats along a dimension, falling, and their places (int32). Approximate by its contract, so that
 * devices may be fast; CPU and GPU compute it exactly. As `jax.lax.approx_max_k`.
 * @throws ShapeError, DTypeError
 */
export const approxMaxK = owning(
  (x: TensorLike, k: number, options: ApproxTopKOptions = {}): [values: Tensor, places: Tensor] =>
    approximate("approxMaxK", x, k, options, (t) => t),
);
/** The `k` smallest, rising; as `approxMaxK` otherwise. As `jax.lax.approx_min_k`. */
export const approxMinK = owning(
  (x: TensorLike, k: number, options: ApproxTopKOptions = {}): [values: Tensor, places: Tensor] =>
    approximate("approxMinK", x, k, options, neg),
);

function approximate(
  name: string,
  x: TensorLike,
  k: number,
  options: ApproxTopKOptions,
  sign: (t: Tensor) => Tensor,
): [Tensor, Tensor] {
  const t = tensorOf(x, name);
  if (!isFloat(t.dtype)) throw new DTypeError(`${name}: got ${longAval(t.aval)}, expected floats. Use topK.`);
  const at = axisOf(name, options.reductionDimension ?? -1, t.ndim);
  const size = t.shape[at]!;
  if (!Number.isInteger(k) || k < 1 || k > size)
    throw new ShapeError(`${name}: got k ${k} for ${size} elements, expected 1 to ${size}.`);
  const count = (options.aggregateToTopk ?? true) ? k : candidates(size, t.ndim, k, options);
  const body = (v: Tensor): Tensor[] => {
    const [values, places] = sorting.topK(sign(moveDim(v, at, v.ndim - 1)), count);
    return [sign(values), places].map((r) => moveDim(r, r.ndim - 1, at));
  };
  const [values, places] = runTogether(name, (v) => body(v!), [t]);
  return [settle(values!), places!];
}

/**
 * How many candidates of `size` elements reach the recall: one from each of enough bins, in tiles.
 *
 * Chern, Hechtman, Davis, Guo, Majnemer and Kumar, "TPU-KNN: K nearest neighbor search at peak FLOP/s", 2022.
 */
function candidates(size: number, rank: number, k: number, options: ApproxTopKOptions): number {
  const { recallTarget = 0.95, reductionInputSizeOverride: override = -1 } = options;
  const tile = rank === 1 ? 1024 : 128;
  if (size <= tile) return size;
  const tiles = Math.ceil(size / tile);
  if (k === 1) return tile;
  if (recallTarget === 1) return size;
  const whole = override >= 0 ? override : size;
  const bins = Math.min(Math.max(Math.trunc((1 - k) / Math.log(recallTarget)), tile), size);
  const halvings = Math.min(Math.floor(Math.log2(whole / bins)), Math.ceil(Math.log2(tiles)));
  return halvings <= 0 ? size : Math.ceil(tiles / 2 ** halvings) * tile;
}

/** The identity on a tree of tensors, through which the compiler moves nothing. */
export function optimizationBarrier<T>(tree: T): T {
  const { leaves, def } = flatten(tree, "operand");
  const values = barrier(leaves.map((l) => tensorOf(l as TensorLike, "optimizationBarrier")));
  return unflatten(def, values.map(settle)) as T;
}
