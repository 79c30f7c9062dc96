// Collectives that move values between the positions of named axes: gather, reduce-scatter, all-to-all, permute.
import { attr } from "../../hlo/attributes.ts";
import { type AxisSet, axisSet, longAval, unionAxes, withShape } from "../core/aval.ts";
import { internal, ShapeError } from "../core/errors.ts";
import { type LoweringContext, typeOf } from "../core/lowering.ts";
import { type BatchOutput, defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind1 } from "../core/trace.ts";
import { batchAt, shifted } from "./batching.ts";
import { type CollectiveParams, requireWholeAxis, times } from "./collective.ts";
import { zeros } from "./literal.ts";
import { reduceSum } from "./reduce.ts";
import { channel, devicesTogether, table } from "./replica-groups.ts";
import { concatenate, reshape, sliceInDim, transpose } from "./shape.ts";

type One = readonly [Tensor];

interface Sized extends CollectiveParams {
  /** Positions that take part together. */
  readonly size: number;
}

/** What comes from elsewhere differs between devices. */
const varies = ([x]: readonly AxisSet[], { axes, checked }: CollectiveParams): readonly AxisSet[] => [
  checked ? unionAxes(x!, axisSet(axes)) : x!,
];

const named = (axisName: string | undefined, { axes }: CollectiveParams): boolean =>
  axisName !== undefined && axes.includes(axisName);

/** A rule for the mapped axis alone: names of several axes are taken apart before (see lib/collectives.ts). */
function requireAlone(name: string, { axes, groups }: CollectiveParams): void {
  requireWholeAxis(name, groups);
  if (axes.length !== 1) internal(`${name} over ${axes.join(", ")} reached the batch rule of one of them`);
}

const withSize = (shape: readonly number[], dim: number, size: number): number[] =>
  shape.map((n, d) => (d === dim ? size : n));

/** Dimension `dim` as two, of `outer` and the rest. */
const split = (x: Tensor, dim: number, outer: number): Tensor =>
  reshape(x, [...x.shape.slice(0, dim), outer, x.shape[dim]! / outer, ...x.shape.slice(dim + 1)]);

/** Dimensions `dim` and `dim + 1` as one. */
const merge = (x: Tensor, dim: number): Tensor =>
  reshape(x, [...x.shape.slice(0, dim), x.shape[dim]! * x.shape[dim + 1]!, ...x.shape.slice(dim + 2)]);

const groupAttributes = (c: LoweringContext, { axes, groups }: CollectiveParams) => ({
  channel_handle: channel,
  replica_groups: table(devicesTogether(c, axes, groups)),
});

export interface GatherParams extends Sized {
  readonly dim: number;
  /** Pieces are joined along `dim`; else they are stacked there. */
  readonly tiled: boolean;
}

/** Every position's value, on all of them. Its transpose is the reduce-scatter. */
export const allGatherOp: Op<GatherParams, One> = defineOp({
  name: "all_gather",
  shape: ([x], { dim, size, tiled }) => {
    const rank = x.shape.length + (tiled ? 0 : 1);
    if (!(dim >= 0 && dim < rank))
      throw new ShapeError(
        `all_gather: got axis ${dim} for ${longAval(x)}; expected one below ${rank}${tiled ? " (tiled)" : ""}.`,
      );
    const shape = tiled
      ? withSize(x.shape, dim, x.shape[dim]! * size)
      : [...x.shape.slice(0, dim), size, ...x.shape.slice(dim)];
    return [withShape(x, shape)];
  },
  varying: varies,
  derivative: ["linear"],
  transpose: ({ cotangents: [ct], params }) => [ct && bind1(reduceScatterOp, [ct], params)],
  batch: ({ operands: [x], dims: [d], size, params, axisName }) => {
    const { dim, tiled } = params;
    if (!named(axisName, params)) {
      if (d === null) return { results: [bind1(allGatherOp, [x], params)], dims: [null] };
      const before = dim < d || (!tiled && dim === d);
      const result = bind1(allGatherOp, [x], { ...params, dim: before ? dim : dim + 1 });
      return { results: [result], dims: [before && !tiled ? d + 1 : d] };
    }
    requireAlone("all_gather", params);
    const stacked = batchAt(x, d, dim, size);
    return { results: [tiled ? merge(stacked, dim) : stacked], dims: [null] };
  },
  effect: "none",
  cost: "costly",
  lower: (c, [x], params) => {
    const { dim, tiled } = params;
    const { shape, dtype } = c.operands[0]!;
    const widened = [...shape.slice(0, dim), 1, ...shape.slice(dim)];
    const operand = tiled
      ? x
      : c.one("stablehlo.broadcast_in_dim", [x], typeOf({ shape: widened, dtype }), {
          broadcast_dimensions: attr.i64s(shape.map((_, i) => (i < dim ? i : i + 1))),
        });
    return c.op("stablehlo.all_gather", [operand], [typeOf(c.results[0]!)], {
      all_gather_dim: attr.i64(dim),
      ...groupAttributes(c, params),
      use_global_device_ids: attr.unit,
    });
  },
});

