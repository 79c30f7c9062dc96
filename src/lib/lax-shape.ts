// lax: operations that make, move, cut and join.
import { sameShape } from "../core/aval.ts";
import type { DType } from "../core/dtype.ts";
import { ShapeError } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import * as ops from "../ops/shape.ts";
import { withNumbers } from "./lax-operands.ts";
import { axesOf, axisOf, integer, shapeOf } from "./np/axes.ts";
import { full as npFull, fullLike as npFullLike } from "./np/create.ts";
import { broadcastShapes as common, settle, tensorOf } from "./promote.ts";
import type { TensorLike } from "./types.ts";

type Dims = readonly number[];

/** Equal elements: `dtype`, or float32 for a number, int32 for a bigint, bool for a boolean. */
export const full = (shape: Dims, value: TensorLike, dtype?: DType): Tensor => npFull(shape, value, dtype);
/** `value` with the shape of `x` and its dtype, unless others are asked for. */
export const fullLike = (x: TensorLike, value: TensorLike, dtype?: DType, shape?: Dims): Tensor =>
  npFullLike(x, value, { ...(dtype && { dtype }), ...(shape && { shape }) });
/** 0, 1, 2, … `size − 1`. */
export const iota = (dtype: DType, size: number): Tensor => ops.iota(dtype, shapeOf("iota", size));
/** 0, 1, 2, … along `dimension` of `shape`. */
export const broadcastedIota = (dtype: DType, shape: Dims, dimension: number): Tensor =>
  ops.iota(dtype, shapeOf("broadcastedIota", shape), axisOf("broadcastedIota", dimension, shape.length));

/** Dimension `i` of `x` becomes dimension `dims[i]` of the result; sizes of 1 are repeated. */
export function broadcastInDim(x: TensorLike, shape: Dims, dims: Dims): Tensor {
  const t = tensorOf(x, "broadcastInDim");
  const sizes = shapeOf("broadcastInDim", shape);
  // Equal shapes alone do not make it the identity: the dimensions must be checked too.
  if (sameShape(t.shape, sizes) && !dims.every((d, i) => d === i))
    throw new ShapeError(`broadcastInDim: got dimensions [${dims}] for shape [${t.shape}], expected them to rise.`);
  return settle(ops.broadcastInDim(t, sizes, dims));
}
/** New leading dimensions of these sizes. */
export function broadcast(x: TensorLike, sizes: Dims): Tensor {
  const t = tensorOf(x, "broadcast");
  return broadcastInDim(
    t,
    [...sizes, ...t.shape],
    [...t.shape.keys()].map((d) => d + sizes.length),
  );
}
export const broadcastShapes = (...shapes: readonly Dims[]): Dims => common("broadcastShapes", shapes);

/** The elements in row-major order in another shape. `dimensions` first permutes them. */
export function reshape(x: TensorLike, shape: Dims, dimensions?: Dims): Tensor {
  const t = tensorOf(x, "reshape");
  return settle(ops.reshape(dimensions ? ops.transpose(t, dimensions) : t, shapeOf("reshape", shape)));
}
/** Dimensions `start` to before `stop` as one. */
export function collapse(x: TensorLike, start: number, stop?: number): Tensor {
  const t = tensorOf(x, "collapse");
  const from = axisOf("collapse", start, t.ndim);
  const to = stop === undefined ? t.ndim : stop < 0 ? stop + t.ndim : stop;
  if (to < from || to > t.ndim)
    throw new ShapeError(`collapse: got dimensions ${from} to ${to} of shape [${t.shape}].`);
  const merged = t.shape.slice(from, to).reduce((n, d) => n * d, 1);
  return settle(ops.reshape(t, [...t.shape.slice(0, from), merged, ...t.shape.slice(to)]));
}
/** Dimension `permutation[i]` of `x` becomes dimension `i`. */
export const transpose = (x: TensorLike, permutation: Dims): Tensor =>
  settle(ops.transpose(tensorOf(x, "transpose"), permutation));
