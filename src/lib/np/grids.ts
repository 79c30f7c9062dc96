// Grids of places: open and dense, for indexing, and the places of diagonals and triangles of a given tensor.
import { ShapeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { iota, reshape } from "../../ops/shape.ts";
import type { Slice } from "../indexing.ts";
import { owning, promoteDTypes, settle, tensorOf } from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { type DTypeArgument, dtypeFrom, integer, shapeOf } from "./axes.ts";
import { ones } from "./create.ts";
import { stack } from "./join.ts";
import { diagIndices, nonzero, trilIndices, triuIndices } from "./places.ts";
import { arange, linspace } from "./ranges.ts";
import { broadcastArrays } from "./shape.ts";

const alone = (rank: number, d: number, n: number) => Array.from({ length: rank }, (_, i) => (i === d ? n : 1));

/** For each dimension the places along it: of the whole shape, or with `sparse` of size 1 in all others. */
export function indices(
  shape: readonly number[],
  options: { readonly dtype?: DTypeArgument; readonly sparse: true },
): Tensor[];
export function indices(
  shape: readonly number[],
  options?: DTypeArgument | { readonly dtype?: DTypeArgument; readonly sparse?: false },
): Tensor;
export function indices(
  shape: readonly number[],
  options: DTypeArgument | { readonly dtype?: DTypeArgument; readonly sparse?: boolean } = {},
): Tensor | Tensor[] {
  const { dtype, sparse = false } = typeof options === "string" ? { dtype: options } : (options as Sparse);
  return sparse ? openPlaces(shape, dtype) : densePlaces(shape, dtype);
}
interface Sparse {
  readonly dtype?: DTypeArgument;
  readonly sparse?: boolean;
}
const openPlaces = owning((shape: readonly number[], dtype: DTypeArgument): Tensor[] => {
  const sizes = shapeOf("indices", shape);
  const chosen = dtypeFrom("indices", dtype, "int32");
  return sizes.map((n, d) => iota(chosen, alone(sizes.length, d, n), d));
});
const densePlaces = owning((shape: readonly number[], dtype: DTypeArgument): Tensor => {
  const sizes = shapeOf("indices", shape);
  const chosen = dtypeFrom("indices", dtype, "int32");
  return sizes.length === 0 ? iota(chosen, [0]) : stack(sizes.map((_, d) => iota(chosen, sizes, d)));
});

/** A range as an axis of a grid: `slice(start, stop, step)`, a count, or `[start, stop, count]` with both ends. */
export type GridRange = Slice | number | readonly [start: number, stop: number, count: number];
function line(name: string, range: GridRange): Tensor {
  if (typeof range === "number") return arange(integer(range, `${name}: a size`));
  if (Array.isArray(range)) return linspace(range[0], range[1], range[2]);
  const { start, stop, step } = range as Slice;
  if (stop === null) throw new ShapeError(`${name}: got a range without an end, expected slice(start, stop).`);
  return arange(start ?? 0, stop, step);
}
const lines = (name: string, ranges: readonly GridRange[]): Tensor[] => {
  const rank = ranges.length;
  return promoteDTypes(
    name,
    ranges.map((r) => line(name, r)),
  ).map((t, d) => settle(reshape(t, alone(rank, d, t.size))));
};
/**
 * An open grid: for each range a tensor that is long in its own dimension. NumPy's `ogrid[a:b, c:d]` is
 * `ogrid(slice(a, b), slice(c, d))`; where Python counts with an imaginary step, `[start, stop, count]`.
 */
export const ogrid = owning((...ranges: readonly GridRange[]): Tensor[] => lines("ogrid", ranges));
/** A dense grid: the tensors of `ogrid`, broadcast and stacked. */
export const mgrid = owning(
  (...ranges: readonly GridRange[]): Tensor =>
    ranges.length === 0 ? arange(0) : stack(broadcastArrays(...lines("mgrid", ranges))),
);

/** Vectors as an open grid for indexing: `x.at(...ix_(rows, columns))` is the block of these rows and columns. */
export const ix_ = owning(function ix_(...vectors: readonly TensorLike[]): Tensor[] {
  return vectors.map((v, d) => {
    const t = tensorOf(v, "ix_");
    if (t.ndim !== 1 || t.dtype === "bool")
      throw new ShapeError(`ix_: got ${t.dtype} of shape [${t.shape}], expected vectors of places. Masks: np.nonzero.`);
    const shape = alone(vectors.length, d, t.size);
    return settle(t.size === 0 ? iota("int32", shape, d) : reshape(t, shape));
  });
});

/** The places of the main diagonal of `x`, one tensor for each dimension. @throws ShapeError for unequal sizes */
export const diagIndicesFrom = owning(function diagIndicesFrom(x: TensorLike): Tensor[] {
  const { shape } = tensorOf(x, "diagIndicesFrom");
  if (shape.length < 2 || shape.some((n) => n !== shape[0]))
    throw new ShapeError(`diagIndicesFrom: got shape [${shape}], expected two or more equal dimensions.`);
  return diagIndices(shape[0]!, shape.length);
});
const matrix = (name: string, x: TensorLike): readonly [number, number] => {
  const { shape } = tensorOf(x, name);
  if (shape.length !== 2) throw new ShapeError(`${name}: got shape [${shape}], expected a matrix.`);
  return shape as unknown as readonly [number, number];
};
/** Rows and columns at and below the `k`-th diagonal of the matrix `x`. */
export const trilIndicesFrom = owning((x: TensorLike, k = 0): [Tensor, Tensor] => {
  const [n, m] = matrix("trilIndicesFrom", x);
  return trilIndices(n, k, m);
});
/** Rows and columns at and above the `k`-th diagonal of the matrix `x`. */
export const triuIndicesFrom = owning((x: TensorLike, k = 0): [Tensor, Tensor] => {
  const [n, m] = matrix("triuIndicesFrom", x);
  return triuIndices(n, k, m);
});
/** The places that `mask` (such as `np.triu`) keeps of an n × n matrix. With `size` also under jit. */
export const maskIndices = owning(
  (
    n: number,
    mask: (x: Tensor, k: number) => Tensor,
    k = 0,
    options: { readonly size?: number } = {},
  ): [Tensor, Tensor] => nonzero(mask(ones([n, n]), k), options) as [Tensor, Tensor],
);
