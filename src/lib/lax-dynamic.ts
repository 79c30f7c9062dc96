// lax: slices at places that are values, gather and scatter.
import { scatterApply as applyAt } from "../control/scatter-apply.ts";
import { avalOf, longAval } from "../core/aval.ts";
import { type DType, isInteger, itemSize, kindOf } from "../core/dtype.ts";
import { DTypeError, ShapeError } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind1, traceGraph } from "../core/trace.ts";
import { add, rem } from "../ops/binary.ts";
import { lt, select } from "../ops/compare.ts";
import * as dynamic from "../ops/dynamic.ts";
import { defaultFill, type GatherParams, gather as gatherSlices, type IndexMode } from "../ops/gather.ts";
import * as scatters from "../ops/scatter.ts";
import { concatenate, expandDims, squeeze } from "../ops/shape.ts";
import { convert } from "../ops/unary.ts";
import { withNumbers } from "./lax-operands.ts";
import { axisOf } from "./np/axes.ts";
import { literalAs, owning, promoteDTypes, settle, tensorOf } from "./promote.ts";
import type { TensorLike } from "./types.ts";

type Dims = readonly number[];
type Scalar = number | bigint;

/** Start indices of one dtype; negative ones count from the end. */
function startsOf(name: string, starts: readonly TensorLike[], shape: Dims): Tensor[] {
  if (starts.length !== shape.length)
    throw new ShapeError(
      `${name}: got ${starts.length} start indices for shape [${shape}]; expected one for each dimension.`,
    );
  const tensors = starts.filter((s) => typeof s === "object");
  const dtype: DType = tensors.length > 0 ? promoteDTypes(name, tensors)[0]!.dtype : "int32";
  if (!isInteger(dtype)) throw new DTypeError(`${name}: got start indices of ${dtype}, expected integers.`);
  return starts.map((s, d) => {
    if (typeof s !== "object") {
      const host = Number(s as Scalar);
      return literalAs(name, host < 0 ? host + shape[d]! : host, [], { dtype, weakType: false });
    }
    const t = promoteDTypes(name, [s, ...tensors])[0]!;
    if (t.ndim !== 0) throw new ShapeError(`${name}: got a start index of shape [${t.shape}], expected a scalar.`);
    if (kindOf(dtype) === "uint") return t;
    // An axis longer than a narrow index type can count has no negative indices to mend.
    if (itemSize(dtype) < 4 && shape[d]! >= 2 ** (itemSize(dtype) * 8 - 1)) return t;
    const size = literalAs(name, shape[d]!, [], { dtype, weakType: t.weakType });
    return select(lt(t, itemSize(dtype) === 8 ? 0n : 0), add(t, size), t);
  });
}

/** A slice of `sizes` from `starts`; negative starts count from the end, then all are clamped so that the slice fits. */
export const dynamicSlice = owning(function dynamicSlice(
  x: TensorLike,
  starts: readonly TensorLike[],
  sizes: Dims,
): Tensor {
  const t = tensorOf(x, "dynamicSlice");
  return settle(dynamic.dynamicSlice(t, startsOf("dynamicSlice", starts, t.shape), sizes));
});
const onAxis = (t: Tensor, axis: number, value: TensorLike) => t.shape.map((_, d) => (d === axis ? value : 0));

