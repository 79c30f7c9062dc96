// Making tensors from host values and of equal elements.
import { convertArray, dtypeOf, encodeValues } from "../../compile/encoding.ts";
import { fromBytes } from "../../compile/place.ts";
import { avalOf } from "../../core/aval.ts";
import { type Complex, type HostScalar, isComplexNumber } from "../../core/complex.ts";
import { type DType, itemSize } from "../../core/dtype.ts";
import { DTypeError, ShapeError } from "../../core/errors.ts";
import { Tensor } from "../../core/tensor.ts";
import { hasAmbient, stage } from "../../core/trace.ts";
import type { TypedArray } from "../../core/tree.ts";
import { concatenate, expandDims, reshape } from "../../ops/shape.ts";
import { copy as copyOf } from "../../ops/unary.ts";
import { broadcastTo, cast, castAsAsked, literalAs, owning, promoteDTypes, settle, tensorOf } from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { type DTypeArgument, dtypeFrom, type Shape, shapeOf } from "./axes.ts";

type Scalar = number | bigint | boolean;
/** Numbers, booleans, complex numbers and tensors in nested arrays of equal lengths. */
export type Nested = Scalar | Complex | Tensor | readonly Nested[];
export interface ArrayOptions {
  readonly dtype?: DType;
  readonly shape?: Shape;
}

/**
 * A tensor of `values`. Numbers are float32, booleans bool, bigints int32, `{ re, im }` complex64, typed arrays keep
 * their type, unless `dtype` says otherwise (floats are rounded once, to nearest even); `shape` gives a flat array its shape.
 * @throws ShapeError for ragged arrays, DTypeError for numbers that do not fit `dtype`
 */
export const array = owning(function array(values: Nested | TypedArray, options: ArrayOptions | DType = {}): Tensor {
  const { dtype, shape } = typeof options === "string" ? { dtype: options, shape: undefined } : options;
  const wanted = dtypeFrom("array", dtype, undefined);
  const made = fromValues(values, wanted);
  return settle(shape === undefined ? made : reshape(made, sizesFor(shapeOf("array", shape), made.size)));
});
function sizesFor(shape: readonly number[], size: number): readonly number[] {
  const wanted = shape.reduce((n, d) => n * d, 1);
  if (wanted !== size) throw new ShapeError(`array: got ${size} elements for shape [${shape}], which has ${wanted}.`);
  return shape;
}

function fromValues(values: Nested | TypedArray, dtype: DType | undefined): Tensor {
  if (values instanceof Tensor) return castAsAsked("array", tensorOf(values, "array"), dtype ?? values.dtype);
  if (ArrayBuffer.isView(values)) {
    const words = values as TypedArray;
    const aval = avalOf([words.length], dtype ?? dtypeOf(words));
    return stage(fromBytes(convertArray(words, aval.dtype), aval));
  }
  if (holdsTensor(values as Nested)) return stacked(values as Nested, dtype);
  const { shape, flat: scalars } = flattened(values as Nested);
  const chosen = dtype ?? dtypeOfScalars(scalars);
  const only = shape.length === 0 ? scalars[0]! : undefined;
  if (only !== undefined && typeof only !== "object")
    return literalAs("array", only, [], { dtype: chosen, weakType: false });
  return stage(fromBytes(encodeValues(scalars, chosen), avalOf(shape, chosen)));
}

function dtypeOfScalars(values: readonly HostScalar[]): DType {
  if (values.some((v) => typeof v === "object")) return "complex64";
  if (values.length > 0 && values.every((v) => typeof v === "boolean")) return "bool";
  if (values.length > 0 && values.every((v) => typeof v === "bigint")) return "int32";
  return "float32";
}

/** Shape and elements of nested arrays. @throws ShapeError where lengths differ, DTypeError for what is no number */
function flattened(values: Nested): { shape: number[]; flat: HostScalar[] } {
  const shape: number[] = [];
  const flat: HostScalar[] = [];
  const visit = (v: Nested, depth: number, path: string) => {
    if (Array.isArray(v)) {
      if (flat.length === 0 && depth === shape.length) shape.push(v.length);
      if (depth >= shape.length || v.length !== shape[depth])
        throw new ShapeError(
          `array: got ${v.length} elements at values${path}, expected ${shape[depth] ?? "a number"}. Rows must have equal lengths.`,
        );
      v.forEach((w, i) => {
        visit(w, depth + 1, `${path}[${i}]`);
      });
      return;
    }
    if (typeof v !== "number" && typeof v !== "bigint" && typeof v !== "boolean" && !isComplexNumber(v))
      throw new DTypeError(`array: got ${v === null ? "null" : typeof v} at values${path}, expected a number.`);
    if (depth !== shape.length)
      throw new ShapeError(`array: got a number at values${path}, expected ${shape[depth]} elements.`);
    flat.push(v);
  };
  visit(values, 0, "");
  return { shape, flat };
}

const holdsTensor = (v: Nested): boolean => v instanceof Tensor || (Array.isArray(v) && v.some(holdsTensor));

/** Arrays with tensors among their elements are stacked. */
function stacked(values: Nested, dtype: DType | undefined): Tensor {
  if (!Array.isArray(values)) return fromValues(values as Nested, dtype);
  const parts = promoteDTypes("array", values.map((v) => (isHost(v) ? v : stacked(v, dtype))) as TensorLike[]);
  const shape = parts.find((p) => p.ndim > 0)?.shape ?? [];
  if (parts.some((p) => p.shape.join() !== shape.join()))
    throw new ShapeError(
      `array: got rows of shapes ${parts.map((p) => `[${p.shape}]`).join(", ")}, expected equal ones.`,
    );
  const joined = concatenate(
    parts.map((p) => expandDims(p, [0])),
    0,
  );
  return cast(joined, dtype ?? joined.dtype);
}
const isHost = (v: Nested): v is Scalar => typeof v !== "object";

