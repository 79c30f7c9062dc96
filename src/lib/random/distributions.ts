// Continuous distributions and coin tosses, each from uniform bits by JAX's formula.
import { type DType, isBigInteger, isFloat, isInteger, kindOf, maxValue, realOf } from "../../core/dtype.ts";
import { DTypeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { roundTo } from "../../core/words.ts";
import { add, div, max, mul, nextafter, sub } from "../../ops/binary.ts";
import { clamp, lt, select } from "../../ops/compare.ts";
import { complex } from "../../ops/complex.ts";
import { like, splat } from "../../ops/literal.ts";
import { normalOf, rangeOf } from "../../ops/random-floats.ts";
import { reshape, sliceInDim } from "../../ops/shape.ts";
import { erf, erfInv, log1p, neg, stopGradientTensor } from "../../ops/unary.ts";
import { run } from "../nn/composite.ts";
import { type Shape, shapeOf } from "../np/axes.ts";
import { broadcastTo, cast, settle, tensorOf } from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { drawBits, drawUnit, formatOf } from "./bits.ts";
import { keyTensor, subkeys, type Words, wordsOf } from "./key.ts";

/** Floats from `low` to `high`, which have the shape of the draw: u · (high − low) + low, not below `low`. */
export function drawBetween(words: Words, shape: readonly number[], dtype: DType, low: Tensor, high: Tensor): Tensor {
  return max(low, add(mul(drawUnit(words, shape, dtype), sub(high, low)), low));
}

/** As `drawBetween`, with bounds known now. */
export const drawRange = (words: Words, shape: readonly number[], dtype: DType, low: number, high: number): Tensor =>
  rangeOf(drawUnit(words, shape, dtype), low, high);

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

export const drawNormal = (words: Words, shape: readonly number[], dtype: DType): Tensor =>
  normalOf(drawUnit(words, shape, dtype));

/**
 * Normal floats of mean 0 and variance 1; complex ones have parts of variance ½. As `jax.random.normal`.
 * @throws DTypeError for other dtypes
 */
export function normal(key: Tensor, shape: Shape = [], dtype: DType = "float32"): Tensor {
  const name = "random.normal";
  const sizes = shapeOf(name, shape);
  const part = realOf(dtype);
  formatOf(name, part);
  const body = (k: Tensor): Tensor => {
    if (part === dtype) return drawNormal(wordsOf(k), sizes, dtype);
    const [re, im] = subkeys(wordsOf(k), 2).map((words) => div(drawNormal(words, sizes, part), Math.SQRT2));
    return complex(re!, im!);
  };
  return run(name, (k) => body(k!), [keyTensor(name, key)]);
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

/** −log(1 − u) */
export const drawExponential = (words: Words, shape: readonly number[], dtype: DType): Tensor =>
  neg(log1p(neg(drawUnit(words, shape, dtype))));

/** Exponential floats of rate 1. As `jax.random.exponential`. */
export function exponential(key: Tensor, shape: Shape = [], dtype: DType = "float32"): Tensor {
  const sizes = shapeOf("random.exponential", shape);
  formatOf("random.exponential", dtype);
  const body = (k: Tensor) => drawExponential(wordsOf(k), sizes, dtype);
  return run("random.exponential", (k) => body(k!), [keyTensor("random.exponential", key)]);
}

/** Steps of a float32 draw in [0, 1). */
const steps = 2 ** 23;

/**
 * True with probability `p`: a number from 0 to 1, or a float tensor, whose shape is that of the draw unless `shape` is
 * given. As `jax.random.bernoulli`. With a number `p` the random bits are compared with a threshold, without a detour
 * over floats, and the result is the same. `mode` "high" draws twice the bits, for probabilities near 0.
 */
export function bernoulli(key: Tensor, p: TensorLike = 0.5, shape?: Shape, mode: "low" | "high" = "low"): Tensor {
  const name = "random.bernoulli";
  const k = keyTensor(name, key);
  if (mode !== "low" && mode !== "high")
    throw new DTypeError(`${name}: got mode "${String(mode)}", expected "low" or "high".`);
  const high = mode === "high";
  if (typeof p === "number") {
    if (!(p >= 0 && p <= 1)) throw new DTypeError(`${name}: got p = ${p}, expected a probability from 0 to 1.`);
    const sizes = shapeOf(name, shape ?? []);
    if (high) return run(name, (t) => fineCoin(wordsOf(t!), splat(p, sizes, "float32")), [k]);
    const drawn = coinThreshold(p);
    if (drawn === 0 || drawn === 2 ** 32) return settle(splat(drawn > 0, sizes, "bool"));
    return run(name, (t) => drawCoin(wordsOf(t!), sizes, p), [k]);
  }
  const t = tensorOf(p, name);
  if (!isFloat(t.dtype)) throw new DTypeError(`${name}: got p of dtype ${t.dtype}, expected a float. Use astype.`);
  const sizes = shape === undefined ? t.shape : shapeOf(name, shape);
  const body = (words: Words, q: Tensor) =>
    high
      ? fineCoin(words, broadcastTo(name, q, sizes))
      : lt(drawUnit(words, sizes, q.dtype), broadcastTo(name, q, sizes));
  return run(name, (a, b) => body(wordsOf(a!), b!), [k, t]);
}

/** (bits >> 9) · 2⁻²³ < p  ⟺  bits < ⌈p · 2²³⌉ · 2⁹ */
const coinThreshold = (p: number): number => Math.ceil(Math.fround(p) * steps) * 2 ** 9;

/** True with probability p, neither 0 nor 1. */
export const drawCoin = (words: Words, shape: readonly number[], p: number): Tensor =>
  lt(drawBits(words, shape, 32), coinThreshold(p));

/** u₁ + u₂ · 2^−mantissa < p, with the difference p − u₁ exact where it matters. */
function fineCoin(words: Words, p: Tensor): Tensor {
  const both = drawUnit(words, [2, ...p.shape], p.dtype);
  const half = (i: number) => reshape(sliceInDim(both, i, i + 1, 0), p.shape);
  return lt(mul(half(1), 2 ** -formatOf("random.bernoulli", p.dtype).mantissa), sub(p, half(0)));
}

/** −1 or 1. */
export function drawSign(words: Words, shape: readonly number[], dtype: DType): Tensor {
  const [up, down] = isBigInteger(dtype) ? [1n, -1n] : [1, -1];
  if (kindOf(dtype) === "uint")
    return select(drawCoin(words, shape, 0.5), splat(up, shape, dtype), splat(maxValue(dtype), shape, dtype));
  return select(drawCoin(words, shape, 0.5), splat(up, shape, dtype), splat(down, shape, dtype));
}

/**
 * −1 or 1, each with probability ½; unsigned integers wrap around. As `jax.random.rademacher`.
 * @throws DTypeError for booleans and complex dtypes
 */
export function rademacher(key: Tensor, shape: Shape = [], dtype: DType = "int32"): Tensor {
  const name = "random.rademacher";
  const sizes = shapeOf(name, shape);
  if (!isFloat(dtype) && !isInteger(dtype))
    throw new DTypeError(`${name}: got dtype ${dtype}, expected a float or an integer dtype.`);
  return run(name, (k) => drawSign(wordsOf(k!), sizes, dtype), [keyTensor(name, key)]);
}
