// Splitting, mixing, RAFT rows, and data sets from file to examples.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { defineConfig } from "../../../src/finetune/config/define.ts";
import { alpacaDataset, loadDataset, makeDataset, prepareDataset } from "../../../src/finetune/data/dataset.ts";
import type { RaftItem } from "../../../src/finetune/data/rows.ts";
import { mixRows, splitRows } from "../../../src/finetune/data/split.ts";
import { DataError } from "../../../src/finetune/errors.ts";
import { raftPrompt, raftRows } from "../../../src/finetune/raft.ts";
import { byteTokenizer } from "../byte-tokenizer.ts";

const range = (n: number) => Array.from({ length: n }, (_, i) => i);

describe("splitRows", () => {
  it("divides the rows by the fraction, in their order, the same for the same seed", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 200 }),
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        fc.nat(),
        (n, fraction, seed) => {
          const { train, evaluation } = splitRows(range(n), fraction, seed);
          expect([...train, ...evaluation].sort((a, b) => a - b)).toEqual(range(n));
          expect(evaluation.length).toBe(Math.min(n - 1, Math.max(1, Math.round(n * fraction))));
          expect(train).toEqual([...train].sort((a, b) => a - b));
          expect(splitRows(range(n), fraction, seed)).toEqual({ train, evaluation });
        },
      ),
    );
    expect(splitRows(range(50), 0.5, 1)).not.toEqual(splitRows(range(50), 0.5, 2));
  });

  it("holds nothing out at 0 and refuses what it cannot divide", () => {
    expect(splitRows(range(1), 0, 1)).toEqual({ train: [0], evaluation: [] });
    expect(() => splitRows(range(1), 0.1, 1)).toThrow("cannot hold out a row of 1");
    expect(() => splitRows(range(5), 1, 1)).toThrow("at least 0 and below 1, got 1");
  });
});

describe("mixRows", () => {
  it("draws without repetition, by seed", () => {
    const mixed = mixRows(range(100), 50, 0.3, 7);
    expect(mixed.length).toBe(15);
    expect(new Set(mixed).size).toBe(15);
    expect(mixRows(range(100), 50, 0.3, 7)).toEqual(mixed);
    expect(mixRows(range(100), 50, 0.3, 8)).not.toEqual(mixed);
  });

  it("says which fraction the second file allows", () => {
    expect(() => mixRows(range(10), 50, 0.3, 7)).toThrow(
      "needs 15 rows, the mixed-in file has 10; lower the fraction to 0.2 or less",
    );
  });
});

describe("RAFT", () => {
  const items = range(8).map((i): RaftItem => ({ question: `q${i}`, context: `c${i}`, answer: `a${i}` }));
  const documentsOf = (instruction: string) =>
    [...instruction.matchAll(/<DOCUMENT>(.*?)<\/DOCUMENT>/g)].map((match) => match[1]!);

  it("asks over distinct documents, the oracle once or not at all", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 6 }),
        fc.constantFrom(0, 0.5, 1),
        fc.nat(),
        (distractors, oracleProbability, seed) => {
          const options = { distractors, oracleProbability, seed };
          const rows = raftRows(items, options);
          rows.forEach(({ instruction, output }, i) => {
            const documents = documentsOf(instruction);
            expect(documents.length).toBe(distractors + 1);
            expect(new Set(documents).size).toBe(documents.length);
            if (oracleProbability !== 0.5) expect(documents.includes(`c${i}`)).toBe(oracleProbability === 1);
            expect(instruction).toBe(raftPrompt(documents, `q${i}`));
            expect(output).toBe(`a${i}`);
          });
          expect(raftRows(items, options)).toEqual(rows);
        },
      ),
    );
  });

  it("includes the oracle in the asked share of rows, at varying places", () => {
    const many = range(2000).map((i): RaftItem => ({ question: "q", context: `c${i}`, answer: "a" }));
    const places = raftRows(many, { distractors: 3, oracleProbability: 0.8, seed: 3 }).map(({ instruction }, i) =>
      documentsOf(instruction).indexOf(`c${i}`),
    );
    const share = places.filter((place) => place >= 0).length / many.length;
    expect(Math.abs(share - 0.8)).toBeLessThan(0.03);
    expect(new Set(places)).toEqual(new Set([-1, 0, 1, 2, 3]));
  });

  it("prefers an item's own distractors and says when there are too few", () => {
    const own = [{ ...items[0]!, distractors: ["x", "x", "c0", "y"] }];
    const options = { distractors: 2, oracleProbability: 1, seed: 0 };
    expect(new Set(documentsOf(raftRows(own, options)[0]!.instruction))).toEqual(new Set(["c0", "x", "y"]));
    expect(() => raftRows(own, { ...options, distractors: 3 })).toThrow(
      'row 1, field "distractors": RAFT needs 3 distinct distractors, there are 2',
    );
    expect(raftPrompt(["a", "b"], "why?")).toBe("<DOCUMENT>a</DOCUMENT>\n<DOCUMENT>b</DOCUMENT>\nwhy?");
  });
});

