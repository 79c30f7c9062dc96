// PEFT LoRA adapters: a directory with adapter_config.json and adapter_model.safetensors, in and out.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { type DirectoryOptions, writeDirectoryAtomic, writeJsonAtomic } from "./atomic.ts";
import { CheckpointError } from "./errors.ts";
import { readJsonObject } from "./json.ts";
import { encodePeftConfig, loraScale, type PeftConfig, parsePeftConfig } from "./peft-config.ts";
import { SafetensorsFile, writeSafetensors } from "./safetensors.ts";
import { insideDirectory } from "./sharded.ts";
import { renameSource, type TensorSource } from "./source.ts";

export const ADAPTER_CONFIG = "adapter_config.json";
export const ADAPTER_WEIGHTS = "adapter_model.safetensors";
const PREFIX = "base_model.model.";

/** The two factors of one adapted module: A [r, in], B [out, r]. */
export interface LoraPair<T = TensorSource> {
  readonly A: T;
  readonly B: T;
}

/** An open adapter. Owns its file: dispose it when the tensors are read. */
export interface PeftAdapter {
  readonly path: string;
  readonly config: PeftConfig;
  /** s of ΔW = s·B·A. */
  readonly scale: number;
  /** By module name without PEFT's prefix: "model.layers.0.self_attn.q_proj". */
  readonly modules: ReadonlyMap<string, LoraPair>;
  close(): void;
  [Symbol.dispose](): void;
}

const refusedKeys: readonly [RegExp, string][] = [
  [/\.lora_magnitude_vector(\.weight)?$/, "DoRA (lora_magnitude_vector)"],
  [/\.lora_embedding_[AB]$/, "LoRA on an embedding (lora_embedding_A/B)"],
  [/\.lora_[AB]\.bias$/, "a LoRA bias"],
  [/\.modules_to_save\./, "a fully trained module (modules_to_save)"],
];

/** Sorts the file's keys into pairs; every key must be one that plain LoRA has. */
function pairUp(file: SafetensorsFile, rank: number): Map<string, LoraPair> {
  const fail = (found: string, expected: string, fix: string): never => {
    throw new CheckpointError(file.path, { found, expected, fix });
  };
  const halves = new Map<string, { A?: TensorSource; B?: TensorSource }>();
  for (const name of file.names) {
    const refused = refusedKeys.find(([pattern]) => pattern.test(name));
    if (refused !== undefined)
      fail(
        `${refused[1]}: ${name}`,
        "plain LoRA on linear modules",
        "Merge this adapter with PEFT (merge_and_unload) and load the merged model.",
      );
    const match = /^base_model\.model\.(.+)\.lora_([AB])\.weight$/.exec(name);
    if (match === null)
      return fail(
        `the key ${name}`,
        `${PREFIX}<module>.lora_A.weight or .lora_B.weight`,
        "The adapter was written by something other than PEFT's save_pretrained, or holds more than LoRA.",
      );
    const [, module, half] = match as unknown as [string, string, "A" | "B"];
    const pair = halves.get(module) ?? {};
    pair[half] = file.tensor(name);
    halves.set(module, pair);
  }
  const modules = new Map<string, LoraPair>();
  for (const [module, { A, B }] of [...halves].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (A === undefined || B === undefined)
      return fail(
        `${module} with only lora_${A === undefined ? "B" : "A"}`,
        "both lora_A and lora_B",
        "The adapter is incomplete; save it again.",
      );
    if (A.shape.length !== 2 || A.shape[0] !== rank)
      fail(`${A.name} of shape [${A.shape}]`, `[r, in] with r = ${rank}`, `Check r in ${ADAPTER_CONFIG}.`);
    if (B.shape.length !== 2 || B.shape[1] !== rank)
      fail(`${B.name} of shape [${B.shape}]`, `[out, r] with r = ${rank}`, `Check r in ${ADAPTER_CONFIG}.`);
    modules.set(module, { A, B });
  }
  return modules;
}

