// Places in sorted vectors, bins, and counts of whole numbers.

import { needConcrete } from "../../core/concrete.ts";
import { isInexact, isInteger } from "../../core/dtype.ts";
import { ConcretizationTypeError, DTypeError, ShapeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { add, and, div, max as larger, sub } from "../../ops/binary.ts";
import { compare, ge, lt, select } from "../../ops/compare.ts";
import { like, zeroOf } from "../../ops/literal.ts";
import { reduceSum } from "../../ops/reduce.ts";
import { concatenate, expandDims, iota, reshape, rev, sliceInDim } from "../../ops/shape.ts";
import { sort } from "../../ops/sort.ts";
import { not } from "../../ops/unary.ts";
import { addAt } from "../indexing.ts";
import { foriLoop } from "../loops.ts";
import { broadcastTo, cast, owning, promoteDTypes, settle, tensorOf } from "../promote.ts";
import { elements } from "../tensor-print.ts";
import type { TensorLike } from "../types.ts";
import { integer } from "./axes.ts";
import { zeros } from "./create.ts";
import { where } from "./logic.ts";
import { take } from "./take.ts";

const searches = ["compareAll", "scan", "scanUnrolled", "sort"] as const;
export interface SearchOptions {
  /** Before equal elements (the default) or behind them. */
  readonly side?: "left" | "right";
  /** The places that sort the vector. */
  readonly sorter?: TensorLike;
  /** All pairs compared, a binary search in a loop or unrolled, or sorting: all give the same. By size if not said. */
  readonly method?: (typeof searches)[number];
}
/** Whether an element stands before a value, NaN behind all numbers. */
function isBefore(element: Tensor, value: Tensor, right: boolean): Tensor {
  const before = right ? not(compare(element, "GT", value)) : compare(element, "LT", value);
  if (!isInexact(element.dtype)) return before;
  const nanValue = compare(value, "NE", value);
  const nanElement = compare(element, "NE", element);
  const number = select(nanValue, right ? like(before, true) : not(nanElement), before);
  return select(nanElement, right ? nanValue : like(before, false), number);
}

type Search = (sorted: Tensor, values: Tensor, right: boolean) => Tensor;
const compareAll: Search = (a, v, right) => {
  const shape = [...v.shape, a.size];
  const wide = broadcastTo("searchsorted", a, shape);
  const each = broadcastTo("searchsorted", expandDims(v, [v.ndim]), shape);
  return reduceSum(cast(isBefore(wide, each, right), "int32"), [v.ndim]);
};
/** Halves the range `[low, high)` in which the place lies. */
const halving =
  (unrolled: boolean): Search =>
  (a, v, right) => {
    const steps = Math.ceil(Math.log2(a.size + 1));
    const start = zeros(v.shape, "int32");
    const end = settle(add(start, a.size));
    const values = settle(v);
    const step = ([low, high]: readonly [Tensor, Tensor]): [Tensor, Tensor] => {
      const middle = add(low, div(sub(high, low), 2));
      const open = lt(low, high);
      const later = and(open, isBefore(take(a, middle, 0, { mode: "clip" }), values, right));
      return [select(later, add(middle, 1), low), select(and(open, not(later)), middle, high)];
    };
    if (!unrolled) return foriLoop(0, steps, (_i, c: [Tensor, Tensor]) => step(c), [start, end] as [Tensor, Tensor])[0];
    let range: [Tensor, Tensor] = [start, end];
    for (let i = 0; i < steps; i++) range = step(range);
    return range[0];
  };
/** The rank among both, less the rank among the values alone. */
const bySorting: Search = (a, v, right) => {
  const line = reshape(v, [v.size]);
  const [first, second] = right ? [a, line] : [line, a];
  const rank = (t: Tensor): Tensor => {
    const places = iota("int32", t.shape);
    return sort([sort([t, places], 0)[1]!, places], 0)[1]!;
  };
  const among = rank(concatenate([first, second].map(settle), 0));
  const own = sliceInDim(among, right ? a.size : 0, (right ? a.size : 0) + line.size, 0);
  return reshape(sub(own, rank(settle(line))), v.shape);
};
const methods: Readonly<Record<(typeof searches)[number], Search>> = {
  compareAll,
  scan: halving(false),
  scanUnrolled: halving(true),
  sort: bySorting,
};

/** For each of `values` the place in the rising vector `sorted` where it would keep the order, as int32. */
export const searchsorted = owning(function searchsorted(
  sorted: TensorLike,
  values: TensorLike,
  options: SearchOptions = {},
): Tensor {
  const [given, v] = promoteDTypes("searchsorted", [sorted, values]) as [Tensor, Tensor];
  if (given.ndim !== 1)
    throw new ShapeError(`searchsorted: got a sorted tensor of shape [${given.shape}], expected one dimension.`);
  const { side = "left", sorter, method } = options;
  if (side !== "left" && side !== "right")
    throw new ShapeError(`searchsorted: got side ${String(side)}, expected "left" or "right".`);
  if (method !== undefined && !searches.includes(method))
    throw new ShapeError(`searchsorted: got method ${String(method)}, expected one of ${searches.join(", ")}.`);
  const a = settle(sorter === undefined ? given : take(given, sorter, 0));
  const small = a.size * v.size <= 2 ** 16;
  return settle(
    methods[a.size === 0 ? "compareAll" : (method ?? (small ? "compareAll" : "scan"))](a, v, side === "right"),
  );
});

/** For each value the bin of the rising or falling `bins` it falls into; with `right` the bins' upper ends belong to them. */
export const digitize = owning(function digitize(
  x: TensorLike,
  bins: TensorLike,
  right = false,
  options: Pick<SearchOptions, "method"> = {},
): Tensor {
  const b = tensorOf(bins, "digitize");
  if (b.ndim !== 1) throw new ShapeError(`digitize: got bins of shape [${b.shape}], expected a vector.`);
  if (b.size === 0) return zeros(tensorOf(x, "digitize").shape, "int32");
  const search = { ...options, side: right ? "left" : "right" } as const;
  const n = b.size;
  const rising = ge(sliceInDim(settle(b), n - 1, n, 0), sliceInDim(settle(b), 0, 1, 0));
  const turned = searchsorted(rev(settle(b), [0]), x, search);
  const backwards = sub(like(turned, n), turned);
  return where(reshape(rising, []), searchsorted(b, x, search), backwards);
});

export interface CountOptions {
  /** How much each element counts; 1 by default. */
  readonly weights?: TensorLike | null;
  /** The fewest counts, where `length` does not say. */
  readonly minlength?: number;
  /** How many counts; larger numbers are dropped. Needed under jit. */
  readonly length?: number | null;
}
/**
 * Counts of 0, 1, 2, … in a vector of whole numbers; negative ones count as 0.
 * @throws ConcretizationTypeError for a traced vector without `length`
 */
export const bincount = owning(function bincount(x: TensorLike, options: CountOptions = {}): Tensor {
  const given = tensorOf(x, "bincount");
  const t = given.dtype === "bool" ? cast(given, "int32") : given;
  if (!isInteger(t.dtype)) throw new DTypeError(`bincount: got ${t.dtype}, expected integers.`);
  if (t.ndim !== 1) throw new ShapeError(`bincount: got shape [${t.shape}], expected a vector. Use np.ravel.`);
  const weights =
    options.weights === undefined || options.weights === null ? undefined : tensorOf(options.weights, "bincount");
  if (weights && weights.shape.join() !== t.shape.join())
    throw new ShapeError(
      `bincount: got weights of shape [${weights.shape}] for shape [${t.shape}], expected the same.`,
    );
  let length = options.length ?? undefined;
  if (length === undefined) {
    const known = needConcrete(
      t,
      "bincount (give a static `length`, so that the result's shape is known)",
      ConcretizationTypeError,
    );
    const most = elements(known).reduce<number>((m, v) => Math.max(m, Number(v)), -1);
    length = Math.max(integer(options.minlength ?? 0, "bincount: minlength"), t.size > 0 ? Math.max(0, most) + 1 : 0);
  }
  const n = integer(length, "bincount: length", ConcretizationTypeError);
  if (n === 0 || t.size === 0) return zeros([n], weights?.dtype ?? "int32");
  const places = larger(t, like(t, zeroOf(t.dtype)));
  return addAt(zeros([n], weights?.dtype ?? "int32"), [settle(places)], weights ? settle(weights) : 1, {
    mode: "drop",
  });
});
