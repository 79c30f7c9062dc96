// Singular values and vectors of real upper bidiagonal matrices, by divide and conquer.
import { epsilon } from "../core/dtype.ts";
import type { Tensor } from "../core/tensor.ts";
import { add, and, div, max, min, mul, or, sub } from "../ops/binary.ts";
import { eq, gt, select } from "../ops/compare.ts";
import { takeAlong } from "../ops/gather.ts";
import { like, splat, zerosLike } from "../ops/literal.ts";
import { alongColumns, alongRows, product, sortRows, transposed } from "../ops/matrix.ts";
import { reduceMax, reduceOr } from "../ops/reduce.ts";
import { broadcastInDim, concatenate, expandDims, iota, pad, reshape, sliceInDim } from "../ops/shape.ts";
import { sort } from "../ops/sort.ts";
import { abs, convert, neg, not, sqrt, square } from "../ops/unary.ts";
import { blockDiagonal, conquerPlan, elementsAt, normalised, places, rowsSideBySide } from "./conquer.ts";
import { negligible } from "./reflectors.ts";
import { repeat } from "./repeat.ts";
import { secularRoots } from "./secular.ts";

/** The singular value of rows that only fill the last block; those of the scaled matrix are at most 2. */
const outside = 8;

export interface Singular {
  /** Falling. */
  readonly values: Tensor;
  /** Left and right vectors in rows; null without vectors. */
  readonly left: Tensor | null;
  readonly right: Tensor | null;
}

/**
 * Diagonals [..., n] and [..., n − 1], n ≥ 1, of B = U S Vᵀ.
 *
 * B is torn into blocks of c − 1 rows and c columns, so that the last place of a block has no singular value, but a
 * vector that B takes to zero; there stands the row that joins it to the next block. With it two blocks make up a matrix
 * of a full first row and a diagonal, whose squared singular values are roots of a secular equation (Gu and Eisenstat
 * 1995, as LAPACK's bdsdc).
 */
export function bidiagonalSvd(diagonal: Tensor, beside: Tensor, vectors: boolean): Singular {
  const lead = diagonal.shape.slice(0, -1);
  const n = diagonal.shape.at(-1)!;
  const N = lead.reduce((a, b) => a * b, 1);
  const plan = conquerPlan(n + 1);
  const { total, size } = plan;
  const [d0, e0] = [reshape(diagonal, [N, n]), reshape(beside, [N, n - 1])];
  const largest = reduceMax(concatenate([abs(d0), abs(e0)], 1), [1]);
  const scale = select(gt(largest, 0), largest, like(largest, 1));
  const unit = (x: Tensor) => div(x, broadcastInDim(scale, x.shape, [0]));
  const own = pad(unit(d0), outside, [0, 0], [0, total - n]);
  const next = pad(unit(e0), 0, [0, 0], [0, total - n + 1]);

  const type = own.dtype;
  let d = splat(0, [N, total / size, size], type) as Tensor;
  const one = splat(1, [N, total, 1, 1], type);
  const edges = splat(1, [N, total / size, 2, size], type);
  let [u, v] = vectors ? [blockDiagonal(one, size), blockDiagonal(one, size)] : [edges, edges];
  let joined = 1;
  for (const levels of plan.stages) {
    if (joined > 1) {
      const k = 2 ** levels;
      const [, B, c] = d.shape as [number, number, number];
      d = reshape(d, [N, B / k, k * c]);
      [u, v] = vectors ? [blockDiagonal(u, k), blockDiagonal(v, k)] : [rowsSideBySide(u, k), rowsSideBySide(v, k)];
    }
    [d, u, v] = joinLevels([d, u, v], reshape(own, d.shape), reshape(next, d.shape), joined, levels, vectors);
    joined = d.shape[2]!;
  }
  const line = reshape(d, [N, total]);
  // The last place has no singular value, and the fillings come first.
  const keys = select(eq(iota("int32", line.shape, 1), total - 1), like(line, Number.POSITIVE_INFINITY), neg(line));
  const skip = total - 1 - n;
  const real = (x: Tensor) => sliceInDim(x, skip, skip + n, 1);
  const values = (falling: Tensor) =>
    reshape(mul(neg(real(falling)), broadcastInDim(scale, [N, n], [0])), [...lead, n]);
  if (!vectors) return { values: values(sort([keys], 1)[0]!), left: null, right: null };
  const rows = transposed(concatenate([reshape(u, [N, total, total]), reshape(v, [N, total, total])], 1));
  const [falling, ordered] = sortRows(keys, rows);
  const part = (from: number) => reshape(sliceInDim(real(ordered), from, from + n, 2), [...lead, n, n]);
  return { values: values(falling), left: part(0), right: part(total) };
}

