// What loops share: which carries are active, and graphs with their inputs and outputs in another order.
import { type Graph, memoize } from "../core/graph.ts";

/** Grows `carry` until `step(carry)`, the activity that one turn gives the carries, adds nothing. */
export function fixpoint(
  carry: readonly boolean[],
  step: (carry: readonly boolean[]) => readonly boolean[],
): boolean[] {
  let active = [...carry];
  for (;;) {
    const next = step(active);
    const grown = active.map((a, i) => a || next[i]!);
    if (grown.every((a, i) => a === active[i])) return active;
    active = grown;
  }
}

/** The same graph with inputs and outputs in the given orders. */
export function reorder(graph: Graph, inputs: readonly number[], outputs: readonly number[]): Graph {
  return memoize(graph, `reorder ${inputs} ${outputs}`, () => ({
    ...graph,
    inputs: inputs.map((i) => graph.inputs[i]!),
    outputs: outputs.map((i) => graph.outputs[i]!),
  }));
}

export const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
