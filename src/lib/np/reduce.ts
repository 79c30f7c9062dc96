// Reductions: sum, mean, extremes, truth, positions of extremes.
import {
  type DType,
  indexDType,
  inexact,
  isComplex,
  isFloat,
  isInexact,
  itemSize,
  kindOf,
  realOf,
} from "../../core/dtype.ts";
import { DTypeError, ShapeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { add, div, max as larger, mul, min as smaller, sub } from "../../ops/binary.ts";
import { compare, select } from "../../ops/compare.ts";
import { conj, real } from "../../ops/complex.ts";
import { highest, like, lowest } from "../../ops/literal.ts";
import * as ops from "../../ops/reduce.ts";
import { expandDims, reshape } from "../../ops/shape.ts";
import { sqrt, square } from "../../ops/unary.ts";
import { broadcastTo, cast, literalAs, owning, promoteDTypes, settle, tensorOf, truth } from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { type Axis, axesOf, axisAndOptions, axisOf, dtypeFrom } from "./axes.ts";

export interface ReduceOptions {
  readonly axis?: Axis;
  /** Reduced dimensions stay with size 1. */
  readonly keepdims?: boolean;
  /** Which elements count; broadcasts with the operand. */
  readonly where?: TensorLike;
  /** One more value that takes part. */
  readonly initial?: TensorLike;
}
export interface SumOptions extends ReduceOptions {
  /** Of the sums and of the result. */
  readonly dtype?: DType;
}

/** Reduced dimensions put back with size 1. */
function restore(t: Tensor, axes: readonly number[], keepdims: boolean | undefined): Tensor {
  return keepdims ? expandDims(t, axes) : t;
}

/** Integers narrower than 32 bits and booleans are added up in int32 (unsigned ones in uint32). */
const sumDType = (d: DType): DType =>
  isInexact(d) || itemSize(d) >= 4 ? d : kindOf(d) === "uint" ? "uint32" : "int32";
const accumulated = (d: DType): DType => (isFloat(d) && itemSize(d) <= 2 ? "float32" : d);

type Reduce = (x: Tensor, axes: readonly number[]) => Tensor;

function arithmetic(name: string, reduce: Reduce, unit: 0 | 1, combine: (x: Tensor, y: Tensor) => Tensor) {
  return owning((x: TensorLike, axis?: Axis | SumOptions, given?: SumOptions): Tensor => {
    const { axis: along, options } = axisAndOptions<SumOptions>(axis, given);
    const t = tensorOf(x, name);
    const axes = axesOf(name, along, t.ndim);
    const dtype = dtypeFrom(name, options.dtype, undefined) ?? sumDType(t.dtype);
    const weak = t.weakType && dtype === t.dtype && options.dtype === undefined;
    const narrow = weak ? t : cast(t, accumulated(dtype));
    const counted = only(name, narrow, options.where, unit);
    let y = restore(reduce(counted, axes), axes, options.keepdims);
    if (options.initial !== undefined) y = combine(y, extra(name, options.initial, y));
    return settle(weak ? y : cast(y, dtype));
  });
}

/** `x` with the elements that do not count replaced by the neutral one. */
function only(name: string, x: Tensor, where: TensorLike | undefined, neutral: number | bigint | boolean): Tensor {
  if (where === undefined) return x;
  const mask = broadcastTo(name, truth(where, name), x.shape);
  const value = typeof neutral === "boolean" ? neutral : x.dtype.endsWith("int64") ? BigInt(neutral) : neutral;
  return select(mask, x, like(x, value));
}
function extra(name: string, initial: TensorLike, y: Tensor): Tensor {
  const scalar =
    typeof initial === "object" ? cast(tensorOf(initial, name), y.dtype) : literalAs(name, initial, [], y.aval);
  return broadcastTo(name, scalar, y.shape);
}

/**
 * Sum over `axis` (all by default). Narrow integers and booleans are summed in 32 bits; float16 and bfloat16 in float32,
 * and rounded once.
 */
export const sum = arithmetic("sum", ops.reduceSum, 0, add);
/** Product over `axis`, with the dtypes of `sum`. */
export const prod = arithmetic("prod", ops.reduceProd, 1, mul);
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

function withoutNaN(x: TensorLike, name: string, value: number): Tensor {
  const t = tensorOf(x, name);
  return isInexact(t.dtype) ? select(compare(t, "NE", t), like(t, value), t) : t;
}

function extreme(
  name: string,
  reduce: Reduce,
  combine: (x: Tensor, y: Tensor) => Tensor,
  neutral: (d: DType) => number | bigint | boolean,
) {
  return owning((x: TensorLike, axis?: Axis | ReduceOptions, given?: ReduceOptions): Tensor => {
    const { axis: along, options } = axisAndOptions<ReduceOptions>(axis, given);
    const t = tensorOf(x, name);
    const axes = axesOf(name, along, t.ndim);
    if (options.initial === undefined) {
      if (options.where !== undefined)
        throw new DTypeError(`${name}: got a mask but no initial value; expected one for rows where nothing counts.`);
      if (axes.some((a) => t.shape[a] === 0))
        throw new ShapeError(
          `${name}: got no elements along axes [${axes}] of shape [${t.shape}]; give an initial value.`,
        );
    }
    let y = restore(reduce(only(name, t, options.where, neutral(t.dtype)), axes), axes, options.keepdims);
    if (options.initial !== undefined) y = combine(y, extra(name, options.initial, y));
    return settle(y);
  });
}
/** The largest element over `axis` (all by default); NaN if there is one. @throws ShapeError for no elements */
export const max = extreme("max", ops.reduceMax, larger, lowest);
/** The smallest element over `axis` (all by default); NaN if there is one. @throws ShapeError for no elements */
export const min = extreme("min", ops.reduceMin, smaller, highest);
export { max as amax, min as amin };
/** The largest element that is not NaN; NaN where there is none. */
export const nanmax = owning(
  (x: TensorLike, axis?: Axis | ReduceOptions, options?: ReduceOptions): Tensor =>
    overNumbers("nanmax", max, Number.NEGATIVE_INFINITY, x, axis, options),
);
/** The smallest element that is not NaN; NaN where there is none. */
export const nanmin = owning(
  (x: TensorLike, axis?: Axis | ReduceOptions, options?: ReduceOptions): Tensor =>
    overNumbers("nanmin", min, Number.POSITIVE_INFINITY, x, axis, options),
);

function overNumbers(
  name: string,
  reduce: typeof max,
  neutral: number,
  x: TensorLike,
  axis: Axis | ReduceOptions | undefined,
  options: ReduceOptions | undefined,
): Tensor {
  const t = tensorOf(x, name);
  const y = reduce(withoutNaN(t, name, neutral), axis, options);
  if (!isInexact(t.dtype)) return y;
  const { axis: along, options: given } = axisAndOptions<ReduceOptions>(axis, options);
  const none = all(compare(t, "NE", t), along, { keepdims: given.keepdims ?? false });
  return select(none, like(y, Number.NaN), y);
}
/** Largest minus smallest element over `axis`. */
export const ptp = owning(
  (x: TensorLike, axis?: Axis | ReduceOptions, options?: ReduceOptions): Tensor =>
    sub(max(x, axis, options), min(x, axis, options)),
);

function logical(name: string, reduce: Reduce, neutral: boolean) {
  return owning((x: TensorLike, axis?: Axis | ReduceOptions, given?: ReduceOptions): Tensor => {
    const { axis: along, options } = axisAndOptions<ReduceOptions>(axis, given);
    const t = only(name, truth(x, name), options.where, neutral);
    const axes = axesOf(name, along, t.ndim);
    return settle(restore(reduce(t, axes), axes, options.keepdims));
  });
}
/** Whether any element over `axis` is not zero. */
export const any = logical("any", ops.reduceOr, false);
/** Whether no element over `axis` is zero. */
export const all = logical("all", ops.reduceAnd, true);
/** How many elements over `axis` are not zero, as int32. */
export const countNonzero = owning(
  (x: TensorLike, axis?: Axis | ReduceOptions, options?: ReduceOptions): Tensor =>
    sum(truth(x, "countNonzero"), axis, options),
);

/** How many elements count: a number, or a tensor when there is a mask. */
function counted(name: string, t: Tensor, axes: readonly number[], options: ReduceOptions, dtype: DType): Tensor {
  if (options.where === undefined)
    return literalAs(
      name,
      axes.reduce((n, a) => n * t.shape[a]!, 1),
      [],
      { dtype, weakType: false },
    );
  const mask = broadcastTo(name, truth(options.where, name), t.shape);
  return restore(ops.reduceSum(cast(mask, dtype), axes), axes, options.keepdims);
}

/** Mean over `axis` (all by default); integers give float32, float16 and bfloat16 are summed in float32. */
export const mean = owning(function mean(x: TensorLike, axis?: Axis | SumOptions, given?: SumOptions): Tensor {
  const { axis: along, options } = axisAndOptions<SumOptions>(axis, given);
  const t = tensorOf(x, "mean");
  const axes = axesOf("mean", along, t.ndim);
  const dtype = dtypeFrom("mean", options.dtype, undefined) ?? inexact(t.dtype);
  const weak = t.weakType && dtype === t.dtype && options.dtype === undefined;
  const wide = weak ? t : cast(t, accumulated(dtype));
  const total = restore(ops.reduceSum(only("mean", wide, options.where, 0), axes), axes, options.keepdims);
  const n = broadcastTo("mean", counted("mean", t, axes, options, wide.dtype), total.shape);
  const y = div(total, n);
  return settle(weak ? y : cast(y, dtype));
});
/** Mean of the elements that are not NaN. */
export const nanmean = owning((x: TensorLike, axis?: Axis | SumOptions, given?: SumOptions): Tensor => {
  const { axis: along, options } = axisAndOptions<SumOptions>(axis, given);
  const t = tensorOf(x, "nanmean");
  if (!isInexact(t.dtype)) return mean(t, along ?? null, options);
  return mean(withoutNaN(t, "nanmean", 0), along ?? null, { ...options, where: compare(t, "EQ", t) });
});
/** Mean over `axis`, each element counted by its weight; `weights` has the shape of `x`, or of one axis. */
export const average = owning(function average(
  x: TensorLike,
  axis?: Axis | { readonly axis?: Axis; readonly weights?: TensorLike; readonly keepdims?: boolean },
  weights?: TensorLike | null,
): Tensor {
  const { axis: along, options } = axisAndOptions<{ axis?: Axis; weights?: TensorLike; keepdims?: boolean }>(
    axis,
    undefined,
  );
  const given = weights ?? options.weights;
  const keepdims = options.keepdims ?? false;
  if (given === undefined) return mean(x, along ?? null, { keepdims });
  const [t, w] = promoteDTypes("average", [x, given], "inexact") as [Tensor, Tensor];
  let spread = w;
  if (w.shape.join() !== t.shape.join()) {
    const [a, ...more] = axesOf("average", along, t.ndim);
    if (a === undefined || more.length > 0 || w.ndim !== 1 || w.shape[0] !== t.shape[a])
      throw new ShapeError(
        `average: got weights of shape [${w.shape}] for shape [${t.shape}]; expected the same shape, or one weight for each ` +
          "place along a single axis.",
      );
    const shape = t.shape.map((n, d) => (d === a ? n : 1));
    spread = broadcastTo("average", reshape(w, shape), t.shape);
  }
  return settle(div(sum(mul(t, spread), along ?? null, { keepdims }), sum(spread, along ?? null, { keepdims })));
});

export interface VarOptions extends SumOptions {
  /** The divisor is the count minus `ddof` (or `correction`). */
  readonly ddof?: number;
  readonly correction?: number;
}
function variance(name: string, root: boolean) {
  return owning((x: TensorLike, axis?: Axis | VarOptions, given?: VarOptions): Tensor => {
    const { axis: along, options } = axisAndOptions<VarOptions>(axis, given);
    const t = tensorOf(x, name);
    const axes = axesOf(name, along, t.ndim);
    const dtype = dtypeFrom(name, options.dtype, undefined) ?? inexact(t.dtype);
    const wide = cast(t, accumulated(dtype));
    const { where } = options;
    const centre = mean(wide, axes, { keepdims: true, ...(where === undefined ? {} : { where }) });
    const away = sub(wide, broadcastTo(name, centre, wide.shape));
    const squares = isComplex(away.dtype) ? real(mul(away, conj(away))) : square(away);
    const total = restore(ops.reduceSum(only(name, squares, where, 0), axes), axes, options.keepdims);
    const n = counted(name, t, axes, options, squares.dtype);
    const divisor = sub(n, options.correction ?? options.ddof ?? 0);
    const y = div(total, broadcastTo(name, divisor, total.shape));
    return settle(cast(root ? sqrt(y) : y, realOf(dtype)));
  });
}
/** Mean squared distance from the mean over `axis`, real for complex numbers. */
const var_ = variance("var", false);
/** Root of the variance over `axis`. */
export const std = variance("std", true);
export { var_ as var };

export interface ArgOptions {
  readonly axis?: number | null;
  readonly keepdims?: boolean;
}
function position(name: string, op: typeof ops.argmax) {
  return owning((x: TensorLike, axis?: number | null | ArgOptions, given?: ArgOptions): Tensor => {
    const { axis: along, options } = axisAndOptions<{ axis?: Axis; keepdims?: boolean }>(axis as Axis, given);
    const t = tensorOf(x, name);
    const flat = along === null || along === undefined;
    const line = flat ? reshape(t, [t.size]) : t;
    const at = axisOf(name, flat ? 0 : along, line.ndim);
    const y = op(line, at, indexDType(t.dtype));
    if (!options.keepdims) return y;
    return flat
      ? reshape(
          y,
          t.shape.map(() => 1),
        )
      : expandDims(y, [at]);
  });
}
/** Place of the largest element along `axis` (of all, flattened, by default): the first NaN, else the first of equals. */
export const argmax = position("argmax", ops.argmax);
/** Place of the smallest element along `axis`: the first NaN, else the first of equals. */
export const argmin = position("argmin", ops.argmin);
