// Reductions of the elements that are not NaN.
import { isInexact } from "../../core/dtype.ts";
import type { Tensor } from "../../core/tensor.ts";
import { and } from "../../ops/binary.ts";
import { compare, select } from "../../ops/compare.ts";
import { like } from "../../ops/literal.ts";
import { broadcastTo, owning, settle, tensorOf, truth } from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { type Axis, axisAndOptions } from "./axes.ts";
import {
  type ArgOptions,
  all,
  argmax,
  argmin,
  max,
  mean,
  min,
  prod,
  type ReduceOptions,
  type SumOptions,
  std,
  sum,
  type VarOptions,
  var as variance,
} from "./reduce.ts";

/** `x` with `value` for NaN. */
function withoutNaN(x: TensorLike, name: string, value: number): Tensor {
  const t = tensorOf(x, name);
  return isInexact(t.dtype) ? select(compare(t, "NE", t), like(t, value), t) : t;
}

/** As `sum`, NaN counted as 0. */
export const nansum = owning(
  (x: TensorLike, axis?: Axis | SumOptions, options?: SumOptions): Tensor =>
    sum(withoutNaN(x, "nansum", 0), axis, options),
);
/** As `prod`, NaN counted as 1. */
export const nanprod = owning(
  (x: TensorLike, axis?: Axis | SumOptions, options?: SumOptions): Tensor =>
    prod(withoutNaN(x, "nanprod", 1), axis, options),
);

const extreme = (name: string, reduce: typeof max, neutral: number) =>
  owning((x: TensorLike, axis?: Axis | ReduceOptions, given?: ReduceOptions): Tensor => {
    const { axis: along, options } = axisAndOptions<ReduceOptions>(axis, given);
    const t = tensorOf(x, name);
    const y = reduce(withoutNaN(t, name, neutral), along ?? null, options);
    if (!isInexact(t.dtype) || options.initial !== undefined) return y;
    const none = all(compare(t, "NE", t), along ?? null, { keepdims: options.keepdims ?? false });
    return select(none, like(y, Number.NaN), y);
  });
/** The largest element that is not NaN; NaN where there is none and no initial value. */
export const nanmax = extreme("nanmax", max, Number.NEGATIVE_INFINITY);
/** The smallest element that is not NaN; NaN where there is none and no initial value. */
export const nanmin = extreme("nanmin", min, Number.POSITIVE_INFINITY);

/** `reduce` over the elements that are numbers and that `where` keeps. */
const overNumbers = <O extends SumOptions>(name: string, reduce: (x: TensorLike, axis?: Axis, options?: O) => Tensor) =>
  owning((x: TensorLike, axis?: Axis | O, given?: O): Tensor => {
    const { axis: along, options } = axisAndOptions<O>(axis, given);
    const t = tensorOf(x, name);
    if (!isInexact(t.dtype)) return reduce(t, along ?? null, options as O);
    const numbers = compare(t, "EQ", t);
    const { where } = options;
    const kept = where === undefined ? numbers : and(numbers, broadcastTo(name, truth(where, name), t.shape));
    return reduce(withoutNaN(t, name, 0), along ?? null, { ...options, where: kept } as unknown as O);
  });
/** Mean of the elements that are not NaN. */
export const nanmean = overNumbers<SumOptions>("nanmean", mean);
/** As `var`, of the elements that are not NaN; NaN where there are too few. */
export const nanvar = overNumbers<VarOptions>("nanvar", variance);
/** As `std`, of the elements that are not NaN; NaN where there are too few. */
export const nanstd = overNumbers<VarOptions>("nanstd", std);

const position = (name: string, find: typeof argmax, neutral: number) =>
  owning((x: TensorLike, axis?: number | null | ArgOptions, given?: ArgOptions): Tensor => {
    const { axis: along, options } = axisAndOptions<{ axis?: Axis; keepdims?: boolean }>(axis as Axis, given);
    const t = tensorOf(x, name);
    const kept = { keepdims: options.keepdims ?? false };
    const place = find(settle(withoutNaN(t, name, neutral)), (along ?? null) as number | null, kept);
    if (!isInexact(t.dtype)) return place;
    const none = all(compare(t, "NE", t), along ?? null, kept);
    return select(none, like(place, place.dtype === "int64" ? -1n : -1), place);
  });
/** Place of the largest element that is not NaN, −1 where there is none. */
export const nanargmax = position("nanargmax", argmax, Number.NEGATIVE_INFINITY);
/** Place of the smallest element that is not NaN, −1 where there is none. */
export const nanargmin = position("nanargmin", argmin, Number.POSITIVE_INFINITY);
