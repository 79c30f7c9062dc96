// Starts the reference programs, and writes the numbers that they share with jorts.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { BenchError } from "./errors.ts";
import { benchCache, programFile, referenceDir } from "./paths.ts";
import { Peer } from "./peer.ts";

const exec = promisify(execFile);

/** What decides the numbers that a run starts from; the defaults are the reference programs'. */
export interface Workload {
  readonly config: "tiny" | "smollm2-135m" | "llama2-7b";
  readonly batch: number;
  readonly seq: number;
  readonly dtype?: "f32" | "bf16";
  readonly rank?: number;
  readonly seed?: number;
  /** Which positions count: bench/reference/README.md. */
  readonly supervised?: "default" | "all" | number;
}

/** SmolLM2-135M at the reference's batch. */
export const SMOLLM2: Workload = { config: "smollm2-135m", batch: 4, seq: 256 };
/** The small shape at the reference's batch. */
export const TINY: Workload = { config: "tiny", batch: 8, seq: 256 };

/** The workload as options of a reference program. */
export function workloadArgs(w: Workload): string[] {
  const given = Object.entries(w).filter(([, value]) => value !== undefined);
  return given.flatMap(([name, value]) => [`--${name}`, String(value)]);
}

export interface SharedInputs {
  /** safetensors with `base.NAME` and `lora.NAME`. */
  readonly weights: string;
  /** safetensors with `tokens`, `mask`, `labels`, `loss_mask`. */
  readonly batchFile: string;
}

/**
 * Files with the workload's weights, LoRA start and batch, written by Python on the first call and kept in `cache`.
 * Throws BenchError with the writer's message when it fails.
 */
export async function sharedInputs(python: string, w: Workload, cache = benchCache()): Promise<SharedInputs> {
  const writer = await Promise.all(
    ["write_inputs.py", "data.py", "shapes.py"].map((file) => readFile(join(referenceDir(), file))),
  );
  const { config, dtype = "f32", rank = 16, seed = 0, batch, seq, supervised = "default" } = w;
  const name = (...parts: unknown[]) => {
    const hash = createHash("sha256");
    for (const file of writer) hash.update(file);
    return join(dir, `${parts.join("-")}-${hash.digest("hex").slice(0, 12)}.safetensors`);
  };
  const dir = join(cache, "inputs");
  const weights = name("weights", config, dtype, `r${rank}`, `s${seed}`);
  const batchFile = name("batch", config, `${batch}x${seq}`, `s${seed}`, supervised);
  const missing = [
    ...(existsSync(weights) ? [] : ["--weights", weights]),
    ...(existsSync(batchFile) ? [] : ["--batch-file", batchFile]),
  ];
  if (missing.length > 0) {
    await mkdir(dir, { recursive: true });
    try {
      await exec(python, [join(referenceDir(), "write_inputs.py"), ...workloadArgs(w), ...missing]);
    } catch (cause) {
      throw new BenchError(`write_inputs.py failed; check free disk space in ${dir}\n${String(cause)}`, { cause });
    }
  }
  return { weights, batchFile };
}

export interface ReferenceOptions {
  /** The interpreter of `ensureVenv`. */
  python: string;
  script: "llama_lora_jax.py" | "jora_jax.py" | "dispatch_jax.py" | "unrolled_jax.py" | "torch_peft.py";
  args?: readonly string[];
  workload?: Workload;
  inputs?: SharedInputs;
  /** Run JAX over this PJRT plugin file; its own CPU client otherwise. */
  plugin?: string;
  startTimeout?: number;
}

/** Starts a reference program that serves the bench protocol (protocol.ts). */
export function startReference(options: ReferenceOptions): Promise<Peer> {
  const { python, script, args = [], workload, inputs, plugin, startTimeout } = options;
  return Peer.start({
    name: script + (plugin === undefined ? "" : " over the plugin"),
    command: python,
    args: [
      join(referenceDir(), script),
      "--serve",
      ...(workload === undefined ? [] : workloadArgs(workload)),
      ...(inputs === undefined ? [] : ["--weights", inputs.weights, "--batch-file", inputs.batchFile]),
      ...(plugin === undefined ? [] : ["--plugin", plugin]),
      ...args,
    ],
    env: { PYTHONDONTWRITEBYTECODE: "1" },
    startTimeout,
  });
}

/** Starts one of our own programs (bench/programs, built) in a Node process of its own, over this PJRT plugin file. */
export function startProgram(options: {
  name: string;
  program: "llama-step" | "dispatch" | "unrolled" | "hlo";
  plugin: string;
  args?: readonly string[];
  startTimeout?: number;
}): Promise<Peer> {
  const { name, program, plugin, args = [], startTimeout } = options;
  return Peer.start({
    name,
    command: process.execPath,
    args: [programFile(program), ...args],
    env: { JORTS_PJRT_PLUGIN_PATH: plugin },
    startTimeout,
  });
}
