// vmap: a walk that carries each value's batch dimension, or none.
import type { Aval } from "../core/aval.ts";
import { withShape } from "../core/aval.ts";
import { nestedGraphs } from "../core/check.ts";
import { type Equation, type Graph, memoize } from "../core/graph.ts";
import { Literal, type Tensor } from "../core/tensor.ts";
import { bind, traceGraph } from "../core/trace.ts";
import { batchAt, insertDim } from "../ops/batching.ts";
import { Environment, forEachEquation } from "./evaluate.ts";

type Dim = number | null;
type Batched = readonly [value: Tensor, dim: Dim];

export interface BatchOptions {
  readonly size: number;
  readonly axisName?: string | undefined;
  readonly spmdAxisName?: string | undefined;
}

export function batchWalk(
  graph: Graph,
  args: readonly Tensor[],
  dims: readonly Dim[],
  options: BatchOptions,
): [Tensor[], Dim[]] {
  const env = new Environment<Batched>();
  graph.inputs.forEach((v, i) => {
    env.set(v, [args[i]!, dims[i] ?? null]);
  });
  const read = (o: Equation["operands"][number]): Batched => (o instanceof Literal ? [o, null] : env.get(o));
  forEachEquation(graph.equations, (e) => {
    const operands = e.operands.map(read);
    const values = operands.map((o) => o[0]);
    const named = options.axisName !== undefined && mentionsAxis(e, options.axisName);
    if (!named && operands.every((o) => o[1] === null)) {
      bind(e.op, values, e.params).forEach((r, i) => {
        env.set(e.results[i]!, [r, null]);
      });
      return;
    }
    const out = e.op.batch({
      operands: values,
      dims: operands.map((o) => o[1]),
      size: options.size,
      params: e.params,
      axisName: options.axisName,
      spmdAxisName: options.spmdAxisName,
    });
    e.results.forEach((r, i) => {
      env.set(r, [out.results[i]!, out.dims[i] ?? null]);
    });
  });
  const outputs = graph.outputs.map(read);
  return [outputs.map((o) => o[0]), outputs.map((o) => o[1])];
}

/** True for an operation over named axes that names this one, and for one that holds such an operation. */
function mentionsAxis(e: Equation, axisName: string): boolean {
  const params = e.params as { axes?: unknown; manualAxes?: unknown } | null;
  if (Array.isArray(params?.axes) && params.axes.includes(axisName)) return true;
  // The same name inside means what is bound there.
  if (Array.isArray(params?.manualAxes) && params.manualAxes.includes(axisName)) return false;
  return nestedGraphs(e.params).some((g) =>
    memoize(g, `mentions ${axisName}`, () => g.equations.some((inner) => mentionsAxis(inner, axisName))),
  );
}

export interface BatchedGraph {
  readonly graph: Graph;
  /** Batch dimension of each output. */
  readonly dims: readonly Dim[];
}

/**
 * `graph` over batches: batched inputs carry the dimension `dims` says. Outputs in `force` come
 * out batched at 0 whatever they depend on; other batched outputs are moved to 0 too.
 */
export function batchGraph(
  graph: Graph,
  dims: readonly Dim[],
  options: BatchOptions,
  force?: readonly boolean[],
): BatchedGraph {
  const key = `batch ${dims.join()} ${options.size} ${options.axisName} ${options.spmdAxisName} ${force}`;
  return memoize(graph, key, () => {
    const avals = graph.inputs.map((v, i) => batchedAval(v.aval, dims[i] ?? null, options.size));
    let outDims: Dim[] = [];
    const { graph: result } = traceGraph(
      `batched_${graph.name}`,
      (...inputs) => {
        const [outs, found] = batchWalk(graph, inputs, dims, options);
        outDims = found.map((d, i) => (d === null && !force?.[i] ? null : 0));
        return outs.map((o, i) => (outDims[i] === null ? o : batchAt(o, found[i] ?? null, 0, options.size)));
      },
      avals,
      { what: `the batched ${graph.name}`, ambient: true },
    );
    return { graph: result, dims: outDims };
  });
}

export const batchedAval = (a: Aval, dim: Dim, size: number): Aval =>
  dim === null ? a : withShape(a, insertDim(a.shape, dim, size));
