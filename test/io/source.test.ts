// Tensor sources: casting while reading, ranges, and what they refuse.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { f32ToBf16, f32ToF16 } from "../../base/half.ts";
import {
  castSource,
  eachChunk,
  memorySource,
  readArray,
  readBytes,
  readFloat32,
  renameSource,
  viewAs,
} from "../../src/io/source.ts";
import { expectRefusal } from "./temp.ts";

const data = Float32Array.from({ length: 300_000 }, (_, i) => Math.sin(i) * 100);
const source = memorySource("w", "float32", [300, 1000], data);

describe("castSource", () => {
  test("rounds as the conversions do, across pieces", () => {
    expect(readArray(castSource(source, "bfloat16"))).toEqual(f32ToBf16(data));
    expect(readArray(castSource(source, "float16"))).toEqual(f32ToF16(data));
    expect(readArray(castSource(castSource(source, "float64"), "float32"))).toEqual(data);
    expect(castSource(source, "float32")).toBe(source);
  });

  test("any byte range, into any alignment", () => {
    const half = castSource(source, "bfloat16");
    const whole = readBytes(half);
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(5000), fc.integer({ min: 0, max: 3 }), (from, length, shift) => {
        const to = Math.min(whole.length, from + length);
        const dst = new Uint8Array(shift + to - from).subarray(shift);
        half.readInto(dst, from, to);
        expect(Buffer.compare(dst, whole.subarray(from, to))).toBe(0);
      }),
    );
  });

  test("not from or to integers", () => {
    const ids = memorySource("ids", "int32", [2], Int32Array.of(1, 2));
    expectRefusal(
      () => castSource(ids, "float32"),
      /tensor ids of type int32, wanted as float32; expected a float type/,
    );
    expectRefusal(() => castSource(source, "int8"), /tensor w of type float32, wanted as int8/);
  });
});

test("pieces ascend and cover the tensor once", () => {
  const pieces: Uint8Array[] = [];
  eachChunk(source, 999, (piece) => pieces.push(piece.slice()));
  expect(pieces.slice(0, -1).every((p) => p.length === 999)).toBe(true);
  expect(Buffer.compare(Buffer.concat(pieces), readBytes(source))).toBe(0);
  eachChunk(memorySource("e", "int8", [0], new Int8Array(0)), 10, () => expect.unreachable());
});

test("renamed sources read the same bytes", () => {
  const other = renameSource(source, "v");
  expect([other.name, other.shape, other.dtype]).toEqual(["v", [300, 1000], "float32"]);
  expect(readFloat32(other)).toEqual(data);
});

test("data of another size than the shape, and ranges outside, are refused", () => {
  expect(() => memorySource("w", "float32", [3], new Float32Array(2))).toThrow(
    /w: 8 bytes of data for float32\[3\], which has 12/,
  );
  expect(() => source.readInto(new Uint8Array(4), -4, 0)).toThrow(RangeError);
  expect(() => source.readInto(new Uint8Array(4), source.byteLength, source.byteLength + 4)).toThrow(RangeError);
});

test("unaligned bytes are copied to be viewed", () => {
  const bytes = new Uint8Array(9);
  bytes.set([0, 0, 0x80, 0x3f], 1);
  expect(viewAs("float32", bytes.subarray(1, 5))).toEqual(Float32Array.of(1));
});
