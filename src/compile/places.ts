// Where the arguments of a jitted call must lie, and which devices run it.
import { longAval, shortAval } from "../core/aval.ts";
import { ShardingError, TreeError } from "../core/errors.ts";
import { NamedSharding, P, PartitionSpec, type Sharding, SingleDeviceSharding } from "../core/mesh.ts";
import type { Tensor } from "../core/tensor.ts";
import { broadcastPrefix, leafPaths, type TreeDef } from "../core/tree.ts";
import { shardingConstraint } from "../ops/barrier.ts";
import { ArrayTensor } from "./array.ts";
import { commonDevices, placeIn } from "./build.ts";
import { defaultDevice, singleDevice } from "./devices.ts";
import { usesHostMemory } from "./memories.ts";
import type { StagedGraph } from "./stage.ts";
import { shardingKey } from "./structure.ts";

/** Shardings that the user gave, by leaf; null where none. */
export interface Asked {
  readonly ins: readonly (Sharding | null)[];
  readonly outs: readonly (Sharding | null)[];
}

export interface Places extends Asked {
  readonly devices: readonly Sharding["devices"][number][];
  readonly shardings: readonly Sharding[];
  /** Those that the program's text names: null for what lies on the program's one device because nobody placed it. */
  readonly given: readonly (Sharding | null)[];
  /** The place of what nobody placed. */
  readonly otherwise: Sharding;
  readonly committed: readonly boolean[];
  /** Whether results are placed by the user's will: something of the program or its arguments was. */
  readonly resultsCommitted: boolean;
  readonly key: string;
}

/** @throws ShardingError, TreeError naming the arguments that disagree with each other or with `asked` */
export function placesOf(
  name: string,
  tensors: readonly ArrayTensor[],
  staged: StagedGraph,
  asked: Asked,
  paths: readonly string[],
): Places {
  const inside = placeIn(staged.graph);
  const all = [...asked.ins, ...asked.outs].filter((s): s is Sharding => s !== null);
  if (inside !== undefined) all.push(inside);
  const described = tensors.map((t, i) => ({ sharding: t.sharding, committed: t.committed, path: paths[i]! }));
  const captured = staged.captures
    .filter((c): c is ArrayTensor => c instanceof ArrayTensor)
    .map((t) => ({ sharding: t.sharding, committed: t.committed, path: `a captured ${shortAval(t.aval)}` }));
  const devices = commonDevices([...described, ...captured], all, [defaultDevice()]);
  const mesh = [...all, ...described.map((d) => d.sharding)].find(
    (s): s is NamedSharding => s instanceof NamedSharding,
  );
  const otherwise: Sharding = devices.length > 1 ? replicated(mesh!) : singleDevice(devices[0]!);
  const shardings = tensors.map((t, i) => {
    const wanted = asked.ins[i];
    if (wanted !== null && wanted !== undefined) {
      requireMemory(name, t, wanted, paths[i]!);
      if (t.committed && !t.sharding.equals(wanted))
        throw new TreeError(
          `jit(${name}): ${paths[i]} is committed to ${t.sharding}, but inShardings asks for ${wanted}. ` +
            "Move it with devicePut, or leave that entry null.",
        );
      return wanted;
    }
    return t.committed && t.sharding.devices.length === devices.length ? t.sharding : otherwise;
  });
  const committed = tensors.map((t) => t.committed);
  const placed = inside !== undefined || usesHostMemory(staged.graph) || asked.outs.some((s) => s !== null);
  const outs = asked.outs.map((s) => (s === null ? "" : shardingKey(s)));
  const ins = shardings.map((s, i) => `${shardingKey(s)}${committed[i] ? "!" : ""}`);
  const key = `${ins.join(";")}>${outs.join(";")}@${shardingKey(otherwise)}`;
  const given = shardings.map((s, i) => (devices.length > 1 || committed[i] || asked.ins[i] ? s : null));
  const resultsCommitted = placed || devices.length > 1 || committed.some(Boolean);
  return { ...asked, devices, shardings, given, otherwise, committed, resultsCommitted, key };
}

/** @throws ShardingError: a program does not move its arguments between memories */
function requireMemory(
  name: string,
  t: Tensor & { readonly sharding: Sharding },
  wanted: Sharding,
  path: string,
): void {
  const got = t.sharding.memoryKind;
  if (got !== wanted.memoryKind)
    throw new ShardingError(
      `jit(${name}): Memory kinds passed to jit do not match the memory kind of ${path}. Got jit memory kind: ` +
        `${wanted.memoryKind}, argument memory kind: ${got} for ${longAval(t.aval)}. Move it with ` +
        `devicePut(x, sharding.withMemoryKind("${wanted.memoryKind}")), or leave that entry of inShardings null.`,
    );
}

const replicatedOver = new WeakMap<NamedSharding["mesh"], NamedSharding>();
/** The one fully replicated sharding of a mesh. */
export function replicated(like: NamedSharding): NamedSharding {
  let s = replicatedOver.get(like.mesh);
  if (s === undefined) {
    s = new NamedSharding(like.mesh, P());
    replicatedOver.set(like.mesh, s);
  }
  return s;
}

const isSharding = (value: unknown): value is Sharding | null =>
  value === null || value instanceof NamedSharding || value instanceof SingleDeviceSharding;

/** A prefix tree of shardings, by leaf. @throws TreeError, ShardingError for a spec without a mesh */
export function shardingLeaves(prefix: unknown, def: TreeDef, what: string): (Sharding | null)[] {
  if (prefix === undefined) return leafPaths(def).map(() => null);
  requireMeshes(prefix, what);
  return broadcastPrefix<Sharding | null>(prefix, def, isSharding, what);
}

function requireMeshes(prefix: unknown, path: string): void {
  if (prefix instanceof PartitionSpec)
    throw new ShardingError(`${path} is ${prefix}, a spec without a mesh. Pass new NamedSharding(mesh, ${prefix}).`);
  if (Array.isArray(prefix)) for (const [i, p] of prefix.entries()) requireMeshes(p, `${path}[${i}]`);
  else if (typeof prefix === "object" && prefix !== null && !isSharding(prefix))
    for (const [k, v] of Object.entries(prefix)) requireMeshes(v, `${path}.${k}`);
}

/**
 * Inside another trace a mesh placement is a constraint; a single device says nothing there, nor does a kind of memory:
 * values stay in the memory that they are in, as in JAX.
 */
export const constrain = (values: readonly Tensor[], asked: readonly (Sharding | null)[]): Tensor[] =>
  values.map((t, i) => {
    const s = asked[i];
    return s instanceof NamedSharding ? shardingConstraint(t, s) : t;
  });
