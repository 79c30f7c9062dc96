// Tensors with parts left out, put in, repeated or laid together from blocks.

import { needConcrete } from "../../core/concrete.ts";
import { isInteger } from "../../core/dtype.ts";
import { ConcretizationTypeError, DTypeError, ShapeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { reduceSum } from "../../ops/reduce.ts";
import { expandDims, iota, reshape, sliceInDim } from "../../ops/shape.ts";
import { at as read, Slice, set, slice } from "../indexing.ts";
import { broadcastShapes, broadcastTo, cast, owning, settle, tensorOf } from "../promote.ts";
import { elements } from "../tensor-print.ts";
import type { TensorLike } from "../types.ts";
import { type Axis, axesOf, axisOf, integer, type Shape, shapeOf } from "./axes.ts";
import { add, subtract } from "./binary.ts";
import { full, ones } from "./create.ts";
import { concatenate } from "./join.ts";
import { clip, greaterEqual, where } from "./logic.ts";
import { argsort, sort } from "./order.ts";
import { nonzero } from "./places.ts";
import { arange } from "./ranges.ts";
import { repeatedTo } from "./repeated.ts";
import { astype, moveaxis, ravel } from "./shape.ts";
import { take } from "./take.ts";

/** A place, places, or a range of them. */
export type Places = number | TensorLike | Slice | readonly number[];

const before = (d: number) => Array.from({ length: d }, () => slice());
/** The tensor (flattened without an axis) and the axis. */
function along(name: string, x: TensorLike, axis: number | null): [Tensor, number] {
  const whole = tensorOf(x, name);
  const t = settle(axis === null ? reshape(whole, [whole.size]) : whole);
  return [t, axisOf(name, axis ?? 0, t.ndim)];
}
const placesOf = (name: string, places: Places, n: number): Tensor => {
  if (places instanceof Slice) return read(arange(n), [places]);
  if (Array.isArray(places))
    return tensorOf(
      Int32Array.from(places as readonly number[], (p) => integer(p, `${name}: a place`)),
      name,
    );
  return tensorOf(
    typeof places === "number" ? BigInt(integer(places, `${name}: a place`)) : (places as TensorLike),
    name,
  );
};

/**
 * `x` without the slices at `places` along `axis` (flattened by default): a number, a range, integers (negative from the
 * end), or a mask. With `assumeUniqueIndices` integers may be traced.
 * @throws ConcretizationTypeError for other traced places
 */
const without = owning(function deleteFrom(
  x: TensorLike,
  places: Places,
  axis: number | null = null,
  options: { readonly assumeUniqueIndices?: boolean } = {},
): Tensor {
  const name = "delete";
  const [t, d] = along(name, x, axis);
  const n = t.shape[d]!;
  if (typeof places === "number") {
    const p = axisOf(`${name}: a place`, places, n);
    return concatenate([sliceInDim(t, 0, p, d), sliceInDim(t, p + 1, n, d)], d);
  }
  const ids = placesOf(name, places, n);
  if (isInteger(ids.dtype) && (places instanceof Slice || options.assumeUniqueIndices)) {
    const from = ravel(ids);
    const inside = clip(where(greaterEqual(from, 0), from, add(from, n)), 0, n);
    const gaps = subtract(sort(inside), iota("int32", from.shape));
    const left = iota("int32", [Math.max(0, n - from.size)]);
    const shape = [from.size, left.size];
    const passed = greaterEqual(broadcastTo(name, left, shape), expandDims(gaps, [1]));
    return take(t, add(left, reduceSum(cast(passed, "int32"), [0])), d, { mode: "clip" });
  }
  const known = needConcrete(ids, `${name} (give integers and \`assumeUniqueIndices\`)`, ConcretizationTypeError);
  const values = elements(known);
  const kept = Array<boolean>(n).fill(true);
  if (ids.dtype === "bool") {
    if (ids.ndim !== 1 || ids.size !== n)
      throw new ShapeError(`${name}: got a mask of shape [${ids.shape}] for axis ${d} of shape [${t.shape}].`);
    values.forEach((v, i) => {
      kept[i] = !v;
    });
  } else if (isInteger(ids.dtype)) for (const v of values) kept[axisOf(`${name}: a place`, Number(v), n)] = false;
  else throw new DTypeError(`${name}: got places of ${ids.dtype}, expected integers or bool.`);
  return take(t, Int32Array.from(kept.flatMap((k, i) => (k ? [i] : []))), d, { mode: "clip" });
});

export { without as delete };

/**
 * `x` with `values` put in before the slices at `places` along `axis` (flattened by default). One place takes all values,
 * several take one each.
 */
export const insert = owning(function insert(
  x: TensorLike,
  places: Places,
  values: TensorLike,
  axis: number | null = null,
): Tensor {
  const name = "insert";
  const [t, d] = along(name, x, axis);
  const n = t.shape[d]!;
  let ids = placesOf(name, places, n);
  if (!isInteger(ids.dtype)) throw new DTypeError(`${name}: got places of ${ids.dtype}, expected integers.`);
  if (ids.ndim > 1) throw new ShapeError(`${name}: got places of shape [${ids.shape}], expected a scalar or a vector.`);
  let v = cast(tensorOf(values, name), t.dtype);
  if (v.ndim < t.ndim)
    v = expandDims(
      v,
      Array.from({ length: t.ndim - v.ndim }, (_, i) => i),
    );
  if (ids.size === 1) {
    if (ids.ndim === 0) v = moveaxis(settle(v), 0, d);
    ids = broadcastTo(name, reshape(ids, [1]), [v.shape[d]!]);
  }
  const [count] = broadcastShapes(name, [ids.shape, [v.shape[d]!]]) as [number];
  const start = broadcastTo(name, astype(ids, "int32"), [count]);
  const inside = clip(where(greaterEqual(start, 0), start, add(start, n)), 0, n);
  // Places in rising order are moved on by the values before them.
  const order = argsort(inside);
  const slots = set(inside, [order], add(take(inside, order, 0, { mode: "clip" }), iota("int32", [count])), {
    uniqueIndices: true,
  });
  const free = set(ones([n + count], "bool"), [slots], false);
  const [own] = nonzero(free, { size: n }) as [Tensor];
  const shape = t.shape.map((m, i) => (i === d ? m + count : m));
  const update = broadcastTo(
    name,
    v,
    shape.map((m, i) => (i === d ? count : m)),
  );
  const filled = set(full(shape, 0, t.dtype), [...before(d), slots], update);
  return set(filled, [...before(d), own], t);
});

/** The elements, repeated or cut, in another shape. */
export const resize = owning(function resize(x: TensorLike, shape: Shape): Tensor {
  const t = tensorOf(x, "resize");
  const sizes = shapeOf("resize", shape);
  const n = sizes.reduce((m, s) => m * s, 1);
  if (t.size === 0 || n === 0) return full(sizes, 0, t.dtype);
  return settle(reshape(repeatedTo(settle(t), n), sizes));
});

/**
 * `x` without the slices of zeros at the front ("f") and the back ("b") along the axes (all by default).
 * @throws ConcretizationTypeError for a traced tensor
 */
export const trimZeros = owning(function trimZeros(x: TensorLike, trim = "fb", axis: Axis = null): Tensor {
  const t = tensorOf(x, "trimZeros");
  const axes = axesOf("trimZeros", axis, t.ndim);
  const values = elements(
    needConcrete(
      t,
      "trimZeros (the result's shape depends on values; under jit cut with np.slice)",
      ConcretizationTypeError,
    ),
  );
  const ends = t.shape.map((n) => ({ from: n, to: -1 }));
  values.forEach((v, i) => {
    if (!v) return;
    let rest = i;
    for (let d = t.ndim - 1; d >= 0; d--) {
      const p = rest % t.shape[d]!;
      rest = (rest - p) / t.shape[d]!;
      ends[d]!.from = Math.min(ends[d]!.from, p);
      ends[d]!.to = Math.max(ends[d]!.to, p);
    }
  });
  const [front, back] = ["f", "b"].map((c) => trim.toLowerCase().includes(c));
  if (!front && !back) return settle(t);
  return axes.reduce<Tensor>((y, d) => {
    const { from, to } = ends[d]!;
    if (to < 0) return sliceInDim(y, 0, 0, d);
    return sliceInDim(y, front ? from : 0, back ? to + 1 : t.shape[d]!, d);
  }, settle(t));
});

/** Tensors in nested arrays: the innermost are joined along the last axis, the next along the one before, … */
export type Blocks = TensorLike | readonly Blocks[];
/** One tensor from blocks. @throws ShapeError for nesting of different depths or an empty array */
export const block = owning(function block(blocks: Blocks): Tensor {
  const depth = depthOf(blocks);
  const leaves: Tensor[] = [];
  const visit = (b: Blocks): void => {
    if (isBlocks(b)) b.forEach(visit);
    else leaves.push(tensorOf(b, "block"));
  };
  visit(blocks);
  const rank = Math.max(depth, ...leaves.map((t) => t.ndim));
  const joined = (b: Blocks, level: number): Tensor => {
    if (!isBlocks(b)) {
      const t = tensorOf(b, "block");
      return settle(reshape(t, [...Array<number>(rank - t.ndim).fill(1), ...t.shape]));
    }
    return concatenate(
      b.map((c) => joined(c, level - 1)),
      rank - level,
    );
  };
  return isBlocks(blocks) ? joined(blocks, depth) : settle(leaves[0]!);
});
const isBlocks = (b: Blocks): b is readonly Blocks[] => Array.isArray(b);
function depthOf(b: Blocks): number {
  if (!isBlocks(b)) return 0;
  if (b.length === 0) throw new ShapeError("block: got an empty array, expected tensors.");
  const depths = new Set(b.map(depthOf));
  if (depths.size > 1) throw new ShapeError(`block: got nesting of depths ${[...depths]}, expected one depth.`);
  return 1 + [...depths][0]!;
}
