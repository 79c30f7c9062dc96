// The recorded oracles: all read, every tensor fills its shape, and the well-known values stand in them.
import { readdirSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  decode,
  type EncodedTensor,
  type FixtureName,
  fixturePath,
  llamaCheckpoints,
  numbersOf,
  rawOf,
  readFixture,
  readTensors,
} from "../fixtures.ts";

const files = readdirSync(fixturePath(""), { recursive: true, encoding: "utf8" });
const json = files.filter(
  (name) => name.endsWith(".json") && !/\/(model|adapter|written)[^/]*\//.test(name),
) as FixtureName[];

function tensorsIn(value: unknown): EncodedTensor[] {
  if (typeof value !== "object" || value === null) return [];
  if ("data" in value && "dtype" in value) return [value as EncodedTensor];
  return Object.values(value).flatMap(tensorsIn);
}

describe("every fixture", () => {
  it.each(json)("%s names its versions and holds whole tensors", (name) => {
    const fixture = readFixture(name);
    expect(Object.values(fixture.versions)).not.toHaveLength(0);
    for (const tensor of tensorsIn(fixture)) expect(() => decode(tensor)).not.toThrow();
  });

  it("is small enough to be committed", () => {
    const bytes = files.map((name) => statSync(fixturePath(name))).filter((stat) => stat.isFile());
    expect(bytes.reduce((sum, stat) => sum + stat.size, 0)).toBeLessThan(8e6);
  });
});

describe("known values", () => {
  it("threefry: split of key(0)", () => {
    const { cases } = readFixture("random.json");
    const found = cases.find(
      ({ fn, key, params }) => fn === "split" && key?.join() === "0,0" && String(params.num) === "2",
    );
    expect([...rawOf(decode(found!.output))]).toEqual([1797259609, 2579123966, 928981903, 3453687069]);
  });

  it("NaN payloads survive in both directions", () => {
    const { cases } = readFixture("ops/convert.json");
    const found = cases.find(({ name }) => name === "bitcast_convert_type/uint32-float32/nan");
    const words = (tensor: EncodedTensor) => [...new Uint32Array(decode(tensor).bytes.buffer)];
    expect(words(found!.outputs[0]!)).toEqual(words(found!.inputs[0]!));
    expect(words(found!.inputs[0]!)).toContain(0x7f800001);
  });

  it("ties of reduce_max share the cotangent equally", () => {
    const { cases } = readFixture("ops/reduce.json");
    const found = cases.find(({ name }) => name === "reduce_max/float32/ties")!;
    const [cotangent] = numbersOf(decode(found.vjp!.cotangents[0]!));
    expect(numbersOf(decode(found.vjp!.grads[0]!)).slice(0, 3)).toEqual(Array(3).fill(Math.fround(cotangent! / 3)));
  });

  it("two matmuls: 6 products by default, 4 with dots_saveable", () => {
    const { checkpoint } = readFixture("tracing.json");
    const dots = (name: string) => checkpoint.find((row) => row.name === name)?.counts.dot_general;
    expect(dots("two-matmuls/default/input")).toBe(6);
    expect(dots("two-matmuls/dots_saveable/input")).toBe(4);
  });

  it.each(llamaCheckpoints)("%s: gradients of A and B are not zero", (name) => {
    for (const [key, tensor] of readTensors(`llama/${name}/grads-qv.safetensors`)) {
      expect(key).toMatch(/lora_[AB]\.weight$/);
      expect(Math.max(...numbersOf(tensor).map(Math.abs))).toBeGreaterThan(1e-4);
    }
  });
});
