// Products: of matrices and vectors, along given axes, diagonals and traces.
import { type DType, isComplex } from "../../core/dtype.ts";
import { ShapeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { add, mul } from "../../ops/binary.ts";
import { eq, select } from "../../ops/compare.ts";
import { conj } from "../../ops/complex.ts";
import { dotGeneral } from "../../ops/dot.ts";
import { zeroOf } from "../../ops/literal.ts";
import { expandDims, iota, pad, reshape, squeeze } from "../../ops/shape.ts";
import { contractAll, type Named, type ProductOptions } from "../einsum.ts";
import { ellipsis, at as read } from "../indexing.ts";
import { broadcastShapes, broadcastTo, cast, owning, promoteDTypes, settle, tensorOf } from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { axesOf, integer } from "./axes.ts";
import { multiply, subtract } from "./binary.ts";
import { zerosLike } from "./create.ts";
import { stack } from "./join.ts";
import { sum } from "./reduce.ts";
import { moveaxis } from "./shape.ts";

export { type ContractionPath, type EinsumOptions, einsum, einsumPath, type ProductOptions } from "../einsum.ts";

type Product = (x: TensorLike, y: TensorLike, options?: ProductOptions) => Tensor;

/** Truth values are multiplied as int32, and any sum is true. */
function typed(name: string, x: TensorLike, y: TensorLike, body: (a: Tensor, b: Tensor) => Tensor): Tensor {
  const [a, b] = promoteDTypes(name, [x, y]) as [Tensor, Tensor];
  if (a.dtype !== "bool") return settle(body(a, b));
  return settle(cast(body(cast(a, "int32"), cast(b, "int32")), "bool"));
}
const dotOptions = (o: ProductOptions, a: Tensor) => ({
  precision: o.precision,
  dtype: o.preferredElementType ?? a.dtype,
});

/**
 * `[..., n, k] · [..., k, m]`, leading dimensions broadcast; a vector counts as a row on the left, a column on the
 * right, and its dimension goes. @throws ShapeError
 */
export const matmul: Product = owning((x, y, options = {}) =>
  typed("matmul", x, y, (a, b) => {
    if (a.ndim === 0 || b.ndim === 0)
      throw new ShapeError(`matmul: got shapes [${a.shape}] and [${b.shape}], expected no scalars. Use np.mul.`);
    const left = ["k", "n"].slice(0, Math.min(2, a.ndim)).reverse();
    const right = b.ndim === 1 ? ["k"] : ["k", "m"];
    return named("matmul", a, left, b, right, [...(a.ndim > 1 ? ["n"] : []), ...(b.ndim > 1 ? ["m"] : [])], options);
  }),
);

/** Operands whose last dimensions have names and whose leading ones broadcast. */
function named(
  name: string,
  a: Tensor,
  left: readonly string[],
  b: Tensor,
  right: readonly string[],
  output: readonly string[],
  options: ProductOptions,
): Tensor {
  const lead = (t: Tensor, names: readonly string[]) => t.shape.slice(0, t.ndim - names.length);
  const [leadA, leadB] = [lead(a, left), lead(b, right)];
  const sizes = new Map<string, number>();
  for (const [t, names] of [[a, left] as const, [b, right] as const])
    names.forEach((n, i) => {
      const size = t.shape[t.ndim - names.length + i]!;
      if ((sizes.get(n) ?? size) !== size)
        throw new ShapeError(
          `${name}: got shapes [${a.shape}] and [${b.shape}]; sizes ${sizes.get(n)} and ${size} meet in the product, ` +
            "expected equal ones. Transpose or reshape one of them.",
        );
      sizes.set(n, size);
    });
  const common = broadcastShapes(name, [leadA, leadB]);
  const batch = common.map((n, d) => {
    sizes.set(`b${d}`, n);
    return `b${d}`;
  });
  const operand = (t: Tensor, dims: readonly number[], names: readonly string[]): Named => {
    const offset = common.length - dims.length;
    const units = dims.flatMap((n, d) => (n === 1 ? [d] : []));
    const kept = dims.flatMap((n, d) => (n === 1 ? [] : [batch[d + offset]!]));
    return { tensor: squeeze(t, units), names: [...kept, ...names] };
  };
  const shown = batch.filter((_, d) => common[d] !== 1);
  const product = contractAll(
    [operand(a, leadA, left), operand(b, leadB, right)],
    [...shown, ...output],
    sizes,
    options,
  );
  return reshape(product, [...common, ...output.map((n) => sizes.get(n)!)]);
}

/** The last dimension of `x` with the last but one of `y` (its only one); scalars multiply. */
export const dot: Product = owning((x, y, options = {}) =>
  typed("dot", x, y, (a, b) => {
    if (a.ndim === 0 || b.ndim === 0) {
      const shape = broadcastShapes("dot", [a.shape, b.shape]);
      return mul(broadcastTo("dot", a, shape), broadcastTo("dot", b, shape));
    }
    return dotGeneral(a, b, [[a.ndim - 1], [Math.max(0, b.ndim - 2)]], [[], []], dotOptions(options, a));
  }),
);
const conjugate = (t: Tensor): Tensor => (isComplex(t.dtype) ? conj(t) : t);

/** The product of all elements of `x`, conjugated, with all of `y`, summed. */
export const vdot: Product = owning((x, y, options) => {
  const [a, b] = [conjugate(tensorOf(x, "vdot")), tensorOf(y, "vdot")];
  return dot(reshape(a, [a.size]), reshape(b, [b.size]), options);
});
/** The last dimension of `x` with the last of `y`; scalars multiply. */
export const inner: Product = owning((x, y, options = {}) =>
  typed("inner", x, y, (a, b) => {
    if (a.ndim === 0 || b.ndim === 0) return tensorOf(multiply(a, b), "inner");
    return dotGeneral(a, b, [[a.ndim - 1], [b.ndim - 1]], [[], []], dotOptions(options, a));
  }),
);
/** Products of every element of `x` with every element of `y`. */
export const outer: Product = owning((x, y) => {
  const [a, b] = [tensorOf(x, "outer"), tensorOf(y, "outer")];
  return multiply(reshape(a, [a.size, 1]), reshape(b, [1, b.size]));
});
/** Vectors along the last dimension multiplied and summed, `x` conjugated, leading dimensions broadcast. */
export const vecdot: Product = owning((x, y, options = {}) =>
  typed("vecdot", x, y, (a, b) => named("vecdot", conjugate(a), ["k"], b, ["k"], [], options)),
);
/** `[..., n, k] · [..., k]` */
export const matvec: Product = owning((x, y, options = {}) =>
  typed("matvec", x, y, (a, b) => named("matvec", a, ["n", "k"], b, ["k"], ["n"], options)),
);
/** `[..., k] · [..., k, m]`, the vector conjugated. */
export const vecmat: Product = owning((x, y, options = {}) =>
  typed("vecmat", x, y, (a, b) => named("vecmat", conjugate(a), ["k"], b, ["k", "m"], ["m"], options)),
);

/** Contracts the last `axes` dimensions of `x` with the first of `y`, or the listed ones pair by pair. */
export const tensordot = owning(function tensordot(
  x: TensorLike,
  y: TensorLike,
  axes: number | readonly [number | readonly number[], number | readonly number[]] = 2,
  options: ProductOptions = {},
): Tensor {
  return typed("tensordot", x, y, (a, b) => {
    if (typeof axes === "number") {
      const n = integer(axes, "tensordot: axes");
      if (n < 0 || n > Math.min(a.ndim, b.ndim))
        throw new ShapeError(`tensordot: got ${n} axes for shapes [${a.shape}] and [${b.shape}].`);
      const count = Array.from({ length: n }, (_, i) => i);
      return dotGeneral(a, b, [count.map((i) => a.ndim - n + i), count], [[], []], dotOptions(options, a));
    }
    const pair = [axesOf("tensordot", axes[0], a.ndim), axesOf("tensordot", axes[1], b.ndim)] as const;
    return dotGeneral(a, b, pair, [[], []], dotOptions(options, a));
  });
});
/** Kronecker's product: blocks of `y` scaled by the elements of `x`. */
export const kron = owning(function kron(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = promoteDTypes("kron", [x, y]) as [Tensor, Tensor];
  const rank = Math.max(a.ndim, b.ndim);
  const full = (t: Tensor) => [...Array<number>(rank - t.ndim).fill(1), ...t.shape];
  const [sa, sb] = [full(a), full(b)];
  const product = multiply(
    reshape(
      a,
      sa.flatMap((n) => [n, 1]),
    ),
    reshape(
      b,
      sb.flatMap((n) => [1, n]),
    ),
  );
  return settle(
    reshape(
      tensorOf(product, "kron"),
      sa.map((n, d) => n * sb[d]!),
    ),
  );
});
export interface CrossOptions {
  /** Where the vectors lie in `x`, in `y` and in the result; the last dimension by default. */
  readonly axisa?: number;
  readonly axisb?: number;
  readonly axisc?: number;
  /** For all three. */
  readonly axis?: number | null;
}
/** The vector product of vectors of size 3; a vector of size 2 has 0 as third, and two of them give a scalar. */
export const cross = owning(function cross(x: TensorLike, y: TensorLike, axis: number | CrossOptions = {}): Tensor {
  const options = typeof axis === "number" ? { axis } : axis;
  const place = (own: number | undefined) => options.axis ?? own ?? -1;
  const [a, b] = promoteDTypes("cross", [x, y]).map((t, i) =>
    moveaxis(t, place(i === 0 ? options.axisa : options.axisb), -1),
  ) as [Tensor, Tensor];
  const [n, m] = [a.shape.at(-1), b.shape.at(-1)];
  if (![n, m].every((s) => s === 2 || s === 3))
    throw new ShapeError(`cross: got vectors of sizes ${n} and ${m}, expected 2 or 3.`);
  const part = (t: Tensor, i: number) => read(t, [ellipsis, i]);
  const flat = n === 2 && m === 2;
  const wide = (t: Tensor) =>
    flat || t.shape.at(-1) === 3 ? t : stack([part(t, 0), part(t, 1), zerosLike(part(t, 0))], -1);
  const [u, v] = [wide(a), wide(b)];
  const minor = (i: number, j: number) => subtract(multiply(part(u, i), part(v, j)), multiply(part(u, j), part(v, i)));
  if (flat) return minor(0, 1);
  return moveaxis(stack([minor(1, 2), minor(2, 0), minor(0, 1)], -1), -1, place(options.axisc));
});

/** Elements with column − row = `offset` in the plane of two axes, as a last dimension. */
export const diagonal = owning(function diagonal(x: TensorLike, offset = 0, axis1 = 0, axis2 = 1): Tensor {
  const given = tensorOf(x, "diagonal");
  const t = moveaxis(given, [axis1, axis2], [-2, -1]);
  const [rows, columns] = t.shape.slice(-2) as [number, number];
  const n = Math.max(0, Math.min(rows + Math.min(offset, 0), columns - Math.max(offset, 0)));
  const places = (start: number) => Int32Array.from({ length: n }, (_, i) => start + i);
  return read(t, [ellipsis, places(Math.max(-offset, 0)), places(Math.max(offset, 0))]);
});
/** A vector as the `k`-th diagonal of a square matrix, or the `k`-th diagonal of a matrix. */
export const diag = owning(function diag(x: TensorLike, k = 0): Tensor {
  const t = tensorOf(x, "diag");
  if (t.ndim === 2) return diagonal(t, k);
  if (t.ndim !== 1) throw new ShapeError(`diag: got shape [${t.shape}], expected one or two dimensions.`);
  const n = t.size + Math.abs(k);
  const shape = [n, n];
  const padded = pad(t, zeroOf(t.dtype), [Math.max(-k, 0)], [Math.max(k, 0)]);
  const row = iota("int32", shape, 0);
  const on = eq(iota("int32", shape, 1), k === 0 ? row : add(row, k));
  const wide = broadcastTo("diag", expandDims(padded, [1]), shape);
  return settle(select(on, wide, zeroOf(t.dtype)));
});
/** The flattened elements as the `k`-th diagonal of a square matrix. */
export const diagflat = owning(
  (x: TensorLike, k = 0): Tensor => diag(reshape(tensorOf(x, "diagflat"), [tensorOf(x, "diagflat").size]), k),
);
/** The sum of the diagonal, of `dtype` if that is given. */
export const trace = owning(
  (x: TensorLike, offset = 0, axis1 = 0, axis2 = 1, options: { readonly dtype?: DType } = {}): Tensor =>
    sum(diagonal(x, offset, axis1, axis2), -1, options),
);

/** Coordinate matrices of vectors: one dimension for each, the first two exchanged for `indexing: "xy"` (the default). */
export const meshgrid = owning(function meshgrid(
  ...args: readonly (TensorLike | { readonly indexing?: "xy" | "ij"; readonly sparse?: boolean })[]
): Tensor[] {
  const last = args.at(-1);
  const plain = typeof last === "object" && Object.getPrototypeOf(last) === Object.prototype;
  const { indexing = "xy", sparse = false } = (plain ? last : {}) as { indexing?: "xy" | "ij"; sparse?: boolean };
  const vectors = (plain ? args.slice(0, -1) : args).map((v) => tensorOf(v as TensorLike, "meshgrid"));
  const rank = vectors.length;
  const place = (i: number) => (indexing === "xy" && rank > 1 && i < 2 ? 1 - i : i);
  const shape = Array<number>(rank).fill(1);
  vectors.forEach((v, i) => {
    if (v.ndim > 1) throw new ShapeError(`meshgrid: got shape [${v.shape}], expected vectors.`);
    shape[place(i)] = v.size;
  });
  return vectors.map((v, i) => {
    const line = reshape(
      v,
      shape.map((_, d) => (d === place(i) ? v.size : 1)),
    );
    return settle(sparse ? line : broadcastTo("meshgrid", line, shape));
  });
});
