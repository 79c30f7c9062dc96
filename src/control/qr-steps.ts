// The implicitly shifted QR iteration on Hessenberg matrices.
import { epsilon, isComplex } from "../core/dtype.ts";
import type { Tensor } from "../core/tensor.ts";
import { add, and, div, max, mul, rem, sub } from "../ops/binary.ts";
import { eq, ge, gt, le, lt, ne, select } from "../ops/compare.ts";
import { dynamicSlice, dynamicUpdateSlice } from "../ops/dynamic.ts";
import { like, splat, zerosLike } from "../ops/literal.ts";
import { asDType, conjugated, realPart, taxicab, upperPart } from "../ops/matrix.ts";
import { reduceMax, reduceMin, reduceOr, reduceSum } from "../ops/reduce.ts";
import { broadcastInDim, concatenate, expandDims, iota, pad, reshape, sliceInDim } from "../ops/shape.ts";
import { convert, neg, not, sqrt, square } from "../ops/unary.ts";
import { lengthened, nearDiagonal, pairedBelow } from "./pairs.ts";
import { adjointTimes, negligible, outer, overVectors, reflection, timesVector } from "./reflectors.ts";
import { repeatWhile } from "./repeat.ts";

/** Steps for each row after which the iteration gives up; two or three are usual. */
const stepsEach = 30;

/** Part of a Hessenberg matrix [...]: rows `lo` to `hi` have no zero beside the diagonal that would divide them. */
interface Window {
  readonly lo: Tensor;
  readonly hi: Tensor;
  readonly open: Tensor;
}

/**
 * Upper Hessenberg matrices turned into triangular ones, real ones with blocks of two rows for conjugate eigenvalues, and
 * `z` [..., n, n] turned along. `finished` is false where the iteration gave up.
 *
 * A step chases a bulge down the last part that is still whole: of real matrices with two shifts at once and reflections
 * of three rows (Francis 1961), of complex ones with one shift and two rows. Matrices of a batch go through their steps
 * together, each in its own part.
 */
export function qrSteps(h0: Tensor, z0: Tensor | null): { h: Tensor; z: Tensor | null; finished: Tensor } {
  const lead = h0.shape.slice(0, -2);
  const n = h0.shape.at(-1)!;
  if (n === 1) return { h: h0, z: z0, finished: splat(true, lead, "bool") };
  const extra = isComplex(h0.dtype) ? 0 : 1;
  const [rows, columns] = [h0.ndim - 2, h0.ndim - 1];
  const wide = (x: Tensor, down: number) =>
    pad(
      x,
      0,
      x.shape.map(() => 0),
      [...lead.map(() => 0), down, extra],
    );
  // Below H stand the rows of Z, whose columns turn with those of H.
  const start = z0 === null ? wide(h0, extra) : concatenate([wide(h0, extra), wide(z0, 0)], rows);
  const own = (x: Tensor) => sliceInDim(sliceInDim(x, 0, n, rows), 0, n, columns);
  const [, x, , , open] = repeatWhile(
    "qr_step",
    (turn, _x, _stuck, _last, open) => and(lt(turn!, stepsEach * n), reduceOr(open!, [...open!.shape.keys()])),
    (turn, x, stuck, last, _open) => {
      const h = deflated(own(x!));
      const whole = placed(x!, h);
      const window = lastWindow(h);
      const again = eq(window.hi, last!);
      const count = select(again, add(stuck!, 1), zerosLike(stuck!));
      const first = firstColumn(h, window, eq(rem(count, 10), 9));
      return [add(turn!, 1), chase(whole, first, window, n), count, window.hi, window.open];
    },
    [splat(0, [], "int32"), start, splat(0, lead, "int32"), splat(-1, lead, "int32"), splat(true, lead, "bool")],
  ) as [Tensor, Tensor, Tensor, Tensor, Tensor];
  const below = sliceInDim(x, n + extra, x.shape[rows]!, rows);
  const z = z0 === null ? null : sliceInDim(below, 0, n, columns);
  return { h: deflated(own(x)), z, finished: not(open) };

  function placed(x: Tensor, h: Tensor): Tensor {
    return dynamicUpdateSlice(
      x,
      h,
      x.shape.map(() => 0),
    );
  }
}

/** Zeros below the first diagonal under the main one, and on it where the elements are negligible. */
function deflated(h: Tensor): Tensor {
  const { first, second, below } = nearDiagonal(h);
  const eps = epsilon(h.dtype);
  const beside = add(taxicab(first), taxicab(second));
  const size = reduceMax(taxicab(h), [h.ndim - 2, h.ndim - 1]);
  const scale = select(eq(beside, 0), overVectors(size, beside), beside);
  const keep = gt(taxicab(below), max(mul(scale, eps), negligible(h.dtype)));
  return select(pairedBelow(keep), h, upperPart(h));
}

/** The last part that is not done: a real block of two rows with conjugate eigenvalues is. */
function lastWindow(h: Tensor): Window {
  const { first, second, below, above } = nearDiagonal(h);
  const axis = below.ndim - 1;
  const joined = ne(below, 0);
  const i = iota("int32", below.shape, axis);
  const n = h.shape.at(-1)!;
  let todo = joined;
  if (!isComplex(h.dtype)) {
    const half = mul(sub(first, second), 0.5);
    const conjugate = lt(add(square(half), mul(above, below)), 0);
    const cut = (t: Tensor, from: number, to: number) => sliceInDim(t, from, to, axis);
    const flags = convert(joined, "int32");
    const before = lengthened(cut(flags, 0, n - 2), "before");
    const after = lengthened(cut(flags, 1, n - 1), "behind");
    const alone = eq(add(before, after), 0);
    todo = and(joined, not(and(alone, conjugate)));
  }
  const none = like(i, -1);
  const at = reduceMax(select(todo, i, none), [axis]);
  const divides = and(not(joined), lt(i, overVectors(at, i)));
  return { lo: add(reduceMax(select(divides, i, none), [axis]), 1), hi: add(at, 1), open: ge(at, 0) };
}

