// Reductions of windows (sum, max, min), and the selections that are the derivatives of max and min.
import { attr } from "../../hlo/attributes.ts";
import { type Aval, avalOf, longAval, sameShape, withShape } from "../core/aval.ts";
import type { DType } from "../core/dtype.ts";
import { DTypeError, NonDifferentiableError, ShapeError } from "../core/errors.ts";
import { type LoweringContext, typeOf } from "../core/lowering.ts";
import { defineOp, type Op, type OperandDerivative, type Transpose } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind1 } from "../core/trace.ts";
import { batchFront, insertDim } from "./batching.ts";
import { comparison } from "./compare.ts";
import { type Accepts, requireDType } from "./elementwise.ts";
import { highest, lowest, zeroOf } from "./literal.ts";
import { pad, slice } from "./shape.ts";
import { dilated, isPositive, isWhole, type Padding, showPadding, windowsIn } from "./window-geometry.ts";

type Dims = readonly number[];
type One = readonly [Tensor];
type Two = readonly [Tensor, Tensor];

/** One number, or pair, for each dimension of the operand. */
export interface WindowParams {
  readonly window: Dims;
  readonly strides: Dims;
  readonly padding: Padding;
  /** Holes between the operand's elements. */
  readonly baseDilation: Dims;
  /** Holes between a window's elements. */
  readonly windowDilation: Dims;
}

/** How many windows stand in a tensor of shape `a`. @throws ShapeError */
export function windowShape(name: string, a: Aval, p: WindowParams): Dims {
  const rank = a.shape.length;
  const fail = (got: string, expected: string): never => {
    throw new ShapeError(
      `${name}: got ${got} for ${longAval(a)}; expected ${expected} for each of ${rank} dimensions.`,
    );
  };
  for (const [what, values] of [
    ["window", p.window],
    ["strides", p.strides],
    ["base dilation", p.baseDilation],
    ["window dilation", p.windowDilation],
  ] as const)
    if (values.length !== rank || !values.every(isPositive)) fail(`${what} [${values}]`, "a positive whole number");
  if (p.padding.length !== rank || !p.padding.every((pair) => pair.length === 2 && pair.every(isWhole)))
    fail(`padding ${showPadding(p.padding)}`, "a pair [low, high]");
  return a.shape.map((n, d) => {
    const [low, high] = p.padding[d]!;
    const size = low + dilated(n, p.baseDilation[d]!) + high;
    return windowsIn(size, dilated(p.window[d]!, p.windowDilation[d]!), p.strides[d]!);
  });
}

/** The parameters when the operand has one more dimension, at `at`. */
export const batchedWindow = <P extends WindowParams>(p: P, at: number): P => ({
  ...p,
  window: insertDim(p.window, at, 1),
  strides: insertDim(p.strides, at, 1),
  padding: [...p.padding.slice(0, at), [0, 0], ...p.padding.slice(at)],
  baseDilation: insertDim(p.baseDilation, at, 1),
  windowDilation: insertDim(p.windowDilation, at, 1),
});

export const windowAttributes = (p: WindowParams) => ({
  window_dimensions: attr.i64s(p.window),
  window_strides: attr.i64s(p.strides),
  base_dilations: attr.i64s(p.baseDilation),
  window_dilations: attr.i64s(p.windowDilation),
  padding: attr.dense({ kind: "tensor", shape: [p.padding.length, 2], element: "i64" }, p.padding.flat()),
});

interface WindowSpec {
  readonly accepts: Accepts;
  readonly lower: string;
  readonly initial: (dtype: DType) => number | bigint | boolean;
  readonly derivative: OperandDerivative<WindowParams, One>;
  readonly transpose: Transpose<WindowParams, One> | null;
}

function windowReduction(name: string, spec: WindowSpec) {
  const op: Op<WindowParams, One> = defineOp({
    name,
    shape: ([x], p) => {
      requireDType(name, x, spec.accepts);
      return [withShape(x, windowShape(name, x, p))];
    },
    derivative: [spec.derivative],
    transpose: spec.transpose,
    batch: ({ operands: [x], dims: [d], params }) => ({
      results: [bind1(op, [x], batchedWindow(params, d!))],
      dims: [d],
    }),
    effect: "none",
    cost: "costly",
    lower: (c, [x], p) => {
      const { dtype } = c.results[0]!;
      const scalar = typeOf({ shape: [], dtype });
      const body = c.region([scalar, scalar], (a, b) => [c.one(spec.lower, [a!, b!], scalar)]);
      const initial = c.constant(scalar, spec.initial(dtype));
      return c.op("stablehlo.reduce_window", [x, initial], [typeOf(c.results[0]!)], windowAttributes(p), [body]);
    },
  });
  return op;
}

