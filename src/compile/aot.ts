// Ahead of time: a program at each stage, to be read and compiled.
import * as hlo from "../../hlo/index.ts";
import type { Module } from "../../hlo/module.ts";
import type { CompiledMemoryStats, Executable } from "../../runtime/index.ts";
import { type Aval, longAval } from "../core/aval.ts";
import { TreeError } from "../core/errors.ts";
import { type Device, NamedSharding, type Sharding } from "../core/mesh.ts";
import { printGraph } from "../core/print.ts";
import { ShapeDtypeStruct } from "../core/struct.ts";
import { flatten, leafPaths, printTree, sameTree, type TreeDef, unflatten } from "../core/tree.ts";
import { ArrayTensor } from "./array.ts";
import { type BuildOptions, build, meshIn, type OptionValue, optimizedText, optionBytes, signature } from "./build.ts";
import { defaultDevice, singleDevice } from "./devices.ts";
import { type JitFunction, replicated } from "./jit.ts";
import { leafTensor } from "./leaves.ts";
import { type LoweredModule, lowerGraph } from "./lower.ts";
import { moveTo } from "./place.ts";
import { Program } from "./program.ts";
import type { StagedGraph } from "./stage.ts";
import { counters } from "./stage.ts";
import { TopologyDevice } from "./topology.ts";

/** A traced program. */
export class Traced {
  private readonly jit: JitFunction;
  readonly staged: StagedGraph;
  private readonly shardings: readonly (Sharding | null)[];

  constructor(jit: JitFunction, staged: StagedGraph, shardings: readonly (Sharding | null)[]) {
    this.jit = jit;
    this.staged = staged;
    this.shardings = shardings;
  }

  /** The printed program. */
  get jaxpr(): string {
    return printGraph(this.staged.graph);
  }

  get outTree(): TreeDef {
    return this.staged.outDef;
  }

  /** The shapes and dtypes of the result, in its tree. */
  get outAvals(): unknown {
    return unflatten(
      this.staged.outDef,
      this.staged.graph.outputs.map(
        (o) => new ShapeDtypeStruct(o.aval.shape, o.aval.dtype, { weakType: o.aval.weakType }),
      ),
    );
  }

  lower(): Lowered {
    counters.lowerings++;
    const asked = this.jit.inShardings(this.staged.inDef);
    const outs = this.jit.outShardings(this.staged.outDef);
    const ins = this.shardings.map((s, i) => s ?? asked[i] ?? null);
    const captured = this.staged.captures.map((c) => (c instanceof ArrayTensor && c.committed ? c.sharding : null));
    const devices = this.devices([...captured, ...ins, ...outs]);
    const options = this.jit.buildOptions(this.staged, captured as Sharding[], ins, outs, devices);
    return new Lowered(this.staged, options);
  }

  private devices(shardings: readonly (Sharding | null)[]): readonly Device[] {
    for (const s of shardings) if (s !== null) return s.devices;
    return meshIn(this.staged.graph)?.devices ?? [defaultDevice()];
  }
}

/** A program as StableHLO. */
export class Lowered {
  readonly staged: StagedGraph;
  readonly options: BuildOptions;
  private readonly lowered: LoweredModule;

  constructor(staged: StagedGraph, options: BuildOptions) {
    this.staged = staged;
    this.options = options;
    this.lowered = lowerGraph(staged.graph, signature(options));
  }

  get module(): Module {
    return this.lowered.module;
  }

  /** StableHLO text; with `debugInfo`, the user's source lines. */
  asText(options: { debugInfo?: boolean; form?: "pretty" | "generic" } = {}): string {
    if (!options.debugInfo) return hlo.print(this.module, options);
    return hlo.print(lowerGraph(this.staged.graph, signature(this.options, true)).module, options);
  }

  /** Floating-point operations and bytes moved, counted on the program as written. */
  costAnalysis(): { flops: number; bytesAccessed: number } {
    const { flops, bytesAccessed } = hlo.analyze(this.module);
    return { flops, bytesAccessed };
  }

  compile(options: { compilerOptions?: Readonly<Record<string, OptionValue>> } = {}): Compiled {
    counters.compiles++;
    const merged: BuildOptions = {
      ...this.options,
      compilerOptions: { ...this.options.compilerOptions, ...options.compilerOptions },
    };
    const [first] = merged.devices;
    if (first instanceof TopologyDevice) {
      const target = { ...merged, compilerOptions: { ...first.overrides, ...merged.compilerOptions } };
      const bytes = optionBytes(target, this.lowered.kept);
      return new Compiled(
        this.staged,
        merged,
        this.lowered.module,
        first.topology.compile(hlo.print(this.module), bytes),
        undefined,
      );
    }
    const built = build(this.staged.graph, merged);
    const slots: number[] = [];
    let next = 0;
    for (const kept of built.kept) slots.push(kept ? next++ : -1);
    const outAvals = this.staged.graph.outputs.map((o) => o.aval);
    const program = new Program(built.executable, next, outAvals, built.outShardings, merged.devices.length > 1);
    return new Compiled(this.staged, merged, this.lowered.module, built.executable, { program, slots });
  }
}

