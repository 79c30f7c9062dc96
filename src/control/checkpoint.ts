// checkpoint: the backward pass computes a graph again instead of keeping what it made.
import type { Equation, Graph } from "../core/graph.ts";
import { hasEffects, memoize, type Var } from "../core/graph.ts";
import { defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind, traceGraph } from "../core/trace.ts";
import { batchGraph } from "../transforms/batch.ts";
import { dce } from "../transforms/dce.ts";
import { inline } from "../transforms/evaluate.ts";
import { jvpGraph, pick, spreadMask } from "../transforms/jvp.ts";
import { type LinearizedGraph, linearizeGraph } from "../transforms/linearize.ts";
import { bytesOf, planResiduals } from "../transforms/residuals.ts";
import { requireInputs, transposeCall } from "./call.ts";

/** Says of an equation of the checkpointed program whether its results may be kept. */
export interface CheckpointPolicy {
  readonly name: string;
  readonly saveable: (e: Equation) => boolean;
}

export interface CheckpointParams {
  readonly graph: Graph;
  readonly policy: CheckpointPolicy;
  /** Hides the second computation from common-subexpression elimination; not needed inside loops. */
  readonly preventCse: boolean;
  /** True for the backward half, whose inputs pass a barrier. */
  readonly differentiated: boolean;
}
type Many = readonly Tensor[];

export const checkpointOp: Op<CheckpointParams, Many> = defineOp({
  name: "checkpoint",
  shape: (operands, { graph }) => {
    requireInputs("checkpoint", graph, operands);
    return graph.outputs.map((o) => o.aval);
  },
  derivative: {
    structured: {
      jvp: (primals, tangents, p) => {
        const active = tangents.map((t) => t !== null);
        const d = jvpGraph(p.graph, active);
        const outs = bind(checkpointOp, [...primals, ...pick(tangents as Many, active)], { ...p, graph: d.graph });
        const n = p.graph.outputs.length;
        return [outs.slice(0, n), spreadMask(d.outActive, outs.slice(n))];
      },
      linearize: (primals, tangents, p) => {
        const active = tangents.map((t) => t !== null);
        const l = linearizeGraph(p.graph, active);
        const split = splitCheckpoint(l, p);
        const n = p.graph.outputs.length;
        const outs = inline(split.primal, primals);
        const kept = [...split.inputs.map((i) => primals[i]!), ...outs.slice(n)];
        const linear = bind(checkpointOp, [...kept, ...pick(tangents as Many, active)], {
          ...p,
          graph: split.tangent,
          differentiated: true,
        });
        return [outs.slice(0, n), spreadMask(l.outActive, linear)];
      },
    },
  },
  transpose: ({ cotangents, operands, params: p }) =>
    transposeCall(p.graph, operands, cotangents, (graph, args) =>
      bind(checkpointOp, args, { ...p, graph, differentiated: true }),
    ),
  batch: ({ operands, dims, size, params: p, axisName, spmdAxisName }) => {
    const b = batchGraph(p.graph, dims, { size, axisName, spmdAxisName });
    return { results: bind(checkpointOp, operands, { ...p, graph: b.graph }), dims: b.dims };
  },
  effect: ({ graph }) => (hasEffects(graph) ? "ordered" : "none"),
  cost: "costly",
  lower: (c, operands, { graph, preventCse, differentiated }) => {
    const behind =
      preventCse && differentiated && operands.length > 0
        ? c.op(
            "stablehlo.optimization_barrier",
            operands,
            operands.map((v) => v.type),
          )
        : operands;
    return c.inline(graph, behind);
  },
});

interface SplitCheckpoint {
  /** The primal program, with the values that the policy keeps as further results. */
  readonly primal: Graph;
  /** Inputs: the needed inputs, the kept values, the tangents. */
  readonly tangent: Graph;
  readonly inputs: readonly number[];
}

function splitCheckpoint(l: LinearizedGraph, p: CheckpointParams): SplitCheckpoint {
  return memoize(l.primal, `checkpoint ${p.policy.name}`, () => {
    const n = p.graph.outputs.length;
    const saveable = new Set<Var>(l.primal.equations.filter(p.policy.saveable).flatMap((e) => e.results));
    const isInput = (v: Var) => l.primal.inputs.includes(v);
    const plan = planResiduals(
      l.primal,
      l.primal.outputs.slice(n),
      (v) => (isInput(v) ? 0 : saveable.has(v) ? bytesOf(v) : Number.POSITIVE_INFINITY),
      (e) => !e.results.some((r) => saveable.has(r)),
    );
    const inputs = plan.saved.filter(isInput);
    const kept = plan.saved.filter((v) => !isInput(v));
    const tangents = l.tangent.inputs.slice(l.residuals);
    const order = [...inputs, ...kept, ...tangents];
    const { graph: tangent } = traceGraph(
      l.tangent.name,
      (...args) => {
        const at = new Map(order.map((v, i) => [v, args[i]!]));
        const again = inline(
          plan.recompute,
          plan.saved.map((v) => at.get(v)!),
        );
        return inline(l.tangent, [...again, ...tangents.map((v) => at.get(v)!)]);
      },
      order.map((v) => v.aval),
      { what: `the recomputed ${p.graph.name}`, ambient: true },
    );
    const primal = dce({ ...l.primal, outputs: [...l.primal.outputs.slice(0, n), ...kept] }).graph;
    return {
      primal: { ...primal, inputs: l.primal.inputs },
      tangent,
      inputs: inputs.map((v) => l.primal.inputs.indexOf(v)),
    };
  });
}

/** Names a value for `saveOnlyTheseNames`. The identity otherwise. */
export const nameOp: Op<{ name: string }, readonly [Tensor]> = defineOp({
  name: "name",
  shape: ([x]) => [x],
  derivative: ["linear"],
  transpose: ({ cotangents: [ct] }) => [ct],
  batch: ({ operands, dims, params }) => ({ results: bind(nameOp, operands, params), dims }),
  effect: "none",
  cost: "cheap",
  lower: (_c, [x]) => [x],
});

const product = (e: Equation): boolean => e.op.cost === "costly" && "contract" in (e.params ?? {});
const noBatch = (e: Equation): boolean =>
  (e.params as { batch: readonly number[][] }).batch.every((b) => b.length === 0);

/** Which intermediate values the backward pass may keep. */
export const checkpointPolicies = {
  nothingSaveable: { name: "nothing_saveable", saveable: () => false },
  everythingSaveable: { name: "everything_saveable", saveable: () => true },
  dotsSaveable: { name: "dots_saveable", saveable: product },
  dotsWithNoBatchDimsSaveable: {
    name: "dots_with_no_batch_dims_saveable",
    saveable: (e: Equation) => product(e) && noBatch(e),
  },
  saveOnlyTheseNames: (...names: readonly string[]): CheckpointPolicy => ({
    name: `save_only_these_names(${names.join()})`,
    saveable: (e) => e.op === nameOp && names.includes((e.params as { name: string }).name),
  }),
  saveAnyNamesButThese: (...names: readonly string[]): CheckpointPolicy => ({
    name: `save_any_names_but_these(${names.join()})`,
    saveable: (e) => e.op === nameOp && !names.includes((e.params as { name: string }).name),
  }),
} as const;
