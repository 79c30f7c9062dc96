// np.linalg: products, powers, diagonals.

import type { DType } from "../../../core/dtype.ts";
import { ShapeError } from "../../../core/errors.ts";
import type { Tensor } from "../../../core/tensor.ts";
import { broadcastTo, owning, promoteDTypes, settle, tensorOf } from "../../promote.ts";
import type { TensorLike } from "../../types.ts";
import { integer } from "../axes.ts";
import * as np from "../matmul.ts";
import { eye } from "../ranges.ts";
import { sum } from "../reduce.ts";
import { moveaxis } from "../shape.ts";
import { inv } from "./solve.ts";

export { cross, matmul, tensordot } from "../matmul.ts";
export { matrixTranspose } from "../shape.ts";

/** Products of every element of a vector with every one of another. */
export const outer = owning(function outer(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = [tensorOf(x, "outer"), tensorOf(y, "outer")];
  if (a.ndim !== 1 || b.ndim !== 1)
    throw new ShapeError(`outer: got shapes [${a.shape}] and [${b.shape}], expected vectors. np.outer takes any.`);
  return np.outer(a, b);
});

/** Vectors along `axis` (the last) multiplied and summed, the other dimensions broadcast. */
export const vecdot = owning(function vecdot(
  x: TensorLike,
  y: TensorLike,
  options: np.ProductOptions & { readonly axis?: number } = {},
): Tensor {
  const { axis = -1, ...rest } = options;
  return np.vecdot(moveaxis(x, axis, -1), moveaxis(y, axis, -1), rest);
});

/** Elements with column − row = `offset`, as a last dimension. */
export const diagonal = owning(
  (x: TensorLike, options: { readonly offset?: number } = {}): Tensor => np.diagonal(x, options.offset ?? 0, -2, -1),
);
/** The sum of such a diagonal. */
export const trace = owning(
  (x: TensorLike, options: { readonly offset?: number; readonly dtype?: DType } = {}): Tensor =>
    sum(diagonal(x, options), -1, options.dtype ? { dtype: options.dtype } : {}),
);

/** Square matrices to a whole power, by repeated squaring; negative powers are those of the inverse. */
export const matrixPower = owning(function matrixPower(a: TensorLike, n: number): Tensor {
  const given = tensorOf(a, "matrixPower");
  if (given.ndim < 2 || given.shape.at(-1) !== given.shape.at(-2))
    throw new ShapeError(`matrixPower: got shape [${given.shape}], expected square matrices [..., n, n].`);
  const power = integer(n, "matrixPower: the exponent");
  if (power === 0)
    return settle(
      broadcastTo("matrixPower", eye(given.shape.at(-1)!, given.shape.at(-1)!, 0, given.dtype), given.shape),
    );
  let base = power < 0 ? inv(given) : given;
  let result: Tensor | undefined;
  for (let left = Math.abs(power); ; base = np.matmul(base, base)) {
    if (left % 2 === 1) result = result === undefined ? base : np.matmul(result, base);
    left = Math.floor(left / 2);
    if (left === 0) return settle(result!);
  }
});

/** The product of several matrices (the first and the last may be vectors) in the order that takes the fewest operations. */
export const multiDot = owning(function multiDot(
  arrays: readonly TensorLike[],
  options: np.ProductOptions = {},
): Tensor {
  const given = promoteDTypes("multiDot", arrays);
  const shown = given.map((t) => `[${t.shape}]`).join(", ");
  const ends = [0, given.length - 1];
  if (given.length < 2 || given.some((t, i) => t.ndim !== 2 && !(t.ndim === 1 && ends.includes(i))))
    throw new ShapeError(`multiDot: got shapes ${shown}; expected at least two matrices, at the ends perhaps vectors.`);
  if (given.slice(1).some((t, i) => t.shape[0] !== given[i]!.shape.at(-1)))
    throw new ShapeError(`multiDot: got shapes ${shown}; expected the columns of each to be the rows of the next.`);
  const sizes = [given[0]!.ndim === 1 ? 1 : given[0]!.shape[0]!, ...given.map((t, i) => sizeAfter(t, i))];
  const best = chainOrder(sizes);
  const multiplyChain = (from: number, to: number): Tensor => {
    if (from === to) return given[from]!;
    const at = best(from, to);
    return np.matmul(multiplyChain(from, at), multiplyChain(at + 1, to), options);
  };
  return settle(multiplyChain(0, given.length - 1));

  function sizeAfter(t: Tensor, i: number): number {
    return t.ndim === 1 && i > 0 ? 1 : t.shape.at(-1)!;
  }
});

/** Where to split the product of matrices [sizes[i], sizes[i + 1]] from one to another: dynamic programming. */
function chainOrder(sizes: readonly number[]): (from: number, to: number) => number {
  const n = sizes.length - 1;
  const cost = new Map<number, { operations: number; split: number }>();
  const key = (from: number, to: number) => from * n + to;
  for (let i = 0; i < n; i++) cost.set(key(i, i), { operations: 0, split: i });
  for (let length = 1; length < n; length++)
    for (let from = 0; from + length < n; from++) {
      const to = from + length;
      let found = { operations: Number.POSITIVE_INFINITY, split: from };
      for (let at = from; at < to; at++) {
        const operations =
          cost.get(key(from, at))!.operations +
          cost.get(key(at + 1, to))!.operations +
          sizes[from]! * sizes[at + 1]! * sizes[to + 1]!;
        if (operations < found.operations) found = { operations, split: at };
      }
      cost.set(key(from, to), found);
    }
  return (from, to) => cost.get(key(from, to))!.split;
}
