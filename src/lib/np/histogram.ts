// Histograms of one and of several dimensions.
import { inexact } from "../../core/dtype.ts";
import { ConcretizationTypeError, ShapeError } from "../../core/errors.ts";
import { Tensor } from "../../core/tensor.ts";
import { reshape } from "../../ops/shape.ts";
import { addAt, at, slice } from "../indexing.ts";
import { cast, owning, promoteDTypes, settle, tensorOf } from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { integer } from "./axes.ts";
import { add, divide, subtract } from "./binary.ts";
import { diff } from "./calculus.ts";
import { ones, zeros } from "./create.ts";
import { ix_ } from "./grids.ts";
import { stack } from "./join.ts";
import { equal, where } from "./logic.ts";

import { ravelMultiIndex } from "./places.ts";
import { linspace } from "./ranges.ts";
import { max, min, sum } from "./reduce.ts";
import { bincount, searchsorted } from "./search.ts";
import { ravel, transpose } from "./shape.ts";

/** How many equal bins, or their rising edges. */
export type Bins = number | TensorLike;
/** The ends of the outer bins; those of the data by default. */
export type Range = readonly [low: TensorLike, high: TensorLike];
export interface HistogramOptions {
  /** 10 by default. */
  readonly bins?: Bins;
  readonly range?: Range | null;
  /** How much each element counts. */
  readonly weights?: TensorLike;
  /** The counts are scaled so that the histogram's integral is 1. */
  readonly density?: boolean;
}

function edgesOf(name: string, t: Tensor, bins: Bins, range: Range | null | undefined): Tensor {
  const dtype = inexact(t.dtype);
  const given = typeof bins === "number" ? bins : tensorOf(bins, name);
  if (given instanceof Tensor && given.ndim === 1) return settle(cast(given, dtype));
  const n = integer(given, `${name}: bins`, ConcretizationTypeError);
  const [low, high] = (range ?? [min(t), max(t)]).map((v) => cast(tensorOf(v, name), dtype)) as [Tensor, Tensor];
  const flat = equal(low, high);
  return linspace(where(flat, subtract(low, 0.5), low), where(flat, add(high, 0.5), high), n + 1, { dtype });
}
/** The edges of `bins` equal bins over the range, or the given edges as floats. */
export const histogramBinEdges = owning(
  (x: TensorLike, bins: Bins = 10, options: { readonly range?: Range | null } = {}): Tensor =>
    edgesOf("histogramBinEdges", tensorOf(x, "histogramBinEdges"), bins, options.range),
);

/** How many elements lie in each bin, the last one's end included; and the edges. As `jax.numpy.histogram`. */
export const histogram = owning(function histogram(
  x: TensorLike,
  bins: Bins | HistogramOptions = 10,
  given: HistogramOptions = {},
): [counts: Tensor, edges: Tensor] {
  const name = "histogram";
  const options = isOptions(bins) ? bins : given;
  const [t, weights] = promoteDTypes(name, options.weights === undefined ? [x] : [x, options.weights], "inexact") as [
    Tensor,
    Tensor?,
  ];
  if (weights && weights.shape.join() !== t.shape.join())
    throw new ShapeError(`${name}: got weights of shape [${weights.shape}] for shape [${t.shape}], expected the same.`);
  const edges = edgesOf(name, settle(t), isOptions(bins) ? (bins.bins ?? 10) : bins, options.range);
  const n = edges.size;
  const found = where(equal(t, at(edges, [-1])), n - 1, searchsorted(edges, t, { side: "right" }));
  const filled = addAt(zeros([n], t.dtype), [ravel(found)], weights ? ravel(weights) : ones([t.size], t.dtype));
  const counts = at(filled, [slice(1)]);
  if (!options.density) return [counts, edges];
  return [divide(divide(counts, diff(edges)), sum(counts)), edges];
});
const isOptions = (x: Bins | HistogramOptions): x is HistogramOptions =>
  typeof x === "object" && Object.getPrototypeOf(x) === Object.prototype;

export interface HistogramddOptions {
  /** One for all dimensions, or one for each. */
  readonly bins?: Bins | readonly Bins[];
  /** For each dimension. */
  readonly range?: readonly (Range | null)[] | null;
  readonly weights?: TensorLike;
  readonly density?: boolean;
}
const cells = owning((name: string, sample: TensorLike, options: HistogramddOptions): Tensor[] => {
  const { weights, range, density = false, bins = 10 } = options;
  const [t, w] = promoteDTypes(name, weights === undefined ? [sample] : [sample, weights], "inexact") as [
    Tensor,
    Tensor?,
  ];
  if (t.ndim !== 2) throw new ShapeError(`${name}: got a sample of shape [${t.shape}], expected [points, dimensions].`);
  const [points, rank] = t.shape as [number, number];
  if (w && (w.ndim !== 1 || w.size !== points))
    throw new ShapeError(`${name}: got weights of shape [${w.shape}] for ${points} points, expected [${points}].`);
  if (range && range.length !== rank)
    throw new ShapeError(`${name}: got ${range.length} ranges for ${rank} dimensions, expected one for each.`);
  const each = Array.isArray(bins) ? (bins as readonly Bins[]) : Array.from({ length: rank }, () => bins as Bins);
  if (each.length !== rank)
    throw new ShapeError(
      `${name}: got ${each.length} bins for ${rank} dimensions, expected one for all or one for each.`,
    );
  const columns = each.map((_, d) => at(t, [slice(), d]));
  const edges = columns.map((c, d) => edgesOf(name, c, each[d]!, range?.[d]));
  const places = columns.map((c, d) => {
    const found = searchsorted(edges[d]!, c, { side: "right" });
    return where(equal(c, at(edges[d]!, [-1])), subtract(found, 1), found);
  });
  // One bin more at each end holds what lies outside.
  const sizes = edges.map((e) => e.size + 1);
  const flat = ravelMultiIndex(places, sizes, { mode: "clip" });
  const all = bincount(flat, { ...(w && { weights: w }), length: sizes.reduce((n, s) => n * s, 1) });
  let counts = at(
    reshape(all, sizes),
    sizes.map(() => slice(1, -1)),
  );
  if (density) {
    const scaled = cast(counts, t.dtype);
    counts = ix_(...edges.map((e) => diff(e))).reduce<Tensor>(
      (h, width) => divide(h, width),
      divide(scaled, sum(scaled)),
    );
  }
  return [counts, ...edges];
});
/** Of points [n, d] how many lie in each cell of a grid of bins; and the edges along each dimension. */
export function histogramdd(sample: TensorLike, options: HistogramddOptions = {}): [counts: Tensor, edges: Tensor[]] {
  const [counts, ...edges] = cells("histogramdd", sample, options) as [Tensor, ...Tensor[]];
  return [counts, edges];
}
/** Of points (x, y) how many lie in each cell; and the edges of both. A vector of bins is the edges of both. */
export const histogram2d = owning(function histogram2d(
  x: TensorLike,
  y: TensorLike,
  options: HistogramddOptions = {},
): [counts: Tensor, xEdges: Tensor, yEdges: Tensor] {
  const points = transpose(stack([x, y]));
  return cells("histogram2d", points, options) as [Tensor, Tensor, Tensor];
});
