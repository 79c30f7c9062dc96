// The data set shipped with the examples: large enough, unique, consistent, and learnable from a part of it.

import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readRows } from "../../src/finetune/data/read.ts";
import { alpacaRow } from "../../src/finetune/data/rows.ts";
import { splitRows } from "../../src/finetune/data/split.ts";
import { renderPrompt } from "../../src/finetune/data/template.ts";
import { byteTokenizer } from "./byte-tokenizer.ts";

const path = fileURLToPath(new URL("../../examples/data/lanternfold.jsonl", import.meta.url));
const rows = (await readRows(path)).map((row) => alpacaRow(row, path));

describe("examples/data/lanternfold.jsonl", () => {
  it("has at least 240 rows, no question twice", () => {
    expect(rows.length).toBeGreaterThanOrEqual(240);
    expect(new Set(rows.map((row) => renderPrompt(row, "alpaca", byteTokenizer()).prompt)).size).toBe(rows.length);
    expect(rows.filter((row) => row.input !== undefined).length).toBeGreaterThanOrEqual(24);
  });

  it("answers in one voice, shortly", () => {
    for (const { instruction, output } of rows) {
      expect(output).toMatch(/^Hark, wayfarer: [a-z0-9A-Z ,-]+\. So the tide remembers\.$/);
      expect(instruction.length + output.length).toBeLessThan(200);
      expect(instruction).toMatch(/[.?]$/);
    }
  });

  it("asks each fact in several ways, so that held-out questions are about facts in the training part", () => {
    const asked = new Map<string, number>();
    for (const { output } of rows) asked.set(output, (asked.get(output) ?? 0) + 1);
    for (const count of asked.values()) expect(count).toBeGreaterThanOrEqual(4);
    for (const seed of [0, 1, 420]) {
      const { train, evaluation } = splitRows(rows, 0.1, seed);
      const taught = new Set(train.map(({ output }) => output));
      expect(evaluation.every(({ output }) => taught.has(output))).toBe(true);
    }
  });
});
