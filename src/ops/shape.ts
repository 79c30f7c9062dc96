// Operations that only move elements: broadcast, reshape, transpose, slice, pad, concatenate, reverse, iota.
import { attr } from "../../hlo/attributes.ts";
import { avalOf, longAval, sameShape, withShape } from "../core/aval.ts";
import type { DType } from "../core/dtype.ts";
import { DTypeError, ShapeError } from "../core/errors.ts";
import { typeOf } from "../core/lowering.ts";
import { defineOp, type Maybe, type Op } from "../core/op.ts";
import { Literal, type Tensor } from "../core/tensor.ts";
import { bind1, hasAmbient } from "../core/trace.ts";
import { batchAt, batchFront, insertDim, shifted } from "./batching.ts";
import { sub } from "./binary.ts";
import { select } from "./compare.ts";
import { type Operand, splat, zeroOf } from "./literal.ts";
import { reduceSum } from "./reduce.ts";

const show = (dims: readonly number[]) => `[${dims.join(",")}]`;
const product = (dims: readonly number[]) => dims.reduce((n, d) => n * d, 1);
const range = (n: number) => Array.from({ length: n }, (_, i) => i);

/** Dimension `i` of the operand becomes dimension `dims[i]` of the result; sizes of 1 are repeated. */
export const broadcastOp: Op<{ shape: readonly number[]; dims: readonly number[] }, readonly [Tensor]> = defineOp({
  name: "broadcast_in_dim",
  shape: ([x], { shape, dims }) => {
    const fits =
      dims.length === x.shape.length &&
      dims.every((d, i) => d < shape.length && (i === 0 || d > dims[i - 1]!)) &&
      x.shape.every((n, i) => n === 1 || n === shape[dims[i]!]);
    if (!fits)
      throw new ShapeError(
        `broadcast_in_dim: got ${longAval(x)} with dimensions ${show(dims)}, which does not fit the shape ${show(shape)}. ` +
          "Each dimension must be 1 or equal to the one it is mapped to, and the mapping must rise.",
      );
    return [withShape(x, shape)];
  },
  derivative: ["linear"],
  transpose: ({ cotangents: [ct], avals: [x], params: { shape, dims } }) => {
    if (!ct) return [null];
    const summed = range(shape.length).filter((d) => {
      const from = dims.indexOf(d);
      return from < 0 || (x.shape[from] === 1 && shape[d] !== 1);
    });
    return [reshape(reduceSum(ct, summed), x.shape)];
  },
  batch: ({ operands: [x], dims: [d], size, params: { shape, dims } }) => {
    const front = batchAt(x, d, 0, size);
    const result = broadcastInDim(front, [size, ...shape], [0, ...dims.map((i) => i + 1)]);
    return { results: [result], dims: [0] };
  },
  effect: "none",
  cost: "cheap",
  lower: (c, [x], { dims }) => [
    c.one("stablehlo.broadcast_in_dim", [x], typeOf(c.results[0]!), { broadcast_dimensions: attr.i64s(dims) }),
  ],
});

export function broadcastInDim(x: Tensor, shape: readonly number[], dims: readonly number[]): Tensor {
  if (sameShape(x.shape, shape)) return x;
  if (x instanceof Literal && hasAmbient()) return new Literal(x.value, withShape(x.aval, shape));
  return bind1(broadcastOp, [x], { shape, dims });
}

export const reshapeOp: Op<{ shape: readonly number[] }, readonly [Tensor]> = defineOp({
  name: "reshape",
  shape: ([x], { shape }) => {
    if (product(shape) !== x.size || shape.some((d) => !Number.isInteger(d) || d < 0))
      throw new ShapeError(
        `reshape: got ${longAval(x)} (${x.size} elements) for shape ${show(shape)} (${product(shape)} elements); ` +
          "expected as many elements.",
      );
    return [withShape(x, shape)];
  },
  derivative: ["linear"],
  transpose: ({ cotangents: [ct], avals: [x] }) => [ct && reshape(ct, x.shape)],
  batch: ({ operands: [x], dims: [d], size, params: { shape } }) => ({
    results: [reshape(batchFront(x, d, size), [size, ...shape])],
    dims: [0],
  }),
  effect: "none",
  cost: "cheap",
  lower: (c, [x]) => [c.one("stablehlo.reshape", [x], typeOf(c.results[0]!))],
});

export function reshape(x: Tensor, shape: readonly number[]): Tensor {
  if (sameShape(x.shape, shape)) return x;
  if (x instanceof Literal && product(shape) === x.size) return new Literal(x.value, withShape(x.aval, shape));
  return bind1(reshapeOp, [x], { shape });
}

