// From a graph and the places of its arguments to a compiled program.
import * as hlo from "../../hlo/data.ts";
import { compileOptions, enableHostCalls, type LoadedExecutable } from "../../runtime/index.ts";
import { nestedGraphs } from "../core/check.ts";
import { JortsError, ShardingError } from "../core/errors.ts";
import type { Graph } from "../core/graph.ts";
import { type Device, Mesh, NamedSharding, P, type Sharding, SingleDeviceSharding } from "../core/mesh.ts";
import { compileModule } from "./compile-module.ts";
import { config } from "./config.ts";
import { counted } from "./counters.ts";
import { clientOf, singleDevice } from "./devices.ts";
import { dumpLowered, type LoweredStages } from "./dump.ts";
import { attachHostCallbacks } from "./host-call.ts";
import { type LoweredModule, lowerGraph, type Signature } from "./lower.ts";
import { memoryKinds, usesHostMemory } from "./memories.ts";
import { outputShardings, parameterShardings } from "./output-shardings.ts";
import { shardingKey } from "./structure.ts";

export type OptionValue = string | number | boolean;

export interface BuildOptions {
  readonly name: string;
  readonly devices: readonly Device[];
  /** Null: not decided by the user. */
  readonly inShardings: readonly (Sharding | null)[];
  readonly outShardings: readonly (Sharding | null)[];
  readonly donated: readonly boolean[];
  readonly resultInfo?: readonly string[];
  readonly keepUnused?: boolean;
  readonly compilerOptions?: Readonly<Record<string, OptionValue>>;
}

export interface Built {
  readonly executable: LoadedExecutable;
  readonly kept: readonly boolean[];
  readonly unusable: readonly number[];
  readonly outShardings: readonly Sharding[];
}

const named = (s: Sharding | null): NamedSharding | null => (s instanceof NamedSharding ? s : null);

const elsewhere = (s: Sharding | null): boolean => s !== null && !s.isDefaultMemory;

/** True if a program touches a memory that is not its devices' own: only then does its text name memories, as JAX's. */
export const namesMemories = (graph: Graph, options: Pick<BuildOptions, "inShardings" | "outShardings">): boolean =>
  usesHostMemory(graph) || options.inShardings.some(elsewhere) || options.outShardings.some(elsewhere);

/** For each argument, the kind of memory that the user chose; for each result, also that of its value. */
function memories(graph: Graph, options: BuildOptions): Signature["memories"] {
  if (!namesMemories(graph, options)) return null;
  return {
    ins: options.inShardings.map((s) => s?.memoryKind ?? null),
    outs: options.outShardings.map((s) => s?.memoryKind ?? null),
    results: graph.outputs.map((o) => memoryKinds[o.aval.memory]),
  };
}

export function signature(graph: Graph, options: BuildOptions, locations = false): Signature {
  return {
    name: options.name,
    platform: options.devices[0]!.platform,
    partitions: options.devices.length,
    inShardings: options.inShardings.map(named),
    outShardings: options.outShardings.map(named),
    memories: memories(graph, options),
    donated: options.donated,
    ...(options.resultInfo ? { resultInfo: options.resultInfo } : {}),
    keepUnused: options.keepUnused ?? false,
    locations,
  };
}

/**
 * CPU: XLA's default min and max drop NaN, against StableHLO's definition; JAX turns that off too. CUDA: the products
 * go to cuBLAS, which reads a layer of stacked weights where it lies; a Triton product gets a copy of it first.
 */
const platformOptions = (platform: string): Readonly<Record<string, OptionValue>> =>
  platform === "cpu"
    ? { xla_cpu_enable_fast_min_max: false }
    : platform === "cuda"
      ? { xla_gpu_enable_triton_gemm: false }
      : {};

/** One order, so that equal options are equal bytes. */
const sorted = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));

