// checkpoint: the backward pass computes a graph again instead of keeping what it made.
import type { Equation, Graph } from "../core/graph.ts";
import { effectOf, graphEffect, type Var } from "../core/graph.ts";
import type { NamedSharding } from "../core/mesh.ts";
import { defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind } from "../core/trace.ts";
import { batchedSharding, shardingConstraint } from "../ops/barrier.ts";
import { batchGraph } from "../transforms/batch.ts";
import { inline } from "../transforms/evaluate.ts";
import { jvpGraph, pick, spreadMask } from "../transforms/jvp.ts";
import { type LinearizedGraph, linearizeGraph } from "../transforms/linearize.ts";
import { bytesOf } from "../transforms/residuals.ts";
import { requireInputs, transposeCall } from "./call.ts";
import { type SplitGraph, splitLinearized } from "./split.ts";

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
  /** Where inputs are kept for the backward half; null: where they are. */
  readonly kept: readonly (NamedSharding | null)[];
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
        const split = splitCheckpoint(l, p.policy);
        const n = p.graph.outputs.length;
        const outs = inline(split.primal, primals);
        const inputs = split.inputs.map((i) => {
          const place = p.kept[i] ?? null;
          return place === null ? primals[i]! : shardingConstraint(primals[i]!, place);
        });
        const kept = [...inputs, ...outs.slice(n)];
        const linear = bind(checkpointOp, [...kept, ...pick(tangents as Many, active)], {
          ...p,
          graph: split.tangent,
          differentiated: true,
          kept: [],
        });
        return [outs.slice(0, n), spreadMask(l.outActive, linear)];
      },
    },
  },
  transpose: ({ cotangents, operands, params: p }) =>
    transposeCall(p.graph, operands, cotangents, (graph, args) =>
      bind(checkpointOp, args, { ...p, graph, differentiated: true, kept: [] }),
    ),
  batch: ({ operands, dims, size, params: p, axisName, spmdAxisName }) => {
    const b = batchGraph(p.graph, dims, { size, axisName, spmdAxisName });
    const kept = p.kept.map((s, i) => {
      const d = dims[i] ?? null;
      return s === null || d === null ? s : batchedSharding(s, p.graph.inputs[i]!.aval.shape.length, d, spmdAxisName);
    });
    return { results: bind(checkpointOp, operands, { ...p, graph: b.graph, kept }), dims: b.dims };
  },
  effect: ({ graph }) => graphEffect(graph),
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

const splits = new WeakMap<Graph, Map<CheckpointPolicy["saveable"], SplitGraph>>();

/** Keeps what the policy allows; everything else is computed again from that and the inputs. */
function splitCheckpoint(l: LinearizedGraph, { saveable }: CheckpointPolicy): SplitGraph {
  let known = splits.get(l.primal);
  if (known === undefined) {
    known = new Map();
    splits.set(l.primal, known);
  }
  let split = known.get(saveable);
  if (split === undefined) {
    const kept = new Set<Var>(l.primal.equations.filter(saveable).flatMap((e) => e.results));
    // What has an effect is not done twice, so its results must be kept whatever the policy says.
    const once = new Set<Var>(l.primal.equations.filter((e) => effectOf(e) !== "none").flatMap((e) => e.results));
    split = splitLinearized(l, {
      cost: (v) => (kept.has(v) || once.has(v) ? bytesOf(v) : Number.POSITIVE_INFINITY),
      recompute: (e) => !e.results.some((r) => kept.has(r)),
    });
    known.set(saveable, split);
  }
  return split;
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

const named = new Map<string, CheckpointPolicy>();

/** One policy object for each list of names, so that equal ones share their programs. */
function namePolicy(
  kind: string,
  names: readonly string[],
  saveable: (name: string | undefined) => boolean,
): CheckpointPolicy {
  const key = `${kind}(${names.map((n) => JSON.stringify(n)).join()})`;
  let policy = named.get(key);
  if (policy === undefined) {
    const nameOf = (e: Equation) => (e.op === nameOp ? (e.params as { name: string }).name : undefined);
    policy = { name: key, saveable: (e) => saveable(nameOf(e)) };
    named.set(key, policy);
  }
  return policy;
}

const unions = new WeakMap<CheckpointPolicy, WeakMap<CheckpointPolicy, CheckpointPolicy>>();

/** What either policy may keep. */
function either(a: CheckpointPolicy, b: CheckpointPolicy): CheckpointPolicy {
  let known = unions.get(a);
  if (known === undefined) {
    known = new WeakMap();
    unions.set(a, known);
  }
  let policy = known.get(b);
  if (policy === undefined) {
    policy = { name: `save_from_both(${a.name},${b.name})`, saveable: (e) => a.saveable(e) || b.saveable(e) };
    known.set(b, policy);
  }
  return policy;
}

const dots: CheckpointPolicy = { name: "dots_saveable", saveable: product };
const dotsWithNoBatchDims: CheckpointPolicy = {
  name: "dots_with_no_batch_dims_saveable",
  saveable: (e: Equation) => product(e) && noBatch(e),
};

/** Which intermediate values the backward pass may keep. As `jax.checkpoint_policies`, but for those that offload. */
export const checkpointPolicies = {
  nothingSaveable: { name: "nothing_saveable", saveable: () => false },
  everythingSaveable: { name: "everything_saveable", saveable: () => true },
  dotsSaveable: dots,
  checkpointDots: dots,
  dotsWithNoBatchDimsSaveable: dotsWithNoBatchDims,
  checkpointDotsWithNoBatchDims: dotsWithNoBatchDims,
  /** Values that `checkpointName` gave one of these names. */
  saveOnlyTheseNames: (...names: readonly string[]): CheckpointPolicy =>
    namePolicy("save_only_these_names", names, (n) => n !== undefined && names.includes(n)),
  /** Values with any other name. */
  saveAnyNamesButThese: (...names: readonly string[]): CheckpointPolicy =>
    namePolicy("save_any_names_but_these", names, (n) => n !== undefined && !names.includes(n)),
  /** All values, named or not, but those with these names. */
  saveAnythingExceptTheseNames: (...names: readonly string[]): CheckpointPolicy =>
    namePolicy("save_anything_except_these_names", names, (n) => n === undefined || !names.includes(n)),
  saveFromBothPolicies: either,
} as const;
