// scatter: writing slices, or combining them with what is there, at places given by an integer tensor.
import { attr } from "../../hlo/attributes.ts";
import type { Value } from "../../hlo/module.ts";
import { type Aval, avalOf, longAval } from "../core/aval.ts";
import type { DType } from "../core/dtype.ts";
import { NonDifferentiableError, ShapeError } from "../core/errors.ts";
import { typeOf } from "../core/lowering.ts";
import { type Derivative, defineOp, type Op, type Transpose } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind1 } from "../core/trace.ts";
import { batchFront } from "./batching.ts";
import { div, max, min, mul } from "./binary.ts";
import { eq, select } from "./compare.ts";
import { requireDType } from "./elementwise.ts";
import {
  batchedDims,
  type Dims,
  type GatherParams,
  gather,
  gatherShape,
  plain,
  requireIndices,
  requireSlices,
  rowDims,
  stacked,
  within,
} from "./gather.ts";
import { splat, zeroOf, zeros } from "./literal.ts";
import { iota, reshape } from "./shape.ts";
import { convert } from "./unary.ts";

type Three = readonly [operand: Tensor, indices: Tensor, updates: Tensor];
type ScatterOp = Op<GatherParams, Three>;

interface ScatterSpec {
  readonly accepts: "number" | "any";
  /** StableHLO operation of the old and the new element; null keeps the new one. */
  readonly combine: string | null;
  readonly derivative: Derivative<GatherParams, Three>;
  readonly transpose: Transpose<GatherParams, Three> | null;
}

/** Operands: the tensor, where, and what; parameters are those of the gather that would read there. */
function scattering(name: string, spec: ScatterSpec): ScatterOp {
  const op: ScatterOp = defineOp({
    name,
    shape: ([x, indices, updates], { dims, sizes }) => {
      requireDType(name, x, spec.accepts);
      requireIndices(name, indices, dims.startIndexMap.length);
      requireSlices(name, x, sizes);
      const expected = gatherShape(sizes, dims, indices.shape);
      if (updates.dtype !== x.dtype || updates.shape.join() !== expected.join())
        throw new ShapeError(
          `${name}: got updates ${longAval(updates)} for ${longAval(x)}; expected ${longAval(avalOf(expected, x.dtype))}. ` +
            "Broadcast and convert them first.",
        );
      return [avalOf(x.shape, x.dtype, x.weakType && updates.weakType)];
    },
    memory: ([x]) => x!,
    derivative: spec.derivative,
    transpose: spec.transpose,
    batch: ({ operands: [x, indices, updates], dims: [dx, di, du], size, params }) => {
      const p = { ...params, dims: batchedDims(params.dims), sizes: [1, ...params.sizes] };
      const moved = [batchFront(x, dx, size), batchFront(indices, di, size), batchFront(updates, du, size)] as const;
      return { results: [bind1(op, moved, p)], dims: [0] };
    },
    effect: "none",
    cost: "costly",
    lower: (c, operands, p) => lowerScatter(c, operands, p, spec.combine),
  });
  return op;
}

/** Adds the updates to what is there. */
export const scatterAddOp = scattering("scatter_add", {
  accepts: "number",
  combine: "stablehlo.add",
  derivative: ["linear", "none", "linear"],
  transpose: ({ cotangents: [ct], operands: [x, indices, updates], params }) => [
    ct && x === null ? ct : null,
    null,
    ct && updates === null ? gather(ct, indices!, dropping(params, ct.dtype)) : null,
  ],
});

/** Writes the updates; where two go to one place, one of them stays. */
export const scatterOp = scattering("scatter", {
  accepts: "any",
  combine: null,
  derivative: {
    joint: ([tx, , tu], [x, indices, updates], _r, p) => {
      // Only the update that stays counts: number the updates, see which number stays, and silence the others.
      const winners = isUnique(p) ? null : stays(x.shape, indices, updates.shape, p);
      const tangent = tu && winners ? mul(tu, convert(winners, tu.dtype)) : tu;
      const base = bind1(scatterOp, [tx ?? zeros(x.aval), indices, zeros(updates.aval)], p);
      return [tangent ? bind1(scatterAddOp, [base, indices, tangent], p) : base];
    },
  },
  transpose: ({ cotangents: [ct], operands: [x, indices, updates], avals, params }) => [
    ct && x === null ? bind1(scatterOp, [ct, indices!, zeros(avals[2])], params) : null,
    null,
    ct && updates === null ? cotangentOfWritten(ct, indices!, avals[2], params) : null,
  ],
});

/** Multiplies what is there by the updates. Differentiable in the updates where the indices are unique. */
export const scatterMulOp = scattering("scatter_mul", {
  accepts: "number",
  combine: "stablehlo.multiply",
  derivative: [
    "multilinear",
    "none",
    (t, [x, indices], _r, p) => {
      if (!isUnique(p))
        throw new NonDifferentiableError(
          "scatter_mul: got updates to differentiate, whose places may meet; expected unique indices inside the operand. " +
            "Say that they are unique, or multiply by products made with reduce_prod.",
        );
      return bind1(scatterAddOp, [zeros(x.aval), indices, mul(t, gather(x, indices, dropping(p, t.dtype)))], p);
    },
  ],
  transpose: ({ cotangents: [ct], operands: [x, indices, updates], params }) => [
    ct && x === null ? bind1(scatterMulOp, [ct, indices!, updates!], params) : null,
    null,
    null,
  ],
});

