// Sorting, searching and running reductions.
import { complexOf, type DType, indexDType, isInexact } from "../../core/dtype.ts";
import { ShapeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { compare, select } from "../../ops/compare.ts";
import * as running from "../../ops/cumulative.ts";
import { like } from "../../ops/literal.ts";
import { iota, reshape, rev } from "../../ops/shape.ts";
import { sort as sortAll, topK as topKOf } from "../../ops/sort.ts";
import { cast, owning, settle, tensorOf } from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { type Axis, axisAndOptions, axisOf, dtypeFrom } from "./axes.ts";
import { moveaxis } from "./shape.ts";

export interface SortOptions {
  readonly axis?: number | null;
  readonly stable?: boolean;
  readonly descending?: boolean;
}
type Given = number | null | SortOptions | undefined;
interface AnyAxis {
  readonly axis?: Axis;
  readonly dtype?: DType;
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
export interface ArgsortOptions extends SortOptions {
  /** Of the places: an integer dtype. */
  readonly dtype?: DType;
}
/** The places that would sort `x` along `axis`; equal elements keep their order. */
export const argsort = owning(function argsort(
  x: TensorLike,
  axis?: number | null | ArgsortOptions,
  given?: ArgsortOptions,
): Tensor {
  const { t, at, options } = lined("argsort", x, axis, given);
  const places = iota(dtypeFrom("argsort", options.dtype, indexDType(t.dtype)), t.shape, at);
  // Descending and stable: sort backwards, then turn round, so that equal elements come out in order.
  const turned = options.descending ? [rev(t, [at]), rev(places, [at])] : [t, places];
  const order = sortAll(turned, at, { stable: options.stable ?? true })[1]!;
  return options.descending ? rev(order, [at]) : order;
});
/** Rising by real and then by imaginary part along the last dimension, as complex numbers. */
export const sortComplex = owning((x: TensorLike): Tensor => {
  const t = sort(x);
  return settle(cast(t, complexOf(t.dtype)));
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
    const at = axisOf(name, flat ? 0 : along, t.ndim);
    const dtype = dtypeFrom(name, options.dtype, t.dtype === "bool" ? "int32" : t.dtype);
    if (dtype === "bool") return settle(cast(op(cast(cast(t, "bool"), "int32"), at), "bool"));
    return settle(op(dtype === t.dtype ? t : cast(t, dtype), at));
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

/** The `k` largest elements along `axis`, falling, and their places. */
export const topK = owning(function topK(x: TensorLike, k: number, axis = -1): [values: Tensor, places: Tensor] {
  const t = tensorOf(x, "topK");
  const a = axisOf("topK", axis, t.ndim);
  const [values, places] = topKOf(moveaxis(t, a, -1), k);
  return [moveaxis(values, -1, a), moveaxis(places, -1, a)];
});
