// Writing a Hugging Face model directory: whole, atomically, and in the form that older and newer readers agree on.

import { join } from "node:path";
import { type DirectoryOptions, writeBytesAtomic, writeDirectoryAtomic, writeJsonAtomic } from "./atomic.ts";
import type { JsonObject } from "./json.ts";
import type { TokenizerFiles } from "./model-files.ts";
import { writeShardedSafetensors } from "./sharded.ts";
import type { TensorSource } from "./source.ts";

/** Sampling values that transformers refuses to save beside `do_sample: false`, with its neutral values. */
const samplingDefaults: Readonly<Record<string, number>> = {
  temperature: 1,
  top_p: 1,
  top_k: 50,
  min_p: 0,
  typical_p: 1,
  epsilon_cutoff: 0,
  eta_cutoff: 0,
};

/**
 * A generation_config.json that transformers saves again without error: sampling values with `do_sample` false or
 * absent make its `save_pretrained` fail (transformers #29988), so `do_sample` becomes true, which is what the values
 * mean. `note` says so, or is `null`.
 */
export function validGenerationConfig(config: JsonObject): { config: JsonObject; note: string | null } {
  if (config.do_sample === true) return { config, note: null };
  const set = Object.keys(samplingDefaults).filter(
    (k) => config[k] !== undefined && config[k] !== null && config[k] !== samplingDefaults[k],
  );
  if (set.length === 0) return { config, note: null };
  return {
    config: { ...config, do_sample: true },
    note: `generation_config.json: do_sample set to true, because ${set.join(", ")} are set and only sampling uses them`,
  };
}

/**
 * config.json with rope in the form of transformers 4 (`rope_theta`, `rope_scaling`) as well as version 5's
 * `rope_parameters` when that is there: readers of the old form otherwise fall back to theta 10000.
 */
export function withLegacyRope(config: JsonObject): JsonObject {
  const parameters = config.rope_parameters as JsonObject | null | undefined;
  if (parameters === undefined || parameters === null) return config;
  const { rope_theta, ...scaling } = parameters;
  const type = scaling.rope_type ?? scaling.type ?? "default";
  return {
    ...config,
    rope_theta: config.rope_theta ?? rope_theta,
    rope_scaling: config.rope_scaling ?? (type === "default" ? null : scaling),
  };
}

/** Writes tokenizer.json, tokenizer_config.json (chat template inside) and special_tokens_map.json. Returns their names. */
export function writeTokenizerFiles(directory: string, files: TokenizerFiles): string[] {
  writeBytesAtomic(join(directory, "tokenizer.json"), JSON.stringify(files.tokenizer));
  writeJsonAtomic(join(directory, "tokenizer_config.json"), files.config);
  const names = ["tokenizer.json", "tokenizer_config.json"];
  if (files.specialTokensMap !== null) {
    writeJsonAtomic(join(directory, "special_tokens_map.json"), files.specialTokensMap);
    names.push("special_tokens_map.json");
  }
  return names;
}

export interface HfContents {
  readonly config: JsonObject;
  readonly generationConfig: JsonObject | null;
  readonly tokenizerFiles: TokenizerFiles | null;
  /** Read once each, in ascending pieces. */
  readonly tensors: Iterable<TensorSource>;
}

export interface HfWriteOptions extends DirectoryOptions {
  /** Largest tensor data of one file, in bytes (default 5e9, as transformers). */
  readonly maxShardBytes?: number;
}

/**
 * Writes a model directory whole or not at all. Returns the files' names and notes on what was adapted (see
 * `validGenerationConfig`). Throws `CheckpointError`; then nothing is left behind and what was there stays.
 */
export async function writeHfDirectory(
  directory: string,
  contents: HfContents,
  { replace, maxShardBytes }: HfWriteOptions = {},
): Promise<{ files: string[]; notes: string[] }> {
  const files = ["config.json"];
  const notes: string[] = [];
  await writeDirectoryAtomic(
    directory,
    (temporary) => {
      writeJsonAtomic(join(temporary, "config.json"), withLegacyRope(contents.config));
      if (contents.generationConfig !== null) {
        const { config, note } = validGenerationConfig(contents.generationConfig);
        writeJsonAtomic(join(temporary, "generation_config.json"), config);
        files.push("generation_config.json");
        if (note !== null) notes.push(note);
      }
      if (contents.tokenizerFiles !== null) files.push(...writeTokenizerFiles(temporary, contents.tokenizerFiles));
      files.push(...writeShardedSafetensors(temporary, contents.tensors, { maxShardBytes }));
    },
    { replace },
  );
  return { files, notes };
}
