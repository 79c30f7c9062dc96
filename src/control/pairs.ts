// Neighbouring rows of matrices: the elements around the diagonal, and matrices that act on pairs of rows.
import { realOf } from "../core/dtype.ts";
import type { Tensor } from "../core/tensor.ts";
import { add, and } from "../ops/binary.ts";
import { eq, ne, select } from "../ops/compare.ts";
import { like, zerosLike } from "../ops/literal.ts";
import { alongColumns, diagonalOf, onDiagonal } from "../ops/matrix.ts";
import { reduceSum } from "../ops/reduce.ts";
import { iota, pad, sliceInDim } from "../ops/shape.ts";
import { convert } from "../ops/unary.ts";

/** Elements (i, i), (i + 1, i + 1), (i + 1, i) and (i, i + 1) of matrices [..., n, n], each [..., n − 1]. */
export function nearDiagonal(x: Tensor) {
  const n = x.shape.at(-1)!;
  const last = x.ndim - 2;
  const diagonal = diagonalOf(x);
  const cut = (t: Tensor, from: number) => sliceInDim(t, from, from + n - 1, last);
  const below = reduceSum(select(onBelow(x.shape), x, zerosLike(x)), [x.ndim - 2]);
  const above = reduceSum(select(onAbove(x.shape), x, zerosLike(x)), [x.ndim - 1]);
  return { diagonal, first: cut(diagonal, 0), second: cut(diagonal, 1), below: cut(below, 0), above: cut(above, 0) };
}

/** True at (i + 1, i), or at (i, i + 1). */
export const onBelow = (shape: readonly number[]): Tensor => {
  const rank = shape.length;
  return eq(iota("int32", shape, rank - 2), add(iota("int32", shape, rank - 1), 1));
};
export const onAbove = (shape: readonly number[]): Tensor => {
  const rank = shape.length;
  return eq(add(iota("int32", shape, rank - 2), 1), iota("int32", shape, rank - 1));
};

/** `x` [..., n − 1] one place longer: zero behind it, or before it. */
export function lengthened(x: Tensor, where: "behind" | "before"): Tensor {
  const last = x.ndim - 1;
  const only = x.shape.map((_, d) => (d === last ? 1 : 0));
  const none = only.map(() => 0);
  return where === "behind" ? pad(x, 0, none, only) : pad(x, 0, only, none);
}

/**
 * Where `pair` [..., n − 1] is true, rows and columns i and i + 1 hold the matrix [[g₁₁, g₁₂], [g₂₁, g₂₂]], else those of
 * the identity [..., n, n]. Pairs must not overlap.
 */
export function pairMatrix(pair: Tensor, [g11, g12, g21, g22]: readonly [Tensor, Tensor, Tensor, Tensor]): Tensor {
  const n = pair.shape.at(-1)! + 1;
  const only = (g: Tensor) => select(pair, g, zerosLike(g));
  const count = convert(pair, realOf(g11.dtype));
  const unpaired = eq(add(lengthened(count, "behind"), lengthened(count, "before")), 0);
  const own = add(lengthened(only(g11), "behind"), lengthened(only(g22), "before"));
  const diagonal = alongColumns(select(unpaired, like(own, 1), own), n);
  const below = alongColumns(lengthened(only(g21), "before"), n);
  const above = alongColumns(lengthened(only(g12), "behind"), n);
  const { shape } = diagonal;
  const beside = select(onBelow(shape), below, select(onAbove(shape), above, zerosLike(below)));
  return select(onDiagonal(shape), diagonal, beside);
}

/** True at (i + 1, i) where `pair` is. */
export function pairedBelow(pair: Tensor): Tensor {
  const n = pair.shape.at(-1)! + 1;
  const rows = ne(lengthened(convert(pair, "int32"), "before"), 0);
  const wide = alongColumns(rows, n);
  return and(wide, onBelow(wide.shape));
}
