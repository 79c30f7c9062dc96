// From what users pass to operands: host values become tensors, dtypes are promoted, shapes broadcast.
import { leafTensor, scalarLiteral } from "../compile/leaves.ts";
import { withScope } from "../compile/storage.ts";
import { warn } from "../compile/warn.ts";
import { avalOf, sameShape, strong, withShape } from "../core/aval.ts";
import { type Complex, isComplexNumber } from "../core/complex.ts";
import {
  type DType,
  inexact,
  isBigInteger,
  isComplex,
  isInexact,
  isInteger,
  maxValue,
  minValue,
} from "../core/dtype.ts";
import { DTypeError, ShapeError } from "../core/errors.ts";
import { promoteTypes, type Typed } from "../core/promotion.ts";
import { Literal, Tensor } from "../core/tensor.ts";
import { hasAmbient, stage, stagedConstant, Tracer } from "../core/trace.ts";
import { roundTo } from "../core/words.ts";
import { compare } from "../ops/compare.ts";
import { complex } from "../ops/complex.ts";
import { zeroOf } from "../ops/literal.ts";
import { scalarsFollow } from "../ops/memory.ts";
import { broadcastInDim } from "../ops/shape.ts";
import { convert } from "../ops/unary.ts";
import { concrete } from "./function-graph.ts";
import type { TensorLike } from "./types.ts";

type Scalar = number | bigint | boolean;

/**
 * A tensor for whatever stands for one. A number alone is weak float32, a bigint weak int32, a boolean bool, `{ re, im }`
 * weak complex64.
 * Constants that a trace knows come back as `Literal`, so results go through `settle` before a user sees them.
 * @throws DTypeError for anything else
 */
export function tensorOf(x: TensorLike, name: string): Tensor {
  if (x instanceof Tracer) return stagedConstant(x, name) ?? x;
  if (x instanceof Tensor) return x;
  if (typeof x === "number" || typeof x === "bigint" || typeof x === "boolean") return scalarLiteral(x);
  if (ArrayBuffer.isView(x) && !((x as ArrayBufferView) instanceof DataView)) return leafTensor(x);
  if (isComplexNumber(x)) return complexConstant(x, "float32", true);
  throw new DTypeError(
    `${name}: got ${describe(x)}, expected a tensor, a typed array, a number, a bigint, a boolean or { re, im }. ` +
      "Make nested arrays a tensor with np.array.",
  );
}

/** A complex scalar with parts of dtype `part`. */
export function complexConstant(value: Complex, part: "float32" | "float64", weakType: boolean): Tensor {
  const aval = avalOf([], part, weakType);
  return complex(new Literal(value.re, aval), new Literal(value.im, aval));
}

function describe(x: unknown): string {
  if (x === null || x === undefined) return String(x);
  if (Array.isArray(x)) return "an array";
  return typeof x === "object" ? `a ${x.constructor?.name ?? "plain object"}` : `a ${typeof x}`;
}

/** A result as users get it: a literal is staged in a trace, and an array on the default device outside. */
export const settle = (t: Tensor): Tensor => (t instanceof Literal ? (hasAmbient() ? stage(t) : concrete(t)) : t);

const isScalar = (x: TensorLike): x is Scalar => typeof x !== "object";

/** The type that a host scalar has beside operands of the joined type `others`. */
function scalarType(x: Scalar, others: Typed | undefined): Typed {
  if (typeof x === "boolean") return { dtype: "bool", weakType: false };
  if (typeof x === "bigint") return { dtype: "int32", weakType: true };
  const integral = others !== undefined && !isInexact(others.dtype) && Number.isInteger(x);
  return { dtype: integral ? "int32" : "float32", weakType: true };
}

/** The promoted type of operands, host numbers beside tensors included. */
export function resultType(name: string, xs: readonly TensorLike[]): Typed {
  return typeOfAll(xs.map((x) => (isScalar(x) ? x : tensorOf(x, name))));
}

