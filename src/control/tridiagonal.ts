// Tridiagonal systems, by elimination with partial pivoting.
import { type Aval, avalOf, longAval, sameShape } from "../core/aval.ts";
import { realOf } from "../core/dtype.ts";
import { DTypeError, ShapeError } from "../core/errors.ts";
import { defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind1 } from "../core/trace.ts";
import { batchFront, moveDim } from "../ops/batching.ts";
import { add, div, mul, sub } from "../ops/binary.ts";
import { byGraph } from "../ops/by-graph.ts";
import { eq, ge, select } from "../ops/compare.ts";
import { dynamicSlice, dynamicUpdateSlice } from "../ops/dynamic.ts";
import { like, zerosLike } from "../ops/literal.ts";
import { alongColumns, nanLike, taxicab } from "../ops/matrix.ts";
import { reduceOr } from "../ops/reduce.ts";
import { broadcastInDim, pad, reshape, sliceInDim } from "../ops/shape.ts";
import { neg } from "../ops/unary.ts";
import { repeat } from "./repeat.ts";

type NoParams = Record<never, never>;
const none: NoParams = Object.freeze({});
type Four = readonly [below: Tensor, diagonal: Tensor, above: Tensor, right: Tensor];

/** Elements one place on (`by` = 1) or back along the last dimension but `trailing`; zero comes in. */
function shift(x: Tensor, by: 1 | -1, trailing = 0): Tensor {
  const at = x.ndim - 1 - trailing;
  const only = (n: number) => x.shape.map((_, d) => (d === at ? n : 0));
  return pad(x, 0, only(by), only(-by));
}

/** The matrix with these diagonals times `x` [..., n, k]. */
function times(below: Tensor, diagonal: Tensor, above: Tensor, x: Tensor): Tensor {
  const k = x.shape.at(-1)!;
  const own = mul(alongColumns(diagonal, k), x);
  const before = mul(alongColumns(below, k), shift(x, 1, 1));
  const after = mul(alongColumns(above, k), shift(x, -1, 1));
  return add(own, add(before, after));
}

/**
 * x with T x = right, where T has these diagonals [..., n] (the first element of the one below and the last of the one
 * above are not read) and right is [..., n, k]. All NaN where T is singular. Linear in right.
 */
export const tridiagonalSolveOp: Op<NoParams, Four> = defineOp({
  name: "tridiagonal_solve",
  shape: (operands) => {
    const [below, diagonal, above, right] = operands as readonly [Aval, Aval, Aval, Aval];
    if (operands.some((a) => a.dtype !== right.dtype) || !["float32", "float64"].includes(realOf(right.dtype)))
      throw new DTypeError(
        `tridiagonal_solve: got ${operands.map(longAval).join(", ")}; expected float32 or float64, or complex numbers of them, throughout. Use astype.`,
      );
    const fits = [below, diagonal, above].every((a) => sameShape(a.shape, right.shape.slice(0, -1)));
    if (!fits || right.shape.length < 2)
      throw new ShapeError(
        `tridiagonal_solve: got ${operands.map(longAval).join(", ")}; expected diagonals [..., n] and right sides [..., n, k].`,
      );
    return [
      avalOf(
        right.shape,
        right.dtype,
        operands.every((a) => a.weakType),
      ),
    ];
  },
  derivative: [
    (t, [below, d, above], [x]) => change([below, d, above], times(t, zerosLike(t), zerosLike(t), x!)),
    (t, [below, d, above], [x]) => change([below, d, above], mul(alongColumns(t, x!.shape.at(-1)!), x!)),
    (t, [below, d, above], [x]) => change([below, d, above], times(zerosLike(t), zerosLike(t), t, x!)),
    "linear",
  ],
  // The transposed matrix has its diagonals beside the main one exchanged, each one place on.
  transpose: ({ cotangents: [ct], operands: [below, d, above] }) => [
    null,
    null,
    null,
    ct && tridiagonalSolve(shift(above!, 1), d!, shift(below!, -1), ct),
  ],
  batch: ({ operands, dims, size }) => {
    const [below, d, above, right] = operands;
    const [b0, b1, b2, br] = dims;
    if (b0 === null && b1 === null && b2 === null) {
      const moved = moveDim(right, br!, right.ndim - 1);
      const flat = reshape(moved, [...moved.shape.slice(0, -2), moved.shape.at(-2)! * size]);
      return { results: [reshape(tridiagonalSolve(below, d, above, flat), moved.shape)], dims: [right.ndim - 1] };
    }
    const front = [below, d, above, right].map((x, i) => batchFront(x, dims[i]!, size)) as unknown as Four;
    return { results: [bind1(tridiagonalSolveOp, front, none)], dims: [0] };
  },
  effect: "none",
  cost: "costly",
  lower: byGraph<NoParams, Four>("tridiagonal_solve", (operands) => [eliminate(operands)]),
});
export const tridiagonalSolve = (below: Tensor, diagonal: Tensor, above: Tensor, right: Tensor): Tensor =>
  bind1(tridiagonalSolveOp, [below, diagonal, above, right], none);

