// The three calls on a tiny Llama: learning, accumulation, exports that reload with equal logits, memory.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { liveBuffers, np, type Tensor, tree } from "jorts";
import * as finetune from "jorts/finetune";
import * as llama from "jorts/llama";
import { describe, expect, test } from "vitest";
import { numbers, Workspace } from "./workspace.ts";

const workspace = new Workspace();

async function run(config: finetune.FinetuneConfig, options: finetune.TrainOptions = {}) {
  return finetune.train(config, await finetune.loadDataset(config), options);
}

/** Elements of every A and B by path. */
const elements = (lora: llama.Lora): Record<string, number[]> =>
  Object.fromEntries(
    tree.leavesWithPath(lora.params).map(({ path, leaf }) => [path, [(leaf as Tensor).tolist()].flat(5) as number[]]),
  );

const ids = np.array(new Int32Array([1, 54, 31, 3, 70, 40, 88, 12]), { shape: [1, 8] });
const logits = (model: llama.LoadedLlama, lora?: llama.Lora) =>
  llama.forward(model.params, ids, model.config, { lora }).ravel().tolist() as number[];

function expectClose(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  expect(actual).toHaveLength(expected.length);
  const worst = Math.max(...actual.map((x, i) => Math.abs(x - expected[i]!)));
  expect(worst).toBeLessThanOrEqual(tolerance);
}

describe("train", () => {
  test("learns, says what it does, and leaves what reloads with equal logits", async () => {
    const config = workspace.configure("learn", {
      lora: { dropout: 0.1 },
      training: { steps: 60, evalEvery: 30, saveEvery: 25, batchSize: 4 },
    });
    const events: finetune.TrainEvent[] = [];
    const result = await run(config, { onEvent: (event) => events.push(event) });
    expect(result.interrupted).toBe(false);
    expect(result.evalAfter!).toBeLessThan(result.evalBefore! * 0.95);
    expect(result.history.map(({ step }) => step)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
    for (const [path, values] of Object.entries(elements(result.adapter)))
      if (path.endsWith("b"))
        expect(
          values.some((x) => x !== 0),
          path,
        ).toBe(true);
    const kinds = events.map(({ type }) => type).filter((type) => type !== "step");
    const expected = ["data", "start", "eval", "checkpoint", "eval", "checkpoint", "eval", "checkpoint", "done"];
    expect(kinds).toEqual(expected);

    const logged = finetune.readMetrics(join(config.output.dir, "metrics.jsonl"));
    expect(numbers(logged.filter(({ evalLoss }) => evalLoss === undefined))).toEqual(numbers(result.history));
    expect(logged.filter(({ evalLoss }) => evalLoss !== undefined).map(({ step }) => step)).toEqual([30, 60]);
    expect(finetune.listCheckpoints(config.output.dir).map((path) => path.slice(-4))).toEqual(["0050", "0060"]);
    expect(await finetune.loadConfig(join(config.output.dir, "config.yaml"))).toEqual(config);

    const written = await result.export(undefined, { merged: true });
    const trained = logits(result.model, result.adapter);
    expectClose(trained, logits(result.model, llama.loadAdapter(written.adapter!, result.model.config)), 0);
    const merged = await llama.load(written.merged!);
    expectClose(logits(merged), trained, 1e-4);
    expect(Math.max(...logits(result.model).map((x, i) => Math.abs(x - trained[i]!)))).toBeGreaterThan(0.01);
    for (const file of ["tokenizer.json", "tokenizer_config.json", "generation_config.json"])
      expect(JSON.parse(readFileSync(join(written.merged!, file), "utf8"))).toEqual(
        JSON.parse(readFileSync(join(workspace.model, file), "utf8")),
      );
    await expect(result.export(undefined, { merged: true })).rejects.toThrow(/not empty/);

    const question = { instruction: "After c?" };
    const pieces: string[] = [];
    const answer = await result.generate(question, { maxNewTokens: 8, onText: (piece) => pieces.push(piece) });
    expect(pieces.join("")).toBe(answer);
    expect(await result.generate("Q: After c?\nA:", { maxNewTokens: 8 })).toBe(answer);
    const { template } = config.data;
    expect(await finetune.generateText(merged, question, { maxNewTokens: 8, template })).toBe(answer);

    for (const weight of tree.leaves(merged.params)) (weight as Tensor).dispose();
    result.dispose();
  }, 300_000);

  test("k accumulated parts equal one, with rows of different lengths", async () => {
    const training = { steps: 6, batchSize: 4 };
    const before = liveBuffers().bytes;
    const whole = await run(workspace.configure("whole", { training: { ...training, microBatchSize: 4 } }));
    const parts = await run(workspace.configure("parts", { training: { ...training, microBatchSize: 1 } }));
    parts.history.forEach((record, i) => {
      const one = whole.history[i]!;
      expect(Math.abs(record.loss! / one.loss! - 1)).toBeLessThan(1e-5);
      expect(Math.abs(record.gradNorm! / one.gradNorm! - 1)).toBeLessThan(1e-4);
      expect(record.supervisedTokens).toBe(one.supervisedTokens);
    });
    const expected = elements(whole.adapter);
    for (const [path, values] of Object.entries(elements(parts.adapter))) expectClose(values, expected[path]!, 1e-4);
    for (const finished of [whole, parts]) finished.dispose();
    // A few keys and scalars are left to the collector; no weight, moment or batch is.
    expect(liveBuffers().bytes - before).toBeLessThan(2000);
  }, 300_000);
});

describe("what train refuses", () => {
  test("rows that are all too long: no supervised tokens, with the length that would do", async () => {
    const config = workspace.configure("long", { data: { maxSeqLen: 4 } });
    await expect(run(config)).rejects.toThrow(
      /no supervised tokens: of 18 rows, 18 were dropped.*maxSeqLen 4.*\d+ tokens/,
    );
  });

  test("another run's directory", async () => {
    const config = workspace.configure("learn");
    await expect(run(config)).rejects.toThrow(/the metrics of an earlier run.*Resume that run/);
  });

  test("resuming with other settings", async () => {
    const config = finetune.defineConfig({
      ...workspace.settings("learn", { training: { learningRate: 1 } }),
      resume: true,
    });
    await expect(run(config)).rejects.toThrow(/other settings than this run's/);
  });
});
