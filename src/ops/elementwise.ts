// What all elementwise families share: equal shapes, weak-type results, one batch rule.
import { type Aval, avalOf, longAval, sameShape, withShape } from "../core/aval.ts";
import type { DType } from "../core/dtype.ts";
import { isComplex, isFloat, isInexact, isInteger } from "../core/dtype.ts";
import { DTypeError, ShapeError } from "../core/errors.ts";
import type { BatchInput, BatchOutput } from "../core/op.ts";
import { Literal, type Tensor } from "../core/tensor.ts";
import { bind } from "../core/trace.ts";
import { batchAt } from "./batching.ts";

export type Accepts = "float" | "inexact" | "number" | "real" | "ordered" | "signed" | "integer" | "bits" | "any";

const accepted: Readonly<Record<Accepts, readonly [(d: DType) => boolean, string]>> = {
  float: [isFloat, "a floating dtype"],
  inexact: [isInexact, "a floating or complex dtype"],
  number: [(d) => d !== "bool", "a numeric dtype"],
  real: [(d) => d !== "bool" && !isComplex(d), "a numeric dtype that is not complex"],
  ordered: [(d) => !isComplex(d), "a dtype whose values are ordered (not complex)"],
  signed: [(d) => isFloat(d) || d.startsWith("int"), "a floating or signed integer dtype"],
  integer: [isInteger, "an integer dtype"],
  bits: [(d) => !isInexact(d), "a boolean or integer dtype"],
  any: [() => true, "any dtype"],
};

export function requireDType(name: string, a: Aval, accepts: Accepts): void {
  const [test, expected] = accepted[accepts];
  if (!test(a.dtype))
    throw new DTypeError(`${name}: got ${longAval(a)}, expected ${expected}. Convert it with astype first.`);
}

/** The common shape and dtype of `avals`; weak only if all are. */
export function sameAvals(name: string, avals: readonly Aval[]): Aval {
  const first = avals[0]!;
  for (const a of avals) {
    if (!sameShape(a.shape, first.shape))
      throw new ShapeError(
        `${name}: got shapes ${avals.map((b) => `[${b.shape.join(",")}]`).join(" and ")}, expected equal shapes. ` +
          "Broadcast one of them first (np functions do it for you).",
      );
    if (a.dtype !== first.dtype)
      throw new DTypeError(
        `${name}: got dtypes ${avals.map((b) => b.dtype).join(" and ")}, expected equal dtypes. ` +
          "Convert one with astype (np functions promote for you).",
      );
  }
  return first.weakType && !avals.every((a) => a.weakType) ? avalOf(first.shape, first.dtype) : first;
}

/** Batches an operation that treats every element alike: all operands get one batch dimension at the same place. */
export function batchElementwise<P, T extends readonly Tensor[]>(
  rebind: (operands: readonly Tensor[], params: P) => readonly Tensor[],
): (input: BatchInput<P, T>) => BatchOutput {
  return ({ operands, dims, size, params }) => {
    const at = dims.find((d) => d !== null)!;
    const moved = operands.map((x, i) => batchAt(x, dims[i] ?? null, at, size));
    const results = rebind(moved, params);
    return { results, dims: results.map(() => at) };
  };
}

/** Records the operation that `op` gives; a function, there before the operations that call it are. */
// biome-ignore lint/suspicious/noExplicitAny: any elementwise operation
export function rebinder(op: () => any): (operands: readonly Tensor[], params: unknown) => Tensor[] {
  return (operands, params) => bind(op(), operands, params);
}

/** A literal with another shape. */
export const reshaped = (x: Literal, shape: readonly number[]): Literal =>
  new Literal(x.value, withShape(x.aval, shape));
