// Counted and spaced values, and the matrices made of them.
import { encodeValues } from "../../compile/encoding.ts";
import { fromBytes } from "../../compile/place.ts";
import { avalOf } from "../../core/aval.ts";
import { type DType, isInteger, realOf } from "../../core/dtype.ts";
import { ConcretizationTypeError, ShapeError } from "../../core/errors.ts";
import { Tensor } from "../../core/tensor.ts";
import { moveDim } from "../../ops/batching.ts";
import { add, div, mul, sub } from "../../ops/binary.ts";
import { compare, select } from "../../ops/compare.ts";
import { like, zeroOf } from "../../ops/literal.ts";
import { concatenate, expandDims, iota, sliceInDim } from "../../ops/shape.ts";
import { convert, floor, sign } from "../../ops/unary.ts";
import { broadcastTo, cast, literalAs, owning, promote, settle, tensorOf } from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { axisOf, type DTypeArgument, dtypeFrom, integer, shapeOf } from "./axes.ts";
import { divide, floatPower, multiply } from "./binary.ts";
import { log10 } from "./unary.ts";

/**
 * `start`, `start + step`, … before `stop`; `arange(stop)` starts at 0. int32 if all are whole numbers, else float32.
 * @throws ConcretizationTypeError for a traced bound
 */
export function arange(start: number, stop?: number, step?: number, options?: { readonly dtype?: DType }): Tensor;
export function arange(start: number, stop: number, options: { readonly dtype?: DType }): Tensor;
export function arange(stop: number, options: { readonly dtype?: DType }): Tensor;
export function arange(...args: readonly (number | { readonly dtype?: DType } | undefined)[]): Tensor {
  return counted(args);
}
const counted = owning((args: readonly (number | { readonly dtype?: DType } | undefined)[]): Tensor => {
  const last = args.at(-1);
  const options = typeof last === "object" && !(last instanceof Tensor) ? last : {};
  const numbers = args.filter((a) => a !== options && a !== undefined).map((a) => bound(a));
  const [from, to, by] = numbers.length === 1 ? [0, numbers[0]!, 1] : [numbers[0]!, numbers[1]!, numbers[2] ?? 1];
  if (by === 0) throw new ShapeError("arange: got step 0, expected another.");
  const dtype = dtypeFrom("arange", options.dtype, [from, to, by].every(Number.isInteger) ? "int32" : "float32");
  const size = Math.max(0, Math.ceil((to - from) / by));
  if (isInteger(dtype) && Number.isInteger(from) && Number.isInteger(by)) {
    const number = (n: number) => literalAs("arange", n, [size], { dtype, weakType: false });
    if (size > 0) number(from + (size - 1) * by);
    let places = iota(dtype, [size]);
    if (by !== 1) places = mul(places, number(by));
    return from === 0 ? places : add(places, number(from));
  }
  const values = Array.from({ length: size }, (_, i) => from + i * by);
  return fromBytes(encodeValues(isInteger(dtype) ? values.map(Math.trunc) : values, dtype), avalOf([size], dtype));
});
function bound(value: unknown): number {
  if (value instanceof Tensor) return integer(value, "arange: a bound", ConcretizationTypeError);
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new ShapeError(`arange: got ${String(value)} as a bound, expected a finite number.`);
}

interface SpaceOptions {
  readonly endpoint?: boolean;
  readonly dtype?: DType | undefined;
  readonly axis?: number;
}

/**
 * `num` evenly spaced values from `start` to `stop`, `stop` included unless `endpoint` is false; a new axis. With `retstep`
 * also their distance.
 */