/** The sum of all positions' values, each position keeping its own piece along `dim`. */
export const reduceScatterOp: Op<GatherParams, One> = defineOp({
  name: "reduce_scatter",
  shape: ([x], { dim, size, tiled }) => {
    const n = x.shape[dim];
    if (n === undefined || (tiled ? n % size !== 0 : n !== size))
      throw new ShapeError(
        `reduce_scatter: got ${longAval(x)} to scatter along dimension ${dim} over ${size} positions; expected a size ` +
          (tiled ? `that is a multiple of ${size}.` : `of ${size} there. For pieces larger than 1, use tiled.`),
      );
    return [withShape(x, tiled ? withSize(x.shape, dim, n / size) : x.shape.filter((_, d) => d !== dim))];
  },
  varying: varies,
  derivative: ["linear"],
  transpose: ({ cotangents: [ct], params }) => [ct && bind1(allGatherOp, [ct], params)],
  batch: ({ operands: [x], dims: [d], size, params, axisName }) => {
    const { dim, tiled } = params;
    if (!named(axisName, params)) {
      const result = bind1(reduceScatterOp, [x], d === null ? params : { ...params, dim: shifted(dim, d) });
      return { results: [result], dims: [d !== null && !tiled && dim < d ? d - 1 : d] };
    }
    requireAlone("reduce_scatter", params);
    const total = d === null ? times(x, size) : reduceSum(x, [d]);
    return { results: [tiled ? split(total, dim, size) : total], dims: [dim] };
  },
  effect: "none",
  cost: "costly",
  lower: (c, [x], params) => {
    const { dim, tiled } = params;
    const { shape, dtype } = c.operands[0]!;
    const scalar = typeOf({ shape: [], dtype });
    const body = c.region([scalar, scalar], (a, b) => [c.one("stablehlo.add", [a!, b!], scalar)]);
    const piece = typeOf({ shape: withSize(shape, dim, shape[dim]! / params.size), dtype });
    const attributes = {
      ...groupAttributes(c, params),
      scatter_dimension: attr.i64(dim),
      use_global_device_ids: attr.unit,
    };
    const scattered = c.one("stablehlo.reduce_scatter", [x], piece, attributes, [body]);
    return [tiled ? scattered : c.one("stablehlo.reshape", [scattered], typeOf(c.results[0]!))];
  },
});

export interface AllToAllParams extends Sized {
  readonly split: number;
  readonly concat: number;
}

/** Position i's k-th piece along `split` becomes position k's i-th along `concat`. */
export const allToAllOp: Op<AllToAllParams, One> = defineOp({
  name: "all_to_all",
  shape: ([x], { split: from, concat: to, size }) => {
    const n = x.shape[from];
    if (n === undefined || x.shape[to] === undefined || n % size !== 0)
      throw new ShapeError(
        `all_to_all: got ${longAval(x)} to split along dimension ${from} over ${size} positions and join along ${to}; ` +
          `expected dimensions of the operand, the first a multiple of ${size}.`,
      );
    const cut = withSize(x.shape, from, n / size);
    return [withShape(x, withSize(cut, to, cut[to]! * size))];
  },
  varying: varies,
  derivative: ["linear"],
  transpose: ({ cotangents: [ct], params: p }) => [
    ct && bind1(allToAllOp, [ct], { ...p, split: p.concat, concat: p.split }),
  ],
  batch: ({ operands: [x], dims: [d], size, params: p, axisName }) => {
    if (!named(axisName, p)) {
      const at = d === null ? p : { ...p, split: shifted(p.split, d), concat: shifted(p.concat, d) };
      return { results: [bind1(allToAllOp, [x], at)], dims: [d] };
    }
    requireAlone("all_to_all", p);
    // [from, …, to, piece, …] → [to, …, from, joined, …] → [to, …, from · joined, …]
    const pieces = split(batchAt(x, d, 0, size), p.split + 1, size);
    const rest = [...pieces.shape.keys()].filter((i) => i !== 0 && i !== p.split + 1);
    const order = [p.split + 1, ...rest.slice(0, p.concat), 0, ...rest.slice(p.concat)];
    return { results: [merge(transpose(pieces, order), p.concat + 1)], dims: [0] };
  },
  effect: "none",
  cost: "costly",
  lower: (c, [x], p) =>
    c.op("stablehlo.all_to_all", [x], [typeOf(c.results[0]!)], {
      ...groupAttributes(c, p),
      split_dimension: attr.i64(p.split),
      concat_dimension: attr.i64(p.concat),
      split_count: attr.i64(p.size),
    }),
});

