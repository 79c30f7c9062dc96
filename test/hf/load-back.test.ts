// The comparison itself: it accepts directories that transformers and PEFT wrote, and refuses what differs.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { fixturePath } from "../fixtures.ts";
import { LoadBackError, loadBack } from "./load-back.ts";

const at = (name: string) => fixturePath(`llama/${name}`);
const checkpoints = ["mha-untied", "gqa-tied", "gqa-llama3"];
const made: string[] = [];
afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true });
});

/** A copy of a fixture directory that a test may spoil. */
function copyOf(name: string): string {
  const directory = mkdtempSync(join(tmpdir(), "jorts-hf-"));
  made.push(directory);
  cpSync(at(name), directory, { recursive: true });
  return directory;
}

/** Renames a tensor in a safetensors header; both names must have the same length. */
function rename(path: string, from: string, to: string): void {
  const file = readFileSync(path);
  const offset = file.indexOf(from);
  expect(offset).toBeGreaterThan(0);
  file.write(to, offset);
  writeFileSync(path, file);
}

const filesOf = (name: string) => ({ ids: at(`${name}/batch.safetensors`), logits: at(`${name}/outputs.safetensors`) });

describe.each(checkpoints)("%s", (name) => {
  it.each(["qv", "all", "rslora"])("accepts the checkpoint and its %s adapter", async (adapter) => {
    const report = await loadBack({
      ...filesOf(name),
      merged: at(`${name}/model`),
      base: at(`${name}/model`),
      adapter: at(`${name}/adapter-${adapter}`),
      adapterLogits: `logits.${adapter}`,
    });
    expect(report.merged?.problems).toEqual([]);
    expect(report.adapter?.problems).toEqual([]);
    expect(report.adapter?.change_by_adapter).toBeGreaterThan(1e-2);
    expect(report.ok).toBe(true);
  });
});

it("refuses logits of another model", async () => {
  const report = await loadBack({ ...filesOf("gqa-tied"), merged: at("gqa-tied/model"), mergedLogits: "logits.qv" });
  expect(report.ok).toBe(false);
  expect(report.merged?.problems).toEqual([expect.stringMatching(/^logits differ by/)]);
});

it("refuses an adapter whose logits are the base's", async () => {
  const model = at("gqa-tied/model");
  const report = await loadBack({ ...filesOf("gqa-tied"), base: model, adapter: at("gqa-tied/adapter-qv") });
  expect(report.ok).toBe(false);
  expect(report.adapter?.problems).toHaveLength(1);
});

it("names a tensor that a merged directory lacks", async () => {
  const merged = copyOf("gqa-tied/model");
  rename(join(merged, "model.safetensors"), "model.norm.weight", "model.norm.weirdo");
  const report = await loadBack({ ...filesOf("gqa-tied"), merged });
  expect(report.ok).toBe(false);
  expect(report.merged?.problems.join("\n")).toMatch(/missing_keys: \['model.norm.weight'\]/);
  expect(report.merged?.problems.join("\n")).toMatch(/unexpected_keys: \['model.norm.weirdo'\]/);
});

it("names an adapter key that PEFT does not use", async () => {
  const adapter = copyOf("gqa-tied/adapter-qv");
  rename(
    join(adapter, "adapter_model.safetensors"),
    "layers.2.self_attn.v_proj.lora_B",
    "layers.7.self_attn.v_proj.lora_B",
  );
  const base = at("gqa-tied/model");
  const report = await loadBack({ ...filesOf("gqa-tied"), base, adapter, adapterLogits: "logits.qv" });
  expect(report.ok).toBe(false);
  expect(report.adapter?.problems.join("\n")).toMatch(/adapter keys: not used \[.*layers\.7.*missing \[.*layers\.2/);
});

it("compares the ids of the merged tokenizer", async () => {
  const merged = copyOf("gqa-tied/model");
  const model = { type: "WordLevel", vocab: { a: 5, b: 7, "?": 0 }, unk_token: "?" };
  const tokenizer = { version: "1.0", added_tokens: [], pre_tokenizer: { type: "Whitespace" }, model };
  writeFileSync(join(merged, "tokenizer.json"), JSON.stringify(tokenizer));
  writeFileSync(join(merged, "tokenizer_config.json"), JSON.stringify({ tokenizer_class: "PreTrainedTokenizerFast" }));
  const strings = join(merged, "strings.json");
  const rows = [
    { text: "a b a", ids: [5, 7, 5] },
    { text: "b", ids: [6] },
  ];
  writeFileSync(strings, JSON.stringify(rows));
  const report = await loadBack({ ...filesOf("gqa-tied"), merged, strings });
  expect(report.merged?.problems).toEqual(["tokenizer: 'b' gives [7], expected [6]"]);
});

it("fails where the adapter's shapes do not fit the base", async () => {
  const report = loadBack({ ...filesOf("gqa-tied"), base: at("gqa-tied/model"), adapter: at("mha-untied/adapter-qv") });
  await expect(report).rejects.toThrow(LoadBackError);
});
