// Reading data files: both layouts, and errors that point at file, line, row and field.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseRows, readRows } from "../../../src/finetune/data/read.ts";
import { alpacaRow, completionRow, raftItem } from "../../../src/finetune/data/rows.ts";
import { DataError } from "../../../src/finetune/errors.ts";

const values = (text: string) => parseRows(text, "f").map(({ value }) => value);
const alpaca = (text: string) => parseRows(text, "data.json").map((row) => alpacaRow(row, "data.json"));

describe("parseRows", () => {
  it("reads JSON arrays and JSON Lines to the same values", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { minLength: 1 }), fc.constantFrom(undefined, 1, 2), (rows, indent) => {
        // JSON.parse and stringify make -0 and 0 the same.
        const expected = JSON.parse(JSON.stringify(rows)) as unknown[];
        expect(values(` \n${JSON.stringify(rows, null, indent)}\n`)).toEqual(expected);
        const objects = expected.map((value) => ({ value }));
        expect(values(objects.map((row) => JSON.stringify(row)).join("\r\n\n"))).toEqual(objects);
      }),
    );
  });

  it("knows row and line", () => {
    expect(parseRows('{"a":1}\n\n{"b":2}\n', "f")).toEqual([
      { value: { a: 1 }, row: 1, line: 1 },
      { value: { b: 2 }, row: 2, line: 3 },
    ]);
    expect(parseRows('\n[\n {"a":\n 1}\n,\n\n {"b,]}":"\\"]"}\n]', "f").map(({ line }) => line)).toEqual([3, 7]);
  });

  it.each([
    ["", "f: the file is empty; expected at least one row"],
    [" \n\t", "f: the file is empty"],
    ["[ ]", "f: the file has no rows"],
    ['{"a":1}\n{"a":\n{"a":1}', "f:2, row 2: bad JSON: "],
    ['{\n"a":1}', "f:1, row 1: bad JSON: "],
    ['{\n"a":1}', "expected a JSON array, or each JSON object on one line"],
    ['[\n{"a":1},\n{"a" 1}\n]', "f:3, row 2: bad JSON: "],
    ['[\n{"a":1,\n\n"b" 1}\n]', "f:4, row 1: bad JSON: "],
    ['[{"a":1},\n,{"a":2}]', 'f:2, row 2: bad JSON: expected a row beside ","'],
    ['[{"a":1},\n]', 'f:2, row 2: bad JSON: expected a row beside ","'],
    ['[{"a":1},\n\n {"a":"x', "f:3, row 2: bad JSON: the file ends inside the array"],
    ['[{"a":1}]\nmore', "f:1: bad JSON: expected the file to end with the array's"],
    ['[{"a":1}}', "f:1: bad JSON: expected the file to end with the array's"],
  ])("blames the place: %j", (text, message) => {
    expect(() => parseRows(text, "f")).toThrow(DataError);
    expect(() => parseRows(text, "f")).toThrow(message);
  });
});

describe("readRows", () => {
  let dir = "";
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "jorts-read-"));
  });
  afterEach(() => rm(dir, { recursive: true }));

  it("reads a file, byte order mark or not", async () => {
    const path = join(dir, "rows.jsonl");
    await writeFile(path, '\ufeff{"a":"ö"}\n');
    expect(await readRows(path)).toEqual([{ value: { a: "ö" }, row: 1, line: 1 }]);
  });

  it("names a missing file, a directory and text that is not UTF-8", async () => {
    await expect(readRows(join(dir, "none.json"))).rejects.toThrow(`${join(dir, "none.json")}: no such file`);
    await expect(readRows(dir)).rejects.toThrow(/cannot be read: .*EISDIR/);
    const path = join(dir, "latin1.json");
    await writeFile(path, Buffer.from([0x5b, 0x22, 0xe9, 0x22, 0x5d]));
    await expect(readRows(path)).rejects.toThrow(`${path}: cannot be decoded as UTF-8`);
  });
});

describe("rows", () => {
  it("treats an absent, null, empty or blank input alike", () => {
    const rows = alpaca(`[{"instruction":"i","output":"o"},{"instruction":"i","input":null,"output":"o"},
      {"instruction":"i","input":"","output":"o"},{"instruction":"i","input":" ","output":"o","extra":1}]`);
    for (const row of rows) {
      expect(row).toEqual({ instruction: "i", output: "o", source: row.source });
      expect("input" in row).toBe(false);
    }
    expect(rows.map(({ source }) => source?.line)).toEqual([1, 1, 2, 2]);
    expect(alpaca('[{"instruction":"i","input":" x","output":""}]')[0]).toMatchObject({ input: " x", output: "" });
  });

  it.each([
    ['[{"instruction":"i"}]', 'data.json:1, row 1, field "output": missing; the row has "instruction"'],
    ["[{}]", 'field "instruction": missing; the row has no fields'],
    [
      '[{"instruction":"i","output":"o"},\n{"instruction":3,"output":"o"}]',
      'data.json:2, row 2, field "instruction": expected a string, got number 3',
    ],
    ['[{"instruction":"i","output":null}]', 'field "output": expected a string, got null'],
    ['[{"instruction":"i","output":["o"]}]', 'field "output": expected a string, got a list'],
    ['[{"instruction":"i","input":{},"output":"o"}]', 'field "input": expected a string, got an object'],
    ['["text"]', 'data.json:1, row 1: expected an object { instruction, input?, output }, got string "text"'],
    ["[[]]", "got a list"],
  ])("blames the field: %j", (text, message) => {
    expect(() => alpaca(text)).toThrow(DataError);
    expect(() => alpaca(text)).toThrow(message);
  });

  it("checks prompt–completion and RAFT rows", () => {
    const row = (value: unknown) => ({ value, row: 2, line: 5 });
    const source = { file: "f", row: 2, line: 5 };
    expect(completionRow(row({ prompt: "p", completion: "c" }), "f")).toEqual({ prompt: "p", completion: "c", source });
    expect(() => completionRow(row({ prompt: "p" }), "f")).toThrow('f:5, row 2, field "completion": missing');
    const item = { question: "q", context: "c", answer: "a" };
    expect(raftItem(row({ ...item, distractors: null }), "f")).toEqual({ ...item, source });
    expect(raftItem(row({ ...item, distractors: ["d"] }), "f")).toEqual({ ...item, distractors: ["d"], source });
    expect(() => raftItem(row({ ...item, distractors: [1] }), "f")).toThrow(
      'field "distractors": expected a list of strings',
    );
  });
});
