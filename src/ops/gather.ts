// gather and scatter: reading and writing slices whose places are given by an integer tensor.
import { attr } from "../../hlo/attributes.ts";
import { avalOf, longAval, withShape } from "../core/aval.ts";
import { type DType, isFloat, isInteger, maxValue, minValue } from "../core/dtype.ts";
import { DTypeError, ShapeError } from "../core/errors.ts";
import { typeOf } from "../core/lowering.ts";
import { defineOp, type Op } from "../core/op.ts";
import { Literal, type Tensor } from "../core/tensor.ts";
import { bind1 } from "../core/trace.ts";
import { batchFront } from "./batching.ts";
import { mul } from "./binary.ts";
import { compare, select } from "./compare.ts";
import { splat, zeroOf, zeros } from "./literal.ts";
import { reduceAnd } from "./reduce.ts";
import { broadcastInDim, concatenate, expandDims, iota, reshape, sliceInDim } from "./shape.ts";
import { convert } from "./unary.ts";

type Dims = readonly number[];

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

function requireIndices(name: string, indices: { dtype: DType; shape: Dims }, components: number): void {
  if (!isInteger(indices.dtype))
    throw new DTypeError(`${name}: got indices of ${longAval(indices as never)}, expected an integer dtype.`);
  if (indices.shape.at(-1) !== components)
    throw new ShapeError(
      `${name}: got indices of ${longAval(indices as never)}; expected a last dimension of ${components}.`,
    );
}

function gatherShape(sizes: Dims, dims: GatherDims, indexShape: Dims): number[] {
  const window = sizes.filter((_, d) => !dims.collapsed.includes(d) && !dims.operandBatch.includes(d));
  const batch = indexShape.slice(0, -1);
  const rank = window.length + batch.length;
  let w = 0;
  let b = 0;
  return Array.from({ length: rank }, (_, d) => (dims.offset.includes(d) ? window[w++]! : batch[b++]!));
}

