// Sums of exponentials along axes. Sums of 16-bit floats are formed in float32.
import { itemSize } from "../../core/dtype.ts";
import type { Tensor } from "../../core/tensor.ts";
import { add, div, mul, sub } from "../../ops/binary.ts";
import { lt, ne, select } from "../../ops/compare.ts";
import { like } from "../../ops/literal.ts";
import { reduceMax, reduceSum, spread } from "../../ops/reduce.ts";
import { reshape } from "../../ops/shape.ts";
import { abs, convert, exp, finite, log, stopGradientTensor } from "../../ops/unary.ts";
import { type Axis, axesOf, axisAndOptions } from "../np/axes.ts";
import { broadcastTo, promote, tensorOf } from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { run, withTangent } from "./composite.ts";

interface Along {
  readonly axes: readonly number[];
}

/** Σ over `axes`, in float32 for 16-bit floats. */
export function sum(x: Tensor, axes: readonly number[]): Tensor {
  return itemSize(x.dtype) > 2 ? reduceSum(x, axes) : convert(reduceSum(convert(x, "float32"), axes), x.dtype);
}

/** x less its maximum along `axes`. */
const shifted = (x: Tensor, axes: readonly number[]): Tensor => sub(x, spread(reduceMax(x, axes), x, axes));

const visible = (x: Tensor, where: Tensor | undefined): Tensor =>
  where === undefined ? x : select(where, x, Number.NEGATIVE_INFINITY);

const otherwise = (x: Tensor, where: Tensor | undefined, value: number): Tensor =>
  where === undefined ? x : select(where, x, value);

const wide = (x: Tensor): Tensor => (itemSize(x.dtype) > 2 ? x : convert(x, "float32"));

/** Its derivative needs the result y alone: ẏ = y (ẋ − Σ y ẋ). */
const softmaxOf = withTangent<Along>("softmax", {
  compute: ([x, where], { axes }) => {
    const e = exp(shifted(visible(wide(x!), where), axes));
    const y = convert(div(e, spread(reduceSum(e, axes), x!, axes)), x!.dtype, x!.weakType);
    return otherwise(y, where, 0);
  },
  tangent: ([t], _operands, y, { axes }) => mul(y, sub(t!, spread(sum(mul(y, t!), axes), y, axes))),
});

/** Its derivative needs the result y alone: ẏ = ẋ − Σ e^y ẋ. */
const logSoftmaxOf = withTangent<Along>("log_softmax", {
  compute: ([x, where], { axes }) => {
    const s = shifted(visible(wide(x!), where), axes);
    const y = convert(sub(s, spread(log(reduceSum(exp(s), axes)), x!, axes)), x!.dtype, x!.weakType);
    return otherwise(y, where, Number.NEGATIVE_INFINITY);
  },
  tangent: ([t], [, where], y, { axes }) => otherwise(sub(t!, spread(sum(mul(exp(y), t!), axes), y, axes)), where, 0),
});

/** Its derivative needs x and the result y: ẏ = Σ e^(x − y) ẋ. */
const logsumexpOf = withTangent<Along>("logsumexp", {
  compute: ([x], { axes }) => {
    const w = wide(x!);
    const top = finiteMax(w, axes);
    const total = log(reduceSum(exp(sub(w, spread(top, w, axes))), axes));
    return convert(add(total, top), x!.dtype, x!.weakType);
  },
  tangent: ([t], [x], y, { axes }) => sum(mul(exp(sub(x!, spread(y, x!, axes))), t!), axes),
});

/** The maximum, or 0 where it is infinite. */
function finiteMax(x: Tensor, axes: readonly number[]): Tensor {
  const top = reduceMax(x, axes);
  return select(finite(top), top, 0);
}

export interface SoftmaxOptions {
  /** Instead of the second argument. */
  readonly axis?: Axis;
  /** A mask that broadcasts to x: elements where it is false take no part. */
  readonly where?: TensorLike;
}

const floats = (name: string, x: TensorLike): Tensor => promote(name, [x], "inexact")[0]!;

const masked = (name: string, x: Tensor, where: TensorLike | undefined): Tensor[] =>
  where === undefined ? [x] : [x, broadcastTo(name, tensorOf(where, name), x.shape)];

