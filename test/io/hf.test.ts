// Hugging Face directories: round trip, detection of what cannot be used, atomic writing.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ggufTokenizer } from "../../src/io/gguf-tokenizer.ts";
import {
  configField,
  memorySource,
  modelTokenizer,
  openHfDirectory,
  openModel,
  readArray,
  type TensorSource,
  Tokenizer,
  validGenerationConfig,
  withLegacyRope,
  writeHfDirectory,
  writeSafetensors,
} from "../../src/io/index.ts";
import { at, expectRefusal, put, putJson } from "./temp.ts";
import { byteLevelMetadata, metadataOnly } from "./tiny-tokenizers.ts";

const vector = (name: string, ...values: number[]) =>
  memorySource(name, "float32", [values.length], Float32Array.from(values));
const tokenizerFiles = ggufTokenizer(
  metadataOnly(byteLevelMetadata(["a b"], { "tokenizer.chat_template": "{{ messages[0].content }}" })),
);
const contents = (tensors: TensorSource[]) => ({
  config: { model_type: "llama", hidden_size: 8, rope_theta: 1e4 },
  generationConfig: { do_sample: true, temperature: 0.6, eos_token_id: [1] },
  tokenizerFiles,
  tensors,
});

describe("round trip", () => {
  test.each([
    [undefined, ["model.safetensors"]],
    [4, ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json"]],
  ])("shards of %s bytes", async (maxShardBytes, weights) => {
    const written = await writeHfDirectory(at("m"), contents([vector("a", 1), vector("b", 2)]), { maxShardBytes });
    const expected = [
      "config.json",
      "generation_config.json",
      "special_tokens_map.json",
      "tokenizer.json",
      "tokenizer_config.json",
      ...weights,
    ];
    expect(readdirSync(at("m")).sort()).toEqual(expected.sort());
    expect(written).toEqual({ files: expect.arrayContaining(expected), notes: [] });
    expect(readdirSync(at())).toEqual(["m"]);
    using model = openModel(at("m"));
    expect(model.format).toBe("huggingface");
    expect(model.config).toEqual({ model_type: "llama", hidden_size: 8, rope_theta: 1e4 });
    expect(model.generationConfig).toEqual({ do_sample: true, temperature: 0.6, eos_token_id: [1] });
    expect(model.tokenizerFiles).toEqual(JSON.parse(JSON.stringify(tokenizerFiles)));
    expect(readArray(model.tensors.tensor("b"))).toEqual(Float32Array.of(2));
    const tokenizer = modelTokenizer(model);
    expect(tokenizer.eosIds).toEqual([1]);
    expect(tokenizer.sha256).toBe(new Tokenizer(tokenizerFiles!, "gguf").sha256);
  });

  test("a failing tensor leaves no directory, and the old one when replacing", async () => {
    const bad: TensorSource = {
      ...vector("bad", 1),
      readInto() {
        throw new Error("device lost");
      },
    };
    await expect(writeHfDirectory(at("m"), contents([bad]))).rejects.toThrow("device lost");
    expect(readdirSync(at())).toEqual([]);
    await writeHfDirectory(at("m"), contents([vector("a", 1)]));
    await expect(writeHfDirectory(at("m"), contents([bad]), { replace: true })).rejects.toThrow("device lost");
    await expect(writeHfDirectory(at("m"), contents([vector("a", 2)]))).rejects.toThrow(/not empty/);
    using model = openHfDirectory(at("m"));
    expect(readArray(model.tensors.tensor("a"))).toEqual(Float32Array.of(1));
    expect(readdirSync(at())).toEqual(["m"]);
  });
});

describe("opens", () => {
  const directory = (files: Record<string, unknown>, tensors: TensorSource[] = [vector("a", 1)]) => {
    for (const [name, value] of Object.entries({ "config.json": {}, ...files })) putJson(name, value);
    writeSafetensors(at("model.safetensors"), tensors);
    return at();
  };

  test("without tokenizer and generation config", () => {
    using model = openHfDirectory(directory({}));
    expect([model.tokenizerFiles, model.generationConfig]).toEqual([null, null]);
    expectRefusal(() => modelTokenizer(model), /no tokenizer; expected tokenizer.json/);
  });

  test("ends of generation from config.json when there is no generation config", () => {
    using model = openHfDirectory(
      directory({
        "config.json": { eos_token_id: [0, 1] },
        "tokenizer.json": tokenizerFiles!.tokenizer,
        "tokenizer_config.json": tokenizerFiles!.config,
      }),
    );
    expect(modelTokenizer(model).eosIds).toEqual([0, 1]);
  });

  test("chat_template.jinja goes into the tokenizer's config", () => {
    put("chat_template.jinja", "{{ 1 }}");
    using model = openHfDirectory(directory({ "tokenizer.json": {}, "tokenizer_config.json": { a: 1 } }));
    expect(model.tokenizerFiles?.config).toEqual({ a: 1, chat_template: "{{ 1 }}" });
  });

  test("old checkpoints, ignoring rotary_emb.inv_freq", () => {
    using model = openHfDirectory(
      directory({}, [vector("a", 1), vector("model.layers.0.self_attn.rotary_emb.inv_freq", 1)]),
    );
    expect(model.tensors.names).toEqual(["a"]);
    expect(model.tensors.has("model.layers.0.self_attn.rotary_emb.inv_freq")).toBe(false);
  });

  test.each(["bitsandbytes", "gptq", "awq"])("not weights quantised by %s", (quant_method) => {
    directory({ "config.json": { quantization_config: { quant_method } } });
    expectRefusal(
      () => openHfDirectory(at()),
      new RegExp(`quantised by ${quant_method} .*Use the original checkpoint`),
    );
  });

  test.each([
    "x.q_proj.weight.absmax",
    "x.q_proj.weight.quant_state.bitsandbytes__nf4",
    "x.q_proj.SCB",
    "x.q_proj.qweight",
    "x.q_proj.qzeros",
  ])("not a checkpoint with %s", (name) => {
    directory({}, [vector(name, 1)]);
    expectRefusal(() => openHfDirectory(at()), /of a pre-quantised checkpoint/);
  });

  test.each<[string, () => void, RegExp]>([
    ["no directory", () => rmSync(at("config.json")), /no config.json; expected a Hugging Face model directory/],
    ["bad JSON", () => put("config.json", "{"), /config\.json: found text that is not JSON/],
    ["a config that is a list", () => put("config.json", "[]"), /JSON that is an array/],
    ["no weights", () => rmSync(at("model.safetensors")), /no weights; expected model.safetensors/],
    [
      "pickled weights",
      () => {
        rmSync(at("model.safetensors"));
        put("pytorch_model.bin", "");
      },
      /only pickled weights \(pytorch_model.bin\)/,
    ],
    ["tokenizer.model alone", () => put("tokenizer.model", ""), /tokenizer.model without tokenizer.json/],
    ["bytes that are not text", () => writeFileSync(at("config.json"), Buffer.from([0xff])), /not UTF-8/],
  ])("not %s", (_, spoil, message) => {
    directory({});
    spoil();
    expectRefusal(() => openHfDirectory(at()), message);
  });

  test("config fields are named when missing or wrong", () => {
    const model = { path: "dir", config: { hidden_size: 8, layers: "2" } };
    expect(configField(model, "hidden_size", "number")).toBe(8);
    expect(configField(model, "bias", "boolean", false)).toBe(false);
    expectRefusal(
      () => configField(model, "rms_norm_eps", "number"),
      /no rms_norm_eps in config.json; expected rms_norm_eps as a number/,
    );
    expectRefusal(() => configField(model, "layers", "number", 1), /layers = "2" in config.json/);
  });
});

describe("writes what other readers accept", () => {
  test("sampling values come with do_sample true, and a note says so", async () => {
    const { config, note } = validGenerationConfig({ do_sample: false, temperature: 0.6, top_p: 0.9, eos_token_id: 2 });
    expect(config).toEqual({ do_sample: true, temperature: 0.6, top_p: 0.9, eos_token_id: 2 });
    expect(note).toMatch(/do_sample set to true, because temperature, top_p are set/);
    for (const fine of [{ do_sample: false, temperature: 1 }, { do_sample: true, top_k: 5 }, { eos_token_id: 2 }])
      expect(validGenerationConfig(fine)).toEqual({ config: fine, note: null });
    const written = await writeHfDirectory(at("m"), { ...contents([]), generationConfig: { top_p: 0.9 } });
    expect(written.notes).toHaveLength(1);
    expect(JSON.parse(readFileSync(at("m", "generation_config.json"), "utf8"))).toEqual({
      top_p: 0.9,
      do_sample: true,
    });
  });

  test("rope in both spellings", () => {
    const llama3 = { rope_type: "llama3", factor: 8 };
    expect(withLegacyRope({ rope_parameters: { rope_theta: 5e5, ...llama3 } })).toEqual({
      rope_parameters: { rope_theta: 5e5, ...llama3 },
      rope_theta: 5e5,
      rope_scaling: llama3,
    });
    expect(withLegacyRope({ rope_parameters: { rope_theta: 5e5, rope_type: "default" } })).toMatchObject({
      rope_theta: 5e5,
      rope_scaling: null,
    });
    expect(withLegacyRope({ rope_theta: 1 })).toEqual({ rope_theta: 1 });
  });
});

test("an existing empty directory is taken", async () => {
  mkdirSync(at("m"));
  await writeHfDirectory(at("m"), contents([vector("a", 1)]));
  expect(readdirSync(at())).toEqual(["m"]);
});
