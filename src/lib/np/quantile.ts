// Quantiles, percentiles and medians, of all elements or of those that are not NaN.
import type { DType } from "../../core/dtype.ts";
import { DTypeError, ShapeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { add, max, min, mul, or, sub } from "../../ops/binary.ts";
import { compare, gt, lt, ne, select } from "../../ops/compare.ts";
import { cumsum } from "../../ops/cumulative.ts";
import { like } from "../../ops/literal.ts";
import { reduceAnd, reduceOr, reduceSum } from "../../ops/reduce.ts";
import { expandDims, reshape, sliceInDim } from "../../ops/shape.ts";
import { sort } from "../../ops/sort.ts";
import { ceil, floor, not } from "../../ops/unary.ts";
import { broadcastTo, cast, literalAs, owning, promoteDTypes, settle, tensorOf } from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { weightsOver } from "./accumulate.ts";
import { type Axis, axesOf, axisAndOptions } from "./axes.ts";
import { divide } from "./binary.ts";
import { moveaxis } from "./shape.ts";
import { takeAlongAxis } from "./take.ts";

const methods = ["linear", "lower", "higher", "nearest", "midpoint", "invertedCdf"] as const;
export interface MedianOptions {
  readonly axis?: Axis;
  readonly keepdims?: boolean;
}
export interface QuantileOptions extends MedianOptions {
  /** What lies between two elements; `invertedCdf` takes the first element that the share reaches. */
  readonly method?: (typeof methods)[number];
  /** How much each element counts, for `invertedCdf`: of the shape of `x`, or of the reduced axes. */
  readonly weights?: TensorLike;
}
type Given = Axis | QuantileOptions | undefined;

/** [..., n] with the axes `axes` as one last dimension, and the shares [q]: what is reduced. */
interface Lines {
  /** Rising, NaN last. */
  readonly sorted: Tensor;
  readonly weights: Tensor | undefined;
  readonly shares: Tensor;
  /** Whether NaN are left out. */
  readonly skip: boolean;
}

function quantileOf(
  name: string,
  x: TensorLike,
  q: TensorLike,
  axis: Given,
  given: QuantileOptions | undefined,
  skip: boolean,
) {
  const { axis: along, options } = axisAndOptions<QuantileOptions>(axis, given);
  const { method = "linear" } = options;
  if (!methods.includes(method))
    throw new ShapeError(`${name}: got method ${String(method)}, expected one of ${methods.join(", ")}.`);
  if (options.weights !== undefined && method !== "invertedCdf")
    throw new DTypeError(`${name}: got weights and method ${method}; only "invertedCdf" takes weights.`);
  const [t, w] = promoteDTypes(name, options.weights === undefined ? [x] : [x, options.weights], "inexact") as [
    Tensor,
    Tensor?,
  ];
  const share = shareOf(name, q, t.dtype);
  const axes = axesOf(name, along, t.ndim);
  const kept = [...t.shape.keys()].filter((d) => !axes.includes(d));
  const lines = together(t, axes, kept);
  const n = lines.shape.at(-1)!;
  if (n === 0) throw new ShapeError(`${name}: got no elements along axes [${axes}] of shape [${t.shape}].`);
  const last = lines.ndim - 1;
  const spread = w && together(weightsOver(name, w, t.shape, axes), axes, kept);
  const [sorted, weights] = sort(spread ? [lines, spread] : [settle(lines)], last) as [Tensor, Tensor?];
  const shares = share.ndim === 0 ? expandDims(share, [0]) : share;
  const y = reached({ sorted, weights, shares, skip }, method);
  const front = share.ndim === 0 ? reshape(y, lines.shape.slice(0, -1)) : moveaxis(y, -1, 0);
  const whole = options.keepdims
    ? expandDims(
        front,
        [...axes].sort((a, b) => a - b).map((a) => a + share.ndim),
      )
    : front;
  return settle(cast(whole, t.dtype));
}

/** A number takes float64 beside float64, else float32; a tensor keeps its dtype. */
function shareOf(name: string, q: TensorLike, beside: DType): Tensor {
  const dtype = beside === "float64" ? "float64" : "float32";
  const share = typeof q === "number" ? literalAs(name, q, [], { dtype, weakType: false }) : tensorOf(q, name);
  if (share.ndim > 1) throw new ShapeError(`${name}: got q of shape [${share.shape}], expected a scalar or a vector.`);
  return share;
}

/** The axes `axes` as one last dimension. */
function together(t: Tensor, axes: readonly number[], kept: readonly number[]): Tensor {
  const sorted = [...axes].sort((a, b) => a - b);
  const n = sorted.reduce((m, a) => m * t.shape[a]!, 1);
  const moved =
    sorted.length === 0
      ? t
      : moveaxis(
          t,
          sorted,
          sorted.map((_, i) => kept.length + i),
        );
  return reshape(moved, [...kept.map((d) => t.shape[d]!), n]);
}
/** [..., q] from lines [..., n]. */
function reached(lines: Lines, method: (typeof methods)[number]): Tensor {
  const { sorted, shares, skip } = lines;
  const last = sorted.ndim - 1;
  const shape = [...sorted.shape.slice(0, -1), shares.size];
  const perLine = (t: Tensor) => broadcastTo("quantile", expandDims(t, [last]), shape);
  const isNaN_ = ne(sorted, sorted);
  const counted = reduceSum(cast(not(isNaN_), shares.dtype), [last]);
  const wide = broadcastTo("quantile", shares, shape);
  const top = skip ? sub(perLine(counted), 1) : like(wide, sorted.shape[last]! - 1);
  const bad = perLine(skip ? reduceAnd(isNaN_, [last]) : reduceOr(isNaN_, [last]));
  const at = (p: Tensor) => takeAlongAxis(sorted, cast(max(min(p, top), 0), "int32"), last, { mode: "clip" });
  if (method === "invertedCdf") {
    const { place, wrong } = byWeight(lines, isNaN_, wide);
    return select(or(bad, perLine(wrong)), like(cast(wide, sorted.dtype), Number.NaN), at(cast(place, wide.dtype)));
  }
  const place = mul(wide, top);
  const [low, high] = [floor(place), ceil(place)];
  const part = sub(place, low);
  const [below, above] = [at(low), at(high)];
  const y = between(below, above, part, method);
  return select(bad, like(y, Number.NaN), y);
}

function between(below: Tensor, above: Tensor, part: Tensor, method: (typeof methods)[number]): Tensor {
  if (method === "lower") return below;
  if (method === "higher") return above;
  if (method === "midpoint") return mul(add(below, above), 0.5);
  if (method === "nearest") return select(gt(part, 0.5), above, below);
  const [a, b] = [cast(below, part.dtype), cast(above, part.dtype)];
  return add(mul(a, sub(like(part, 1), part)), mul(b, part));
}

/** How many elements lie below the share of all weight, and the lines with a weight that is none. */
function byWeight({ sorted, weights }: Lines, isNaN_: Tensor, shares: Tensor): { place: Tensor; wrong: Tensor } {
  const last = sorted.ndim - 1;
  const n = sorted.shape[last]!;
  const w = weights ?? settle(like(sorted, 1));
  const off = or(lt(w, 0), ne(w, w));
  const running = cumsum(select(or(off, isNaN_), like(w, 0), w), last);
  const total = sliceInDim(running, n - 1, n, last);
  const target = mul(cast(shares, w.dtype), broadcastTo("quantile", total, shares.shape));
  const shape = [...shares.shape, n];
  const less = compare(
    broadcastTo("quantile", expandDims(running, [last]), shape),
    "LT",
    broadcastTo("quantile", expandDims(target, [last + 1]), shape),
  );
  return { place: reduceSum(cast(less, "int32"), [last + 1]), wrong: reduceOr(off, [last]) };
}

type Quantile = (x: TensorLike, q: TensorLike, axis?: Axis | QuantileOptions, options?: QuantileOptions) => Tensor;
const of = (name: string, skip: boolean, hundred: boolean): Quantile =>
  owning((x, q, axis, options) => quantileOf(name, x, hundred ? hundredth(q) : q, axis, options, skip));
const hundredth = (q: TensorLike): TensorLike => (typeof q === "number" ? q / 100 : divide(q, 100));

/**
 * The value below which the share `q` (0 to 1) of the elements over `axis` lies, NaN if there is one; a vector `q` adds a
 * leading axis. As `jax.numpy.quantile`.
 */
export const quantile = of("quantile", false, false);
/** As `quantile`, of the elements that are not NaN. */
export const nanquantile = of("nanquantile", true, false);
/** As `quantile`, with `q` from 0 to 100. */
export const percentile = of("percentile", false, true);
/** As `percentile`, of the elements that are not NaN. */
export const nanpercentile = of("nanpercentile", true, true);

const middle = (name: string, skip: boolean) =>
  owning((x: TensorLike, axis?: Axis | MedianOptions, given?: MedianOptions): Tensor => {
    const { axis: along, options } = axisAndOptions<MedianOptions>(axis, given);
    return quantileOf(name, x, 0.5, along, { ...options, method: "midpoint" }, skip);
  });
/** The middle of the sorted elements over `axis`, the mean of the two in the middle of an even number. */
export const median = middle("median", false);
/** As `median`, of the elements that are not NaN. */
export const nanmedian = middle("nanmedian", true);
