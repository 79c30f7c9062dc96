// Functions made of several operations: one program outside a trace, and a derivative of their own where it saves memory.
import { type CustomJvpParams, customJvpOp, Rule } from "../../control/custom.ts";
import type { Tensor } from "../../core/tensor.ts";
import { bind1, traceGraph } from "../../core/trace.ts";
import { tangentAval } from "../../transforms/jvp.ts";
import { runTogether } from "../function-graph.ts";
import { settle } from "../promote.ts";

/** The result of `body`: recorded in the trace around it, or computed as one program. */
export const run = (name: string, body: (...inputs: Tensor[]) => Tensor, inputs: readonly Tensor[]): Tensor =>
  settle(runTogether(name, (...args) => [body(...args)], inputs)[0]!);

interface Ruled<P> {
  readonly compute: (operands: readonly Tensor[], params: P) => Tensor;
  /** Tangent of the result `y` caused by tangents of all operands; reads as few other values as it can. */
  readonly tangent: (tangents: readonly Tensor[], operands: readonly Tensor[], y: Tensor, params: P) => Tensor;
}

/**
 * A function whose derivative is `tangent` rather than that of its steps, so that the values between are not kept for
 * the backward pass. `params` must print as JSON. Its programs are traced once for each kind of operands.
 */
export function withTangent<P>(name: string, { compute, tangent }: Ruled<P>) {
  const programs = new Map<string, CustomJvpParams>();
  const options = { what: name, ambient: true };
  return (operands: readonly Tensor[], params: P): Tensor => {
    const avals = operands.map((t) => t.aval);
    const key = `${avals.map((a) => a.id)} ${JSON.stringify(params)}`;
    let program = programs.get(key);
    if (program === undefined) {
      const { graph } = traceGraph(name, (...xs) => [compute(xs, params)], avals, options);
      const both = (...inputs: Tensor[]) => {
        const xs = inputs.slice(0, avals.length);
        const y = compute(xs, params);
        return [y, tangent(inputs.slice(avals.length), xs, y, params)];
      };
      const { graph: jvp } = traceGraph(`${name}_jvp`, both, [...avals, ...avals.map(tangentAval)], options);
      program = { name, graph, rule: new Rule(() => jvp), captures: 0 };
      programs.set(key, program);
    }
    return settle(bind1(customJvpOp, operands, program));
  };
}
