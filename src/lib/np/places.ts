// Places of elements: of those that are not zero, of triangles, of grids; interpolation between known places.

import { ConcretizationTypeError, ShapeError } from "../../core/errors.ts";
import { Tensor } from "../../core/tensor.ts";
import { needConcrete } from "../../core/trace.ts";
import { add, div, mul, sub } from "../../ops/binary.ts";
import { clamp, compare, select } from "../../ops/compare.ts";
import { like, zerosLike } from "../../ops/literal.ts";
import { iota, reshape } from "../../ops/shape.ts";
import { at, set } from "../indexing.ts";
import { cast, owning, promoteDTypes, settle, tensorOf, truth } from "../promote.ts";
import { elements } from "../tensor-print.ts";
import type { TensorLike } from "../types.ts";
import { type DTypeArgument, dtypeFrom, integer, shapeOf } from "./axes.ts";
import { array, full } from "./create.ts";
import { stack } from "./join.ts";
import { less, where } from "./logic.ts";
import { cumsum, searchsorted } from "./order.ts";
import { take } from "./take.ts";

export interface PlacesOptions {
  /** How many places: more are cut, fewer are filled up. Needed under jit. */
  readonly size?: number;
  readonly fillValue?: number;
}

/**
 * For each dimension the places of the elements that are not zero, as int32.
 * @throws ConcretizationTypeError for a traced operand without `size`
 */
export const nonzero = owning(function nonzero(x: TensorLike, options: PlacesOptions = {}): Tensor[] {
  if (options.size === undefined && x instanceof Tensor) needConcrete(x, tracedSize, ConcretizationTypeError);
  const mask = truth(x, "nonzero");
  const { shape } = mask;
  if (shape.length === 0) throw new ShapeError("nonzero: got a scalar, expected one dimension or more.");
  const flat = flatPlaces(mask, options);
  let stride = mask.size;
  const fill = options.fillValue ?? 0;
  return shape.map((n) => {
    stride /= n;
    const step = stride;
    if (!(flat instanceof Int32Array)) return unravelled(flat, step, n, mask.size, fill);
    return array(Int32Array.from(flat, (p) => (p < 0 ? fill : Math.floor(p / step) % n)));
  });
});
const tracedSize = "nonzero: the number of results";

/** Flat places; the size of the mask (or −1 on the host) where there is none. */
function flatPlaces(mask: Tensor, { size }: PlacesOptions): Int32Array<ArrayBuffer> | Tensor {
  if (size === undefined) {
    const known = needConcrete(mask, tracedSize, ConcretizationTypeError);
    const places = elements(known).flatMap((v, i) => (v ? [i] : []));
    return Int32Array.from(places);
  }
  const line = reshape(mask, [mask.size]);
  const rank = sub(tensorOf(cumsum(line), "nonzero"), 1);
  const slot = where(line, rank, integer(size, "nonzero: size"));
  const none = full([integer(size, "nonzero: size")], mask.size, "int32");
  return set(none, [slot], cast(positions(mask.size), "int32"), { mode: "drop" });
}
const positions = (n: number): Tensor => array(Int32Array.from({ length: n }, (_, i) => i));
function unravelled(flat: Tensor, stride: number, n: number, size: number, fill: number): Tensor {
  const place = div(flat, stride);
  const wrapped = sub(place, mul(div(place, n), n));
  return select(compare(flat, "LT", size), wrapped, fill);
}
/** The places of the elements that are not zero, one in each row. */
export const argwhere = owning((x: TensorLike, options: PlacesOptions = {}): Tensor => stack(nonzero(x, options), 1));
/** The flat places of the elements that are not zero. */
export const flatnonzero = owning((x: TensorLike, options: PlacesOptions = {}): Tensor => {
  const t = tensorOf(x, "flatnonzero");
  return nonzero(reshape(t, [t.size]), options)[0]!;
});

