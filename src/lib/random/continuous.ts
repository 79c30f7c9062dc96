// Continuous distributions in closed form of uniform, normal and exponential draws, by JAX's formulas.
import { type DType, epsilon, smallestNormal } from "../../core/dtype.ts";
import type { Tensor } from "../../core/tensor.ts";
import { add, div, mul, pow, sub } from "../../ops/binary.ts";
import { le, lt, select } from "../../ops/compare.ts";
import { like } from "../../ops/literal.ts";
import { reduceSum } from "../../ops/reduce.ts";
import { abs, exp, integerPow, log, log1p, neg, sign, sqrt, square, tan } from "../../ops/unary.ts";
import type { Shape } from "../np/axes.ts";
import { broadcastShapes } from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { drawUnit } from "./bits.ts";
import { drawExponential, drawNormal, drawRange, drawSign } from "./distributions.ts";
import { subkeys, type Words } from "./key.ts";
import { drawShape, drawWith, parameter } from "./parameters.ts";

type Dims = readonly number[];
const pair = (words: Words) => subkeys(words, 2) as [Words, Words];

/** Cauchy floats: tan(π (u − ½)). As `jax.random.cauchy`. */
export const cauchy = (key: Tensor, shape: Shape = [], dtype: DType = "float32"): Tensor =>
  drawWith("random.cauchy", key, [], shape, dtype, (words, sizes) => {
    const u = drawRange(words, sizes, dtype, epsilon(dtype), 1);
    return tan(mul(sub(u, 0.5), Math.PI));
  });

/** Laplace floats: sign(u) log(1 − |u|), u from −1 to 1. As `jax.random.laplace`. */
export const laplace = (key: Tensor, shape: Shape = [], dtype: DType = "float32"): Tensor =>
  drawWith("random.laplace", key, [], shape, dtype, (words, sizes) => {
    const u = drawRange(words, sizes, dtype, -1 + epsilon(dtype) / 2, 1);
    return mul(sign(u), log1p(neg(abs(u))));
  });

/** Logistic floats: log(u / (1 − u)). As `jax.random.logistic`. */
export const logistic = (key: Tensor, shape: Shape = [], dtype: DType = "float32"): Tensor =>
  drawWith("random.logistic", key, [], shape, dtype, (words, sizes) => {
    const u = drawRange(words, sizes, dtype, smallestNormal(dtype), 1);
    return sub(log(u), log1p(neg(u)));
  });

/** Pareto floats from 1 on, of shape parameter `b`: e^(exponential / b). As `jax.random.pareto`. */
export const pareto = (key: Tensor, b: TensorLike, shape?: Shape, dtype: DType = "float32"): Tensor =>
  drawWith("random.pareto", key, [b], shape, dtype, (words, sizes, p) =>
    exp(div(drawExponential(words, sizes, dtype), p!)),
  );

/** Rayleigh floats: scale · √(−2 log u). As `jax.random.rayleigh`. */
export const rayleigh = (key: Tensor, scale: TensorLike, shape?: Shape, dtype: DType = "float32"): Tensor =>
  drawWith("random.rayleigh", key, [scale], shape, dtype, (words, sizes, s) =>
    mul(s!, sqrt(mul(log(drawUnit(words, sizes, dtype)), -2))),
  );

/** e^(sigma · normal). As `jax.random.lognormal`. */
export const lognormal = (key: Tensor, sigma: TensorLike = 1, shape?: Shape, dtype: DType = "float32"): Tensor =>
  drawWith("random.lognormal", key, [sigma], shape, dtype, (words, sizes, s) =>
    exp(mul(drawNormal(words, sizes, dtype), s!)),
  );

/** The norm of three normal floats. */
function drawMaxwell(words: Words, shape: Dims, dtype: DType): Tensor {
  const three = drawNormal(words, [...shape, 3], dtype);
  return sqrt(reduceSum(square(three), [shape.length]));
}

/** Maxwell floats. As `jax.random.maxwell`. */
export const maxwell = (key: Tensor, shape: Shape = [], dtype: DType = "float32"): Tensor =>
  drawWith("random.maxwell", key, [], shape, dtype, (words, sizes) => drawMaxwell(words, sizes, dtype));

/**
 * Maxwell floats of random sign, times `scale`, plus `loc`. The shape is `shape` followed by that of the parameters (and
 * by that twice if `shape` is empty), as in `jax.random.double_sided_maxwell`.
 */
export function doubleSidedMaxwell(
  key: Tensor,
  loc: TensorLike,
  scale: TensorLike,
  shape: Shape = [],
  dtype: DType = "float32",
): Tensor {
  const name = "random.doubleSidedMaxwell";
  const given = [loc, scale].map((v) => parameter(name, v, dtype).shape);
  const inner = broadcastShapes(name, given);
  const outer = drawShape(name, shape, []);
  const sizes = [...(outer.length === 0 ? inner : outer), ...inner];
  return drawWith(name, key, [loc, scale], sizes, dtype, (words, full, l, s) => {
    const [first, second] = pair(words);
    const signed = mul(drawSign(second, full, dtype), drawMaxwell(first, full, dtype));
    return add(mul(signed, s!), l!);
  });
}

/**
 * Weibull floats: (−log(1 − u))^(1 / concentration) · scale. Both parameters broadcast with `shape`. As
 * `jax.random.weibull_min`.
 */
export function weibullMin(
  key: Tensor,
  scale: TensorLike,
  concentration: TensorLike,
  shape: Shape = [],
  dtype: DType = "float32",
): Tensor {
  return drawWith("random.weibullMin", key, [scale, concentration], shape, dtype, (words, sizes, s, c) => {
    const exponential = neg(log1p(neg(drawUnit(words, sizes, dtype))));
    return mul(pow(exponential, div(like(c!, 1), c!)), s!);
  });
}

/**
 * Inverse Gaussian floats of mean `mean` and shape parameter 1. As `jax.random.wald`.
 *
 * Michael, Schucany and Haas, "Generating random variates using transformations with multiple roots", 1976.
 */
export function wald(key: Tensor, mean: TensorLike, shape?: Shape, dtype: DType = "float32"): Tensor {
  return drawWith("random.wald", key, [mean], shape, dtype, (words, sizes, m) => {
    const [first, second] = pair(words);
    const mu = m!;
    const y = integerPow(drawNormal(first, sizes, dtype), 2);
    const z = drawUnit(second, sizes, dtype);
    const squared = integerPow(mu, 2);
    const root = sqrt(add(mul(mul(mu, 4), y), mul(squared, integerPow(y, 2))));
    const x = sub(add(mu, div(mul(squared, y), 2)), mul(div(mu, 2), root));
    return select(le(z, div(mu, add(mu, x))), x, div(squared, x));
  });
}

/** Floats from `left` to `right`, most often near `mode`. As `jax.random.triangular`. */
export function triangular(
  key: Tensor,
  left: TensorLike,
  mode: TensorLike,
  right: TensorLike,
  shape?: Shape,
  dtype: DType = "float32",
): Tensor {
  return drawWith("random.triangular", key, [left, mode, right], shape, dtype, (words, sizes, a, c, b) => {
    const u = drawUnit(words, sizes, dtype);
    const span = sub(b!, a!);
    const rising = sub(c!, a!);
    const below = add(a!, sqrt(mul(mul(u, span), rising)));
    const above = sub(b!, sqrt(mul(mul(sub(like(u, 1), u), span), sub(b!, c!))));
    return select(lt(u, div(rising, span)), below, above);
  });
}
