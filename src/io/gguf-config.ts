// GGUF metadata of a Llama model as the fields of a Hugging Face config.json.

import { CheckpointError } from "./errors.ts";
import type { GgufValue } from "./gguf-format.ts";
import type { JsonObject } from "./json.ts";
import { readFloat32, type TensorStore } from "./source.ts";

/** The part of config.json that a GGUF file determines. */
export interface GgufConfig extends JsonObject {
  readonly vocab_size: number;
  readonly hidden_size: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads: number;
  readonly head_dim: number;
  readonly rope_theta: number;
}

/** What this file needs of an open GGUF file. */
export interface GgufLike extends TensorStore {
  readonly metadata: ReadonlyMap<string, GgufValue>;
}

/** The shortest decimal that is the same float32 (metadata floats are float32: 9.999999747e-6 is 1e-5). */
export function shortestFloat32(x: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(x.toPrecision(digits));
    if (Math.fround(short) === Math.fround(x)) return short;
  }
  return x;
}

/** Typed access to metadata with errors that name the key. */
export class GgufFields {
  readonly #file: GgufLike;

  constructor(file: GgufLike) {
    this.#file = file;
  }

  fail(found: string, expected: string, fix: string): never {
    throw new CheckpointError(this.#file.path, { found, expected, fix });
  }

  #optional<T>(key: string, what: string, is: (v: GgufValue) => v is GgufValue & T): T | undefined {
    const value = this.#file.metadata.get(key);
    if (value !== undefined && !is(value))
      return this.fail(`metadata ${key} of the wrong type`, what, "Convert the model again with a current llama.cpp.");
    return value as T | undefined;
  }

  #required<T>(key: string, what: string, value: T | undefined): T {
    return value ?? this.fail(`no metadata ${key}`, what, "The file is not a complete model; convert it again.");
  }

  optionalNumber(key: string): number | undefined {
    return this.#optional(key, "a number", (v): v is number => typeof v === "number");
  }
  optionalBoolean(key: string): boolean | undefined {
    return this.#optional(key, "true or false", (v): v is boolean => typeof v === "boolean");
  }
  optionalString(key: string): string | undefined {
    return this.#optional(key, "text", (v): v is string => typeof v === "string");
  }
  optionalStrings(key: string): string[] | undefined {
    const is = (v: GgufValue): v is string[] => Array.isArray(v) && v.every((x) => typeof x === "string");
    return this.#optional(key, "a list of strings", is);
  }
  optionalNumbers(key: string): number[] | undefined {
    const is = (v: GgufValue): v is number[] => Array.isArray(v) && v.every((x) => typeof x === "number");
    return this.#optional(key, "a list of numbers", is);
  }
  number = (key: string): number => this.#required(key, "a number", this.optionalNumber(key));
  string = (key: string): string => this.#required(key, "text", this.optionalString(key));
  strings = (key: string): string[] => this.#required(key, "a list of strings", this.optionalStrings(key));

  /** A positive integer. */
  count(key: string): number {
    const n = this.number(key);
    if (!Number.isInteger(n) || n < 1) this.fail(`${key} = ${n}`, "a positive integer", "The file is corrupt.");
    return n;
  }
}

/** Factors by which llama.cpp divides each inverse frequency for rope type `llama3` (defaults of Llama 3.1 and 3.2). */
function llama3Factors(theta: number, headDim: number, factor: number): Float32Array {
  const [low, high, original] = [1, 4, 8192];
  return Float32Array.from({ length: headDim / 2 }, (_, i) => {
    const wavelength = 2 * Math.PI * theta ** ((2 * i) / headDim);
    if (wavelength < original / high) return 1;
    if (wavelength > original / low) return factor;
    const smooth = (original / wavelength - low) / (high - low);
    return 1 / ((1 - smooth) / factor + smooth);
  });
}

/**
 * Rope scaling. `rope_freqs.weight` holds one factor per frequency and not the parameters that made them; they are
 * taken to be Llama 3's only if those reproduce every factor to 1e-5.
 */