const triangle = (n: number, m: number, keep: (row: number, column: number) => boolean): [Tensor, Tensor] => {
  const rows: number[] = [];
  const columns: number[] = [];
  for (let i = 0; i < n; i++)
    for (let j = 0; j < m; j++)
      if (keep(i, j)) {
        rows.push(i);
        columns.push(j);
      }
  return [array(Int32Array.from(rows)), array(Int32Array.from(columns))];
};
/** Rows and columns at and below the `k`-th diagonal of an n × m matrix. */
export const trilIndices = owning((n: number, k = 0, m: number = n): [Tensor, Tensor] =>
  triangle(n, m, (i, j) => j - i <= k),
);
/** Rows and columns at and above the `k`-th diagonal of an n × m matrix. */
export const triuIndices = owning((n: number, k = 0, m: number = n): [Tensor, Tensor] =>
  triangle(n, m, (i, j) => j - i >= k),
);
/** The places of the main diagonal, one tensor for each of `ndim` dimensions. */
export const diagIndices = owning((n: number, ndim = 2): Tensor[] => Array.from({ length: ndim }, () => positions(n)));
/** For each dimension, the place along it of every element: [rank, …shape]. */
export const indices = owning(function indices(shape: readonly number[], dtype?: DTypeArgument): Tensor {
  const sizes = shapeOf("indices", shape);
  const chosen = dtypeFrom("indices", dtype, "int32");
  return stack(sizes.map((_, d) => iota(chosen, sizes, d)));
});

/** Flat places of the coordinates, row-major. */
export const ravelMultiIndex = owning(function ravelMultiIndex(
  coordinates: readonly TensorLike[],
  shape: readonly number[],
): Tensor {
  if (coordinates.length !== shape.length)
    throw new ShapeError(`ravelMultiIndex: got ${coordinates.length} coordinates for shape [${shape}].`);
  const ts = promoteDTypes("ravelMultiIndex", coordinates);
  return settle(ts.reduce((flat, t, d) => (d === 0 ? t : add(mul(flat, shape[d]!), t))));
});
/** The coordinates of flat places, row-major. */
export const unravelIndex = owning(function unravelIndex(flat: TensorLike, shape: readonly number[]): Tensor[] {
  const t = tensorOf(flat, "unravelIndex");
  let stride = shape.reduce((n, d) => n * d, 1);
  return shape.map((n) => {
    stride /= n;
    const place = div(t, number(t, stride));
    return settle(sub(place, mul(div(place, number(t, n)), number(t, n))));
  });
});
const number = (t: Tensor, n: number) => (t.dtype.endsWith("int64") ? BigInt(n) : n);

/**
 * Piecewise linear interpolation of the points (`xp`, `fp`), `xp` rising; `left` and `right` stand outside (the ends of
 * `fp` by default).
 */
export const interp = owning(function interp(
  x: TensorLike,
  xp: TensorLike,
  fp: TensorLike,
  options: { readonly left?: TensorLike; readonly right?: TensorLike } = {},
): Tensor {
  const [t, places, values] = promoteDTypes("interp", [x, xp, fp], "inexact") as [Tensor, Tensor, Tensor];
  if (places.ndim !== 1 || values.ndim !== 1 || places.size !== values.size || places.size === 0)
    throw new ShapeError(
      `interp: got xp of shape [${places.shape}] and fp of shape [${values.shape}], expected equal vectors that are not empty.`,
    );
  const last = places.size - 1;
  const found = searchsorted(places, t, { side: "right" });
  const i = clamp(1, found, Math.max(1, last));
  const [x0, x1] = [take(places, sub(i, 1), 0, { mode: "clip" }), take(places, i, 0, { mode: "clip" })];
  const [y0, y1] = [take(values, sub(i, 1), 0, { mode: "clip" }), take(values, i, 0, { mode: "clip" })];
  const width = sub(x1, x0);
  const flat = compare(width, "EQ", zerosLike(width));
  const share = select(flat, zerosLike(width), div(sub(t, x0), select(flat, like(width, 1), width)));
  const inside = add(y0, mul(share, sub(y1, y0)));
  const end = (p: number) => at(places, [p]);
  const low = where(less(t, end(0)), options.left ?? at(values, [0]), inside);
  return where(less(end(last), t), options.right ?? at(values, [last]), low);
});
