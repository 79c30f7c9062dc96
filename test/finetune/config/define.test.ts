// Defaults, completion and contradictions of a configuration; its YAML and its hash.

import { describe, expect, it } from "vitest";
import { configHash, configToYaml, defineConfig } from "../../../src/finetune/config/define.ts";
import { parseConfig } from "../../../src/finetune/config/load.ts";
import type { ConfigInput } from "../../../src/finetune/config/schema.ts";
import { ConfigError } from "../../../src/finetune/errors.ts";

const define = (input: Partial<ConfigInput>) => defineConfig({ model: "m", ...input });

describe("defineConfig", () => {
  it("fills every default", () => {
    expect(defineConfig({ model: "m" })).toEqual({
      model: "m",
      data: {
        path: null,
        format: "alpaca",
        template: "alpaca",
        evalFraction: 0.1,
        evalPath: null,
        mix: null,
        raft: null,
        maxSeqLen: 2000,
        overlong: "drop",
        packing: false,
        lengthBuckets: 4,
        bucketMultiple: 32,
        supervisedLevels: 2,
      },
      lora: { rank: 16, alpha: 16, dropout: 0.05, targets: ["q", "v"], rsLora: false },
      training: {
        epochs: 7,
        steps: null,
        batchSize: 8,
        microBatchSize: 1,
        accumulate: 8,
        learningRate: 1e-4,
        schedule: "cosine",
        warmup: 0.05,
        weightDecay: 0,
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
        maxGradNorm: 1,
        seed: 420,
        evalEvery: null,
        saveEvery: null,
        logEvery: 1,
        remat: "none",
        keepCheckpoints: 2,
      },
      dtypes: { storage: "auto", compute: "auto" },
      mesh: { data: 1, tensor: 1 },
      output: { dir: "run", adapter: true, merged: false },
      device: { platform: "auto", memoryFraction: null, preallocate: false },
      resume: false,
      dumpHlo: null,
    });
  });

  it("divides a step into micro-batches and data shards", () => {
    const batch = (training: ConfigInput["training"], data = 1) => {
      const { microBatchSize, accumulate } = define({ training, mesh: { data } }).training;
      return [microBatchSize, accumulate];
    };
    expect(batch({ batchSize: 8 }, 2)).toEqual([1, 4]);
    expect(batch({ batchSize: 8, microBatchSize: 4 })).toEqual([4, 2]);
    expect(batch({ batchSize: 8, microBatchSize: 4 }, 2)).toEqual([4, 1]);
    expect(batch({ batchSize: 8, accumulate: 1 }, 2)).toEqual([4, 1]);
    expect(batch({ batchSize: 12, microBatchSize: 3, accumulate: 2 }, 2)).toEqual([3, 2]);
  });

  it("takes steps in place of epochs, and numbers written as text", () => {
    expect(define({ training: { steps: 30, learningRate: "1e-4", warmup: "3" } }).training).toMatchObject({
      epochs: null,
      steps: 30,
      learningRate: 1e-4,
      warmup: 3,
    });
    expect(define({ data: { format: "raft" } }).data.raft).toEqual({ distractors: 3, oracleProbability: 1 });
    expect(define({ data: { evalPath: "e.json" } }).data.evalFraction).toBe(0);
  });

  it("is frozen to the leaves, and leaves the input alone", () => {
    const input: ConfigInput = { model: "m", lora: { targets: ["q"] } };
    const config = defineConfig(input);
    expect(() => Object.assign(config.training, { seed: 1 })).toThrow(TypeError);
    expect(Object.isFrozen(config.lora.targets)).toBe(true);
    expect(Object.isFrozen(input.lora)).toBe(false);
  });

  const bad = (input: object): string => {
    try {
      defineConfig(input as ConfigInput);
    } catch (error) {
      if (error instanceof ConfigError) return error.message;
      throw error;
    }
    throw new Error("was accepted");
  };

  it.each<[object, string]>([
    [{ lora: { rnak: 8 } }, 'config: lora.rnak: unknown key; did you mean "lora.rank"?'],
    [{ training: { learning_rate: 1 } }, 'did you mean "training.learningRate"?'],
    [{ rank: 8 }, 'config: rank: unknown key; did you mean "lora.rank"?'],
    [{ data: { template: { promt: "x" } } }, 'data.template.promt: unknown key; did you mean "data.template.prompt"?'],
    [{ mesh: { zzzzzz: 1 } }, "mesh.zzzzzz: unknown key; known here: data, tensor"],
    [{ model: undefined }, "config: model: missing; expected text"],
    [{ model: "" }, 'config: model: expected text that is not empty, got ""'],
    [{ training: { epochs: "two" } }, 'config: training.epochs: expected a number, got "two"'],
    [{ training: { batchSize: 1.5 } }, "training.batchSize: expected a whole number, got 1.5"],
    [{ training: { seed: -1 } }, "training.seed: expected a number of at least 0, got -1"],
    [{ lora: { dropout: 1 } }, "lora.dropout: expected a number below 1, got 1"],
    [{ lora: { alpha: 0 } }, "lora.alpha: expected a number above 0, got 0"],
    [
      { training: { schedule: "cosin" } },
      'training.schedule: expected "constant", "cosine", "linear", got "cosin"; did you mean "cosine"?',
    ],
    [{ lora: { targets: ["q", "vv"] } }, 'lora.targets.1: expected "q", "k", "v"'],
    [
      { lora: { targets: "all-liner" } },
      'expected "all-linear" or a list, got "all-liner"; did you mean "all-linear"?',
    ],
    [{ lora: { targets: [] } }, "lora.targets: expected at least 1 entry, got []"],
    [{ lora: { targets: ["q", "q"] } }, "lora.targets: each projection once, got q, q"],
    [{ resume: 3 }, "resume: expected true or false or text, got 3"],
    [{ mesh: 7 }, "mesh: expected a group of settings, got 7"],
    [{ data: { mix: {} } }, "data.mix.path: missing; expected text"],
    [{ data: { template: { prompt: "x" } } }, 'data.template: the template needs the placeholder "{instruction}"'],
    [{ training: { epochs: 1, steps: 2 } }, "training.steps: given beside training.epochs (1); keep one of the two"],
    [{ data: { evalPath: "e", evalFraction: 0.1 } }, "data.evalPath: given beside data.evalFraction"],
    [{ data: { raft: {} } }, 'data.raft: needs data.format "raft", got "alpaca"'],
    [{ data: { format: "completion", template: "chat" } }, "data.template: "],
    [
      { training: { batchSize: 6, microBatchSize: 4 } },
      "training.batchSize: 6 is not a multiple of microBatchSize 4 · mesh.data 1 = 4",
    ],
    [{ training: { batchSize: 6 }, mesh: { data: 4 } }, "6 is not a multiple of mesh.data 4 = 4"],
    [{ training: { microBatchSize: 2, accumulate: 2 } }, "8 is not microBatchSize 2 · accumulate 2 · mesh.data 1 = 4"],
    [{ training: { warmup: 1.5 } }, "training.warmup: expected a share below 1 or whole steps, got 1.5"],
    [{ training: { steps: 5, warmup: 6 } }, "training.warmup: 6 warm-up steps, but the run has 5 steps"],
  ])("refuses %j", (input, message) => {
    expect(bad({ model: "m", ...input })).toContain(message);
  });

  it("reports everything that is wrong at once", () => {
    const message = bad({ lora: { rank: 0 }, mesh: { data: "x" }, outptu: {} });
    expect(message.split("\n").length).toBe(4);
    expect(message).toContain('outptu: unknown key; did you mean "output"?');
  });
});

