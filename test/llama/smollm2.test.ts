// The real SmolLM2-135M from its GGUF file, against transformers: logits, token ids, greedy continuation.
import { beforeAll, expect, it } from "vitest";
import { jit, np, type Tensor } from "../../src/index.ts";
import * as llama from "../../src/llama/index.ts";
import { decode, numbersOf, readFixture } from "../fixtures.ts";
import { smollm2Path } from "../weights.ts";
import { error, numbers } from "./tools.ts";

const { prompts } = readFixture("smollm2.json");
let model: llama.LoadedLlama;
beforeAll(async () => {
  model = await llama.load(await smollm2Path());
});

it("reads what the file says", () => {
  expect(model.config).toMatchObject({ vocabSize: 49152, hiddenSize: 576, layers: 30, heads: 9, kvHeads: 3 });
  expect(model.params.layers.q.shape).toEqual([30, 576, 576]);
  expect(model.params.lmHead).toBeUndefined();
});

it("tokenizes the prompts", () => {
  for (const { text, ids } of prompts) expect(model.tokenizer!.encode(text)).toEqual(ids);
});

it("has the logits of both prompts, side by side in one packed row", async () => {
  const { params, config } = model;
  const all = prompts.flatMap((p) => p.ids);
  const row = (values: readonly number[]) => np.array(Int32Array.from(values), { shape: [1, all.length] });
  const positions = row(prompts.flatMap((p) => [...p.ids.keys()]));
  const segmentIds = row(prompts.flatMap((p, i) => p.ids.map(() => i + 1)));
  const forward = jit((p: llama.LlamaParams<Tensor>, ids: Tensor, positions: Tensor, segmentIds: Tensor) =>
    llama.forward(p, ids, config, { positions, segmentIds }),
  );
  const logits = await numbers(forward(params, row(all), positions, segmentIds));
  let at = 0;
  for (const { ids, top_ids, top_logits, logsumexp } of prompts) {
    const best = numbersOf(decode(top_ids));
    const expected = numbersOf(decode(top_logits));
    const sums = numbersOf(decode(logsumexp));
    ids.forEach((_, t) => {
      const own = logits.slice(at * config.vocabSize, (at + 1) * config.vocabSize);
      const found = best.slice(t * 20, (t + 1) * 20).map((id) => own[id]!);
      expect(Math.max(...found.map((x, i) => Math.abs(x - expected[t * 20 + i]!)))).toBeLessThan(1e-3);
      const sum = Math.log(own.reduce((s, x) => s + Math.exp(x), 0));
      expect(error([sum], [sums[t]!])).toBeLessThan(1e-5);
      at++;
    });
  }
});

it("continues both prompts as transformers does", async () => {
  const { params, config, tokenizer } = model;
  const made = await llama.generate(
    params,
    prompts.map((p) => p.ids),
    config,
    { maxNewTokens: 16, eosTokenId: [] },
  );
  prompts.forEach(({ greedy, greedy_text }, i) => {
    expect(made[i]).toEqual(greedy);
    expect(tokenizer!.decode(made[i]!)).toBe(greedy_text);
  });
});
