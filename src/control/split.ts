// The linear half of an operation that runs a graph as one piece: what it reads again and what the primal half keeps.
import { type Equation, type Graph, Var } from "../core/graph.ts";
import { traceGraph } from "../core/trace.ts";
import { dce } from "../transforms/dce.ts";
import { inline } from "../transforms/evaluate.ts";
import type { LinearizedGraph } from "../transforms/linearize.ts";
import { bytesOf, planResiduals } from "../transforms/residuals.ts";

export interface SplitGraph {
  /** Inputs of the graph → its outputs, then the kept values. */
  readonly primal: Graph;
  /** Inputs: the inputs that are read again, the kept values, the tangents. */
  readonly tangent: Graph;
  /** Positions of the inputs that the tangent program reads again. */
  readonly inputs: readonly number[];
  /** How many values are kept. */
  readonly kept: number;
}

export interface Keeping {
  /** Bytes that keeping a value costs; infinite if it must not be kept. */
  readonly cost: (v: Var) => number;
  /** Whether an equation may be computed twice. */
  readonly recompute: (e: Equation) => boolean;
}

const byBytes: Keeping = { cost: bytesOf, recompute: (e) => e.op.cost === "cheap" };

/**
 * Inputs cost nothing to keep, so that an operation around this one (a loop) sees which residuals are values that it
 * has anyway.
 */
export function splitLinearized(l: LinearizedGraph, { cost, recompute }: Keeping = byBytes): SplitGraph {
  const n = l.primal.outputs.length - l.residuals;
  const inputs = new Set<Var>(l.primal.inputs);
  const plan = planResiduals(l.primal, l.primal.outputs.slice(n), (v) => (inputs.has(v) ? 0 : cost(v)), recompute);
  const again = plan.saved.filter((v) => inputs.has(v));
  const kept = plan.saved.filter((v) => !inputs.has(v));
  const tangents = l.tangent.inputs.slice(l.residuals);
  const order = [...again, ...kept, ...tangents];
  const { graph: tangent } = traceGraph(
    l.tangent.name,
    (...args) => {
      const at = new Map(order.map((v, i) => [v, args[i]!]));
      const residuals = inline(
        plan.recompute,
        plan.saved.map((v) => at.get(v)!),
      );
      return inline(l.tangent, [...residuals, ...tangents.map((v) => at.get(v)!)]);
    },
    order.map((v) => v.aval),
    { what: l.tangent.name, ambient: true },
  );
  const primal = dce({ ...l.primal, outputs: [...l.primal.outputs.slice(0, n), ...kept] }).graph;
  return { primal, tangent, inputs: again.map((v) => l.primal.inputs.indexOf(v)), kept: kept.length };
}

/** `graph` with `inputs` as its inputs; those that it does not have are unused. */
export const withInputs = (graph: Graph, inputs: readonly Var[]): Graph => ({ ...graph, inputs });

/** Fresh variables for inputs that a graph does not use. */
export const unused = (vars: readonly { readonly aval: Var["aval"] }[]): Var[] => vars.map((v) => new Var(v.aval));
