// Hugging Face model directories: opened as configuration, tensors and tokenizer files.

import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { CheckpointError } from "./errors.ts";
import { openGguf } from "./gguf.ts";
import { type JsonObject, readJsonObject, readText } from "./json.ts";
import type { ModelFiles, TokenizerFiles } from "./model-files.ts";
import { SafetensorsFile } from "./safetensors.ts";
import { INDEX_FILE, insideDirectory, ShardedSafetensors, SINGLE_FILE } from "./sharded.ts";
import type { TensorStore } from "./source.ts";
import { Tokenizer } from "./tokenizer.ts";

const ifThere = (directory: string, name: string): JsonObject | null =>
  existsSync(join(directory, name)) ? readJsonObject(insideDirectory(directory, name, directory)) : null;

/** Reads the tokenizer files of a directory; `null` when it has no tokenizer.json. Throws `CheckpointError`. */
export function readTokenizerFiles(directory: string): TokenizerFiles | null {
  const tokenizer = ifThere(directory, "tokenizer.json");
  if (tokenizer === null) {
    if (existsSync(join(directory, "tokenizer.model")))
      throw new CheckpointError(directory, {
        found: "tokenizer.model without tokenizer.json",
        expected: "tokenizer.json",
        fix: "Convert it once: python -c \"from transformers import AutoTokenizer; AutoTokenizer.from_pretrained('DIR').save_pretrained('DIR')\".",
      });
    return null;
  }
  const config = ifThere(directory, "tokenizer_config.json") ?? {};
  const jinja = join(directory, "chat_template.jinja");
  return {
    tokenizer,
    config: existsSync(jinja) ? { ...config, chat_template: readText(jinja) } : config,
    specialTokensMap: ifThere(directory, "special_tokens_map.json"),
  };
}

/** Marks that quantisers leave on tensor names (bitsandbytes 4 and 8 bit, GPTQ and AWQ). */
const quantizedName = /\.(absmax|quant_map|nested_absmax|quant_state\..+|SCB|weight_format|qweight|qzeros|g_idx)$/;

function refuseQuantized(directory: string, config: JsonObject, tensors: TensorStore | null): void {
  const refuse = (found: string) => {
    throw new CheckpointError(directory, {
      found,
      expected: "weights in float32, float16 or bfloat16",
      fix: "Use the original checkpoint, or save a dequantised copy of this one with transformers.",
    });
  };
  const declared = config.quantization_config as JsonObject | null | undefined;
  if (declared !== undefined && declared !== null)
    refuse(`weights quantised by ${String(declared.quant_method ?? "an unnamed method")} (quantization_config)`);
  const name = tensors?.names.find((n) => quantizedName.test(n));
  if (name !== undefined) refuse(`the tensor ${name} of a pre-quantised checkpoint`);
}

/** Hides tensors that old Llama checkpoints carry and that are computed from the configuration. */
class WithoutInvFreq implements TensorStore {
  readonly path: string;
  readonly names: readonly string[];
  readonly #store: TensorStore;

  constructor(store: TensorStore) {
    this.#store = store;
    this.path = store.path;
    this.names = store.names.filter((n) => !n.endsWith(".rotary_emb.inv_freq"));
  }
  has = (name: string) => this.#store.has(name) && !name.endsWith(".rotary_emb.inv_freq");
  tensor = (name: string) => this.#store.tensor(name);
  close = () => this.#store.close();
  [Symbol.dispose] = () => this.close();
}

/** Opens `model.safetensors` or the sharded checkpoint of a directory. Owns the files. Throws `CheckpointError`. */
export function openTensors(directory: string): TensorStore {
  if (existsSync(join(directory, INDEX_FILE)))
    return new ShardedSafetensors(insideDirectory(directory, INDEX_FILE, directory));
  if (existsSync(join(directory, SINGLE_FILE)))
    return new SafetensorsFile(insideDirectory(directory, SINGLE_FILE, directory));
  const pickled = ["pytorch_model.bin", "pytorch_model.bin.index.json", "consolidated.00.pth"].find((n) =>
    existsSync(join(directory, n)),
  );
  throw new CheckpointError(directory, {
    found: pickled === undefined ? "no weights" : `only pickled weights (${pickled})`,
    expected: `${SINGLE_FILE} or ${INDEX_FILE}`,
    fix:
      pickled === undefined
        ? "Check the path, or download the rest of the model."
        : "Save the model once with transformers' save_pretrained(safe_serialization=True).",
  });
}

/**
 * Opens a Hugging Face directory. The configuration is handed over as it stands; what its fields mean is for the model
 * to say. Throws `CheckpointError` for a missing or broken file and for pre-quantised weights.
 */
export function openHfDirectory(directory: string): ModelFiles {
  if (!existsSync(join(directory, "config.json")))
    throw new CheckpointError(directory, {
      found: existsSync(directory) ? "no config.json" : "no such directory",
      expected: "a Hugging Face model directory",
      fix: "Give the directory that holds config.json, the safetensors files and tokenizer.json.",
    });
  const config = readJsonObject(insideDirectory(directory, "config.json", directory));
  refuseQuantized(directory, config, null);
  const generationConfig = ifThere(directory, "generation_config.json");
  const tokenizerFiles = readTokenizerFiles(directory);
  const tensors = new WithoutInvFreq(openTensors(directory));
  try {
    refuseQuantized(directory, config, tensors);
  } catch (error) {
    tensors.close();
    throw error;
  }
  return {
    path: directory,
    format: "huggingface",
    config,
    generationConfig,
    tensors,
    tokenizerFiles,
    close: () => tensors.close(),
    [Symbol.dispose]: () => tensors.close(),
  };
}

/** Opens a Hugging Face directory or a GGUF file, whichever `path` is. Throws `CheckpointError`. */
export function openModel(path: string): ModelFiles {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined)
    throw new CheckpointError(path, {
      found: "nothing there",
      expected: "a Hugging Face model directory or a .gguf file",
      fix: "Check the path.",
    });
  return stat.isDirectory() ? openHfDirectory(path) : openGguf(path);
}

/**
 * The tokenizer of an open model; generation ends at the ids of generation_config.json, else of config.json, else at
 * the tokenizer's own EOS. Throws `CheckpointError` when the model has none.
 */
export function modelTokenizer(model: ModelFiles): Tokenizer {
  const { path, tokenizerFiles, generationConfig, config } = model;
  if (tokenizerFiles === null)
    throw new CheckpointError(path, {
      found: "no tokenizer",
      expected: "tokenizer.json and tokenizer_config.json",
      fix: "Download the model's tokenizer files too.",
    });
  const ends = generationConfig?.eos_token_id ?? config.eos_token_id ?? null;
  return new Tokenizer(tokenizerFiles, path, { eos_token_id: ends });
}

/**
 * A field of config.json of the wanted type. Throws `CheckpointError` naming the field, its value and the file; with
 * `fallback`, a field that is absent or null (not one that is wrong) gives that.
 */
export function configField<T extends "number" | "boolean" | "string">(
  model: Pick<ModelFiles, "path" | "config">,
  name: string,
  type: T,
  fallback?: { number: number; boolean: boolean; string: string }[T],
): { number: number; boolean: boolean; string: string }[T] {
  const value = model.config[name] ?? fallback;
  if (typeof value === type) return value as { number: number; boolean: boolean; string: string }[T];
  throw new CheckpointError(model.path, {
    found: value === undefined ? `no ${name} in config.json` : `${name} = ${JSON.stringify(value)} in config.json`,
    expected: `${name} as a ${type}`,
    fix: `Take ${name} from the original model's config.json.`,
  });
}