/** A slice of `size` along one axis. */
export const dynamicSliceInDim = owning(function dynamicSliceInDim(
  x: TensorLike,
  start: TensorLike,
  size: number,
  axis = 0,
): Tensor {
  const t = tensorOf(x, "dynamicSliceInDim");
  const a = axisOf("dynamicSliceInDim", axis, t.ndim);
  return dynamicSlice(
    t,
    onAxis(t, a, start),
    t.shape.map((n, d) => (d === a ? size : n)),
  );
});
/** One place along an axis, which stays with size 1 unless `keepdims` is false. */
export const dynamicIndexInDim = owning(function dynamicIndexInDim(
  x: TensorLike,
  index: TensorLike,
  axis = 0,
  keepdims = true,
): Tensor {
  const cut = dynamicSliceInDim(x, index, 1, axis);
  return keepdims ? cut : settle(squeeze(cut, [axisOf("dynamicIndexInDim", axis, cut.ndim)]));
});
/** `x` with `update` written at `starts`, which are mended as by `dynamicSlice`. */
export const dynamicUpdateSlice = owning(function dynamicUpdateSlice(
  x: TensorLike,
  update: TensorLike,
  starts: readonly TensorLike[],
): Tensor {
  const [t, u] = withNumbers("dynamicUpdateSlice", [x, update]) as [Tensor, Tensor];
  return settle(dynamic.dynamicUpdateSlice(t, u, startsOf("dynamicUpdateSlice", starts, t.shape)));
});
export const dynamicUpdateSliceInDim = owning(function dynamicUpdateSliceInDim(
  x: TensorLike,
  update: TensorLike,
  start: TensorLike,
  axis: number,
): Tensor {
  const t = tensorOf(x, "dynamicUpdateSliceInDim");
  return dynamicUpdateSlice(t, update, onAxis(t, axisOf("dynamicUpdateSliceInDim", axis, t.ndim), start));
});
/** As `dynamicUpdateSliceInDim` for one place; `update` may lack the axis. */
export const dynamicUpdateIndexInDim = owning(function dynamicUpdateIndexInDim(
  x: TensorLike,
  update: TensorLike,
  index: TensorLike,
  axis: number,
): Tensor {
  const [t, u] = withNumbers("dynamicUpdateIndexInDim", [x, update]) as [Tensor, Tensor];
  const a = axisOf("dynamicUpdateIndexInDim", axis, t.ndim);
  const wide = u.ndim === t.ndim ? u : expandDims(u, [a]);
  return dynamicUpdateSlice(t, wide, onAxis(t, a, index));
});

export interface GatherDimensionNumbers {
  readonly offsetDims: Dims;
  readonly collapsedSliceDims: Dims;
  readonly startIndexMap: Dims;
  readonly operandBatchingDims?: Dims;
  readonly startIndicesBatchingDims?: Dims;
}
export interface ScatterDimensionNumbers {
  readonly updateWindowDims: Dims;
  readonly insertedWindowDims: Dims;
  readonly scatterDimsToOperandDims: Dims;
  readonly operandBatchingDims?: Dims;
  readonly scatterIndicesBatchingDims?: Dims;
}
export interface GatherOptions {
  /** Out of bounds: `fill` (the default; writes are dropped), `clip`, or a promise that there are none. */
  readonly mode?: IndexMode;
  readonly fillValue?: number | bigint | boolean;
  readonly indicesAreSorted?: boolean;
  readonly uniqueIndices?: boolean;
}

const settings = (o: GatherOptions, dtype: DType) => ({
  mode: o.mode ?? "fill",
  fill: o.fillValue ?? defaultFill(dtype),
  sorted: o.indicesAreSorted ?? false,
  unique: o.uniqueIndices ?? false,
});

/** XLA's gather; the index vectors are the last dimension of `indices`. */
export const gather = owning(function gather(
  x: TensorLike,
  indices: TensorLike,
  dims: GatherDimensionNumbers,
  sliceSizes: Dims,
  options: GatherOptions = {},
): Tensor {
  const t = tensorOf(x, "gather");
  const p: GatherParams = {
    dims: {
      offset: dims.offsetDims,
      collapsed: dims.collapsedSliceDims,
      startIndexMap: dims.startIndexMap,
      operandBatch: dims.operandBatchingDims ?? [],
      indicesBatch: dims.startIndicesBatchingDims ?? [],
    },
    sizes: sliceSizes,
    ...settings(options, t.dtype),
  };
  return settle(gatherSlices(t, tensorOf(indices, "gather"), p));
});

const scatterDims = (dims: ScatterDimensionNumbers): GatherParams["dims"] => ({
  offset: dims.updateWindowDims,
  collapsed: dims.insertedWindowDims,
  startIndexMap: dims.scatterDimsToOperandDims,
  operandBatch: dims.operandBatchingDims ?? [],
  indicesBatch: dims.scatterIndicesBatchingDims ?? [],
});

