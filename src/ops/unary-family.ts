// The family of elementwise operations of one operand.
import type { Value } from "../../hlo/module.ts";
import { avalOf } from "../core/aval.ts";
import type { DType } from "../core/dtype.ts";
import { type LoweringContext, typeOf } from "../core/lowering.ts";
import { defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind1 } from "../core/trace.ts";
import { type Accepts, batchElementwise, rebinder, requireDType } from "./elementwise.ts";

// Files of operations import each other in circles, and this one before it is run: only functions here, which use nothing
// of the other files until they are needed.
type NoParams = Record<never, never>;

interface UnarySpec {
  readonly accepts: Accepts;
  /** The result's dtype, when it is not the operand's; strongly typed if given by name. */
  readonly dtype?: DType | ((operand: DType) => DType);
  /** StableHLO or CHLO name, or a rule. */
  readonly lower: string | ((c: LoweringContext, x: Value) => Value);
  /** Tangent from tangent `t`, operand `x` and result `y`; `linear`, or `none` where the derivative is zero. */
  readonly jvp: "none" | "linear" | ((t: Tensor, x: Tensor, y: Tensor) => Tensor);
}

export type UnaryOp = Op<NoParams, readonly [Tensor]>;

export function unary(name: string, spec: UnarySpec): UnaryOp {
  const { jvp, lower } = spec;
  const op: UnaryOp = defineOp({
    name,
    shape: ([x]) => {
      requireDType(name, x, spec.accepts);
      if (spec.dtype === undefined) return [x];
      if (typeof spec.dtype === "string") return [avalOf(x.shape, spec.dtype)];
      return [avalOf(x.shape, spec.dtype(x.dtype), x.weakType)];
    },
    derivative: [typeof jvp === "function" ? (t, [x], [y]) => jvp(t, x, y!) : jvp],
    transpose: jvp === "linear" ? ({ cotangents: [ct] }) => [ct && bind1(op, [ct], {})] : null,
    batch: (input) => batchElementwise<NoParams, readonly [Tensor]>(rebinder(() => op))(input),
    effect: "none",
    cost: "cheap",
    lower: (c, [x]) => [typeof lower === "string" ? c.one(lower, [x], typeOf(c.results[0]!)) : lower(c, x)],
  });
  return op;
}

export function applied(op: UnaryOp): (x: Tensor) => Tensor {
  return (x) => bind1(op, [x], {});
}
export function stablehlo(name: string): string {
  return `stablehlo.${name}`;
}
export function chlo(name: string): string {
  return `chlo.${name}`;
}
