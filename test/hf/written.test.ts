// Directories that jorts writes, read by transformers and PEFT: a tiny checkpoint and the real SmolLM2.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { jit, np, optim, random, type Tensor, tree, valueAndGrad } from "../../src/index.ts";
import * as llama from "../../src/llama/index.ts";
import { makeTinyModel } from "../cli/tiny-model.ts";
import { fixturePath, readFixture } from "../fixtures.ts";
import { batchOf, directoryOf, factsOf } from "../llama/tools.ts";
import { acceptedText, type Written, writeBoth } from "../llama/written.ts";
import { smollm2Path } from "../weights.ts";
import { type LoadBackOptions, loadBack } from "./load-back.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "jorts-hf-"));
});
afterEach(() => rmSync(root, { recursive: true }));

/** Expects both directories to give jorts' own logits, and returns the largest differences. */
async function expectAccepted(written: Written, base: string, more: Partial<LoadBackOptions> = {}) {
  const report = await loadBack({ ...written, base, mergedLogits: "merged", adapterLogits: "adapter", ...more });
  expect(report.merged?.problems).toEqual([]);
  expect(report.adapter?.problems).toEqual([]);
  expect(report.adapter?.change_by_adapter).toBeGreaterThan(1e-2);
  expect(report.ok).toBe(true);
  const { merged, adapter } = report;
  return { merged: merged?.max_abs_difference, adapter: adapter?.max_abs_difference };
}

describe("a tiny checkpoint", () => {
  const ids = () => batchOf("gqa-tied").ids;

  it("with PEFT's own adapter: the files that npm test compares with", async () => {
    const source = makeTinyModel(join(root, "model"), "gqa-tied");
    const model = await llama.load(source);
    const lora = llama.loadAdapter(directoryOf("gqa-tied", "adapter-all"), model.config);
    const written = await writeBoth(root, model, lora, ids());
    const differences = await expectAccepted(written, source);
    console.log("gqa-tied, adapter-all:", differences);
    for (const [file, text] of Object.entries(acceptedText(written)))
      await expect(text).toMatchFileSnapshot(fixturePath(`llama/written/${file}`));
  });

  it("with an adapter of its own making, rsLoRA, in several files", async () => {
    const source = directoryOf("gqa-llama3", "model");
    const model = await llama.load(source);
    const batch = batchOf("gqa-llama3");
    const lora = trained(model, batch, { rank: 3, alpha: 5, rsLora: true, targets: ["k", "o", "up"] }, 2e-2);
    const written = await writeBoth(root, model, lora, batch.ids, { maxShardBytes: 40_000 });
    console.log("gqa-llama3, trained:", await expectAccepted(written, source));
  });
});

describe("SmolLM2-135M", () => {
  it("merged from GGUF, tokenizer included, after a few steps of LoRA", async () => {
    const path = await smollm2Path();
    const model = await llama.load(path);
    const { prompts, strings } = readFixture("smollm2.json");
    const text = np.array(Int32Array.from(prompts[1]!.ids), { shape: [1, prompts[1]!.ids.length] });
    const lora = trained(model, { ids: text, labels: text }, { rank: 8, alpha: 16, targets: ["q", "v"] }, 2e-3);
    const written = await writeBoth(root, model, lora, text);
    const asked = join(root, "strings.json");
    writeFileSync(asked, JSON.stringify(strings.map(({ text, ids }) => ({ text, ids }))));
    const differences = await expectAccepted(written, path, { strings: asked });
    console.log("SmolLM2-135M:", differences);
    const config = JSON.parse(readFileSync(join(written.merged, "config.json"), "utf8"));
    expect(config).toMatchObject({ model_type: "llama", rope_theta: 100000, tie_word_embeddings: true });
  });
});

/** A few steps of Adam on one batch, so that both factors are of a size that shows. */
function trained(
  { params, config }: llama.LoadedLlama,
  { ids, labels }: { ids: Tensor; labels: Tensor },
  options: llama.LoraOptions,
  learningRate: number,
): llama.Lora {
  const lora = llama.initLora(random.key(5), config, options);
  const optimizer = optim.adam(learningRate);
  const step = jit((p: llama.LoraParams, opt: optim.OptState, w: llama.LlamaParams<Tensor>) => {
    const [loss, grads] = valueAndGrad((l: llama.LoraParams) =>
      llama.loss(w, ids, labels, config, { lora: { ...factsOf(lora), params: l } }),
    )(p);
    const [updates, next] = optimizer.update(grads, opt, p);
    return { loss, params: optim.applyUpdates(p, updates) as llama.LoraParams, opt: next };
  });
  let state = { params: lora.params, opt: optimizer.init(lora.params) };
  const losses: number[] = [];
  for (let i = 0; i < 4; i++) {
    const { loss, ...next } = step(state.params, state.opt, params);
    losses.push(Number(loss.item()));
    state = next;
  }
  expect(losses.at(-1)).toBeLessThan(losses[0]!);
  expect(tree.leaves(state.params)).toHaveLength(2 * Object.keys(lora.params).length);
  return { ...lora, params: state.params };
}
