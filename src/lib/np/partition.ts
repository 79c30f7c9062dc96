// Partial sorting: the smallest elements first, the others behind them.
import { kindOf } from "../../core/dtype.ts";
import { DTypeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { requireDType } from "../../ops/elementwise.ts";
import { concatenate } from "../../ops/shape.ts";
import { topK } from "../../ops/sort.ts";
import { neg, not } from "../../ops/unary.ts";
import { set } from "../indexing.ts";
import { owning, settle, tensorOf } from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { axisOf } from "./axes.ts";
import { ones } from "./create.ts";
import { ogrid } from "./grids.ts";
import { swapaxes } from "./shape.ts";
import { takeAlongAxis } from "./take.ts";

/** The order turned round, without loss: complements of integers, negated floats. */
const turned = (t: Tensor): Tensor => (kindOf(t.dtype) === "float" ? neg(t) : not(t));

interface Parts {
  readonly line: Tensor;
  readonly at: number;
  readonly places: Tensor;
}
function parts(name: string, x: TensorLike, kth: number, axis: number): Parts {
  const t = tensorOf(x, name);
  requireDType(name, t.aval, "ordered");
  if (t.dtype === "bool") throw new DTypeError(`${name}: got bool, expected numbers. Convert with astype("int8").`);
  const at = axisOf(name, axis, t.ndim);
  const k = axisOf(`${name}: kth`, kth, t.shape[at]!);
  const line = settle(swapaxes(t, at, -1));
  const n = line.shape.at(-1)!;
  const [, low] = topK(turned(line), k + 1);
  // All others, as they come: 1 where an element is not among the smallest.
  const others = set(ones(line.shape), [...ogrid(...line.shape.slice(0, -1), 1).slice(0, -1), low], 0);
  const [, high] = topK(others, n - k - 1);
  return { line, at, places: concatenate([low, high], line.ndim - 1) };
}

/**
 * The elements along `axis` so that the `kth` stands where sorting would put it, none larger before it and none smaller
 * behind it; the order among those is not fixed. As `jax.numpy.partition`.
 */
export const partition = owning(function partition(x: TensorLike, kth: number, axis = -1): Tensor {
  const { line, at, places } = parts("partition", x, kth, axis);
  return swapaxes(takeAlongAxis(line, places, -1), at, -1);
});
/** The places of what `partition` gives, as int32. */
export const argpartition = owning(function argpartition(x: TensorLike, kth: number, axis = -1): Tensor {
  const { at, places } = parts("argpartition", x, kth, axis);
  return swapaxes(places, at, -1);
});
