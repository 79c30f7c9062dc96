// Householder reflections I − τ v vᴴ: one from a vector, and the product of many applied by matrix products.
import { type DType, isComplex, realOf } from "../core/dtype.ts";
import type { Tensor } from "../core/tensor.ts";
import { add, div, mul, or, sub } from "../ops/binary.ts";
import { eq, gt, lt, select } from "../ops/compare.ts";
import { complex } from "../ops/complex.ts";
import { dotGeneral } from "../ops/dot.ts";
import { dynamicSlice, dynamicUpdateSlice } from "../ops/dynamic.ts";
import { like, zerosLike } from "../ops/literal.ts";
import {
  absSquare,
  adjoint,
  alongColumns,
  alongRows,
  asDType,
  conjugated,
  imagPart,
  onDiagonal,
  partSize,
  product,
  realPart,
  upperPart,
} from "../ops/matrix.ts";
import { reduceMax, reduceSum } from "../ops/reduce.ts";
import { broadcastInDim, concatenate, iota, reshape, sliceInDim } from "../ops/shape.ts";
import { triangularSolve } from "../ops/triangular.ts";
import { neg, not, sqrt } from "../ops/unary.ts";
import { repeat } from "./repeat.ts";

const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const batch = (x: Tensor) => range(x.ndim - 2);

/** Matrices [..., m, n] times vectors [..., n]. */
export const timesVector = (a: Tensor, x: Tensor): Tensor =>
  dotGeneral(a, x, [[a.ndim - 1], [x.ndim - 1]], [batch(a), batch(a)], { precision: "highest" });
/** The adjoints of matrices [..., m, n] times vectors [..., m]. */
export const adjointTimes = (a: Tensor, x: Tensor): Tensor =>
  conjugated(
    dotGeneral(a, conjugated(x), [[a.ndim - 2], [x.ndim - 1]], [batch(a), batch(a)], { precision: "highest" }),
  );

/** Beside 1 this is zero, and its square would be less than the smallest number. */
export const negligible = (dtype: DType): number => (realOf(dtype) === "float32" ? 1e-30 : 1e-290);

/** One value for each vector of [..., n], repeated. */
export const overVectors = (x: Tensor, vectors: Tensor): Tensor => broadcastInDim(x, vectors.shape, range(x.ndim));

/** x yᴴ. */
export function outer(x: Tensor, y: Tensor): Tensor {
  return mul(alongColumns(x, y.shape.at(-1)!), alongRows(conjugated(y), x.shape.at(-1)!));
}

export interface Reflection {
  /** [..., n]: one at `pivot`, zero outside `tail` and there. */
  readonly v: Tensor;
  readonly tau: Tensor;
  /** What the reflection makes of the vector: this real number at the pivot, zeros in the tail. */
  readonly beta: Tensor;
}

/**
 * The reflection whose adjoint turns `x` [..., n] into β times the unit vector at `pivot`; the elements where neither
 * mask is true are neither read nor changed. β is real. As LAPACK's larfg.
 */
export function reflection(x: Tensor, pivot: Tensor, tail: Tensor): Reflection {
  const last = x.ndim - 1;
  const zero = zerosLike(x);
  const used = select(or(pivot, tail), x, zero);
  const largest = reduceMax(partSize(used), [last]);
  const some = gt(largest, negligible(x.dtype));
  const level = select(some, largest, like(largest, 1));
  // Squares of the smallest numbers would be lost, and with them what makes the reflection unitary.
  const scaled = div(used, asDType(overVectors(level, x), x.dtype));
  const alpha = reduceSum(select(pivot, scaled, zero), [last]);
  const rest = select(tail, scaled, zero);
  const alphaReal = realPart(alpha);
  const square = reduceSum(absSquare(rest), [last]);
  const away = isComplex(x.dtype) ? add(square, absSquare(imagPart(alpha))) : square;
  const nothing = or(eq(away, 0), not(some));
  const size = sqrt(add(away, absSquare(alphaReal)));
  const beta = select(nothing, alphaReal, select(lt(alphaReal, 0), size, neg(size)));
  const divisor = select(nothing, like(beta, 1), beta);
  const part = (t: Tensor) => select(nothing, zerosLike(t), div(t, divisor));
  const realTau = part(sub(beta, alphaReal));
  const tau = isComplex(x.dtype) ? complex(realTau, part(neg(imagPart(alpha)))) : realTau;
  const one = like(alpha, 1);
  const inverse = div(one, select(nothing, one, sub(alpha, asDType(beta, x.dtype))));
  const v = select(pivot, like(x, 1), mul(rest, overVectors(inverse, x)));
  return { v: select(overVectors(nothing, x), zero, v), tau, beta: mul(beta, level) };
}

