// Sorting, searching and running reductions.
import { type DType, indexDType, isFloat, isInexact, isInteger } from "../../core/dtype.ts";
import { DTypeError, ShapeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { add, div, mul, sub } from "../../ops/binary.ts";
import { compare, eq, select } from "../../ops/compare.ts";
import * as running from "../../ops/cumulative.ts";
import { like } from "../../ops/literal.ts";
import { reduceAnd, reduceSum } from "../../ops/reduce.ts";
import { expandDims, iota, reshape, rev } from "../../ops/shape.ts";
import { sort as sortAll, topK as topKOf } from "../../ops/sort.ts";
import { ceil, floor, not } from "../../ops/unary.ts";
import { broadcastTo, cast, owning, promoteDTypes, settle, tensorOf } from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { type Axis, axesOf, axisAndOptions, axisOf, dtypeFrom } from "./axes.ts";
import { moveaxis } from "./shape.ts";
import { take } from "./take.ts";

export interface SortOptions {
  readonly axis?: number | null;
  readonly stable?: boolean;
  readonly descending?: boolean;
}
type Given = number | null | SortOptions | undefined;
interface AnyAxis {
  readonly axis?: Axis;
  readonly stable?: boolean;
  readonly descending?: boolean;
}

/** The operand (flattened for a null axis), its axis and the options. */
function lined(name: string, x: TensorLike, axis: Given, given: SortOptions | undefined) {
  const { axis: along, options } = axisAndOptions<AnyAxis>(axis as Axis, given as AnyAxis);
  const whole = tensorOf(x, name);
  const flat = along === null;
  const t = flat ? reshape(whole, [whole.size]) : whole;
  return { t, at: axisOf(name, flat ? 0 : (along ?? -1), t.ndim), options };
}

/** Rising along `axis` (the last), NaN last; `descending` turns it round. */
export const sort = owning(function sort(x: TensorLike, axis?: Given, given?: SortOptions): Tensor {
  const { t, at, options } = lined("sort", x, axis, given);
  const [sorted] = sortAll([t], at, { stable: options.stable ?? true });
  return options.descending ? rev(sorted!, [at]) : sorted!;
});
/** The places that would sort `x` along `axis`; equal elements keep their order. */
export const argsort = owning(function argsort(x: TensorLike, axis?: Given, given?: SortOptions): Tensor {
  const { t, at, options } = lined("argsort", x, axis, given);
  const places = iota(indexDType(t.dtype), t.shape, at);
  // Descending and stable: sort backwards, then turn round, so that equal elements come out in order.
  const turned = options.descending ? [rev(t, [at]), rev(places, [at])] : [t, places];
  const order = sortAll(turned, at, { stable: options.stable ?? true })[1]!;
  return options.descending ? rev(order, [at]) : order;
});
/** The places that sort by the last key, ties by the one before, … */
export const lexsort = owning(function lexsort(keys: readonly TensorLike[], axis = -1): Tensor {
  const ts = keys.map((k) => tensorOf(k, "lexsort")).reverse();
  if (ts.length === 0) throw new ShapeError("lexsort: got no keys, expected at least one.");
  const at = axisOf("lexsort", axis, ts[0]!.ndim);
  return sortAll([...ts, iota("int32", ts[0]!.shape, at)], at, { numKeys: ts.length }).at(-1)!;
});

export interface RunOptions {
  readonly axis?: number | null;
  readonly dtype?: DType;
}
function runningOver(name: string, op: (x: Tensor, axis: number) => Tensor) {
  return owning((x: TensorLike, axis?: number | null | RunOptions, given?: RunOptions): Tensor => {
    const { axis: along, options } = axisAndOptions<{ axis?: Axis; dtype?: DType }>(
      axis as Axis,
      given as { axis?: Axis },
    );
    const whole = tensorOf(x, name);
    const flat = along === null || along === undefined;
    const t = flat ? reshape(whole, [whole.size]) : whole;
    const dtype = dtypeFrom(name, options.dtype, t.dtype === "bool" ? "int32" : t.dtype);
    return settle(op(dtype === t.dtype ? t : cast(t, dtype), axisOf(name, flat ? 0 : along, t.ndim)));
  });
}
/** Sums of all elements up to each along `axis`; of the flattened tensor by default. Booleans count as int32. */
export const cumsum = runningOver("cumsum", running.cumsum);
/** Products of all elements up to each along `axis`; of the flattened tensor by default. */
export const cumprod = runningOver("cumprod", running.cumprod);
const numbers = (t: Tensor, unit: number) => (isInexact(t.dtype) ? select(compare(t, "NE", t), like(t, unit), t) : t);
/** As `cumsum`, NaN counted as 0. */
export const nancumsum = runningOver("nancumsum", (t, a) => running.cumsum(numbers(t, 0), a));
/** As `cumprod`, NaN counted as 1. */
export const nancumprod = runningOver("nancumprod", (t, a) => running.cumprod(numbers(t, 1), a));

export interface SearchOptions {
  readonly side?: "left" | "right";
}
/** For each of `values` the place in the rising vector `sorted` where it would keep the order, as int32. */
export const searchsorted = owning(function searchsorted(
  sorted: TensorLike,
  values: TensorLike,
  options: SearchOptions = {},
): Tensor {
  const [a, v] = promoteDTypes("searchsorted", [sorted, values]) as [Tensor, Tensor];
  if (a.ndim !== 1)
    throw new ShapeError(`searchsorted: got a sorted tensor of shape [${a.shape}], expected one dimension.`);
  const shape = [...v.shape, a.shape[0]!];
  const wide = broadcastTo("searchsorted", a, shape);
  const each = broadcastTo("searchsorted", expandDims(v, [v.ndim]), shape);
  // NaN sorts behind all numbers.
  const before = options.side === "right" ? not(compare(wide, "GT", each)) : compare(wide, "LT", each);
  if (!isFloat(a.dtype)) return settle(reduceSum(cast(before, "int32"), [v.ndim]));
  const nanValue = compare(each, "NE", each);
  const nanSorted = compare(wide, "NE", wide);
  const number = select(nanValue, options.side === "right" ? like(before, true) : not(nanSorted), before);
  const counted = select(nanSorted, options.side === "right" ? nanValue : like(before, false), number);
  return settle(reduceSum(cast(counted, "int32"), [v.ndim]));
});
/** For each value the bin of the rising `bins` it falls into. */
export const digitize = owning(
  (x: TensorLike, bins: TensorLike, right = false): Tensor => searchsorted(bins, x, { side: right ? "left" : "right" }),
);

/** The `k` largest elements along `axis`, falling, and their places. */
export const topK = owning(function topK(x: TensorLike, k: number, axis = -1): [values: Tensor, places: Tensor] {
  const t = tensorOf(x, "topK");
  const a = axisOf("topK", axis, t.ndim);
  const [values, places] = topKOf(moveaxis(t, a, -1), k);
  return [moveaxis(values, -1, a), moveaxis(places, -1, a)];
});

export interface QuantileOptions {
  readonly axis?: Axis;
  readonly keepdims?: boolean;
  readonly method?: "linear" | "lower" | "higher" | "nearest" | "midpoint";
}
/** The value below which the share `q` (0 to 1) of the elements over `axis` lies; a vector `q` adds a leading axis. */
export const quantile = owning(function quantile(
  x: TensorLike,
  q: TensorLike,
  axis?: Axis | QuantileOptions,
  given?: QuantileOptions,
): Tensor {
  const { axis: along, options } = axisAndOptions<QuantileOptions>(axis, given);
  const [t, share] = promoteDTypes("quantile", [x, q], "inexact") as [Tensor, Tensor];
  if (share.ndim > 1) throw new ShapeError(`quantile: got q of shape [${share.shape}], expected a scalar or a vector.`);
  const axes = axesOf("quantile", along, t.ndim);
  const kept = [...t.shape.keys()].filter((d) => !axes.includes(d));
  const lines = moveTogether(t, axes, kept);
  const n = lines.shape.at(-1)!;
  if (n === 0) throw new ShapeError(`quantile: got no elements along axes [${axes}] of shape [${t.shape}].`);
  const last = lines.ndim - 1;
  const sorted = sortAll([lines], last)[0]!;
  const place = mul(share, n - 1);
  const [low, high] = [floor(place), ceil(place)];
  const at = (p: Tensor) => take(sorted, cast(p, "int32"), last, { mode: "clip" });
  const [below, above] = [at(low), at(high)];
  const part = broadcastTo("quantile", sub(place, low), below.shape);
  let y: Tensor;
  if (options.method === "lower") y = below;
  else if (options.method === "higher") y = above;
  else if (options.method === "midpoint") y = mul(add(below, above), 0.5);
  else if (options.method === "nearest") y = select(compare(part, "GT", like(part, 0.5)), above, below);
  else y = add(mul(below, sub(like(part, 1), part)), mul(above, part));
  const clean = reduceAnd(eq(lines, lines), [last]);
  const finite = share.ndim === 0 ? clean : broadcastTo("quantile", expandDims(clean, [clean.ndim]), y.shape);
  y = select(finite, y, like(y, Number.NaN));
  const front = share.ndim === 0 ? y : moveaxis(y, -1, 0);
  return settle(
    options.keepdims
      ? expandDims(
          front,
          axes.map((a) => a + share.ndim),
        )
      : front,
  );
});
/** The axes `axes` as one last dimension. */
function moveTogether(t: Tensor, axes: readonly number[], kept: readonly number[]): Tensor {
  const n = axes.reduce((m, a) => m * t.shape[a]!, 1);
  return reshape(
    axes.length === 0
      ? t
      : moveaxis(
          t,
          axes,
          axes.map((_, i) => kept.length + i),
        ),
    [...kept.map((d) => t.shape[d]!), n],
  );
}
/** As `quantile`, with `q` from 0 to 100. */
export const percentile = owning(
  (x: TensorLike, q: TensorLike, axis?: Axis | QuantileOptions, options?: QuantileOptions): Tensor =>
    quantile(x, typeof q === "number" ? q / 100 : div(...hundredth(q)), axis, options),
);
const hundredth = (q: TensorLike): [Tensor, Tensor] => {
  const [t] = promoteDTypes("percentile", [q], "inexact") as [Tensor];
  return [t, like(t, 100)];
};
/** The middle of the sorted elements over `axis`, the mean of the two in the middle of an even number. */
export const median = owning(
  (x: TensorLike, axis?: Axis | QuantileOptions, options?: QuantileOptions): Tensor => quantile(x, 0.5, axis, options),
);

/** Counts of 0, 1, 2, … in a tensor of whole numbers; `length` counts, others are dropped. */
export const bincount = owning(function bincount(
  x: TensorLike,
  options: { readonly weights?: TensorLike; readonly length: number },
): Tensor {
  const t = tensorOf(x, "bincount");
  if (!isInteger(t.dtype)) throw new DTypeError(`bincount: got ${t.dtype}, expected integers.`);
  const ids = reshape(t, [t.size, 1]);
  const bins = broadcastTo("bincount", cast(iota("int32", [options.length]), t.dtype), [t.size, options.length]);
  const hit = eq(bins, broadcastTo("bincount", ids, bins.shape));
  if (options.weights === undefined) return settle(reduceSum(cast(hit, "int32"), [0]));
  const w = tensorOf(options.weights, "bincount");
  const wide = broadcastTo("bincount", reshape(w, [t.size, 1]), bins.shape);
  return settle(reduceSum(select(hit, wide, like(wide, 0)), [0]));
});