/** `x` as a tensor, unchanged if it is one (numbers stay weakly typed) and no other dtype is asked for. */
export const asarray = owning(function asarray(x: Nested | TypedArray, dtype?: DTypeArgument): Tensor {
  const wanted = dtypeFrom("asarray", dtype, undefined);
  if (Array.isArray(x)) return array(x, { dtype: wanted as DType });
  const t = tensorOf(x as TensorLike, "asarray");
  return settle(wanted === undefined ? t : castAsAsked("asarray", t, wanted));
});

/** Bytes of `size` equal elements. */
function repeated(value: Scalar, dtype: DType, size: number): Uint8Array {
  const item = encodeValues([value], dtype);
  const out = new Uint8Array(size * item.length);
  if (item.every((b) => b === 0) || size === 0) return out;
  out.set(item);
  for (let n = item.length; n < out.length; n *= 2) out.copyWithin(n, 0, n);
  return out;
}

/** Equal elements; a constant inside a trace, where it makes no equation. */
function splatOf(name: string, value: Scalar, shape: readonly number[], dtype: DType): Tensor {
  const literal = literalAs(name, value, shape, { dtype, weakType: false });
  if (hasAmbient()) return stage(literal);
  return fromBytes(repeated(literal.value, dtype, literal.size), literal.aval);
}

/** Zeros, float32 unless `dtype` says otherwise. @throws ConcretizationTypeError for a traced size */
export const zeros = owning(
  (shape: Shape, dtype?: DTypeArgument): Tensor =>
    splatOf("zeros", 0, shapeOf("zeros", shape), dtypeFrom("zeros", dtype, "float32")),
);
/** Ones, float32 unless `dtype` says otherwise. */
export const ones = owning(
  (shape: Shape, dtype?: DTypeArgument): Tensor =>
    splatOf("ones", 1, shapeOf("ones", shape), dtypeFrom("ones", dtype, "float32")),
);
/** As `zeros`: memory is never left as it was. */
export const empty = owning(
  (shape: Shape, dtype?: DTypeArgument): Tensor =>
    splatOf("empty", 0, shapeOf("empty", shape), dtypeFrom("empty", dtype, "float32")),
);

/** `value`, broadcast to `shape`. A number is float32, a bigint int32, a boolean bool, unless `dtype` says otherwise. */
export const full = owning(function full(shape: Shape, value: TensorLike, dtype?: DTypeArgument): Tensor {
  const sizes = shapeOf("full", shape);
  if (typeof value !== "object")
    return splatOf("full", value, sizes, dtypeFrom("full", dtype, dtypeOfScalars([value])));
  const t = tensorOf(value, "full");
  return settle(broadcastTo("full", cast(t, dtypeFrom("full", dtype, t.dtype)), sizes));
});

interface LikeOptions {
  readonly dtype?: DType;
  readonly shape?: Shape;
}
const likeOf =
  (name: string, value: Scalar) =>
  (x: TensorLike, options: LikeOptions | DType = {}): Tensor => {
    const t = tensorOf(x, name);
    const { dtype, shape } = typeof options === "string" ? { dtype: options, shape: undefined } : options;
    const sizes = shape === undefined ? t.shape : shapeOf(name, shape);
    return splatOf(name, value, sizes, dtypeFrom(name, dtype, t.dtype));
  };
/** Zeros with the shape and dtype of `x`. */
export const zerosLike = likeOf("zerosLike", 0);
/** Ones with the shape and dtype of `x`. */
export const onesLike = likeOf("onesLike", 1);
/** As `zerosLike`. */
export const emptyLike = likeOf("emptyLike", 0);
/** `value` with the shape and dtype of `x`. */
export const fullLike = owning(function fullLike(
  x: TensorLike,
  value: TensorLike,
  options: LikeOptions | DType = {},
): Tensor {
  const t = tensorOf(x, "fullLike");
  const { dtype, shape } = typeof options === "string" ? { dtype: options, shape: undefined } : options;
  return full(shape ?? t.shape, value, dtype ?? t.dtype);
});

/** A tensor of its own with the values of `x`. */
export const copy = owning(function copy(x: Nested | TypedArray): Tensor {
  return settle(copyOf(settle(asarray(x))));
});
/**
 * A vector of the elements whose bytes lie in a buffer: `count` of them (all by default) from `offset` bytes on, in the
 * machine's order. float32 unless `dtype` says otherwise. @throws ShapeError for bytes that do not fill the elements
 */
export const frombuffer = owning(function frombuffer(
  buffer: ArrayBuffer | ArrayBufferView,
  options: { readonly dtype?: DType; readonly count?: number; readonly offset?: number } = {},
): Tensor {
  const dtype = dtypeFrom("frombuffer", options.dtype, "float32");
  const { count = -1, offset = 0 } = options;
  const [whole, start, length] = ArrayBuffer.isView(buffer)
    ? [buffer.buffer, buffer.byteOffset, buffer.byteLength]
    : [buffer, 0, buffer.byteLength];
  const item = itemSize(dtype);
  const n = count < 0 ? (length - offset) / item : count;
  if (!Number.isInteger(n) || offset < 0 || offset + n * item > length)
    throw new ShapeError(
      `frombuffer: got ${length} bytes, offset ${offset} and count ${count}; expected a whole number of ${item} bytes each.`,
    );
  const bytes = new Uint8Array(n * item);
  bytes.set(new Uint8Array(whole, start + offset, n * item));
  return settle(stage(fromBytes(bytes, avalOf([n], dtype))));
});
