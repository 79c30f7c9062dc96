// The identity on a value that must not be differentiated; better an error than a silent zero.
import { NonDifferentiableError } from "../core/errors.ts";
import { defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind1 } from "../core/trace.ts";

export const frozenOp: Op<{ why: string }, readonly [Tensor]> = defineOp({
  name: "frozen",
  shape: ([x]) => [x],
  derivative: [
    (_t, _operands, _results, { why }) => {
      throw new NonDifferentiableError(why);
    },
  ],
  transpose: null,
  batch: ({ operands: [x], dims: [d], params }) => ({ results: [bind1(frozenOp, [x], params)], dims: [d] }),
  effect: "none",
  cost: "cheap",
  lower: (_c, [x]) => [x],
});

/** `x`; taking a derivative through it throws NonDifferentiableError with `why`. */
export const frozen = (x: Tensor, why: string): Tensor => bind1(frozenOp, [x], { why });
