// Counts over a StableHLO module: operations, and collectives with what they move.
import { HloModuleError } from "./errors.ts";
import type { Module, Operation } from "./module.ts";
import { elementBits, type Type } from "./types.ts";
import { visitOperations } from "./walk.ts";

/** The collectives of one kind in a program. */
export interface CollectiveUse {
  /** Occurrences in the program text; the body of a loop counts once. */
  count: number;
  /** Sum of the results' bytes on one device. */
  bytes: number;
  /** Distinct numbers of devices that take part, ascending. For a permutation, the number of its messages. */
  groupSizes: number[];
}

/** By HLO's kind: `all-reduce`, `all-gather`, `reduce-scatter`, `all-to-all`, `collective-permute`, … */
export type Collectives = Record<string, CollectiveUse>;

/** Adds one use of `kind`. */
export function addCollective(to: Collectives, kind: string, bytes: number, groupSize: number): void {
  to[kind] ??= { count: 0, bytes: 0, groupSizes: [] };
  const use = to[kind];
  use.count++;
  use.bytes += bytes;
  if (!use.groupSizes.includes(groupSize)) use.groupSizes = [...use.groupSizes, groupSize].sort((a, b) => a - b);
}

/** Elements of a tensor; a dimension of dynamic size counts as 1. */
export function elementCount(type: Type): number {
  return type.kind === "tensor" ? type.shape.reduce((product, size) => product * (size < 0 ? 1 : size), 1) : 0;
}

/** Bytes of a value in memory; tokens and functions take none. */
export function typeBytes(type: Type): number {
  return type.kind === "tensor" ? Math.ceil((elementCount(type) * elementBits(type.element)) / 8) : 0;
}

export const bytesOf = (values: readonly { type: Type }[]): number =>
  values.reduce((sum, value) => sum + typeBytes(value.type), 0);

/** Number of operations by full name, terminators and nested regions included; each function's text counts once. */
export function opCounts(module: Module): Record<string, number> {
  const counts: Record<string, number> = {};
  const count = ({ name }: Operation) => {
    counts[name] = (counts[name] ?? 0) + 1;
  };
  for (const { body } of module.funcs) visitOperations(body, count);
  for (const op of module.others) {
    count(op);
    for (const { blocks } of op.regions) for (const block of blocks) visitOperations(block, count);
  }
  return counts;
}

/** Where each collective keeps its devices. */
export const groupAttributes: Readonly<Record<string, string>> = {
  "stablehlo.all_reduce": "replica_groups",
  "stablehlo.all_gather": "replica_groups",
  "stablehlo.reduce_scatter": "replica_groups",
  "stablehlo.all_to_all": "replica_groups",
  "stablehlo.collective_broadcast": "replica_groups",
  "stablehlo.collective_permute": "source_target_pairs",
};

/**
 * The collectives written in the program (those that the partitioner will add are not here; look at the optimised
 * program for them). Each function's text counts once.
 * @throws HloModuleError for a collective without its groups.
 */
export function collectives(module: Module): Collectives {
  const found: Collectives = {};
  for (const { body } of module.funcs) {
    visitOperations(body, (op) => {
      const attribute = groupAttributes[op.name];
      if (attribute === undefined) return;
      const groups = op.attributes[attribute];
      if (groups?.kind !== "dense") {
        throw new HloModuleError(`${op.name}: attribute ${attribute} is missing; give the groups as a dense matrix`);
      }
      const size = groups.type.shape[attribute === "source_target_pairs" ? 0 : 1] ?? 0;
      const kind = op.name.slice("stablehlo.".length).replaceAll("_", "-");
      addCollective(found, kind, bytesOf(op.results), size);
    });
  }
  return found;
}