/** Bytes per device. */
export interface MemoryAnalysis {
  readonly argumentSizeInBytes: number;
  readonly outputSizeInBytes: number;
  /** The part of the results that shares memory with donated arguments. */
  readonly aliasSizeInBytes: number;
  readonly tempSizeInBytes: number;
  readonly generatedCodeSizeInBytes: number;
  readonly peakMemoryInBytes: number;
}

/** A compiled program. */
export class Compiled implements Disposable {
  readonly executable: Executable;
  private readonly staged: StagedGraph;
  private readonly options: BuildOptions;
  private readonly module: Module;
  private readonly loaded: { program: Program; slots: readonly number[] } | undefined;

  constructor(
    staged: StagedGraph,
    options: BuildOptions,
    module: Module,
    executable: Executable,
    loaded: { program: Program; slots: readonly number[] } | undefined,
  ) {
    this.staged = staged;
    this.options = options;
    this.module = module;
    this.executable = executable;
    this.loaded = loaded;
  }

  /** Runs the program. @throws TreeError naming the argument whose structure, shape or dtype differs */
  call(...args: readonly unknown[]): unknown {
    if (this.loaded === undefined)
      throw new TreeError(`${this.options.name} was compiled for devices that are not here; it cannot be called.`);
    const { inDef, outDef, graph, captures } = this.staged;
    const { leaves, def } = flatten(args, "args");
    if (!sameTree(def, inDef))
      throw new TreeError(
        `${this.options.name} was compiled for arguments of structure ${printTree(inDef)}, got ${printTree(def)}.`,
      );
    const { program, slots } = this.loaded;
    const paths = leafPaths(def, "args");
    const made: ArrayTensor[] = [];
    const place = (value: ArrayTensor, input: number, path: string): void => {
      const expected: Aval = graph.inputs[input]!.aval;
      if (value.aval.dtype !== expected.dtype || value.aval.shape.join() !== expected.shape.join())
        throw new TreeError(
          `${this.options.name}: ${path} is ${longAval(value.aval)}, but was compiled as ${longAval(expected)}.`,
        );
      const slot = slots[input]!;
      if (slot < 0) return;
      const wanted = this.inputSharding(input);
      const placed = value.sharding.equals(wanted) ? value : moveTo(value, wanted, false);
      if (placed !== value) made.push(placed);
      program.setArgument(slot, placed);
    };
    try {
      captures.forEach((c, i) => {
        place(leafTensor(c) as ArrayTensor, i, "a captured value");
      });
      const tensors = leaves.map((leaf, i) => {
        const t = leafTensor(leaf, paths[i]) as ArrayTensor;
        if (!(t instanceof ArrayTensor))
          throw new TreeError(
            `${this.options.name}: ${paths[i]} is traced; a compiled program takes concrete tensors. Call the jitted function.`,
          );
        if (t !== leaf) made.push(t);
        place(t, captures.length + i, paths[i]!);
        return t;
      });
      const results = program.run();
      tensors.forEach((t, i) => {
        if (this.options.donated[captures.length + i] && slots[captures.length + i]! >= 0) t.storage.donated();
      });
      return unflatten(outDef, results);
    } finally {
      for (const t of made) if (t.storage.state === "live") t.dispose();
    }
  }

  private inputSharding(input: number): Sharding {
    const given = this.options.inShardings[input];
    if (given) return given;
    return defaultPlace(this.options);
  }

  get inputShardings(): readonly Sharding[] {
    return this.options.inShardings.map((s) => s ?? defaultPlace(this.options));
  }
  get outputShardings(): readonly Sharding[] {
    return this.loaded?.program.outShardings ?? this.options.outShardings.map((s) => s ?? defaultPlace(this.options));
  }

  /** The optimised program, as HLO text. */
  asText(): string {
    return optimizedText(this.executable);
  }

  memoryAnalysis(): MemoryAnalysis {
    const m: CompiledMemoryStats = this.executable.memoryStats();
    return {
      argumentSizeInBytes: m.argument,
      outputSizeInBytes: m.output,
      aliasSizeInBytes: m.alias,
      tempSizeInBytes: m.temp,
      generatedCodeSizeInBytes: m.generatedCode,
      peakMemoryInBytes: m.peakMemory,
    };
  }

  costAnalysis(): { flops: number; bytesAccessed: number } {
    const { flops, bytesAccessed } = hlo.analyze(this.module);
    return { flops, bytesAccessed };
  }

  serialize(): Uint8Array {
    return this.executable.serialize();
  }

  [Symbol.dispose](): void {
    this.executable.destroy();
  }
}

function defaultPlace(options: BuildOptions): Sharding {
  const mesh = [...options.inShardings, ...options.outShardings].find(
    (s): s is NamedSharding => s instanceof NamedSharding,
  );
  return mesh ? replicated(mesh) : singleDevice(options.devices[0]!);
}
