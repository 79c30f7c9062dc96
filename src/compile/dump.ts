// Every stage of a program as files: graph, StableHLO, optimised program, memory and cost.
import { linkSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { temporaryBeside } from "../../base/atomic-file.ts";
import * as hlo from "../../hlo/data.ts";
import type { CompiledMemoryStats } from "../../runtime/index.ts";
import { ConfigError } from "../core/errors.ts";
import type { Graph } from "../core/graph.ts";
import { printGraph } from "../core/print.ts";

/** What of an executable is written. */
export interface Dumped {
  optimizedProgram(): { readonly code: Uint8Array };
  memoryStats(): CompiledMemoryStats;
}

/** The stages of a program that was lowered from a graph. */
export interface LoweredStages {
  readonly graph: Graph;
  readonly module: hlo.Module;
  /** The module once more, with the user's source lines. */
  readonly located: () => hlo.Module;
}

const unwritable = (path: string, cause: unknown): ConfigError =>
  new ConfigError(
    `cannot write a dump into ${path}: ${(cause as Error).message}. Give a directory that can be written (JORTS_DUMP, ` +
      "config.dumpDir or the argument of dump).",
    { cause },
  );

/** The next number of each directory. */
const numbers = new Map<string, number>();

/** After the highest number that the directory has. */
function firstNumber(dir: string): number {
  mkdirSync(dir, { recursive: true });
  return readdirSync(dir).reduce((next, name) => Math.max(next, Number(/^(\d+)\./.exec(name)?.[1] ?? -1) + 1), 0);
}

/** One program's files: `0007.jit_f.stablehlo.mlir` and its like. They appear whole, each once. */
export class ProgramFiles {
  private readonly stem: string;
  private readonly written = new Map<string, string>();
  private facts: Readonly<Record<string, unknown>>;
  /** What was lowered and compiled under this number; it may be gone by now. */
  private module: WeakRef<hlo.Module> | undefined;
  private executable: WeakRef<Dumped> | undefined;

  /** Takes the next number by making the `.json` file, which another process may have made first. @throws ConfigError */
  constructor(directory: string, name: string) {
    const dir = resolve(directory);
    const safe = name.replace(/[^A-Za-z0-9_.-]/g, "_").slice(0, 100) || "program";
    this.facts = { name, stages: [] };
    try {
      for (let number = numbers.get(dir) ?? firstNumber(dir); ; number++) {
        numbers.set(dir, number + 1);
        const stem = join(dir, `${String(number).padStart(4, "0")}.${safe}`);
        if (!create(`${stem}.json`, json(this.facts))) continue;
        this.stem = stem;
        return;
      }
    } catch (cause) {
      throw unwritable(dir, cause);
    }
  }

  private write(stage: string, suffix: string, content: () => string | Uint8Array): void {
    if (this.written.has(suffix)) return;
    const path = `${this.stem}.${suffix}`;
    replace(path, content());
    this.written.set(suffix, path);
    const stages = this.facts.stages as readonly string[];
    if (!stages.includes(stage)) this.note({ stages: [...stages, stage] });
  }

  private note(facts: Readonly<Record<string, unknown>>): void {
    this.facts = { ...this.facts, ...facts };
    replace(`${this.stem}.json`, json(this.facts));
  }

  traced(graph: Graph): void {
    this.write("traced", "jaxpr.txt", () => `${printGraph(graph, { sites: true })}\n`);
  }

  lowered({ module, located }: LoweredStages): void {
    if (this.written.has("stablehlo.mlir")) return;
    this.module = new WeakRef(module);
    const made = located();
    this.write("lowered", "stablehlo.mlir", () => hlo.print(made, { debugInfo: true }));
    this.note({ written: measures(hlo.report(made)) });
  }

  /** A program that is there as text alone. */
  text(text: string): void {
    this.write("lowered", "stablehlo.mlir", () => text);
  }

  /** Whether a module belongs here: that which was lowered, or the first. */
  fits(module: hlo.Module, executable?: Dumped): boolean {
    if (this.module === undefined) return !this.written.has("stablehlo.mlir");
    if (this.module.deref() !== module) return false;
    return executable === undefined || this.executable === undefined || this.executable.deref() === executable;
  }

  compiled(executable: Dumped): void {
    if (this.written.has("optimized.txt")) return;
    this.executable = new WeakRef(executable);
    const { code } = executable.optimizedProgram();
    const program = hlo.fromProto(code);
    this.write("compiled", "optimized.hlo.pb", () => code);
    this.write("compiled", "optimized.txt", () => hlo.printHlo(program));
    this.note({ optimized: { ...measures(hlo.report(program)), memory: executable.memoryStats() } });
  }

  /** The files that were written, in the order of the stages. */
  get paths(): readonly string[] {
    return [...this.written.values(), `${this.stem}.json`];
  }
}

/** What `.json` says of a program; `memory` is the compiler's own account where it is known. */
function measures(r: hlo.Report): Record<string, unknown> {
  const { peakBytes, argumentBytes, constantBytes, outputBytes, aliasedBytes } = r.memory ?? {};
  return {
    flops: r.flops,
    bytesAccessed: r.bytesAccessed,
    operations: r.operations,
    ops: Object.fromEntries(r.ops.map(({ name, places, cost }) => [name, { places, ...cost }])),
    lines: r.lines,
    collectives: r.collectives?.groups,
    liveMemory: { peakBytes, argumentBytes, constantBytes, outputBytes, aliasedBytes },
    problems: r.problems,
  };
}

const json = (facts: unknown): string => `${JSON.stringify(facts, null, 2)}\n`;

/** Makes a file that is not there; false if it is. */
function create(path: string, content: string): boolean {
  const temporary = temporaryBeside(path);
  writeFileSync(temporary, content, { flag: "wx" });
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Writes a file of this program's own, whole or not at all. @throws ConfigError */
function replace(path: string, content: string | Uint8Array): void {
  const temporary = temporaryBeside(path);
  try {
    writeFileSync(temporary, content, { flag: "wx" });
    renameSync(temporary, path);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw unwritable(path, cause);
  }
}

/** The last program of each graph in each directory; it goes with the graph. */
const programs = new WeakMap<Graph, Map<string, ProgramFiles>>();

/** The files of a graph's program; new ones unless `fits` those that there are. */
function filesOf(dir: string, graph: Graph, name: string, fits: (files: ProgramFiles) => boolean): ProgramFiles {
  let byDirectory = programs.get(graph);
  if (byDirectory === undefined) {
    byDirectory = new Map();
    programs.set(graph, byDirectory);
  }
  const known = byDirectory.get(dir);
  if (known !== undefined && fits(known)) return known;
  const made = new ProgramFiles(dir, name);
  byDirectory.set(dir, made);
  made.traced(graph);
  return made;
}

/** Writes a traced program. @throws ConfigError for a directory that cannot be written */
export const dumpTraced = (dir: string, graph: Graph): ProgramFiles =>
  filesOf(dir, graph, `jit_${graph.name}`, () => true);

/** Writes a program as it was traced and lowered. @throws ConfigError */
export function dumpLowered(dir: string, stages: LoweredStages): ProgramFiles {
  const { graph, module } = stages;
  const files = filesOf(dir, graph, module.name, (known) => known.fits(module));
  files.lowered(stages);
  return files;
}

/** Writes all stages of a compiled program. @throws ConfigError */
export function dumpCompiled(dir: string, stages: LoweredStages, executable: Dumped): ProgramFiles {
  const { graph, module } = stages;
  const files = filesOf(dir, graph, module.name, (known) => known.fits(module, executable));
  files.lowered(stages);
  files.compiled(executable);
  return files;
}

/** Writes a program that is there as text alone. @throws ConfigError */
export function dumpText(dir: string, name: string, text: string): ProgramFiles {
  const files = new ProgramFiles(dir, `jit_${name}`);
  files.text(text);
  return files;
}