/** The configured targets and the modules in the file must agree. */
function checkTargets(path: string, config: PeftConfig, modules: ReadonlyMap<string, LoraPair>): void {
  const { targetModules } = config;
  const fail = (found: string, expected: string): never => {
    throw new CheckpointError(path, {
      found,
      expected,
      fix: `${ADAPTER_CONFIG} and ${ADAPTER_WEIGHTS} do not belong together; save the adapter again.`,
    });
  };
  if (modules.size === 0) fail("no LoRA tensors", "at least one adapted module");
  if (typeof targetModules === "string") return;
  const isTarget = (module: string, target: string) => module === target || module.endsWith(`.${target}`);
  for (const target of targetModules)
    if (![...modules.keys()].some((m) => isTarget(m, target))) fail(`no tensors for the target ${target}`, "some");
  for (const module of modules.keys())
    if (!targetModules.some((t) => isTarget(module, t)))
      fail(`tensors for ${module}`, `only the targets ${targetModules.join(", ")}`);
}

/**
 * Opens an adapter directory, strictly: every key must be used and every pair complete. With `expected`, the modules
 * must be exactly those (an adapter that is silently not applied is the worst outcome).
 * Throws `CheckpointError` naming the key; DoRA, modules_to_save and embedding LoRA are refused by name.
 */
export function openPeftAdapter(directory: string, { expected }: { expected?: Iterable<string> } = {}): PeftAdapter {
  const configPath = join(directory, ADAPTER_CONFIG);
  const config = parsePeftConfig(readJsonObject(configPath), configPath);
  if (!existsSync(join(directory, ADAPTER_WEIGHTS)))
    throw new CheckpointError(directory, {
      found: existsSync(join(directory, "adapter_model.bin")) ? "adapter_model.bin (pickled)" : "no adapter weights",
      expected: ADAPTER_WEIGHTS,
      fix: "Save the adapter with PEFT's save_pretrained(safe_serialization=True).",
    });
  const file = new SafetensorsFile(insideDirectory(directory, ADAPTER_WEIGHTS, directory));
  try {
    const modules = pairUp(file, config.r);
    checkTargets(directory, config, modules);
    if (expected !== undefined) checkModules(file.path, modules, new Set(expected));
    const close = () => file.close();
    return { path: directory, config, scale: loraScale(config), modules, close, [Symbol.dispose]: close };
  } catch (error) {
    file.close();
    throw error;
  }
}

function checkModules(path: string, modules: ReadonlyMap<string, LoraPair>, expected: ReadonlySet<string>): void {
  const list = (names: string[]) => names.slice(0, 5).join(", ") + (names.length > 5 ? `, … (${names.length})` : "");
  const missing = [...expected].filter((m) => !modules.has(m));
  const unknown = [...modules.keys()].filter((m) => !expected.has(m));
  const fail = (found: string, wanted: string) => {
    throw new CheckpointError(path, { found, expected: wanted, fix: "The adapter belongs to another base model." });
  };
  if (unknown.length > 0)
    fail(`adapted modules that the model does not have: ${list(unknown)}`, "modules of the model");
  if (missing.length > 0) fail(`no adapter for ${list(missing)}`, "one for every target module of the model");
}

/** Writes an adapter directory, whole or not at all. Shapes: A [r, in], B [out, r]. Throws `CheckpointError`. */
export async function writePeftAdapter(
  directory: string,
  { config, modules }: { config: PeftConfig; modules: ReadonlyMap<string, LoraPair> },
  options: DirectoryOptions = {},
): Promise<void> {
  const tensors: TensorSource[] = [];
  for (const [module, { A, B }] of modules) {
    if (A.shape.length !== 2 || B.shape.length !== 2 || A.shape[0] !== config.r || B.shape[1] !== config.r)
      throw new CheckpointError(directory, {
        found: `${module} with A [${A.shape}] and B [${B.shape}]`,
        expected: `A [r, in] and B [out, r] with r = ${config.r}`,
        fix: "Transpose or correct the factors before writing.",
      });
    tensors.push(
      renameSource(A, `${PREFIX}${module}.lora_A.weight`),
      renameSource(B, `${PREFIX}${module}.lora_B.weight`),
    );
  }
  checkTargets(directory, config, modules);
  await writeDirectoryAtomic(
    directory,
    (temporary) => {
      writeJsonAtomic(join(temporary, ADAPTER_CONFIG), encodePeftConfig(config));
      writeSafetensors(join(temporary, ADAPTER_WEIGHTS), tensors, { format: "pt" });
    },
    options,
  );
}
