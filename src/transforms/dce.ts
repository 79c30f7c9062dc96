// Dead code: equations without effect whose results nobody reads, and inputs that nothing uses.
import { type Atom, type Equation, effectOf, type Graph, Var } from "../core/graph.ts";

export interface DceOptions {
  /** Inputs from this one on are kept even if unused; all by default. */
  readonly keepFrom?: number;
  /** Which outputs are wanted; all by default. */
  readonly outputs?: readonly boolean[];
}

/** The live part of `graph`, and which inputs it still has. */
export function dce(graph: Graph, options: DceOptions = {}): { graph: Graph; kept: boolean[] } {
  const outputs = options.outputs ? graph.outputs.filter((_, i) => options.outputs![i]) : graph.outputs;
  const live = new Set<Atom>(outputs);
  const equations: Equation[] = [];
  for (let i = graph.equations.length - 1; i >= 0; i--) {
    const e = graph.equations[i]!;
    if (effectOf(e) === "none" && !e.results.some((r) => live.has(r))) continue;
    equations.push(e);
    for (const o of e.operands) if (o instanceof Var) live.add(o);
  }
  equations.reverse();
  const keepFrom = options.keepFrom ?? 0;
  const kept = graph.inputs.map((v, i) => i >= keepFrom || live.has(v));
  const inputs = graph.inputs.filter((_, i) => kept[i]);
  return { graph: { name: graph.name, inputs, equations, outputs }, kept };
}
