// Lowering rules that are written with other operations.
import type { Graph } from "../core/graph.ts";
import type { Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { traceGraph } from "../core/trace.ts";

const graphsKept = 64;

/**
 * A lowering rule: a call of `body`, traced once for each kind of operands and parameters, which must print as JSON.
 * The graphs used last are kept, so that a module that uses the operation often has one function for it.
 */
export function byGraph<P, T extends readonly Tensor[]>(
  name: string,
  body: (operands: T, params: P) => readonly Tensor[],
): Op<P, T>["lower"] {
  const graphs = new Map<string, Graph>();
  return (c, operands, params) => {
    const key = `${c.operands.map((a) => a.id)} ${JSON.stringify(params)}`;
    const known = graphs.get(key);
    const run = (...inputs: Tensor[]) => body(inputs as unknown as T, params);
    const graph = known ?? traceGraph(name, run, c.operands, { what: name, ambient: true }).graph;
    graphs.delete(key);
    graphs.set(key, graph);
    if (graphs.size > graphsKept) graphs.delete(graphs.keys().next().value!);
    return c.call(graph, operands);
  };
}
