// What reductions share: dtypes of sums, and weights beside the elements.
import { sameShape } from "../../core/aval.ts";
import { type DType, isFloat, isInexact, itemSize, kindOf } from "../../core/dtype.ts";
import { ShapeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { broadcastInDim, transpose } from "../../ops/shape.ts";

/** Integers narrower than 32 bits and booleans are added up in int32 (unsigned ones in uint32). */
export const sumDType = (d: DType, widened = true): DType =>
  isInexact(d) || itemSize(d) >= 4 || (!widened && d !== "bool") ? d : kindOf(d) === "uint" ? "uint32" : "int32";
/** The dtype in which sums of narrow floats are taken. */
export const accumulated = (d: DType): DType => (isFloat(d) && itemSize(d) <= 2 ? "float32" : d);

/** `w` in the given shape: it has that shape, or that of the axes. @throws ShapeError */
export function weightsOver(
  name: string,
  w: Tensor,
  shape: readonly number[],
  axes: readonly number[],
  given = true,
): Tensor {
  if (sameShape(w.shape, shape)) return w;
  if (
    !given ||
    !sameShape(
      w.shape,
      axes.map((a) => shape[a]!),
    )
  )
    throw new ShapeError(
      `${name}: got weights of shape [${w.shape}] for shape [${shape}]; expected that shape, or with an axis the sizes of ` +
        "the axes.",
    );
  return broadcastInDim(
    transpose(w, rankOf(axes)),
    shape,
    [...axes].sort((a, b) => a - b),
  );
}
/** The order that sorts `axes`. */
const rankOf = (axes: readonly number[]) => [...axes.keys()].sort((i, j) => axes[i]! - axes[j]!);
