// Graphs of tests: traced from functions, derived, and many of them run as one program.
import type { ArrayTensor } from "../../src/compile/array.ts";
import { JitFunction } from "../../src/compile/jit.ts";
import { type Aval, avalOf } from "../../src/core/aval.ts";
import { checkGraph } from "../../src/core/check.ts";
import type { Graph } from "../../src/core/graph.ts";
import { printGraph } from "../../src/core/print.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { traceGraph } from "../../src/core/trace.ts";
import "../../src/lib/install.ts";
import { inline } from "../../src/transforms/evaluate.ts";
import { isDifferentiable, jvpGraph, spreadMask } from "../../src/transforms/jvp.ts";
import { linearizeGraph } from "../../src/transforms/linearize.ts";
import { transposeGraph } from "../../src/transforms/transpose.ts";
import { fromDevice, type HostValue, toDevice } from "./values.ts";

export type Body = (...inputs: Tensor[]) => Tensor | readonly Tensor[];

/** `body` as a checked graph. */
export function graphOf(name: string, body: Body, avals: readonly Aval[]): Graph {
  const { graph, captures } = traceGraph(name, (...x) => [body(...x)].flat() as Tensor[], avals, {
    what: name,
    ambient: true,
  });
  if (captures.length > 0) throw new Error(`${name} captured a value:\n${printGraph(graph)}`);
  checkGraph(graph);
  return graph;
}

export const avalsOf = (values: readonly { shape: readonly number[]; dtype: HostValue["dtype"] }[]): Aval[] =>
  values.map((v) => avalOf(v.shape, v.dtype));

/** Outputs, then tangents of every floating output. Inputs: those of `graph`, then tangents of `active` inputs. */
export function forward(graph: Graph, active: readonly boolean[]): Graph {
  const force = graph.outputs.map((o) => isDifferentiable(o.aval));
  const result = jvpGraph(graph, active, force).graph;
  checkGraph(result);
  return result;
}

/** Cotangents of the `active` inputs. Inputs: those of `graph`, then cotangents of every floating output. */
export function backward(graph: Graph, active: readonly boolean[]): Graph {
  const force = graph.outputs.map((o) => isDifferentiable(o.aval));
  const l = linearizeGraph(graph, active, force);
  checkGraph(l.primal);
  checkGraph(l.tangent);
  const linear = l.tangent.inputs.map((_, i) => i >= l.residuals);
  const t = transposeGraph(
    l.tangent,
    linear,
    l.tangent.outputs.map(() => true),
    true,
  );
  checkGraph(t.graph);
  const cotangents = graph.outputs.filter((_, i) => force[i]).map((o) => avalOf(o.aval.shape, o.aval.dtype));
  return graphOf(
    `${graph.name}_vjp`,
    (...inputs) => {
      const n = graph.inputs.length;
      const outs = inline(l.primal, inputs.slice(0, n));
      return inline(t.graph, [...outs.slice(graph.outputs.length), ...inputs.slice(n)]);
    },
    [...graph.inputs.map((v) => v.aval), ...cotangents],
  );
}

/** Thousands of kernels are compiled here, and each runs a few times: LLVM need not polish them. */
const compilerOptions = { xla_backend_optimization_level: 0, xla_cpu_parallel_codegen_split_count: 1 };

/** All `graphs` compiled as one program; it takes and gives the values of each. */
export function program(graphs: readonly Graph[]): (inputs: readonly (readonly HostValue[])[]) => HostValue[][] {
  const f = new JitFunction((args: Tensor[][]) => graphs.map((graph, i) => inline(graph, args[i]!)), {
    compilerOptions,
  });
  return (inputs) => {
    const args = inputs.map((list) => list.map(toDevice));
    const results = f.call([args]) as ArrayTensor[][];
    const out = results.map((list) => list.map(fromDevice));
    for (const t of [...args, ...results].flat()) t.dispose();
    return out;
  };
}

export interface Job {
  readonly graph: Graph;
  readonly inputs: readonly HostValue[];
}

export const runAll = (jobs: readonly Job[]): HostValue[][] =>
  program(jobs.map((j) => j.graph))(jobs.map((j) => j.inputs));

/** `values` where `mask` is true; the others are left out. */
export const only = <T>(values: readonly T[], mask: readonly boolean[]): T[] => values.filter((_, i) => mask[i]);
export { printGraph, spreadMask };