export const transposeOp: Op<{ permutation: readonly number[] }, readonly [Tensor]> = defineOp({
  name: "transpose",
  shape: ([x], { permutation }) => {
    if (
      !sameShape(
        [...permutation].sort((a, b) => a - b),
        range(x.shape.length),
      )
    )
      throw new ShapeError(
        `transpose: got permutation ${show(permutation)} for ${longAval(x)}; expected one of ${x.shape.length} dimensions.`,
      );
    return [
      withShape(
        x,
        permutation.map((d) => x.shape[d]!),
      ),
    ];
  },
  derivative: ["linear"],
  transpose: ({ cotangents: [ct], params: { permutation } }) => [ct && transpose(ct, inverse(permutation))],
  batch: ({ operands: [x], dims: [d], params: { permutation } }) => ({
    results: [transpose(x, [d!, ...permutation.map((p) => shifted(p, d!))])],
    dims: [0],
  }),
  effect: "none",
  cost: "cheap",
  lower: (c, [x], { permutation }) => [
    c.one("stablehlo.transpose", [x], typeOf(c.results[0]!), { permutation: attr.i64s(permutation) }),
  ],
});

export function inverse(permutation: readonly number[]): number[] {
  const out = new Array<number>(permutation.length);
  permutation.forEach((p, i) => {
    out[p] = i;
  });
  return out;
}

export function transpose(x: Tensor, permutation: readonly number[]): Tensor {
  if (permutation.length === x.ndim && permutation.every((p, i) => p === i)) return x;
  if (x instanceof Literal && permutation.length === x.ndim)
    return new Literal(
      x.value,
      withShape(
        x.aval,
        permutation.map((d) => x.shape[d]!),
      ),
    );
  return bind1(transposeOp, [x], { permutation });
}

export const revOp: Op<{ dimensions: readonly number[] }, readonly [Tensor]> = defineOp({
  name: "rev",
  shape: ([x], { dimensions }) => {
    if (dimensions.some((d) => !(d >= 0 && d < x.shape.length)) || new Set(dimensions).size !== dimensions.length)
      throw new ShapeError(
        `rev: got dimensions ${show(dimensions)} for ${longAval(x)}; expected different ones below ${x.shape.length}.`,
      );
    return [x];
  },
  derivative: ["linear"],
  transpose: ({ cotangents: [ct], params: { dimensions } }) => [ct && rev(ct, dimensions)],
  batch: ({ operands: [x], dims: [d], params: { dimensions } }) => ({
    results: [
      rev(
        x,
        dimensions.map((i) => shifted(i, d!)),
      ),
    ],
    dims: [d],
  }),
  effect: "none",
  cost: "cheap",
  lower: (c, [x], { dimensions }) => [
    c.one("stablehlo.reverse", [x], typeOf(c.results[0]!), { dimensions: attr.i64s(dimensions) }),
  ],
});
export const rev = (x: Tensor, dimensions: readonly number[]): Tensor => bind1(revOp, [x], { dimensions });

interface SliceParams {
  readonly start: readonly number[];
  readonly limit: readonly number[];
  readonly strides: readonly number[];
}
const sliceSize = (start: number, limit: number, stride: number) => Math.max(0, Math.ceil((limit - start) / stride));

/** Elements `start`, `start + stride`, … before `limit`, along every dimension. */
export const sliceOp: Op<SliceParams, readonly [Tensor]> = defineOp({
  name: "slice",
  shape: ([x], { start, limit, strides }) => {
    const rank = x.shape.length;
    const fits =
      [start, limit, strides].every((p) => p.length === rank) &&
      x.shape.every((n, i) => start[i]! >= 0 && start[i]! <= limit[i]! && limit[i]! <= n && strides[i]! > 0);
    if (!fits)
      throw new ShapeError(
        `slice: got start ${show(start)}, limit ${show(limit)}, strides ${show(strides)} for ${longAval(x)}; expected ` +
          "0 ≤ start ≤ limit ≤ size and positive strides along every dimension.",
      );
    return [
      withShape(
        x,
        start.map((s, i) => sliceSize(s, limit[i]!, strides[i]!)),
      ),
    ];
  },
  derivative: ["linear"],
  transpose: ({ cotangents: [ct], avals: [x], params: { start, strides } }) => {
    if (!ct) return [null];
    const covered = ct.shape.map((n, i) => (n === 0 ? 0 : (n - 1) * strides[i]! + 1));
    return [
      pad(
        ct,
        zeroOf(ct.dtype),
        start,
        x.shape.map((n, i) => n - start[i]! - covered[i]!),
        strides.map((s) => s - 1),
      ),
    ];
  },
  batch: ({ operands: [x], dims: [d], size, params: { start, limit, strides } }) => ({
    results: [slice(x, insertDim(start, d!, 0), insertDim(limit, d!, size), insertDim(strides, d!, 1))],
    dims: [d],
  }),
  effect: "none",
  cost: "cheap",
  lower: (c, [x], { start, limit, strides }) => [
    c.one("stablehlo.slice", [x], typeOf(c.results[0]!), {
      start_indices: attr.i64s(start),
      limit_indices: attr.i64s(limit),
      strides: attr.i64s(strides),
    }),
  ],
});
export function slice(
  x: Tensor,
  start: readonly number[],
  limit: readonly number[],
  strides: readonly number[] = start.map(() => 1),
): Tensor {
  if (start.every((s, i) => s === 0 && limit[i] === x.shape[i] && strides[i] === 1) && start.length === x.ndim)
    return x;
  return bind1(sliceOp, [x], { start, limit, strides });
}

