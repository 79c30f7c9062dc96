// Moving a value between memories inside a program.
import { attr } from "../../hlo/attributes.ts";
import type { Value } from "../../hlo/module.ts";
import { type Aval, type MemorySpace, withMemory } from "../core/aval.ts";
import type { LoweringContext } from "../core/lowering.ts";
import { memorySpace, NamedSharding, type Sharding } from "../core/mesh.ts";
import { defineOp, type Op } from "../core/op.ts";
import { Literal, Tensor } from "../core/tensor.ts";
import { bind1 } from "../core/trace.ts";
import { batchedSharding, shardingAttribute } from "./barrier.ts";

export interface DevicePutParams {
  readonly memory: MemorySpace;
  /** The place that the user named; null for a memory of the devices where the value is. */
  readonly sharding: Sharding | null;
}

/**
 * The identity, in another memory. As JAX's `device_put` primitive: GPU programs get an `annotate_device_placement`, CPU
 * programs nothing, since there all memories are the host's; the results of the program lie where their types say.
 */
export const devicePutOp: Op<DevicePutParams, readonly [Tensor]> = defineOp({
  name: "device_put",
  shape: ([x]) => [x],
  memory: (_operands, { memory }) => memory,
  derivative: ["linear"],
  transpose: ({ cotangents: [ct], avals: [x] }) => [ct && moveToMemory(ct, x.memory)],
  batch: ({ operands: [x], dims: [d], params: { memory, sharding }, spmdAxisName }) => {
    const place =
      sharding instanceof NamedSharding ? batchedSharding(sharding, x.shape.length - 1, d!, spmdAxisName) : sharding;
    return { results: [bind1(devicePutOp, [x], { memory, sharding: place })], dims: [d] };
  },
  effect: "none",
  cost: "costly",
  lower: (c, [x], { memory, sharding }) => {
    if (c.platform === "cpu" || !c.namesMemories) return [x];
    const placed = sharding instanceof NamedSharding ? constrained(c, x, sharding, c.results[0]!) : x;
    return [annotatePlacement(c, placed, sharding?.memoryKind ?? (memory === "host" ? "pinned_host" : "device"))];
  },
});

const constrained = (c: LoweringContext, x: Value, { mesh, spec }: NamedSharding, { shape }: Aval): Value =>
  c.one("sdy.sharding_constraint", [x], x.type, { sharding: shardingAttribute(c.mesh(mesh), spec, shape.length) });

/** XLA's way of saying in which kind of memory a value lies. */
export const annotatePlacement = (c: Pick<LoweringContext, "one">, x: Value, kind: string): Value =>
  c.one("stablehlo.custom_call", [x], x.type, {
    call_target_name: attr.string("annotate_device_placement"),
    backend_config: attr.string(""),
    has_side_effect: attr.bool(true),
    api_version: attr.i32(1),
    "mhlo.frontend_attributes": attr.dictionary({ _xla_buffer_placement: attr.string(kind) }),
  });

/** `x` in the memory of the devices or of their host; itself if it is there. */
export const moveToMemory = (x: Tensor, memory: MemorySpace): Tensor =>
  x.aval === withMemory(x.aval, memory) ? x : bind1(devicePutOp, [x], { memory, sharding: null });

/** `spread` are `given`, broadcast to one shape: what was a scalar goes to the memory of the others. */
export function scalarsFollow(given: readonly unknown[], spread: readonly Tensor[]): Tensor[] {
  const wasScalar = (i: number) => !(given[i] instanceof Tensor) || given[i].ndim === 0;
  const host = spread.some((t, i) => t.aval.memory === "host" && !wasScalar(i));
  if (!host) return [...spread];
  return spread.map((t, i) => (t instanceof Literal || !wasScalar(i) ? t : moveToMemory(t, "host")));
}

/** `x` where `sharding` says, inside a traced program. */
export const putInProgram = (x: Tensor, sharding: Sharding): Tensor =>
  bind1(devicePutOp, [x], { memory: memorySpace(sharding.memoryKind), sharding });
