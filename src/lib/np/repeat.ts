// Elements repeated, and moved round.
import { isInteger } from "../../core/dtype.ts";
import { DTypeError, ShapeError } from "../../core/errors.ts";
import { Tensor } from "../../core/tensor.ts";
import { dynamicSlice } from "../../ops/dynamic.ts";
import * as ops from "../../ops/shape.ts";
import { broadcastTo, cast, owning, settle, tensorOf } from "../promote.ts";
import { elements } from "../tensor-print.ts";
import type { TensorLike } from "../types.ts";
import { type Axis, axisOf, integer, shapeGiving } from "./axes.ts";
import { remainder, subtract } from "./binary.ts";
import { cumsum } from "./order.ts";
import { searchsorted } from "./search.ts";
import { take } from "./take.ts";

export interface RepeatOptions {
  /** The size of the result along the axis: more are cut, missing ones are the last. Needed for traced counts. */
  readonly totalRepeatLength?: number;
}
/**
 * Each slice `repeats` times along `axis` (of the flattened tensor by default): one count for all, or one for each.
 * @throws ConcretizationTypeError for traced counts without `totalRepeatLength`
 */
export const repeat = owning(function repeat(
  x: TensorLike,
  repeats: number | readonly number[] | TensorLike,
  axis: number | null = null,
  options: RepeatOptions = {},
): Tensor {
  const given = tensorOf(x, "repeat");
  const t = settle(axis === null ? ops.reshape(given, [given.size]) : given);
  const at = axisOf("repeat", axis ?? 0, t.ndim);
  const n = t.shape[at]!;
  const { totalRepeatLength } = options;
  if (typeof repeats === "number" && totalRepeatLength === undefined) return evenly(t, countOf(repeats), at);
  const list = typeof repeats === "number" ? [repeats] : repeats;
  const counts = Array.isArray(list)
    ? tensorOf(
        Int32Array.from(list as readonly number[], (c) => countOf(c)),
        "repeat",
      )
    : tensorOf(list as TensorLike, "repeat");
  if (!isInteger(counts.dtype)) throw new DTypeError(`repeat: got counts of ${counts.dtype}, expected integers.`);
  if (counts.ndim > 1 || (counts.size !== 1 && counts.size !== n))
    throw new ShapeError(
      `repeat: got counts of shape [${counts.shape}] for axis ${at} of shape [${t.shape}]; expected [${n}].`,
    );
  if (totalRepeatLength !== undefined) {
    const each = broadcastTo("repeat", ops.reshape(counts, [counts.size]), [n]);
    const ends = cumsum(settle(cast(each, "int32")));
    const places = searchsorted(ends, ops.iota("int32", [integer(totalRepeatLength, "repeat: totalRepeatLength")]), {
      side: "right",
    });
    return take(t, places, at, { mode: "clip" });
  }
  const own = elements(shapeGiving("repeat", counts, "totalRepeatLength")).map((c) => countOf(Number(c)));
  if (own.length === 1) return evenly(t, own[0]!, at);
  return take(t, Int32Array.from(own.flatMap((c, i) => Array<number>(c).fill(i))), at, { mode: "clip" });
});
function countOf(value: number): number {
  const count = integer(value, "repeat: a count");
  if (count < 0) throw new ShapeError(`repeat: got count ${count}, expected 0 or more.`);
  return count;
}
function evenly(t: Tensor, count: number, at: number): Tensor {
  const wide = [...t.shape.slice(0, at + 1), count, ...t.shape.slice(at + 1)];
  const spread = broadcastTo("repeat", ops.expandDims(t, [at + 1]), wide);
  return settle(
    ops.reshape(
      spread,
      t.shape.map((n, d) => (d === at ? n * count : n)),
    ),
  );
}

/**
 * Elements moved `shift` places along `axis`, those beyond the end back to the start; all as one line by default. Shifts
 * may be traced integers.
 */
export const roll = owning(function roll(
  x: TensorLike,
  shift: number | readonly number[] | Tensor,
  axis: Axis = null,
): Tensor {
  const t = settle(tensorOf(x, "roll"));
  if (axis === null) return settle(ops.reshape(roll(ops.reshape(t, [t.size]), shift, 0), t.shape));
  const axes = Array.isArray(axis) ? (axis as readonly number[]) : [axis as number];
  const shifts =
    shift instanceof Tensor ? parts(shift) : Array.isArray(shift) ? (shift as readonly number[]) : [shift as number];
  const count = shifts.length === 1 ? axes.length : shifts.length;
  if (axes.length !== 1 && axes.length !== count)
    throw new ShapeError(`roll: got ${shifts.length} shifts for ${axes.length} axes, expected as many, or one.`);
  return Array.from({ length: count }).reduce<Tensor>((r, _, i) => {
    const d = axisOf("roll", axes[axes.length === 1 ? 0 : i], t.ndim);
    return moved(r, shifts[shifts.length === 1 ? 0 : i]!, d);
  }, t);
});
/** The shifts of a tensor. */
function parts(shift: Tensor): Tensor[] {
  if (!isInteger(shift.dtype)) throw new DTypeError(`roll: got shifts of ${shift.dtype}, expected integers.`);
  if (shift.ndim > 1)
    throw new ShapeError(`roll: got shifts of shape [${shift.shape}], expected a scalar or a vector.`);
  const line = ops.reshape(cast(shift, "int32"), [shift.size]);
  return Array.from({ length: shift.size }, (_, i) => ops.reshape(ops.sliceInDim(settle(line), i, i + 1, 0), []));
}
function moved(t: Tensor, shift: number | Tensor, d: number): Tensor {
  const n = t.shape[d]!;
  if (n === 0) return t;
  if (shift instanceof Tensor) {
    const start = subtract(n, remainder(shift, n));
    const starts = t.shape.map((_, i) => (i === d ? start : 0));
    return dynamicSlice(ops.concatenate([t, t], d), starts, t.shape);
  }
  const by = ((integer(shift, "roll: a shift") % n) + n) % n;
  return by === 0 ? t : ops.concatenate([ops.sliceInDim(t, n - by, n, d), ops.sliceInDim(t, 0, n - by, d)], d);
}