/** Blocks of `size` places become 2ᵏ times as large. Without vectors only the first and last rows of V are kept. */
function joinLevels(
  [d0, u0, v0]: readonly [Tensor, Tensor, Tensor],
  own: Tensor,
  beside: Tensor,
  size: number,
  levels: number,
  vectors: boolean,
): [Tensor, Tensor, Tensor] {
  const m = d0.shape[2]!;
  const tolerance = 4 * epsilon(d0.dtype);
  const [, d, u, v] = repeat(
    "join",
    levels,
    (_i, size, d, u, v) => {
      const { place, middle, end, left, paired, together } = places(d.shape, size);
      const none = zerosLike(d);
      const inside = min(middle, m - 1);
      const [joint, last] = [sub(inside, 1), sub(end, 1)];
      const [atJoint, atLast] = [and(eq(place, joint), paired), and(eq(place, last), paired)];
      const row = (i: number) => reshape(sliceInDim(v, i, i + 1, 2), d.shape);
      const edge = vectors ? elementsAt(v, select(left, joint, inside)) : select(left, row(1), row(0));
      const factor = select(left, takeAlong(own, joint, 2), takeAlong(beside, joint, 2));
      const raw = select(paired, mul(edge, factor), none);
      // The two vectors that go to zero are turned so that only one of them, at the joint, meets the joining row.
      const [z1, z2] = [takeAlong(raw, joint, 2), takeAlong(raw, last, 2)];
      const larger = max(abs(z1), abs(z2));
      const met = gt(larger, negligible(d.dtype));
      const divisor = select(met, larger, like(larger, 1));
      const c1 = select(met, div(z1, divisor), like(larger, 1));
      const s1 = select(met, div(z2, divisor), none);
      const ratio = sqrt(add(square(c1), square(s1)));
      const [length, cos, sin] = [mul(larger, ratio), div(c1, ratio), div(s1, ratio)];
      const others = and(gt(abs(raw), tolerance), not(or(atJoint, atLast)));
      const someOther = reduceOr(and(together, alongColumns(others, m)), [2]);
      const active = or(others, and(atJoint, or(someOther, gt(length, tolerance))));
      const z = select(atJoint, max(length, tolerance), select(others, raw, none));
      const roots = secularRoots({ d, z, rho: like(d, 1), active, together, first: atJoint, squared: true });
      const right = select(together, div(alongColumns(roots.z, m), roots.gaps), zerosLike(roots.gaps));
      const onJoint = and(alongColumns(atJoint, m), together);
      const scaled = mul(right, alongColumns(roots.d, m));
      const vm = normalised(right, active);
      const um = normalised(select(onJoint, like(right, -1), scaled), active);
      const fresh = select(active, sqrt(max(add(square(roots.origin), roots.beyond), 0)), d);
      // The turn acts on the rows of `vm` at the joint and at the end; in the latter only the end itself is not zero.
      const [j, e] = [elementsAt(vm, joint), convert(atLast, d.dtype)];
      const rowAtJoint = alongRows(sub(mul(cos, j), mul(sin, e)), m);
      const rowAtLast = alongRows(add(mul(sin, j), mul(cos, e)), m);
      const onLast = and(alongColumns(atLast, m), together);
      const turned = select(onJoint, rowAtJoint, select(onLast, rowAtLast, vm));
      if (vectors) return [mul(size, 2), fresh, product(u, um), product(v, turned)];
      const kept = (side: Tensor, i: number) => product(expandDims(select(side, row(i), none), [2]), turned);
      return [mul(size, 2), fresh, u, concatenate([kept(left, 0), kept(or(not(left), not(paired)), 1)], 2)];
    },
    [splat(size, [], "int32"), d0, u0, v0],
  ) as [Tensor, Tensor, Tensor, Tensor];
  return [d, u, v];
}
