// checkpoint: the backward pass computes a graph again instead of keeping what it made.
import { longAval, type MemorySpace, withMemory } from "../core/aval.ts";
import { ShardingError } from "../core/errors.ts";
import { type Equation, effectOf, type Graph, graphEffect, memoize, Var } from "../core/graph.ts";
import type { NamedSharding } from "../core/mesh.ts";
import { defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind } from "../core/trace.ts";
import { batchedSharding, shardingConstraint } from "../ops/barrier.ts";
import { devicePutOp } from "../ops/memory.ts";
import { batchGraph } from "../transforms/batch.ts";
import { inline } from "../transforms/evaluate.ts";
import { pick, spreadMask } from "../transforms/jvp.ts";
import { type LinearizedGraph, linearizeGraph } from "../transforms/linearize.ts";
import { bytesOf } from "../transforms/residuals.ts";
import { calledShape, jvpCall, transposeCall } from "./call.ts";
import type { CheckpointPolicy } from "./checkpoint-policies.ts";
import { type SplitGraph, splitLinearized } from "./split.ts";

export type { CheckpointPolicy } from "./checkpoint-policies.ts";

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
  shape: (operands, { graph }) => calledShape("checkpoint", graph, operands),
  derivative: {
    structured: {
      jvp: (primals, tangents, p) =>
        jvpCall(p.graph, primals, tangents, (graph, args) => bind(checkpointOp, args, { ...p, graph })),
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

/**
 * Keeps what the policy allows, in the memory that it says; everything else is computed again from that and the inputs.
 */
function splitCheckpoint(l: LinearizedGraph, policy: CheckpointPolicy): SplitGraph {
  return memoize(l.primal, policy, () => {
    const moves = movesOf(l.primal, policy);
    const isKept = (e: Equation) => policy.saveable(e) || e.results.some((r) => moves.has(r));
    const kept = new Set<Var>(l.primal.equations.filter(isKept).flatMap((e) => e.results));
    // What has an effect is not done twice, so its results must be kept whatever the policy says.
    const once = new Set<Var>(l.primal.equations.filter((e) => effectOf(e) !== "none").flatMap((e) => e.results));
    const split = splitLinearized(l, {
      cost: (v) => (kept.has(v) || once.has(v) ? bytesOf(v) : Number.POSITIVE_INFINITY),
      recompute: (e) => !e.results.some((r) => kept.has(r)),
    });
    return offload(split, moves);
  });
}

/** The values that the policy keeps in another memory. @throws ShardingError if one does not lie where the policy says */
function movesOf(graph: Graph, { offloaded }: CheckpointPolicy): ReadonlyMap<Var, MemorySpace> {
  const moves = new Map<Var, MemorySpace>();
  if (offloaded === undefined) return moves;
  for (const e of graph.equations) {
    if (!offloaded.which(e)) continue;
    for (const r of e.results) {
      if (r.aval.memory !== offloaded.from)
        throw new ShardingError(
          `checkpoint: the policy offloads from the memory of the ${offloaded.from}, got ${longAval(r.aval)} of ` +
            `${e.op.name}. Give as offloadSrc the kind of memory that the values lie in.`,
        );
      moves.set(r, offloaded.to);
    }
  }
  return moves;
}

/** The split whose primal half moves kept values away, and whose tangent half fetches them back. */
function offload(split: SplitGraph, moves: ReadonlyMap<Var, MemorySpace>): SplitGraph {
  if (moves.size === 0) return split;
  const { primal, tangent } = split;
  const away: Equation[] = [];
  const back: Equation[] = [];
  const outputs = [...primal.outputs];
  const inputs = [...tangent.inputs];
  const first = primal.outputs.length - split.kept;
  for (let k = 0; k < split.kept; k++) {
    const v = outputs[first + k]!;
    const to = v instanceof Var ? moves.get(v) : undefined;
    if (to === undefined || to === v.aval.memory) continue;
    const far = new Var(withMemory(v.aval, to));
    const near = inputs[split.inputs.length + k]!;
    const arriving = new Var(far.aval);
    away.push({ op: devicePutOp, operands: [v], params: { memory: to, sharding: null }, results: [far], site: {} });
    const params = { memory: near.aval.memory, sharding: null };
    back.push({ op: devicePutOp, operands: [arriving], params, results: [near], site: {} });
    outputs[first + k] = far;
    inputs[split.inputs.length + k] = arriving;
  }
  return {
    ...split,
    primal: { ...primal, equations: [...primal.equations, ...away], outputs },
    tangent: { ...tangent, equations: [...back, ...tangent.equations], inputs },
  };
}
