// Generation: Hugging Face's greedy tokens, the cache against no cache, batches, end tokens, memory.
import { describe, expect, it } from "vitest";
import { type Jitted, jit, liveBuffers, np, random, ShapeDtypeStruct, type Tensor } from "../../src/index.ts";
import { decodePrograms } from "../../src/llama/decode.ts";
import * as llama from "../../src/llama/index.ts";
import { llamaCheckpoints } from "../fixtures.ts";
import { directoryOf, expectedOf } from "./tools.ts";

describe.each(llamaCheckpoints)("%s", (name) => {
  const rows = expectedOf(name).generate;
  const penalties = [...new Set(rows.map((r) => r.repetition_penalty))];
  it("continues greedily as Hugging Face, rows of different lengths in one batch", async () => {
    const { params, config } = await llama.load(directoryOf(name, "model"));
    const prompts = rows.map((r) => r.prompt);
    for (const repetitionPenalty of penalties) {
      const options = { maxNewTokens: 12, eosTokenId: [], repetitionPenalty };
      const made = await llama.generate(params, prompts, config, options);
      rows.forEach((row, i) => {
        if (row.repetition_penalty === repetitionPenalty) expect(made[i]).toEqual(row.tokens);
      });
    }
  });
});

const model = llama.load(directoryOf("gqa-tied", "model"));
const prompt = [1, 17, 99, 4, 123, 56, 31];

