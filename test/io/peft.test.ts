// PEFT adapters: what is written, what is read, and every adapter that must not be applied half.

import { readdirSync, readFileSync, rmSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  type LoraPair,
  memorySource,
  openPeftAdapter,
  type PeftConfig,
  readArray,
  SafetensorsFile,
  writePeftAdapter,
  writeSafetensors,
} from "../../src/io/index.ts";
import { at, expectRefusal, put, putJson } from "./temp.ts";

const [r, input, output] = [2, 3, 4];
const matrix = (name: string, rows: number, columns: number) =>
  memorySource(
    name,
    "float32",
    [rows, columns],
    Float32Array.from({ length: rows * columns }, (_, i) => i / 8),
  );
const pair = (rank = r): LoraPair => ({ A: matrix("A", rank, input), B: matrix("B", output, rank) });
const module = (layer: number, part: string) => `model.layers.${layer}.self_attn.${part}`;
const modules = new Map(
  [module(0, "v_proj"), module(0, "q_proj"), module(1, "q_proj"), module(1, "v_proj")].map((m) => [m, pair()]),
);
const config: PeftConfig = {
  r,
  loraAlpha: 4,
  loraDropout: 0.05,
  useRslora: false,
  targetModules: ["v_proj", "q_proj"],
  baseModel: "meta/base",
};

test("writes what PEFT, vLLM and llama.cpp look for", async () => {
  await writePeftAdapter(at("a"), { config, modules });
  expect(readdirSync(at("a")).sort()).toEqual(["adapter_config.json", "adapter_model.safetensors"]);
  expect(JSON.parse(readFileSync(at("a", "adapter_config.json"), "utf8"))).toEqual({
    alpha_pattern: {},
    base_model_name_or_path: "meta/base",
    bias: "none",
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    lora_alpha: 4,
    lora_dropout: 0.05,
    modules_to_save: null,
    peft_type: "LORA",
    r: 2,
    rank_pattern: {},
    target_modules: ["q_proj", "v_proj"],
    task_type: "CAUSAL_LM",
    use_dora: false,
    use_rslora: false,
  });
  using file = new SafetensorsFile(at("a", "adapter_model.safetensors"));
  expect([...file.metadata]).toEqual([["format", "pt"]]);
  expect(file.names.filter((n) => n.includes("layers.1.self_attn.q"))).toEqual([
    "base_model.model.model.layers.1.self_attn.q_proj.lora_A.weight",
    "base_model.model.model.layers.1.self_attn.q_proj.lora_B.weight",
  ]);
});

test("reads it back", async () => {
  await writePeftAdapter(at("a"), { config, modules });
  using adapter = openPeftAdapter(at("a"), { expected: modules.keys() });
  expect(adapter.config).toEqual({ ...config, targetModules: ["q_proj", "v_proj"] });
  expect(adapter.scale).toBe(2);
  expect([...adapter.modules.keys()]).toEqual([...modules.keys()].sort());
  const { A, B } = adapter.modules.get(module(1, "v_proj"))!;
  expect([A.shape, B.shape]).toEqual([
    [r, input],
    [output, r],
  ]);
  expect(readArray(B)).toEqual(readArray(pair().B));
});

