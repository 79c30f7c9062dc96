// Continuous distributions and coin tosses, each from uniform bits by JAX's formula.
import { type DType, epsilon, isFloat } from "../../core/dtype.ts";
import { DTypeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { add, div, max, mul, nextafter, sub } from "../../ops/binary.ts";
import { clamp, lt } from "../../ops/compare.ts";
import { like, splat } from "../../ops/literal.ts";
import { erf, erfInv, log, log1p, neg, stopGradientTensor } from "../../ops/unary.ts";
import { run } from "../nn/composite.ts";
import { type Shape, shapeOf } from "../np/axes.ts";
import { broadcastTo, cast, settle, tensorOf } from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { drawBits, drawUnit, formatOf, roundTo } from "./bits.ts";
import { keyTensor, type Words, wordsOf } from "./key.ts";

/** Floats from `low` to `high`, which have the shape of the draw: u · (high − low) + low, not below `low`. */
export function drawBetween(words: Words, shape: readonly number[], dtype: DType, low: Tensor, high: Tensor): Tensor {
  return max(low, add(mul(drawUnit(words, shape, dtype), sub(high, low)), low));
}

/** As `drawBetween`, with bounds known now. */
export function drawRange(words: Words, shape: readonly number[], dtype: DType, low: number, high: number): Tensor {
  const unit = drawUnit(words, shape, dtype);
  const [a, b] = [roundTo(dtype, low), roundTo(dtype, high)];
  const range = roundTo(dtype, b - a);
  if (a === 0) return range === 1 ? unit : max(mul(unit, range), 0);
  return max(add(range === 1 ? unit : mul(unit, range), a), a);
}

/** A bound as a tensor of the draw's shape and dtype. */
const bound = (name: string, x: TensorLike, shape: readonly number[], dtype: DType): Tensor =>
  typeof x === "number" ? splat(x, shape, dtype) : broadcastTo(name, cast(tensorOf(x, name), dtype), shape);

/**
 * Uniform floats in [minval, maxval). As `jax.random.uniform`.
 * @throws DTypeError if `dtype` is no float; ShapeError if a bound does not broadcast to `shape`
 */
export function uniform(
  key: Tensor,
  shape: Shape = [],
  dtype: DType = "float32",
  minval: TensorLike = 0,
  maxval: TensorLike = 1,
): Tensor {
  const name = "random.uniform";
  const sizes = shapeOf(name, shape);
  formatOf(name, dtype);
  const k = keyTensor(name, key);
  if (typeof minval === "number" && typeof maxval === "number")
    return run(name, (t) => drawRange(wordsOf(t!), sizes, dtype, minval, maxval), [k]);
  const bounds = [tensorOf(minval, name), tensorOf(maxval, name)];
  const body = (t: Tensor, low: Tensor, high: Tensor) =>
    drawBetween(wordsOf(t), sizes, dtype, bound(name, low, sizes, dtype), bound(name, high, sizes, dtype));
  return run(name, (t, low, high) => body(t!, low!, high!), [k, ...bounds]);
}

/** √2 · erf⁻¹(u), u uniform in (−1, 1). */
export function drawNormal(words: Words, shape: readonly number[], dtype: DType): Tensor {
  const low = -(1 - epsilon(dtype) / 2);
  return mul(erfInv(drawRange(words, shape, dtype, low, 1)), roundTo(dtype, Math.SQRT2));
}

/** Normal floats of mean 0 and variance 1. As `jax.random.normal`. */
export function normal(key: Tensor, shape: Shape = [], dtype: DType = "float32"): Tensor {
  const sizes = shapeOf("random.normal", shape);
  formatOf("random.normal", dtype);
  const body = (k: Tensor) => drawNormal(wordsOf(k), sizes, dtype);
  return run("random.normal", (k) => body(k!), [keyTensor("random.normal", key)]);
}

/**
 * Normal floats between `lower` and `upper`, which are numbers or tensors that broadcast to `shape`. As
 * `jax.random.truncated_normal`.
 */
export function truncatedNormal(
  key: Tensor,
  lower: TensorLike,
  upper: TensorLike,
  shape: Shape = [],
  dtype: DType = "float32",
): Tensor {
  const name = "random.truncatedNormal";
  const sizes = shapeOf(name, shape);
  formatOf(name, dtype);
  const root = roundTo(dtype, Math.SQRT2);
  const body = (k: Tensor, low: Tensor, high: Tensor) => {
    const [a, b] = [bound(name, low, sizes, dtype), bound(name, high, sizes, dtype)];
    const u = drawBetween(wordsOf(k), sizes, dtype, erf(div(a, root)), erf(div(b, root)));
    // Rounding must not reach the bounds.
    const inside = (x: Tensor, toward: number) => nextafter(stopGradientTensor(x), like(x, toward));
    const value = mul(erfInv(u), root);
    return clamp(inside(a, Number.POSITIVE_INFINITY), value, inside(b, Number.NEGATIVE_INFINITY));
  };
  const bounds = [lower, upper].map((x) => (typeof x === "number" ? splat(x, [], dtype) : tensorOf(x, name)));
  return run(name, (k, low, high) => body(k!, low!, high!), [keyTensor(name, key), ...bounds]);
}

/** The smallest normal number. */
const tiny: Partial<Record<DType, number>> = {
  float16: 2 ** -14,
  bfloat16: 2 ** -126,
  float32: 2 ** -126,
  float64: 2 ** -1022,
};

/** −log(−log u). */
export const drawGumbel = (words: Words, shape: readonly number[], dtype: DType): Tensor =>
  neg(log(neg(log(drawRange(words, shape, dtype, tiny[dtype]!, 1)))));

/** Gumbel floats: the maximum of exponentials. As `jax.random.gumbel`. */
export function gumbel(key: Tensor, shape: Shape = [], dtype: DType = "float32"): Tensor {
  const sizes = shapeOf("random.gumbel", shape);
  formatOf("random.gumbel", dtype);
  const body = (k: Tensor) => drawGumbel(wordsOf(k), sizes, dtype);
  return run("random.gumbel", (k) => body(k!), [keyTensor("random.gumbel", key)]);
}

/** Exponential floats of rate 1: −log(1 − u). As `jax.random.exponential`. */
export function exponential(key: Tensor, shape: Shape = [], dtype: DType = "float32"): Tensor {
  const sizes = shapeOf("random.exponential", shape);
  formatOf("random.exponential", dtype);
  const body = (k: Tensor) => neg(log1p(neg(drawUnit(wordsOf(k), sizes, dtype))));
  return run("random.exponential", (k) => body(k!), [keyTensor("random.exponential", key)]);
}

/** Steps of a float32 draw in [0, 1). */
const steps = 2 ** 23;

/**
 * True with probability `p`: a number from 0 to 1, or a float tensor, whose shape is that of the draw unless `shape` is
 * given. As `jax.random.bernoulli`. With a number `p` the random bits are compared with a threshold, without a detour
 * over floats, and the result is the same.
 */
export function bernoulli(key: Tensor, p: TensorLike = 0.5, shape?: Shape): Tensor {
  const name = "random.bernoulli";
  const k = keyTensor(name, key);
  if (typeof p === "number") {
    if (!(p >= 0 && p <= 1)) throw new DTypeError(`${name}: got p = ${p}, expected a probability from 0 to 1.`);
    const sizes = shapeOf(name, shape ?? []);
    // (bits >> 9) · 2⁻²³ < p  ⟺  bits < ⌈p · 2²³⌉ · 2⁹
    const threshold = Math.ceil(Math.fround(p) * steps) * 2 ** 9;
    if (threshold === 0 || threshold === 2 ** 32) return settle(splat(threshold > 0, sizes, "bool"));
    return run(name, (t) => lt(drawBits(wordsOf(t!), sizes, 32), threshold), [k]);
  }
  const t = tensorOf(p, name);
  if (!isFloat(t.dtype)) throw new DTypeError(`${name}: got p of dtype ${t.dtype}, expected a float. Use astype.`);
  const sizes = shape === undefined ? t.shape : shapeOf(name, shape);
  const body = (words: Words, q: Tensor) => lt(drawUnit(words, sizes, q.dtype), broadcastTo(name, q, sizes));
  return run(name, (a, b) => body(wordsOf(a!), b!), [k, t]);
}
