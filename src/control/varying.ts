// Types of results raised: values that are the same on all devices, given where they may differ.
import { type AxisSet, isSubset } from "../core/aval.ts";
import { type Graph, memoize } from "../core/graph.ts";
import { traceGraph } from "../core/trace.ts";
import { pvary } from "../ops/collective.ts";
import { inline } from "../transforms/evaluate.ts";

/** `graph` with results that vary over at least these axes. */
export function varyOutputs(graph: Graph, sets: readonly AxisSet[]): Graph {
  if (graph.outputs.every((o, i) => isSubset(sets[i]!, o.aval.varying))) return graph;
  return memoize(
    graph,
    `vary ${JSON.stringify(sets)}`,
    () =>
      traceGraph(
        graph.name,
        (...args) => inline(graph, args).map((x, i) => pvary(x, sets[i]!)),
        graph.inputs.map((v) => v.aval),
        { what: graph.name, ambient: true },
      ).graph,
  );
}
