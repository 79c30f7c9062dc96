// jit inside jit: a graph called as one function. Its transformations are those of the graph.
import { type Aval, fits, shortAval } from "../core/aval.ts";
import { ConfigError, internal } from "../core/errors.ts";
import { type Graph, graphEffect, hasEffects, memoize } from "../core/graph.ts";
import { defineOp, type Maybe, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind } from "../core/trace.ts";
import { batchGraph } from "../transforms/batch.ts";
import { jvpGraph, omit, pick, spreadMask } from "../transforms/jvp.ts";
import { linearizeGraph } from "../transforms/linearize.ts";
import { transposeGraph } from "../transforms/transpose.ts";
import { splitLinearized } from "./split.ts";

export interface CallParams {
  readonly name: string;
  readonly graph: Graph;
  /** XLA options of a function that is compiled on its own, outside any staged program: under vmap, jvp and linearTranspose. */
  readonly compilerOptions?: CompilerOptions;
}
export type CompilerOptions = Readonly<Record<string, string | number | boolean>>;
type Many = readonly Tensor[];

export const callOp: Op<CallParams, Many> = defineOp({
  name: "jit",
  shape: (operands, { graph }) => calledShape("jit", graph, operands),
  derivative: {
    structured: {
      jvp: (primals, tangents, { name, graph, compilerOptions }) =>
        jvpCall(graph, primals, tangents, (g, args) => call(name, g, args, compilerOptions)),
      linearize: (primals, tangents, { name, graph, compilerOptions }) => {
        if (compilerOptions !== undefined) throw notOutermost(name, compilerOptions);
        const active = tangents.map((t) => t !== null);
        const l = linearizeGraph(graph, active);
        const split = memoize(l.primal, "split", () => splitLinearized(l));
        const outs = call(name, split.primal, primals);
        const n = graph.outputs.length;
        const kept = [...split.inputs.map((i) => primals[i]!), ...outs.slice(n)];
        const outTangents = call(name, split.tangent, [...kept, ...pick(tangents as Many, active)]);
        return [outs.slice(0, n), spreadMask(l.outActive, outTangents)];
      },
    },
  },
  transpose: ({ cotangents, operands, params: { name, graph, compilerOptions } }) =>
    transposeCall(graph, operands, cotangents, (g, args) => call(name, g, args, compilerOptions)),
  batch: ({ operands, dims, size, params: { name, graph, compilerOptions }, axisName, spmdAxisName }) => {
    const b = batchGraph(graph, dims, { size, axisName, spmdAxisName });
    return { results: call(name, b.graph, operands, compilerOptions), dims: b.dims };
  },
  effect: ({ graph }) => graphEffect(graph),
  cost: "costly",
  lower: (c, operands, { graph }) => c.call(graph, operands),
});

export const call = (name: string, graph: Graph, args: Many, compilerOptions?: CompilerOptions): Tensor[] =>
  graph.outputs.length === 0 && !hasEffects(graph)
    ? []
    : bind(callOp, args, { name, graph, ...(compilerOptions ? { compilerOptions } : {}) });

/** Options are those of a whole program, and `name` would be a part of another. */
export const notOutermost = (name: string, compilerOptions: CompilerOptions): ConfigError =>
  new ConfigError(
    `jit(${name}): compilerOptions can only be given to the outermost jit, got ${JSON.stringify(compilerOptions)} on a jit ` +
      "called inside another one, a body of lax, or a reverse derivative. Give them to the jit around all of it.",
  );

export function requireInputs(name: string, graph: Graph, operands: readonly Aval[]): void {
  if (operands.length !== graph.inputs.length || operands.some((a, i) => !fits(a, graph.inputs[i]!.aval)))
    internal(
      `${name}: ${graph.name} takes ${graph.inputs.map((v) => shortAval(v.aval)).join(", ")}; got ` +
        `${operands.map((a) => shortAval(a)).join(", ")}`,
    );
}

/** The shape rule of an operation that evaluates `graph`. */
export function calledShape(name: string, graph: Graph, operands: readonly Aval[]): Aval[] {
  requireInputs(name, graph, operands);
  return graph.outputs.map((o) => o.aval);
}

/** The forward derivative of an operation that evaluates `graph`: run the derivative's graph with `run`. */
export function jvpCall(
  graph: Graph,
  primals: Many,
  tangents: readonly Maybe[],
  run: (graph: Graph, args: Many) => readonly Tensor[],
): readonly [Many, readonly Maybe[]] {
  const active = tangents.map((t) => t !== null);
  const d = jvpGraph(graph, active);
  const outs = run(d.graph, [...primals, ...pick(tangents as Many, active)]);
  const n = graph.outputs.length;
  return [outs.slice(0, n), spreadMask(d.outActive, outs.slice(n))];
}

/** The transpose rule of an operation that evaluates `graph`: run the transposed graph with `run`. */
export function transposeCall(
  graph: Graph,
  operands: readonly Maybe[],
  cotangents: readonly Maybe[],
  run: (graph: Graph, args: Many) => readonly Tensor[],
): Maybe[] {
  const linear = operands.map((o) => o === null);
  const given = cotangents.map((ct) => ct !== null);
  const t = transposeGraph(graph, linear, given);
  const results = run(t.graph, [...(omit(operands, linear) as Many), ...(pick(cotangents, given) as Many)]);
  return spreadMask(linear, spreadMask(t.nonzero, results));
}
