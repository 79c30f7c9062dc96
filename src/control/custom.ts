// Functions with derivative rules of their own.
import { NonDifferentiableError } from "../core/errors.ts";
import { type Graph, graphEffect, memoize } from "../core/graph.ts";
import { defineOp, type Maybe, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind, traceGraph } from "../core/trace.ts";
import { batchAt } from "../ops/batching.ts";
import { reduceSum } from "../ops/reduce.ts";
import { zeroTangent } from "../ops/tangent.ts";
import { batchedAval, batchGraph } from "../transforms/batch.ts";
import { inline } from "../transforms/evaluate.ts";
import { isDifferentiable, spreadMask, tangentAval } from "../transforms/jvp.ts";
import { linearizeGraph } from "../transforms/linearize.ts";
import { calledShape } from "./call.ts";
import { Rule } from "./rule.ts";

export { Rule };

type Many = readonly Tensor[];

/** How a function is differentiated in reverse. */
export interface VjpGraphs {
  /** Same inputs as the function → its outputs, then residuals. */
  readonly fwd: Graph;
  /** Residuals, then cotangents of the outputs → cotangents of the inputs. */
  readonly bwd: Graph;
}

export interface CustomVjpParams {
  readonly name: string;
  readonly graph: Graph;
  readonly rule: Rule<VjpGraphs>;
  /** How many leading inputs are values that the functions closed over. */
  readonly captures: number;
}

export const customVjpOp: Op<CustomVjpParams, Many> = defineOp({
  name: "custom_vjp_call",
  shape: (operands, { graph }) => calledShape("custom_vjp_call", graph, operands),
  derivative: {
    structured: {
      jvp: (_primals, _tangents, { name }) => {
        throw new NonDifferentiableError(
          `jvp: ${name} has a customVjp rule, which gives no forward derivative. Use grad or vjp, or write a customJvp rule.`,
        );
      },
      linearize: (primals, tangents, p) => {
        requireNoCaptured("customVjp", p.name, tangents, p.captures);
        const { fwd, bwd } = p.rule.graphs;
        const outs = inline(fwd, primals);
        const n = p.graph.outputs.length;
        const outAvals = p.graph.outputs.map((o) => o.aval);
        const linear = bind(linearCallOp, [...outs.slice(n), ...primals.map((x, i) => tangents[i] ?? zeroTangent(x))], {
          name: p.name,
          bwd,
          residuals: outs.length - n,
          outputs: outAvals.map(tangentAval),
        });
        return [outs.slice(0, n), outAvals.map((a, i) => (isDifferentiable(a) ? linear[i]! : null))];
      },
    },
  },
  transpose: null,
  batch: ({ operands, dims, size, params: p, axisName, spmdAxisName }) => {
    const options = { size, axisName, spmdAxisName };
    const all = p.graph.outputs.map(() => true);
    const graph = batchGraph(p.graph, dims, options, all);
    const rule = p.rule.derive(`${dims} ${size} ${axisName} ${spmdAxisName}`, () => {
      const { fwd, bwd } = p.rule.graphs;
      const residualForce = fwd.outputs.map((_, i) => i < all.length);
      const batched = batchGraph(fwd, dims, options, residualForce);
      return { fwd: batched.graph, bwd: batchBackward(p, bwd, dims, batched.dims.slice(all.length), options) };
    });
    const results = bind(customVjpOp, operands, { ...p, graph: graph.graph, rule });
    return { results, dims: graph.dims };
  },
  effect: ({ graph }) => graphEffect(graph),
  cost: "costly",
  lower: (c, operands, { graph }) => c.inline(graph, operands),
});

/** `bwd` over batches; the cotangent of an input that has no batch dimension is the sum over the batch. */
function batchBackward(
  p: CustomVjpParams,
  bwd: Graph,
  dims: readonly (number | null)[],
  residualDims: readonly (number | null)[],
  options: { size: number; axisName: string | undefined; spmdAxisName: string | undefined },
): Graph {
  const inDims = [...residualDims, ...p.graph.outputs.map(() => 0)];
  const b = batchGraph(
    bwd,
    inDims,
    options,
    bwd.outputs.map(() => true),
  );
  const { graph } = traceGraph(
    b.graph.name,
    (...args) =>
      inline(b.graph, args).map((ct, i) => {
        const d = dims[i] ?? null;
        const { aval } = p.graph.inputs[i]!;
        if (!isDifferentiable(aval)) return zeroTangent(batchedAval(aval, d, options.size));
        return d === null ? reduceSum(ct, [0]) : batchAt(ct, 0, d, options.size);
      }),
    b.graph.inputs.map((v) => v.aval),
    { what: `the batched backward rule of ${p.name}`, ambient: true },
  );
  return graph;
}

interface LinearCallParams {
  readonly name: string;
  readonly bwd: Graph;
  readonly residuals: number;
  readonly outputs: readonly ReturnType<typeof tangentAval>[];
}