/** The bytes of XLA's CompileOptionsProto for these devices. */
export function optionBytes(options: BuildOptions, kept: readonly boolean[]): Uint8Array {
  const several = options.devices.length > 1;
  return compileOptions({
    numPartitions: options.devices.length,
    deviceAssignment: [options.devices.map((d) => d.id)],
    useShardy: true,
    ...(several
      ? {
          propagateToParameters: options.inShardings.filter((_, i) => kept[i]).map((s) => s === null),
          propagateToOutputs: options.outShardings.map((s) => s === null),
        }
      : {}),
    overrides: sorted({ ...platformOptions(options.devices[0]!.platform), ...options.compilerOptions }),
  });
}

/** The last text made ahead of time for a graph, so that a call may compile it. */
const spelled = new WeakMap<Graph, { readonly key: string; readonly lowered: LoweredModule }>();

/** Spells the graph as StableHLO for these options. `keep` remembers it for the next request, for as long as the graph. */
export function lower(graph: Graph, options: BuildOptions, keep = false): LoweredModule {
  const { inShardings, outShardings, devices, name, donated, keepUnused, resultInfo } = options;
  const places = [...inShardings, ...outShardings].map((s) => s && (named(s) ? shardingKey(s) : s.memoryKind));
  const key = JSON.stringify([name, devices[0]!.platform, devices.length, places, donated, keepUnused, resultInfo]);
  const known = spelled.get(graph);
  if (known?.key === key) return known.lowered;
  const lowered = counted("lowerings", name, () => lowerGraph(graph, signature(graph, options)));
  if (keep) spelled.set(graph, { key, lowered });
  if (config.dumpDir !== undefined) dumpLowered(config.dumpDir, stagesOf(graph, lowered.module, options));
  return lowered;
}

/** What dumps and messages need of a lowered program. */
export const stagesOf = (graph: Graph, module: hlo.Module, options: BuildOptions): LoweredStages => {
  let located: hlo.Module | undefined;
  return {
    graph,
    module,
    located: () => {
      located ??= lowerGraph(graph, signature(graph, options, true)).module;
      return located;
    },
  };
};

/** Lowers and compiles. @throws PjrtError with the user's source line where the compiler gave a location */
export const build = (graph: Graph, options: BuildOptions): Built =>
  buildLowered(graph, lower(graph, options), options);

/** Compiles what `lower` made with the same options, but for `compilerOptions`. @throws ConfigError, PjrtError */
export function buildLowered(graph: Graph, lowered: LoweredModule, options: BuildOptions): Built {
  if (lowered.hostCallbacks.length > 0) enableHostCalls(clientOf(options.devices).api);
  const executable = compileModule(hlo.print(lowered.module), optionBytes(options, lowered.kept), {
    name: options.name,
    devices: options.devices,
    stages: stagesOf(graph, lowered.module, options),
  });
  attachHostCallbacks(executable, lowered.hostCallbacks);
  const outShardings = resultPlaces(executable, graph, options);
  return { executable, kept: lowered.kept, unusable: lowered.unusable, outShardings };
}

export function resultPlaces(executable: LoadedExecutable, graph: Graph, options: BuildOptions): readonly Sharding[] {
  if (options.outShardings.every((s) => s !== null)) return options.outShardings as Sharding[];
  const [first] = options.devices;
  const found =
    options.devices.length === 1
      ? graph.outputs.map(() => singleDevice(first!))
      : outputShardings(
          executable,
          meshOf(graph, options),
          graph.outputs.map((o) => o.aval.shape),
        );
  return options.outShardings.map((s, i) => {
    const { memory } = graph.outputs[i]!.aval;
    return s ?? (memory === "device" ? found[i]! : found[i]!.withMemoryKind(memoryKinds[memory]));
  });
}