/** Columns that are gathered before the rest of a matrix is brought up to date by products. */
const panelWidth = 32;
/** Matrices below this size are reduced in one piece. */
const small = 160;

/** `count` panels of `width` columns, from the column `at` on, work on the last `size` rows and columns. */
interface Piece {
  readonly at: number;
  readonly size: number;
  readonly count: number;
  readonly width: number;
}

/**
 * The columns of an n × n matrix in panels.
 * Loops have one size, so each piece leaves about half of the rows to the next. The last may have columns too many.
 */
export function panelPlan(n: number): Piece[] {
  const plan: Piece[] = [];
  let at = 0;
  while (n - at > small) {
    const count = Math.floor((n - at) / 2 / panelWidth);
    plan.push({ at, size: n - at, count, width: panelWidth });
    at += count * panelWidth;
  }
  const size = n - at;
  const width = Math.min(size, panelWidth);
  plan.push({ at, size, count: Math.ceil(size / width), width });
  return plan;
}

/** Reads and writes columns, rows and elements of matrices [..., m, k] at places that are values. */
export function columnsOf(lead: readonly number[], m: number) {
  const zero = lead.map(() => 0);
  const vector = [...lead, m];
  return {
    place: iota("int32", vector, lead.length),
    column: (x: Tensor, k: Tensor) => reshape(dynamicSlice(x, [...zero, 0, k], [...vector, 1]), vector),
    row: (x: Tensor, k: Tensor, size: number) =>
      reshape(dynamicSlice(x, [...zero, k, 0], [...lead, 1, size]), [...lead, size]),
    /** One column [..., m], or several [..., m, j], from the k-th on. */
    putColumn: (x: Tensor, k: Tensor, y: Tensor) =>
      dynamicUpdateSlice(x, y.ndim === x.ndim ? y : reshape(y, [...vector, 1]), [...zero, 0, k]),
    put: (x: Tensor, k: Tensor, y: Tensor) => dynamicUpdateSlice(x, reshape(y, [...lead, 1]), [...zero, k]),
  };
}

/** Reflections by columns: vectors [..., m, k] with their scales [..., k], in rows from `offset` on. */
export interface Panels {
  readonly vectors: Tensor;
  readonly taus: Tensor;
  readonly offset: number;
  /** Columns that are applied together. */
  readonly width: number;
}

/** The triangle T of H₁ H₂ … Hₖ = I − V T Vᴴ, inverted (Puglisi 1992). */
export function inverseTriangle(vectors: Tensor, taus: Tensor): Tensor {
  const gram = product(adjoint(vectors), vectors);
  const absent = eq(taus, 0);
  const inverse = div(like(taus, 1), select(absent, like(taus, 1), taus));
  return select(onDiagonal(gram.shape), alongColumns(inverse, gram.shape.at(-1)!), upperPart(gram, 1));
}

/** The product of all reflections times `y` [..., n, k]. */
export function reflect(pieces: readonly Panels[], y: Tensor): Tensor {
  const rows = y.ndim - 2;
  let result = y;
  for (const { vectors, taus, offset, width } of pieces.toReversed()) {
    const own = sliceInDim(result, offset, result.shape[rows]!, rows);
    const m = own.shape[rows]!;
    const count = taus.shape.at(-1)! / width;
    const lead = y.shape.slice(0, -2);
    const zero = lead.map(() => 0);
    const [turned] = repeat(
      "reflect",
      count,
      (i, t) => {
        const first = mul(sub(like(i, count - 1), i), width);
        const v = dynamicSlice(vectors, [...zero, 0, first], [...lead, m, width]);
        const tau = dynamicSlice(taus, [...zero, first], [...lead, width]);
        const options = { leftSide: true, lower: false, transposeA: false, unitDiagonal: false };
        const inner = triangularSolve(inverseTriangle(v, tau), product(adjoint(v), t), options);
        return [sub(t, product(v, inner))];
      },
      [own],
    ) as [Tensor];
    result = offset === 0 ? turned : concatenate([sliceInDim(result, 0, offset, rows), turned], rows);
  }
  return result;
}
