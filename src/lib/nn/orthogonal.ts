// Initial weights with orthonormal columns or rows.
import type { DType } from "../../core/dtype.ts";
import { ShapeError } from "../../core/errors.ts";
import { moveDim } from "../../ops/batching.ts";
import { mul } from "../../ops/binary.ts";
import { pad, reshape } from "../../ops/shape.ts";
import { axisOf } from "../np/axes.ts";
import * as random from "../random.ts";
import { run } from "./composite.ts";
import { type Initializer, zeros } from "./initializers.ts";

/**
 * A matrix whose `columnAxis` is one dimension and all other axes the other, with orthonormal columns or rows (whichever
 * are fewer), times `scale`. As `jax.nn.initializers.orthogonal`.
 *
 * Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks",
 * 2014.
 * @throws ShapeError for fewer than two axes
 */
export function orthogonal(scale = 1, columnAxis = -1, dtype: DType = "float32"): Initializer {
  return (key, shape, d = dtype) => {
    if (shape.length < 2)
      throw new ShapeError(`nn.initializers.orthogonal: got shape [${shape}], expected at least two axes.`);
    const at = axisOf("nn.initializers.orthogonal", columnAxis, shape.length);
    const size = shape.reduce((n, s) => n * s, 1);
    if (size === 0) return zeros(key, shape, d);
    const columns = shape[at]!;
    return run(
      "orthogonal",
      (k) => {
        const q = random.orthogonal(k!, size / columns, [], d, columns);
        const split = reshape(q, [...shape.filter((_, i) => i !== at), columns]);
        return mul(moveDim(split, shape.length - 1, at), scale);
      },
      [key],
    );
  };
}

/**
 * A convolution that passes on its middle element, turned by an orthogonal matrix: `orthogonal` there and 0 elsewhere.
 * Shape [...window, inputs, outputs] with 1 to 3 window axes. As `jax.nn.initializers.delta_orthogonal`.
 *
 * Xiao et al., "Dynamical isometry and a mean field theory of CNNs", 2018.
 * @throws ShapeError for another number of axes, or fewer outputs than inputs
 */
export function deltaOrthogonal(scale = 1, columnAxis = -1, dtype: DType = "float32"): Initializer {
  return (key, shape, d = dtype) => {
    const name = "nn.initializers.deltaOrthogonal";
    if (shape.length < 3 || shape.length > 5)
      throw new ShapeError(`${name}: got shape [${shape}], expected 3 to 5 axes: the window's, inputs, outputs.`);
    const [inputs, outputs] = shape.slice(-2) as [number, number];
    if (outputs < inputs)
      throw new ShapeError(`${name}: got ${inputs} inputs and ${outputs} outputs, expected at least as many outputs.`);
    const window = shape.slice(0, -2);
    return run(
      "delta_orthogonal",
      (k) => {
        const matrix = orthogonal(scale, columnAxis, d)(k!, [inputs, outputs]);
        const low = window.map((n) => Math.floor((n - 1) / 2));
        const high = window.map((n, i) => n - 1 - low[i]!);
        const whole = reshape(matrix, [...window.map(() => 1), inputs, outputs]);
        return pad(whole, 0, [...low, 0, 0], [...high, 0, 0]);
      },
      [key],
    );
  };
}
