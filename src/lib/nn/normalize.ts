// Standardisation and one-hot encoding.
import { type DType, isInteger, itemSize } from "../../core/dtype.ts";
import { DTypeError, ShapeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { add, div, max, mul, sub } from "../../ops/binary.ts";
import { eq, select } from "../../ops/compare.ts";
import { reduceSum, spread } from "../../ops/reduce.ts";
import { broadcastInDim, iota } from "../../ops/shape.ts";
import { convert, rsqrt, square } from "../../ops/unary.ts";
import { axisIndex, axisSize } from "../collectives.ts";
import { type Axis, axesOf, axisAndOptions, axisOf } from "../np/axes.ts";
import { broadcastTo, cast, promote, tensorOf } from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { run } from "./composite.ts";

export interface StandardizeOptions {
  /** Instead of the second argument. */
  readonly axis?: Axis;
  /** Used instead of the mean along the axes; broadcasts to x. */
  readonly mean?: TensorLike;
  /** Used instead of the variance along the axes; broadcasts to x. */
  readonly variance?: TensorLike;
  /** Added to the variance; 1e-5 by default. */
  readonly epsilon?: number;
  /** A mask that broadcasts to x: the mean and the variance are those of the elements where it is true. */
  readonly where?: TensorLike;
  /** The variance as mean(x²) − mean(x)², not below 0 ("fast", the default), or as mean((x − mean)²) ("stable"). */
  readonly algorithm?: "fast" | "stable";
}

/**
 * (x − mean) / √(variance + ε) along `axis`, the last by default, null for all. As `jax.nn.standardize`. Computed in
 * float32 for 16-bit floats.
 * @throws DTypeError for an unknown algorithm or a mask that is not boolean
 */
export function standardize(x: TensorLike, axis?: Axis | StandardizeOptions, given?: StandardizeOptions): Tensor {
  const name = "nn.standardize";
  const { axis: over, options } = axisAndOptions(axis, given);
  const { epsilon = 1e-5, algorithm = "fast" } = options;
  if (algorithm !== "fast" && algorithm !== "stable")
    throw new DTypeError(`${name}: got algorithm "${String(algorithm)}", expected "fast" or "stable".`);
  const t = promote(name, [x], "inexact")[0]!;
  const axes = axesOf(name, axis === null ? null : over === undefined ? -1 : over, t.ndim);
  const count = axes.reduce((n, d) => n * t.shape[d]!, 1);
  const dtype = itemSize(t.dtype) > 2 ? t.dtype : "float32";
  const optional = [options.mean, options.variance, options.where].map((v) =>
    v === undefined ? undefined : tensorOf(v, name),
  );
  const mask = optional[2];
  if (mask !== undefined && mask.dtype !== "bool")
    throw new DTypeError(`${name}: got a mask of dtype ${mask.dtype}, expected bool. Compare it first.`);
  const body = (v: Tensor, mean?: Tensor, variance?: Tensor, where?: Tensor): Tensor => {
    const wide = convert(v, dtype, v.weakType && dtype === v.dtype);
    const full = (s: Tensor) => broadcastTo(name, cast(s, dtype), v.shape);
    const seen = where === undefined ? undefined : broadcastTo(name, where, v.shape);
    const average = (y: Tensor): Tensor => {
      if (seen === undefined) return div(reduceSum(y, axes), count);
      return div(reduceSum(select(seen, y, 0), axes), reduceSum(convert(seen, dtype), axes));
    };
    const m = mean === undefined ? average(wide) : undefined;
    const center = m === undefined ? full(mean!) : spread(m, v, axes);
    let scale: Tensor;
    if (variance !== undefined) scale = full(rsqrt(add(cast(variance, dtype), epsilon)));
    else if (algorithm === "stable") scale = spread(rsqrt(add(average(square(sub(wide, center))), epsilon)), v, axes);
    else {
      const meanSquare = average(square(wide));
      // Where the mean was given it may vary along the axes too.
      if (m === undefined) scale = rsqrt(add(max(sub(spread(meanSquare, v, axes), square(center)), 0), epsilon));
      else scale = spread(rsqrt(add(max(sub(meanSquare, square(m)), 0), epsilon)), v, axes);
    }
    return convert(mul(sub(wide, center), scale), t.dtype, t.weakType);
  };
  const inputs = [t, ...optional.filter((g) => g !== undefined)];
  return run(
    "standardize",
    (v, ...rest) => body(v!, ...optional.map((g) => (g === undefined ? undefined : rest.shift()))),
    inputs,
  );
}

/**
 * 1 where the new dimension's index equals the integer in `x`, else 0; all 0 for integers outside 0 … numClasses−1. The
 * new dimension stands at `axis` of the result, the last by default; an axis that vmap or shardMap names, of size
 * `numClasses`, takes its place, and each of its positions has its own class. As `jax.nn.one_hot`.
 * @throws DTypeError if x is no integer tensor; ShapeError if the named axis has another size; UnboundAxisError
 */
export function oneHot(
  x: TensorLike,
  numClasses: number,
  options: { readonly dtype?: DType; readonly axis?: number | string } = {},
): Tensor {
  const name = "nn.oneHot";
  const t = tensorOf(x, name);
  if (!isInteger(t.dtype)) throw new DTypeError(`${name}: got dtype ${t.dtype}, expected integers. Use astype.`);
  if (!Number.isInteger(numClasses) || numClasses < 0)
    throw new ShapeError(`${name}: got ${numClasses} classes, expected a whole number of at least 0.`);
  const dtype = options.dtype ?? "float32";
  if (typeof options.axis === "string") {
    const size = axisSize(options.axis);
    if (size !== numClasses)
      throw new ShapeError(
        `${name}: got ${numClasses} classes over axis ${options.axis} of size ${size}, expected as many.`,
      );
    const own = convert(axisIndex(options.axis), t.dtype);
    return run("one_hot", (v, c) => convert(eq(cast(v!, t.dtype), broadcastTo(name, c!, t.shape)), dtype), [t, own]);
  }
  const at = axisOf(name, options.axis ?? -1, t.ndim + 1);
  const shape = [...t.shape.slice(0, at), numClasses, ...t.shape.slice(at)];
  const places = t.shape.map((_, d) => (d < at ? d : d + 1));
  const body = (v: Tensor) =>
    convert(eq(broadcastInDim(cast(v, t.dtype), shape, places), iota(t.dtype, shape, at)), dtype);
  return run("one_hot", (v) => body(v!), [t]);
}
