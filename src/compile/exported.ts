// An exported program: what it is made of, how it is made, and running it outside any trace.
import * as hlo from "../../hlo/data.ts";
import { type Aval, longAval, strong } from "../core/aval.ts";
import { ExportError, ShardingError, TreeError } from "../core/errors.ts";
import { type Device, Mesh, NamedSharding, P, type Sharding, type SpecEntry } from "../core/mesh.ts";
import type { TreeDef } from "../core/tree.ts";
import type { Lowered } from "./aot.ts";
import type { ArrayTensor } from "./array.ts";
import { namesMemories, optionBytes, signature } from "./build.ts";
import { BoundedCache, type Used } from "./cache.ts";
import { compileModule } from "./compile-module.ts";
import { config } from "./config.ts";
import { clientOf, defaultDevice, devices, singleDevice } from "./devices.ts";
import { leafTensor } from "./leaves.ts";
import { lowerGraph } from "./lower.ts";
import { outputShardings } from "./output-shardings.ts";
import { fromBytes, moveTo, toBytes } from "./place.ts";
import { Program } from "./program.ts";
import { identity } from "./structure.ts";

/** Mesh axes by name and size; the devices are the caller's. */
export interface MeshShape {
  readonly axisNames: readonly string[];
  readonly axisSizes: readonly number[];
}

/** Null where nobody placed the value. */
export type SpecOrNull = readonly SpecEntry[] | null;

export interface ExportedProgram {
  readonly name: string;
  /** Version of StableHLO that the text is written in: `major.minor.patch`. */
  readonly stablehloVersion: string;
  /** Text of the module for each platform. `@main` takes the hidden arguments, then the leaves of the arguments. */
  readonly texts: ReadonlyMap<string, string>;
  /** Arrays that the function closed over. */
  readonly hidden: readonly { readonly aval: Aval; readonly bytes: Uint8Array }[];
  readonly inDef: TreeDef;
  readonly outDef: TreeDef;
  readonly inAvals: readonly Aval[];
  readonly outAvals: readonly Aval[];
  /** Of several devices; null for one. */
  readonly mesh: MeshShape | null;
  readonly inSpecs: readonly SpecOrNull[];
  readonly outSpecs: readonly SpecOrNull[];
  readonly cost: { readonly flops: number; readonly bytesAccessed: number };
  /** The program of its reverse derivative, if that was exported too. */
  readonly vjp: ExportedProgram | null;
}

export const deviceCount = ({ mesh }: ExportedProgram): number => mesh?.axisSizes.reduce((n, d) => n * d, 1) ?? 1;

const specOf = (s: Sharding | null): SpecOrNull => (s instanceof NamedSharding ? s.spec.entries : null);

/** @throws ExportError for a program that calls functions of this process */
export function exportLowered(lowered: Lowered, platforms?: readonly string[]): ExportedProgram {
  const { staged, options } = lowered;
  const { graph, captures } = staged;
  const own = options.devices[0]!.platform;
  if (namesMemories(graph, options))
    throw new ExportError(
      `${options.name} places values in other memories than its devices' own, which an exported program does not keep. ` +
        "Leave memory kinds (and checkpoint policies that offload) out of what is exported.",
    );
  const base = signature(graph, { ...options, keepUnused: true, donated: options.donated.map(() => false) });
  const module = (platform: string) => {
    const made = lowerGraph(graph, { ...base, platform });
    if (made.hostCallbacks.length > 0)
      throw new ExportError(
        `${options.name} calls functions of this process (debug.print, pureCallback, ioCallback), which another one does ` +
          "not have. Export a function without them.",
      );
    return made.module;
  };
  const modules = new Map((platforms ?? [own]).map((p) => [p, module(p)]));
  const { flops, bytesAccessed } = hlo.analyze([...modules.values()][0]!);
  const placed = [...options.inShardings, ...options.outShardings].find((s) => s instanceof NamedSharding);
  const several = options.devices.length > 1 && placed instanceof NamedSharding;
  return {
    name: options.name,
    stablehloVersion: versionRange(clientOf([defaultDevice()]).plugin.attributes).current,
    texts: new Map([...modules].map(([p, m]) => [p, hlo.print(m)])),
    hidden: captures.map((c) => ({ aval: strong(c.aval), bytes: toBytes(leafTensor(c) as ArrayTensor) })),
    inDef: staged.inDef,
    outDef: staged.outDef,
    inAvals: graph.inputs.slice(captures.length).map((v) => strong(v.aval)),
    outAvals: graph.outputs.map((o) => strong(o.aval)),
    mesh: several ? { axisNames: placed.mesh.axisNames, axisSizes: placed.mesh.axisSizes } : null,
    inSpecs: options.inShardings.map(specOf),
    outSpecs: options.outShardings.map(specOf),
    cost: { flops, bytesAccessed },
    vjp: null,
  };
}

const versionRange = (attributes: Readonly<Record<string, unknown>>) => {
  const text = (name: string) => {
    const value = attributes[name];
    return Array.isArray(value) ? value.join(".") : undefined;
  };
  return { minimum: text("stablehlo_minimum_version"), current: text("stablehlo_current_version") ?? "1.0.0" };
};

function older(a: string, b: string): boolean {
  const [x, y] = [a.split(".").map(Number), b.split(".").map(Number)];
  for (let i = 0; i < 3; i++) if (x[i] !== y[i]) return (x[i] ?? 0) < (y[i] ?? 0);
  return false;
}

