// Arguments of np.linalg: promoted to float, matrices in the last two dimensions.
import { ShapeError } from "../../../core/errors.ts";
import type { Tensor } from "../../../core/tensor.ts";
import { promoteDTypes } from "../../promote.ts";
import type { TensorLike } from "../../types.ts";

/** `x` in floating point. @throws ShapeError unless it holds matrices (square ones) */
export function matrices(name: string, x: TensorLike, square = false): Tensor {
  const [t] = promoteDTypes(name, [x], "inexact") as [Tensor];
  if (t.ndim < 2 || (square && t.shape.at(-1) !== t.shape.at(-2)))
    throw new ShapeError(
      `${name}: got shape [${t.shape}], expected ${square ? "square matrices [..., n, n]" : "matrices [..., m, n]"}.`,
    );
  return t;
}
