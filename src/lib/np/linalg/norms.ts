// np.linalg: norms of vectors and matrices, condition, rank.
import { epsilon } from "../../../core/dtype.ts";
import { ShapeError } from "../../../core/errors.ts";
import type { Tensor } from "../../../core/tensor.ts";
import { and, div, max, mul, pow } from "../../../ops/binary.ts";
import { compare, gt, ne, select } from "../../../ops/compare.ts";
import { like } from "../../../ops/literal.ts";
import { absSquare } from "../../../ops/matrix.ts";
import { reduceMax, reduceMin, reduceOr, reduceSum } from "../../../ops/reduce.ts";
import { broadcastInDim, expandDims } from "../../../ops/shape.ts";
import { abs, convert, not, sqrt } from "../../../ops/unary.ts";
import { owning, promoteDTypes, settle, tensorOf } from "../../promote.ts";
import type { TensorLike } from "../../types.ts";
import { axesOf } from "../axes.ts";
import { moveaxis } from "../shape.ts";
import { eigvalsh, svdvals } from "./factor.ts";
import { matrices } from "./matrices.ts";
import { inv } from "./solve.ts";

/** Of vectors any number; of matrices "fro", "nuc", ±1, ±2 and ±Infinity. */
export type NormOrder = number | "fro" | "f" | "nuc";
export interface NormOptions {
  readonly ord?: NormOrder | null;
  readonly axis?: number | readonly number[] | null;
  /** Reduced dimensions stay with size 1. */
  readonly keepdims?: boolean;
}

const floating = (name: string, x: TensorLike): Tensor => promoteDTypes(name, [x], "inexact")[0]!;
const restore = (t: Tensor, axes: readonly number[], keepdims: boolean | undefined) =>
  settle(keepdims ? expandDims(t, axes) : t);

/**
 * The norm of a vector (one axis) or a matrix (two axes). Without `ord` and `axis` the root of the sum of all squares,
 * else the 2-norm of vectors and the Frobenius norm of matrices. The options may take the place of `ord`.
 * @throws ShapeError for an order that there is not, or more than two axes
 */
export const norm = owning(function norm(
  x: TensorLike,
  ord?: NormOrder | null | NormOptions,
  axis?: number | readonly number[] | null,
  keepdims?: boolean,
): Tensor {
  const o: NormOptions =
    typeof ord === "object" && ord !== null
      ? ord
      : { ord: ord ?? null, axis: axis ?? null, keepdims: keepdims ?? false };
  const t = floating("norm", x);
  const axes = axesOf("norm", o.axis, t.ndim);
  const order = o.ord ?? null;
  if ((o.axis ?? null) === null && order === null)
    return restore(sqrt(reduceSum(absSquare(t), axes)), axes, o.keepdims);
  if (axes.length === 1) return vectorOf(t, order ?? 2, axes, o.keepdims);
  if (axes.length !== 2)
    throw new ShapeError(
      `norm: got ${axes.length} axes for shape [${t.shape}], expected one for vectors or two for matrices.`,
    );
  return matrixOf(t, order ?? "fro", axes as [number, number], o.keepdims);
});

function vectorOf(t: Tensor, ord: NormOrder, axes: readonly number[], keepdims: boolean | undefined): Tensor {
  if (typeof ord === "string")
    throw new ShapeError(`norm: got order "${ord}" for vectors, expected a number. Matrix norms need two axes.`);
  const size = abs(t);
  const value = (): Tensor => {
    if (ord === 2) return sqrt(reduceSum(absSquare(t), axes));
    if (ord === Number.POSITIVE_INFINITY) return max(reduceMax(size, axes), 0);
    if (ord === Number.NEGATIVE_INFINITY) return reduceMin(size, axes);
    if (ord === 0) return reduceSum(convert(ne(t, 0), size.dtype), axes);
    if (ord === 1) return reduceSum(size, axes);
    const total = reduceSum(pow(size, ord), axes);
    return pow(total, 1 / ord);
  };
  return restore(value(), axes, keepdims);
}