/** @throws ExportError for a platform or StableHLO version that does not fit the devices */
export function requireUsable(program: ExportedProgram, on: readonly Device[]): void {
  const platform = on[0]!.platform;
  if (!program.texts.has(platform))
    throw new ExportError(
      `${program.name} was exported for ${[...program.texts.keys()].join(", ")}, but it is used on ${platform}. ` +
        `Export it with { platforms: ["${platform}"] }.`,
    );
  const { minimum, current } = versionRange(clientOf(on).plugin.attributes);
  const stamp = program.stablehloVersion;
  if (older(current, stamp) || (minimum !== undefined && older(stamp, minimum)))
    throw new ExportError(
      `${program.name} is written in StableHLO ${stamp}, but this plugin reads ${minimum ?? "0.9.0"} to ${current}. ` +
        "Export it again with a plugin of this age, or install another plugin.",
    );
}

/** @throws TreeError naming the argument that is not what the program was exported for */
export function requireExported(program: ExportedProgram, avals: readonly Aval[], paths: readonly string[]): void {
  program.inAvals.forEach((expected, i) => {
    const got = avals[i]!;
    if (got.dtype !== expected.dtype || got.shape.join() !== expected.shape.join())
      throw new TreeError(
        `${program.name}: ${paths[i]} is ${longAval(got)}, but was exported as ${longAval(expected)}.`,
      );
  });
}

interface Runnable extends Used {
  readonly program: Program;
  readonly places: readonly Sharding[];
}

const programs = new BoundedCache<string, Runnable>(
  () => config.maxCachedPrograms,
  ({ program }) => program.destroy(),
);
const unreachable = new FinalizationRegistry<Set<string>>((keys) => {
  for (const key of keys) programs.delete(key);
});
const keysOf = new WeakMap<ExportedProgram, Set<string>>();

/** Runs on the devices of a committed argument, else on the first ones. @throws ExportError, ShardingError */
export function runExported(program: ExportedProgram, args: readonly ArrayTensor[]): ArrayTensor[] {
  const on = devicesFor(program, args);
  const runnable = runnableOn(program, on);
  const { places } = runnable;
  const made: ArrayTensor[] = [];
  try {
    const first = program.hidden.length;
    args.forEach((t, i) => {
      const wanted = places[first + i]!;
      const placed = t.sharding.equals(wanted) ? t : moveTo(t, wanted, t.committed);
      if (placed !== t) made.push(placed);
      runnable.program.setArgument(first + i, placed);
    });
    return runnable.program.run();
  } finally {
    for (const t of made) t.dispose();
  }
}

function devicesFor(program: ExportedProgram, args: readonly ArrayTensor[]): readonly Device[] {
  const count = deviceCount(program);
  for (const t of args) {
    if (!t.committed) continue;
    if (t.sharding.devices.length === count) return t.sharding.devices;
    throw new ShardingError(
      `${program.name} was exported for ${count} devices, but an argument is committed to ${t.sharding.devices.length}.`,
    );
  }
  const here = devices();
  if (here.length < count)
    throw new ShardingError(
      `${program.name} was exported for ${count} devices, there are ${here.length}. On CPU, set JORTS_NUM_CPU_DEVICES=${count} ` +
        "or config.numCpuDevices before first use.",
    );
  return here.slice(0, count);
}

function runnableOn(program: ExportedProgram, on: readonly Device[]): Runnable {
  const key = `${identity(program)}@${on.map((d) => identity(d))}`;
  let runnable = programs.get(key);
  if (runnable === undefined) {
    runnable = compileExported(program, on);
    programs.set(key, runnable);
    let keys = keysOf.get(program);
    if (keys === undefined) {
      keys = new Set();
      keysOf.set(program, keys);
      unreachable.register(program, keys);
    }
    keys.add(key);
  }
  return runnable;
}

/** Where the values of a program for several devices lie on these devices. */
function shardingsOn(
  program: ExportedProgram,
  on: readonly Device[],
  specs: readonly SpecOrNull[],
): (Sharding | null)[] {
  const { mesh: shape } = program;
  if (shape === null) return specs.map(() => singleDevice(on[0]!));
  const mesh = new Mesh(on, shape.axisNames, shape.axisSizes);
  return specs.map((s) => (s === null ? null : new NamedSharding(mesh, P(...s))));
}

function compileExported(program: ExportedProgram, on: readonly Device[]): Runnable {
  requireUsable(program, on);
  const { name, hidden, inAvals, outAvals } = program;
  const outs = shardingsOn(program, on, program.outSpecs);
  const { mesh: shape } = program;
  const replicated = shape && new NamedSharding(new Mesh(on, shape.axisNames, shape.axisSizes), P());
  const places = shardingsOn(program, on, program.inSpecs).map((s) => s ?? replicated!);
  const options = { name, devices: on, inShardings: places, outShardings: outs, donated: [] };
  const bytes = optionBytes(
    options,
    places.map(() => true),
  );
  const executable = compileModule(program.texts.get(on[0]!.platform)!, bytes, { name, devices: on });
  const shapes = outAvals.map((a) => a.shape);
  const found = replicated && outs.includes(null) ? outputShardings(executable, replicated.mesh, shapes) : [];
  const made = new Program(
    executable,
    hidden.length + inAvals.length,
    outAvals,
    outs.map((s, i) => s ?? found[i]!),
    on.length > 1,
  );
  hidden.forEach(({ aval, bytes: data }, i) => {
    const array = fromBytes(data, aval, places[i]!);
    made.capture(i, array);
    array.dispose();
  });
  return { program: made, places, used: 0 };
}