/**
 * e^x / Σ e^x along `axis` (null: all). As `jax.nn.softmax`. Only the result is kept for the backward pass.
 * @throws DTypeError if the mask is not boolean
 */
export const softmax = (x: TensorLike, axis?: Axis | SoftmaxOptions, options?: SoftmaxOptions): Tensor =>
  along("nn.softmax", softmaxOf, x, axis, options);

/** log(softmax(x)) without underflow. As `jax.nn.log_softmax`. Only the result is kept for the backward pass. */
export const logSoftmax = (x: TensorLike, axis?: Axis | SoftmaxOptions, options?: SoftmaxOptions): Tensor =>
  along("nn.logSoftmax", logSoftmaxOf, x, axis, options);

function along(
  name: string,
  f: typeof softmaxOf,
  x: TensorLike,
  axis: Axis | SoftmaxOptions | undefined,
  options: SoftmaxOptions | undefined,
): Tensor {
  const given = axisAndOptions(axis, options);
  const t = floats(name, x);
  const over = axis === null ? null : given.axis;
  const axes = axesOf(name, over === undefined ? -1 : over, t.ndim);
  return f(masked(name, t, given.options.where), { axes });
}

export interface LogsumexpOptions extends SoftmaxOptions {
  /** Factors of the exponentials, broadcast with x; the sum must be positive, else the result is NaN. */
  readonly b?: TensorLike;
  readonly keepdims?: boolean;
}

/** log Σ b eˣ along `axis` (all by default) without overflow. As `jax.nn.logsumexp`. */
export function logsumexp(x: TensorLike, axis?: Axis | LogsumexpOptions, given?: LogsumexpOptions): Tensor {
  const name = "nn.logsumexp";
  const { axis: over, options } = axisAndOptions(axis, given);
  const operands = options.b === undefined ? [floats(name, x)] : promote(name, [x, options.b], "inexact");
  const t = operands[0]!;
  const axes = axesOf(name, over, t.ndim);
  const where = masked(name, t, options.where).slice(1);
  const shape = t.shape.flatMap((n, d) => (!axes.includes(d) ? [n] : options.keepdims ? [1] : []));
  const body = (inputs: readonly Tensor[]): Tensor => {
    const mask = where.length > 0 ? inputs.at(-1) : undefined;
    const v = visible(inputs[0]!, mask);
    return reshape(operands.length === 1 ? logsumexpOf([v], { axes }) : weighted(v, inputs[1]!, axes), shape);
  };
  return run("logsumexp", (...inputs) => body(inputs), [...operands, ...where]);
}

/** log of the mean of eˣ along `axis` (all by default) without overflow. As `jax.nn.logmeanexp`. */
export function logmeanexp(
  x: TensorLike,
  axis?: Axis | Omit<LogsumexpOptions, "b">,
  given?: Omit<LogsumexpOptions, "b">,
): Tensor {
  const name = "nn.logmeanexp";
  const { axis: over, options } = axisAndOptions(axis, given);
  const t = floats(name, x);
  const axes = axesOf(name, over, t.ndim);
  const where = masked(name, t, options.where).slice(1);
  const keep = options.keepdims === undefined ? {} : { keepdims: options.keepdims };
  const shape = t.shape.flatMap((n, d) => (!axes.includes(d) ? [n] : options.keepdims ? [1] : []));
  const all = axes.reduce((n, d) => n * t.shape[d]!, 1);
  return run(
    "logmeanexp",
    (v, mask) => {
      const total = logsumexp(v!, axes, { ...keep, ...(mask && { where: mask }) });
      if (mask === undefined) return sub(total, log(like(total, all)));
      return sub(total, log(reshape(reduceSum(convert(mask, total.dtype), axes), shape)));
    },
    [t, ...where],
  );
}

/** log Σ b eˣ, differentiable by both. */
function weighted(x: Tensor, b: Tensor, axes: readonly number[]): Tensor {
  const terms = visible(x, ne(b, like(b, 0)));
  const top = stopGradientTensor(finiteMax(terms, axes));
  const total = sum(mul(exp(sub(terms, spread(top, x, axes))), b), axes);
  const value = add(log(abs(total)), top);
  return select(lt(total, 0), like(value, Number.NaN), value);
}