/** The cotangent, spread by the strides and padded, summed over the same windows. */
const sumTranspose: Transpose<WindowParams, One> = ({ cotangents: [ct], avals: [x], params: p }) => {
  if (!ct) return [null];
  const before = p.window.map((n, d) => dilated(n, p.windowDilation[d]!) - 1 - p.padding[d]![0]);
  const after = before.map((low, d) => {
    const [n, window] = [dilated(x.shape[d]!, p.baseDilation[d]!), dilated(p.window[d]!, p.windowDilation[d]!)];
    return n + window - 1 - dilated(ct.shape[d]!, p.strides[d]!) - low;
  });
  const holes = p.strides.map((s) => s - 1);
  const wide = pad(ct, zeroOf(ct.dtype), before, after, holes);
  const ones = p.window.map(() => 1);
  const none = p.window.map(() => [0, 0] as const);
  return [bind1(reduceWindowSumOp, [wide], { ...p, strides: p.baseDilation, padding: none, baseDilation: ones })];
};

export const reduceWindowSumOp = windowReduction("reduce_window_sum", {
  accepts: "number",
  lower: "stablehlo.add",
  initial: zeroOf,
  derivative: "linear",
  transpose: sumTranspose,
});
export const reduceWindowSum = (x: Tensor, p: WindowParams): Tensor => bind1(reduceWindowSumOp, [x], p);

/** The first of equal extremes has the whole derivative. */
const chosen =
  (direction: Selection): OperandDerivative<WindowParams, One> =>
  (t, [x], _r, p) =>
    bind1(selectAndGatherAddOp, [t, x], { ...p, direction });

export const reduceWindowMaxOp = windowReduction("reduce_window_max", {
  accepts: "any",
  lower: "stablehlo.maximum",
  initial: lowest,
  derivative: chosen("GE"),
  transpose: null,
});
export const reduceWindowMax = (x: Tensor, p: WindowParams): Tensor => bind1(reduceWindowMaxOp, [x], p);
export const reduceWindowMinOp = windowReduction("reduce_window_min", {
  accepts: "any",
  lower: "stablehlo.minimum",
  initial: highest,
  derivative: chosen("LE"),
  transpose: null,
});
export const reduceWindowMin = (x: Tensor, p: WindowParams): Tensor => bind1(reduceWindowMinOp, [x], p);

/** GE chooses the first largest element of a window, LE the first smallest. */
export type Selection = "GE" | "LE";
export interface SelectParams extends WindowParams {
  readonly direction: Selection;
}
const identityOf = (direction: Selection, dtype: DType) => (direction === "GE" ? lowest(dtype) : highest(dtype));

/** True where `a` is chosen over `b`. */
function choose(c: LoweringContext, direction: Selection, a: Parameters<LoweringContext["op"]>[1], dtype: DType) {
  return c.one("stablehlo.compare", a, typeOf({ shape: [], dtype: "bool" }), {
    comparison_direction: attr.enum("comparison_direction", direction),
    compare_type: attr.enum("comparison_type", comparison(dtype)),
  });
}

function requireAlike(name: string, t: Aval, x: Aval, shape: Dims): void {
  requireDType(name, x, "number");
  if (t.dtype !== x.dtype)
    throw new DTypeError(`${name}: got ${longAval(t)} and ${longAval(x)}; expected equal dtypes. Use astype.`);
  if (!sameShape(t.shape, shape))
    throw new ShapeError(`${name}: got ${longAval(t)} beside ${longAval(x)}; expected shape [${shape}].`);
}