/** Where each kept argument of a compiled program must lie; what nobody placed, the compiler did. */
export function argumentPlaces(
  executable: LoadedExecutable,
  kept: readonly boolean[],
  graph: Graph,
  options: BuildOptions,
): readonly Sharding[] {
  const otherwise = options.devices.length === 1 ? singleDevice(options.devices[0]!) : undefined;
  const asked = options.inShardings;
  if (otherwise !== undefined || asked.every((s) => s !== null)) return asked.map((s) => s ?? otherwise!);
  const mesh = meshOf(graph, options);
  const found = parameterShardings(
    executable,
    mesh,
    graph.inputs.filter((_, i) => kept[i]).map((v) => v.aval.shape),
  );
  let next = 0;
  return asked.map((s, i) => {
    const placed = kept[i] ? found[next++]! : new NamedSharding(mesh, P());
    return s ?? placed;
  });
}

export function meshOf(graph: Graph, options: BuildOptions): NamedSharding["mesh"] {
  for (const s of [...options.inShardings, ...options.outShardings]) if (s instanceof NamedSharding) return s.mesh;
  const inside = meshIn(graph);
  if (inside === undefined) throw new JortsError("internal: a program for several devices without a mesh");
  return inside;
}

/** Where an equation puts a value: the first mesh, whole, or else the first single device. */
export function placeIn(graph: Graph): Sharding | undefined {
  const mesh = meshIn(graph);
  return mesh === undefined ? singleIn(graph) : new NamedSharding(mesh, P());
}

/** As `placeIn`, for one equation's parameters. */
export function placeOfParams(params: unknown): Sharding | undefined {
  const mesh = meshOfParams(params);
  return mesh === undefined ? singleOfParams(params) : new NamedSharding(mesh, P());
}

function singleIn(graph: Graph): SingleDeviceSharding | undefined {
  for (const e of graph.equations) {
    const found = singleOfParams(e.params);
    if (found !== undefined) return found;
  }
  return undefined;
}

function singleOfParams(params: unknown): SingleDeviceSharding | undefined {
  const { sharding } = (params ?? {}) as { sharding?: unknown };
  if (sharding instanceof SingleDeviceSharding) return sharding;
  for (const nested of nestedGraphs(params)) {
    const found = singleIn(nested);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The mesh of the first sharding that an equation mentions. */
export function meshIn(graph: Graph): NamedSharding["mesh"] | undefined {
  for (const e of graph.equations) {
    const mesh = meshOfParams(e.params);
    if (mesh !== undefined) return mesh;
  }
  return undefined;
}

/** The mesh of the first sharding or shardMap among an equation's parameters or in their graphs. */
export function meshOfParams(params: unknown): NamedSharding["mesh"] | undefined {
  const { sharding, mesh: own } = (params ?? {}) as { sharding?: unknown; mesh?: unknown };
  if (sharding instanceof NamedSharding) return sharding.mesh;
  if (own instanceof Mesh) return own;
  for (const nested of nestedGraphs(params)) {
    const mesh = meshIn(nested);
    if (mesh !== undefined) return mesh;
  }
  return undefined;
}

/**
 * The devices that arguments ask for: those of committed arguments, which must agree; else the default.
 * @throws ShardingError naming the two arguments that disagree
 */
export function commonDevices(
  args: readonly { readonly sharding: Sharding; readonly committed: boolean; readonly path: string }[],
  asked: readonly Sharding[],
  otherwise: readonly Device[],
): readonly Device[] {
  let found: { devices: readonly Device[]; what: string } | undefined;
  const consider = (devices: readonly Device[], what: string) => {
    if (found === undefined) found = { devices, what };
    else if (found.devices.length !== devices.length || found.devices.some((d, i) => d !== devices[i]))
      throw new ShardingError(
        `${what} lies on devices [${devices.map((d) => d.id)}], but ${found.what} on [${found.devices.map((d) => d.id)}]. ` +
          "Move one of them with devicePut.",
      );
  };
  for (const s of asked) consider(s.devices, "a sharding given to jit");
  for (const a of args) if (a.committed) consider(a.sharding.devices, a.path);
  return found?.devices ?? otherwise;
}
