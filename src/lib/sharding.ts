// Meshes, placement and constraints, as users see them.
import { ArrayTensor } from "../compile/array.ts";
import { devices, singleDevice } from "../compile/devices.ts";
import { leafTensor, leafValue } from "../compile/leaves.ts";
import { moveTo } from "../compile/place.ts";
import { longAval } from "../core/aval.ts";
import { ShardingError } from "../core/errors.ts";
import {
  type Device,
  Mesh,
  NamedSharding,
  type Sharding,
  SingleDeviceSharding,
  shardIndex,
  shardShape,
} from "../core/mesh.ts";
import { Literal, type Tensor } from "../core/tensor.ts";
import { isTraced } from "../core/trace.ts";
import { broadcastPrefix, flatten, unflatten } from "../core/tree.ts";
import { shardingConstraint } from "../ops/barrier.ts";
import { putInProgram } from "../ops/memory.ts";

/** A mesh of the first devices, in order. @throws ShardingError if there are too few */
export function makeMesh(
  sizes: readonly number[],
  names: readonly string[],
  options: { devices?: readonly Device[] } = {},
): Mesh {
  const all = options.devices ?? devices();
  const count = sizes.reduce((a, b) => a * b, 1);
  if (count > all.length)
    throw new ShardingError(
      `makeMesh: [${sizes.join(", ")}] needs ${count} devices, there are ${all.length}. On CPU, set JORTS_NUM_CPU_DEVICES=${count} ` +
        "or config.numCpuDevices before first use.",
    );
  return new Mesh(all.slice(0, count), names, sizes);
}

const isSharding = (value: unknown): value is Sharding =>
  value instanceof NamedSharding || value instanceof SingleDeviceSharding;

const isPlace = (value: unknown): value is Sharding | Device =>
  isSharding(value) || (typeof value === "object" && value !== null && "platform" in value && "id" in value);

const asSharding = (place: Sharding | Device): Sharding => (isSharding(place) ? place : singleDevice(place));

/**
 * A tree of tensors on the given device or sharding (or a prefix tree of them), committed there. Tensors that lie there
 * already share their memory with the result. As `jax.device_put`.
 *
 * Inside a traced program a sharding moves a value between the devices' memory and their host's, and its transpose moves
 * cotangents back; where its pieces lie stays the compiler's choice, and a device alone says nothing.
 *
 * @throws IndivisibleError, ShardingError naming the leaf
 */
export function devicePut<T>(tree: T, place?: unknown): T {
  const { leaves, def } = flatten(tree, "x");
  const places =
    place === undefined
      ? leaves.map(() => undefined)
      : broadcastPrefix<Sharding | Device>(place, def, isPlace, "the placement");
  const put = leaves.map((leaf, i) => {
    const value = leafValue(leaf);
    const wanted = places[i];
    if (isTraced([value])) return isSharding(wanted) ? putInProgram(value, wanted) : value;
    const t = value instanceof Literal ? leafTensor(leaf) : value;
    if (wanted === undefined) return t;
    const moved = moveTo(t, asSharding(wanted));
    if (t !== leaf) (t as ArrayTensor).dispose();
    return moved;
  });
  return unflatten(def, put) as T;
}

/** Asks the compiler to lay a tree of values out as `sharding` (or a prefix tree) says. As `jax.lax.with_sharding_constraint`. */
export function withShardingConstraint<T>(tree: T, sharding: unknown): T {
  const { leaves, def } = flatten(tree, "x");
  const isNamed = (v: unknown): v is NamedSharding => v instanceof NamedSharding;
  const places = broadcastPrefix<NamedSharding>(sharding, def, isNamed, "the sharding");
  return unflatten(
    def,
    leaves.map((leaf, i) => shardingConstraint(leafTensor(leaf), places[i]!)),
  ) as T;
}

/** One device's piece of a global tensor. */
export interface Shard {
  readonly device: Device;
  /** [start, end) along each dimension. */
  readonly index: readonly (readonly [number, number])[];
  readonly shape: readonly number[];
}

/** The pieces of a concrete tensor on this process's devices. */
export function shardsOf(t: Tensor): Shard[] {
  if (!(t instanceof ArrayTensor))
    throw new ShardingError(`addressableShards: a traced ${longAval(t.aval)} lies nowhere yet.`);
  const shape = shardShape(t.sharding, t.shape);
  return t.sharding.devices.map((device, i) => ({ device, index: shardIndex(t.sharding, t.shape, i), shape }));
}