function ropeScaling(file: GgufLike, fields: GgufFields, theta: number, headDim: number): JsonObject | null {
  const type = fields.optionalString("llama.rope.scaling.type") ?? "none";
  const factor = fields.optionalNumber("llama.rope.scaling.factor") ?? fields.optionalNumber("llama.rope.scale_linear");
  const refuse = (found: string) =>
    fields.fail(
      found,
      "no rope scaling, linear scaling, or that of Llama 3",
      "Use the model's Hugging Face directory.",
    );
  if (type !== "none" && type !== "linear") refuse(`rope scaling ${type}`);
  const scaled = type === "linear" || (factor !== undefined && factor !== 1 && factor !== 0);
  if (!file.has("rope_freqs.weight"))
    return scaled ? { rope_type: "linear", factor: factor ?? refuse("linear rope scaling without a factor") } : null;
  if (scaled) refuse("rope_freqs.weight and linear scaling together");
  const factors = readFloat32(file.tensor("rope_freqs.weight"));
  const last = factors.at(-1) ?? 1;
  if (factors.length !== headDim / 2) refuse(`rope_freqs.weight of ${factors.length} factors for head_dim ${headDim}`);
  if (factors.every((f) => f === 1)) return null;
  const expected = llama3Factors(theta, headDim, last);
  if (!factors.every((f, i) => Math.abs(f / expected[i]! - 1) < 1e-5))
    refuse("rope_freqs.weight that Llama 3's scaling (low 1, high 4, original length 8192) does not explain");
  return {
    rope_type: "llama3",
    factor: shortestFloat32(last),
    low_freq_factor: 1,
    high_freq_factor: 4,
    original_max_position_embeddings: 8192,
  };
}

/** config.json of a GGUF Llama file. Throws `CheckpointError` for another architecture, experts, partial rotary or odd scaling. */
export function ggufConfig(file: GgufLike): GgufConfig {
  const fields = new GgufFields(file);
  const architecture = fields.string("general.architecture");
  if (architecture !== "llama")
    fields.fail(`architecture ${architecture}`, "llama", "Only Llama models can be read from GGUF.");
  if ((fields.optionalNumber("llama.expert_count") ?? 0) > 0)
    fields.fail("a mixture of experts", "a dense Llama model", "This model family is not supported.");
  const hidden = fields.count("llama.embedding_length");
  const heads = fields.count("llama.attention.head_count");
  const headDim = fields.optionalNumber("llama.attention.key_length") ?? hidden / heads;
  const kvHeads = fields.optionalNumber("llama.attention.head_count_kv") ?? heads;
  if (!Number.isInteger(headDim) || headDim % 2 !== 0 || headDim < 2 || !(kvHeads >= 1) || heads % kvHeads !== 0)
    fields.fail(
      `${heads} heads, ${kvHeads} key/value heads of size ${headDim}`,
      "an even head size and key/value heads that divide the heads",
      "The file is corrupt.",
    );
  for (const key of ["llama.attention.value_length", "llama.rope.dimension_count"]) {
    const other = fields.optionalNumber(key);
    if (other !== undefined && other !== headDim)
      fields.fail(`${key} = ${other}`, `the head size ${headDim}`, "Partial rotary embeddings are not supported.");
  }
  const theta = shortestFloat32(fields.optionalNumber("llama.rope.freq_base") ?? 10000); // llama.cpp's documented default
  const tokens = fields.optionalStrings("tokenizer.ggml.tokens")?.length;
  const vocab = fields.optionalNumber("llama.vocab_size") ?? tokens ?? fields.count("llama.vocab_size");
  return {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    vocab_size: vocab,
    hidden_size: hidden,
    intermediate_size: fields.count("llama.feed_forward_length"),
    num_hidden_layers: fields.count("llama.block_count"),
    num_attention_heads: heads,
    num_key_value_heads: kvHeads,
    head_dim: headDim,
    hidden_act: "silu",
    max_position_embeddings: fields.count("llama.context_length"),
    rms_norm_eps: shortestFloat32(fields.number("llama.attention.layer_norm_rms_epsilon")),
    rope_theta: theta,
    rope_scaling: ropeScaling(file, fields, theta, headDim),
    attention_bias: file.names.some((n) => /\.attn_(q|k|v|output)\.bias$/.test(n)),
    mlp_bias: file.names.some((n) => /\.ffn_\w+\.bias$/.test(n)),
    tie_word_embeddings: !file.has("output.weight"),
    bos_token_id: fields.optionalNumber("tokenizer.ggml.bos_token_id") ?? null,
    eos_token_id: fields.optionalNumber("tokenizer.ggml.eos_token_id") ?? null,
    pad_token_id: fields.optionalNumber("tokenizer.ggml.padding_token_id") ?? null,
    torch_dtype: "float32",
  };
}

/** generation_config.json of a GGUF file: the ids that begin, end and pad; end of turn counts as an end. */
export function ggufGenerationConfig(file: GgufLike): JsonObject {
  const fields = new GgufFields(file);
  const ids = ["eos_token_id", "eot_token_id", "eom_token_id"].map((k) => fields.optionalNumber(`tokenizer.ggml.${k}`));
  const ends = [...new Set(ids.filter((id) => id !== undefined))];
  return {
    bos_token_id: fields.optionalNumber("tokenizer.ggml.bos_token_id") ?? null,
    eos_token_id: ends.length === 1 ? ends[0] : ends,
    pad_token_id: fields.optionalNumber("tokenizer.ggml.padding_token_id") ?? null,
  };
}
