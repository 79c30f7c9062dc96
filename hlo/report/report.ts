// Everything that is measured of a program, in one record; what cannot be measured says why.
import { JortsError } from "../../base/errors.ts";
import { byCost, costInParts, type OpCost } from "../analyze.ts";
import { type CallGraph, callGraph, hloCallGraph } from "../call-graph.ts";
import { type CollectiveGroup, type CollectiveSite, collectiveSites, groupCollectives } from "../collectives.ts";
import type { MeshAxes } from "../device-groups.ts";
import { hloAnalyze, hloCostByLine } from "../hlo-analyze.ts";
import { hloCollectiveSites } from "../hlo-collectives.ts";
import { hloLiveMemory } from "../hlo-live-memory.ts";
import { hloOpCounts } from "../hlo-measures.ts";
import { costOfLines, type LineCost } from "../lines.ts";
import { liveMemory } from "../live-memory.ts";
import { opCounts } from "../measures.ts";
import { type Mesh, Module, type Operation } from "../module.ts";
import type { HloInstruction, HloModule } from "../optimized.ts";
import type { MemoryProfile } from "../timeline.ts";

export interface ReportOptions {
  /** Meshes by which an optimised program's device groups are named; a StableHLO module has its own. */
  readonly meshes?: readonly (MeshAxes & { readonly name?: string })[];
  /** Told the operation of each step of `memory`. */
  readonly onStep?: (operation: Operation | HloInstruction) => void;
}

export interface OpRow {
  readonly name: string;
  /** Places in the text. */
  readonly places: number;
  /** Executions, FLOPs and bytes; undefined for an operation that only holds others, or that never runs. */
  readonly cost: OpCost | undefined;
}

export interface Report {
  readonly form: "stablehlo" | "hlo";
  readonly name: string;
  readonly partitions: number;
  readonly replicas: number;
  readonly functions: number;
  readonly operations: number;
  readonly meshes: readonly Mesh[];
  /** Of all devices together for StableHLO, of one device for an optimised program. */
  readonly flops: number | undefined;
  readonly bytesAccessed: number | undefined;
  readonly unknownTripCounts: number;
  /** What is called and counts nothing: functions that are missing; of an optimised program, custom calls. */
  readonly notCounted: readonly string[];
  /** Most FLOPs first, then most bytes, then most places. */
  readonly ops: readonly OpRow[];
  readonly lines: readonly LineCost[] | undefined;
  readonly collectives:
    | { readonly groups: readonly CollectiveGroup[]; readonly sites: readonly CollectiveSite[] }
    | undefined;
  readonly memory: MemoryProfile | undefined;
  readonly calls: CallGraph | undefined;
  /** What could not be measured. */
  readonly problems: readonly { readonly section: string; readonly message: string }[];
}

class Sections {
  readonly problems: { readonly section: string; readonly message: string }[] = [];

  /** What `body` gives; where the program does not allow it, undefined and a problem. */
  take<R>(section: string, body: () => R): R | undefined {
    try {
      return body();
    } catch (error) {
      if (!(error instanceof JortsError)) throw error;
      this.problems.push({ section, message: error.message });
      return undefined;
    }
  }
}

function opRows(counts: Readonly<Record<string, number>>, costs: Readonly<Record<string, OpCost>>): OpRow[] {
  const names = new Set([...Object.keys(counts), ...Object.keys(costs)]);
  return [...names]
    .map((name): OpRow => ({ name, places: counts[name] ?? 0, cost: costs[name] }))
    .sort(
      (a, b) =>
        (b.cost?.flops ?? 0) - (a.cost?.flops ?? 0) ||
        (b.cost?.bytes ?? 0) - (a.cost?.bytes ?? 0) ||
        b.places - a.places ||
        (a.name < b.name ? -1 : 1),
    );
}

const integer = (module: Module, name: string): number => {
  const found = module.attributes[name];
  return found?.kind === "integer" ? Number(found.value) : 1;
};

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);

function reportModule(module: Module, { onStep }: ReportOptions): Report {
  const sections = new Sections();
  const counts = opCounts(module);
  const missing = new Set<string>();
  const analysis = sections.take("ops", () =>
    costInParts(
      module,
      (op) => op.name,
      (name) => missing.add(name),
    ),
  );
  const collectives = sections.take("collectives", () => {
    const sites = collectiveSites(module);
    return { groups: groupCollectives(sites), sites };
  });
  return {
    form: "stablehlo",
    name: module.name,
    partitions: integer(module, "mhlo.num_partitions"),
    replicas: integer(module, "mhlo.num_replicas"),
    functions: module.funcs.length + module.included.length,
    operations: sum(counts),
    meshes: module.meshes,
    flops: analysis?.flops,
    bytesAccessed: analysis?.bytes,
    unknownTripCounts: analysis?.unknown ?? 0,
    notCounted: [...missing].map((name) => `@${name}`),
    ops: opRows(counts, Object.fromEntries([...(analysis?.parts ?? [])].sort(byCost))),
    lines: analysis && sections.take("lines", () => costOfLines(module, () => {})),
    collectives,
    memory: sections.take("memory", () => liveMemory(module, onStep && { onStep })),
    calls: sections.take("calls", () => callGraph(module)),
    problems: sections.problems,
  };
}

function reportHlo(module: HloModule, { meshes = [], onStep }: ReportOptions): Report {
  const sections = new Sections();
  const counts = hloOpCounts(module);
  const analysis = sections.take("ops", () => hloAnalyze(module));
  const collectives = sections.take("collectives", () => {
    const sites = hloCollectiveSites(module, { meshes });
    return { groups: groupCollectives(sites), sites };
  });
  return {
    form: "hlo",
    name: module.name,
    partitions: module.numPartitions,
    replicas: module.replicaCount,
    functions: module.computations.length,
    operations: sum(counts),
    meshes: meshes.map((mesh, i) => ({ ...mesh, name: mesh.name ?? `mesh_${i}` })),
    flops: analysis?.flops,
    bytesAccessed: analysis?.bytesAccessed,
    unknownTripCounts: analysis?.unknownTripCounts ?? 0,
    notCounted: analysis?.opaqueCalls ?? [],
    ops: opRows(counts, analysis?.byOp ?? {}),
    lines: analysis && sections.take("lines", () => hloCostByLine(module)),
    collectives,
    memory: sections.take("memory", () => hloLiveMemory(module, onStep && { onStep })),
    calls: sections.take("calls", () => hloCallGraph(module)),
    problems: sections.problems,
  };
}

/** Measures a program: a StableHLO module or an optimised one. Nothing that a program may be makes it throw. */
export const report = (module: Module | HloModule, options: ReportOptions = {}): Report =>
  module instanceof Module ? reportModule(module, options) : reportHlo(module, options);
