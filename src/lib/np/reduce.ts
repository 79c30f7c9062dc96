import { type DType, indexDType, inexact, isComplex, realOf } from "../../core/dtype.ts";
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
import { accumulated, sumDType, weightsOver } from "./accumulate.ts";
import { type Axis, axesOf, axisAndOptions, axisOf, dtypeFrom, plainOptions } from "./axes.ts";

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
  /** Narrow integers are added up in 32 bits (the default). */
  readonly promoteIntegers?: boolean;
}

/** Reduced dimensions put back with size 1. */
function restore(t: Tensor, axes: readonly number[], keepdims: boolean | undefined): Tensor {
  return keepdims ? expandDims(t, axes) : t;
}

type Reduce = (x: Tensor, axes: readonly number[]) => Tensor;

function arithmetic(name: string, reduce: Reduce, unit: 0 | 1, combine: (x: Tensor, y: Tensor) => Tensor) {
  return owning((x: TensorLike, axis?: Axis | SumOptions, given?: SumOptions): Tensor => {
    const { axis: along, options } = axisAndOptions<SumOptions>(axis, given);
    const t = tensorOf(x, name);
    const axes = axesOf(name, along, t.ndim);
    const dtype = dtypeFrom(name, options.dtype, undefined) ?? sumDType(t.dtype, options.promoteIntegers);
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
  const mask = broadcastTo(name, maskOf(name, where), x.shape);
  const value = typeof neutral === "boolean" ? neutral : x.dtype.endsWith("int64") ? BigInt(neutral) : neutral;
  return select(mask, x, like(x, value));
}
/** @throws DTypeError for a mask that is not boolean */
function maskOf(name: string, where: TensorLike): Tensor {
  const mask = tensorOf(where, name);
  if (mask.dtype !== "bool")
    throw new DTypeError(`${name}: got a mask (where) of ${mask.dtype}, expected bool. Use np.notEqual(where, 0).`);
  return mask;
}
function extra(name: string, initial: TensorLike, y: Tensor): Tensor {
  const scalar =
    typeof initial === "object" ? cast(tensorOf(initial, name), y.dtype) : literalAs(name, initial, [], y.aval);
  if (scalar.ndim > 0)
    throw new ShapeError(`${name}: got an initial value of shape [${scalar.shape}], expected a scalar.`);
  return broadcastTo(name, scalar, y.shape);
}

/**
 * Sum over `axis` (all by default). Narrow integers and booleans are summed in 32 bits; float16 and bfloat16 in float32,
 * and rounded once.
 */
export const sum = arithmetic("sum", ops.reduceSum, 0, add);
/** Product over `axis`, with the dtypes of `sum`. */
export const prod = arithmetic("prod", ops.reduceProd, 1, mul);
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
  const mask = broadcastTo(name, maskOf(name, options.where), t.shape);
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
export interface AverageOptions {
  readonly axis?: Axis;
  /** Of the shape of the operand, or of the axes in their order. */
  readonly weights?: TensorLike;
  readonly keepdims?: boolean;
  /** The sums of the weights come second. */
  readonly returned?: boolean;
}
/** Mean over `axis`, each element counted by its weight. @throws ShapeError for weights that do not fit */
export function average(
  x: TensorLike,
  axis: Axis | undefined | AverageOptions,
  options: AverageOptions & { readonly returned: true },
): [average: Tensor, weights: Tensor];
export function average(
  x: TensorLike,
  axis: AverageOptions & { readonly returned: true },
): [average: Tensor, weights: Tensor];
export function average(
  x: TensorLike,
  axis?: Axis | AverageOptions,
  weights?: TensorLike | null | AverageOptions,
  options?: AverageOptions,
): Tensor;
export function average(
  x: TensorLike,
  axis?: Axis | AverageOptions,
  ...rest: readonly (TensorLike | null | undefined | AverageOptions)[]
): Tensor | [Tensor, Tensor] {
  const [[given], trailing] = plainOptions<AverageOptions>(rest.filter((r) => r !== undefined));
  const { axis: along, options } = axisAndOptions<AverageOptions>(axis, trailing as AverageOptions);
  const weights = (given as TensorLike | null | undefined) ?? options.weights;
  const both = averaged(x, along, weights, options.keepdims ?? false, options.returned ?? false);
  return options.returned ? (both as [Tensor, Tensor]) : both[0]!;
}
const averaged = owning(
  (x: TensorLike, axis: Axis | undefined, weights: TensorLike | undefined, keepdims: boolean, returned: boolean) => {
    const name = "average";
    const [t, w] = promoteDTypes(name, weights === undefined ? [x] : [x, weights], "inexact") as [Tensor, Tensor?];
    const axes = axesOf(name, axis, t.ndim);
    const of = { keepdims };
    if (w === undefined) {
      const y = mean(t, axes, of);
      const n = axes.reduce((m, a) => m * t.shape[a]!, 1);
      return returned ? [y, settle(broadcastTo(name, literalAs(name, n, [], y.aval), y.shape))] : [y];
    }
    const spread = weightsOver(name, w, t.shape, axes, axis !== undefined && axis !== null);
    const total = sum(spread, axes, of);
    return [settle(div(sum(mul(t, spread), axes, of), total)), total];
  },
);
export interface VarOptions extends SumOptions {
  /** The divisor is the count minus `ddof` (or `correction`). */
  readonly ddof?: number;
  readonly correction?: number;
  /** The mean, if it is known, with the reduced dimensions of size 1. */
  readonly mean?: TensorLike;
}
function variance(name: string, root: boolean) {
  return owning((x: TensorLike, axis?: Axis | VarOptions, given?: VarOptions): Tensor => {
    const { axis: along, options } = axisAndOptions<VarOptions>(axis, given);
    const t = tensorOf(x, name);
    const axes = axesOf(name, along, t.ndim);
    const dtype = dtypeFrom(name, options.dtype, undefined) ?? inexact(t.dtype);
    const wide = cast(t, accumulated(dtype));
    const { where } = options;
    if (options.correction !== undefined && (options.ddof ?? 0) !== 0)
      throw new ShapeError(
        `${name}: got ddof ${options.ddof} and correction ${options.correction}, expected one of them.`,
      );
    const centre =
      options.mean === undefined
        ? mean(wide, axes, { keepdims: true, ...(where === undefined ? {} : { where }) })
        : cast(tensorOf(options.mean, name), wide.dtype);
    const away = sub(wide, broadcastTo(name, centre, wide.shape));
    const squares = isComplex(away.dtype) ? real(mul(away, conj(away))) : square(away);
    const total = restore(ops.reduceSum(only(name, squares, where, 0), axes), axes, options.keepdims);
    const n = counted(name, t, axes, options, squares.dtype);
    const divisor = broadcastTo(name, sub(n, options.correction ?? options.ddof ?? 0), total.shape);
    // Too few elements have no variance.
    const y = select(compare(divisor, "GT", 0), div(total, divisor), Number.NaN);
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
