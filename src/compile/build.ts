// From a graph and the places of its arguments to a compiled program.
import * as hlo from "../../hlo/data.ts";
import { compileOptions, enableHostCalls, type LoadedExecutable } from "../../runtime/index.ts";
import { nestedGraphs } from "../core/check.ts";
import { JortsError, ShardingError } from "../core/errors.ts";
import type { Graph } from "../core/graph.ts";
import { type Device, Mesh, NamedSharding, P, type Sharding } from "../core/mesh.ts";
import { compileModule } from "./compile-module.ts";
import { counted } from "./counters.ts";
import { clientOf, singleDevice } from "./devices.ts";
import { attachHostCallbacks } from "./host-call.ts";
import { type LoweredModule, lowerGraph, type Signature } from "./lower.ts";
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

export function signature(options: BuildOptions, locations = false): Signature {
  return {
    name: options.name,
    platform: options.devices[0]!.platform,
    partitions: options.devices.length,
    inShardings: options.inShardings.map(named),
    outShardings: options.outShardings.map(named),
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
  const places = [...inShardings, ...outShardings].map((s) => named(s) && shardingKey(s!));
  const key = JSON.stringify([name, devices[0]!.platform, devices.length, places, donated, keepUnused, resultInfo]);
  const known = spelled.get(graph);
  if (known?.key === key) return known.lowered;
  const lowered = counted("lowerings", name, () => lowerGraph(graph, signature(options)));
  if (keep) spelled.set(graph, { key, lowered });
  return lowered;
}

/** Lowers and compiles. @throws PjrtError with the user's source line where the compiler gave a location */
export const build = (graph: Graph, options: BuildOptions): Built =>
  buildLowered(graph, lower(graph, options), options);

/** Compiles what `lower` made with the same options, but for `compilerOptions`. @throws ConfigError, PjrtError */
export function buildLowered(graph: Graph, lowered: LoweredModule, options: BuildOptions): Built {
  if (lowered.hostCallbacks.length > 0) enableHostCalls(clientOf(options.devices).api);
  const executable = compileModule(hlo.print(lowered.module), optionBytes(options, lowered.kept), {
    name: options.name,
    devices: options.devices,
    located: () => hlo.print(lowerGraph(graph, signature(options, true)).module, { debugInfo: true }),
  });
  attachHostCallbacks(executable, lowered.hostCallbacks);
  const outShardings = resultPlaces(executable, graph, options);
  return { executable, kept: lowered.kept, unusable: lowered.unusable, outShardings };
}

export function resultPlaces(executable: LoadedExecutable, graph: Graph, options: BuildOptions): readonly Sharding[] {
  const [first] = options.devices;
  if (options.devices.length === 1) return options.outShardings.map((s) => s ?? singleDevice(first!));
  if (options.outShardings.every((s) => s !== null)) return options.outShardings as Sharding[];
  const mesh = meshOf(graph, options);
  const found = outputShardings(
    executable,
    mesh,
    graph.outputs.map((o) => o.aval.shape),
  );
  return options.outShardings.map((s, i) => s ?? found[i]!);
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
