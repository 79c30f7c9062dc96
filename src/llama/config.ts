// What a Llama is: read from config.json, never guessed.
import { JortsError } from "../core/errors.ts";
import type { JsonObject } from "../io/index.ts";

/** A model configuration that is missing a field or asks for what is not supported. */
export class ModelConfigError extends JortsError {}

/** Llama 3's change of rotary frequencies for long contexts (`rope_type: "llama3"`). */
export interface Llama3Rope {
  readonly type: "llama3";
  readonly factor: number;
  readonly lowFreqFactor: number;
  readonly highFreqFactor: number;
  readonly originalMaxPositions: number;
}

/** All frequencies divided by a factor (`rope_type: "linear"`). */
export interface LinearRope {
  readonly type: "linear";
  readonly factor: number;
}

export interface LlamaConfig {
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly rmsNormEps: number;
  readonly ropeTheta: number;
  readonly ropeScaling: Llama3Rope | LinearRope | null;
  readonly tieWordEmbeddings: boolean;
  readonly maxPositions: number;
  readonly bosTokenId: number | null;
  readonly eosTokenIds: readonly number[];
  /** config.json as it was read, for export. */
  readonly source: JsonObject;
}

class Reader {
  private readonly json: JsonObject;
  private readonly where: string;
  constructor(json: JsonObject, where: string) {
    this.json = json;
    this.where = where;
  }

  fail(message: string): never {
    throw new ModelConfigError(`${this.where}: ${message}`);
  }

  has(name: string): boolean {
    return this.json[name] !== undefined && this.json[name] !== null;
  }

  value(name: string): unknown {
    return this.json[name];
  }

  number(name: string, from: JsonObject = this.json): number {
    const value = from[name];
    if (value === undefined || value === null)
      this.fail(
        `${name} is missing. Take config.json from the original checkpoint; it cannot be guessed from the weights.`,
      );
    if (typeof value !== "number" || !Number.isFinite(value))
      this.fail(`${name} is ${JSON.stringify(value)}, expected a number.`);
    return value as number;
  }

  size(name: string): number {
    const n = this.number(name);
    if (!Number.isInteger(n) || n < 1) this.fail(`${name} is ${n}, expected a positive whole number.`);
    return n;
  }

  /** One id or several. */
  tokens(name: string, vocabSize: number): number[] {
    const value = this.json[name];
    const ids: readonly unknown[] = Array.isArray(value) ? value : [value];
    return ids.map((id) => {
      if (typeof id !== "number" || !Number.isInteger(id))
        return this.fail(`${name} is ${JSON.stringify(value)}, expected a token id or a list of them.`);
      if (id < 0 || id >= vocabSize)
        return this.fail(`${name} is ${id}; token ids of this model are 0 to ${vocabSize - 1}.`);
      return id;
    });
  }

  refuse(name: string, allowed: (value: unknown) => boolean, why: string): void {
    if (this.has(name) && !allowed(this.json[name]))
      this.fail(`${name} is ${JSON.stringify(this.json[name])}, which is not supported: ${why}.`);
  }
}

/**
 * A Hugging Face config.json as a `LlamaConfig`. Both spellings of the rotary settings are read: `rope_theta` with
 * `rope_scaling`, and `rope_parameters` of transformers 5.
 *
 * @throws ModelConfigError naming the missing or unsupported field
 */
