// Parameters of a distribution: numbers or tensors that broadcast to the shape of the draw.
import { longAval } from "../../core/aval.ts";
import { type DType, isComplex, isFloat, itemSize } from "../../core/dtype.ts";
import { DTypeError, ShapeError } from "../../core/errors.ts";
import { Literal, type Tensor } from "../../core/tensor.ts";
import { splat } from "../../ops/literal.ts";
import { run } from "../nn/composite.ts";
import { type Shape, shapeOf } from "../np/axes.ts";
import { broadcastShapes, broadcastTo, cast, tensorOf } from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { formatOf } from "./bits.ts";
import { keyTensor, type Words, wordsOf } from "./key.ts";

type Dims = readonly number[];

/**
 * The shape of a draw: as asked for, or what the parameters broadcast to.
 * @throws ShapeError if a parameter does not broadcast to the shape asked for
 */
export function drawShape(name: string, shape: Shape | undefined, parameters: readonly Dims[]): Dims {
  if (shape === undefined) return broadcastShapes(name, parameters);
  const sizes = shapeOf(name, shape);
  if (broadcastShapes(name, [sizes, ...parameters]).join() !== sizes.join())
    throw new ShapeError(
      `${name}: got shape [${sizes}] for parameters of shapes ${parameters.map((p) => `[${p}]`).join(" and ")}; expected ` +
        "one that they broadcast to.",
    );
  return sizes;
}

/** A parameter as a tensor of `dtype`. @throws DTypeError if that would lose digits or an imaginary part */
export function parameter(name: string, value: TensorLike, dtype: DType): Tensor {
  if (typeof value === "number") return splat(value, [], dtype);
  const t = tensorOf(value, name);
  if (isComplex(t.dtype) || (isFloat(t.dtype) && !t.weakType && itemSize(t.dtype) > itemSize(dtype)))
    throw new DTypeError(
      `${name}: got a parameter of ${longAval(t.aval)} for a draw of ${dtype}. Ask for a wider dtype, or use astype.`,
    );
  return t instanceof Literal ? cast(t, dtype) : t;
}

/**
 * A draw whose parameters `values`, broadcast to its shape, are operands of its program.
 * @throws DTypeError, ShapeError
 */
export function drawWith(
  name: string,
  key: Tensor,
  values: readonly TensorLike[],
  shape: Shape | undefined,
  dtype: DType,
  body: (words: Words, shape: Dims, ...parameters: Tensor[]) => Tensor,
): Tensor {
  formatOf(name, dtype);
  const given = values.map((v) => parameter(name, v, dtype));
  const sizes = drawShape(
    name,
    shape,
    given.map((t) => t.shape),
  );
  const wide = (t: Tensor) => broadcastTo(name, cast(t, dtype), sizes);
  return runWith(name, keyTensor(name, key), given, (k, ...ts) => body(wordsOf(k), sizes, ...ts.map(wide)));
}

/** `body` of a key and tensors as one program, in which literals stay literals. */
export function runWith(
  name: string,
  key: Tensor,
  values: readonly Tensor[],
  body: (key: Tensor, ...values: Tensor[]) => Tensor,
): Tensor {
  const tensors = values.filter((t) => !(t instanceof Literal));
  return run(
    name,
    (k, ...rest) => body(k!, ...values.map((v) => (v instanceof Literal ? v : rest[tensors.indexOf(v)]!))),
    [key, ...tensors],
  );
}
