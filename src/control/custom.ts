// Functions with derivative rules of their own.
import { NonDifferentiableError } from "../core/errors.ts";
import { type Graph, hasEffects, memoize } from "../core/graph.ts";
import { defineOp, type Maybe, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind, traceGraph } from "../core/trace.ts";
import { batchAt } from "../ops/batching.ts";
import { reduceSum } from "../ops/reduce.ts";
import { zeroTangent } from "../ops/tangent.ts";
import { batchedAval, batchGraph } from "../transforms/batch.ts";
import { inline } from "../transforms/evaluate.ts";
import { isDifferentiable, tangentAval } from "../transforms/jvp.ts";
import { requireInputs } from "./call.ts";

type Many = readonly Tensor[];

export interface CustomVjpParams {
  readonly name: string;
  readonly graph: Graph;
  /** Same inputs → outputs of `graph`, then residuals. */
  readonly fwd: Graph;
  /** Residuals, then cotangents of the outputs → cotangents of the inputs. */
  readonly bwd: Graph;
  /** How many leading inputs are values that the functions closed over. */
  readonly captures: number;
}

export const customVjpOp: Op<CustomVjpParams, Many> = defineOp({
  name: "custom_vjp_call",
  shape: (operands, { graph }) => {
    requireInputs("custom_vjp_call", graph, operands);
    return graph.outputs.map((o) => o.aval);
  },
  derivative: {
    structured: {
      jvp: (_primals, _tangents, { name }) => {
        throw new NonDifferentiableError(
          `jvp: ${name} has a customVjp rule, which gives no forward derivative. Use grad or vjp, or write a customJvp rule.`,
        );
      },
      linearize: (primals, tangents, p) => {
        requireNoCaptured("customVjp", p.name, tangents, p.captures);
        const outs = inline(p.fwd, primals);
        const n = p.graph.outputs.length;
        const outAvals = p.graph.outputs.map((o) => o.aval);
        const linear = bind(linearCallOp, [...outs.slice(n), ...primals.map((x, i) => tangents[i] ?? zeroTangent(x))], {
          name: p.name,
          bwd: p.bwd,
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
    const residualForce = p.fwd.outputs.map((_, i) => i < all.length);
    const fwd = batchGraph(p.fwd, dims, options, residualForce);
    const bwd = memoize(p.bwd, `custom ${dims} ${fwd.dims} ${size} ${axisName} ${spmdAxisName}`, () =>
      batchBackward(p, dims, fwd.dims.slice(all.length), options),
    );
    const results = bind(customVjpOp, operands, { ...p, graph: graph.graph, fwd: fwd.graph, bwd });
    return { results, dims: graph.dims };
  },
  effect: ({ graph }) => (hasEffects(graph) ? "ordered" : "none"),
  cost: "costly",
  lower: (c, operands, { graph }) => c.inline(graph, operands),
});

/** `bwd` over batches; the cotangent of an input that has no batch dimension is the sum over the batch. */
function batchBackward(
  p: CustomVjpParams,
  dims: readonly (number | null)[],
  residualDims: readonly (number | null)[],
  options: { size: number; axisName: string | undefined; spmdAxisName: string | undefined },
): Graph {
  const inDims = [...residualDims, ...p.graph.outputs.map(() => 0)];
  const b = batchGraph(
    p.bwd,
    inDims,
    options,
    p.bwd.outputs.map(() => true),
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
  readonly jvp: Graph;
  /** How many leading inputs are values that the functions closed over. */
  readonly captures: number;
}

export const customJvpOp: Op<CustomJvpParams, Many> = defineOp({
  name: "custom_jvp_call",
  shape: (operands, { graph }) => {
    requireInputs("custom_jvp_call", graph, operands);
    return graph.outputs.map((o) => o.aval);
  },
  derivative: {
    structured: {
      jvp: (primals, tangents, p) => applyJvp(primals, tangents, p),
      linearize: (primals, tangents, p) => applyJvp(primals, tangents, p),
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
    const jvp = batchGraph(
      p.jvp,
      [...dims, ...dims],
      options,
      p.jvp.outputs.map(() => true),
    );
    const results = bind(customJvpOp, operands, { ...p, graph: graph.graph, jvp: jvp.graph });
    return { results, dims: graph.dims };
  },
  effect: ({ graph }) => (hasEffects(graph) ? "ordered" : "none"),
  cost: "costly",
  lower: (c, operands, { graph }) => c.inline(graph, operands),
});

function applyJvp(primals: Many, tangents: readonly Maybe[], p: CustomJvpParams): readonly [Many, readonly Maybe[]] {
  requireNoCaptured("customJvp", p.name, tangents, p.captures);
  const outs = inline(p.jvp, [...primals, ...primals.map((x, i) => tangents[i] ?? zeroTangent(x))]);
  const n = p.graph.outputs.length;
  return [outs.slice(0, n), outs.slice(n)];
}

/** A rule speaks of the arguments only. @throws NonDifferentiableError if a value that it closed over has a tangent */
function requireNoCaptured(what: string, name: string, tangents: readonly Maybe[], captures: number): void {
  if (tangents.slice(0, captures).every((t) => t === null)) return;
  throw new NonDifferentiableError(
    `${name} has a ${what} rule, and is differentiated with respect to a value that it closes over. ` +
      "Pass that value as an argument, or stop its gradient.",
  );
}
