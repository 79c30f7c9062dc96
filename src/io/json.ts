// Strict JSON for headers and indexes: duplicate keys are errors, objects are Maps, depth is bounded.

import { readFileSync } from "node:fs";
import { JortsError } from "../../base/errors.ts";
import { CheckpointError, fileError } from "./errors.ts";

export type Json = null | boolean | number | string | Json[] | Map<string, Json>;
export type JsonObject = Record<string, unknown>;

/** Text that is not JSON, or that says a key twice. */
export class JsonError extends JortsError {}

const MAX_DEPTH = 32;
const number = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;

/**
 * Parses RFC 8259 text; every object is a Map, so that a key such as `__proto__` is only a key.
 * Throws `JsonError` with the character position, also for a repeated key, for nesting deeper than 32
 * and, with `integers`, for any number that is not a safe non-negative integer written in digits.
 */
export function parseJson(text: string, { integers = false } = {}): Json {
  let at = 0;
  const fail = (what: string): never => {
    throw new JsonError(`${what} at character ${at}`);
  };
  const skip = () => {
    for (;;) {
      const c = text.charCodeAt(at);
      if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return;
      at++;
    }
  };
  const string = (): string => {
    const from = at;
    for (at++; ; at++) {
      const c = text.charCodeAt(at);
      if (c === 0x22) break;
      if (c === 0x5c) at++;
      else if (Number.isNaN(c)) fail("string without an end");
    }
    at++;
    try {
      return JSON.parse(text.slice(from, at)) as string;
    } catch {
      at = from;
      return fail("bad string");
    }
  };
  const numeral = (): number => {
    number.lastIndex = at;
    const match = number.exec(text);
    if (match === null) return fail("unexpected character");
    const value = Number(match[0]);
    if (integers && (match[1] !== undefined || match[2] !== undefined || match[0].startsWith("-")))
      fail(`number ${match[0]} is not a non-negative integer`);
    if (integers && !Number.isSafeInteger(value)) fail(`integer ${match[0]} is beyond 2^53 - 1`);
    at += match[0].length;
    return value;
  };
  const object = (depth: number): Json => {
    const map = new Map<string, Json>();
    at++;
    skip();
    if (text[at] === "}") {
      at++;
      return map;
    }
    for (;;) {
      if (text[at] !== '"') fail("expected a key");
      const keyAt = at;
      const key = string();
      if (map.has(key)) {
        at = keyAt;
        fail(`key ${JSON.stringify(key)} a second time`);
      }
      skip();
      if (text[at++] !== ":") fail("expected ':'");
      map.set(key, value(depth));
      skip();
      const c = text[at++];
      if (c === "}") return map;
      if (c !== ",") fail("expected ',' or '}'");
      skip();
    }
  };
  const array = (depth: number): Json => {
    const items: Json[] = [];
    at++;
    skip();
    if (text[at] === "]") {
      at++;
      return items;
    }
    for (;;) {
      items.push(value(depth));
      skip();
      const c = text[at++];
      if (c === "]") return items;
      if (c !== ",") fail("expected ',' or ']'");
    }
  };
  const value = (depth: number): Json => {
    skip();
    if (depth > MAX_DEPTH) fail(`nesting deeper than ${MAX_DEPTH}`);
    const c = text[at];
    if (c === "{") return object(depth + 1);
    if (c === "[") return array(depth + 1);
    if (c === '"') return string();
    for (const [word, constant] of [
      ["true", true],
      ["false", false],
      ["null", null],
    ] as const)
      if (text.startsWith(word, at)) {
        at += word.length;
        return constant;
      }
    return numeral();
  };
  const result = value(0);
  skip();
  if (at !== text.length) fail("text after the end of the value");
  return result;
}

/** Decodes bytes as UTF-8 without replacement; `null` if they are not. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Reads a small text file. Throws `CheckpointError` if it cannot be read or is not UTF-8. */
export function readText(path: string): string {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw fileError(path, "a readable text file", error);
  }
  const text = decodeUtf8(bytes);
  if (text === null)
    throw new CheckpointError(path, {
      found: "bytes that are not UTF-8",
      expected: "UTF-8 text",
      fix: "The file is corrupt; copy or download it again.",
    });
  return text;
}

/** Reads a JSON file whose top is an object. Throws `CheckpointError` otherwise. */
export function readJsonObject(path: string): JsonObject {
  const text = readText(path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CheckpointError(
      path,
      {
        found: `text that is not JSON (${(error as Error).message})`,
        expected: "a JSON object",
        fix: "The file is corrupt or incomplete; copy or download it again.",
      },
      { cause: error },
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new CheckpointError(path, {
      found: `JSON that is ${Array.isArray(value) ? "an array" : String(value)}`,
      expected: "a JSON object",
      fix: "Check that this is the right file.",
    });
  return value as JsonObject;
}
