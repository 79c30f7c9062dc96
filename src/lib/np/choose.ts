// Choosing elements: among tensors by number, under a mask, by pieces.

import { needConcrete } from "../../core/concrete.ts";
import { isInteger } from "../../core/dtype.ts";
import { ConcretizationTypeError, DTypeError, ShapeError } from "../../core/errors.ts";
import { Tensor } from "../../core/tensor.ts";
import { expandDims, reshape, sliceInDim } from "../../ops/shape.ts";
import { broadcastShapes, broadcastTo, cast, owning, promoteDTypes, settle, tensorOf, truth } from "../promote.ts";
import { elements } from "../tensor-print.ts";
import type { TensorLike } from "../types.ts";
import { axisOf, integer, shapeGiving } from "./axes.ts";
import { remainder } from "./binary.ts";
import { stack } from "./join.ts";
import { clip, where } from "./logic.ts";
import { argsort } from "./order.ts";
import { moveaxis, ravel } from "./shape.ts";
import { take, takeAlongAxis } from "./take.ts";

/**
 * For each place the element of the choice that `which` names; all broadcast together. Numbers outside throw (which needs
 * their values), or are moved inside (`clip`), or counted round (`wrap`).
 * @throws ConcretizationTypeError for traced numbers without a mode
 */
export const choose = owning(function choose(
  which: TensorLike,
  choices: readonly TensorLike[] | Tensor,
  options: { readonly mode?: "raise" | "wrap" | "clip" } = {},
): Tensor {
  const name = "choose";
  const t = tensorOf(typeof which === "number" ? BigInt(which) : which, name);
  if (!isInteger(t.dtype)) throw new DTypeError(`${name}: got numbers of ${t.dtype}, expected integers.`);
  const given = choices instanceof Tensor ? rows(choices) : choices;
  const list = promoteDTypes(name, given);
  const n = list.length;
  if (n === 0) throw new ShapeError(`${name}: got no choices, expected at least one.`);
  const { mode = "raise" } = options;
  if (mode === "raise") {
    const known = needConcrete(t, `${name} without a mode ("clip" or "wrap")`, ConcretizationTypeError);
    const bad = elements(known).find((v) => Number(v) < 0 || Number(v) >= n);
    if (bad !== undefined)
      throw new ShapeError(`${name}: got ${String(bad)} for ${n} choices, expected 0 to ${n - 1}. Or give a mode.`);
  }
  const inside = mode === "clip" ? clip(t, 0, n - 1) : mode === "wrap" ? remainder(t, n) : settle(t);
  const shape = broadcastShapes(name, [t.shape, ...list.map((c) => c.shape)]);
  const all = stack(list.map((c) => settle(broadcastTo(name, c, shape))));
  return reshape(takeAlongAxis(all, expandDims(broadcastTo(name, inside, shape), [0]), 0), shape);
});
const rows = (t: Tensor): Tensor[] =>
  Array.from({ length: t.shape[0] ?? 0 }, (_, i) => reshape(sliceInDim(t, i, i + 1, 0), t.shape.slice(1)));

export interface CompressOptions {
  readonly axis?: number | null;
  /** How many slices: those that are chosen, then `fillValue`. Needed under jit. */
  readonly size?: number;
  readonly fillValue?: TensorLike;
}
/**
 * The slices along `axis` (elements of the flattened tensor by default) where `condition`, a vector, holds.
 * @throws ConcretizationTypeError for a traced condition without `size`; ShapeError for one that holds outside
 */
export const compress = owning(function compress(
  condition: TensorLike,
  x: TensorLike,
  axis: number | null | CompressOptions = null,
  given: CompressOptions = {},
): Tensor {
  const name = "compress";
  const options = typeof axis === "object" && axis !== null ? axis : given;
  const along = typeof axis === "object" && axis !== null ? (axis.axis ?? null) : axis;
  const mask = truth(condition, name);
  if (mask.ndim !== 1) throw new ShapeError(`${name}: got a condition of shape [${mask.shape}], expected a vector.`);
  const whole = tensorOf(x, name);
  const at = along === null ? 0 : axisOf(name, along, whole.ndim);
  const t = settle(along === null ? ravel(whole) : moveaxis(whole, at, 0));
  const n = Math.min(mask.size, t.shape[0]!);
  const { size, fillValue = 0 } = options;
  if (size === undefined) {
    const known = elements(shapeGiving(name, mask, "size"));
    if (known.slice(n).some(Boolean))
      throw new ShapeError(`${name}: the condition of ${mask.size} holds outside the axis of ${t.shape[0]}.`);
    const places = Int32Array.from(known.slice(0, n).flatMap((v, i) => (v ? [i] : [])));
    return moveaxis(take(t, places, 0, { mode: "clip" }), 0, at);
  }
  if (integer(size, `${name}: size`) < 0 || size > n)
    throw new ShapeError(`${name}: got size ${size} for ${n} slices, expected 0 to ${n}.`);
  const test = sliceInDim(mask, 0, n, 0);
  const cut = sliceInDim(t, 0, n, 0);
  const shown = broadcastTo(name, expandDims(test, [...t.shape.keys()].slice(1)), cut.shape);
  const blanked = where(shown, cut, cast(tensorOf(fillValue, name), t.dtype));
  const order = argsort(test, { descending: true });
  return moveaxis(take(blanked, sliceInDim(order, 0, size, 0), 0), 0, at);
});
/** The elements where `condition` holds, both flattened; with `size` as `compress`. */
export const extract = owning(
  (condition: TensorLike, x: TensorLike, options: Omit<CompressOptions, "axis"> = {}): Tensor =>
    compress(ravel(condition), ravel(x), null, options),
);

/** Of a piece: its value, or a function of the elements. */
export type Piece = TensorLike | ((x: Tensor) => Tensor);
/**
 * For each element of `x` the piece whose condition holds, the last one if several do; else the piece behind them all, or
 * 0. Functions see all of `x`; the result has its dtype. As `jax.numpy.piecewise`.
 * @throws ShapeError for a number of pieces that does not fit
 */
export const piecewise = owning(function piecewise(
  x: TensorLike,
  conditions: readonly TensorLike[] | Tensor,
  pieces: readonly Piece[],
): Tensor {
  const name = "piecewise";
  const t = settle(tensorOf(x, name));
  const tests = conditions instanceof Tensor ? rows(conditions) : conditions;
  const n = tests.length;
  if (pieces.length !== n && pieces.length !== n + 1)
    throw new ShapeError(`${name}: got ${pieces.length} pieces for ${n} conditions, expected ${n} or ${n + 1}.`);
  const value = (p: Piece): Tensor =>
    typeof p === "function" ? cast(p(t), t.dtype) : cast(tensorOf(p, name), t.dtype);
  const otherwise = value(pieces.length > n ? pieces[n]! : 0);
  return tests.reduce<Tensor>(
    (rest, test, i) => where(test, value(pieces[i]!), rest),
    broadcastTo(name, otherwise, t.shape),
  );
});