export interface PermuteParams extends Sized {
  /** `[from, to]` positions, each at most once on either side; where none comes from there are zeros. */
  readonly permutation: readonly (readonly [number, number])[];
}

/** Values sent from position to position. */
export const ppermuteOp: Op<PermuteParams, One> = defineOp({
  name: "ppermute",
  shape: ([x], { permutation, size }) => {
    for (const side of [0, 1] as const) {
      const at = permutation.map((pair) => pair[side]);
      if (new Set(at).size !== at.length || at.some((i) => !Number.isInteger(i) || i < 0 || i >= size))
        throw new ShapeError(
          `ppermute: got the ${side === 0 ? "sources" : "destinations"} [${at}] over ${size} positions; expected ` +
            `different whole numbers below ${size}.`,
        );
    }
    return [x];
  },
  varying: varies,
  derivative: ["linear"],
  transpose: ({ cotangents: [ct], params: p }) => [
    ct && bind1(ppermuteOp, [ct], { ...p, permutation: p.permutation.map(([from, to]) => [to, from] as const) }),
  ],
  batch: ({ operands: [x], dims: [d], size, params: p, axisName }) => {
    if (!named(axisName, p)) return { results: [bind1(ppermuteOp, [x], p)], dims: [d] };
    requireAlone("ppermute", p);
    return permuteRows(batchAt(x, d, 0, size), p.permutation);
  },
  effect: "none",
  cost: "costly",
  lower: (c, [x], { axes, permutation }) => {
    const pairs = devicesTogether(c, axes).flatMap((g) => permutation.map(([from, to]) => [g[from]!, g[to]!]));
    return c.op("stablehlo.collective_permute", [x], [typeOf(c.results[0]!)], {
      channel_handle: channel,
      source_target_pairs: table(pairs, 2),
    });
  },
});

/** Rows of the leading dimension in another order, as few slices as its runs allow. */
function permuteRows(x: Tensor, permutation: PermuteParams["permutation"]): BatchOutput {
  const source = new Map(permutation.map(([from, to]) => [to, from]));
  const size = x.shape[0]!;
  const runs: Tensor[] = [];
  for (let to = 0; to < size; ) {
    const from = source.get(to);
    let end = to + 1;
    while (end < size && source.get(end) === (from === undefined ? undefined : from + end - to)) end++;
    const rows = sliceInDim(x, from ?? 0, (from ?? 0) + end - to, 0);
    runs.push(from === undefined ? zeros(rows.aval) : rows);
    to = end;
  }
  return { results: [runs.length === 1 ? runs[0]! : concatenate(runs, 0)], dims: [0] };
}

/** The whole of `x` from every position of the axes, joined or stacked along `dim`. */
export const allGather = (x: Tensor, params: GatherParams): Tensor => bind1(allGatherOp, [x], params);
export const reduceScatter = (x: Tensor, params: GatherParams): Tensor => bind1(reduceScatterOp, [x], params);
/** Splits along `from` and joins along `to`; several axes one after the other. */
export function allToAll(x: Tensor, from: number, to: number, steps: readonly Sized[]): Tensor {
  if (steps.length === 1) return bind1(allToAllOp, [x], { ...steps[0]!, split: from, concat: to });
  // [… n1·n2·s …] → [… n1, n2, s …], each exchanged in place, then moved before the joined dimension.
  const sizes = steps.map((s) => s.size);
  const count = sizes.reduce((n, k) => n * k, 1);
  if (x.shape[from]! % count !== 0)
    throw new ShapeError(
      `all_to_all: got ${longAval(x.aval)} to split along dimension ${from} over ${count} positions; expected a multiple.`,
    );
  let y = reshape(x, [...x.shape.slice(0, from), ...sizes, x.shape[from]! / count, ...x.shape.slice(from + 1)]);
  steps.forEach((s, i) => {
    y = bind1(allToAllOp, [y], { ...s, split: from + i, concat: from + i });
  });
  const dims = [...y.shape.keys()];
  const pieces = dims.slice(from, from + steps.length);
  const rest = dims.filter((d) => !pieces.includes(d));
  const moved = transpose(y, [...rest.slice(0, to), ...pieces, ...rest.slice(to)]);
  return reshape(moved, [
    ...moved.shape.slice(0, to),
    count * moved.shape[to + steps.length]!,
    ...moved.shape.slice(to + steps.length + 1),
  ]);
}