export function linspace(
  start: TensorLike,
  stop: TensorLike,
  num: number,
  options: SpaceOptions & { readonly retstep: true },
): [samples: Tensor, step: Tensor];
export function linspace(start: TensorLike, stop: TensorLike, num?: number, options?: SpaceOptions): Tensor;
export function linspace(
  start: TensorLike,
  stop: TensorLike,
  num = 50,
  options: SpaceOptions & { readonly retstep?: boolean } = {},
): Tensor | [Tensor, Tensor] {
  const both = spaced("linspace", start, stop, num, options);
  return options.retstep ? (both as [Tensor, Tensor]) : both[0]!;
}
const spaced = owning(
  (name: string, start: TensorLike, stop: TensorLike, num: number, options: SpaceOptions & { retstep?: boolean }) => {
    const n = integer(num, `${name}: num`, ConcretizationTypeError);
    if (n < 0) throw new ShapeError(`${name}: got num ${n}, expected 0 or more.`);
    const [a, b] = promote(name, [start, stop], "inexact") as [Tensor, Tensor];
    const dtype = dtypeFrom(name, options.dtype, a.dtype);
    const steps = options.endpoint === false ? n : n - 1;
    const shape = [n, ...a.shape];
    const [from, to] = [a, b].map((t) => broadcastTo(name, expandDims(t, [0]), shape)) as [Tensor, Tensor];
    let y = from;
    if (n > 1) {
      const part = cast(div(iota(realOf(a.dtype), shape), steps), a.dtype);
      const mixed = add(mul(from, sub(like(part, 1), part)), mul(to, part));
      // The end is the one asked for, to the bit.
      const end = broadcastTo(name, expandDims(b, [0]), [1, ...b.shape]);
      y = options.endpoint === false ? mixed : concatenate([sliceInDim(mixed, 0, n - 1, 0), end], 0);
    }
    if (isInteger(dtype) && dtype !== y.dtype) y = floor(y);
    const axis = axisOf(name, options.axis ?? 0, shape.length);
    const samples = settle(moveDim(cast(y, dtype), 0, axis));
    if (!options.retstep) return [samples];
    const wide = sub(b, a);
    return [samples, settle(steps > 0 ? div(wide, steps) : like(wide, Number.NaN))];
  },
);

/** `num` values from `base`^`start` to `base`^`stop`, evenly spaced in their logarithm. */
export const logspace = owning(function logspace(
  start: TensorLike,
  stop: TensorLike,
  num = 50,
  options: SpaceOptions & { readonly base?: TensorLike } = {},
): Tensor {
  const exponents = linspace(start, stop, num, { ...options, dtype: undefined });
  const y = floatPower(options.base ?? 10, exponents);
  return settle(cast(y, dtypeFrom("logspace", options.dtype, y.dtype)));
});
/** `num` values from `start` to `stop`, each the same multiple of the one before; both of one sign. */
export const geomspace = owning(function geomspace(
  start: TensorLike,
  stop: TensorLike,
  num = 50,
  options: SpaceOptions = {},
): Tensor {
  const [a, b] = promote("geomspace", [start, stop], "inexact") as [Tensor, Tensor];
  const dtype = dtypeFrom("geomspace", options.dtype, a.dtype);
  const side = sign(a);
  const of = (t: Tensor) => log10(divide(t, side));
  const sizes = logspace(of(a), of(b), num, { endpoint: options.endpoint ?? true });
  const y = multiply(side, sizes);
  return settle(moveDim(cast(y, dtype), 0, axisOf("geomspace", options.axis ?? 0, y.ndim)));
});
/** Ones on the `k`-th diagonal of an `n` × `m` matrix, zeros elsewhere; float32 unless `dtype` says otherwise. */
export const eye = owning(function eye(n: number, m: number = n, k = 0, dtype?: DTypeArgument): Tensor {
  const shape = shapeOf("eye", [n, m]);
  const on = onDiagonal(shape, integer(k, "eye: k"), "EQ");
  return settle(convert(on, dtypeFrom("eye", dtype, "float32")));
});
export const identity = owning((n: number, dtype?: DTypeArgument): Tensor => eye(n, n, 0, dtype));

/** Mask over the last two dimensions: column − row compared with `k`. */
function onDiagonal(shape: readonly number[], k: number, direction: "EQ" | "LE" | "GE"): Tensor {
  const rank = shape.length;
  const row = iota("int32", shape, rank - 2);
  const column = iota("int32", shape, rank - 1);
  return compare(column, direction, k === 0 ? row : add(row, k));
}

/** Ones at and below the `k`-th diagonal. */
export const tri = owning(function tri(n: number, m: number = n, k = 0, dtype?: DTypeArgument): Tensor {
  const shape = shapeOf("tri", [n, m]);
  return settle(convert(onDiagonal(shape, integer(k, "tri: k"), "LE"), dtypeFrom("tri", dtype, "float32")));
});
const triangle = (name: string, direction: "LE" | "GE") =>
  owning((x: TensorLike, k = 0): Tensor => {
    const t = tensorOf(x, name);
    if (t.ndim < 2) throw new ShapeError(`${name}: got shape [${t.shape}], expected two dimensions or more.`);
    const kept = onDiagonal(t.shape, integer(k, `${name}: k`), direction);
    return settle(select(kept, t, zeroOf(t.dtype)));
  });
/** `x` with zeros above the `k`-th diagonal of its last two dimensions. */
export const tril = triangle("tril", "LE");
/** `x` with zeros below the `k`-th diagonal of its last two dimensions. */
export const triu = triangle("triu", "GE");
