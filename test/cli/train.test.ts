// The three calls on a tiny Llama: learning, accumulation, resuming bit for bit, exports that reload with equal logits.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { liveBuffers, np, tree } from "jorts";
import * as finetune from "jorts/finetune";
import * as llama from "jorts/llama";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeTinyModel, tinyTemplate, writeRows } from "./tiny-model.ts";

let root: string;
let model: string;
let rows: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "jorts-train-"));
  model = makeTinyModel(join(root, "model"));
  rows = writeRows(join(root, "rows.jsonl"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

type Training = NonNullable<finetune.ConfigInput["training"]>;

let runs = 0;
function configure(training: Training = {}, more: Partial<finetune.ConfigInput> = {}): finetune.FinetuneConfig {
  return finetune.defineConfig({
    model,
    data: { path: rows, template: tinyTemplate, maxSeqLen: 64, lengthBuckets: 1, supervisedLevels: 1 },
    lora: { rank: 4, alpha: 8, targets: "all-linear", dropout: 0 },
    training: { steps: 4, batchSize: 4, microBatchSize: 4, learningRate: 1e-2, warmup: 0, ...training },
    output: { dir: join(root, `run-${runs++}`), merged: true },
    ...more,
  });
}

async function run(config: finetune.FinetuneConfig, options: Parameters<typeof finetune.train>[2] = {}) {
  return finetune.train(config, await finetune.loadDataset(config), options);
}

const values = (lora: llama.Lora): Record<string, number[]> =>
  Object.fromEntries(
    tree.leavesWithPath(lora.params).map(({ path, leaf }) => [path, (leaf as ReturnType<typeof np.array>).ravel().tolist() as number[]]),
  );

/** What a run's numbers are, without times. */
const numbers = (history: readonly finetune.MetricsRecord[]) =>
  history.map(({ elapsedSeconds: _, remainingSeconds: __, tokensPerSecond: ___, ...rest }) => rest);

describe("train", () => {
  test("learns, changes every B, writes metrics, checkpoints, adapter and merged model", async () => {
    const config = configure({ steps: 12, evalEvery: 6, saveEvery: 5 });
    const events: finetune.TrainEvent[] = [];
    using result = await run(config, { onEvent: (event) => events.push(event) });
    expect(result.interrupted).toBe(false);
    expect(result.history.map(({ step }) => step)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    expect(result.evalAfter!).toBeLessThan(result.evalBefore! * 0.9);
    for (const [path, b] of Object.entries(values(result.adapter)))
      expect(b.some((x) => x !== 0), path).toBe(true);
    expect(events.map(({ type }) => type).filter((t) => t !== "step")).toEqual([
      "data", "start", "eval", "checkpoint", "eval", "checkpoint", "eval", "checkpoint", "done",
    ]);
    const logged = finetune.readMetrics(join(config.output.dir, "metrics.jsonl"));
    expect(numbers(logged.filter(({ evalLoss }) => evalLoss === undefined))).toEqual(numbers(result.history));
    expect(logged.filter(({ evalLoss }) => evalLoss !== undefined).map(({ step }) => step)).toEqual([6, 12]);
    const { keepCheckpoints } = config.training;
    expect(finetune.listCheckpoints(config.output.dir)).toHaveLength(keepCheckpoints!);
    const again = await finetune.loadConfig(join(config.output.dir, "config.yaml"));
    expect(again).toEqual(config);
    const answer = await result.generate({ instruction: "After c?" }, { maxNewTokens: 8 });
    expect(answer).toEqual(await result.generate("Q: After c?\nA:", { maxNewTokens: 8 }));
  });
});