/** The slices that updates of `updateShape` fill. */
function sliceSizes(shape: Dims, updateShape: Dims, dims: ScatterDimensionNumbers): number[] {
  const batch = dims.operandBatchingDims ?? [];
  const left = [...dims.updateWindowDims];
  return shape.map((_, d) =>
    dims.insertedWindowDims.includes(d) || batch.includes(d) ? 1 : (updateShape[left.shift() ?? -1] ?? 1),
  );
}

type ScatterOp = typeof scatters.scatterAddOp;
function scattering(name: string, op: ScatterOp) {
  return owning(
    (
      x: TensorLike,
      indices: TensorLike,
      updates: TensorLike,
      dims: ScatterDimensionNumbers,
      options: GatherOptions = {},
    ): Tensor => {
      const [t, u] = withNumbers(name, [x, updates]) as [Tensor, Tensor];
      const sizes = sliceSizes(t.shape, u.shape, dims);
      const p: GatherParams = { dims: scatterDims(dims), sizes, ...settings(options, t.dtype) };
      return settle(bind1(op, [t, tensorOf(indices, name), u], p));
    },
  );
}

export interface ScatterApplyOptions extends GatherOptions {
  /** The shape that updates would have: which elements of the slices are meant. `[]` by default. */
  readonly updateShape?: Dims;
}
/**
 * `x` with `f` applied to the elements at the places, once for each time that a place is named. `f` takes and gives a
 * scalar of the dtype of `x` and closes over no traced value. Not differentiable, as in JAX. As `jax.lax.scatter_apply`.
 * @throws ShapeError, DTypeError
 */
export const scatterApply = owning(function scatterApply(
  x: TensorLike,
  indices: TensorLike,
  f: (element: Tensor) => TensorLike,
  dims: ScatterDimensionNumbers,
  options: ScatterApplyOptions = {},
): Tensor {
  const t = tensorOf(x, "scatterApply");
  const { graph, captures } = traceGraph(
    f.name || "f",
    (element) => [convert(withNumbers("scatterApply", [f(element!), element!])[0]!, t.dtype)],
    [avalOf([], t.dtype)],
    { what: "the function of scatterApply", ambient: true },
  );
  if (captures.length > 0)
    throw new DTypeError(
      "scatterApply: the function closes over tensors; expected one of its element alone. Use gather and scatter.",
    );
  const sizes = sliceSizes(t.shape, options.updateShape ?? [], dims);
  return settle(
    applyAt(convert(t, t.dtype), tensorOf(indices, "scatterApply"), {
      dims: scatterDims(dims),
      sizes,
      ...settings(options, t.dtype),
      graph,
    }),
  );
});
/**
 * The slices of `x` at integer places along `axes`, one list of places for each axis; negative ones count from the end.
 * As `jax.lax.index_take`.
 */
export const indexTake = owning(function indexTake(x: TensorLike, places: readonly TensorLike[], axes: Dims): Tensor {
  const t = tensorOf(x, "indexTake");
  const columns = promoteDTypes("indexTake", places).map((p, i) => {
    if (!isInteger(p.dtype) || p.ndim !== 1)
      throw new DTypeError(`indexTake: got places ${longAval(p.aval)}, expected vectors of integers.`);
    // Python's remainder, so that places go around.
    const size = literalAs("indexTake", t.shape[axes[i]!]!, p.shape, { dtype: p.dtype, weakType: false });
    const rest = rem(p, size);
    const zero = itemSize(p.dtype) === 8 ? 0n : 0;
    return expandDims(select(lt(rest, zero), add(rest, size), rest), [1]);
  });
  return gather(
    t,
    concatenate(columns, 1),
    {
      offsetDims: Array.from({ length: t.ndim - axes.length }, (_, i) => i + 1),
      collapsedSliceDims: axes,
      startIndexMap: axes,
    },
    t.shape.map((n, d) => (axes.includes(d) ? 1 : n)),
  );
});

/** Writes updates; where two go to one place, one of them stays. */
export const scatter = scattering("scatter", scatters.scatterOp);
export const scatterAdd = scattering("scatterAdd", scatters.scatterAddOp);
export const scatterMul = scattering("scatterMul", scatters.scatterMulOp);
export const scatterMin = scattering("scatterMin", scatters.scatterMinOp);
export const scatterMax = scattering("scatterMax", scatters.scatterMaxOp);
