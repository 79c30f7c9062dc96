// Piecewise linear interpolation between known places.
import { epsilon, isComplex } from "../../core/dtype.ts";
import { DTypeError, ShapeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { clamp, compare, select } from "../../ops/compare.ts";
import { like } from "../../ops/literal.ts";
import { concatenate, sliceInDim } from "../../ops/shape.ts";
import { sort } from "../../ops/sort.ts";
import { abs as size } from "../../ops/unary.ts";
import { at } from "../indexing.ts";
import { owning, promoteDTypes, settle, tensorOf } from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { add, divide, multiply, remainder, subtract } from "./binary.ts";
import { greater, less, where } from "./logic.ts";
import { searchsorted } from "./search.ts";
import { take } from "./take.ts";
import { abs } from "./unary.ts";

export interface InterpOptions {
  /** What stands before the first place: its value by default, or the first line goes on. */
  readonly left?: TensorLike | "extrapolate";
  /** What stands behind the last place. */
  readonly right?: TensorLike | "extrapolate";
  /** The places repeat with this period, and need not rise; `left` and `right` do not matter. */
  readonly period?: TensorLike;
}
/** At each `x` the value of the lines between the points (`xp`, `fp`), `xp` rising. As `jax.numpy.interp`. */
export const interp = owning(function interp(
  x: TensorLike,
  xp: TensorLike,
  fp: TensorLike,
  options: InterpOptions = {},
): Tensor {
  let [t, places] = promoteDTypes("interp", [x, xp], "inexact").map(settle) as [Tensor, Tensor];
  let [values] = promoteDTypes("interp", [fp], "inexact").map(settle) as [Tensor];
  if (places.ndim !== 1 || values.ndim !== 1 || places.size !== values.size || places.size === 0)
    throw new ShapeError(
      `interp: got xp of shape [${places.shape}] and fp of shape [${values.shape}], expected equal vectors that are not empty.`,
    );
  if (isComplex(t.dtype)) throw new DTypeError(`interp: got x of ${t.dtype}, expected real numbers.`);
  const { period } = options;
  if (period !== undefined) {
    if (tensorOf(period, "interp").ndim > 0)
      throw new ShapeError(`interp: got a period of shape [${tensorOf(period, "interp").shape}], expected a scalar.`);
    const turn = abs(period);
    t = remainder(t, turn);
    [places, values] = sort([remainder(places, turn), values], 0) as [Tensor, Tensor];
    const n = places.size;
    const [first, last] = [(v: Tensor) => sliceInDim(v, 0, 1, 0), (v: Tensor) => sliceInDim(v, n - 1, n, 0)];
    places = concatenate([subtract(last(places), turn), places, add(first(places), turn)], 0);
    values = concatenate([last(values), values, first(values)], 0);
  }
  const last = places.size - 1;
  const i = clamp(1, searchsorted(places, t, { side: "right" }), Math.max(1, last));
  const of = (v: Tensor, p: TensorLike) => take(v, p, 0, { mode: "clip" });
  const before = subtract(i, 1);
  const [x0, x1, y0, y1] = [of(places, before), of(places, i), of(values, before), of(values, i)];
  const width = subtract(x1, x0);
  // Places that nearly coincide have no line between them.
  const flat = compare(size(width), "LE", epsilon(width.dtype) ** 2);
  const share = divide(subtract(t, x0), select(flat, like(width, 1), width));
  const inside = where(flat, y0, add(y0, multiply(share, subtract(y1, y0))));
  if (period !== undefined) return inside;
  const end = (v: Tensor, p: number): Tensor => at(v, [p]);
  const { left, right } = options;
  const low = left === "extrapolate" ? inside : where(less(t, end(places, 0)), outside(left, values, 0), inside);
  return right === "extrapolate" ? low : where(greater(t, end(places, last)), outside(right, values, last), low);
});
const outside = (given: TensorLike | "extrapolate" | undefined, values: Tensor, place: number): TensorLike => {
  if (typeof given === "string")
    throw new DTypeError(`interp: got ${given} outside, expected a number or "extrapolate".`);
  return given ?? at(values, [place]);
};
