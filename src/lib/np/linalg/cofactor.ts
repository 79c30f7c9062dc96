// The derivative of the determinant, which is there although the matrix be singular.
import { lu as factor } from "../../../control/lu.ts";
import type { Tensor } from "../../../core/tensor.ts";
import { and, div, mul, rem } from "../../../ops/binary.ts";
import { eq, ne, select } from "../../../ops/compare.ts";
import { cumprod } from "../../../ops/cumulative.ts";
import { like, splat, zerosLike } from "../../../ops/literal.ts";
import { diagonalOf, finiteParts, permuteRows } from "../../../ops/matrix.ts";
import { reduceAnd, reduceSum } from "../../../ops/reduce.ts";
import { broadcastInDim, concatenate, iota, reshape, sliceInDim } from "../../../ops/shape.ts";
import { triangularSolve } from "../../../ops/triangular.ts";
import { convert } from "../../../ops/unary.ts";

/**
 * The trace of adj(a) b, for square matrices of at least two rows. With a = P L U and y = det(a) a⁻¹ b, the last row of y
 * needs only the product of the other pivots, so that one zero pivot is no harm: it is replaced by the inverse of that
 * product, and the other rows are multiplied by det(a). Zero where more pivots vanish. As JAX's rule for `det`.
 */
export function cofactorTrace(a: Tensor, b: Tensor): Tensor {
  const n = a.shape.at(-1)!;
  const lead = a.shape.slice(0, -2);
  const [rows, columns] = [a.ndim - 2, a.ndim - 1];
  const [lu, pivots, order] = factor(a);
  const exchanged = reduceSum(convert(ne(pivots, iota("int32", pivots.shape, rows)), "int32"), [rows]);
  const sign = select(eq(rem(exchanged, 2), 1), splat(-1, lead, a.dtype), splat(1, lead, a.dtype));
  const partial = mul(
    cumprod(diagonalOf(lu), rows),
    broadcastInDim(
      sign,
      pivots.shape,
      lead.map((_, d) => d),
    ),
  );
  const pick = (i: number) => reshape(sliceInDim(partial, i, i + 1, rows), lead);
  const [determinant, others] = [pick(n - 1), pick(n - 2)];
  const over = (x: Tensor, shape: readonly number[]) =>
    broadcastInDim(
      x,
      shape,
      lead.map((_, d) => d),
    );
  const last = (d: number) => eq(iota("int32", lu.shape, d), n - 1);
  const corner = and(last(rows), last(columns));
  const mended = select(corner, over(div(like(others, 1), others), lu.shape), lu);
  const upper = { leftSide: true, lower: false, transposeA: false, unitDiagonal: false };
  // Matrices that still have no inverse are left out before and after.
  const probe = triangularSolve(mended, splat(1, [...lead, n, 1], a.dtype), upper);
  const sound = over(reduceAnd(finiteParts(probe), [rows, columns]), b.shape);
  const right = permuteRows(select(sound, b, zerosLike(b)), order);
  const lower = triangularSolve(mended, right, { ...upper, lower: true, unitDiagonal: true });
  const above = sliceInDim(lower, 0, n - 1, rows);
  const scaled = concatenate([mul(above, over(determinant, above.shape)), sliceInDim(lower, n - 1, n, rows)], rows);
  const y = triangularSolve(mended, scaled, upper);
  return reduceSum(diagonalOf(select(sound, y, zerosLike(y))), [rows]);
}
