// Elementwise activations. Integers become float32 where the function is not exact on them.
import { ShapeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { add, div, max, min, mul } from "../../ops/binary.ts";
import { ge, gt, le, lt, select } from "../../ops/compare.ts";
import { requireDType } from "../../ops/elementwise.ts";
import { like } from "../../ops/literal.ts";
import { sliceInDim } from "../../ops/shape.ts";
import {
  abs,
  erfc,
  exp,
  expm1,
  integerPow,
  log,
  log1p,
  logistic,
  neg,
  sqrt,
  square,
  tanh as tanhOf,
} from "../../ops/unary.ts";
import { axisOf } from "../np/axes.ts";
import { promote, settle, tensorOf } from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { run, withTangent } from "./composite.ts";

const floats = (name: string, x: TensorLike): Tensor => promote(name, [x], "inexact")[0]!;

/** max(x, 0), with derivative 0 at 0. As `jax.nn.relu`. @throws DTypeError for booleans */
export function relu(x: TensorLike): Tensor {
  const t = tensorOf(x, "nn.relu");
  requireDType("nn.relu", t.aval, "number");
  const zero = t.dtype.endsWith("int64") ? 0n : 0;
  return run("relu", (v) => select(le(v!, zero), like(v!, zero), v!), [t]);
}

/** min(max(x, 0), 6), with derivative 0 at 0 and 6. As `jax.nn.relu6`. */
export const relu6 = (x: TensorLike): Tensor =>
  run("relu6", (v) => select(le(v!, 0), like(v!, 0), select(ge(v!, 6), like(v!, 6), v!)), [floats("nn.relu6", x)]);

/** x where x ≥ 0, else slope · x. As `jax.nn.leaky_relu`. */
export const leakyRelu = (x: TensorLike, negativeSlope = 0.01): Tensor =>
  run("leaky_relu", (v) => select(ge(v!, 0), v!, mul(v!, negativeSlope)), [floats("nn.leakyRelu", x)]);

/** x where x > 0, else α (eˣ − 1). As `jax.nn.elu`. */
export function elu(x: TensorLike, alpha = 1): Tensor {
  const body = (v: Tensor) => {
    const positive = gt(v, 0);
    // Where x is large the other branch must not overflow.
    const negative = expm1(select(positive, like(v, 0), v));
    return select(positive, v, alpha === 1 ? negative : mul(negative, alpha));
  };
  return run("elu", (v) => body(v!), [floats("nn.elu", x)]);
}

/** 1 / (1 + e⁻ˣ). */
export const sigmoid = (x: TensorLike): Tensor => run("sigmoid", (v) => logistic(v!), [floats("nn.sigmoid", x)]);

/** x · sigmoid(x). */
export const silu = (x: TensorLike): Tensor => run("silu", (v) => mul(v!, logistic(v!)), [floats("nn.silu", x)]);
export { silu as swish };

/**
 * x · Φ(x), Φ the normal distribution function: exact, or (the default, as in JAX) by
 * ½ (1 + tanh(√(2/π) (x + 0.044715 x³))). As `jax.nn.gelu`.
 *
 * Hendrycks and Gimpel, "Gaussian Error Linear Units (GELUs)", 2016.
 */
export function gelu(x: TensorLike, options: { readonly approximate?: boolean } = {}): Tensor {
  const exact = (v: Tensor) => mul(mul(v, 0.5), erfc(mul(neg(v), Math.SQRT1_2)));
  const approximate = (v: Tensor) => {
    const inner = mul(add(v, mul(integerPow(v, 3), 0.044715)), Math.sqrt(2 / Math.PI));
    return mul(v, mul(add(tanhOf(inner), 1), 0.5));
  };
  const body = (options.approximate ?? true) ? approximate : exact;
  return run("gelu", (v) => body(v!), [floats("nn.gelu", x)]);
}

/** log(1 + eˣ) without overflow: max(x, 0) + log(1 + e^−|x|); its derivative is sigmoid(x). */
const softplusOf = withTangent("softplus", {
  compute: ([x]) => add(max(x!, 0), log1p(exp(neg(abs(x!))))),
  tangent: ([t], [x]) => mul(t!, logistic(x!)),
});
/** log(1 + eˣ). As `jax.nn.softplus`. */
export const softplus = (x: TensorLike): Tensor => softplusOf([floats("nn.softplus", x)], null);

/** log(sigmoid(x)). As `jax.nn.log_sigmoid`. */
export const logSigmoid = (x: TensorLike): Tensor =>
  run("log_sigmoid", (v) => neg(softplusOf([neg(v!)], null)), [floats("nn.logSigmoid", x)]);

export const identity = (x: TensorLike): Tensor => settle(tensorOf(x, "nn.identity"));

/** tanh(x). */
export const tanh = (x: TensorLike): Tensor => run("tanh", (v) => tanhOf(v!), [floats("nn.tanh", x)]);

/** x where x > 0, else α (e^(x/α) − 1). As `jax.nn.celu`. */
export const celu = (x: TensorLike, alpha = 1): Tensor =>
  run("celu", (v) => add(max(v!, 0), mul(expm1(div(min(v!, 0), alpha)), alpha)), [floats("nn.celu", x)]);

/**
 * elu scaled so that means and variances stay near 0 and 1. As `jax.nn.selu`.
 *
 * Klambauer et al., "Self-normalizing neural networks", 2017.
 */
export const selu = (x: TensorLike): Tensor =>
  run("selu", (v) => mul(elu(v!, 1.6732632423543772), 1.0507009873554805), [floats("nn.selu", x)]);

/**
 * The first half of x along `axis` times the sigmoid of the second. As `jax.nn.glu`.
 * @throws ShapeError if the axis has an odd size
 */
export function glu(x: TensorLike, axis = -1): Tensor {
  const t = floats("nn.glu", x);
  const at = axisOf("nn.glu", axis, t.ndim);
  const n = t.shape[at]!;
  if (n % 2 !== 0)
    throw new ShapeError(`nn.glu: got ${n} along axis ${at} of shape [${t.shape}], expected an even size.`);
  const half = (v: Tensor, i: number) => sliceInDim(v, (i * n) / 2, ((i + 1) * n) / 2, at);
  return run("glu", (v) => mul(half(v!, 0), logistic(half(v!, 1))), [t]);
}

/** min(max(x, −1), 1). As `jax.nn.hard_tanh`. */
export const hardTanh = (x: TensorLike): Tensor =>
  run("hard_tanh", (v) => select(gt(v!, 1), like(v!, 1), select(lt(v!, -1), like(v!, -1), v!)), [
    floats("nn.hardTanh", x),
  ]);

const hardSigmoidOf = (v: Tensor): Tensor => div(relu6(add(v, 3)), 6);
/** relu6(x + 3) / 6. As `jax.nn.hard_sigmoid`. */
export const hardSigmoid = (x: TensorLike): Tensor =>
  run("hard_sigmoid", (v) => hardSigmoidOf(v!), [floats("nn.hardSigmoid", x)]);
/** x · hardSigmoid(x). As `jax.nn.hard_silu`. */
export const hardSilu = (x: TensorLike): Tensor =>
  run("hard_silu", (v) => mul(v!, hardSigmoidOf(v!)), [floats("nn.hardSilu", x)]);
export { hardSilu as hardSwish };

/** x · tanh(softplus(x)). As `jax.nn.mish`. Misra, "Mish: a self regularized non-monotonic activation function", 2019. */
export const mish = (x: TensorLike): Tensor =>
  run("mish", (v) => mul(v!, tanhOf(softplusOf([v!], null))), [floats("nn.mish", x)]);

/** x / (|x| + 1). As `jax.nn.soft_sign`. */
export const softSign = (x: TensorLike): Tensor =>
  run("soft_sign", (v) => div(v!, add(abs(v!), 1)), [floats("nn.softSign", x)]);

/** 0 below −1, x above 1, (x + 1)² / 4 between. As `jax.nn.sparse_plus`. */
export const sparsePlus = (x: TensorLike): Tensor =>
  run("sparse_plus", (v) => select(le(v!, -1), like(v!, 0), select(ge(v!, 1), v!, div(integerPow(add(v!, 1), 2), 4))), [
    floats("nn.sparsePlus", x),
  ]);

/** ½ min(max(x + 1, 0), 2), the derivative of sparsePlus. As `jax.nn.sparse_sigmoid`. */
export const sparseSigmoid = (x: TensorLike): Tensor =>
  run("sparse_sigmoid", (v) => mul(min(max(add(v!, 1), 0), 2), 0.5), [floats("nn.sparseSigmoid", x)]);

/** (x + √(x² + b)) / 2. As `jax.nn.squareplus`. */
export const squareplus = (x: TensorLike, b: TensorLike = 4): Tensor =>
  run("squareplus", (v, c) => div(add(v!, sqrt(add(square(v!), c!))), 2), promote("nn.squareplus", [x, b], "inexact"));

/**
 * log(1 − e⁻ˣ) for x > 0, accurate near 0 and far from it. As `jax.nn.log1mexp`.
 *
 * Mächler, "Accurately computing log(1 − exp(−|a|))", 2012.
 */
export const log1mexp = (x: TensorLike): Tensor => log1mexpOf([floats("nn.log1mexp", x)], null);
const log1mexpOf = withTangent("log1mexp", {
  compute: ([x]) => select(lt(x!, Math.LN2), log(neg(expm1(neg(x!)))), log1p(neg(exp(neg(x!))))),
  tangent: ([t], [x]) => div(t!, expm1(x!)),
});