/** The first column [..., 2 or 3] of the shifted product, up to a factor: where the bulge begins. */
function firstColumn(h: Tensor, { lo, hi }: Window, exceptional: Tensor): Tensor {
  const near = nearDiagonal(h);
  const axis = near.below.ndim - 1;
  const pick = (t: Tensor, at: Tensor): Tensor =>
    reduceSum(select(eq(iota("int32", t.shape, axis), overVectors(at, t)), t, zerosLike(t)), [axis]);
  const end = sub(hi, 1);
  const [a, b, c, d] = [near.first, near.above, near.below, near.second].map((t) => pick(t, end)) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  const [h00, h10, h01, h11] = [near.first, near.below, near.above, near.second].map((t) => pick(t, lo)) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  const push = taxicab(c);
  const column = (...xs: Tensor[]) =>
    concatenate(
      xs.map((t) => expandDims(t, [t.ndim])),
      axis,
    );
  const half = mul(sub(a, d), 0.5);
  const discriminant = add(square(half), mul(b, c));
  if (isComplex(h.dtype)) {
    const root = sqrt(discriminant);
    // The eigenvalue of the last block that is nearer to its last element.
    const flip = lt(realPart(mul(conjugated(half), root)), 0);
    const far = add(half, select(flip, neg(root), root));
    const none = eq(taxicab(far), 0);
    const quotient = div(mul(b, c), select(none, like(far, 1), far));
    const shift = select(
      exceptional,
      add(d, asDType(mul(push, 0.75), d.dtype)),
      sub(d, select(none, zerosLike(d), quotient)),
    );
    return column(sub(h00, shift), h10);
  }
  const h21 = pick(near.below, add(lo, 1));
  const root = sqrt(max(discriminant, 0));
  const far = add(half, select(lt(half, 0), neg(root), root));
  const none = eq(far, 0);
  const nearer = sub(d, select(none, zerosLike(d), div(mul(b, c), select(none, like(far, 1), far))));
  const real = ge(discriminant, 0);
  const odd = add(d, mul(push, 0.75));
  const trace = select(exceptional, mul(odd, 2), select(real, mul(nearer, 2), add(a, d)));
  const oddDeterminant = add(square(odd), mul(square(push), 0.4375));
  const determinant = select(exceptional, oddDeterminant, select(real, square(nearer), sub(mul(a, d), mul(b, c))));
  const x0 = add(sub(mul(h00, sub(h00, trace)), neg(mul(h01, h10))), determinant);
  const x1 = mul(h10, sub(add(h00, h11), trace));
  const pair = eq(sub(hi, lo), 1);
  // A block of two rows that is left has real eigenvalues: one exact shift makes it triangular.
  return column(select(pair, sub(h00, nearer), x0), select(pair, h10, x1), select(pair, zerosLike(h10), mul(h10, h21)));
}

/** One step: reflections of two or three rows from `lo` to `hi`. */
function chase(x0: Tensor, first: Tensor, { lo, hi, open }: Window, n: number): Tensor {
  const lead = x0.shape.slice(0, -2);
  const zero = lead.map(() => 0);
  const [height, size] = x0.shape.slice(-2) as [number, number];
  const s = first.shape.at(-1)!;
  const place = iota("int32", first.shape, lead.length);
  const axes = [...lead.keys()];
  const begin = reduceMin(select(open, lo, like(lo, n)), axes);
  const end = reduceMax(select(open, hi, like(hi, 0)), axes);
  const [, x] = repeatWhile(
    "chase",
    (k) => lt(k!, end),
    (k, x) => {
      const at = broadcastInDim(k!, lead, []);
      const inside = and(open, and(ge(at, lo), lt(at, hi)));
      const bulge = reshape(dynamicSlice(x!, [...zero, k!, sub(k!, 1)], [...lead, s, 1]), first.shape);
      const start = select(overVectors(eq(at, lo), first), first, bulge);
      const within = and(le(add(place, overVectors(at, place)), overVectors(hi, place)), overVectors(inside, place));
      const vector = select(within, start, zerosLike(start));
      const r = reflection(vector, eq(place, 0), gt(place, 0));
      const rows = dynamicSlice(x!, [...zero, k!, 0], [...lead, s, size]);
      const fromLeft = outer(r.v, mul(overVectors(r.tau, adjointTimes(rows, r.v)), adjointTimes(rows, r.v)));
      const y = dynamicUpdateSlice(x!, sub(rows, fromLeft), [...zero, k!, 0]);
      const columns = dynamicSlice(y, [...zero, 0, k!], [...lead, height, s]);
      const image = timesVector(columns, r.v);
      const fromRight = outer(mul(overVectors(r.tau, image), image), r.v);
      return [add(k!, 1), dynamicUpdateSlice(y, sub(columns, fromRight), [...zero, 0, k!])];
    },
    [begin, x0],
  ) as [Tensor, Tensor];
  return x;
}