/** `slice` along one dimension. */
export function sliceInDim(x: Tensor, start: number, limit: number, dim: number, stride = 1): Tensor {
  return slice(
    x,
    x.shape.map((_, i) => (i === dim ? start : 0)),
    x.shape.map((n, i) => (i === dim ? limit : n)),
    x.shape.map((_, i) => (i === dim ? stride : 1)),
  );
}

interface PadParams {
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly interior: readonly number[];
}
/** Adds `low` before, `high` after (negative: removes) and `interior` between elements along every dimension. */
export const padOp: Op<PadParams, readonly [Tensor, Tensor]> = defineOp({
  name: "pad",
  shape: ([x, value], { low, high, interior }) => {
    if (value.dtype !== x.dtype || value.shape.length !== 0)
      throw new DTypeError(`pad: got padding value ${longAval(value)} for ${longAval(x)}, expected ${x.dtype}[].`);
    const shape = x.shape.map((n, i) => low[i]! + high[i]! + n + Math.max(0, n - 1) * interior[i]!);
    if (
      ![low, high, interior].every((p) => p.length === x.shape.length) ||
      interior.some((p) => p < 0) ||
      shape.some((n) => n < 0)
    )
      throw new ShapeError(
        `pad: got low ${show(low)}, high ${show(high)}, interior ${show(interior)} for ${longAval(x)}; expected ` +
          "one number for each dimension, interior from 0, and no more removed than there is.",
      );
    return [avalOf(shape, x.dtype, x.weakType && value.weakType)];
  },
  derivative: ["linear", "linear"],
  transpose: ({ cotangents: [ct], operands: [x, value], params: { low, high, interior } }) => {
    if (!ct) return [null, null];
    const unpadded = bind1(padOp, [ct, splat(zeroOf(ct.dtype), [], ct.dtype)], {
      low: low.map((p) => -p),
      high: high.map((p) => -p),
      interior: low.map(() => 0),
    });
    const inner = slice(
      unpadded,
      unpadded.shape.map(() => 0),
      unpadded.shape,
      interior.map((p) => p + 1),
    );
    const all = (t: Tensor) => reduceSum(t, range(t.ndim));
    return [x === null ? inner : null, value === null ? sub(all(ct), all(inner)) : null];
  },
  batch: ({ operands: [x, value], dims, size, params: { low, high, interior } }) => {
    const at = dims[0] ?? 0;
    const moved = batchAt(x, dims[0], at, size);
    const wide = [low, high, interior].map((p) => insertDim(p, at, 0)) as [number[], number[], number[]];
    if (dims[1] === null)
      return {
        results: [bind1(padOp, [moved, value], { low: wide[0], high: wide[1], interior: wide[2] })],
        dims: [at],
      };
    // A padding value for each example: pad a mask along, and choose by it.
    const padded = pad(moved, zeroOf(x.dtype), wide[0], wide[1], wide[2]);
    const inside = pad(splat(true, moved.shape, "bool"), false, wide[0], wide[1], wide[2]);
    return { results: [select(inside, padded, broadcastInDim(value, padded.shape, [at]))], dims: [at] };
  },
  effect: "none",
  cost: "cheap",
  lower: (c, [x, value], { low, high, interior }) => [
    c.one("stablehlo.pad", [x, value], typeOf(c.results[0]!), {
      edge_padding_low: attr.i64s(low),
      edge_padding_high: attr.i64s(high),
      interior_padding: attr.i64s(interior),
    }),
  ],
});
export function pad(
  x: Tensor,
  value: Operand,
  low: readonly number[],
  high: readonly number[],
  interior: readonly number[] = low.map(() => 0),
): Tensor {
  if ([low, high, interior].every((p) => p.every((n) => n === 0))) return x;
  const scalar = typeof value === "object" ? value : new Literal(value, withShape(x.aval, []));
  return bind1(padOp, [x, scalar], { low, high, interior });
}

