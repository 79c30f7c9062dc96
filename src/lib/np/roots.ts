// Roots of polynomials, as eigenvalues of their companion matrices.
import { needConcrete } from "../../core/concrete.ts";
import { complexOf, realOf } from "../../core/dtype.ts";
import { ConcretizationTypeError, ShapeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { add, and, div, rem, sub } from "../../ops/binary.ts";
import { eq, ge, lt, ne, select } from "../../ops/compare.ts";
import { complex } from "../../ops/complex.ts";
import { takeAlong } from "../../ops/gather.ts";
import { like, splat } from "../../ops/literal.ts";
import { alongRows } from "../../ops/matrix.ts";
import { reduceMax, reduceMin } from "../../ops/reduce.ts";
import { broadcastInDim, iota, reshape, sliceInDim } from "../../ops/shape.ts";
import { sort } from "../../ops/sort.ts";
import { convert, neg } from "../../ops/unary.ts";
import { owning, promoteDTypes, settle } from "../promote.ts";
import { elements } from "../tensor-print.ts";
import type { TensorLike } from "../types.ts";
import { eigvals } from "./linalg/factor.ts";
import { atleast1d } from "./shape.ts";

export interface RootsOptions {
  /**
   * Leading zeros are cut off (the default), which needs their values; else they count, and as many roots as there are
   * leading zeros are NaN, after the others.
   */
  readonly stripZeros?: boolean;
}
/**
 * The roots of the polynomial whose coefficients are `p`, the highest power first: complex, in no order. As
 * `jax.numpy.roots`. @throws ConcretizationTypeError under jit unless `stripZeros` is false
 */
export const roots = owning(function roots(p: TensorLike, options: RootsOptions = {}): Tensor {
  const t = atleast1d(promoteDTypes("roots", [p], "inexact")[0]!);
  if (t.ndim !== 1) throw new ShapeError(`roots: got coefficients of shape [${t.shape}], expected a vector.`);
  const n = t.size;
  if (n < 2) return splat(0, [0], complexOf(t.dtype));
  if (options.stripZeros ?? true) {
    const known = needConcrete(
      t,
      "roots (how many there are depends on values; stripZeros: false)",
      ConcretizationTypeError,
    );
    const first = elements(settle(ne(known, 0))).findIndex(Boolean);
    return settle(ofCompanion(sliceInDim(t, first < 0 ? n : first, n, 0)));
  }
  const place = iota("int32", [n]);
  const zeros = reduceMin(select(eq(t, 0), like(place, n), place), [0]);
  const none = eq(zeros, n);
  const wide = (x: Tensor, size: number) => broadcastInDim(x, [size], []);
  const usable = select(wide(none, n), like(t, 1), t);
  const turned = takeAlong(usable, rem(add(place, wide(zeros, n)), n), 0);
  const found = ofCompanion(turned);
  const line = iota("int32", found.shape);
  const [, order] = sort([convert(eq(found, 0), "int32"), line], 0) as [Tensor, Tensor];
  const size = found.size;
  const nan = splat(Number.NaN, found.shape, realOf(found.dtype));
  const inside = lt(line, sub(like(line, size), wide(zeros, size)));
  return settle(select(inside, takeAlong(found, order, 0), complex(nan, nan)));
});

/**
 * Eigenvalues of the matrix with −p₁ / p₀ … in its first row and ones below the diagonal; without the ones that belong to
 * zeros behind the last coefficient, so that the roots there are zero exactly.
 */
function ofCompanion(p: Tensor): Tensor {
  const n = p.size - 1;
  if (n < 1) return splat(0, [0], complexOf(p.dtype));
  const lead = broadcastInDim(reshape(sliceInDim(p, 0, 1, 0), []), [n], []);
  const top = alongRows(neg(div(sliceInDim(p, 1, n + 1, 0), lead)), n);
  const [row, column] = [iota("int32", [n, n], 0), iota("int32", [n, n], 1)];
  const last = reduceMax(select(ne(p, 0), iota("int32", [n + 1]), like(iota("int32", [n + 1]), -1)), [0]);
  const linked = and(eq(row, add(column, 1)), lt(row, broadcastInDim(last, [n, n], [])));
  const below = convert(linked, p.dtype);
  return eigvals(select(ge(row, 1), below, top));
}