/** Everything that equals the result shares its derivative equally. */
const extreme: Derivative<GatherParams, Three> = {
  joint: ([tx, , tu], [x, indices, updates], [z], p) => {
    const fromOperand = convert(eq(x, z!), x.dtype);
    const fromUpdates = convert(eq(updates, gather(z!, indices, dropping(p, x.dtype))), x.dtype);
    const count = bind1(scatterAddOp, [fromOperand, indices, fromUpdates], p);
    const base = tx ? mul(tx, fromOperand) : zeros(x.aval);
    const sum = tu ? bind1(scatterAddOp, [base, indices, mul(tu, fromUpdates)], p) : base;
    return [div(sum, count)];
  },
};
/** The larger of what is there and the updates. */
export const scatterMaxOp = scattering("scatter_max", {
  accepts: "any",
  combine: "stablehlo.maximum",
  derivative: extreme,
  transpose: null,
});
/** The smaller of what is there and the updates. */
export const scatterMinOp = scattering("scatter_min", {
  accepts: "any",
  combine: "stablehlo.minimum",
  derivative: extreme,
  transpose: null,
});

/** An update that was dropped has no cotangent. */
const dropping = (p: GatherParams, dtype: DType): GatherParams =>
  p.mode === "fill" ? { ...p, fill: zeroOf(dtype) } : p;

/** True if no two updates can meet: clamping may bring them together. */
const isUnique = (p: GatherParams): boolean => p.unique && p.mode !== "clip";

/** Mask over the updates: true where the element written is the one that a scatter leaves standing. */
function stays(shape: Dims, indices: Tensor, updates: Dims, p: GatherParams): Tensor {
  const ids = reshape(iota("int32", [updates.reduce((n, d) => n * d, 1)], 0), updates);
  const written = bind1(scatterOp, [splat(-1, shape, "int32"), indices, ids], p);
  return eq(gather(written, indices, { ...p, mode: "clip" }), ids);
}

/** The cotangents of updates: what stands at their places, zero for those overwritten or dropped. */
function cotangentOfWritten(ct: Tensor, indices: Tensor, updates: Aval, p: GatherParams): Tensor {
  const read = gather(ct, indices, dropping(p, ct.dtype));
  return isUnique(p) ? read : select(stays(ct.shape, indices, updates.shape, p), read, zeroOf(ct.dtype));
}

type Lower = typeof scatterAddOp.lower;

/** `stablehlo.scatter`; `combine` is an operation of the old and the new element, or a rule. */
export function lowerScatter(
  c: Parameters<Lower>[0],
  operands: Parameters<Lower>[1],
  p: GatherParams,
  combine: string | null | ((old: Value, update: Value) => Value),
) {
  const scalar = typeOf({ shape: [], dtype: c.results[0]!.dtype });
  const [x, indices, updates] = operands;
  const places = p.mode === "clip" ? clamped(c, indices, p) : indices;
  const body = c.region([scalar, scalar], (a, b) => [
    combine === null ? b! : typeof combine === "string" ? c.one(combine, [a!, b!], scalar) : combine(a!, b!),
  ]);
  return c.op(
    "stablehlo.scatter",
    [x, places, updates],
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
      indices_are_sorted: attr.bool(p.sorted && p.mode !== "clip"),
      unique_indices: attr.bool(isUnique(p)),
    },
    [body],
  );
}

/** XLA clamps the places that it reads, and drops writes outside; clipped writes are moved inside first. */
function clamped(c: Parameters<Lower>[0], indices: Value, { dims, sizes }: GatherParams): Value {
  const [x, at] = c.operands as readonly [Aval, Aval];
  const type = typeOf(at);
  const last = dims.startIndexMap.map((d) => within(x.shape[d]! - sizes[d]!, at.dtype));
  const vector = c.constant(typeOf({ shape: [last.length], dtype: at.dtype }), last);
  const high = c.one("stablehlo.broadcast_in_dim", [vector], type, {
    broadcast_dimensions: attr.i64s([at.shape.length - 1]),
  });
  return c.one("stablehlo.clamp", [c.constant(type, 0), indices, high], type);
}

/** A dynamic_update_slice under vmap; starts are clamped as it does. */
export function scatterRows(x: Tensor, updates: Tensor, starts: readonly Tensor[]): Tensor {
  const clamped = starts.map((s, i) => {
    const last = within(x.shape[i + 1]! - updates.shape[i + 1]!, s.dtype);
    return min(max(s, 0), last);
  });
  const sizes = [1, ...updates.shape.slice(1)];
  return bind1(scatterOp, [x, stacked(clamped), updates], {
    dims: rowDims(x.ndim),
    sizes,
    ...plain("promiseInBounds", 0),
    unique: true,
  });
}