const change = ([below, d, above]: readonly [Tensor, Tensor, Tensor], product: Tensor): Tensor =>
  neg(tridiagonalSolve(below, d, above, product));

/**
 * Rows i and i + 1 are exchanged where that gives the larger pivot, which fills a second diagonal above; then the
 * unknowns come out from the last to the first. As LAPACK's gtsv.
 */
function eliminate([below, diagonal, above, right]: Four): Tensor {
  const [n, k] = right.shape.slice(-2) as [number, number];
  if (right.size === 0) return right;
  const lead = right.shape.slice(0, -2);
  const zero = lead.map(() => 0);
  const at = (x: Tensor, i: Tensor) => reshape(dynamicSlice(x, [...zero, i], [...lead, 1]), lead);
  const row = (x: Tensor, i: Tensor) => reshape(dynamicSlice(x, [...zero, i, 0], [...lead, 1, k]), [...lead, k]);
  const put = (x: Tensor, i: Tensor, value: Tensor) =>
    dynamicUpdateSlice(x, reshape(value, [...lead, 1]), [...zero, i]);
  const putRow = (x: Tensor, i: Tensor, value: Tensor) =>
    dynamicUpdateSlice(x, reshape(value, [...lead, 1, k]), [...zero, i, 0]);
  const wide = (x: Tensor) => alongColumns(x, k);
  const [, d, u, second, b] = repeat(
    "eliminate",
    n - 1,
    (i, low, d, u, second, b) => {
      const j = add(i, 1);
      const [l, d0, u0, d1, u1, b0, b1] = [at(low, j), at(d, i), at(u, i), at(d, j), at(u, j), row(b, i), row(b, j)];
      const keep = ge(taxicab(d0), taxicab(l));
      const pivot = select(keep, d0, l);
      const usable = select(eq(pivot, 0), like(pivot, 1), pivot);
      const factor = div(select(keep, l, d0), usable);
      const choose = (a: Tensor, c: Tensor) => select(keep, a, c);
      const [top, next] = [choose(u0, d1), choose(d1, u0)];
      const fill = choose(zerosLike(u1), u1);
      const keepRow = wide(keep);
      const [upper, lower] = [select(keepRow, b0, b1), select(keepRow, b1, b0)];
      return [
        low,
        put(put(d, i, pivot), j, sub(next, mul(factor, top))),
        put(put(u, i, top), j, choose(u1, neg(mul(factor, u1)))),
        put(second, i, fill),
        putRow(putRow(b, i, upper), j, sub(lower, mul(wide(factor), upper))),
      ];
    },
    [below, diagonal, above, zerosLike(above), right],
  ) as [Tensor, Tensor, Tensor, Tensor, Tensor];
  // Two zeros behind the last unknown stand for those that are not there.
  const [x] = repeat(
    "substitute",
    n,
    (turn, x) => {
      const i = sub(like(turn, n - 1), turn);
      const [x1, x2] = [row(x, add(i, 1)), row(x, add(i, 2))];
      const known = add(mul(wide(unlessLast(at(u, i), i, n)), x1), mul(wide(at(second, i)), x2));
      return [putRow(x, i, div(sub(row(b, i), known), wide(at(d, i))))];
    },
    [pad(zerosLike(right), 0, [...zero, 0, 0], [...zero, 2, 0])],
  ) as [Tensor];
  const singular = reduceOr(eq(d, 0), [lead.length]);
  const solution = sliceInDim(x, 0, n, lead.length);
  const spread = broadcastInDim(
    singular,
    solution.shape,
    lead.map((_, i) => i),
  );
  return select(spread, nanLike(solution), solution);
}

/** The element above the diagonal in the last row is not part of the matrix. */
const unlessLast = (x: Tensor, i: Tensor, n: number): Tensor =>
  select(broadcastInDim(eq(i, n - 1), x.shape, []), zerosLike(x), x);
