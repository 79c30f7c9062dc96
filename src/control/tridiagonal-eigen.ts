// Eigenvalues and eigenvectors of real symmetric tridiagonal matrices, by divide and conquer.
import { epsilon } from "../core/dtype.ts";
import type { Tensor } from "../core/tensor.ts";
import { add, div, min, mul, or, sub } from "../ops/binary.ts";
import { gt, select } from "../ops/compare.ts";
import { takeAlong } from "../ops/gather.ts";
import { like, splat, zerosLike } from "../ops/literal.ts";
import { alongColumns, product, sortRows, transposed } from "../ops/matrix.ts";
import { reduceMax } from "../ops/reduce.ts";
import { broadcastInDim, concatenate, expandDims, pad, reshape, sliceInDim } from "../ops/shape.ts";
import { sort } from "../ops/sort.ts";
import { abs, not, sign } from "../ops/unary.ts";
import { blockDiagonal, conquerPlan, elementsAt, normalised, places, rowsSideBySide } from "./conquer.ts";
import { repeat } from "./repeat.ts";
import { secularRoots } from "./secular.ts";

/** The eigenvalue of rows that only fill the last block; those of the scaled matrix are below 3. */
const outside = 8;

/**
 * Diagonals [..., n] and [..., n − 1], n ≥ 1 → eigenvalues, rising, and orthonormal eigenvectors in rows; without
 * `vectors` the eigenvalues alone.
 *
 * T is torn into single rows, and pairs of blocks are joined by changes of rank one (Cuppen 1981; Gu and Eisenstat 1995).
 * All joins of a level are done at once in matrices of their final size, so that one loop serves several levels.
 * Elements of the vectors that are too small to matter leave their eigenvalues as they are, but nothing becomes smaller.
 */
export function tridiagonalEigen(
  diagonal: Tensor,
  beside: Tensor,
  vectors: boolean,
): [values: Tensor, rows: Tensor | null] {
  const lead = diagonal.shape.slice(0, -1);
  const n = diagonal.shape.at(-1)!;
  const N = lead.reduce((a, b) => a * b, 1);
  const plan = conquerPlan(n);
  const { total, size } = plan;
  const [d0, e0] = [reshape(diagonal, [N, n]), reshape(beside, [N, n - 1])];
  const largest = reduceMax(concatenate([abs(d0), abs(e0)], 1), [1]);
  const scale = select(gt(largest, 0), largest, like(largest, 1));
  const unit = (x: Tensor) => div(x, broadcastInDim(scale, x.shape, [0]));
  // e[i] couples rows i − 1 and i.
  const couplings = pad(unit(e0), 0, [0, 1], [0, total - n]);
  const after = pad(sliceInDim(couplings, 1, total, 1), 0, [0, 0], [0, 1]);
  const torn = sub(pad(unit(d0), outside, [0, 0], [0, total - n]), add(abs(couplings), abs(after)));

  let d = reshape(torn, [N, total / size, size]);
  const first = splat(1, [N, total, 1, 1], torn.dtype);
  let q = vectors ? blockDiagonal(first, size) : splat(1, [N, total / size, 2, size], torn.dtype);
  let joined = 1;
  for (const levels of plan.stages) {
    if (joined > 1) {
      const k = 2 ** levels;
      const [, B, c] = d.shape as [number, number, number];
      d = reshape(d, [N, B / k, k * c]);
      q = vectors ? blockDiagonal(q, k) : rowsSideBySide(q, k);
    }
    [d, q] = joinLevels(d, q, reshape(couplings, d.shape), joined, levels, vectors);
    joined = d.shape[2]!;
  }
  const values = reshape(d, [N, total]);
  const own = (x: Tensor) => sliceInDim(x, 0, n, 1);
  const back = (x: Tensor) => reshape(mul(own(x), broadcastInDim(scale, [N, n], [0])), [...lead, n]);
  if (!vectors) return [back(sort([values], 1)[0]!), null];
  const [rising, rows] = sortRows(values, transposed(reshape(q, [N, total, total])));
  return [back(rising), reshape(sliceInDim(own(rows), 0, n, 2), [...lead, n, n])];
}

/**
 * Blocks of `size` rows become 2ᵏ times as large. `q` has in columns all rows of their eigenvectors, or only the first
 * and the last.
 */
function joinLevels(
  d0: Tensor,
  q0: Tensor,
  e: Tensor,
  size: number,
  levels: number,
  vectors: boolean,
): [Tensor, Tensor] {
  const m = d0.shape[2]!;
  const [, d, q] = repeat(
    "join",
    levels,
    (_i, size, d, q) => {
      const { middle, left, paired, together } = places(d.shape, size);
      const inside = min(middle, m - 1);
      const coupling = select(paired, takeAlong(e, inside, 2), zerosLike(d));
      const row = (i: number) => reshape(sliceInDim(q, i, i + 1, 2), d.shape);
      const edge = vectors ? elementsAt(q, select(left, sub(inside, 1), inside)) : select(left, row(1), row(0));
      const z = mul(edge, select(left, like(d, 1), sign(coupling)));
      const rho = abs(coupling);
      const active = gt(mul(abs(z), rho), 4 * epsilon(d.dtype));
      const roots = secularRoots({ d, z, rho, active, together, first: null, squared: false });
      const raw = select(together, div(alongColumns(roots.z, m), roots.gaps), zerosLike(roots.gaps));
      const u = normalised(raw, active);
      const fresh = select(active, add(roots.origin, roots.beyond), d);
      if (vectors) return [mul(size, 2), fresh, product(q, u)];
      const over = (x: Tensor) => expandDims(x, [2]);
      const kept = (side: Tensor, i: number) => product(over(select(side, row(i), zerosLike(d))), u);
      return [mul(size, 2), fresh, concatenate([kept(left, 0), kept(or(not(left), not(paired)), 1)], 2)];
    },
    [splat(size, [], "int32"), d0, q0],
  ) as [Tensor, Tensor, Tensor];
  return [d, q];
}
