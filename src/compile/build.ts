// From a graph and the places of its arguments to a compiled program.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as hlo from "../../hlo/index.ts";
import { compileOptions, type LoadedExecutable, PjrtError } from "../../runtime/index.ts";
import { nestedGraphs } from "../core/check.ts";
import { JortsError, ShardingError } from "../core/errors.ts";
import type { Graph } from "../core/graph.ts";
import { type Device, NamedSharding, type Sharding } from "../core/mesh.ts";
import { config } from "./config.ts";
import { clientOf, singleDevice } from "./devices.ts";
import { type LoweredModule, lowerGraph, type Signature } from "./lower.ts";
import { outputShardings } from "./output-shardings.ts";

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
    overrides: { ...platformOptions(options.devices[0]!.platform), ...options.compilerOptions },
  });
}

/** Lowers and compiles. @throws PjrtError with the user's source line where the compiler gave a location */
export function build(graph: Graph, options: BuildOptions): Built {
  const lowered = lowerGraph(graph, signature(options));
  const executable = compileModule(graph, lowered, options);
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

function meshOf(graph: Graph, options: BuildOptions) {
  for (const s of [...options.inShardings, ...options.outShardings]) if (s instanceof NamedSharding) return s.mesh;
  const inside = meshIn(graph);
  if (inside === undefined) throw new JortsError("internal: a program for several devices without a mesh");
  return inside;
}

/** The mesh of the first sharding that an equation mentions. */
export function meshIn(graph: Graph): NamedSharding["mesh"] | undefined {
  for (const e of graph.equations) {
    const sharding = (e.params as { sharding?: unknown } | null)?.sharding;
    if (sharding instanceof NamedSharding) return sharding.mesh;
    for (const nested of nestedGraphs(e)) {
      const mesh = meshIn(nested);
      if (mesh !== undefined) return mesh;
    }
  }
  return undefined;
}

let programs = 0;

function compileModule(graph: Graph, lowered: LoweredModule, options: BuildOptions): LoadedExecutable {
  const client = clientOf(options.devices);
  const bytes = optionBytes(options, lowered.kept);
  const text = hlo.print(lowered.module);
  const dump = config.dumpHlo;
  const file = dump === undefined ? "" : join(dump, `${String(programs++).padStart(4, "0")}.${lowered.module.name}`);
  if (dump !== undefined) {
    mkdirSync(dump, { recursive: true });
    writeFileSync(`${file}.stablehlo.mlir`, text);
  }
  let executable: LoadedExecutable;
  try {
    executable = client.compile(text, bytes);
  } catch (error) {
    throw withSource(error, graph, options);
  }
  if (dump !== undefined) writeFileSync(`${file}.optimized.hlo`, optimizedText(executable));
  return executable;
}

/** The optimised program as HLO text. */
export function optimizedText(executable: { optimizedProgram(): { code: Uint8Array } }): string {
  return hlo.printHlo(hlo.fromProto(executable.optimizedProgram().code));
}

/** Compiles again with locations, so that the compiler's message names the user's lines. */
function withSource(error: unknown, graph: Graph, options: BuildOptions): unknown {
  if (!(error instanceof PjrtError) || error.code !== "INVALID_ARGUMENT") return error;
  const located = lowerGraph(graph, signature(options, true));
  try {
    clientOf(options.devices).compile(
      hlo.print(located.module, { debugInfo: true }),
      optionBytes(options, located.kept),
    );
    return error;
  } catch (second) {
    return second;
  }
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
