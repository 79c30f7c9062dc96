// The family of elementwise operations of two operands of equal shape and dtype.
import type { Value } from "../../hlo/module.ts";
import type { Aval } from "../core/aval.ts";
import { type LoweringContext, typeOf } from "../core/lowering.ts";
import { defineOp, type Maybe, type Op, type OperandDerivative } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { type Accepts, batchElementwise, rebinder, requireDType, sameAvals } from "./elementwise.ts";

// Files of operations import each other in circles, and this one before it is run: only functions here, which use nothing
// of the other files until they are needed.
type NoParams = Record<never, never>;
type Two = readonly [Tensor, Tensor];
export type BinaryOp = Op<NoParams, Two>;

/** Tangent from tangent `t`, operands `x` and `y`, result `z`. */
type Rule = "none" | "linear" | "multilinear" | ((t: Tensor, x: Tensor, y: Tensor, z: Tensor) => Tensor);

export interface BinarySpec {
  readonly accepts: Accepts;
  readonly lower: string | ((c: LoweringContext, x: Value, y: Value) => Value);
  readonly jvp: readonly [Rule, Rule];
  /** Cotangents of both operands; `x` or `y` is null where linear. Required if a rule is linear or multilinear. */
  readonly transpose?: (ct: Tensor, x: Maybe, y: Maybe) => readonly [Maybe, Maybe];
}

function rule(r: Rule): OperandDerivative<NoParams, Two> {
  return typeof r === "function" ? (t, [x, y], [z]) => r(t, x, y, z!) : r;
}

export function binary(name: string, spec: BinarySpec): BinaryOp {
  const { transpose, lower } = spec;
  const op: BinaryOp = defineOp({
    name,
    shape: (operands: readonly Aval[]) => {
      requireDType(name, operands[0]!, spec.accepts);
      return [sameAvals(name, operands)];
    },
    derivative: [rule(spec.jvp[0]), rule(spec.jvp[1])],
    transpose: transpose ? ({ cotangents: [ct], operands: [x, y] }) => (ct ? transpose(ct, x, y) : [null, null]) : null,
    batch: (input) => batchElementwise<NoParams, Two>(rebinder(() => op))(input),
    effect: "none",
    cost: "cheap",
    lower: (c, [x, y]) => [typeof lower === "string" ? c.one(lower, [x, y], typeOf(c.results[0]!)) : lower(c, x, y)],
  });
  return op;
}
