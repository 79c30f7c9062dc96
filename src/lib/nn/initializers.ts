// Initial values of weights: each is a function of (key, shape, dtype). Names and formulas are those of jax.nn.initializers.
import type { DType } from "../../core/dtype.ts";
import { ShapeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { mul } from "../../ops/binary.ts";
import { splat } from "../../ops/literal.ts";
import { settle } from "../promote.ts";
import * as random from "../random.ts";
import { run } from "./composite.ts";

/** Weights of `shape`, of `dtype` or else the initialiser's own, drawn with `key`. */
export type Initializer = (key: Tensor, shape: readonly number[], dtype?: DType) => Tensor;

const filled = (value: number, shape: readonly number[], dtype: DType): Tensor =>
  settle(splat(dtype.endsWith("int64") ? BigInt(value) : dtype === "bool" ? value !== 0 : value, shape, dtype));

export const zeros: Initializer = (_key, shape, dtype = "float32") => filled(0, shape, dtype);
export const ones: Initializer = (_key, shape, dtype = "float32") => filled(1, shape, dtype);

export const constant =
  (value: number, dtype: DType = "float32"): Initializer =>
  (_key, shape, d = dtype) =>
    filled(value, shape, d);

const scaled = (name: string, draw: (key: Tensor) => Tensor, factor: number, key: Tensor): Tensor =>
  run(name, (k) => mul(draw(k!), factor), [key]);

/** Uniform in [0, scale). */
export const uniform =
  (scale = 0.01, dtype: DType = "float32"): Initializer =>
  (key, shape, d = dtype) =>
    scaled("uniform", (k) => random.uniform(k, shape, d), scale, key);

/** Normal of standard deviation `stddev`. */
export const normal =
  (stddev = 0.01, dtype: DType = "float32"): Initializer =>
  (key, shape, d = dtype) =>
    scaled("normal", (k) => random.normal(k, shape, d), stddev, key);

/** The standard deviation of a normal variable cut off at ±2. */
const cutDeviation = 0.87962566103423978;

/** Normal of standard deviation `stddev` before being cut off at `lower` and `upper` deviations. */
export const truncatedNormal =
  (stddev = 0.01, dtype: DType = "float32", lower = -2, upper = 2): Initializer =>
  (key, shape, d = dtype) =>
    scaled("truncated_normal", (k) => random.truncatedNormal(k, lower, upper, shape, d), stddev, key);

export interface FanOptions {
  /** Axes of inputs and of outputs, and those along which independent weights lie: −2, −1 and none by default. */
  readonly inAxis?: number | readonly number[];
  readonly outAxis?: number | readonly number[];
  readonly batchAxis?: number | readonly number[];
  readonly dtype?: DType;
}

/** Inputs and outputs of a layer; other axes are the receptive field of a convolution. */
function fans(shape: readonly number[], options: FanOptions): { fanIn: number; fanOut: number } {
  const size = (axes: number | readonly number[]) =>
    [axes].flat().reduce((n, a) => {
      const sizeOfAxis = shape.at(a);
      if (sizeOfAxis === undefined)
        throw new ShapeError(
          `nn.initializers: got shape [${shape}], which has no axis ${a}; expected a weight with an axis of inputs and one ` +
            "of outputs. Name them with inAxis and outAxis.",
        );
      return n * sizeOfAxis;
    }, 1);
  const [inputs, outputs] = [size(options.inAxis ?? -2), size(options.outAxis ?? -1)];
  const field = shape.reduce((n, d) => n * d, 1) / inputs / outputs / size(options.batchAxis ?? []);
  return { fanIn: inputs * field, fanOut: outputs * field };
}

export type FanMode = "fanIn" | "fanOut" | "fanAvg";
export type Distribution = "truncatedNormal" | "normal" | "uniform";

/** Weights of variance scale / fan, where the fan is the number of inputs, of outputs, or their mean. */
export function varianceScaling(
  scale: number,
  mode: FanMode,
  distribution: Distribution,
  options: FanOptions = {},
): Initializer {
  return (key, shape, dtype = options.dtype ?? "float32") => {
    const { fanIn, fanOut } = fans(shape, options);
    const fan = { fanIn, fanOut, fanAvg: (fanIn + fanOut) / 2 }[mode];
    const deviation = Math.sqrt(scale / fan);
    switch (distribution) {
      case "normal":
        return normal(deviation)(key, shape, dtype);
      case "truncatedNormal":
        return truncatedNormal(deviation / cutDeviation)(key, shape, dtype);
      case "uniform":
        return scaled("uniform", (k) => random.uniform(k, shape, dtype, -1), Math.sqrt(3) * deviation, key);
    }
  };
}

/** Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010. */
export const glorotUniform = (options: FanOptions = {}) => varianceScaling(1, "fanAvg", "uniform", options);
export const glorotNormal = (options: FanOptions = {}) => varianceScaling(1, "fanAvg", "truncatedNormal", options);
/** LeCun et al., "Efficient backprop", 1998. */
export const lecunUniform = (options: FanOptions = {}) => varianceScaling(1, "fanIn", "uniform", options);
export const lecunNormal = (options: FanOptions = {}) => varianceScaling(1, "fanIn", "truncatedNormal", options);
/** He et al., "Delving deep into rectifiers", 2015. */
export const heUniform = (options: FanOptions = {}) => varianceScaling(2, "fanIn", "uniform", options);
export const heNormal = (options: FanOptions = {}) => varianceScaling(2, "fanIn", "truncatedNormal", options);
export {
  glorotNormal as xavierNormal,
  glorotUniform as xavierUniform,
  heNormal as kaimingNormal,
  heUniform as kaimingUniform,
};
