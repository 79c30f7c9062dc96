// The real SmolLM2 GGUF file: config, tensors in Hugging Face's row order, tokenizer, chat template.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ggufTokenizer } from "../../src/io/gguf-tokenizer.ts";
import { GgufFile, type ModelFiles, openModel, readBytes, readRows, Tokenizer } from "../../src/io/index.ts";
import { eachChunk } from "../../src/io/source.ts";
import { smollm2Path } from "../weights.ts";

const fixture = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}`, import.meta.url), "utf8")) as T;
const rows =
  fixture<Record<string, { shape: number[]; row: number; head: string; sha256: string }>>("smollm2_rows.json");
const ids = fixture<{
  texts: string[];
  smollm: number[][];
  smollm_decoded: string[];
  "llama-bpe": number[][];
}>("smollm2_ids.json");

let path: string;
let model: ModelFiles;
let tokenizer: Tokenizer;
beforeAll(async () => {
  path = await smollm2Path();
  model = openModel(path);
  tokenizer = new Tokenizer(model.tokenizerFiles!, path, model.generationConfig);
});
afterAll(() => model?.close());

test("config.json as Hugging Face has it", () => {
  expect(model.config).toMatchObject({
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    vocab_size: 49152,
    hidden_size: 576,
    intermediate_size: 1536,
    num_hidden_layers: 30,
    num_attention_heads: 9,
    num_key_value_heads: 3,
    head_dim: 64,
    max_position_embeddings: 8192,
    rms_norm_eps: 1e-5,
    rope_theta: 100000,
    rope_scaling: null,
    tie_word_embeddings: true,
    bos_token_id: 1,
    eos_token_id: 2,
  });
  expect(model.generationConfig).toEqual({ bos_token_id: 1, eos_token_id: 2, pad_token_id: 2 });
});

describe("tensors", () => {
  test("all 272, under Hugging Face's names", () => {
    expect(model.tensors.names).toHaveLength(272);
    expect(model.tensors.has("lm_head.weight")).toBe(false);
    expect(model.tensors.tensor("model.layers.29.self_attn.k_proj.weight").shape).toEqual([192, 576]);
  });

  test.each(Object.entries(rows))("%s equals the gguf package's values", (name, want) => {
    const source = model.tensors.tensor(name);
    expect(source).toMatchObject({ name, dtype: "float32", shape: want.shape });
    const row = readRows(source, want.row, want.row + 1).subarray(0, 32);
    expect(Buffer.from(row).toString("base64")).toBe(want.head);
    const hash = createHash("sha256");
    eachChunk(source, 1_000_003, (piece) => hash.update(piece)); // a size that no block divides
    expect(hash.digest("hex")).toBe(want.sha256);
  });

  test("a slice of rows equals the same rows of the whole", () => {
    const source = model.tensors.tensor("model.layers.3.self_attn.q_proj.weight");
    const whole = readBytes(source);
    const slice = whole.subarray(13 * 576 * 4, 201 * 576 * 4);
    expect(Buffer.compare(readRows(source, 13, 201), slice)).toBe(0);
  });
});

describe("tokenizer", () => {
  test("ids of awkward texts equal those of Python's tokenizers", () => {
    expect(ids.texts.map((text) => tokenizer.encode(text))).toEqual(ids.smollm);
  });

  test("decoding equals Python's", () => {
    expect(ids.smollm.map((row) => tokenizer.decode(row))).toEqual(ids.smollm_decoded);
  });

  test("the same vocabulary with Llama 3's split", () => {
    using file = new GgufFile(path);
    const metadata = new Map(file.metadata).set("tokenizer.ggml.pre", "llama-bpe");
    const files = ggufTokenizer({ ...bound(file), metadata })!;
    const other = new Tokenizer(files, path);
    expect(ids.texts.map((text) => other.encode(text, { addSpecialTokens: false }))).toEqual(ids["llama-bpe"]);
  });

  test("special ids, ends and BOS", () => {
    const { vocabSize, bosId, eosId, eosIds, padId, unkId, addBos, addEos } = tokenizer;
    expect({ vocabSize, bosId, eosId, eosIds, padId, unkId, addBos, addEos }).toEqual({
      vocabSize: 49152,
      bosId: 1,
      eosId: 2,
      eosIds: [2],
      padId: 2,
      unkId: 0,
      addBos: false,
      addEos: false,
    });
    expect(tokenizer.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test("the chat template is ChatML with a default system turn", () => {
    expect(tokenizer.applyChatTemplate!([{ role: "user", content: "Hi" }], { addGenerationPrompt: true })).toBe(
      "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n" +
        "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n",
    );
  });

  test("spans cut the text where the tokens are", () => {
    for (const text of ids.texts) {
      const { ids: got, spans } = tokenizer.encodeWithSpans(text);
      expect(got).toEqual(tokenizer.encode(text));
      expect(spans.every(([a, b], i) => a <= b && (i === 0 || a >= spans[i - 1]![0]))).toBe(true);
      expect(spans.at(-1)?.[1] ?? 0).toBe(text.length);
    }
    const { spans } = tokenizer.encodeWithSpans("Hello, wörld!<|im_end|>");
    expect(spans.map(([a, b]) => "Hello, wörld!<|im_end|>".slice(a, b)).join("|")).toBe(
      "Hello|,| w|ör|ld|!|<|im_end|>",
    );
  });

  test("segments keep the prompt's ids as they are", () => {
    const { ids: all, segments } = tokenizer.encodeSegments(["Answer: 4", "2 and more", "<|im_end|>"]);
    const prompt = tokenizer.encode("Answer: 4");
    expect(all.slice(0, prompt.length)).toEqual(prompt);
    expect(segments.lastIndexOf(0)).toBe(prompt.length - 1);
    expect(all.at(-1)).toBe(2);
    expect(tokenizer.decode(all)).toBe("Answer: 42 and more<|im_end|>");
  });
});

/** The part of a GGUF file that the tokenizer needs, with its methods. */
function bound(file: GgufFile) {
  return {
    path: file.path,
    names: file.names,
    has: (name: string) => file.has(name),
    tensor: (name: string) => file.tensor(name),
    close: () => {},
    [Symbol.dispose]: () => {},
  };
}
