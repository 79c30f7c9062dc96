// Moving batch dimensions.

import { withShape } from "../core/aval.ts";
import { Literal, type Tensor } from "../core/tensor.ts";
import { broadcastInDim, transpose } from "./shape.ts";

/** `shape` with `size` inserted at `dim`. */
export const insertDim = (shape: readonly number[], dim: number, size: number): number[] => [
  ...shape.slice(0, dim),
  size,
  ...shape.slice(dim),
];

export const removeDim = (shape: readonly number[], dim: number): number[] => shape.filter((_, i) => i !== dim);

export function moveDim(x: Tensor, from: number, to: number): Tensor {
  if (from === to) return x;
  const order = [...x.shape.keys()].filter((d) => d !== from);
  order.splice(to, 0, from);
  return transpose(x, order);
}

/** `x` with its batch dimension at `to`, made by broadcasting if it has none. */
export function batchAt(x: Tensor, dim: number | null, to: number, size: number): Tensor {
  if (dim !== null) return moveDim(x, dim, to);
  const shape = insertDim(x.shape, to, size);
  if (x instanceof Literal) return new Literal(x.value, withShape(x.aval, shape));
  return broadcastInDim(
    x,
    shape,
    x.shape.map((_, i) => (i < to ? i : i + 1)),
  );
}

export const batchFront = (x: Tensor, dim: number | null, size: number): Tensor => batchAt(x, dim, 0, size);

/** Where dimension `d` of the unbatched value stands when a batch dimension sits at `at`. */
export const shifted = (d: number, at: number): number => (d < at ? d : d + 1);
