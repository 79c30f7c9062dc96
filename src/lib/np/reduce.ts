// Reductions: sum, mean, extremes, truth, positions of extremes.
import { type DType, indexDType, inexact, isFloat, itemSize, kindOf, maxValue, minValue } from "../../core/dtype.ts";
import { DTypeError, ShapeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { add, div, max as larger, min as smaller, mul, sub } from "../../ops/binary.ts";
import { compare, select } from "../../ops/compare.ts";
import { like, zeroOf } from "../../ops/literal.ts";
import * as ops from "../../ops/reduce.ts";
import { expandDims, reshape, transpose } from "../../ops/shape.ts";
import { log, sqrt, square } from "../../ops/unary.ts";
import { broadcastTo, cast, literalAs, promote, promoteDTypes, settle, tensorOf } from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { type Axis, axesOf, axisAndOptions, axisOf, dtypeFrom } from "./axes.ts";
import { truth } from "./logic.ts";

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
export function restore(t: Tensor, axes: readonly number[], keepdims: boolean | undefined): Tensor {
  return keepdims ? expandDims(t, axes) : t;
}

/** Integers narrower than 32 bits and booleans are added up in int32 (unsigned ones in uint32). */
const sumDType = (d: DType): DType =>
  isFloat(d) || itemSize(d) >= 4 ? d : kindOf(d) === "uint" ? "uint32" : "int32";
const accumulated = (d: DType): DType => (isFloat(d) && itemSize(d) === 2 ? "float32" : d);

type Reduce = (x: Tensor, axes: readonly number[]) => Tensor;

function arithmetic(name: string, reduce: Reduce, unit: 0 | 1, combine: (x: Tensor, y: Tensor) => Tensor) {
  return (x: TensorLike, axis?: Axis | SumOptions, given?: SumOptions): Tensor => {
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
  };
}

/** `x` with the elements that do not count replaced by the neutral one. */
function only(name: string, x: Tensor, where: TensorLike | undefined, neutral: number | bigint | boolean): Tensor {
  if (where === undefined) return x;
  const mask = broadcastTo(name, truth(where, name), x.shape);
  const value = typeof neutral === "boolean" ? neutral : x.dtype.endsWith("int64") ? BigInt(neutral) : neutral;
  return select(mask, x, like(x, value));
}
function extra(name: string, initial: TensorLike, y: Tensor): Tensor {
  const scalar = typeof initial === "object" ? cast(tensorOf(initial, name), y.dtype) : literalAs(name, initial, [], y.aval);
  return broadcastTo(name, scalar, y.shape);
}

/**
 * Sum over `axis` (all by default). Narrow integers and booleans are summed in 32 bits; float16 and bfloat16 in float32,
 * and rounded once.
 */
export const sum = arithmetic("sum", ops.reduceSum, 0, add);
/** Product over `axis`, with the dtypes of `sum`. */
export const prod = arithmetic("prod", (x, axes) => product(x, axes), 1, mul);

/** By halving, so that its derivative is that of multiplication. */
function product(x: Tensor, axes: readonly number[]): Tensor {
  return reduceProd(x, axes);
}