export function configFromHf(json: JsonObject, where = "config.json"): LlamaConfig {
  const r = new Reader(json, where);
  const type = r.value("model_type");
  if (type !== "llama")
    r.fail(`model_type is ${JSON.stringify(type ?? null)}, expected "llama". Other architectures are not supported.`);
  r.refuse("attention_bias", (v) => v === false, "biases in attention");
  r.refuse("mlp_bias", (v) => v === false, "biases in the MLP");
  r.refuse("hidden_act", (v) => v === "silu", "only silu is");
  r.refuse("pretraining_tp", (v) => v === 1 || v === 0, "slices its projections; only 1 is");
  const hiddenSize = r.size("hidden_size");
  const heads = r.size("num_attention_heads");
  const kvHeads = r.has("num_key_value_heads") ? r.size("num_key_value_heads") : heads;
  const headDim = r.has("head_dim") ? r.size("head_dim") : hiddenSize / heads;
  if (!Number.isInteger(headDim)) r.fail(`hidden_size ${hiddenSize} does not divide by num_attention_heads ${heads}.`);
  if (headDim % 2 !== 0) r.fail(`head_dim is ${headDim}; rotary embeddings need an even one.`);
  if (heads % kvHeads !== 0) r.fail(`num_attention_heads ${heads} does not divide by num_key_value_heads ${kvHeads}.`);
  const vocabSize = r.size("vocab_size");
  return {
    vocabSize,
    hiddenSize,
    intermediateSize: r.size("intermediate_size"),
    layers: r.size("num_hidden_layers"),
    heads,
    kvHeads,
    headDim,
    rmsNormEps: r.number("rms_norm_eps"),
    ...rope(r, json),
    tieWordEmbeddings: r.value("tie_word_embeddings") === true,
    maxPositions: r.size("max_position_embeddings"),
    bosTokenId: r.has("bos_token_id") ? r.tokens("bos_token_id", vocabSize)[0]! : null,
    eosTokenIds: r.has("eos_token_id") ? r.tokens("eos_token_id", vocabSize) : [],
    source: json,
  };
}

function rope(r: Reader, json: JsonObject): Pick<LlamaConfig, "ropeTheta" | "ropeScaling"> {
  const parameters = json.rope_parameters as JsonObject | undefined | null;
  const scaling = (parameters ?? json.rope_scaling) as JsonObject | undefined | null;
  // Llama-2's own config.json has no rope_theta; 10000 is what its authors and every reader of it use.
  const ropeTheta =
    parameters?.rope_theta !== undefined
      ? r.number("rope_theta", parameters)
      : r.has("rope_theta")
        ? r.number("rope_theta")
        : 10000;
  const type = scaling?.rope_type ?? scaling?.type ?? "default";
  if (!scaling || type === "default") return { ropeTheta, ropeScaling: null };
  if (type === "linear") return { ropeTheta, ropeScaling: { type: "linear", factor: r.number("factor", scaling) } };
  if (type !== "llama3")
    return r.fail(`rope scaling of type ${JSON.stringify(type)} is not supported; "llama3", "linear" and none are.`);
  const scalingOf = (name: string) => r.number(name, scaling);
  return {
    ropeTheta,
    ropeScaling: {
      type: "llama3",
      factor: scalingOf("factor"),
      lowFreqFactor: scalingOf("low_freq_factor"),
      highFreqFactor: scalingOf("high_freq_factor"),
      originalMaxPositions: scalingOf("original_max_position_embeddings"),
    },
  };
}

/** config.json for export: both spellings of the rotary settings, so that old and new readers agree. */
export function configToHf(config: LlamaConfig, dtype: string): JsonObject {
  const scaling = scalingToHf(config.ropeScaling);
  return {
    ...config.source,
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    hidden_act: "silu",
    vocab_size: config.vocabSize,
    hidden_size: config.hiddenSize,
    intermediate_size: config.intermediateSize,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    num_key_value_heads: config.kvHeads,
    head_dim: config.headDim,
    rms_norm_eps: config.rmsNormEps,
    rope_theta: config.ropeTheta,
    rope_scaling: scaling,
    rope_parameters: { rope_theta: config.ropeTheta, ...(scaling ?? { rope_type: "default" }) },
    tie_word_embeddings: config.tieWordEmbeddings,
    max_position_embeddings: config.maxPositions,
    bos_token_id: config.bosTokenId,
    eos_token_id: config.eosTokenIds.length > 1 ? [...config.eosTokenIds] : (config.eosTokenIds[0] ?? null),
    attention_bias: false,
    mlp_bias: false,
    // transformers 5 says dtype, earlier versions torch_dtype.
    dtype,
    torch_dtype: dtype,
  };
}

function scalingToHf(scaling: LlamaConfig["ropeScaling"]): JsonObject | null {
  if (scaling === null) return null;
  if (scaling.type === "linear") return { rope_type: "linear", factor: scaling.factor };
  return {
    rope_type: "llama3",
    factor: scaling.factor,
    low_freq_factor: scaling.lowFreqFactor,
    high_freq_factor: scaling.highFreqFactor,
    original_max_position_embeddings: scaling.originalMaxPositions,
  };
}
