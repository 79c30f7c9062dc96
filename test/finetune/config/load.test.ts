// YAML configurations: numbers, and errors that point at line and column.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadConfig, parseConfig } from "../../../src/finetune/config/load.ts";
import { editDistance, nearestName } from "../../../src/finetune/config/suggest.ts";
import { ConfigError } from "../../../src/finetune/errors.ts";

const messageOf = (text: string): string => {
  try {
    parseConfig(text, "run.yaml");
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error("was accepted");
};

describe("parseConfig", () => {
  it("reads 1e-4 as a number, quoted or under YAML 1.1 too", () => {
    const rate = (text: string) => parseConfig(text, "y").training.learningRate;
    expect(rate("model: m\ntraining:\n  learningRate: 1e-4")).toBe(1e-4);
    expect(rate('model: m\ntraining: { learningRate: "1e-4" }')).toBe(1e-4);
    expect(rate("%YAML 1.1\n---\nmodel: m\ntraining:\n  learningRate: 1e-4")).toBe(1e-4);
  });

  it("points at unknown keys, wrong values, missing ones and list entries, in the order of the file", () => {
    const text = [
      "model: m",
      "training:",
      "  epochs: many",
      "  larningRate: 1e-4",
      "data:",
      "  mix:",
      "    fraction: 0.1",
      "lora:",
      "  targets: [q, k, w]",
    ].join("\n");
    expect(messageOf(text).split("\n")).toEqual([
      'run.yaml:3:11: training.epochs: expected a number, got "many"',
      'run.yaml:4:3: training.larningRate: unknown key; did you mean "training.learningRate"?',
      "run.yaml:6:3: data.mix.path: missing; expected text",
      'run.yaml:9:19: lora.targets.2: expected "q", "k", "v", "o", "gate", "up", "down", got "w"',
    ]);
  });

  it("points at contradictions", () => {
    expect(messageOf("model: m\ntraining:\n  epochs: 1\n  steps: 3\n")).toBe(
      "run.yaml:4:10: training.steps: given beside training.epochs (1); keep one of the two",
    );
  });

  it("points through anchors", () => {
    expect(messageOf("model: m\nmesh: &mesh\n  data: 1\n  tensro: 2\n")).toContain("run.yaml:4:3: mesh.tensro");
  });

  it.each([
    ["model: m\n  lora: 3", "run.yaml:1:8: bad YAML: Nested mappings are not allowed"],
    ["model: m\nmodel: n", "run.yaml:2:1: bad YAML: Map keys must be unique"],
    ["- model", "run.yaml:1:1: expected settings as `key: value`"],
    ["text", "run.yaml:1:1: expected settings as `key: value`"],
    ["", "run.yaml:1:1: model: missing; expected text"],
  ])("refuses %j", (text, message) => {
    expect(messageOf(text)).toContain(message);
  });
});

describe("loadConfig", () => {
  it("reads a file and names one that is missing", async () => {
    const dir = await mkdtemp(join(tmpdir(), "jorts-config-"));
    const path = join(dir, "run.yaml");
    await writeFile(path, "model: m\n");
    expect((await loadConfig(path)).model).toBe("m");
    await rm(dir, { recursive: true });
    await expect(loadConfig(path)).rejects.toThrow(`${path}: no such file; expected a YAML configuration`);
  });
});

describe("suggestions", () => {
  it.each([
    ["", "", 0],
    ["abc", "abc", 0],
    ["abc", "acb", 1],
    ["kitten", "sitting", 3],
    ["", "abc", 3],
    ["rank", "rnak", 1],
  ])("distance of %j and %j is %i", (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });

  it("suggests only what is near", () => {
    expect(nearestName("learning_rate", ["learningRate", "epochs"])).toBe("learningRate");
    expect(nearestName("xyz", ["learningRate", "epochs"])).toBeNull();
    expect(nearestName("max_seq_length", ["maxSeqLen", "mix"])).toBe("maxSeqLen");
  });
});
