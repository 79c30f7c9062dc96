// Eigenvalues and eigenvectors of symmetric and Hermitian matrices.
import { avalOf } from "../core/aval.ts";
import { realOf } from "../core/dtype.ts";
import { defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind, bind1 } from "../core/trace.ts";
import { batchFront } from "../ops/batching.ts";
import { add, div, mul, sub } from "../ops/binary.ts";
import { byGraph } from "../ops/by-graph.ts";
import { select } from "../ops/compare.ts";
import { like, splat, zerosLike } from "../ops/literal.ts";
import {
  adjoint,
  alongColumns,
  alongRows,
  asDType,
  diagonalOf,
  finiteMatrices,
  finiteOnly,
  lowerPart,
  onDiagonal,
  overMatrices,
  product,
  realPart,
  requireMatrices,
  scaled,
  transposed,
  upperPart,
} from "../ops/matrix.ts";
import { broadcastInDim } from "../ops/shape.ts";
import { rotatedUpTo } from "./conquer.ts";
import { jacobiEigen } from "./jacobi.ts";
import { reflect } from "./reflectors.ts";
import { tridiagonalEigen } from "./tridiagonal-eigen.ts";
import { tridiagonalForm } from "./tridiagonal-form.ts";

export interface EighParams {
  /** The lower triangle is read, else the upper one. */
  readonly lower: boolean;
  readonly vectors: boolean;
}
type One = readonly [Tensor];

/**
 * Operand: symmetric or Hermitian matrices. Results: orthonormal eigenvectors in columns, if asked for, and eigenvalues,
 * real and rising. The error of an
 * eigenvalue is a small multiple of n ε times the largest; all is NaN where an element is not finite.
 */
export const eighOp: Op<EighParams, One> = defineOp({
  name: "eigh",
  shape: ([x], p) => {
    requireMatrices("eigh", x, true);
    const values = avalOf(x.shape.slice(0, -1), realOf(x.dtype), x.weakType);
    return p.vectors ? [x, values] : [values];
  },
  derivative: { structured: { jvp: withTangents, linearize: withTangents } },
  transpose: null,
  batch: ({ operands: [x], dims: [d], size, params }) => {
    const results = bind(eighOp, [batchFront(x, d, size)], params);
    return { results, dims: results.map(() => 0) };
  },
  effect: "none",
  cost: "costly",
  lower: byGraph<EighParams, One>("eigh", ([x], p) => decompose(x, p)),
});
export const eigh = (x: Tensor, lower: boolean): [vectors: Tensor, values: Tensor] =>
  bind(eighOp, [x], { lower, vectors: true }) as [Tensor, Tensor];
/** The eigenvalues alone, rising. */
export const eigvalsh = (x: Tensor, lower: boolean): Tensor => bind1(eighOp, [x], { lower, vectors: false });

function decompose(x: Tensor, { lower, vectors }: EighParams): Tensor[] {
  const n = x.shape.at(-1)!;
  const real = realOf(x.dtype);
  if (n === 0) return [...(vectors ? [x] : []), splat(0, x.shape.slice(0, -1), real)];
  const half = lower ? lowerPart(x, -1) : upperPart(x, 1);
  const own = asDType(realPart(x), x.dtype);
  const whole = add(select(onDiagonal(x.shape), own, zerosLike(x)), add(half, adjoint(half)));
  const sound = select(overMatrices(finiteMatrices(whole), x.shape), whole, zerosLike(x));
  const { matrix, scale } = scaled(sound);
  const [w, v] = n <= rotatedUpTo ? jacobiEigen(matrix) : byDivision(matrix, vectors);
  const back = mul(w, broadcastInDim(scale, w.shape, [...scale.shape.keys()]));
  return [...(vectors ? [finiteOnly(v!, whole)] : []), finiteOnly(back, whole)];
}

/** Householder reflections to tridiagonal form, divide and conquer, and the reflections of the vectors. */
function byDivision(matrix: Tensor, vectors: boolean): [values: Tensor, vectors: Tensor | null] {
  const { panels, diagonal, beside } = tridiagonalForm(matrix);
  const [w, rows] = tridiagonalEigen(diagonal, beside, vectors);
  return [w, rows && reflect(panels, asDType(transposed(rows), matrix.dtype))];
}

function withTangents([x]: readonly Tensor[], [t]: readonly (Tensor | null)[], { lower, vectors }: EighParams) {
  const [v, w] = eigh(x!, lower);
  const [dv, dw] = eighTangent(t!, v, w);
  return vectors
    ? ([
        [v, w],
        [dv, dw],
      ] as const)
    : ([[w], [dw]] as const);
}

/** V̇ = V (F ∘ Vᴴ ẋ V) with Fᵢⱼ = 1 / (wⱼ − wᵢ), 0 on the diagonal; infinite where eigenvalues are equal. */
function eighTangent(t: Tensor, v: Tensor, w: Tensor): [Tensor, Tensor] {
  const n = w.shape.at(-1)!;
  const gaps = sub(alongRows(w, n), alongColumns(w, n));
  const diagonal = onDiagonal(gaps.shape);
  const f = select(diagonal, like(gaps, 0), div(like(gaps, 1), select(diagonal, like(gaps, 1), gaps)));
  const turned = product(product(adjoint(v), t), v);
  return [product(v, mul(asDType(f, t.dtype), turned)), diagonalOf(realPart(turned))];
}
