// Places of elements: of those that are not zero, of triangles and diagonals; flat places and coordinates.

import { needConcrete } from "../../core/concrete.ts";
import { isInteger, kindOf, maxValue } from "../../core/dtype.ts";
import { ConcretizationTypeError, DTypeError, ShapeError } from "../../core/errors.ts";
import { Tensor } from "../../core/tensor.ts";
import { div, mul, sub } from "../../ops/binary.ts";
import { compare, select } from "../../ops/compare.ts";
import { like } from "../../ops/literal.ts";
import { reshape } from "../../ops/shape.ts";
import { set } from "../indexing.ts";
import { cast, owning, settle, tensorOf, truth } from "../promote.ts";
import { elements } from "../tensor-print.ts";
import type { TensorLike } from "../types.ts";
import { type DTypeArgument, dtypeFrom, integer, shapeGiving, shapeOf } from "./axes.ts";
import { floorDivide, multiply, remainder, add as sum } from "./binary.ts";
import { array, full, zeros } from "./create.ts";
import { stack } from "./join.ts";
import { clip, greater, less, where } from "./logic.ts";
import { cumsum } from "./order.ts";
import { astype } from "./shape.ts";

export interface PlacesOptions {
  /** How many places: more are cut, fewer are filled up. Needed under jit. */
  readonly size?: number;
  /** One for all dimensions, or one for each; 0 by default. */
  readonly fillValue?: number | readonly number[];
}

/**
 * For each dimension the places of the elements that are not zero, as int32.
 * @throws ConcretizationTypeError for a traced operand without `size`
 */
export const nonzero = owning(function nonzero(x: TensorLike, options: PlacesOptions = {}): Tensor[] {
  if (options.size === undefined && x instanceof Tensor) shapeGiving("nonzero", x, "size");
  const mask = truth(x, "nonzero");
  const { shape } = mask;
  if (shape.length === 0)
    throw new ShapeError("nonzero: got a scalar, expected one dimension or more. Use np.atleast1d first.");
  if (mask.size === 0) return shape.map(() => zeros([options.size ?? 0], "int32"));
  const fills = fillsFor(options.fillValue ?? 0, shape.length);
  const flat = flatPlaces(mask, options);
  let stride = mask.size;
  return shape.map((n, d) => {
    stride /= n;
    const step = stride;
    if (flat instanceof Int32Array) return array(Int32Array.from(flat, (p) => Math.floor(p / step) % n));
    return unravelled(flat, step, n, mask.size, fills[d]!);
  });
});
function fillsFor(fill: number | readonly number[], rank: number): readonly number[] {
  if (typeof fill === "number") return Array<number>(rank).fill(fill);
  if (fill.length !== rank)
    throw new ShapeError(
      `nonzero: got ${fill.length} fill values for ${rank} dimensions, expected one or one for each.`,
    );
  return fill;
}

/** Flat places; the size of the mask where there is none. */
function flatPlaces(mask: Tensor, { size }: PlacesOptions): Int32Array<ArrayBuffer> | Tensor {
  if (size === undefined) {
    const known = shapeGiving("nonzero", mask, "size");
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
  return select(compare(flat, "LT", size), wrapped, like(wrapped, fill));
}
/** The places of the elements that are not zero, one in each row. */
export const argwhere = owning((x: TensorLike, options: PlacesOptions = {}): Tensor => {
  const t = tensorOf(x, "argwhere");
  if (t.ndim > 0) return stack(nonzero(t, options), 1);
  const [found] = nonzero(reshape(t, [1]), options) as [Tensor];
  return zeros([found.size, 0], "int32");
});
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
export interface RavelOptions {
  /** Places outside: refused (which needs the values; the default), moved inside, counted round, or taken as they are. */
  readonly mode?: "raise" | "clip" | "wrap" | "ignore";
  /** The last dimension runs fastest ("C", the default), or the first ("F"). */
  readonly order?: "C" | "F";
  readonly dtype?: DTypeArgument;
}
/**
 * Flat places of the coordinates in a tensor of this shape.
 * @throws ShapeError for places outside; ConcretizationTypeError for traced coordinates without another mode
 */
export const ravelMultiIndex = owning(function ravelMultiIndex(
  coordinates: readonly TensorLike[],
  shape: readonly number[],
  options: RavelOptions = {},
): Tensor {
  const name = "ravelMultiIndex";
  const { mode = "raise", order = "C" } = options;
  if (!["raise", "clip", "wrap", "ignore"].includes(mode) || !["C", "F"].includes(order))
    throw new ShapeError(
      `${name}: got mode ${mode} and order ${order}; expected "raise", "clip", "wrap" or "ignore", and "C" or "F".`,
    );
  const sizes = shapeOf(name, shape);
  if (coordinates.length !== sizes.length)
    throw new ShapeError(`${name}: got ${coordinates.length} coordinates for shape [${shape}].`);
  const ts = coordinates.map((c) => whole(name, c));
  const dtype =
    dtypeFrom(name, options.dtype, undefined) ?? (ts.some((t) => t.dtype.endsWith("64")) ? "int64" : "int32");
  if (sizes.reduce((n, d) => n * d, 1) - 1 > Number(maxValue(dtype)))
    throw new DTypeError(`${name}: shape [${shape}] has more places than ${dtype} can name. Give a wider dtype.`);
  const inside = ts.map((t, d) => {
    if (mode === "clip") return clip(t, 0, sizes[d]! - 1);
    if (mode === "wrap") return remainder(t, sizes[d]!);
    if (mode === "raise") requireInside(name, t, sizes[d]!, d);
    return t;
  });
  const strides = sizes.map((_, d) =>
    (order === "C" ? sizes.slice(d + 1) : sizes.slice(0, d)).reduce((n, s) => n * s, 1),
  );
  return inside.reduce<Tensor>(
    (flat, t, d) => sum(flat, multiply(astype(t, dtype), BigInt(strides[d]!))),
    full([], 0, dtype),
  );
});
function whole(name: string, x: TensorLike): Tensor {
  const t = tensorOf(typeof x === "number" && Number.isInteger(x) ? BigInt(x) : x, name);
  if (!isInteger(t.dtype))
    throw new DTypeError(`${name}: got ${t.dtype}, expected integers. Convert them with astype.`);
  return settle(t);
}
function requireInside(name: string, t: Tensor, size: number, d: number): void {
  const known = needConcrete(t, `${name} without a mode ("clip", "wrap" or "ignore")`, ConcretizationTypeError);
  const bad = elements(known).find((v) => Number(v) < 0 || Number(v) >= size);
  if (bad !== undefined)
    throw new ShapeError(`${name}: got ${String(bad)} for dimension ${d} of size ${size}. Or give a mode.`);
}
/** The coordinates of flat places, row-major; negative ones count from the end, those outside are moved inside. */
export const unravelIndex = owning(function unravelIndex(
  flat: TensorLike,
  shape: number | readonly number[],
): Tensor[] {
  let rest = whole("unravelIndex", flat);
  const sizes = shapeOf("unravelIndex", shape);
  const places = sizes.map(() => rest);
  for (let d = sizes.length - 1; d >= 0; d--) {
    places[d] = remainder(rest, BigInt(sizes[d]!));
    rest = floorDivide(rest, BigInt(sizes[d]!));
  }
  const over = greater(rest, 0n);
  const under = kindOf(rest.dtype) === "uint" ? null : less(rest, -1n);
  return places.map((p, d) => {
    const low = under === null ? p : where(under, 0n, p);
    return where(over, BigInt(sizes[d]! - 1), low);
  });
});