describe("reads", () => {
  const adapter = (json: object, tensors = ["q_proj.lora_A.weight", "q_proj.lora_B.weight"]) => {
    putJson("adapter_config.json", { peft_type: "LORA", r, target_modules: ["q_proj"], ...json });
    writeSafetensors(
      at("adapter_model.safetensors"),
      tensors.map((name) =>
        name.includes("lora_A")
          ? matrix(`base_model.model.${name}`, r, input)
          : matrix(`base_model.model.${name}`, output, r),
      ),
    );
    return at();
  };

  test("rsLoRA's scale is alpha / √r", () => {
    using opened = openPeftAdapter(adapter({ use_rslora: true, lora_alpha: 8 }));
    expect(opened.scale).toBe(8 / Math.SQRT2);
  });

  test("PEFT's defaults for absent fields", () => {
    using opened = openPeftAdapter(adapter({}));
    expect(opened.config).toMatchObject({ loraAlpha: 8, loraDropout: 0, useRslora: false, baseModel: null });
  });

  test("targets given as text", () => {
    using opened = openPeftAdapter(adapter({ target_modules: "all-linear" }));
    expect([...opened.modules.keys()]).toEqual(["q_proj"]);
  });

  test.each<[string, object, string[] | undefined, RegExp]>([
    ["DoRA", { use_dora: true }, undefined, /DoRA: use_dora = true/],
    ["modules_to_save", { modules_to_save: ["lm_head"] }, undefined, /fully trained modules \(modules_to_save\)/],
    ["trained biases", { bias: "all" }, undefined, /trained biases \(bias\): bias = "all"/],
    ["rank patterns", { rank_pattern: { q_proj: 4 } }, undefined, /rank_pattern/],
    ["a choice of layers", { layers_to_transform: [1] }, undefined, /layers_to_transform/],
    ["another method", { peft_type: "LOHA" }, undefined, /peft_type "LOHA"; expected "LORA"/],
    ["a rank of 0", { r: 0 }, undefined, /r = 0; expected a positive integer/],
    ["an alpha that is text", { lora_alpha: "16" }, undefined, /lora_alpha = "16"/],
    ["no targets", { target_modules: null }, undefined, /target_modules = null/],
    ["another rank", { r: 3 }, undefined, /lora_A.weight of shape \[2,3\]; expected \[r, in\] with r = 3/],
    ["DoRA's key", {}, ["q_proj.lora_magnitude_vector"], /DoRA \(lora_magnitude_vector\)/],
    ["embedding LoRA", {}, ["model.embed_tokens.lora_embedding_A"], /LoRA on an embedding/],
    ["a saved module's key", {}, ["lm_head.weight"], /the key base_model.model.lm_head.weight/],
    [
      "an adapter name in the key",
      {},
      ["q_proj.lora_A.default.weight"],
      /the key .*lora_A.default.weight; expected base_model.model.<module>.lora_A.weight/,
    ],
    ["A without B", {}, ["q_proj.lora_A.weight"], /q_proj with only lora_A/],
    ["B without A", {}, ["q_proj.lora_B.weight"], /q_proj with only lora_B/],
    ["no tensors", {}, [], /no LoRA tensors/],
    [
      "a target without tensors",
      { target_modules: ["q_proj", "v_proj"] },
      undefined,
      /no tensors for the target v_proj/,
    ],
    [
      "tensors without a target",
      { target_modules: ["q_proj"] },
      ["q_proj.lora_A.weight", "q_proj.lora_B.weight", "k_proj.lora_A.weight", "k_proj.lora_B.weight"],
      /tensors for k_proj; expected only the targets q_proj/,
    ],
  ])("not %s", (_, json, tensors, message) => {
    adapter(json, tensors);
    expectRefusal(() => openPeftAdapter(at()), message);
  });

  test("not an adapter of another model", () => {
    adapter({});
    expectRefusal(
      () => openPeftAdapter(at(), { expected: ["v_proj"] }),
      /modules that the model does not have: q_proj/,
    );
    expectRefusal(
      () => openPeftAdapter(at(), { expected: ["q_proj", "x.q_proj"] }),
      /no adapter for x.q_proj; expected one for every/,
    );
  });

  test("not without its files", () => {
    expectRefusal(() => openPeftAdapter(at()), /adapter_config.json: found no such file/);
    adapter({});
    rmSync(at("adapter_model.safetensors"));
    expectRefusal(() => openPeftAdapter(at()), /no adapter weights; expected adapter_model.safetensors/);
    put("adapter_model.bin", "");
    expectRefusal(() => openPeftAdapter(at()), /adapter_model.bin \(pickled\)/);
  });
});

test("factors of another rank or target are not written", async () => {
  const wrong = new Map([[module(0, "q_proj"), pair(3)]]);
  await expect(writePeftAdapter(at("a"), { config, modules: wrong })).rejects.toThrow(
    /A \[3,3\] and B \[4,3\]; expected/,
  );
  const other = new Map([[module(0, "k_proj"), pair()]]);
  await expect(writePeftAdapter(at("a"), { config, modules: other })).rejects.toThrow(
    /no tensors for the target v_proj/,
  );
  expect(readdirSync(at())).toEqual([]);
});
