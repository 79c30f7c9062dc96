// Ahead of time: a program traced, and lowered to text; each stage can be read.
import * as hlo from "../../hlo/data.ts";
import type { Module } from "../../hlo/module.ts";
import type { Device, Sharding } from "../core/mesh.ts";
import { printGraph } from "../core/print.ts";
import { ShapeDtypeStruct } from "../core/struct.ts";
import { type TreeDef, unflatten } from "../core/tree.ts";
import { ArrayTensor } from "./array.ts";
import {
  type BuildOptions,
  buildLowered,
  lower,
  type OptionValue,
  optionBytes,
  placeIn,
  signature,
  stagesOf,
} from "./build.ts";
import { asConfigError } from "./compile-module.ts";
import { Compiled } from "./compiled.ts";
import { config } from "./config.ts";
import { counted } from "./counters.ts";
import { defaultDevice } from "./devices.ts";
import { dumpCompiled, dumpLowered, dumpTraced } from "./dump.ts";
import type { JitFunction } from "./jit.ts";
import { type LoweredModule, lowerGraph } from "./lower.ts";
import type { StagedGraph } from "./stage.ts";
import { TopologyDevice } from "./topology.ts";

const structs = (def: TreeDef, avals: readonly { readonly aval: ShapeDtypeStruct["aval"] }[]): unknown =>
  unflatten(
    def,
    avals.map(({ aval: a }) => new ShapeDtypeStruct(a.shape, a.dtype, { weakType: a.weakType })),
  );

/** A traced program. */
export class Traced {
  private readonly jit: JitFunction;
  readonly staged: StagedGraph;
  private readonly given: readonly (Sharding | null)[];
  private readonly donated: ReadonlySet<number>;
  private readonly paths: readonly string[];

  /** `given` are the shardings of the arguments it was traced with; `donated`, positions among the dynamic arguments. */
  constructor(
    jit: JitFunction,
    staged: StagedGraph,
    given: readonly (Sharding | null)[],
    donated: ReadonlySet<number>,
    paths: readonly string[],
  ) {
    this.jit = jit;
    this.staged = staged;
    this.given = given;
    this.donated = donated;
    this.paths = paths;
  }

  /** The printed program. */
  get jaxpr(): string {
    return printGraph(this.staged.graph);
  }

  /** The structure of the arguments that are not static. */
  get inTree(): TreeDef {
    return this.staged.inDef;
  }
  get outTree(): TreeDef {
    return this.staged.outDef;
  }

  /** The shapes and dtypes of the arguments that are not static, in their trees. */
  get inAvals(): unknown {
    return structs(this.staged.inDef, this.staged.graph.inputs.slice(this.staged.captures.length));
  }
  /** The shapes and dtypes of the result, in its tree. */
  get outAvals(): unknown {
    return structs(this.staged.outDef, this.staged.graph.outputs);
  }

  /** @throws TreeError, ShardingError */
  lower(): Lowered {
    const asked = this.jit.asked(this.staged);
    const ins = this.given.map((s, i) => s ?? asked.ins[i] ?? null);
    const captured = this.staged.captures.map((c) => (c instanceof ArrayTensor && c.committed ? c.sharding : null));
    const devices = this.devices([...captured, ...ins, ...asked.outs]);
    const options = this.jit.buildOptions(this.staged, captured, { ins, outs: asked.outs }, devices, this.donated);
    return new Lowered(this.staged, options, this.paths);
  }

  /** Writes the printed program into a directory; its files' paths. @throws ConfigError for one that cannot be written */
  dump(dir: string): readonly string[] {
    return dumpTraced(dir, this.staged.graph).paths;
  }

  private devices(shardings: readonly (Sharding | null)[]): readonly Device[] {
    for (const s of shardings) if (s !== null) return s.devices;
    return placeIn(this.staged.graph)?.devices ?? [defaultDevice()];
  }
}

/** A program as StableHLO. */
export class Lowered {
  readonly staged: StagedGraph;
  readonly options: BuildOptions;
  private readonly lowered: LoweredModule;
  private readonly paths: readonly string[];

  constructor(staged: StagedGraph, options: BuildOptions, paths: readonly string[]) {
    this.staged = staged;
    this.options = options;
    this.paths = paths;
    this.lowered = lower(staged.graph, options, true);
  }

  get module(): Module {
    return this.lowered.module;
  }
  get inTree(): TreeDef {
    return this.staged.inDef;
  }
  get outTree(): TreeDef {
    return this.staged.outDef;
  }

  /** StableHLO text; with `debugInfo`, the user's source lines. */
  asText(options: { debugInfo?: boolean; form?: "pretty" | "generic" } = {}): string {
    if (!options.debugInfo) return hlo.print(this.module, options);
    return hlo.print(lowerGraph(this.staged.graph, signature(this.staged.graph, this.options, true)).module, options);
  }

  /**
   * Writes the stages so far into a directory, numbered and named after the module: graph, StableHLO with the user's lines,
   * what it costs; their paths. @throws ConfigError for a directory that cannot be written
   */
  dump(dir: string): readonly string[] {
    return dumpLowered(dir, stagesOf(this.staged.graph, this.module, this.options)).paths;
  }

  /** Floating-point operations and bytes moved, counted on the program as written. */
  costAnalysis(): { flops: number; bytesAccessed: number } {
    const { flops, bytesAccessed } = hlo.analyze(this.module);
    return { flops, bytesAccessed };
  }

  /** @throws ConfigError for a compiler option that XLA does not know; PjrtError */
  compile(options: { compilerOptions?: Readonly<Record<string, OptionValue>> } = {}): Compiled {
    const merged: BuildOptions = {
      ...this.options,
      compilerOptions: { ...this.options.compilerOptions, ...options.compilerOptions },
    };
    const { staged, paths } = this;
    const program = { staged, options: merged, module: this.lowered.module, paths };
    const [first] = merged.devices;
    if (first instanceof TopologyDevice) return new Compiled(program, this.compileFor(first, merged));
    return new Compiled(program, buildLowered(staged.graph, this.lowered, merged));
  }

  /** For devices that are not here: nothing is kept in the compilation cache. */
  private compileFor({ overrides, topology }: TopologyDevice, options: BuildOptions) {
    const target = { ...options, compilerOptions: { ...overrides, ...options.compilerOptions } };
    const bytes = optionBytes(target, this.lowered.kept);
    const made = counted("compiles", options.name, () => {
      try {
        return topology.compile(hlo.print(this.module), bytes);
      } catch (error) {
        throw asConfigError(error, topology.plugin.path) ?? error;
      }
    });
    const { dumpDir } = config;
    if (dumpDir !== undefined) dumpCompiled(dumpDir, stagesOf(this.staged.graph, this.module, options), made);
    return made;
  }
}
