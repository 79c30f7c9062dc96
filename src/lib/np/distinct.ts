// The different slices of a tensor along its first axis: what np.unique and the set functions are made of.
import { isInexact } from "../../core/dtype.ts";
import { ShapeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { and, sub } from "../../ops/binary.ts";
import { lt, ne } from "../../ops/compare.ts";
import { reduceOr } from "../../ops/reduce.ts";
import { expandDims, iota, reshape, sliceInDim } from "../../ops/shape.ts";
import { sort as sortAll } from "../../ops/sort.ts";
import { not } from "../../ops/unary.ts";
import { set } from "../indexing.ts";
import { broadcastTo, cast, literalAs, settle, tensorOf } from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { shapeGiving } from "./axes.ts";
import { full, ones, zeros } from "./create.ts";
import { concatenate } from "./join.ts";
import { where } from "./logic.ts";
import { cumsum } from "./order.ts";
import { nonzero } from "./places.ts";
import { countNonzero } from "./reduce.ts";
import { take } from "./take.ts";

export interface SetOptions {
  /** How many results: more are cut, fewer are filled up. Needed under jit. */
  readonly size?: number;
  /** Fills up; an element of the result by default (the smallest, or what the function says). */
  readonly fillValue?: TensorLike;
}
export interface UniqueOptions extends SetOptions {
  /** Slices along it are compared; elements of the flattened tensor by default. */
  readonly axis?: number | null;
  /** All NaN are one element (the default). */
  readonly equalNan?: boolean;
  /** With the places of the first of each. */
  readonly returnIndex?: boolean;
  /** With the place in the result of each element. */
  readonly returnInverse?: boolean;
  /** With how often each occurs. */
  readonly returnCounts?: boolean;
}

export interface Found {
  readonly values: Tensor;
  readonly indices: Tensor;
  /** As long as the axis. */
  readonly inverse: Tensor;
  readonly counts: Tensor;
  /** How many are different, a scalar. */
  readonly number: Tensor;
}

export const int32 = (n: number): Tensor => literalAs("unique", n, [], { dtype: "int32", weakType: false });

/** Rows in rising order, where a new one begins, and where each came from. */
function sortedRows(t: Tensor, equalNan: boolean): { rows: Tensor; first: Tensor; order: Tensor } {
  const n = t.shape[0]!;
  const width = t.size / Math.max(n, 1);
  const table = reshape(t, [n, n === 0 ? 0 : width]);
  const columns = Array.from({ length: table.shape[1]! }, (_, i) => reshape(sliceInDim(table, i, i + 1, 1), [n]));
  const order = sortAll([...columns, iota("int32", [n])], 0, { numKeys: Math.max(1, columns.length) }).at(-1)!;
  const rows = take(t, order, 0, { mode: "clip" });
  const [later, earlier] = [sliceInDim(rows, 1, n, 0), sliceInDim(rows, 0, n - 1, 0)];
  let differ = ne(later, earlier);
  if (equalNan && isInexact(t.dtype)) differ = and(differ, not(and(ne(later, later), ne(earlier, earlier))));
  const changed = reduceOr(differ, [...rows.shape.keys()].slice(1));
  return { rows, first: concatenate([ones([1], "bool"), changed]), order };
}

export function distinct(name: string, t: Tensor, options: UniqueOptions): Found {
  const { size, fillValue } = options;
  const n = t.shape[0]!;
  if (t.size === 0) return distinctOfNothing(name, t, options);
  const { rows, first, order } = sortedRows(t, options.equalNan ?? true);
  const number = countNonzero(first);
  if (size === undefined) shapeGiving(name, t, "size");
  const [places] = nonzero(first, size === undefined ? {} : { size }) as [Tensor];
  const m = places.shape[0]!;
  let values = take(rows, places, 0, { mode: "clip" });
  const valid = lt(iota("int32", [m]), broadcastTo(name, number, [m]));
  if (size !== undefined && fillValue !== undefined) {
    const shown = broadcastTo(name, expandDims(valid, [...t.shape.keys()].slice(1)), values.shape);
    values = where(shown, values, cast(tensorOf(fillValue, name), t.dtype));
  }
  const rank = sub(tensorOf(cumsum(first), name), 1);
  const inverse = set(zeros([n], "int32"), [order], rank, { uniqueIndices: true });
  // A slice is counted up to where the next one begins.
  const next = nonzero(first, { size: m + 1, fillValue: n })[0]!;
  const counts = sub(sliceInDim(next, 1, m + 1, 0), sliceInDim(next, 0, m, 0));
  return { values, indices: take(order, places, 0, { mode: "clip" }), inverse, counts, number };
}

/** Nothing to compare: no rows, or rows without elements (which are all equal). */
function distinctOfNothing(name: string, t: Tensor, { size, fillValue }: UniqueOptions): Found {
  const n = t.shape[0]!;
  if (n === 0 && size !== undefined && size > 0 && fillValue === undefined)
    throw new ShapeError(`${name}: got no elements and size ${size}, expected a fillValue.`);
  const m = size ?? Math.min(n, 1);
  const shape = [m, ...t.shape.slice(1)];
  const values = full(shape, fillValue === undefined ? 0 : cast(tensorOf(fillValue, name), t.dtype), t.dtype);
  const counts = where(lt(iota("int32", [m]), Math.min(n, 1)), n, 0);
  return {
    values,
    indices: zeros([m], "int32"),
    inverse: zeros([n], "int32"),
    counts,
    number: settle(int32(Math.min(n, 1))),
  };
}