type Many = readonly Tensor[];

export const concatenateOp: Op<{ dimension: number }, Many> = defineOp<{ dimension: number }, Many>({
  name: "concatenate",
  shape: (operands, { dimension }) => {
    const first = operands[0];
    if (first === undefined) throw new ShapeError("concatenate: got no operands, expected at least one.");
    for (const a of operands) {
      if (a.dtype !== first.dtype)
        throw new DTypeError(
          `concatenate: got dtypes ${operands.map((b) => b.dtype).join(", ")}, expected equal ones. Convert with astype first.`,
        );
      if (a.shape.length !== first.shape.length || a.shape.some((n, i) => i !== dimension && n !== first.shape[i]))
        throw new ShapeError(
          `concatenate: got ${operands.map(longAval).join(", ")} along dimension ${dimension}; expected equal sizes ` +
            "along every other dimension.",
        );
    }
    if (!(dimension >= 0 && dimension < first.shape.length))
      throw new ShapeError(
        `concatenate: got dimension ${dimension} for ${longAval(first)}; expected one below ${first.shape.length}. ` +
          "To join along a new dimension, add it with expandDims first (np.stack does).",
      );
    const total = operands.reduce((n, a) => n + a.shape[dimension]!, 0);
    return [
      avalOf(
        first.shape.map((n, i) => (i === dimension ? total : n)),
        first.dtype,
        operands.every((a) => a.weakType),
      ),
    ];
  },
  derivative: { all: "linear" },
  transpose: ({ cotangents: [ct], operands, avals, params: { dimension } }) => {
    let at = 0;
    return avals.map((a, i): Maybe => {
      const start = at;
      at += a.shape[dimension]!;
      return ct && operands[i] === null ? sliceInDim(ct, start, at, dimension) : null;
    });
  },
  batch: ({ operands, dims, size, params: { dimension } }) => ({
    results: [
      concatenate(
        operands.map((x, i) => batchFront(x, dims[i] ?? null, size)),
        dimension + 1,
      ),
    ],
    dims: [0],
  }),
  effect: "none",
  cost: "cheap",
  lower: (c, operands, { dimension }) => [
    c.one("stablehlo.concatenate", operands, typeOf(c.results[0]!), { dimension: attr.i64(dimension) }),
  ],
});
export const concatenate = (operands: readonly Tensor[], dimension: number): Tensor =>
  operands.length === 1 ? operands[0]! : bind1(concatenateOp, operands, { dimension });

/** 0, 1, 2, … along one dimension. */
export const iotaOp: Op<{ dtype: DType; shape: readonly number[]; dimension: number }, readonly []> = defineOp({
  name: "iota",
  shape: (_operands, { dtype, shape, dimension }) => {
    if (dtype === "bool")
      throw new DTypeError("iota: got dtype bool, expected a numeric dtype. Compare a numeric iota instead.");
    if (!(dimension >= 0 && dimension < shape.length))
      throw new ShapeError(
        `iota: got dimension ${dimension} for shape ${show(shape)}; expected one below ${shape.length}.`,
      );
    return [avalOf(shape, dtype)];
  },
  derivative: [],
  transpose: null,
  batch: ({ params }) => ({ results: [bind1(iotaOp, [], params)], dims: [null] }),
  effect: "none",
  cost: "cheap",
  lower: (c, _operands, { dimension }) => [
    c.one("stablehlo.iota", [], typeOf(c.results[0]!), { iota_dimension: attr.i64(dimension) }),
  ],
});
export const iota = (dtype: DType, shape: readonly number[], dimension = 0): Tensor =>
  bind1(iotaOp, [], { dtype, shape, dimension });

/** Adds dimensions of size 1 so that the result has them at `dims`. */
export function expandDims(x: Tensor, dims: readonly number[]): Tensor {
  let shape = x.shape;
  for (const d of [...dims].sort((a, b) => a - b)) shape = insertDim(shape, d, 1);
  return reshape(x, shape);
}

/** Removes dimensions of size 1. */
export function squeeze(x: Tensor, dims: readonly number[]): Tensor {
  for (const d of dims)
    if (x.shape[d] !== 1)
      throw new ShapeError(`squeeze: dimension ${d} of ${longAval(x.aval)} has size ${x.shape[d]}, expected 1.`);
  return reshape(
    x,
    x.shape.filter((_, i) => !dims.includes(i)),
  );
}