describe("configToYaml", () => {
  it("is read back to an equal configuration", () => {
    for (const input of [
      {},
      { training: { steps: 3, batchSize: 4, microBatchSize: 2, epsilon: 1e-12 }, data: { evalPath: "e" } },
      { data: { template: { prompt: "Q: {instruction}\n\nA: ", promptWithInput: "{instruction} {input}" } } },
      { data: { format: "raft" as const, mix: { path: "b.json" } }, lora: { targets: "all-linear" as const } },
    ]) {
      const config = define(input);
      expect(parseConfig(configToYaml(config), "y")).toEqual(config);
      expect(defineConfig(config as ConfigInput)).toEqual(config);
    }
  });
});

describe("configHash", () => {
  const hash = (input: Partial<ConfigInput>) => configHash(define(input));

  it("stays the same for the same numbers, whatever the order or the bookkeeping", () => {
    expect(hash({ lora: { rank: 8, alpha: 4 } })).toBe(hash({ lora: { alpha: 4, rank: 8 } }));
    expect(hash({ training: { logEvery: 5, saveEvery: 9 }, output: { dir: "x" }, resume: true })).toBe(hash({}));
    expect(hash({})).toMatch(/^[0-9a-f]{64}$/);
  });

  it("changes with what decides the numbers", () => {
    const inputs: Partial<ConfigInput>[] = [
      {},
      { model: "n" },
      { lora: { rank: 8 } },
      { training: { seed: 1 } },
      { data: { packing: true } },
      { mesh: { tensor: 2 } },
      { dtypes: { compute: "f32" } },
    ];
    expect(new Set(inputs.map(hash)).size).toBe(inputs.length);
  });
});
