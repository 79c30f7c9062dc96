// Ahead of time: a compiled program, to be called, measured and kept.
import * as hlo from "../../hlo/data.ts";
import type { Module } from "../../hlo/module.ts";
import { type CompiledMemoryStats, type Executable, LoadedExecutable } from "../../runtime/index.ts";
import { type Aval, longAval } from "../core/aval.ts";
import { ExportError, ShardingError, TreeError } from "../core/errors.ts";
import { NamedSharding, type Sharding } from "../core/mesh.ts";
import { Tracer } from "../core/trace.ts";
import { flatten, type Leaf, sameTree, type TreeDef, unflatten } from "../core/tree.ts";
import { type ArrayTensor, deleted } from "./array.ts";
import { argumentPlaces, type BuildOptions, type Built, stagesOf } from "./build.ts";
import { optimizedText } from "./compile-module.ts";
import { singleDevice } from "./devices.ts";
import { checkDonation, type Donation, takenLeaves } from "./donation.ts";
import { dumpCompiled } from "./dump.ts";
import { treeDifference } from "./explain.ts";
import { leafAval, leafTensor } from "./leaves.ts";
import { moveTo } from "./place.ts";
import { replicated } from "./places.ts";
import { Program, slotsOf } from "./program.ts";
import type { StagedGraph } from "./stage.ts";

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

/** What was compiled. */
export interface CompiledSource {
  readonly staged: StagedGraph;
  readonly options: BuildOptions;
  readonly module: Module;
  /** Paths of the arguments' leaves. */
  readonly paths: readonly string[];
}

/** A program on devices that are here. */
interface Loaded {
  readonly program: Program;
  readonly slots: readonly number[];
  readonly donation: Donation;
  readonly places: readonly Sharding[];
}

const unreachable = new FinalizationRegistry<{ destroy(): void }>((program) => program.destroy());

/** A compiled program. Frees it and what it captured when disposed or collected. */
export class Compiled implements Disposable {
  readonly executable: Executable;
  private readonly source: CompiledSource;
  private readonly loaded: Loaded | undefined;

  /** `built` is an executable alone if it was compiled for devices that are not here. */
  constructor(source: CompiledSource, built: Built | Executable) {
    this.source = source;
    if ("kept" in built) {
      this.executable = built.executable;
      this.loaded = load(source, built);
      unreachable.register(this, this.loaded.program, this);
    } else {
      this.executable = built;
      this.loaded = undefined;
      unreachable.register(this, built, this);
    }
  }

  /**
   * Runs the program; static arguments are left out.
   * @throws TreeError naming the argument whose structure, shape or dtype differs, or that is traced; ShardingError for
   * one committed elsewhere; DonationError, DeletedBufferError as the jitted function
   */
  call(...args: readonly unknown[]): unknown {
    const { staged, options, paths } = this.source;
    if (this.loaded === undefined)
      throw new TreeError(`${options.name} was compiled for devices that are not here; it cannot be called.`);
    const { leaves, def } = flatten(args, "args");
    if (!sameTree(def, staged.inDef))
      throw new TreeError(
        `${options.name} was compiled for arguments of another structure. ${treeDifference(staged.inDef, def, "args")}.`,
      );
    this.requireKinds(leaves);
    const { program, slots, donation, places } = this.loaded;
    const made: ArrayTensor[] = [];
    try {
      const first = staged.captures.length;
      const tensors = leaves.map((leaf, i) => {
        const t = leafTensor(leaf, paths[i]) as ArrayTensor;
        if (t !== leaf) made.push(t);
        const wanted = places[first + i]!;
        if (t.sharding.equals(wanted)) return t;
        if (t.committed)
          throw new ShardingError(
            `${options.name}: ${paths[i]} is committed to ${t.sharding}, but the program was compiled for ${wanted}. ` +
              "Move it with devicePut, or lower with its sharding.",
          );
        const moved = moveTo(t, wanted, false);
        made.push(moved);
        return moved;
      });
      checkDonation(donation, tensors);
      tensors.forEach((t, i) => {
        const slot = slots[first + i]!;
        if (slot >= 0) program.setArgument(slot, t);
        else if (t.isDeleted) throw deleted(t);
      });
      const results = program.run();
      for (const i of donation.donated) tensors[i]!.storage.donated();
      return unflatten(staged.outDef, results);
    } finally {
      for (const t of made) if (t.storage.state === "live") t.dispose();
    }
  }

