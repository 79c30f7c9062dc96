// Comparisons, selection and clamping.
import { attr } from "../../hlo/attributes.ts";
import { avalOf, longAval, sameShape } from "../core/aval.ts";
import { type DType, kindOf } from "../core/dtype.ts";
import { DTypeError, ShapeError } from "../core/errors.ts";
import { typeOf } from "../core/lowering.ts";
import { defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind1 } from "../core/trace.ts";
import { batchAt } from "./batching.ts";
import { and } from "./binary.ts";
import { batchElementwise, rebinder, requireDType, sameAvals } from "./elementwise.ts";
import { beside, like, type Operand, zerosLike } from "./literal.ts";
import { broadcastInDim } from "./shape.ts";

type NoParams = Record<never, never>;
const none: NoParams = Object.freeze({});
export type Direction = "EQ" | "NE" | "LT" | "LE" | "GT" | "GE";
type CompareOp = Op<NoParams, readonly [Tensor, Tensor]>;

/** How StableHLO is told to compare values of a kind. */
const comparisons = { bool: "UNSIGNED", int: "SIGNED", uint: "UNSIGNED", float: "FLOAT", complex: "FLOAT" } as const;
export const comparison = (dtype: DType) => comparisons[kindOf(dtype)];

function comparing(direction: Direction): CompareOp {
  const name = direction.toLowerCase();
  const op: CompareOp = defineOp({
    name,
    shape: (operands) => {
      requireDType(name, operands[0], direction === "EQ" || direction === "NE" ? "any" : "ordered");
      return [avalOf(sameAvals(name, operands).shape, "bool")];
    },
    derivative: { all: "none" },
    transpose: null,
    batch: batchElementwise(rebinder(() => op)),
    effect: "none",
    cost: "cheap",
    lower: (c, [x, y]) => [
      c.one("stablehlo.compare", [x, y], typeOf(c.results[0]!), {
        comparison_direction: attr.enum("comparison_direction", direction),
        compare_type: attr.enum("comparison_type", comparison(c.operands[0]!.dtype)),
      }),
    ],
  });
  return op;
}

export const compareOps = {
  EQ: comparing("EQ"),
  NE: comparing("NE"),
  LT: comparing("LT"),
  LE: comparing("LE"),
  GT: comparing("GT"),
  GE: comparing("GE"),
} as const;
export const compare = (x: Tensor, direction: Direction, y: Operand): Tensor =>
  bind1(compareOps[direction], [x, beside(x, y)], none);
export const eq = (x: Tensor, y: Operand): Tensor => compare(x, "EQ", y);
export const ne = (x: Tensor, y: Operand): Tensor => compare(x, "NE", y);
export const lt = (x: Tensor, y: Operand): Tensor => compare(x, "LT", y);
export const le = (x: Tensor, y: Operand): Tensor => compare(x, "LE", y);
export const gt = (x: Tensor, y: Operand): Tensor => compare(x, "GT", y);
export const ge = (x: Tensor, y: Operand): Tensor => compare(x, "GE", y);

/** `select_n(which, onFalse, onTrue)`; `which` has their shape, or is a scalar. */
export const selectOp: Op<NoParams, readonly [Tensor, Tensor, Tensor]> = defineOp({
  name: "select_n",
  shape: ([which, onFalse, onTrue]) => {
    if (which.dtype !== "bool")
      throw new DTypeError(`select_n: got a predicate of ${longAval(which)}, expected bool. Compare it with 0 first.`);
    const result = sameAvals("select_n", [onFalse, onTrue]);
    if (which.shape.length > 0 && !sameShape(which.shape, result.shape))
      throw new ShapeError(
        `select_n: got a predicate of shape [${which.shape}] for cases of shape [${result.shape}]; expected the same ` +
          "shape or a scalar. Broadcast it first (np.where does).",
      );
    return [result];
  },
  derivative: ["none", "linear", "linear"],
  transpose: ({ cotangents: [ct], operands: [which, onFalse, onTrue] }) => [
    null,
    ct && onFalse === null ? select(which!, zerosLike(ct), ct) : null,
    ct && onTrue === null ? select(which!, ct, zerosLike(ct)) : null,
  ],
  batch: ({ operands: [which, onFalse, onTrue], dims, size }) => {
    const at = dims[1] ?? dims[2] ?? (which.ndim === onFalse.ndim + 1 ? dims[0]! : 0);
    const cases = [batchAt(onFalse, dims[1], at, size), batchAt(onTrue, dims[2], at, size)] as const;
    const perExample = which.ndim - (dims[0] === null ? 0 : 1);
    let predicate = which;
    if (perExample > 0) predicate = batchAt(which, dims[0], at, size);
    // A scalar predicate that became a vector speaks for whole examples.
    else if (dims[0] !== null) predicate = broadcastInDim(which, cases[0].shape, [at]);
    return { results: [bind1(selectOp, [predicate, ...cases], none)], dims: [at] };
  },
  effect: "none",
  cost: "cheap",
  lower: (c, [which, onFalse, onTrue]) => [c.one("stablehlo.select", [which, onTrue, onFalse], typeOf(c.results[0]!))],
});
export const select = (which: Tensor, onTrue: Tensor, onFalse: Operand): Tensor =>
  bind1(selectOp, [which, beside(onTrue, onFalse), onTrue], none);

/** `clamp(low, x, high)`, all of one shape. At the edges the derivative is shared as min and max do. */
export const clampOp: Op<NoParams, readonly [Tensor, Tensor, Tensor]> = defineOp({
  name: "clamp",
  shape: (operands) => {
    return [sameAvals("clamp", operands)];
  },
  derivative: [
    (t, [low, x, high]) => mask(t, and(gt(low, x), gt(high, low))),
    (t, [low, x, high]) => mask(t, and(gt(x, low), gt(high, x))),
    (t, [_low, x, high]) => mask(t, gt(x, high)),
  ],
  transpose: null,
  batch: batchElementwise(rebinder(() => clampOp)),
  effect: "none",
  cost: "cheap",
  lower: (c, [low, x, high]) => [c.one("stablehlo.clamp", [low, x, high], typeOf(c.results[0]!))],
});
export const clamp = (low: Operand, x: Tensor, high: Operand): Tensor =>
  bind1(clampOp, [beside(x, low), x, beside(x, high)], none);

const mask = (t: Tensor, where: Tensor): Tensor => select(where, t, like(t, 0));
