// Derivatives of shardMap: those of its body, with residuals and cotangents laid out as the values they belong to.
import { withShape } from "../core/aval.ts";
import { isFloat } from "../core/dtype.ts";
import { type Graph, hasEffects, memoize } from "../core/graph.ts";
import { P, type PartitionSpec } from "../core/mesh.ts";
import type { Maybe } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind, bind1, traceGraph } from "../core/trace.ts";
import { div } from "../ops/binary.ts";
import { psumOp } from "../ops/collective.ts";
import { like } from "../ops/literal.ts";
import { reshape } from "../ops/shape.ts";
import { inline } from "../transforms/evaluate.ts";
import { jvpGraph, omit, pick, spreadMask } from "../transforms/jvp.ts";
import { linearizeGraph } from "../transforms/linearize.ts";
import { transposeGraph } from "../transforms/transpose.ts";
import { type ShardMapParams, shardMapOp, specAxes } from "./shard-map.ts";
import { splitLinearized } from "./split.ts";
import { varyOutputs } from "./varying.ts";

type Many = readonly Tensor[];
type Result = readonly [Many, readonly Maybe[]];

/** Runs `graph` per device. Where variation is tracked, its outputs are made to vary over the axes of their specs. */
export function runShardMap(p: ShardMapParams, args: Many): Tensor[] {
  const { graph, outSpecs, checked } = p;
  if (graph.outputs.length === 0 && !hasEffects(graph)) return [];
  const raised = checked ? varyOutputs(graph, outSpecs.map(specAxes)) : graph;
  return bind(shardMapOp, args, { ...p, graph: raised });
}

export function jvpShardMap(primals: Many, tangents: readonly Maybe[], p: ShardMapParams): Result {
  const active = tangents.map((t) => t !== null);
  const d = jvpGraph(p.graph, active);
  const outs = runShardMap(
    {
      ...p,
      graph: d.graph,
      inSpecs: [...p.inSpecs, ...pick(p.inSpecs, active)],
      outSpecs: [...p.outSpecs, ...pick(p.outSpecs, d.outActive)],
    },
    [...primals, ...pick(tangents as Many, active)],
  );
  const n = p.graph.outputs.length;
  return [outs.slice(0, n), spreadMask(d.outActive, outs.slice(n))];
}

/** A residual of each device is a piece of a value along its first dimension, or the same value on all. */
function residualSpec(axes: readonly string[]): PartitionSpec {
  return axes.length === 0 ? P() : P(axes.length === 1 ? axes[0]! : axes);
}

export function linearizeShardMap(primals: Many, tangents: readonly Maybe[], p: ShardMapParams): Result {
  const active = tangents.map((t) => t !== null);
  const l = linearizeGraph(p.graph, active);
  const n = p.graph.outputs.length;
  const halves = memoize(l.primal, `shard_map ${p.checked} ${p.manualAxes}`, () => {
    const split = splitLinearized(l);
    const kept = split.primal.outputs.slice(n).map((o) => o.aval);
    const axes = kept.map((a) => p.manualAxes.filter((axis) => !p.checked || a.varying.includes(axis)));
    // A scalar has no dimension to be a piece of.
    const bare = kept.map((a, i) => a.shape.length === 0 && axes[i]!.length > 0);
    const again = split.inputs.length;
    return {
      inputs: split.inputs,
      specs: axes.map(residualSpec),
      primal: rewrite(split.primal, (args) =>
        inline(split.primal, args).map((o, i) => (bare[i - n] ? reshape(o, [1]) : o)),
      ),
      tangent: rewrite(
        split.tangent,
        (args) =>
          inline(
            split.tangent,
            args.map((x, i) => (bare[i - again] ? reshape(x, []) : x)),
          ),
        (i) => bare[i - again] ?? false,
      ),
    };
  });
  const outs = runShardMap({ ...p, graph: halves.primal, outSpecs: [...p.outSpecs, ...halves.specs] }, primals);
  const results = runShardMap(
    {
      ...p,
      graph: halves.tangent,
      inSpecs: [...halves.inputs.map((i) => p.inSpecs[i]!), ...halves.specs, ...pick(p.inSpecs, active)],
      outSpecs: pick(p.outSpecs, l.outActive),
    },
    [...halves.inputs.map((i) => primals[i]!), ...outs.slice(n), ...pick(tangents as Many, active)],
  );
  return [outs.slice(0, n), spreadMask(l.outActive, results)];
}

/** A graph with the inputs of `like`, those that `single` says as vectors of one element. */
function rewrite(
  like: Graph,
  body: (args: Many) => readonly Tensor[],
  single: (i: number) => boolean = () => false,
): Graph {
  return traceGraph(
    like.name,
    (...args) => body(args),
    like.inputs.map((v, i) => (single(i) ? withShape(v.aval, [1]) : v.aval)),
    { what: like.name, ambient: true },
  ).graph;
}

/**
 * Where variation is not tracked, an output of which `outSpecs` says that it is the same along an axis gives each device
 * an equal part of its cotangent, and an input's cotangent is the sum along the axes that its spec does not name.
 */
export function transposeShardMap(
  operands: readonly Maybe[],
  cotangents: readonly Maybe[],
  p: ShardMapParams,
): Maybe[] {
  const linear = operands.map((o) => o === null);
  const given = cotangents.map((ct) => ct !== null);
  const t = transposeGraph(p.graph, linear, given);
  const values = omit(p.inSpecs, linear);
  const ctSpecs = pick(p.outSpecs, given);
  const outSpecs = pick(pick(p.inSpecs, linear), t.nonzero);
  const results = runShardMap(
    {
      ...p,
      graph: p.checked ? t.graph : unchecked(t.graph, p, values.length, ctSpecs, outSpecs),
      inSpecs: [...values, ...ctSpecs],
      outSpecs,
    },
    [...(omit(operands, linear) as Many), ...(pick(cotangents, given) as Many)],
  );
  return spreadMask(linear, spreadMask(t.nonzero, results));
}

function unchecked(
  graph: Graph,
  { mesh, manualAxes }: ShardMapParams,
  values: number,
  ctSpecs: readonly PartitionSpec[],
  outSpecs: readonly PartitionSpec[],
): Graph {
  const unnamed = (spec: PartitionSpec) => manualAxes.filter((axis) => !specAxes(spec).includes(axis));
  const part = (ct: Tensor, spec: PartitionSpec): Tensor => {
    const devices = unnamed(spec).reduce((n, axis) => n * mesh.size(axis), 1);
    return devices === 1 || !isFloat(ct.dtype) ? ct : div(ct, like(ct, devices));
  };
  const total = (ct: Tensor, spec: PartitionSpec): Tensor => {
    const axes = unnamed(spec);
    return axes.length === 0 ? ct : bind1(psumOp, [ct], { axes, checked: false, groups: null });
  };
  return rewrite(graph, (args) =>
    inline(
      graph,
      args.map((x, i) => (i < values ? x : part(x, ctSpecs[i - values]!))),
    ).map((ct, i) => total(ct, outSpecs[i]!)),
  );
}