  private requireKinds(leaves: readonly Leaf[]): void {
    const { staged, options, paths } = this.source;
    leaves.forEach((leaf, i) => {
      if (leaf instanceof Tracer)
        throw new TreeError(
          `${options.name}: ${paths[i]} is traced by ${leaf.trace.describe()}, but a compiled program takes concrete ` +
            "tensors: it cannot be transformed. Call the jitted function.",
        );
      const got = leafAval(leaf);
      const expected: Aval = staged.graph.inputs[staged.captures.length + i]!.aval;
      if (got.dtype !== expected.dtype || got.shape.join() !== expected.shape.join())
        throw new TreeError(
          `${options.name}: ${paths[i]} is ${longAval(got)}, but was compiled as ${longAval(expected)}.`,
        );
    });
  }

  /** The structure of the arguments. */
  get inTree(): TreeDef {
    return this.source.staged.inDef;
  }
  get outTree(): TreeDef {
    return this.source.staged.outDef;
  }

  /** Where the arguments must lie, in their trees: an array with one entry for each. */
  get inputShardings(): unknown {
    const { staged, options } = this.source;
    const all = this.loaded?.places ?? options.inShardings.map((s) => s ?? somewhere(options));
    return unflatten(staged.inDef, all.slice(staged.captures.length));
  }
  /** Where the results lie, in their tree. */
  get outputShardings(): unknown {
    const { staged, options } = this.source;
    const all = this.loaded?.program.outShardings ?? options.outShardings.map((s) => s ?? somewhere(options));
    return unflatten(staged.outDef, all);
  }

  /** The optimised program, as HLO text. */
  asText(): string {
    return optimizedText(this.executable);
  }

  /**
   * Writes every stage into a directory, numbered and named after the module: graph, StableHLO with the user's lines,
   * optimised program as HLO text and as the compiler's message, memory and cost; their paths. The optimised program
   * knows the user's lines if it was compiled with `config.dumpDir` set.
   * @throws ConfigError for a directory that cannot be written
   */
  dump(dir: string): readonly string[] {
    const { staged, module, options } = this.source;
    return dumpCompiled(dir, stagesOf(staged.graph, module, options), this.executable).paths;
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

  /** Floating-point operations and bytes moved, counted on the program as written. */
  costAnalysis(): { flops: number; bytesAccessed: number } {
    const { flops, bytesAccessed } = hlo.analyze(this.source.module);
    return { flops, bytesAccessed };
  }

  /**
   * The machine code, for `jorts/runtime`'s `client.deserialize` on the same kind of device with the same plugin.
   * @throws ExportError for a program that calls functions of this process
   */
  serialize(): Uint8Array {
    if (this.executable instanceof LoadedExecutable && this.executable.hostFunctions.length > 0)
      throw new ExportError(
        `${this.source.module.name}: got a program with host callbacks, which call functions of this process; expected one ` +
          "without. Leave debug.print, pureCallback and ioCallback out of what is serialised.",
      );
    return this.executable.serialize();
  }

  [Symbol.dispose](): void {
    unreachable.unregister(this);
    if (this.loaded === undefined) this.executable.destroy();
    else this.loaded.program.destroy();
  }
}

function load({ staged, options, paths }: CompiledSource, built: Built): Loaded {
  const slots = slotsOf(built.kept);
  const places = argumentPlaces(built.executable, built.kept, staged.graph, options);
  const program = new Program(
    built.executable,
    built.kept.filter(Boolean).length,
    staged.graph.outputs.map((o) => o.aval),
    built.outShardings,
    options.devices.length > 1,
  );
  staged.captures.forEach((c, i) => {
    if (slots[i]! < 0) return;
    const array = leafTensor(c) as ArrayTensor;
    const placed = moveTo(array, places[i]!, false);
    program.capture(slots[i]!, placed);
    placed.dispose();
  });
  const donated = takenLeaves(options.donated, built, staged.captures.length);
  return { program, slots, places, donation: { name: options.name, donated, paths: () => paths } };
}

function somewhere(options: BuildOptions): Sharding {
  const mesh = [...options.inShardings, ...options.outShardings].find(
    (s): s is NamedSharding => s instanceof NamedSharding,
  );
  return mesh ? replicated(mesh) : singleDevice(options.devices[0]!);
}