function matrixOf(t: Tensor, ord: NormOrder, axes: readonly [number, number], keepdims: boolean | undefined): Tensor {
  const [row, column] = axes;
  /** Sums of sizes along one axis, then the extreme along the other. */
  const extreme = (along: number, other: number, largest: boolean) => {
    const sums = reduceSum(abs(t), [along]);
    const at = [other > along ? other - 1 : other];
    return largest ? max(reduceMax(sums, at), 0) : reduceMin(sums, at);
  };
  const singular = () => svdvals(moveaxis(t, axes, [-2, -1]));
  const last = t.ndim - 2;
  const value = (): Tensor => {
    switch (ord) {
      case "fro":
      case "f":
        return sqrt(reduceSum(absSquare(t), axes));
      case 1:
        return extreme(row, column, true);
      case -1:
        return extreme(row, column, false);
      case Number.POSITIVE_INFINITY:
        return extreme(column, row, true);
      case Number.NEGATIVE_INFINITY:
        return extreme(column, row, false);
      case 2:
        return max(reduceMax(singular(), [last]), 0);
      case -2:
        return reduceMin(singular(), [last]);
      case "nuc":
        return reduceSum(singular(), [last]);
      default:
        throw new ShapeError(
          `norm: got order ${String(ord)} for matrices, expected "fro", "nuc", 1, -1, 2, -2, Infinity or -Infinity.`,
        );
    }
  };
  return restore(value(), axes, keepdims);
}

/** The norm of vectors along `axis` (all elements by default). */
export const vectorNorm = owning(function vectorNorm(x: TensorLike, options: NormOptions = {}): Tensor {
  const t = floating("vectorNorm", x);
  const axes = axesOf("vectorNorm", options.axis, t.ndim);
  return vectorOf(t, options.ord ?? 2, axes, options.keepdims);
});

/** The norm of matrices in the last two dimensions. */
export const matrixNorm = owning(function matrixNorm(x: TensorLike, options: Omit<NormOptions, "axis"> = {}): Tensor {
  const t = matrices("matrixNorm", x);
  return matrixOf(t, options.ord ?? "fro", [t.ndim - 2, t.ndim - 1], options.keepdims);
});

/** How much an error of the right side may grow: ‖x‖ ‖x⁻¹‖, by the 2-norm unless `p` says otherwise. */
export const cond = owning(function cond(x: TensorLike, p: NormOrder | null = null): Tensor {
  const t = matrices("cond", x);
  const [m, n] = t.shape.slice(-2) as [number, number];
  if (m === 0 || n === 0) throw new ShapeError(`cond: got shape [${t.shape}], expected matrices that are not empty.`);
  const last = t.ndim - 2;
  const axes = [t.ndim - 2, t.ndim - 1] as const;
  const extremes = () => {
    const s = svdvals(t);
    return [reduceMax(s, [last]), reduceMin(s, [last])] as const;
  };
  if (p === null || p === 2) {
    const [largest, smallest] = extremes();
    return settle(div(largest, smallest));
  }
  if (p !== -2 && m !== n)
    throw new ShapeError(`cond: got shape [${t.shape}] with p = ${p}, expected square matrices.`);
  const ratio = () => {
    if (p !== -2) return mul(matrixOf(t, p, axes, false), matrixOf(inv(t), p, axes, false));
    const [largest, smallest] = extremes();
    return div(smallest, largest);
  };
  const r = ratio();
  const whole = not(reduceOr(compare(t, "NE", t), [...axes]));
  return settle(select(and(compare(r, "NE", r), whole), like(r, Number.POSITIVE_INFINITY), r));
});

export interface MatrixRankOptions {
  /** Singular values above this count; by default the largest times max(m, n) ε. */
  readonly rtol?: TensorLike | null;
  readonly hermitian?: boolean;
}
/** How many singular values are not zero, as int32. As JAX, `rtol` is compared with the singular values themselves. */
export const matrixRank = owning(function matrixRank(x: TensorLike, options: MatrixRankOptions = {}): Tensor {
  const t = floating("matrixRank", x);
  if (t.ndim < 2) return settle(convert(reduceOr(ne(t, 0), [...t.shape.keys()]), "int32"));
  const s = options.hermitian ? abs(eigvalsh(t)) : svdvals(t);
  const last = s.ndim - 1;
  const given = options.rtol ?? null;
  const size = Math.max(...t.shape.slice(-2));
  const limit =
    given === null
      ? mul(reduceMax(s, [last]), size * epsilon(s.dtype))
      : convert(tensorOf(given, "matrixRank"), s.dtype);
  const wide = broadcastInDim(
    limit,
    s.shape,
    [...limit.shape.keys()].map((d) => d + s.ndim - 1 - limit.ndim),
  );
  return settle(reduceSum(convert(gt(s, wide), "int32"), [last]));
});
