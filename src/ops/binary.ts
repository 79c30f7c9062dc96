// Elementwise operations of two operands of equal shape and dtype.
import type { Value } from "../../hlo/module.ts";
import type { TensorType } from "../../hlo/types.ts";
import { type LoweringContext, typeOf } from "../core/lowering.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind1 } from "../core/trace.ts";
import { type BinaryOp, type BinarySpec, binary } from "./binary-family.ts";
import { eq, select } from "./compare.ts";
import { lexicographic } from "./complex-lowering.ts";
import { beside, like, type Operand } from "./literal.ts";
import { abs, floor, log, neg, sign, square } from "./unary.ts";

export type { BinaryOp } from "./binary-family.ts";

const apply =
  (op: BinaryOp) =>
  (x: Tensor, y: Operand): Tensor =>
    bind1(op, [x, beside(x, y)], {});
const s = (name: string) => `stablehlo.${name}`;

export const addOp = binary("add", {
  accepts: "number",
  lower: s("add"),
  jvp: ["linear", "linear"],
  transpose: (ct) => [ct, ct],
});
export const add = apply(addOp);
export const subOp = binary("sub", {
  accepts: "number",
  lower: s("subtract"),
  jvp: ["linear", "linear"],
  transpose: (ct, _x, y) => [ct, y === null ? neg(ct) : null],
});
export const sub = apply(subOp);
export const mulOp = binary("mul", {
  accepts: "number",
  lower: s("multiply"),
  jvp: ["multilinear", "multilinear"],
  transpose: (ct, x, y) => [y && mul(ct, y), x && mul(ct, x)],
});
export const mul = apply(mulOp);
/** Integers divide toward zero. */
export const divOp = binary("div", {
  accepts: "number",
  lower: s("divide"),
  jvp: ["linear", (t, _x, y, z) => neg(mul(div(t, y), z))],
  transpose: (ct, _x, y) => [y && div(ct, y), null],
});
export const div = apply(divOp);
/** Remainder with the sign of the dividend. */
export const remOp = binary("rem", {
  accepts: "real",
  lower: s("remainder"),
  jvp: [(t) => t, (t, x, y) => mul(neg(t), mul(sign(div(x, y)), floor(abs(div(x, y)))))],
});
export const rem = apply(remOp);

/** How much of the tangent of `x` comes through `z = max(x, y)` (or min): ties share it equally. */
export const tieShare = (x: Tensor, y: Tensor, z: Tensor): Tensor =>
  select(eq(x, y), like(x, 0.5), select(eq(x, z), like(x, 1), like(x, 0)));
const extreme: BinarySpec["jvp"] = [
  (t, x, y, z) => mul(t, tieShare(x, y, z)),
  (t, x, y, z) => mul(t, tieShare(y, x, z)),
];
/** The larger of two values; complex ones are ordered by real part, then by imaginary part. */
const extremeLowering =
  (name: string, direction: "GT" | "LT") => (c: LoweringContext, x: Value, y: Value, type: TensorType) =>
    type.element.startsWith("complex") ? lexicographic(c, direction, x, y, type) : c.one(s(name), [x, y], type);
export const larger = extremeLowering("maximum", "GT");
export const smaller = extremeLowering("minimum", "LT");
const lowered = (rule: typeof larger) => (c: LoweringContext, x: Value, y: Value) =>
  rule(c, x, y, typeOf(c.results[0]!));
export const maxOp = binary("max", { accepts: "any", lower: lowered(larger), jvp: extreme });
export const max = apply(maxOp);
export const minOp = binary("min", { accepts: "any", lower: lowered(smaller), jvp: extreme });
export const min = apply(minOp);
export const powOp = binary("pow", {
  accepts: "number",
  lower: s("power"),
  // y x^(y−1), and log(x) x^y with log(0) taken as 0. As in JAX the first is NaN where x and y are 0.
  jvp: [
    (t, x, y) => mul(t, mul(y, pow(x, sub(y, 1)))),
    (t, x, _y, z) => mul(t, mul(log(select(eq(x, 0), like(x, 1), x)), z)),
  ],
});
export const pow = apply(powOp);
export const atan2Op = binary("atan2", {
  accepts: "inexact",
  lower: s("atan2"),
  jvp: [
    (t, x, y) => mul(t, div(y, add(square(x), square(y)))),
    (t, x, y) => mul(t, div(neg(x), add(square(x), square(y)))),
  ],
});
export const atan2 = apply(atan2Op);
export const nextafterOp = binary("nextafter", {
  accepts: "float",
  lower: "chlo.next_after",
  jvp: ["none", "none"],
});
export const nextafter = apply(nextafterOp);
const bits = (name: string, lower: string) => binary(name, { accepts: "bits", lower: s(lower), jvp: ["none", "none"] });
export const andOp = bits("and", "and");
export const and = apply(andOp);
export const orOp = bits("or", "or");
export const or = apply(orOp);
export const xorOp = bits("xor", "xor");
export const xor = apply(xorOp);
const shift = (name: string) => binary(name, { accepts: "integer", lower: s(name), jvp: ["none", "none"] });
export const shiftLeftOp = shift("shift_left");
export const shiftLeft = apply(shiftLeftOp);
export const shiftRightLogicalOp = shift("shift_right_logical");
export const shiftRightLogical = apply(shiftRightLogicalOp);
export const shiftRightArithmeticOp = shift("shift_right_arithmetic");
export const shiftRightArithmetic = apply(shiftRightArithmeticOp);
