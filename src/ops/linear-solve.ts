// Systems of equations whose matrix has been factored.
import { avalOf, longAval, sameShape } from "../core/aval.ts";
import { DTypeError, ShapeError } from "../core/errors.ts";
import { defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind1 } from "../core/trace.ts";
import { batchFront, moveDim } from "./batching.ts";
import { byGraph } from "./by-graph.ts";
import { permuteRows, product, requireMatrices, transposed } from "./matrix.ts";
import { iota, reshape } from "./shape.ts";
import { sort } from "./sort.ts";
import { triangularSolve } from "./triangular.ts";
import { neg } from "./unary.ts";

/** The matrices, the right sides, and of the matrices the LU factors and the order of rows that `lu` gives. */
type Four = readonly [a: Tensor, b: Tensor, lu: Tensor, order: Tensor];
export interface LinearSolveParams {
  /** Solves aᵀ x = b. */
  readonly transposeA: boolean;
}

/**
 * x with a x = b [..., n, k]. Computed from the factors, differentiated by `a` itself: ẋ = a⁻¹ (ḃ − ȧ x), so that a
 * derivative costs no second factorisation. Linear in b.
 */
export const linearSolveOp: Op<LinearSolveParams, Four> = defineOp({
  name: "linear_solve",
  shape: ([a, b, lu, order]) => {
    requireMatrices("linear_solve", a, true);
    if (a.dtype !== b.dtype || lu.dtype !== a.dtype || order.dtype !== "int32")
      throw new DTypeError(
        `linear_solve: got ${[a, b, lu, order].map(longAval).join(", ")}; expected equal float dtypes and an int32 order.`,
      );
    const lead = a.shape.slice(0, -2);
    const fits =
      sameShape(lead, b.shape.slice(0, -2)) &&
      b.shape.length === a.shape.length &&
      b.shape.at(-2) === a.shape.at(-1) &&
      sameShape(lu.shape, a.shape) &&
      sameShape(order.shape, a.shape.slice(0, -1));
    if (!fits)
      throw new ShapeError(
        `linear_solve: got ${longAval(a)} and ${longAval(b)}; expected equal leading dimensions and as many rows on the right.`,
      );
    return [avalOf(b.shape, b.dtype, a.weakType && b.weakType)];
  },
  derivative: [
    (t, [a, _b, lu, order], [x], p) => neg(linearSolve(a, product(p.transposeA ? transposed(t) : t, x!), lu, order, p)),
    "linear",
    "none",
    "none",
  ],
  transpose: ({ cotangents: [ct], operands: [a, , lu, order], params: p }) => [
    null,
    ct && linearSolve(a!, ct, lu!, order!, { transposeA: !p.transposeA }),
    null,
    null,
  ],
  batch: ({ operands: [a, b, lu, order], dims: [da, db, dl, dor], size, params }) => {
    if (da === null && dl === null && dor === null) {
      // One matrix for all: the batch becomes more columns on the right.
      const moved = moveDim(b, db!, b.ndim - 1);
      const flat = reshape(moved, [...moved.shape.slice(0, -2), moved.shape.at(-2)! * size]);
      return { results: [reshape(linearSolve(a, flat, lu, order, params), moved.shape)], dims: [b.ndim - 1] };
    }
    const front = (x: Tensor, d: number | null) => batchFront(x, d, size);
    return {
      results: [linearSolve(front(a, da), front(b, db), front(lu, dl), front(order, dor), params)],
      dims: [0],
    };
  },
  effect: "none",
  cost: "costly",
  lower: byGraph<LinearSolveParams, Four>("linear_solve", ([, b, lu, order], { transposeA }) => {
    const lower = { leftSide: true, lower: true, transposeA, unitDiagonal: true };
    const upper = { leftSide: true, lower: false, transposeA, unitDiagonal: false };
    if (!transposeA) return [triangularSolve(lu, triangularSolve(lu, permuteRows(b, order), lower), upper)];
    const solved = triangularSolve(lu, triangularSolve(lu, b, upper), lower);
    const axis = order.ndim - 1;
    const [, inverse] = sort([order, iota("int32", order.shape, axis)], axis) as [Tensor, Tensor];
    return [permuteRows(solved, inverse)];
  }),
});
export const linearSolve = (a: Tensor, b: Tensor, lu: Tensor, order: Tensor, p: LinearSolveParams): Tensor =>
  bind1(linearSolveOp, [a, b, lu, order], p);
