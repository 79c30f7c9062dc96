// Operations that cut and join: slice, pad, concatenate.
import { attr } from "../../hlo/attributes.ts";
import { avalOf, longAval, withShape } from "../core/aval.ts";
import { DTypeError, ShapeError } from "../core/errors.ts";
import { typeOf } from "../core/lowering.ts";
import { defineOp, type Maybe, type Op } from "../core/op.ts";
import { Literal, type Tensor } from "../core/tensor.ts";
import { bind1 } from "../core/trace.ts";
import { batchAt, batchFront, insertDim } from "./batching.ts";
import { sub } from "./binary.ts";
import { select } from "./compare.ts";
import { type Operand, splat, zeroOf } from "./literal.ts";
import { reduceSum } from "./reduce.ts";
import { broadcastInDim } from "./shape.ts";

const show = (dims: readonly number[]) => `[${dims.join(",")}]`;
const range = (n: number) => Array.from({ length: n }, (_, i) => i);

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
