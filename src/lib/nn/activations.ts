// Elementwise activations. Integers become float32 where the function is not exact on them.
import type { Tensor } from "../../core/tensor.ts";
import { add, max, mul } from "../../ops/binary.ts";
import { ge, gt, le, select } from "../../ops/compare.ts";
import { requireDType } from "../../ops/elementwise.ts";
import { like } from "../../ops/literal.ts";
import { abs, erfc, exp, expm1, integerPow, log1p, logistic, neg, tanh } from "../../ops/unary.ts";
import { promote, tensorOf } from "../promote.ts";
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
    return mul(v, mul(add(tanh(inner), 1), 0.5));
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
