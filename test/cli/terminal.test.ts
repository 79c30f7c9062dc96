// What people read: durations, sizes, whole characters, option values.
import { InvalidArgumentError } from "commander";
import fc from "fast-check";
import { TextStream } from "jorts/finetune";
import { describe, expect, test } from "vitest";
import { collectSetting, dtypeOption, numberOption } from "../../src/cli/arguments.ts";
import { byteCount, duration, hasColours, rate } from "../../src/cli/terminal.ts";

test("durations, sizes and rates", () => {
  expect([0, 59.4, 59.6, 125, 3600, 12_000].map(duration)).toEqual([
    "0 s",
    "59 s",
    "1 min 0 s",
    "2 min 5 s",
    "1 h 0 min",
    "3 h 20 min",
  ]);
  expect([0, 999, 1000, 62_711_338, 123_400_000, 2e9].map(byteCount)).toEqual([
    "0 B",
    "999 B",
    "1.0 kB",
    "62.7 MB",
    "123 MB",
    "2.0 GB",
  ]);
  expect([0.5, 12.345, 99, 1234.5].map(rate)).toEqual(["0.500", "12.3", "99.0", "1235"]);
});

test("colours only on terminals, and not under NO_COLOR", () => {
  expect(hasColours({ isTTY: false })).toBe(false);
  const before = process.env.NO_COLOR;
  process.env.NO_COLOR = "1";
  expect(hasColours({ isTTY: true })).toBe(false);
  if (before === undefined) delete process.env.NO_COLOR;
  else process.env.NO_COLOR = before;
});

describe("TextStream", () => {
  test("hands out every text in pieces that are whole characters", () => {
    const decode = (bytes: ArrayLike<number>) => new TextDecoder().decode(Uint8Array.from(bytes as number[]));
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const pieces: string[] = [];
        const stream = new TextStream({ decode }, (piece) => pieces.push(piece));
        for (const byte of Buffer.from(text)) stream.push(byte);
        stream.end();
        expect(pieces.join("")).toBe(decode(Buffer.from(text) as unknown as number[]));
        expect(pieces.join("|")).not.toContain("\ufffd");
      }),
    );
  });
});

describe("option values", () => {
  test("numbers within bounds", () => {
    const parse = numberOption({ above: 0, max: 1 });
    expect(parse("0.5")).toBe(0.5);
    for (const wrong of ["0", "1.5", "", "x", "Infinity"]) expect(() => parse(wrong)).toThrow(InvalidArgumentError);
    expect(() => numberOption({ whole: true, min: 1 })("1.5")).toThrow("Expected a whole number of at least 1.");
  });

  test("settings are YAML and may not touch prototypes", () => {
    const settings = collectSetting("lora.targets=[q, k]", collectSetting("training.learningRate=1e-4", {}));
    expect(settings).toEqual({ "training.learningRate": 1e-4, "lora.targets": ["q", "k"] });
    for (const wrong of ["a", "=1", "a..b=1", "__proto__.x=1", "a=[1"])
      expect(() => collectSetting(wrong, {})).toThrow(InvalidArgumentError);
  });

  test("dtypes by their short names", () => {
    expect(["f32", "bf16", "f16"].map(dtypeOption)).toEqual(["float32", "bfloat16", "float16"]);
    expect(() => dtypeOption("int8")).toThrow("Expected one of f32, bf16, f16.");
  });
});
