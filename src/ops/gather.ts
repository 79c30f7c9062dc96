// gather: reading slices whose places are given by an integer tensor.
import { attr } from "../../hlo/attributes.ts";
import { type Aval, longAval, withShape } from "../core/aval.ts";
import { type DType, isInexact, isInteger, maxValue, minValue } from "../core/dtype.ts";
import { DTypeError, internal, ShapeError } from "../core/errors.ts";
import { typeOf } from "../core/lowering.ts";
import { defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind1 } from "../core/trace.ts";
import { batchFront } from "./batching.ts";
import { and } from "./binary.ts";
import { compare, select } from "./compare.ts";
import { zeros } from "./literal.ts";
import { reduceAnd } from "./reduce.ts";
import { scatterAddOp } from "./scatter.ts";
import { broadcastInDim, concatenate, expandDims, reshape, sliceInDim } from "./shape.ts";

export type Dims = readonly number[];

/** XLA's gather dimension numbers; indices have their vector in the last dimension. */
export interface GatherDims {
  /** Result dimensions that run over the slice. */
  readonly offset: Dims;
  /** Operand dimensions of slice size 1 that the result leaves out. */
  readonly collapsed: Dims;
  /** Operand dimension that each component of an index vector addresses. */
  readonly startIndexMap: Dims;
  /** Operand dimensions that run along with `indicesBatch`. */
  readonly operandBatch: Dims;
  readonly indicesBatch: Dims;
}

/** Out of bounds: moved to the nearest slice that fits, or read as a fill value and dropped on writing. */
export type IndexMode = "clip" | "fill" | "promiseInBounds";

export interface GatherParams {
  readonly dims: GatherDims;
  readonly sizes: Dims;
  readonly mode: IndexMode;
  readonly fill: number | bigint | boolean;
  readonly sorted: boolean;
  readonly unique: boolean;
}
type Two = readonly [Tensor, Tensor];

export function requireIndices(name: string, indices: Aval, components: number): void {
  if (!isInteger(indices.dtype))
    throw new DTypeError(`${name}: got indices of ${longAval(indices)}, expected an integer dtype.`);
  if (indices.shape.at(-1) !== components)
    throw new ShapeError(`${name}: got indices of ${longAval(indices)}; expected a last dimension of ${components}.`);
}

export function requireSlices(name: string, x: Aval, sizes: Dims): void {
  if (sizes.length !== x.shape.length || sizes.some((n, d) => n < 0 || n > x.shape[d]!))
    throw new ShapeError(
      `${name}: got slice sizes [${sizes}] for ${longAval(x)}; expected one size for each dimension, none larger than it.`,
    );
}

export function gatherShape(sizes: Dims, dims: GatherDims, indexShape: Dims): number[] {
  const window = sizes.filter((_, d) => !dims.collapsed.includes(d) && !dims.operandBatch.includes(d));
  const batch = indexShape.slice(0, -1);
  const rank = window.length + batch.length;
  let w = 0;
  let b = 0;
  return Array.from({ length: rank }, (_, d) => (dims.offset.includes(d) ? window[w++]! : batch[b++]!));
}

export const gatherOp: Op<GatherParams, Two> = defineOp({
  name: "gather",
  shape: ([x, indices], { dims, sizes, mode }) => {
    requireIndices("gather", indices, dims.startIndexMap.length);
    requireSlices("gather", x, sizes);
    if (mode === "fill") internal("a gather that fills is a gather that clips and a select");
    return [withShape(x, gatherShape(sizes, dims, indices.shape))];
  },
  derivative: ["linear", "none"],
  transpose: ({ cotangents: [ct], operands: [, indices], avals: [a], params: p }) => [
    ct && bind1(scatterAddOp, [zeros(a), indices!, ct], p),
  ],
  batch: ({ operands: [x, indices], dims: [dx, di], size, params }) => {
    const batched = batchedDims(params.dims);
    const p = { ...params, dims: batched, sizes: [1, ...params.sizes] };
    return { results: [gather(batchFront(x, dx, size), batchFront(indices, di, size), p)], dims: [0] };
  },
  effect: "none",
  cost: "costly",
  lower: (c, [x, indices], p) => [
    c.one("stablehlo.gather", [x, indices], typeOf(c.results[0]!), {
      dimension_numbers: attr.struct("gather", {
        offset_dims: p.dims.offset,
        collapsed_slice_dims: p.dims.collapsed,
        operand_batching_dims: p.dims.operandBatch,
        start_indices_batching_dims: p.dims.indicesBatch,
        start_index_map: p.dims.startIndexMap,
        index_vector_dim: c.operands[1]!.shape.length - 1,
      }),
      slice_sizes: attr.i64s(p.sizes),
      indices_are_sorted: attr.bool(p.sorted),
    }),
  ],
});

