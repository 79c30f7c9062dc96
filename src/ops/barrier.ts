// Operations that say something to the compiler: do not look through, and where pieces lie.
import { longAval } from "../core/aval.ts";
import { ShardingError } from "../core/errors.ts";
import { typeOf } from "../core/lowering.ts";
import { NamedSharding, P, type PartitionSpec, type SpecEntry } from "../core/mesh.ts";
import { defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind, bind1 } from "../core/trace.ts";
import { zeroTangent } from "./tangent.ts";

type Many = readonly Tensor[];
type NoParams = Record<never, never>;

/** The identity on several values that the compiler must not look through. */
export const barrierOp: Op<NoParams, Many> = defineOp({
  name: "optimization_barrier",
  shape: (operands) => operands,
  varying: (operands) => operands,
  derivative: { all: "linear" },
  transpose: ({ cotangents, avals, operands }) => {
    const cts = barrier(cotangents.map((ct, i) => ct ?? zeroTangent(avals[i]!)));
    return cts.map((ct, i) => (operands[i] === null ? ct : null));
  },
  batch: ({ operands, dims }) => ({ results: barrier(operands), dims }),
  effect: "none",
  cost: "cheap",
  lower: (c, operands) => c.op("stablehlo.optimization_barrier", operands, c.results.map(typeOf)),
});
export const barrier = (values: Many): Tensor[] => (values.length === 0 ? [] : bind(barrierOp, values, {}));

/** Where a value's pieces lie on a mesh. Tangents and cotangents lie as their primals. */
export const shardingConstraintOp: Op<{ sharding: NamedSharding }, readonly [Tensor]> = defineOp({
  name: "sharding_constraint",
  shape: ([x], { sharding }) => {
    if (sharding.spec.entries.length > x.shape.length)
      throw new ShardingError(
        `sharding_constraint: got ${sharding.spec} of ${sharding.spec.entries.length} entries for ${longAval(x)}; expected at ` +
          `most ${x.shape.length}.`,
      );
    return [x];
  },
  derivative: ["linear"],
  transpose: ({ cotangents: [ct], params }) => [ct && bind1(shardingConstraintOp, [ct], params)],
  batch: ({ operands: [x], dims: [d], params: { sharding }, spmdAxisName }) => {
    const batched = batchedSharding(sharding, x.shape.length - 1, d!, spmdAxisName);
    return { results: [shardingConstraint(x, batched)], dims: [d] };
  },
  effect: "none",
  cost: "cheap",
  lower: (c, [x], { sharding }) => [
    c.one("sdy.sharding_constraint", [x], typeOf(c.results[0]!), {
      sharding: shardingAttribute(c.mesh(sharding.mesh), sharding.spec, c.results[0]!.shape.length),
    }),
  ],
});
/** The sharding of values of rank `rank` that got a batch dimension at `d`. */
export function batchedSharding(s: NamedSharding, rank: number, d: number, spmdAxisName?: string): NamedSharding {
  const entries: SpecEntry[] = Array.from({ length: rank }, (_, i) => s.spec.entries[i] ?? null);
  const spec = P(...entries.slice(0, d), spmdAxisName ?? P.UNCONSTRAINED, ...entries.slice(d));
  return new NamedSharding(s.mesh, spec);
}

export const shardingConstraint = (x: Tensor, sharding: NamedSharding): Tensor =>
  bind1(shardingConstraintOp, [x], { sharding });

/** `#sdy.sharding<@mesh, …>` for a value of rank `rank`. */
export function shardingAttribute(mesh: string, spec: PartitionSpec, rank: number) {
  const dimensions = Array.from({ length: rank }, (_, d) => ({ axes: spec.axes(d), open: spec.isUnconstrained(d) }));
  return { kind: "sharding", mesh, dimensions, replicated: [] } as const;
}