describe("data sets", () => {
  let dir = "";
  const write = async (name: string, rows: readonly unknown[]) => {
    const path = join(dir, name);
    await writeFile(path, rows.map((row) => JSON.stringify(row)).join("\n"));
    return path;
  };
  const rows = (prefix: string, n: number) => range(n).map((i) => ({ instruction: `${prefix}${i}`, output: `o${i}` }));
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "jorts-data-"));
  });
  afterEach(() => rm(dir, { recursive: true }));

  it("reads, splits and mixes: the second file reaches training only", async () => {
    const path = await write("a.jsonl", rows("a", 40));
    const mix = { path: await write("b.jsonl", rows("b", 30)), fraction: 0.5 };
    const config = defineConfig({ model: "m", data: { mix, evalFraction: 0.25 } });
    const dataset = await alpacaDataset(path, config);
    expect(dataset).toMatchObject({ source: path, mixed: 15 });
    expect([dataset.train.length, dataset.evaluation.length]).toEqual([45, 10]);
    const prefix = (row: unknown) => (row as { instruction: string }).instruction[0];
    expect(dataset.evaluation.map(prefix)).toEqual(Array(10).fill("a"));
    expect(dataset.train.slice(-15).map(prefix)).toEqual(Array(15).fill("b"));
    expect(await alpacaDataset(path, config)).toEqual(dataset);
  });

  it("reads a held-out file, prompt–completion rows and RAFT rows", async () => {
    const path = await write("a.jsonl", [{ prompt: "p", completion: "c" }]);
    const held = defineConfig({ model: "m", data: { path, evalPath: path, format: "completion" } });
    const dataset = await loadDataset(held);
    expect(dataset.train).toEqual(dataset.evaluation);
    const prepared = prepareDataset(dataset, byteTokenizer(), held);
    expect(prepared.train.report).toMatchObject({ tokens: 4, supervisedTokens: 2 });
    expect(prepared.evaluation).toEqual(prepared.train);

    const items = range(5).map((i) => ({ question: `q${i}`, context: `c${i}`, answer: `a${i}` }));
    const raft = defineConfig({
      model: "m",
      data: { path: await write("r.jsonl", items), format: "raft", evalFraction: 0 },
    });
    const { train, evaluation } = await loadDataset(raft);
    expect(train[2]).toMatchObject({ output: "a2", source: { row: 3 } });
    expect(evaluation).toEqual([]);
    expect(prepareDataset({ source: path, train, evaluation, mixed: 0 }, byteTokenizer(), raft).evaluation).toBeNull();
  });

  it("names the file of a bad row, and asks for a path", async () => {
    const path = await write("a.jsonl", [{ instruction: "i", output: "o" }, { instruction: "i" }]);
    await expect(alpacaDataset(path, defineConfig({ model: "m" }))).rejects.toThrow(
      `${path}:2, row 2, field "output": missing`,
    );
    await expect(loadDataset(defineConfig({ model: "m" }))).rejects.toThrow("no data: set data.path");
  });

  it("takes rows from memory, checked like a file's", () => {
    const dataset = makeDataset({
      train: [
        { instruction: "i", input: "", output: "o" },
        { prompt: "p", completion: "c" },
      ],
    });
    expect(dataset.train.map((row) => "input" in row)).toEqual([false, false]);
    expect(() => makeDataset({ train: [] })).toThrow("no training rows");
    expect(() => makeDataset({ train: [{ instruction: "i" } as never] })).toThrow(DataError);
  });
});
