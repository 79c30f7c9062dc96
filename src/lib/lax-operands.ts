// How lax functions take their operands: no promotion, no change of rank; numbers and scalars fit what is beside them.
import { longAval, sameShape } from "../core/aval.ts";
import { ShapeError } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import { scalarsFollow } from "../ops/memory.ts";
import { broadcastShapes, broadcastTo, literalAs, tensorOf } from "./promote.ts";
import type { TensorLike } from "./types.ts";

/** Operands of one shape. Host numbers take the dtype of the first tensor. @throws ShapeError for different ranks */
export function operandsOf(name: string, xs: readonly TensorLike[]): Tensor[] {
  const tensors = withNumbers(name, xs);
  const first = tensors[0]!;
  if (tensors.every((t) => sameShape(t.shape, first.shape))) return tensors;
  const rank = Math.max(...tensors.map((t) => t.ndim));
  if (tensors.some((t) => t.ndim !== rank && t.ndim !== 0))
    throw new ShapeError(
      `${name}: got ${tensors.map((t) => longAval(t.aval)).join(" and ")}, expected equal ranks (lax functions never change ` +
        "the rank). Use the np function, or lax.broadcastInDim.",
    );
  const shape = broadcastShapes(
    name,
    tensors.map((t) => t.shape),
  );
  return scalarsFollow(
    tensors,
    tensors.map((t) => broadcastTo(name, t, shape)),
  );
}

/** Tensors as they are; host numbers as scalars of the first tensor's dtype, weak float32 beside none. */
export function withNumbers(name: string, xs: readonly TensorLike[]): Tensor[] {
  const first = xs.find((x) => typeof x === "object");
  if (first === undefined) return xs.map((x) => tensorOf(x, name));
  const type = tensorOf(first, name).aval;
  return xs.map((x) => (typeof x === "object" ? tensorOf(x, name) : literalAs(name, x, [], type)));
}