/** Operands: values, and what is compared. For each window, the value where the extreme of the other stands. */
export const selectAndGatherAddOp: Op<SelectParams, Two> = defineOp({
  name: "select_and_gather_add",
  shape: ([t, x], p) => {
    requireAlike("select_and_gather_add", t, x, x.shape);
    return [avalOf(windowShape("select_and_gather_add", x, p), x.dtype, t.weakType && x.weakType)];
  },
  derivative: ["linear", "none"],
  transpose: ({ cotangents: [ct], operands: [, x], params: p }) => {
    if (!ct) return [null, null];
    if (p.windowDilation.some((d) => d !== 1))
      throw new NonDifferentiableError(
        `select_and_gather_add: got window dilation [${p.windowDilation}]; the extreme of windows with holes has a forward ` +
          "derivative only. Use windows without holes.",
      );
    const holes = p.baseDilation.map((d) => d - 1);
    const zero = holes.map(() => 0);
    const wide = pad(x!, identityOf(p.direction, x!.dtype), zero, zero, holes);
    const spread = bind1(selectAndScatterAddOp, [ct, wide], { ...p, baseDilation: p.window.map(() => 1) });
    return [slice(spread, zero, spread.shape, p.baseDilation), null];
  },
  batch: ({ operands: [t, x], dims: [dt, dx], size, params }) => {
    const moved = [batchFront(t, dt, size), batchFront(x, dx, size)] as const;
    return { results: [bind1(selectAndGatherAddOp, moved, batchedWindow(params, 0))], dims: [0] };
  },
  effect: "none",
  cost: "costly",
  lower: (c, [t, x], p) => {
    const { dtype } = c.results[0]!;
    const scalar = typeOf({ shape: [], dtype });
    const initial = [c.constant(scalar, identityOf(p.direction, dtype)), c.constant(scalar, zeroOf(dtype))];
    const body = c.region([scalar, scalar, scalar, scalar], (x0, t0, x1, t1) => {
      const first = choose(c, p.direction, [x0!, x1!], dtype);
      return [
        c.one("stablehlo.select", [first, x0!, x1!], scalar),
        c.one("stablehlo.select", [first, t0!, t1!], scalar),
      ];
    });
    const type = typeOf(c.results[0]!);
    const both = c.op("stablehlo.reduce_window", [x, t, ...initial], [type, type], windowAttributes(p), [body]);
    return [both[1]!];
  },
});

/**
 * Operands: a value for each window, and what is compared. Each value is added where the extreme of its window stands.
 * Dilations must be 1. As `select_and_scatter` of the StableHLO specification.
 */
export const selectAndScatterAddOp: Op<SelectParams, Two> = defineOp({
  name: "select_and_scatter_add",
  shape: ([source, x], p) => {
    if ([...p.baseDilation, ...p.windowDilation].some((d) => d !== 1))
      throw new ShapeError(
        `select_and_scatter_add: got dilations [${p.baseDilation}] and [${p.windowDilation}]; expected 1 everywhere.`,
      );
    requireAlike("select_and_scatter_add", source, x, windowShape("select_and_scatter_add", x, p));
    return [avalOf(x.shape, x.dtype, source.weakType && x.weakType)];
  },
  derivative: ["linear", "none"],
  transpose: ({ cotangents: [ct], operands: [, x], params }) => [
    ct && bind1(selectAndGatherAddOp, [ct, x!], params),
    null,
  ],
  batch: ({ operands: [source, x], dims: [ds, dx], size, params }) => {
    const moved = [batchFront(source, ds, size), batchFront(x, dx, size)] as const;
    return { results: [bind1(selectAndScatterAddOp, moved, batchedWindow(params, 0))], dims: [0] };
  },
  effect: "none",
  cost: "costly",
  // XLA's padding of this operation fails on several platforms, so the operand is padded by itself.
  lower: (c, [source, x], p) => {
    const { dtype, shape } = c.results[0]!;
    const scalar = typeOf({ shape: [], dtype });
    const padded = typeOf({ shape: shape.map((n, d) => n + p.padding[d]![0] + p.padding[d]![1]), dtype });
    const wide = c.one("stablehlo.pad", [x, c.constant(scalar, identityOf(p.direction, dtype))], padded, {
      edge_padding_low: attr.i64s(p.padding.map(([low]) => low)),
      edge_padding_high: attr.i64s(p.padding.map(([, high]) => high)),
      interior_padding: attr.i64s(shape.map(() => 0)),
    });
    const select = c.region([scalar, scalar], (a, b) => [choose(c, p.direction, [a!, b!], dtype)]);
    const scatter = c.region([scalar, scalar], (a, b) => [c.one("stablehlo.add", [a!, b!], scalar)]);
    const zero = c.constant(scalar, zeroOf(dtype));
    const attributes = { window_dimensions: attr.i64s(p.window), window_strides: attr.i64s(p.strides) };
    const spread = c.one("stablehlo.select_and_scatter", [wide, source, zero], padded, attributes, [select, scatter]);
    // Negative padding has removed elements, whose cotangents are zero.
    return [
      c.one("stablehlo.pad", [spread, zero], typeOf(c.results[0]!), {
        edge_padding_low: attr.i64s(p.padding.map(([low]) => -low)),
        edge_padding_high: attr.i64s(p.padding.map(([, high]) => -high)),
        interior_padding: attr.i64s(shape.map(() => 0)),
      }),
    ];
  },
});
