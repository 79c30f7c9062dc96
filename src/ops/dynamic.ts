// Slices whose start is a value: read and written back, the start clamped so that they fit.
import { attr } from "../../hlo/attributes.ts";
import { type Aval, longAval, withShape } from "../core/aval.ts";
import { isInteger } from "../core/dtype.ts";
import { DTypeError, ShapeError } from "../core/errors.ts";
import { typeOf } from "../core/lowering.ts";
import { defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind1 } from "../core/trace.ts";
import { batchFront } from "./batching.ts";
import { gatherRows } from "./gather.ts";
import { type Operand, splat, zeros } from "./literal.ts";
import { scatterRows } from "./scatter.ts";

type Many = readonly Tensor[];

function checkStarts(name: string, x: Aval, starts: readonly Aval[], sizes: readonly number[]): void {
  if (starts.length !== x.shape.length || sizes.length !== x.shape.length)
    throw new ShapeError(
      `${name}: got ${starts.length} start indices and sizes [${sizes}] for ${longAval(x)}; expected one of each for each dimension.`,
    );
  for (const s of starts)
    if (s.shape.length !== 0 || !isInteger(s.dtype) || s.dtype !== starts[0]!.dtype)
      throw new DTypeError(`${name}: got a start index ${longAval(s)}, expected integer scalars of one dtype.`);
  if (sizes.some((n, i) => n < 0 || n > x.shape[i]!))
    throw new ShapeError(`${name}: got sizes [${sizes}] for ${longAval(x)}; expected sizes no larger than its own.`);
}

/** Operands: the tensor, then one start index for each dimension. */
export const dynamicSliceOp: Op<{ sizes: readonly number[] }, Many> = defineOp({
  name: "dynamic_slice",
  shape: ([x, ...starts], { sizes }) => {
    checkStarts("dynamic_slice", x!, starts, sizes);
    return [withShape(x!, sizes)];
  },
  derivative: {
    joint: ([t], [, ...starts], _r, { sizes }) => [t ? dynamicSlice(t, starts, sizes) : null],
  },
  transpose: ({ cotangents: [ct], operands: [x, ...starts], avals: [a] }) =>
    ct && x === null ? [dynamicUpdateSlice(zeros(a!), ct, starts as Tensor[])] : [null],
  batch: ({ operands: [x, ...starts], dims: [dx, ...ds], size, params: { sizes } }) => {
    const moved = batchFront(x!, dx ?? null, size);
    if (ds.every((d) => d === null)) {
      const zero = splat(starts[0]?.dtype.endsWith("64") ? 0n : 0, [], starts[0]!.dtype);
      return { results: [dynamicSlice(moved, [zero, ...starts], [size, ...sizes])], dims: [0] };
    }
    const wide = starts.map((s, i) => batchFront(s, ds[i] ?? null, size));
    return { results: [gatherRows(moved, wide, sizes)], dims: [0] };
  },
  effect: "none",
  cost: "cheap",
  lower: (c, operands, { sizes }) => [
    c.one("stablehlo.dynamic_slice", operands, typeOf(c.results[0]!), { slice_sizes: attr.i64s(sizes) }),
  ],
});

const starting = (starts: readonly Operand[]): Tensor[] => {
  const dtype = starts.find((s): s is Tensor => typeof s === "object")?.dtype ?? "int32";
  return starts.map((s) =>
    typeof s === "object" ? s : splat(dtype.endsWith("64") ? BigInt(s) : Number(s), [], dtype),
  );
};

export const dynamicSlice = (x: Tensor, starts: readonly Operand[], sizes: readonly number[]): Tensor =>
  bind1(dynamicSliceOp, [x, ...starting(starts)], { sizes });

/** Operands: the tensor, the update, then one start index for each dimension. */
export const dynamicUpdateSliceOp: Op<Record<never, never>, Many> = defineOp({
  name: "dynamic_update_slice",
  shape: ([x, update, ...starts]) => {
    checkStarts("dynamic_update_slice", x!, starts, update!.shape);
    if (x!.dtype !== update!.dtype)
      throw new DTypeError(`dynamic_update_slice: got ${longAval(update!)} for ${longAval(x!)}; expected one dtype.`);
    return [x!.weakType && !update!.weakType ? withShape(update!, x!.shape) : x!];
  },
  derivative: {
    joint: ([tx, tu], [x, update, ...starts]) => [
      dynamicUpdateSlice(tx ?? zeros(x!.aval), tu ?? zeros(update!.aval), starts),
    ],
  },
  transpose: ({ cotangents: [ct], operands: [x, update, ...rest], avals }) => {
    if (!ct) return [null, null];
    const starts = rest as Tensor[];
    return [
      x === null ? dynamicUpdateSlice(ct, zeros(avals[1]!), starts) : null,
      update === null ? dynamicSlice(ct, starts, avals[1]!.shape) : null,
    ];
  },
  batch: ({ operands: [x, update, ...starts], dims: [dx, du, ...ds], size }) => {
    const moved = batchFront(x!, dx ?? null, size);
    const updates = batchFront(update!, du ?? null, size);
    if (ds.every((d) => d === null)) {
      const zero = splat(starts[0]?.dtype.endsWith("64") ? 0n : 0, [], starts[0]!.dtype);
      return { results: [dynamicUpdateSlice(moved, updates, [zero, ...starts])], dims: [0] };
    }
    const wide = starts.map((s, i) => batchFront(s, ds[i] ?? null, size));
    return { results: [scatterRows(moved, updates, wide)], dims: [0] };
  },
  effect: "none",
  cost: "cheap",
  lower: (c, operands) => [c.one("stablehlo.dynamic_update_slice", operands, typeOf(c.results[0]!))],
});
export const dynamicUpdateSlice = (x: Tensor, update: Tensor, starts: readonly Operand[]): Tensor =>
  bind1(dynamicUpdateSliceOp, [x, update, ...starting(starts)], {});
