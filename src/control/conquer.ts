// What divide and conquer of symmetric tridiagonal and of bidiagonal matrices have in common: how blocks become larger.
import type { Tensor } from "../core/tensor.ts";
import { add, div, min, mul } from "../ops/binary.ts";
import { eq, lt, select } from "../ops/compare.ts";
import { takeAlong } from "../ops/gather.ts";
import { like, zerosLike } from "../ops/literal.ts";
import { alongColumns, alongRows, identityLike } from "../ops/matrix.ts";
import { reduceMax, reduceSum } from "../ops/reduce.ts";
import { broadcastInDim, expandDims, iota, reshape, transpose } from "../ops/shape.ts";
import { abs, sqrt, square } from "../ops/unary.ts";

/** Matrices up to this size are solved by Jacobi rotations instead: as fast, and compiled in a fraction of the time. */
export const rotatedUpTo = 40;

/** Rows of the blocks that the first loop ends with. */
const firstBlocks = 32;

export interface Plan {
  /** Rows of a block after the first stage; all rows together, at least n, are a power of two of them. */
  readonly size: number;
  readonly total: number;
  /** How often each stage doubles the blocks. The last two doublings are apart, so that the others work on quarters. */
  readonly stages: readonly number[];
}

export function conquerPlan(n: number): Plan {
  const levels = n <= firstBlocks ? 0 : Math.ceil(Math.log2(n / firstBlocks));
  const size = Math.ceil(n / 2 ** levels);
  const first = Math.ceil(Math.log2(size));
  const rest = levels === 0 ? [] : levels <= 2 ? [levels] : [levels - 2, 2];
  return { size, total: size * 2 ** levels, stages: [first, ...rest] };
}

/** Where the elements of blocks [N, B, m] stand when neighbours of `size` elements are joined. */
export interface Places {
  /** The place of each element. */
  readonly place: Tensor;
  /** Where the right one of its pair begins; at least m where there is none. */
  readonly middle: Tensor;
  /** Where the pair ends. */
  readonly end: Tensor;
  readonly left: Tensor;
  /** There is something to join. */
  readonly paired: Tensor;
  /** Two elements [N, B, m, m] of the same pair. */
  readonly together: Tensor;
}

export function places(shape: readonly number[], size: Tensor): Places {
  const m = shape.at(-1)!;
  const place = iota("int32", shape, 2);
  const width = broadcastInDim(size, shape, []);
  const group = div(place, mul(width, 2));
  const start = mul(group, mul(width, 2));
  const middle = add(start, width);
  return {
    place,
    middle,
    end: min(add(middle, width), m),
    left: lt(place, middle),
    paired: lt(middle, m),
    together: eq(alongColumns(group, m), alongRows(group, m)),
  };
}

/** [N, k B, r, c] → [N, B, k r, k c]: k blocks on the diagonal of one matrix. */
export function blockDiagonal(x: Tensor, k: number): Tensor {
  const [N, all, r, c] = x.shape as [number, number, number, number];
  const B = all / k;
  const wide = [N, B, k, r, k, c];
  const spread = broadcastInDim(reshape(x, [N, B, k, r, c]), wide, [0, 1, 2, 3, 5]);
  const own = eq(iota("int32", wide, 2), iota("int32", wide, 4));
  return reshape(select(own, spread, zerosLike(spread)), [N, B, k * r, k * c]);
}

/** [N, k B, r, c] → [N, B, r, k c]: the same rows of k blocks one after the other. */
export function rowsSideBySide(x: Tensor, k: number): Tensor {
  const [N, all, r, c] = x.shape as [number, number, number, number];
  return reshape(transpose(reshape(x, [N, all / k, k, r, c]), [0, 1, 3, 2, 4]), [N, all / k, r, k * c]);
}

/** For each column of `q` [N, B, m, m] its element in the row `at` [N, B, m]. */
export const elementsAt = (q: Tensor, at: Tensor): Tensor => reshape(takeAlong(q, expandDims(at, [2]), 2), at.shape);

/** Columns of `raw` divided by their norms where `active`; unit vectors elsewhere. */
export function normalised(raw: Tensor, active: Tensor): Tensor {
  const m = active.shape.at(-1)!;
  const [row, columns] = [raw.ndim - 2, alongRows(active, m)];
  const over = (x: Tensor) => alongRows(select(active, x, like(x, 1)), m);
  // The largest elements may have squares that are too large for float32.
  const level = div(raw, over(reduceMax(abs(raw), [row])));
  const unit = div(level, over(sqrt(reduceSum(square(level), [row]))));
  return select(columns, unit, identityLike(raw));
}