function typeOfAll(xs: readonly (Tensor | Scalar)[]): Typed {
  const fixed = xs.flatMap((x) => (typeof x === "number" ? [] : [isScalar(x) ? scalarType(x, undefined) : x.aval]));
  const others = fixed.length > 0 ? promoteTypes(fixed) : undefined;
  const numbers = xs.flatMap((x) => (typeof x === "number" ? [scalarType(x, others)] : []));
  return promoteTypes([...fixed, ...numbers]);
}

/** How operands of a function are brought to one type. */
export type Promotion = "same" | "inexact";

/** Operands of one dtype and one shape. @throws ShapeError, DTypeError */
export function promote(name: string, xs: readonly TensorLike[], how: Promotion = "same"): Tensor[] {
  const { operands, type } = promoteTypesOnly(name, xs, how);
  const shape = broadcastShapes(
    name,
    operands.map((x) => (isScalar(x) ? [] : x.shape)),
  );
  const spread = operands.map((x) =>
    isScalar(x) ? literalAs(name, x, shape, type) : broadcastTo(name, castTo(name, x, type), shape),
  );
  return scalarsFollow(operands, spread);
}

/** Operands of one dtype, each in its own shape. @throws DTypeError */
export function promoteDTypes(name: string, xs: readonly TensorLike[], how: Promotion = "same"): Tensor[] {
  const { operands, type } = promoteTypesOnly(name, xs, how);
  return operands.map((x) => (isScalar(x) ? literalAs(name, x, [], type) : castTo(name, x, type)));
}

function promoteTypesOnly(name: string, xs: readonly TensorLike[], how: Promotion) {
  const operands = xs.map((x) => (isScalar(x) ? x : tensorOf(x, name)));
  const joined = typeOfAll(operands);
  const type = how === "inexact" ? { dtype: inexact(joined.dtype), weakType: joined.weakType } : joined;
  return { operands, type };
}

/** `x` as `type`; a weak operand beside strong ones is left weak when its dtype fits. */
function castTo(name: string, x: Tensor, type: Typed): Tensor {
  if (x.dtype === type.dtype && (x.weakType || !type.weakType)) return x;
  return x instanceof Literal ? literalAs(name, x.value, x.shape, type) : convert(x, type.dtype, type.weakType);
}

/** A literal of a host value. @throws DTypeError for an integer that does not fit */
export function literalAs(name: string, value: Scalar, shape: readonly number[], type: Typed): Literal {
  const { dtype, weakType } = type;
  return new Literal(fitted(name, value, dtype), avalOf(shape, dtype, weakType));
}

function fitted(name: string, value: Scalar, dtype: DType): Scalar {
  if (dtype === "bool") return Boolean(value);
  if (isInexact(dtype)) return Number(value);
  const number = typeof value === "boolean" ? Number(value) : value;
  if (typeof number === "number" && !Number.isInteger(number))
    throw new DTypeError(`${name}: got ${number} for ${dtype}, expected a whole number. Use a float dtype.`);
  if (number < minValue(dtype) || number > maxValue(dtype))
    throw new DTypeError(
      `${name}: ${number} does not fit into ${dtype} (${minValue(dtype)} to ${maxValue(dtype)}). ` +
        "Convert the tensor beside it to a wider dtype with astype.",
    );
  return isBigInteger(dtype) ? BigInt(number) : Number(number);
}

/** NumPy's common shape: aligned from the right, sizes equal or 1. @throws ShapeError naming all shapes */
export function broadcastShapes(name: string, shapes: readonly (readonly number[])[]): readonly number[] {
  const first = shapes[0] ?? [];
  if (shapes.every((s) => sameShape(s, first))) return first;
  const rank = Math.max(...shapes.map((s) => s.length));
  return Array.from({ length: rank }, (_, d) => {
    let size = 1;
    for (const shape of shapes) {
      const n = shape[d - rank + shape.length] ?? 1;
      if (n === 1 || n === size) continue;
      if (size !== 1)
        throw new ShapeError(
          `${name}: got shapes ${shapes.map((s) => `[${s.join(",")}]`).join(" and ")}, which do not broadcast: sizes ${size} ` +
            `and ${n} meet in dimension ${d - rank}. Expected equal sizes or 1, aligned from the right; insert a dimension ` +
            "with np.expandDims, or reshape one of them.",
        );
      size = n;
    }
    return size;
  });
}

