// Tiny Llama checkpoints against Hugging Face: logits, loss, LoRA gradients and five AdamW steps.
import { describe, expect, it } from "vitest";
import { jit, optim, type Tensor, valueAndGrad } from "../../src/index.ts";
import * as llama from "../../src/llama/index.ts";
import { llamaCheckpoints, numbersOf } from "../fixtures.ts";
import {
  adapters,
  type Batch,
  batchOf,
  directoryOf,
  error,
  expectedOf,
  factsOf,
  numbers,
  recorded,
  underPeftNames,
  unmasked,
  worst,
} from "./tools.ts";

const optimizer = optim.chain(optim.clipByGlobalNorm(1), optim.adamw(1e-2, { weightDecay: 0.01 }));

interface TrainingState {
  readonly lora: llama.LoraParams;
  readonly opt: optim.OptState;
}

describe.each(llamaCheckpoints)("%s", (name) => {
  const loaded = llama.load(directoryOf(name, "model"));
  const { mask, ...batch } = batchOf(name);
  const expected = expectedOf(name);
  const outputs = recorded(name, "outputs");
  const logitsError = async (logits: Tensor, key: string) =>
    error(unmasked(await numbers(logits), mask), unmasked(numbersOf(outputs.get(key)!), mask));

  it("has the logits and the loss", async () => {
    const { params, config } = await loaded;
    const both = jit((params: llama.LlamaParams<Tensor>, { ids, labels, segmentIds }: Batch) => ({
      logits: llama.forward(params, ids, config, { segmentIds }),
      loss: llama.loss(params, ids, labels, config, { segmentIds }),
    }));
    const run = async (params: llama.LlamaParams<Tensor>, key: string) => {
      const { logits, loss } = both(params, batch);
      expect(await logitsError(logits, key)).toBeLessThan(5e-6);
      expect(logits.dtype).toBe("float32");
      return Number(loss.item());
    };
    const loss = await run(params, "logits");
    expect(Math.abs(loss - expected.loss)).toBeLessThan(3e-6 * expected.loss);
    if (name !== "mha-untied") return;
    const sharded = await llama.load(directoryOf(name, "model-sharded"));
    expect(await run(sharded.params, "logits")).toBe(loss);
    const halved = await llama.load(directoryOf(name, "model-bf16"), { dtype: "float32" });
    await run(halved.params, "logits.bf16-weights");
  });

  it("has the rotary frequencies", async () => {
    const { config } = await loaded;
    expect(error([...llama.ropeFrequencies(config)], numbersOf(outputs.get("inv_freq")!))).toBeLessThan(2e-7);
  });

  it.each(adapters)("with adapter %s: logits, gradients, five steps", async (adapter) => {
    const { params, config } = await loaded;
    const lora = llama.loadAdapter(directoryOf(name, `adapter-${adapter}`), config);
    const facts = factsOf(lora);
    const step = jit((state: TrainingState, params: llama.LlamaParams<Tensor>, { ids, labels, segmentIds }: Batch) => {
      const options = (p: llama.LoraParams) => ({ lora: { ...facts, params: p }, segmentIds });
      const [loss, grads] = valueAndGrad((p: llama.LoraParams) => llama.loss(params, ids, labels, config, options(p)))(
        state.lora,
      );
      const [updates, opt] = optimizer.update(grads, state.opt, state.lora);
      return {
        logits: llama.forward(params, ids, config, options(state.lora)),
        loss,
        grads,
        norm: optim.globalNorm(grads),
        state: { lora: optim.applyUpdates(state.lora, updates) as llama.LoraParams, opt },
      };
    });
    const recording = expected.adapters[adapter];
    let state: TrainingState = { lora: lora.params, opt: optimizer.init(lora.params) };
    const losses: number[] = [];
    const norms: number[] = [];
    for (let i = 0; i <= 5; i++) {
      const out = step(state, params, batch);
      losses.push(Number(out.loss.item()));
      norms.push(Number(out.norm.item()));
      if (i === 0) {
        expect(await logitsError(out.logits, `logits.${adapter}`)).toBeLessThan(5e-6);
        const gradients = await underPeftNames(out.grads as llama.LoraParams);
        expect(worst(gradients, recorded(name, `grads-${adapter}`)).error).toBeLessThan(4e-5);
      }
      if (i < 5) state = out.state;
    }
    // Of the first two losses the second has seen one update. Adam divides by the gradient's size, so what rounding makes
    // of the smallest elements grows from step to step, fastest where most is trained.
    const all = adapter === "all";
    expect(Math.abs(losses[0]! - recording.loss)).toBeLessThan(2e-6 * recording.loss);
    expect(error(losses.slice(0, 2), recording.losses.slice(0, 2))).toBeLessThan(2e-6);
    expect(error(norms.slice(0, 1), recording.grad_norms.slice(0, 1))).toBeLessThan(1e-5);
    expect(error(losses, recording.losses)).toBeLessThan(all ? 5e-4 : 5e-5);
    expect(error(norms.slice(0, 5), recording.grad_norms)).toBeLessThan(2e-3);
    const { error: apart } = worst(await underPeftNames(state.lora), recorded(name, `trained-${adapter}`));
    expect(apart).toBeLessThan(all ? 2e-3 : 1e-4);
  });

  it.each(adapters)("merges adapter %s as PEFT does", async (adapter) => {
    const { params, config } = await loaded;
    const lora = llama.loadAdapter(directoryOf(name, `adapter-${adapter}`), config);
    const merged = llama.merge(params, lora);
    for (const [key, tensor] of recorded(name, `merged-${adapter}`)) {
      const [, n, p] = /layers\.(\d+)\.\w+\.(\w+)_proj/.exec(key)!;
      const weight = merged.layers[p as llama.Projection].at(Number(n)).T;
      expect(weight.shape).toEqual(tensor.shape);
      expect(error(await numbers(weight), numbersOf(tensor)), key).toBeLessThan(1e-6);
    }
    const changed = Object.keys(lora.params);
    for (const p of llama.projections) expect(merged.layers[p] === params.layers[p]).toBe(!changed.includes(p));
  });
});
