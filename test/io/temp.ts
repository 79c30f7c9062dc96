// A temporary directory for each test, and one way to expect a CheckpointError.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect } from "vitest";
import { CheckpointError } from "../../src/io/errors.ts";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "jorts-io-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** A path inside this test's directory. */
export const at = (...names: string[]): string => join(directory, ...names);

/** Writes a file into this test's directory and returns its path. */
export function put(name: string, content: string | Uint8Array): string {
  writeFileSync(at(name), content);
  return at(name);
}

export const putJson = (name: string, value: unknown): string => put(name, JSON.stringify(value));

/** Expects `run` to throw a CheckpointError whose message matches, and returns the message. */
export function expectRefusal(run: () => unknown, message: RegExp): string {
  let caught: unknown;
  try {
    run();
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(CheckpointError);
  const text = (caught as CheckpointError).message;
  expect(text).toMatch(message);
  expect(text).toMatch(/: found .+; expected .+\. .+\.$/s);
  return text;
}
