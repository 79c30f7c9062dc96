// Functions that only move elements: reshape, transpose, add and drop dimensions, repeat, reverse, roll.
import { ShapeError } from "../../core/errors.ts";
import { Literal, type Tensor } from "../../core/tensor.ts";
import { moveDim } from "../../ops/batching.ts";
import * as ops from "../../ops/shape.ts";
import {
  castAsAsked,
  broadcastShapes as commonShape,
  owning,
  settle,
  broadcastTo as spread,
  tensorOf,
} from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { type Axis, axesOf, axisOf, type DTypeArgument, dtypeFrom, integer, type Shape, shapeOf } from "./axes.ts";

const range = (n: number) => Array.from({ length: n }, (_, i) => i);

/**
 * `x` as `dtype`. To integers: toward zero, NaN to 0, overflow saturates; to bool: not zero; from complex to
 * real: the real part, with a warning.
 */
export const astype = owning(function astype(x: TensorLike, dtype: DTypeArgument): Tensor {
  const t = tensorOf(x, "astype");
  return settle(castAsAsked("astype", t, dtypeFrom("astype", dtype, t.dtype)));
});

/** The elements in row-major order in another shape; one size may be −1. @throws ShapeError */
export const reshape = owning(function reshape(x: TensorLike, shape: Shape): Tensor {
  const t = tensorOf(x, "reshape");
  const sizes = (Array.isArray(shape) ? shape : [shape]).map((n) => integer(n, "reshape: a size"));
  const open = sizes.indexOf(-1);
  if (open >= 0) {
    const known = sizes.reduce((n, d, i) => (i === open ? n : n * d), 1);
    if (sizes.lastIndexOf(-1) !== open || known === 0 || t.size % known !== 0)
      throw new ShapeError(
        `reshape: got shape [${sizes}] for a tensor of shape [${t.shape}] (${t.size} elements); expected one −1 at most, and ` +
          `the other sizes to divide the number of elements.`,
      );
    sizes[open] = t.size / known;
  }
  return settle(ops.reshape(t, sizes));
});
/** All elements as one dimension. */
export const ravel = owning((x: TensorLike): Tensor => reshape(x, [tensorOf(x, "ravel").size]));
export { ravel as flatten };

/** Dimensions in the order of `axes`; reversed by default. */
export const transpose = owning(function transpose(x: TensorLike, axes: readonly number[] | null = null): Tensor {
  const t = tensorOf(x, "transpose");
  const order = axes === null ? range(t.ndim).reverse() : axesOf("transpose", axes, t.ndim);
  return settle(ops.transpose(t, order));
});
export { transpose as permuteDims };
/** The last two dimensions exchanged. */
export const matrixTranspose = owning((x: TensorLike): Tensor => swapaxes(x, -1, -2));
/** Two dimensions exchanged. */
export const swapaxes = owning(function swapaxes(x: TensorLike, axis1: number, axis2: number): Tensor {
  const t = tensorOf(x, "swapaxes");
  const order = range(t.ndim);
  const [a, b] = [axisOf("swapaxes", axis1, t.ndim), axisOf("swapaxes", axis2, t.ndim)];
  order[a] = b;
  order[b] = a;
  return settle(ops.transpose(t, order));
});
/** Dimensions `source` at the places `destination`, the others in order. */
export const moveaxis = owning(function moveaxis(
  x: TensorLike,
  source: number | readonly number[],
  destination: number | readonly number[],
) {
  const t = tensorOf(x, "moveaxis");
  const from = axesOf("moveaxis", source, t.ndim);
  const to = axesOf("moveaxis", destination, t.ndim);
  if (from.length !== to.length)
    throw new ShapeError(`moveaxis: got ${from.length} sources and ${to.length} destinations, expected as many.`);
  const order = range(t.ndim).filter((d) => !from.includes(d));
  for (const [d, s] of to.map((d, i) => [d, from[i]!] as const).sort((a, b) => a[0] - b[0])) order.splice(d, 0, s);
  return settle(ops.transpose(t, order));
});
/** Dimension `axis` moved back to stand before `start`. */
export const rollaxis = owning(function rollaxis(x: TensorLike, axis: number, start = 0): Tensor {
  const t = tensorOf(x, "rollaxis");
  const from = axisOf("rollaxis", axis, t.ndim);
  const before = start === t.ndim ? start : axisOf("rollaxis", start, t.ndim);
  return settle(moveDim(t, from, before > from ? before - 1 : before));
});

