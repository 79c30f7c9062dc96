// config.json: both spellings of the rotary settings, what is missing or not supported, and back.
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/io/index.ts";
import { configToHf } from "../../src/llama/config.ts";
import { configFromHf, ModelConfigError } from "../../src/llama/index.ts";

const base: JsonObject = {
  model_type: "llama",
  vocab_size: 128,
  hidden_size: 32,
  intermediate_size: 64,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  rms_norm_eps: 1e-5,
  max_position_embeddings: 256,
};
const without = (key: string): JsonObject => Object.fromEntries(Object.entries(base).filter(([k]) => k !== key));
const llama3 = { factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 32 };

describe("configFromHf", () => {
  it("takes what transformers takes where a field may be absent", () => {
    expect(configFromHf(base)).toMatchObject({
      kvHeads: 4,
      headDim: 8,
      ropeTheta: 10000,
      ropeScaling: null,
      tieWordEmbeddings: false,
      bosTokenId: null,
      eosTokenIds: [],
    });
  });

  it("reads theta and scaling in the old and the new spelling", () => {
    const scaled = { type: "llama3", factor: 8, lowFreqFactor: 1, highFreqFactor: 4, originalMaxPositions: 32 };
    for (const rope of [
      { rope_theta: 5e5, rope_scaling: { rope_type: "llama3", ...llama3 } },
      { rope_theta: 5e5, rope_scaling: { type: "llama3", ...llama3 } },
      { rope_parameters: { rope_theta: 5e5, rope_type: "llama3", ...llama3 } },
    ])
      expect(configFromHf({ ...base, ...rope })).toMatchObject({ ropeTheta: 5e5, ropeScaling: scaled });
    expect(configFromHf({ ...base, rope_scaling: { type: "linear", factor: 2 } }).ropeScaling).toEqual({
      type: "linear",
      factor: 2,
    });
    expect(configFromHf({ ...base, rope_theta: 7, rope_scaling: { rope_type: "default" } })).toMatchObject({
      ropeTheta: 7,
      ropeScaling: null,
    });
  });

  it("reads one end token or several", () => {
    expect(configFromHf({ ...base, eos_token_id: 2 }).eosTokenIds).toEqual([2]);
    expect(configFromHf({ ...base, eos_token_id: [2, 7] }).eosTokenIds).toEqual([2, 7]);
  });

  it.each([
    "vocab_size",
    "hidden_size",
    "intermediate_size",
    "num_hidden_layers",
    "num_attention_heads",
    "rms_norm_eps",
    "max_position_embeddings",
  ])("names a missing %s and what to do", (field) => {
    expect(() => configFromHf(without(field), "dir/config.json")).toThrow(ModelConfigError);
    expect(() => configFromHf(without(field), "dir/config.json")).toThrow(
      new RegExp(`^dir/config.json: ${field} is missing\\. Take config.json from the original checkpoint`),
    );
  });

  it.each([
    [{ model_type: "mistral" }, /model_type is "mistral", expected "llama"/],
    [{ attention_bias: true }, /attention_bias is true, which is not supported/],
    [{ mlp_bias: true }, /mlp_bias is true/],
    [{ hidden_act: "gelu" }, /hidden_act is "gelu", which is not supported: only silu is/],
    [{ hidden_size: 33 }, /hidden_size 33 does not divide by num_attention_heads 4/],
    [{ head_dim: 7 }, /head_dim is 7; rotary embeddings need an even one/],
    [{ num_key_value_heads: 3 }, /num_attention_heads 4 does not divide by num_key_value_heads 3/],
    [{ vocab_size: "128" }, /vocab_size is "128", expected a number/],
    [{ num_hidden_layers: 0 }, /num_hidden_layers is 0, expected a positive whole number/],
    [{ rope_scaling: { rope_type: "yarn", factor: 2 } }, /rope scaling of type "yarn" is not supported/],
    [{ rope_scaling: { rope_type: "llama3", factor: 8 } }, /low_freq_factor is missing/],
    [{ eos_token_id: "</s>" }, /eos_token_id is "<\/s>", expected a token id or a list of them/],
    [{ bos_token_id: 128 }, /bos_token_id is 128; token ids of this model are 0 to 127/],
  ])("refuses %j", (change, message) => {
    expect(() => configFromHf({ ...base, ...change })).toThrow(ModelConfigError);
    expect(() => configFromHf({ ...base, ...change })).toThrow(message);
  });
});

describe("configToHf", () => {
  it.each([
    {},
    { num_key_value_heads: 2, head_dim: 16, tie_word_embeddings: true, bos_token_id: 1, eos_token_id: [2, 3] },
    { rope_theta: 1e6, rope_scaling: { rope_type: "llama3", ...llama3 } },
    { rope_parameters: { rope_theta: 9, rope_type: "linear", factor: 4 }, eos_token_id: 5 },
  ])("is read back as it was: %j", (change) => {
    const { source: _, ...config } = configFromHf({ ...base, ...change });
    const json = configToHf({ ...config, source: { ...base, ...change } }, "bfloat16");
    const { source: written, ...again } = configFromHf(json);
    expect(again).toEqual(config);
    expect(written).toMatchObject({ dtype: "bfloat16", torch_dtype: "bfloat16", architectures: ["LlamaForCausalLM"] });
    // The old spelling and the new one say the same.
    const { rope_parameters: _new, ...old } = json;
    const { rope_theta: _theta, rope_scaling: _scaling, ...fresh } = json;
    for (const one of [old, fresh]) expect(configFromHf(one)).toMatchObject(config);
  });

  it("keeps fields that it does not know", () => {
    const config = configFromHf({ ...base, attention_dropout: 0.1 });
    expect(configToHf(config, "float32")).toMatchObject({ attention_dropout: 0.1, eos_token_id: null });
  });
});
