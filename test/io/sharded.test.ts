// Sharded checkpoints: the index and its shards agree, names stay inside the directory.

import { mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { SafetensorsFile, writeSafetensors } from "../../src/io/safetensors.ts";
import { INDEX_FILE, ShardedSafetensors, writeShardedSafetensors } from "../../src/io/sharded.ts";
import { memorySource, readArray } from "../../src/io/source.ts";
import { at, expectRefusal, put, putJson } from "./temp.ts";

const vector = (name: string, ...values: number[]) =>
  memorySource(name, "float32", [values.length], Float32Array.from(values));
const index = (weight_map: unknown) => putJson(INDEX_FILE, { metadata: { total_size: 4 }, weight_map });
const open = () => new ShardedSafetensors(at(INDEX_FILE)).close();

test("writes one file below the limit, shards with an index above it", () => {
  const tensors = [vector("c", 1, 2), vector("a", 3), vector("b", 4, 5, 6, 7), vector("d", 8)];
  mkdirSync(at("one"));
  expect(writeShardedSafetensors(at("one"), tensors)).toEqual(["model.safetensors"]);
  expect(writeShardedSafetensors(at(), tensors, { maxShardBytes: 12 })).toEqual([
    "model-00001-of-00003.safetensors",
    "model-00002-of-00003.safetensors",
    "model-00003-of-00003.safetensors",
    INDEX_FILE,
  ]);
  expect(JSON.parse(readFileSync(at(INDEX_FILE), "utf8"))).toEqual({
    metadata: { total_size: 32 },
    weight_map: {
      a: "model-00001-of-00003.safetensors",
      b: "model-00002-of-00003.safetensors",
      c: "model-00001-of-00003.safetensors",
      d: "model-00003-of-00003.safetensors",
    },
  });
  using opened = new ShardedSafetensors(at(INDEX_FILE));
  expect([...opened.names].sort()).toEqual(["a", "b", "c", "d"]);
  expect(readArray(opened.tensor("b"))).toEqual(Float32Array.of(4, 5, 6, 7));
  expect(opened.has("e")).toBe(false);
  expectRefusal(() => opened.tensor("e"), /no tensor e/);
  using shard = new SafetensorsFile(at("model-00001-of-00003.safetensors"));
  expect([...shard.metadata]).toEqual([["format", "pt"]]);
});

test("the same name in two shards is refused", () => {
  expectRefusal(
    () => writeShardedSafetensors(at(), [vector("a", 1), vector("a", 2)], { maxShardBytes: 4 }),
    /the same tensor name twice/,
  );
});

describe("refuses", () => {
  test("a missing shard, by name", () => {
    index({ a: "gone.safetensors" });
    expectRefusal(open, /gone\.safetensors: found no such file or directory/);
  });

  test("a tensor that its shard does not have", () => {
    writeSafetensors(at("s.safetensors"), [vector("a", 1)]);
    index({ a: "s.safetensors", "model.b": "s.safetensors" });
    expectRefusal(open, /s\.safetensors: found no tensor model\.b/);
  });

  test("a tensor that the index does not list", () => {
    writeSafetensors(at("s.safetensors"), [vector("a", 1), vector("b", 1)]);
    index({ a: "s.safetensors" });
    expectRefusal(open, /tensor b in s\.safetensors but not listed/);
  });

  test.each(["../s.safetensors", "/etc/passwd", "sub/s.safetensors", "..", ".", "", "a\\b", "a\0b"])(
    "the file name %j",
    (name) => {
      index({ a: name });
      expectRefusal(open, /found the file name .*; expected plain names of files in the same directory/);
    },
  );

  test("a symbolic link that leaves the directory", () => {
    mkdirSync(at("outside"));
    mkdirSync(at("model"));
    writeSafetensors(at("outside", "s.safetensors"), [vector("a", 1)]);
    symlinkSync(at("outside", "s.safetensors"), at("model", "s.safetensors"));
    putJson(`model/${INDEX_FILE}`, { weight_map: { a: "s.safetensors" } });
    expectRefusal(() => new ShardedSafetensors(at("model", INDEX_FILE)), /a symbolic link that leaves the directory/);
  });

  test.each([
    ["not JSON", "{", /bad JSON/],
    ["a tensor twice", '{"weight_map":{"a":"x","a":"y"}}', /key "a" a second time/],
    ["no weight_map", "{}", /no weight_map/],
    ["a file that is a number", '{"weight_map":{"a":1}}', /tensor a without a file name/],
  ])("%s", (_, text, message) => {
    put(INDEX_FILE, text);
    expectRefusal(open, message);
  });
});

test("links into the blobs of the same Hugging Face cache entry are followed", () => {
  mkdirSync(at("models--x", "blobs"), { recursive: true });
  mkdirSync(at("models--x", "snapshots", "rev"), { recursive: true });
  writeSafetensors(at("models--x", "blobs", "abc"), [vector("a", 1)]);
  const snapshot = at("models--x", "snapshots", "rev");
  symlinkSync("../../blobs/abc", `${snapshot}/s.safetensors`);
  putJson(`models--x/snapshots/rev/${INDEX_FILE}`, { weight_map: { a: "s.safetensors" } });
  using opened = new ShardedSafetensors(`${snapshot}/${INDEX_FILE}`);
  expect(readArray(opened.tensor("a"))).toEqual(Float32Array.of(1));
  rmSync(snapshot, { recursive: true });
});