/** `x` repeated to `shape` by NumPy's rule. @throws ShapeError */
export function broadcastTo(name: string, x: Tensor, shape: readonly number[]): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const offset = shape.length - x.ndim;
  if (offset < 0 || x.shape.some((n, d) => n !== 1 && n !== shape[d + offset]))
    throw new ShapeError(
      `${name}: got shape [${x.shape}], which does not broadcast to [${shape}]. Expected equal sizes or 1, aligned from ` +
        "the right.",
    );
  if (x instanceof Literal) return new Literal(x.value, withShape(x.aval, shape));
  return broadcastInDim(
    x,
    shape,
    x.shape.map((_, d) => d + offset),
  );
}

/** As `cast`, for a user who asks for it: warns, once, where imaginary parts are lost. */
export function castAsAsked(name: string, x: Tensor, dtype: DType): Tensor {
  if (isComplex(x.dtype) && !isComplex(dtype) && dtype !== "bool")
    warn(`${name}: casting ${x.dtype} to ${dtype} discards the imaginary part. Take np.real or np.imag first.`);
  return cast(x, dtype);
}

/** `x` as `dtype`, strongly typed; booleans are "not zero". Literals stay literals where the value fits. */
export function cast(x: Tensor, dtype: DType): Tensor {
  if (dtype === "bool" && isComplex(x.dtype)) return truth(x);
  if (x instanceof Literal && (isInexact(dtype) || (dtype === "bool" && typeof x.value === "boolean"))) {
    // A strong constant has the digits of its own dtype.
    const value = typeof x.value === "number" && !x.weakType ? roundTo(x.dtype, x.value) : x.value;
    return new Literal(isInexact(dtype) ? Number(value) : value, avalOf(x.shape, dtype));
  }
  if (x instanceof Literal && isInteger(x.dtype) && isInteger(dtype)) {
    const value = x.value as number | bigint;
    if (value >= minValue(dtype) && value <= maxValue(dtype))
      return new Literal(fitted("astype", x.value, dtype), avalOf(x.shape, dtype));
  }
  return x.dtype === dtype && !x.weakType ? x : x.dtype === dtype ? asStrong(x) : convert(x, dtype);
}

function asStrong(x: Tensor): Tensor {
  return x instanceof Literal ? new Literal(x.value, strong(x.aval)) : convert(x, x.dtype);
}

/** "Not zero", as bool. */
export function truth(x: TensorLike, name = "logical"): Tensor {
  const t = tensorOf(x, name);
  return t.dtype === "bool" ? t : compare(t, "NE", zeroOf(t.dtype));
}

/**
 * `f`, freeing on return every tensor that it made and does not return. Only outside traces: a trace may hold on to
 * what was made inside.
 */
export function owning<F extends object>(f: F): F {
  const run = f as unknown as (...args: unknown[]) => unknown;
  const owner = (...args: unknown[]): unknown =>
    hasAmbient() || args.some(holdsTracer) ? run(...args) : withScope(() => run(...args), returned);
  return Object.defineProperty(owner, "name", { value: run.name }) as unknown as F;
}
function holdsTracer(value: unknown): boolean {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return false;
  if (value instanceof Tensor) return value instanceof Tracer;
  return (Array.isArray(value) ? value : Object.values(value)).some(holdsTracer);
}
const returned = (result: unknown): ReadonlySet<object> =>
  new Set((Array.isArray(result) ? result : [result]).filter((t) => t instanceof Tensor));
