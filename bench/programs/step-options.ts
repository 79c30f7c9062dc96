// The command line of the training step; names as in bench/reference where both sides have the option.
import { parseArgs } from "node:util";
import type { LlamaConfig } from "../../src/llama/config.ts";
import { BenchError } from "../errors.ts";
import { configs } from "./inputs.ts";

export interface StepProgramOptions {
  readonly config: LlamaConfig;
  /** Rows and positions of abstract inputs. */
  readonly batch: number;
  readonly seq: number;
  /** Type in which the base weights are stored. */
  readonly dtype: "float32" | "bfloat16";
  readonly compute: "float32" | "bfloat16";
  readonly data: number;
  readonly tensor: number;
  readonly rank: number;
  readonly learningRate: number;
  readonly remat: "none" | "layer";
  /** Files of write_inputs.py; without them the inputs are shapes, which compile and do not run. */
  readonly files: { readonly weights: string; readonly batch: string } | undefined;
  /** Compile for GPUs that are not here. */
  readonly target: "h100" | undefined;
  readonly traceOnly: boolean;
  /** Step through the jitted function instead of the program that was compiled ahead of time. */
  readonly jitted: boolean;
  readonly serve: boolean;
  readonly steps: number;
  readonly dump: string | undefined;
  /** XLA options by name. */
  readonly compilerOptions: Readonly<Record<string, string | number | boolean>>;
}

function choose<T extends string>(name: string, text: string, choices: readonly T[]): T {
  const found = choices.find((c) => c === text);
  if (found === undefined) throw new BenchError(`--${name} ${text}: expected one of ${choices.join(", ")}`);
  return found;
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new BenchError(`--${name} ${text}: expected a positive number`);
  return value;
}

function whole(name: string, text: string): number {
  const value = positive(name, text);
  if (!Number.isInteger(value)) throw new BenchError(`--${name} ${text}: expected an integer`);
  return value;
}

function optionValue(text: string): string | number | boolean {
  if (text === "true" || text === "false") return text === "true";
  return text === "" || Number.isNaN(Number(text)) ? text : Number(text);
}

function compilerOption(text: string): [string, string | number | boolean] {
  const at = text.indexOf("=");
  if (at < 1) throw new BenchError(`--xla ${text}: expected NAME=VALUE`);
  return [text.slice(0, at), optionValue(text.slice(at + 1))];
}

/** Throws BenchError for a value that is not among those allowed, TypeError for an unknown option. */
export function stepOptions(args: readonly string[]): StepProgramOptions {
  const { values: a } = parseArgs({
    args: [...args],
    options: {
      config: { type: "string", default: "tiny" },
      batch: { type: "string", default: "8" },
      seq: { type: "string", default: "256" },
      dtype: { type: "string", default: "f32" },
      compute: { type: "string" },
      data: { type: "string", default: "1" },
      tensor: { type: "string", default: "1" },
      rank: { type: "string", default: "16" },
      lr: { type: "string", default: "1e-3" },
      remat: { type: "string", default: "none" },
      weights: { type: "string" },
      "batch-file": { type: "string" },
      target: { type: "string" },
      "trace-only": { type: "boolean", default: false },
      jitted: { type: "boolean", default: false },
      serve: { type: "boolean", default: false },
      steps: { type: "string", default: "3" },
      dump: { type: "string" },
      xla: { type: "string", multiple: true, default: [] },
    },
  });
  const types = { f32: "float32", bf16: "bfloat16" } as const;
  const dtype = types[choose("dtype", a.dtype, ["f32", "bf16"])];
  const target = a.target === undefined ? undefined : choose("target", a.target, ["h100"]);
  const compute = a.compute && types[choose("compute", a.compute, ["f32", "bf16"])];
  if ((a.weights === undefined) !== (a["batch-file"] === undefined))
    throw new BenchError("give --weights and --batch-file together, or neither for a program that is only compiled");
  const config = configs[choose("config", a.config, Object.keys(configs))]!;
  return {
    config,
    batch: whole("batch", a.batch),
    seq: whole("seq", a.seq),
    dtype,
    // As the library: f32 on the CPU, the storage type on a GPU.
    compute: compute || (target === undefined ? "float32" : dtype),
    data: whole("data", a.data),
    tensor: whole("tensor", a.tensor),
    rank: whole("rank", a.rank),
    learningRate: positive("lr", a.lr),
    remat: choose("remat", a.remat, ["none", "layer"]),
    files: a.weights === undefined ? undefined : { weights: a.weights, batch: a["batch-file"]! },
    target,
    traceOnly: a["trace-only"],
    jitted: a.jitted,
    serve: a.serve,
    steps: whole("steps", a.steps),
    dump: a.dump,
    compilerOptions: Object.fromEntries(a.xla.map(compilerOption)),
  };
}