/** The dimension numbers when both operands carry a leading batch dimension. */
export function batchedDims(d: GatherDims): GatherDims {
  const up = (dims: Dims) => dims.map((i) => i + 1);
  return {
    offset: up(d.offset),
    collapsed: up(d.collapsed),
    startIndexMap: up(d.startIndexMap),
    operandBatch: [0, ...up(d.operandBatch)],
    indicesBatch: [0, ...up(d.indicesBatch)],
  };
}

/** The fill value of a dtype when none is asked for: NaN, the most negative or the largest integer, true. */
export const defaultFill = (dtype: DType): number | bigint | boolean =>
  dtype === "bool" ? true : isInexact(dtype) ? Number.NaN : dtype.startsWith("u") ? maxValue(dtype) : minValue(dtype);

export function gather(x: Tensor, indices: Tensor, p: GatherParams): Tensor {
  if (p.mode !== "fill") return bind1(gatherOp, [x, indices], p);
  const read = bind1(gatherOp, [x, indices], { ...p, mode: "clip" });
  const inside = inBounds(x.shape, indices, p);
  const batchDims = read.shape.map((_, d) => d).filter((d) => !p.dims.offset.includes(d));
  return select(broadcastInDim(inside, read.shape, batchDims), read, p.fill);
}

/** For each index vector, whether its whole slice lies inside the operand. */
function inBounds(shape: Dims, indices: Tensor, { dims, sizes }: GatherParams): Tensor {
  const last = dims.startIndexMap.map((d) => shape[d]! - sizes[d]!);
  const columns = last.map((n, i) => {
    const column = sliceLast(indices, i);
    return and(compare(column, "GE", 0), compare(column, "LE", within(n, indices.dtype)));
  });
  return reduceAnd(
    concatenate(
      columns.map((c) => expandDims(c, [c.ndim])),
      indices.ndim - 1,
    ),
    [indices.ndim - 1],
  );
}

/** `n`, or the largest value of a narrow index type that cannot reach it. */
export const within = (n: number, dtype: DType): number => Math.min(n, Number(maxValue(dtype)));

function sliceLast(x: Tensor, i: number): Tensor {
  return reshape(sliceInDim(x, i, i + 1, x.ndim - 1), x.shape.slice(0, -1));
}

export const plain = (mode: IndexMode, fill: number | bigint | boolean) => ({
  mode,
  fill,
  sorted: false,
  unique: false,
});

/** Rows of `x` along its first dimension: `x[ids]`. */
export function takeRows(x: Tensor, ids: Tensor, mode: IndexMode = "clip"): Tensor {
  const dims: GatherDims = {
    offset: x.shape.slice(1).map((_, i) => ids.ndim + i),
    collapsed: [0],
    startIndexMap: [0],
    operandBatch: [],
    indicesBatch: [],
  };
  return gather(x, expandDims(ids, [ids.ndim]), {
    dims,
    sizes: [1, ...x.shape.slice(1)],
    ...plain(mode, defaultFill(x.dtype)),
  });
}

/** One slice of each example of `x`, at that example's start: a dynamic_slice under vmap. */
export function gatherRows(x: Tensor, starts: readonly Tensor[], sizes: Dims): Tensor {
  return gather(x, stacked(starts), { dims: rowDims(x.ndim), sizes: [1, ...sizes], ...plain("clip", 0) });
}

/** `x` at `indices` along `axis`, position by position along the others; the indices must be inside and different. */
export function takeAlong(x: Tensor, indices: Tensor, axis: number): Tensor {
  const others = x.shape.map((_, d) => d).filter((d) => d !== axis);
  const dims: GatherDims = {
    offset: [],
    collapsed: [axis],
    startIndexMap: [axis],
    operandBatch: others,
    indicesBatch: others,
  };
  return gather(x, expandDims(indices, [indices.ndim]), {
    dims,
    sizes: x.shape.map(() => 1),
    ...plain("promiseInBounds", 0),
    unique: true,
  });
}

export const stacked = (starts: readonly Tensor[]): Tensor =>
  concatenate(
    starts.map((s) => expandDims(s, [1])),
    1,
  );

export const rowDims = (rank: number): GatherDims => {
  const rest = Array.from({ length: rank - 1 }, (_, i) => i + 1);
  return { offset: rest, collapsed: [], startIndexMap: rest, operandBatch: [0], indicesBatch: [0] };
};