/** New dimensions of size 1, at `axis` of the result. */
export const expandDims = owning(function expandDims(x: TensorLike, axis: number | readonly number[]): Tensor {
  const t = tensorOf(x, "expandDims");
  const added = Array.isArray(axis) ? axis.length : 1;
  return settle(ops.expandDims(t, axesOf("expandDims", axis, t.ndim + added)));
});
/** Without the dimensions `axis` of size 1; all such by default. @throws ShapeError if one has another size */
export const squeeze = owning(function squeeze(x: TensorLike, axis: Axis = null): Tensor {
  const t = tensorOf(x, "squeeze");
  const dims = axis === null ? range(t.ndim).filter((d) => t.shape[d] === 1) : axesOf("squeeze", axis, t.ndim);
  return settle(ops.squeeze(t, dims));
});
const atLeast = (x: TensorLike, rank: 1 | 2 | 3): Tensor => {
  const t = tensorOf(x, `atleast${rank}d`);
  if (t.ndim >= rank) return settle(t);
  const n = t.ndim;
  // NumPy puts a vector into the middle of three dimensions and a matrix before the last.
  const shape =
    rank < 3
      ? [...Array(rank - n).fill(1), ...t.shape]
      : n === 0
        ? [1, 1, 1]
        : n === 1
          ? [1, ...t.shape, 1]
          : [...t.shape, 1];
  return settle(ops.reshape(t, shape));
};
export const atleast1d = owning((x: TensorLike): Tensor => atLeast(x, 1));
export const atleast2d = owning((x: TensorLike): Tensor => atLeast(x, 2));
export const atleast3d = owning((x: TensorLike): Tensor => atLeast(x, 3));

/** `x` repeated to `shape`: aligned from the right, sizes of 1 repeat. @throws ShapeError */
export const broadcastTo = owning(
  (x: TensorLike, shape: Shape): Tensor =>
    settle(spread("broadcastTo", tensorOf(x, "broadcastTo"), shapeOf("broadcastTo", shape))),
);
/** The shape that tensors of these shapes broadcast to. @throws ShapeError */
export const broadcastShapes = (...shapes: readonly (readonly number[])[]): readonly number[] =>
  commonShape("broadcastShapes", shapes);
/** All in their common shape. */
export const broadcastArrays = owning(function broadcastArrays(...xs: readonly TensorLike[]): Tensor[] {
  const ts = xs.map((x) => tensorOf(x, "broadcastArrays"));
  const shape = commonShape(
    "broadcastArrays",
    ts.map((t) => t.shape),
  );
  return ts.map((t) => settle(spread("broadcastArrays", t, shape)));
});

/** The tensor laid `reps` times beside itself along each dimension. */
export const tile = owning(function tile(x: TensorLike, reps: number | readonly number[]): Tensor {
  const counts = shapeOf("tile", reps);
  let t = tensorOf(x, "tile");
  const rank = Math.max(t.ndim, counts.length);
  t = ops.reshape(t, [...Array(rank - t.ndim).fill(1), ...t.shape]);
  const times = [...Array(rank - counts.length).fill(1), ...counts] as number[];
  if (times.every((n) => n === 1)) return settle(t);
  const split = t.shape.flatMap((n) => [1, n]);
  const wide = spread(
    "tile",
    ops.reshape(t, split),
    t.shape.flatMap((n, d) => [times[d]!, n]),
  );
  return settle(
    ops.reshape(
      wide,
      t.shape.map((n, d) => n * times[d]!),
    ),
  );
});

/** The order of elements along `axis` turned round; all axes by default. */
export const flip = owning(function flip(x: TensorLike, axis: Axis = null): Tensor {
  const t = tensorOf(x, "flip");
  const axes = axesOf("flip", axis, t.ndim);
  return settle(t instanceof Literal || axes.length === 0 ? t : ops.rev(t, axes));
});
export const flipud = owning((x: TensorLike): Tensor => flip(x, 0));
export const fliplr = owning((x: TensorLike): Tensor => flip(x, 1));
/** Turned by `k` quarter turns in the plane of two axes, from the first towards the second. */
export const rot90 = owning(function rot90(x: TensorLike, k = 1, axes: readonly [number, number] = [0, 1]): Tensor {
  const t = tensorOf(x, "rot90");
  const [a, b] = axesOf("rot90", axes, t.ndim) as [number, number];
  const turns = ((integer(k, "rot90: k") % 4) + 4) % 4;
  if (turns === 0) return settle(t);
  if (turns === 2) return flip(t, [a, b]);
  return turns === 1 ? swapaxes(flip(t, b), a, b) : flip(swapaxes(t, a, b), b);
});
export const shape = (x: TensorLike): readonly number[] => tensorOf(x, "shape").shape;
export const ndim = (x: TensorLike): number => tensorOf(x, "ndim").ndim;
export const size = (x: TensorLike, axis: number | null = null): number => {
  const t = tensorOf(x, "size");
  return axis === null ? t.size : t.shape[axisOf("size", axis, t.ndim)]!;
};
