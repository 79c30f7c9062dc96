// The strict JSON parser: JSON.parse's language, minus repeated keys, bad integers and deep nesting.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Json, JsonError, parseJson } from "../../src/io/json.ts";

const plain = (json: Json): unknown =>
  json instanceof Map
    ? Object.fromEntries([...json].map(([k, v]) => [k, plain(v)]))
    : Array.isArray(json)
      ? json.map(plain)
      : json;

test("agrees with JSON.parse on every value", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), fc.constantFrom(0, 2), (text, indent) => {
      const spaced = JSON.stringify(JSON.parse(text), null, indent);
      expect(plain(parseJson(spaced))).toEqual(JSON.parse(spaced));
    }),
  );
});

test("accepts only what JSON.parse accepts, with the same value", () => {
  const bits = fc.constantFrom(
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"a"',
    '"b"',
    '"\\u00',
    "1",
    "-",
    "0",
    "1e5",
    ".5",
    "01",
    "true",
    "nul",
    "null",
    " ",
    "\n",
    "\t",
    "\v",
    '"',
    "\\",
    "\u0001",
  );
  fc.assert(
    fc.property(fc.array(bits, { maxLength: 7 }), (parts) => {
      const text = parts.join("");
      let want: unknown;
      let legal = true;
      try {
        want = JSON.parse(text);
      } catch {
        legal = false;
      }
      let got: Json;
      try {
        got = parseJson(text);
      } catch (error) {
        expect(error).toBeInstanceOf(JsonError);
        if (legal) expect((error as Error).message).toMatch(/a second time/);
        return;
      }
      expect(legal).toBe(true);
      expect(plain(got)).toEqual(want);
    }),
    { numRuns: 3000 },
  );
});

describe("refuses", () => {
  test.each([
    ['{"a":1,"a":1}', false, /key "a" a second time at character 7/],
    ['[1,{"x":{"y":1,"y":2}}]', false, /key "y" a second time at character 15/],
    ["[".repeat(40) + "]".repeat(40), false, /nesting deeper than 32 at character 33/],
    ["[1.5]", true, /number 1.5 is not a non-negative integer at character 1/],
    ["[-0]", true, /number -0 is not/],
    ["[9007199254740992]", true, /integer 9007199254740992 is beyond 2\^53 - 1/],
    ["", false, /unexpected character at character 0/],
    ['"a\nb"', false, /bad string at character 0/],
  ])("%s", (text, integers, message) => {
    expect(() => parseJson(text, { integers })).toThrow(message);
  });

  test("nothing that integers allow", () => {
    expect(parseJson("[0,9007199254740991]", { integers: true })).toEqual([0, Number.MAX_SAFE_INTEGER]);
  });
});