/** New dimensions of size 1 at these places of the result. */
export function expandDims(x: TensorLike, dimensions: Dims): Tensor {
  const t = tensorOf(x, "expandDims");
  return settle(ops.expandDims(t, axesOf("expandDims", dimensions, t.ndim + dimensions.length)));
}
/** Without these dimensions of size 1. */
export function squeeze(x: TensorLike, dimensions: Dims): Tensor {
  const t = tensorOf(x, "squeeze");
  return settle(ops.squeeze(t, axesOf("squeeze", dimensions, t.ndim)));
}
/** Order reversed along these dimensions. */
export const rev = (x: TensorLike, dimensions: Dims): Tensor => settle(ops.rev(tensorOf(x, "rev"), dimensions));

/** `[low, high, interior]` for each dimension; negative low and high cut. */
export type PaddingConfig = readonly (readonly [low: number, high: number, interior: number])[];
/** `x` with `value` before, after and between its elements. */
export function pad(x: TensorLike, value: TensorLike, config: PaddingConfig): Tensor {
  const [t, v] = withNumbers("pad", [x, value]) as [Tensor, Tensor];
  const part = (i: 0 | 1 | 2) => config.map((c) => c[i]);
  return settle(ops.pad(t, v, part(0), part(1), part(2)));
}
/** Joined along `dimension`. */
export const concatenate = (xs: readonly TensorLike[], dimension: number): Tensor =>
  settle(
    ops.concatenate(
      xs.map((x) => tensorOf(x, "concatenate")),
      dimension,
    ),
  );

/** Elements `start`, `start + stride`, … before `limit`, along every dimension. */
export function slice(x: TensorLike, start: Dims, limit: Dims, strides?: Dims | null): Tensor {
  const t = tensorOf(x, "slice");
  return settle(ops.slice(t, start, limit, strides ?? start.map(() => 1)));
}
export interface SliceInDimOptions {
  readonly stride?: number;
  readonly axis?: number;
}
/** A slice along one axis; null bounds are the ends, negative ones count from the end, all are clipped to the size. */
export function sliceInDim(
  x: TensorLike,
  start: number | null,
  limit: number | null,
  stride: number | SliceInDimOptions = 1,
  axis = 0,
): Tensor {
  const options = typeof stride === "number" ? { stride, axis } : stride;
  const t = tensorOf(x, "sliceInDim");
  const d = axisOf("sliceInDim", options.axis ?? 0, t.ndim);
  const n = t.shape[d]!;
  const bound = (b: number | null, end: number) => {
    const i = b === null ? end : integer(b, "sliceInDim: a bound");
    return Math.min(Math.max(i < 0 ? i + n : i, 0), n);
  };
  const from = bound(start, 0);
  return settle(ops.sliceInDim(t, from, Math.max(from, bound(limit, n)), d, options.stride ?? 1));
}
/** One place along `axis`, which stays with size 1 unless `keepdims` is false. */
export function indexInDim(x: TensorLike, index: number, axis = 0, keepdims = true): Tensor {
  const t = tensorOf(x, "indexInDim");
  const d = axisOf("indexInDim", axis, t.ndim);
  const i = axisOf("indexInDim (index)", index, t.shape[d]!);
  const cut = ops.sliceInDim(t, i, i + 1, d);
  return settle(keepdims ? cut : ops.squeeze(cut, [d]));
}
/** Cut along `axis` into pieces of these sizes. @throws ShapeError if they do not add up */
export function split(x: TensorLike, sizes: Dims, axis = 0): Tensor[] {
  const t = tensorOf(x, "split");
  const d = axisOf("split", axis, t.ndim);
  const total = sizes.reduce((n, s) => n + s, 0);
  if (total !== t.shape[d] || sizes.some((s) => s < 0))
    throw new ShapeError(
      `split: got sizes [${sizes}], sum ${total}, for axis ${d} of shape [${t.shape}]; expected ${t.shape[d]}.`,
    );
  let at = 0;
  return sizes.map((s) => {
    at += s;
    return settle(ops.sliceInDim(t, at - s, at, d));
  });
}