/** A linear function known only by its transpose, `bwd`. Operands: residuals, then tangents of all inputs. */
const linearCallOp: Op<LinearCallParams, Many> = defineOp({
  name: "custom_vjp_linear",
  shape: (_operands, { outputs }) => outputs,
  derivative: {
    structured: {
      jvp: (_p, _t, { name }) => forwardOnly(name),
      linearize: (_p, _t, { name }) => forwardOnly(name),
    },
  },
  transpose: ({ cotangents, operands, params: { bwd, residuals, outputs } }) => {
    const cts = cotangents.map((ct, i) => ct ?? zeroTangent(outputs[i]!));
    const results = inline(bwd, [...(operands.slice(0, residuals) as Many), ...cts]);
    return operands.map((o, i): Maybe => (i >= residuals && o === null ? (results[i - residuals] ?? null) : null));
  },
  batch: ({ params: { name } }) => forwardOnly(name),
  effect: "none",
  cost: "costly",
  lower: (_c, _o, { name }) => forwardOnly(name),
});

function forwardOnly(name: string): never {
  throw new NonDifferentiableError(
    `${name}: its customVjp rule defines the transposed derivative only; it can be used by grad and vjp, not forwards.`,
  );
}

export interface CustomJvpParams {
  readonly name: string;
  readonly graph: Graph;
  /** Primals, then tangents of all inputs → outputs, then tangents of all outputs. */
  readonly rule: Rule<Graph>;
  /** How many leading inputs are values that the functions closed over. */
  readonly captures: number;
}

export const customJvpOp: Op<CustomJvpParams, Many> = defineOp({
  name: "custom_jvp_call",
  shape: (operands, { graph }) => calledShape("custom_jvp_call", graph, operands),
  derivative: {
    structured: {
      jvp: (primals, tangents, p) => applyJvp(primals, tangents, p),
      linearize: (primals, tangents, p) =>
        mixesTangents(p.graph, p.rule.graphs) ? splitJvp(primals, tangents, p) : applyJvp(primals, tangents, p),
    },
  },
  transpose: null,
  batch: ({ operands, dims, size, params: p, axisName, spmdAxisName }) => {
    const options = { size, axisName, spmdAxisName };
    const graph = batchGraph(
      p.graph,
      dims,
      options,
      p.graph.outputs.map(() => true),
    );
    const rule = p.rule.derive(`${dims} ${size} ${axisName} ${spmdAxisName}`, () => {
      const jvp = p.rule.graphs;
      const all = jvp.outputs.map(() => true);
      return batchGraph(jvp, [...dims, ...dims], options, all).graph;
    });
    const results = bind(customJvpOp, operands, { ...p, graph: graph.graph, rule });
    return { results, dims: graph.dims };
  },
  effect: ({ graph }) => graphEffect(graph),
  cost: "costly",
  lower: (c, operands, { graph }) => c.inline(graph, operands),
});

function applyJvp(primals: Many, tangents: readonly Maybe[], p: CustomJvpParams): readonly [Many, readonly Maybe[]] {
  requireNoCaptured("customJvp", p.name, tangents, p.captures);
  const outs = inline(p.rule.graphs, [...primals, ...primals.map((x, i) => tangents[i] ?? zeroTangent(x))]);
  const n = p.graph.outputs.length;
  return [outs.slice(0, n), outs.slice(n)];
}

/** True if an operation of the rule that holds graphs takes tangents: its primal results come with the tangent ones. */
function mixesTangents(graph: Graph, jvp: Graph): boolean {
  return memoize(jvp, "mixes tangents", () => {
    const dependent = new Set<unknown>(jvp.inputs.slice(graph.inputs.length));
    let mixes = false;
    for (const e of jvp.equations) {
      if (!e.operands.some((o) => dependent.has(o))) continue;
      mixes ||= "structured" in e.op.derivative;
      for (const r of e.results) dependent.add(r);
    }
    return mixes;
  });
}

/**
 * As `applyJvp`, with the primal part apart from the linear one. The rule is linear in its tangents, so it is its own
 * derivative by them, at zero as anywhere.
 */
function splitJvp(primals: Many, tangents: readonly Maybe[], p: CustomJvpParams): readonly [Many, readonly Maybe[]] {
  requireNoCaptured("customJvp", p.name, tangents, p.captures);
  const jvp = p.rule.graphs;
  const l = linearizeGraph(
    jvp,
    jvp.inputs.map((v, i) => i >= primals.length && isDifferentiable(v.aval)),
  );
  const n = p.graph.outputs.length;
  const outs = inline(l.primal, [...primals, ...primals.map((x) => zeroTangent(x))]);
  const directions = primals.flatMap((x, i) => (isDifferentiable(x.aval) ? [tangents[i] ?? zeroTangent(x)] : []));
  const slopes = spreadMask(l.outActive, inline(l.tangent, [...outs.slice(jvp.outputs.length), ...directions]));
  return [outs.slice(0, n), slopes.slice(n)];
}

/** A rule speaks of the arguments only. @throws NonDifferentiableError if a value that it closed over has a tangent */
function requireNoCaptured(what: string, name: string, tangents: readonly Maybe[], captures: number): void {
  if (tangents.slice(0, captures).every((t) => t === null)) return;
  throw new NonDifferentiableError(
    `${name} has a ${what} rule, and is differentiated with respect to a value that it closes over. ` +
      "Pass that value as an argument, or stop its gradient.",
  );
}