describe("generate", () => {
  it("equals computing everything again without a cache, over several lengths of it", async () => {
    const { params, config } = await model;
    const lora = llama.loadAdapter(directoryOf("gqa-tied", "adapter-qv"), config);
    const n = 70;
    const [made] = await llama.generate(params, [prompt], config, { maxNewTokens: n, eosTokenId: [], lora });
    expect(made).toHaveLength(n);
    const all = np.array(Int32Array.from([...prompt, ...made!]), { shape: [1, prompt.length + n] });
    const best = jit((p: llama.LlamaParams<Tensor>, ids: Tensor) =>
      np.argmax(llama.forward(p, ids, config, { lora }), { axis: -1 }),
    );
    const next = (best(params, all).tolist() as number[][])[0]!;
    expect(next.slice(prompt.length - 1, -1)).toEqual(made);
  });

  it("gives each row what it gives it alone, ends it at an end token and tells of each token", async () => {
    const { params, config } = await model;
    const { tokens } = expectedOf("gqa-tied").generate[0]!;
    const prompts = [[1], prompt];
    const free = await llama.generate(params, prompts, config, { maxNewTokens: 8, eosTokenId: [] });
    expect(free[0]).toEqual(tokens.slice(0, 8));
    const told: [number, number][] = [];
    const options = {
      maxNewTokens: 8,
      eosTokenId: tokens[3]!,
      onToken: (t: number, row: number) => told.push([row, t]),
    };
    const ended = await llama.generate(params, prompts, config, options);
    const cut = (row: number[]) => (row.includes(tokens[3]!) ? row.slice(0, row.indexOf(tokens[3]!)) : row);
    expect(ended).toEqual(free.map(cut));
    expect(ended[0]!.length).toBeLessThanOrEqual(3);
    for (const row of [0, 1]) expect(told.filter(([r]) => r === row).map(([, t]) => t)).toEqual(ended[row]);
    const alone = await llama.generate(params, [prompt], config, { maxNewTokens: 8, eosTokenId: [] });
    expect(alone[0]).toEqual(free[1]);
  });

  it("holds one cache, and none afterwards", async () => {
    const { params, config } = await model;
    await llama.generate(params, [prompt], config, { maxNewTokens: 2, eosTokenId: [] });
    const before = liveBuffers();
    const during: number[] = [];
    const onToken = () => during.push(liveBuffers().bytes);
    await llama.generate(params, [prompt], config, { maxNewTokens: 10, eosTokenId: [], onToken });
    expect(liveBuffers()).toEqual(before);
    // k and v of 3 layers, 2 heads of 16, 128 places; prompt, places and tokens are less than 1 kB.
    const cache = 2 * 3 * 2 * 128 * 16 * 4;
    for (const bytes of during) {
      expect(bytes - before.bytes).toBeGreaterThanOrEqual(cache);
      expect(bytes - before.bytes).toBeLessThan(cache + 1024);
    }
  });

  it("writes the new keys and values into the cache without a second one", async () => {
    const { params, config } = await model;
    const capacity = 4096;
    const plan = { greedy: true, topK: 0, nucleus: false, penalised: false };
    const { step } = decodePrograms({ config, lora: undefined, computeDtype: undefined, plan, capacity });
    const part = new ShapeDtypeStruct([3, 1, 2, capacity, 16], "float32");
    const row = new ShapeDtypeStruct([1], "int32");
    const state = { cache: { k: part, v: part }, seen: null, token: row };
    const draw = { temperature: 0, topP: 1, repetitionPenalty: 1, key: null };
    const { lower } = step as unknown as Jitted<unknown[], unknown>;
    const program = lower({ params, lora: {} }, state, row, 64n, draw).compile();
    const { aliasSizeInBytes, tempSizeInBytes } = program.memoryAnalysis();
    const cache = 2 * 4 * part.size;
    expect(aliasSizeInBytes).toBeGreaterThanOrEqual(cache);
    // One of the three layers is read at a time.
    expect(tempSizeInBytes).toBeLessThan(cache / 2);
  });

  it("draws the same for the same key, and something else for another", async () => {
    const { params, config } = await model;
    const draw = async (seed: number, temperature: number) => {
      const options = { maxNewTokens: 10, eosTokenId: [], temperature, topK: 20, topP: 0.9, key: random.key(seed) };
      return (await llama.generate(params, [prompt], config, options))[0]!;
    };
    const first = await draw(1, 1);
    expect(await draw(1, 1)).toEqual(first);
    expect(await draw(2, 1)).not.toEqual(first);
    const [greedy] = await llama.generate(params, [prompt], config, { maxNewTokens: 10, eosTokenId: [] });
    expect(await draw(1, 1e-4)).toEqual(greedy);
  });

  it("stops at a signal with what there is", async () => {
    const { params, config } = await model;
    const interrupt = new AbortController();
    let n = 0;
    const onToken = () => ++n === 3 && interrupt.abort();
    const { signal } = interrupt;
    const made = await llama.generate(params, [prompt], config, { maxNewTokens: 10, eosTokenId: [], onToken, signal });
    expect(made[0]).toHaveLength(3);
  });

  it("frees everything when a listener throws", async () => {
    const { params, config } = await model;
    const before = liveBuffers();
    const onToken = () => {
      throw new RangeError("enough");
    };
    const made = llama.generate(params, [prompt], config, { maxNewTokens: 10, eosTokenId: [], onToken });
    await expect(made).rejects.toThrow("enough");
    expect(liveBuffers()).toEqual(before);
  });

  it("refuses what makes no sense", async () => {
    const { params, config } = await model;
    for (const [prompts, options, message] of [
      [[], {}, /there are no prompts/],
      [[[1], []], {}, /prompt 1 is empty/],
      [[[160]], {}, /prompt 0 holds 160; token ids of this model are 0 to 159/],
      [[[1.5]], {}, /prompt 0 holds 1.5/],
      [[[1]], { maxNewTokens: 0 }, /maxNewTokens is 0/],
      [[[1]], { maxNewTokens: 256 }, /exceed the model's 256 positions/],
      [[[1]], { temperature: 1 }, /pass key: random.key\(seed\)/],
    ] as const) {
      const made = llama.generate(params, prompts, config, options);
      await expect(made).rejects.toThrow(llama.GenerationError);
      await expect(made).rejects.toThrow(message);
    }
  });
});
