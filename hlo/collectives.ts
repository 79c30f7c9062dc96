// The collectives of a program one by one: what they move, over which mesh axes, and how often.
import type { AxisRef, DenseData } from "./attributes.ts";
import { callGraph, visitExecutions } from "./call-graph.ts";
import { type AxesOfGroups, axesOfGroups, axesOfPairs, axisText } from "./device-groups.ts";
import { positionOf } from "./locations.ts";
import { bytesOf, groupAttributes } from "./measures.ts";
import type { Mesh, Module, Operation } from "./module.ts";

/** One collective in the text of a program. */
export interface CollectiveSite {
  /** HLO's kind: `all-reduce`, `all-gather`, `reduce-scatter`, `all-to-all`, `collective-permute`, … */
  readonly kind: string;
  /** The instruction's name in an optimised program; else the function that it stands in. */
  readonly name: string;
  /** Bytes of the result on one device. */
  readonly bytes: number;
  /** Groups of devices; for a permutation 1. */
  readonly groups: number;
  /** Devices of one group; for a permutation the number of its messages. */
  readonly groupSize: number;
  /** The mesh axes that it runs over; undefined where no known mesh gives these groups. */
  readonly over: AxesOfGroups | undefined;
  /** How often it runs in one execution; undefined where recursion leads to it. */
  readonly executions: number | undefined;
  readonly file: string | undefined;
  readonly line: number | undefined;
}

/** Collectives of one kind over the same axes. */
export interface CollectiveGroup {
  readonly kind: string;
  /** `data, model`; `none` for groups of one device; `?` where the axes are not known. */
  readonly axes: string;
  readonly groupSize: number;
  /** Places in the text. */
  readonly sites: number;
  readonly executions: number;
  /** Bytes of the results on one device over all executions. */
  readonly bytes: number;
}

/** `data, model:(1)2`, as a table shows it. */
export const axesText = (over: AxesOfGroups | undefined): string =>
  over === undefined ? "?" : over.axes.map((axis: AxisRef) => axisText(axis)).join(", ") || "none";

function list(value: DenseData, count: number): number[] | undefined {
  if (value instanceof Uint8Array) {
    if (value.length !== 8 * count) return undefined;
    const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
    return Array.from({ length: count }, (_, i) => Number(view.getBigInt64(8 * i, true)));
  }
  return typeof value === "object" ? value.map(Number) : new Array<number>(count).fill(Number(value));
}

/** The rows of a dense matrix of integers; −1 pads rows that are shorter. */
function matrix(op: Operation, name: string): number[][] | undefined {
  const dense = op.attributes[name];
  if (dense?.kind !== "dense" || dense.type.shape.length !== 2) return undefined;
  const [rows, columns] = dense.type.shape as [number, number];
  const flat = list(dense.value, rows * columns);
  return (
    flat && Array.from({ length: rows }, (_, r) => flat.slice(r * columns, (r + 1) * columns).filter((d) => d >= 0))
  );
}

/** True where the numbers in the groups are devices of the mesh, not replicas that hold a mesh each. */
function namesDevices(op: Operation, module: Module): boolean {
  const replicas = module.attributes["mhlo.num_replicas"];
  if (replicas?.kind !== "integer" || Number(replicas.value) <= 1) return true;
  return op.attributes.use_global_device_ids !== undefined;
}

/**
 * The collectives written in a module, in the order of its functions; those that the partitioner will add are not here.
 * Groups are matched against the module's meshes, devices laid out row-major or as their `deviceIds` say.
 */
export function collectiveSites(module: Module): CollectiveSite[] {
  const runs = new Map(callGraph(module).functions.map(({ name, executions }) => [name, executions]));
  const sites: CollectiveSite[] = [];
  for (const func of module.funcs) {
    visitExecutions(func, (op, times) => {
      const attribute = groupAttributes[op.name];
      if (attribute === undefined) return;
      const groups = matrix(op, attribute) ?? [];
      const isPermutation = attribute === "source_target_pairs";
      const meshes: readonly Mesh[] = namesDevices(op, module)
        ? module.meshes.filter(({ axes }) => axes.length > 0)
        : [];
      const own = runs.get(func.name);
      const at = positionOf(op.location);
      sites.push({
        kind: op.name.slice("stablehlo.".length).replaceAll("_", "-"),
        name: func.name,
        bytes: bytesOf(op.results),
        groups: isPermutation ? 1 : groups.length,
        groupSize: isPermutation ? groups.length : (groups[0]?.length ?? 0),
        over: isPermutation ? axesOfPairs(groups, meshes) : axesOfGroups(groups, meshes),
        executions: own === undefined ? undefined : own * times,
        file: at?.file,
        line: at?.line,
      });
    });
  }
  return sites;
}

/** Sums by kind, axes and group size, most bytes first. Where recursion hides how often one runs, it counts once. */
export function groupCollectives(sites: readonly CollectiveSite[]): CollectiveGroup[] {
  const groups = new Map<string, { -readonly [K in keyof CollectiveGroup]: CollectiveGroup[K] }>();
  for (const { kind, over, groupSize, bytes, executions = 1 } of sites) {
    const axes = axesText(over);
    const key = `${kind} ${groupSize} ${axes}`;
    const sum = groups.get(key) ?? { kind, axes, groupSize, sites: 0, executions: 0, bytes: 0 };
    sum.sites++;
    sum.executions += executions;
    sum.bytes += bytes * executions;
    groups.set(key, sum);
  }
  return [...groups.values()].sort((a, b) => b.bytes - a.bytes);
}
