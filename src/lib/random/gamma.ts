// Gamma variables.
import { randomGamma } from "../../control/random-gamma.ts";
import type { DType } from "../../core/dtype.ts";
import type { Tensor } from "../../core/tensor.ts";
import { concatenate } from "../../ops/shape.ts";
import type { Shape } from "../np/axes.ts";
import type { TensorLike } from "../types.ts";
import type { Words } from "./key.ts";
import { drawWith } from "./parameters.ts";

/** Gamma samples, or their logarithms, for shape parameters `a`. */
export const drawGamma = (words: Words, a: Tensor, logSpace: boolean): Tensor =>
  randomGamma(concatenate(words, 0), a, logSpace);

/**
 * Gamma floats of shape parameter `a` and scale 1. `a` broadcasts to `shape`. As `jax.random.gamma`; differentiable by
 * `a` (Figurnov, Mohamed and Mnih, "Implicit reparameterization gradients", 2018).
 *
 * Marsaglia and Tsang, "A simple method for generating gamma variables", 2000.
 * @throws DTypeError for a dtype that is no float, or a parameter wider than it; ShapeError if `a` does not fit
 */
export const gamma = (key: Tensor, a: TensorLike, shape?: Shape, dtype: DType = "float32"): Tensor =>
  drawWith("random.gamma", key, [a], shape, dtype, (words, _shape, x) => drawGamma(words, x!, false));

/** The logarithms of the samples of `gamma`, without underflow for small `a`. As `jax.random.loggamma`. */
export const loggamma = (key: Tensor, a: TensorLike, shape?: Shape, dtype: DType = "float32"): Tensor =>
  drawWith("random.loggamma", key, [a], shape, dtype, (words, _shape, x) => drawGamma(words, x!, true));
