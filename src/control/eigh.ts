// Eigenvalues and eigenvectors of symmetric matrices.
import { withShape } from "../core/aval.ts";
import { defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind } from "../core/trace.ts";
import { batchFront } from "../ops/batching.ts";
import { add, div, min, mul, sub } from "../ops/binary.ts";
import { byGraph } from "../ops/by-graph.ts";
import { gt, select } from "../ops/compare.ts";
import { like } from "../ops/literal.ts";
import {
  alongColumns,
  alongRows,
  diagonalOf,
  finiteOnly,
  identityLike,
  lowerPart,
  onDiagonal,
  product,
  requireMatrices,
  scaled,
  sortRows,
  transposed,
  upperPart,
} from "../ops/matrix.ts";
import { reduceMax, reduceSum } from "../ops/reduce.ts";
import { broadcastInDim } from "../ops/shape.ts";
import { abs, sqrt, square } from "../ops/unary.ts";
import { orthogonalRows } from "./jacobi.ts";

export interface EighParams {
  /** The lower triangle is read, else the upper one. */
  readonly lower: boolean;
}
type One = readonly [Tensor];

/**
 * Operand: symmetric matrices. Results: orthonormal eigenvectors in columns, eigenvalues rising. The error of an
 * eigenvalue is a small multiple of n ε times the largest; all is NaN where an element is not finite.
 */
export const eighOp: Op<EighParams, One> = defineOp({
  name: "eigh",
  shape: ([x]) => {
    requireMatrices("eigh", x, true);
    return [x, withShape(x, x.shape.slice(0, -1))];
  },
  derivative: { joint: ([t], _x, [v, w]) => eighTangent(t!, v!, w!) },
  transpose: null,
  batch: ({ operands: [x], dims: [d], size, params }) => ({
    results: bind(eighOp, [batchFront(x, d, size)], params),
    dims: [0, 0],
  }),
  effect: "none",
  cost: "costly",
  lower: byGraph<EighParams, One>("eigh", ([x], p) => decompose(x, p)),
});
export const eigh = (x: Tensor, lower: boolean): [vectors: Tensor, values: Tensor] =>
  bind(eighOp, [x], { lower }) as [Tensor, Tensor];

/**
 * x + c with c above the norm of x is positive definite, so that rotations that make its rows orthogonal make them
 * multiples of eigenvectors; the eigenvalues of x are then vᵀ x v, whose error is of second order in that of v.
 */
function decompose(x: Tensor, { lower }: EighParams): Tensor[] {
  const n = x.shape.at(-1)!;
  if (n === 0) return [x, reduceSum(x, [x.ndim - 1])];
  const half = lower ? lowerPart(x, -1) : upperPart(x, 1);
  const whole = add(select(onDiagonal(x.shape), x, like(x, 0)), add(half, transposed(half)));
  const { matrix, scale } = scaled(whole);
  const last = x.ndim - 1;
  const frobenius = sqrt(reduceSum(square(matrix), [last - 1, last]));
  const rowSum = reduceMax(reduceSum(abs(matrix), [last]), [last - 1]);
  const bound = min(frobenius, rowSum);
  const shift = mul(select(gt(bound, 0), bound, like(bound, 1)), 1.125);
  const lead = [...shift.shape.keys()];
  const shifted = add(matrix, mul(identityLike(matrix), broadcastInDim(shift, matrix.shape, lead)));
  const rows = orthogonalRows(shifted, n);
  const norms = sqrt(reduceSum(square(rows), [last]));
  const vectors = div(rows, alongColumns(norms, n));
  const values = reduceSum(mul(product(vectors, matrix), vectors), [last]);
  const [w, v] = sortRows(values, vectors);
  const back = mul(w, broadcastInDim(scale, w.shape, lead));
  return [finiteOnly(transposed(v), whole), finiteOnly(back, whole)];
}

/** V̇ = V (F ∘ Vᵀ ẋ V) with Fᵢⱼ = 1 / (wⱼ − wᵢ), 0 on the diagonal; infinite where eigenvalues are equal. */
function eighTangent(t: Tensor, v: Tensor, w: Tensor): [Tensor, Tensor] {
  const n = w.shape.at(-1)!;
  const gaps = sub(alongRows(w, n), alongColumns(w, n));
  const diagonal = onDiagonal(gaps.shape);
  const f = select(diagonal, like(gaps, 0), div(like(gaps, 1), select(diagonal, like(gaps, 1), gaps)));
  const turned = product(product(transposed(v), t), v);
  return [product(v, mul(f, turned)), diagonalOf(turned)];
}
