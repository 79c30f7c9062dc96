// Distributions made of gamma variables.
import type { DType } from "../../core/dtype.ts";
import { ShapeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { add, div, max, mul, pow, sub } from "../../ops/binary.ts";
import { like, splat } from "../../ops/literal.ts";
import { reduceSum, spread } from "../../ops/reduce.ts";
import { abs, exp, sqrt } from "../../ops/unary.ts";
import { softmax } from "../nn/softmax.ts";
import { integer, type Shape, shapeOf } from "../np/axes.ts";
import { broadcastTo, cast } from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { formatOf } from "./bits.ts";
import { drawExponential, drawNormal, drawSign } from "./distributions.ts";
import { drawGamma } from "./gamma.ts";
import { keyTensor, subkeys, type Words, wordsOf } from "./key.ts";
import { drawShape, drawWith, parameter, runWith } from "./parameters.ts";

type Dims = readonly number[];
const pair = (words: Words) => subkeys(words, 2) as [Words, Words];

/** Beta floats, X / (X + Y) of gamma variables X of `a` and Y of `b`, by their logarithms. As `jax.random.beta`. */
export const beta = (key: Tensor, a: TensorLike, b: TensorLike, shape?: Shape, dtype: DType = "float32"): Tensor =>
  drawWith("random.beta", key, [a, b], shape, dtype, (words, _sizes, x, y) => {
    const [first, second] = pair(words);
    const [p, q] = [drawGamma(first, x!, true), drawGamma(second, y!, true)];
    const top = max(p, q);
    const [scaledP, scaledQ] = [exp(sub(p, top)), exp(sub(q, top))];
    return div(scaledP, add(scaledP, scaledQ));
  });

/** Student's t of `df` degrees of freedom. As `jax.random.t`. */
export const t = (key: Tensor, df: TensorLike, shape?: Shape, dtype: DType = "float32"): Tensor =>
  drawWith("random.t", key, [df], shape, dtype, (words, sizes, freedom) => {
    const [first, second] = pair(words);
    const half = div(freedom!, 2);
    return mul(drawNormal(first, sizes, dtype), sqrt(div(half, drawGamma(second, half, false))));
  });

const drawChisquare = (words: Words, df: Tensor): Tensor => mul(exp(drawGamma(words, div(df, 2), true)), 2);

/** χ² of `df` degrees of freedom. As `jax.random.chisquare`. */
export const chisquare = (key: Tensor, df: TensorLike, shape?: Shape, dtype: DType = "float32"): Tensor =>
  drawWith("random.chisquare", key, [df], shape, dtype, (words, _sizes, freedom) => drawChisquare(words, freedom!));

/** The ratio of two χ² variables, each divided by its degrees of freedom. As `jax.random.f`. */
export const f = (key: Tensor, dfnum: TensorLike, dfden: TensorLike, shape?: Shape, dtype: DType = "float32"): Tensor =>
  drawWith("random.f", key, [dfnum, dfden], shape, dtype, (words, _sizes, num, den) => {
    const [below, above] = pair(words);
    return div(div(drawChisquare(above, num!), num!), div(drawChisquare(below, den!), den!));
  });

/**
 * Points of the simplex: gamma variables of the concentrations `alpha` [..., n], divided by their sum. The result is
 * [...shape, n]; `shape` is alpha's leading dimensions by default. As `jax.random.dirichlet`.
 */
export function dirichlet(key: Tensor, alpha: TensorLike, shape?: Shape, dtype: DType = "float32"): Tensor {
  const name = "random.dirichlet";
  formatOf(name, dtype);
  const given = parameter(name, alpha, dtype);
  const n = given.shape.at(-1);
  if (n === undefined) throw new ShapeError(`${name}: got a scalar alpha, expected one concentration per category.`);
  const sizes = [...drawShape(name, shape, [given.shape.slice(0, -1)]), n];
  return runWith(name, keyTensor(name, key), [given], (k, a) =>
    softmax(drawGamma(wordsOf(k), broadcastTo(name, cast(a!, dtype), sizes), true), -1),
  );
}

/** sign · gamma(1/p)^(1/p) */
function drawGeneralizedNormal(words: Words, shape: Dims, p: Tensor): Tensor {
  const [first, second] = pair(words);
  const inverse = div(like(p, 1), p);
  const g = drawGamma(first, broadcastTo("random.generalizedNormal", inverse, shape), false);
  return mul(drawSign(second, shape, p.dtype), pow(g, broadcastTo("random.generalizedNormal", inverse, shape)));
}

/** Floats of density ∝ e^(−|x|^p). As `jax.random.generalized_normal`. */
export const generalizedNormal = (key: Tensor, p: TensorLike, shape: Shape = [], dtype: DType = "float32"): Tensor =>
  drawWith("random.generalizedNormal", key, [p], shape, dtype, (words, sizes, power) =>
    drawGeneralizedNormal(words, sizes, power!),
  );

/**
 * Points [...shape, d] uniform in the unit ball of the p-norm. As `jax.random.ball`.
 *
 * Barthe, Guédon, Mendelson and Naor, "A probabilistic approach to the geometry of the ℓₚⁿ-ball", 2005.
 */
export function ball(key: Tensor, d: number, p: TensorLike = 2, shape: Shape = [], dtype: DType = "float32"): Tensor {
  const name = "random.ball";
  const sizes = shapeOf(name, shape);
  const full = [...sizes, integer(d, `${name}: the dimension`)];
  return drawWith(name, key, [p], full, dtype, (words, whole, power) => {
    const [first, second] = pair(words);
    const g = drawGeneralizedNormal(first, whole, power!);
    const e = drawExponential(second, sizes, dtype);
    const last = full.length - 1;
    const norms = add(reduceSum(pow(abs(g), power!), [last]), e);
    return div(g, pow(spread(norms, g, [last]), div(splat(1, whole, dtype), power!)));
  });
}
