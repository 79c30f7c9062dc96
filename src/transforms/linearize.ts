// Reverse mode, first half: split a derivative into a primal program and a linear one that shares residuals.
import { type Graph, maskKey, memoize } from "../core/graph.ts";
import type { Maybe } from "../core/op.ts";
import { Trace } from "../core/trace.ts";
import { zeroTangent } from "../ops/tangent.ts";
import { dce } from "./dce.ts";
import { jvpWalk, spreadMask, tangentAval } from "./jvp.ts";

export interface LinearizedGraph {
  /** Same inputs as the graph; outputs, then residuals. */
  readonly primal: Graph;
  /** Inputs: residuals, then tangents of active inputs. Outputs: tangents of active outputs. Linear in the tangents. */
  readonly tangent: Graph;
  readonly residuals: number;
  readonly outActive: readonly boolean[];
}

/**
 * Walks `graph` once with two open traces. What touches a tangent is recorded in the inner one, the rest in the outer
 * one, and outer values used inside are the residuals.
 */
export function linearizeGraph(graph: Graph, active: readonly boolean[], force?: readonly boolean[]): LinearizedGraph {
  return memoize(graph, `linearize ${maskKey(active)} ${force ? maskKey(force) : ""}`, () => {
    const avals = graph.inputs.map((v) => v.aval);
    const outer = new Trace(avals, { what: `the linearization of ${graph.name}`, ambient: true });
    let inner: Trace | undefined;
    try {
      const tangentAvals = avals.filter((_, i) => active[i]).map(tangentAval);
      inner = new Trace(tangentAvals, { what: `the tangent program of ${graph.name}`, ambient: false });
      const tangents = spreadMask(active, inner.arguments());
      const [outs, outTangents] = jvpWalk(graph, outer.arguments(), tangents, "linearize");
      const outActive = outTangents.map((t, i) => t !== null || (force?.[i] ?? false));
      const shown = outTangents.flatMap((t: Maybe, i) => (outActive[i] ? [t ?? zeroTangent(outs[i]!)] : []));
      const captured = inner.graph(`${graph.name}_tangent`, shown);
      const used = dce(captured, { keepFrom: inner.captures.size });
      const residuals = [...inner.captures.keys()].filter((_, i) => used.kept[i]);
      inner.close();
      const primal = outer.graph(`${graph.name}_primal`, [...outs, ...residuals]);
      return { primal, tangent: used.graph, residuals: residuals.length, outActive };
    } finally {
      inner?.close();
      outer.close();
    }
  });
}