export const gatherOp: Op<GatherParams, Two> = defineOp({
  name: "gather",
  shape: ([x, indices], { dims, sizes }) => {
    requireIndices("gather", indices, dims.startIndexMap.length);
    if (sizes.length !== x.shape.length || sizes.some((n, d) => n < 0 || n > x.shape[d]!))
      throw new ShapeError(`gather: got slice sizes [${sizes}] for ${longAval(x)}; a slice must fit into its operand.`);
    return [withShape(x, gatherShape(sizes, dims, indices.shape))];
  },
  derivative: [(t, [, indices], _r, p) => gather(t, indices, { ...p, fill: zeroOf(t.dtype) }), "none"],
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
function batchedDims(d: GatherDims): GatherDims {
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
  dtype === "bool" ? true : isFloat(dtype) ? Number.NaN : dtype.startsWith("u") ? maxValue(dtype) : minValue(dtype);

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
  const dtype = indices.dtype;
  const number = (n: number) => (dtype.endsWith("64") ? BigInt(n) : n);
  const columns = last.map((n, i) => {
    const column = sliceLast(indices, i);
    const above = compare(column, "GE", number(0));
    return select(above, compare(column, "LE", number(n)), splat(false, column.shape, "bool"));
  });
  return reduceAnd(
    concatenate(
      columns.map((c) => expandDims(c, [c.ndim])),
      indices.ndim - 1,
    ),
    [indices.ndim - 1],
  );
}

function sliceLast(x: Tensor, i: number): Tensor {
  return reshape(sliceInDim(x, i, i + 1, x.ndim - 1), x.shape.slice(0, -1));
}

/** Adds `updates` into `operand` at the places that a gather with these parameters would read. */
export const scatterAddOp: Op<GatherParams, readonly [Tensor, Tensor, Tensor]> = defineOp({
  name: "scatter_add",
  shape: ([x, indices, updates], { dims, sizes }) => {
    requireIndices("scatter_add", indices, dims.startIndexMap.length);
    const expected = gatherShape(sizes, dims, indices.shape);
    if (updates.dtype !== x.dtype || updates.shape.join() !== expected.join())
      throw new ShapeError(
        `scatter_add: got updates ${longAval(updates)} for ${longAval(x)}; expected ${longAval(avalOf(expected, x.dtype))}.`,
      );
    return [avalOf(x.shape, x.dtype)];
  },
  derivative: ["linear", "none", "linear"],
  transpose: ({ cotangents: [ct], operands: [x, indices, updates], params }) => [
    ct && x === null ? ct : null,
    null,
    ct && updates === null ? gather(ct, indices!, dropping(params, ct.dtype)) : null,
  ],
  batch: ({ operands: [x, indices, updates], dims: [dx, di, du], size, params }) => {
    const p = { ...params, dims: batchedDims(params.dims), sizes: [1, ...params.sizes] };
    const operands = [batchFront(x, dx, size), batchFront(indices, di, size), batchFront(updates, du, size)] as const;
    return { results: [bind1(scatterAddOp, operands, p)], dims: [0] };
  },
  effect: "none",
  cost: "costly",
  lower: (c, operands, p) => lowerScatter(c, operands, p, "stablehlo.add"),
});

/** An update that was dropped has no cotangent. */
const dropping = (p: GatherParams, dtype: DType): GatherParams =>
  p.mode === "promiseInBounds" ? p : { ...p, mode: "fill", fill: zeroOf(dtype) };

/** Writes `updates` into `operand`; where two go to one place, one of them stays. */
export const scatterOp: Op<GatherParams, readonly [Tensor, Tensor, Tensor]> = defineOp({
  name: "scatter",
  shape: (avals, params) => scatterAddOp.shape(avals, params),
  derivative: {
    joint: ([tx, , tu], [x, indices, updates], _r, p) => {
      // Only the update that stays counts: number the updates, see which number stays, and silence the others.
      const winners = p.unique ? null : stays(x, indices, updates, p);
      const tangent = tu && winners ? mul(tu, convert(winners, tu.dtype)) : tu;
      const base = bind1(scatterOp, [tx ?? zeros(x.aval), indices, zeros(updates.aval)], p);
      return [tangent ? bind1(scatterAddOp, [base, indices, tangent], p) : base];
    },
  },
  transpose: ({ cotangents: [ct], operands: [x, indices, updates], avals, params }) => [
    ct && x === null ? bind1(scatterOp, [ct, indices!, zeros(avals[2])], params) : null,
    null,
    ct && updates === null ? gather(ct, indices!, dropping(params, ct.dtype)) : null,
  ],
  batch: ({ operands: [x, indices, updates], dims: [dx, di, du], size, params }) => {
    const p = { ...params, dims: batchedDims(params.dims), sizes: [1, ...params.sizes] };
    const operands = [batchFront(x, dx, size), batchFront(indices, di, size), batchFront(updates, du, size)] as const;
    return { results: [bind1(scatterOp, operands, p)], dims: [0] };
  },
  effect: "none",
  cost: "costly",
  lower: (c, operands, p) => lowerScatter(c, operands, p, null),
});

/** Mask over `updates`: true where the element written is the one that a scatter leaves standing. */
function stays(x: Tensor, indices: Tensor, updates: Tensor, p: GatherParams): Tensor {
  const ids = reshape(iota("int32", [updates.size], 0), updates.shape);
  const written = bind1(scatterOp, [splat(-1, x.shape, "int32"), indices, ids], p);
  return compare(gather(written, indices, { ...p, mode: "clip" }), "EQ", ids);
}

function lowerScatter(
  c: Parameters<typeof scatterAddOp.lower>[0],
  operands: Parameters<typeof scatterAddOp.lower>[1],
  p: GatherParams,
  combine: string | null,
) {
  const scalar = typeOf({ shape: [], dtype: c.results[0]!.dtype });
  const body = c.region([scalar, scalar], (a, b) => [combine === null ? b! : c.one(combine, [a!, b!], scalar)]);
  return c.op(
    "stablehlo.scatter",
    operands,
    [typeOf(c.results[0]!)],
    {
      scatter_dimension_numbers: attr.struct("scatter", {
        update_window_dims: p.dims.offset,
        inserted_window_dims: p.dims.collapsed,
        input_batching_dims: p.dims.operandBatch,
        scatter_indices_batching_dims: p.dims.indicesBatch,
        scatter_dims_to_operand_dims: p.dims.startIndexMap,
        index_vector_dim: c.operands[1]!.shape.length - 1,
      }),
      indices_are_sorted: attr.bool(p.sorted),
      unique_indices: attr.bool(p.unique),
    },
    [body],
  );
}

const plain = (mode: IndexMode, fill: number | bigint | boolean) => ({ mode, fill, sorted: false, unique: false });

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

/** A dynamic_update_slice under vmap; starts are clamped as it does. */
export function scatterRows(x: Tensor, updates: Tensor, starts: readonly Tensor[]): Tensor {
  const clamped = starts.map((s, i) => {
    const last = x.shape[i + 1]! - updates.shape[i + 1]!;
    const low = select(compare(s, "LT", 0), new Literal(0, s.aval), s);
    return select(compare(low, "GT", last), new Literal(last, s.aval), low);
  });
  const sizes = [1, ...updates.shape.slice(1)];
  return bind1(scatterOp, [x, stacked(clamped), updates], {
    dims: rowDims(x.ndim),
    sizes,
    ...plain("promiseInBounds", 0),
    unique: true,
  });
}

const stacked = (starts: readonly Tensor[]): Tensor =>
  concatenate(
    starts.map((s) => expandDims(s, [1])),
    1,
  );

const rowDims = (rank: number): GatherDims => {
  const rest = Array.from({ length: rank - 1 }, (_, i) => i + 1);
  return { offset: rest, collapsed: [], startIndexMap: rest, operandBatch: [0], indicesBatch: [0] };
};
