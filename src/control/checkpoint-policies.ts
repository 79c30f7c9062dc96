// Which intermediate values of a checkpointed function are kept for the backward pass, and in which memory.
import type { MemorySpace } from "../core/aval.ts";
import { ConfigError, ShardingError } from "../core/errors.ts";
import type { Equation } from "../core/graph.ts";
import { defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind } from "../core/trace.ts";

/** Says of an equation of the checkpointed program whether its results may be kept. */
export interface CheckpointPolicy {
  readonly name: string;
  readonly saveable: (e: Equation) => boolean;
  /** Values that are kept in another memory and fetched back for the backward pass. */
  readonly offloaded?: Offloaded;
}

export interface Offloaded {
  readonly which: (e: Equation) => boolean;
  readonly from: MemorySpace;
  readonly to: MemorySpace;
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

const nameOf = (e: Equation) => (e.op === nameOp ? (e.params as { name: string }).name : undefined);

const hasName = (e: Equation, names: readonly string[]): boolean => {
  const name = nameOf(e);
  return name !== undefined && names.includes(name);
};

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
    policy = { name: key, saveable: (e) => saveable(nameOf(e)) };
    named.set(key, policy);
  }
  return policy;
}

const unions = new WeakMap<CheckpointPolicy, WeakMap<CheckpointPolicy, CheckpointPolicy>>();

/** What either policy may keep. @throws ConfigError for a policy that offloads */
function either(a: CheckpointPolicy, b: CheckpointPolicy): CheckpointPolicy {
  for (const p of [a, b])
    if (p.offloaded !== undefined)
      throw new ConfigError(
        `checkpointPolicies.saveFromBothPolicies: got ${p.name}, which offloads; expected two policies that only save. ` +
          "Name the values to save in that policy.",
      );
  let known = unions.get(a);
  if (known === undefined) {
    known = new WeakMap();
    unions.set(a, known);
  }
  let policy = known.get(b);
  if (policy === undefined) {
    policy = {
      name: `save_from_both(${a.name},${b.name})`,
      saveable: (e) => a.saveable(e) || b.saveable(e),
    };
    known.set(b, policy);
  }
  return policy;
}

const dots: CheckpointPolicy = { name: "dots_saveable", saveable: product };
const dotsWithNoBatchDims: CheckpointPolicy = {
  name: "dots_with_no_batch_dims_saveable",
  saveable: (e: Equation) => product(e) && noBatch(e),
};

const spaces: Readonly<Record<string, MemorySpace>> = { device: "device", pinned_host: "host" };

function spaceOf(policy: string, what: string, kind: string): MemorySpace {
  const space = spaces[kind];
  if (space === undefined)
    throw new ShardingError(
      `checkpointPolicies.${policy}: ${what} got memory kind: ${kind}; expected one of ${Object.keys(spaces).join(", ")}.`,
    );
  return space;
}

const offloading = new Map<string, CheckpointPolicy>();

function offloadPolicy(key: string, make: () => Omit<CheckpointPolicy, "name">): CheckpointPolicy {
  let policy = offloading.get(key);
  if (policy === undefined) {
    policy = { name: key, ...make() };
    offloading.set(key, policy);
  }
  return policy;
}

export interface OffloadNames {
  /** Values with one of these names are kept where they are. */
  readonly namesWhichCanBeSaved: readonly string[];
  /** Values with one of these names are kept in the memory `offloadDst`. */
  readonly namesWhichCanBeOffloaded: readonly string[];
  /** Where the values lie, and come back to: "device". */
  readonly offloadSrc: string;
  /** Where they are kept: "pinned_host". */
  readonly offloadDst: string;
}

function saveAndOffloadOnlyTheseNames(o: OffloadNames): CheckpointPolicy {
  const { namesWhichCanBeSaved: saved, namesWhichCanBeOffloaded: away, offloadSrc, offloadDst } = o;
  const both = saved.filter((n) => away.includes(n));
  if (both.length > 0)
    throw new ConfigError(
      "checkpointPolicies.saveAndOffloadOnlyTheseNames: The names should be exclusive and should not intersect in " +
        `namesWhichCanBeSaved and namesWhichCanBeOffloaded. Got [${saved}] and [${away}], which share [${both}].`,
    );
  const key = `save_and_offload_only_these_names${JSON.stringify([saved, away, offloadSrc, offloadDst])}`;
  const isOf = (names: readonly string[]) => (e: Equation) => hasName(e, names);
  const from = spaceOf("saveAndOffloadOnlyTheseNames", "offloadSrc", offloadSrc);
  const to = spaceOf("saveAndOffloadOnlyTheseNames", "offloadDst", offloadDst);
  return offloadPolicy(key, () => ({ saveable: isOf([...saved]), offloaded: { which: isOf([...away]), from, to } }));
}

function offloadDotWithNoBatchDims(offloadSrc: string, offloadDst: string): CheckpointPolicy {
  const from = spaceOf("offloadDotWithNoBatchDims", "offloadSrc", offloadSrc);
  const to = spaceOf("offloadDotWithNoBatchDims", "offloadDst", offloadDst);
  return offloadPolicy(`offload_dot_with_no_batch_dims${JSON.stringify([offloadSrc, offloadDst])}`, () => ({
    saveable: () => false,
    offloaded: { which: dotsWithNoBatchDims.saveable, from, to },
  }));
}

/** Which intermediate values the backward pass may keep. As `jax.checkpoint_policies`. */
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
  /** @throws ConfigError for a policy that offloads */
  saveFromBothPolicies: either,
  /**
   * Values that `checkpointName` gave one of these names: some kept where they are, some in their host's memory, from
   * where the backward pass fetches them.
   * @throws ConfigError for a name in both lists; ShardingError for a memory other than "device" and "pinned_host"
   */
  saveAndOffloadOnlyTheseNames,
  /** Products without batch dimensions, kept in their host's memory. @throws ShardingError as the one above */
  offloadDotWithNoBatchDims,
} as const;
