// Safetensors: every rejection of the format, byte-equality with the reference writer, partial and huge reads.

import { closeSync, ftruncateSync, openSync, readdirSync, readFileSync, writeSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type DType, dtypes, itemSize } from "../../src/core/dtype.ts";
import { SafetensorsFile, writeSafetensors } from "../../src/io/safetensors.ts";
import { elementTypeOf } from "../../src/io/safetensors-header.ts";
import {
  castSource,
  elementCount,
  memorySource,
  readArray,
  readBytes,
  readRows,
  type TensorSource,
  viewAs,
} from "../../src/io/source.ts";
import { expectOnlyRefusals } from "./damaged.ts";
import { at, expectRefusal, put } from "./temp.ts";

/** A file of header text and data, with the length field as given or right. */
function file(header: string | Uint8Array, data: number | Uint8Array = 0, length?: number | bigint): string {
  const text = Buffer.from(header as string);
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(length ?? text.length));
  return put("x.safetensors", Buffer.concat([prefix, text, typeof data === "number" ? Buffer.alloc(data) : data]));
}
const open = (path: string) => new SafetensorsFile(path).close();
const entry = (dtype: string, shape: string, offsets: string) =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;
const f32 = (name: string, count: number, begin: number, end: number) =>
  `${JSON.stringify(name)}:${entry("F32", `[${count}]`, `[${begin},${end}]`)}`;

describe("refuses", () => {
  test.each<[string, () => string, RegExp]>([
    ["an empty file", () => put("x", ""), /file of 0 bytes; expected at least the 8 bytes/],
    ["7 bytes", () => put("x", Buffer.alloc(7)), /file of 7 bytes/],
    [
      "a header above 100 MB",
      () => file("{}", 0, 100_000_001),
      /header length of 100000001; expected at most 100000000/,
    ],
    ["a header length of 2^64 - 1", () => file("{}", 0, 2n ** 64n - 1n), /expected at most 100000000/],
    ["a header longer than the file", () => file("{}", 0, 3), /header of 3 bytes in a file of 10/],
    ["an empty header", () => file(""), /an empty header/],
    ["a header that begins with a space", () => file(" {}"), /begins with byte 0x20/],
    ["bad UTF-8", () => file(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])), /not UTF-8/],
    ["bad JSON", () => file('{"a":}'), /bad header \(unexpected character at character 5\)/],
    ["NUL padding", () => file("{}\0\0\0\0\0\0"), /text after the end of the value/],
    ["a second value", () => file("{} {}"), /text after the end of the value/],
    ["an endless string", () => file('{"a'), /string without an end/],
    ["a tensor name twice", () => file(`{${f32("a", 1, 0, 4)},${f32("a", 1, 0, 4)}}`, 4), /key "a" a second time/],
    [
      "a field twice",
      () => file(`{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4),
      /key "dtype" a second time/,
    ],
    ["the same key escaped", () => file(`{${f32("a", 1, 0, 4)},"\\u0061":1}`, 4), /key "a" a second time/],
    ["metadata of numbers", () => file('{"__metadata__":{"a":1}}'), /__metadata__.a that is not a string/],
    ["metadata that is a list", () => file('{"__metadata__":[]}'), /__metadata__ that is not an object/],
    [
      "an unknown dtype",
      () => file(`{"a":${entry("F33", "[1]", "[0,4]")}}`, 4),
      /"a" of dtype "F33"; expected one of BOOL/,
    ],
    ["a dtype of Object.prototype", () => file(`{"a":${entry("toString", "[1]", "[0,4]")}}`, 4), /dtype "toString"/],
    ["a missing field", () => file('{"a":{"dtype":"F32","shape":[1]}}', 4), /"a" without data_offsets/],
    [
      "an extra field",
      () => file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}', 4),
      /fields dtype, shape, data_offsets, x/,
    ],
    ["a tensor that is a number", () => file('{"a":1}'), /"a" without dtype/],
    ["a shape of strings", () => file(`{"a":${entry("F32", '["1"]', "[0,4]")}}`, 4), /shape is not a list of integers/],
    [
      "a negative size",
      () => file(`{"a":${entry("F32", "[-1]", "[0,4]")}}`, 4),
      /number -1 is not a non-negative integer/,
    ],
    ["a fractional size", () => file(`{"a":${entry("F32", "[1.0]", "[0,4]")}}`, 4), /number 1.0 is not/],
    ["a size with exponent", () => file(`{"a":${entry("F32", "[1e0]", "[0,4]")}}`, 4), /number 1e0 is not/],
    [
      "an unsafe integer",
      () => file(`{"a":${entry("F32", "[1]", "[0,9007199254740993]")}}`, 4),
      /9007199254740993 is beyond 2\^53/,
    ],
    ["three offsets", () => file(`{"a":${entry("F32", "[1]", "[0,4,8]")}}`, 4), /data_offsets are not two integers/],
    [
      "end before begin",
      () => file(`{"a":${entry("F32", "[1]", "[4,0]")}}`, 4),
      /data_offsets \[4, 0\]; expected begin <= end/,
    ],
    [
      "a product that overflows",
      () => file(`{"a":${entry("F32", "[4294967296,4294967296,0]", "[0,0]")}}`),
      /expected a size below 2\^53 bits/,
    ],
    [
      "half a byte",
      () => file(`{"a":${entry("F4", "[3]", "[0,2]")}}`, 2),
      /of 12 bits; expected a whole number of bytes/,
    ],
    ["a wrong size", () => file(`{"a":${entry("F32", "[2]", "[0,4]")}}`, 4), /in 4 bytes; expected 8 bytes/],
    [
      "a first tensor not at 0",
      () => file(`{${f32("a", 1, 4, 8)}}`, 8),
      /"a" at offset 4, after a gap; expected offset 0/,
    ],
    [
      "a gap",
      () => file(`{${f32("a", 1, 0, 4)},${f32("b", 1, 8, 12)}}`, 12),
      /"b" at offset 8, after a gap; expected offset 4/,
    ],
    [
      "an overlap",
      () => file(`{${f32("a", 2, 0, 8)},${f32("b", 1, 4, 8)}}`, 8),
      /"b" at offset 4, overlapping the one before/,
    ],
    ["two tensors in one place", () => file(`{${f32("a", 1, 0, 4)},${f32("b", 1, 0, 4)}}`, 4), /overlapping/],
    ["missing data", () => file(`{${f32("a", 2, 0, 8)}}`, 7), /7 bytes of tensor data; expected 8/],
    ["trailing bytes", () => file(`{${f32("a", 2, 0, 8)}}`, 9), /1 bytes after the last tensor/],
    ["deep nesting", () => file(`{"a":${"[".repeat(100_000)}`), /nesting deeper than 32/],
  ])("%s", (_, make, message) => {
    const path = make();
    expect(expectRefusal(() => open(path), message)).toContain(path);
  });

  test("a missing file and a directory", () => {
    expectRefusal(() => open(at("none")), /no such file or directory \(ENOENT\)/);
    expectRefusal(() => open(at()), /found a directory; expected a regular file/);
  });

  test("a missing tensor, naming near ones", () => {
    using opened = new SafetensorsFile(file(`{${f32("model.norm.weight", 1, 0, 4)}}`, 4));
    expectRefusal(() => opened.tensor("norm.weight"), /no tensor norm.weight \(there is model.norm.weight\)/);
  });

  test("floats below 8 bits when they are read, not when the file is opened", () => {
    using opened = new SafetensorsFile(file(`{"a":${entry("F4", "[8]", "[0,4]")}}`, 4));
    expect(opened.names).toEqual(["a"]);
    expectRefusal(() => opened.tensor("a"), /tensor a of type F4; .*Convert the checkpoint to bfloat16/);
  });
});

describe("accepts", () => {
  test.each<[string, string, number, string[]]>([
    ["no tensors", "{}", 0, []],
    ["space padding", "{}      ", 0, []],
    ["a length that is not a multiple of 8", "{} ", 0, []],
    [
      "names of Object.prototype",
      `{${f32("__proto__", 1, 0, 4)},${f32("constructor", 1, 4, 8)}}`,
      8,
      ["__proto__", "constructor"],
    ],
    ["empty dimensions among others", `{"e":${entry("F16", "[0,3]", "[4,4]")},${f32("a", 1, 0, 4)}}`, 4, ["a", "e"]],
    ["rank 0", `{"s":${entry("I64", "[]", "[0,8]")}}`, 8, ["s"]],
  ])("%s", (_, header, bytes, names) => {
    using opened = new SafetensorsFile(file(header, bytes));
    expect(opened.names).toEqual(names);
    for (const name of names) expect(readBytes(opened.tensor(name)).length).toBe(opened.tensor(name).byteLength);
  });
});

test("the reference writer's file reads, and is written again byte for byte", () => {
  const fixture = JSON.parse(readFileSync(new URL("fixtures/safetensors.json", import.meta.url), "utf8"));
  const bytes = Buffer.from(fixture.file, "base64");
  using opened = new SafetensorsFile(put("reference.safetensors", bytes));
  expect([...opened.metadata]).toEqual([["format", "pt"]]);
  expect(readArray(opened.tensor("b.weight"))).toEqual(Float32Array.of(0, 1, 2, 3, 4, 5));
  expect(opened.tensor("b.weight").shape).toEqual([2, 3]);
  expect(readArray(opened.tensor("scalar"))).toEqual(Float64Array.of(3.5));
  expect(readArray(castSource(opened.tensor("half"), "float32"))).toEqual(Float32Array.of(1.5, -2));
  expect(readArray(opened.tensor("é"))).toEqual(Uint8Array.of(1, 0));
  const shuffled = [...opened.names].reverse().map((name) => opened.tensor(name));
  writeSafetensors(at("again.safetensors"), shuffled, { format: "pt" });
  expect(readFileSync(at("again.safetensors")).equals(bytes)).toBe(true);
});

const tensor = fc
  .record({
    name: fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("__proto__", "toString", "0", "")),
    dtype: fc.constantFrom<DType>(...dtypes.filter((d) => elementTypeOf[d] !== undefined)),
    shape: fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 }),
    seed: fc.uint8Array({ minLength: 8, maxLength: 8 }),
  })
  .map(({ name, dtype, shape, seed }) => {
    const bytes = new Uint8Array(elementCount(shape) * itemSize(dtype)).map((_, i) => seed[i % 8]! ^ i);
    return memorySource(name, dtype, shape, viewAs(dtype, bytes));
  });
const tensorSet = fc
  .uniqueArray(tensor, { selector: (t) => t.name, maxLength: 8 })
  .map((all) => all.filter((t) => t.name !== "__metadata__"));

test("dtypes that the format has no name for are refused, 8-bit floats and complex numbers written and widened", () => {
  const source = (dtype: DType, bytes: Uint8Array) => memorySource("x", dtype, [2], viewAs(dtype, bytes));
  expect(() => writeSafetensors(at("no.safetensors"), [source("complex128", new Uint8Array(32))])).toThrow(
    /tensor x of dtype complex128, which safetensors has no name for.*astype/s,
  );
  writeSafetensors(at("f8.safetensors"), [source("float8_e4m3fn", Uint8Array.of(0x38, 0xff))]);
  using opened = new SafetensorsFile(at("f8.safetensors"));
  expect(opened.tensor("x").dtype).toBe("float8_e4m3fn");
  expect(readArray(castSource(opened.tensor("x"), "float32"))).toEqual(Float32Array.of(1, Number.NaN));
  expect(readArray(castSource(castSource(opened.tensor("x"), "float32"), "float8_e5m2"))).toEqual(
    Uint8Array.of(0x3c, 0x7e),
  );
});

test("random tensors survive a round trip, bit for bit", () => {
  fc.assert(
    fc.property(tensorSet, fc.dictionary(fc.string(), fc.string()), (tensors, metadata) => {
      writeSafetensors(at("r.safetensors"), tensors, metadata);
      using opened = new SafetensorsFile(at("r.safetensors"));
      expect(Object.fromEntries(opened.metadata)).toEqual({ ...metadata });
      expect([...opened.names].sort()).toEqual(tensors.map((t) => t.name).sort());
      for (const t of tensors) {
        const back = opened.tensor(t.name);
        expect({ dtype: back.dtype, shape: back.shape }).toEqual({ dtype: t.dtype, shape: t.shape });
        expect(readBytes(back)).toEqual(readBytes(t));
      }
    }),
    { numRuns: 60 },
  );
});

test("corrupted bytes give a CheckpointError or a file that reads, never anything else", () => {
  const tensors = ["a", "b"].map((n) => memorySource(n, "float32", [2, 2], Float32Array.of(1, 2, 3, 4)));
  writeSafetensors(at("good.safetensors"), tensors, { format: "pt" });
  expectOnlyRefusals("bad.safetensors", readFileSync(at("good.safetensors")), (path) => {
    using opened = new SafetensorsFile(path);
    for (const name of opened.names) readBytes(opened.tensor(name));
  });
});

describe("reads by position", () => {
  test("any byte range and any rows", () => {
    const data = Float32Array.from({ length: 60 }, (_, i) => i);
    writeSafetensors(at("p.safetensors"), [memorySource("w", "float32", [10, 6], data)]);
    using opened = new SafetensorsFile(at("p.safetensors"));
    const source = opened.tensor("w");
    const whole = readBytes(source);
    fc.assert(
      fc.property(fc.nat(240), fc.nat(240), (a, b) => {
        const [from, to] = a < b ? [a, b] : [b, a];
        const dst = new Uint8Array(to - from);
        source.readInto(dst, from, to);
        expect(dst).toEqual(whole.slice(from, to));
      }),
    );
    expect(viewAs("float32", readRows(source, 8, 10))).toEqual(data.slice(48));
    expect(() => readRows(source, 9, 11)).toThrow(/bytes \[216, 264\) into 48 of a tensor of 240 bytes/);
    expect(() => source.readInto(new Uint8Array(3), 0, 4)).toThrow(RangeError);
  });

  test("the end of a tensor of 6 GiB in a sparse file", () => {
    const rows = 1_572_864;
    const bytes = rows * 4096;
    const path = file(`{"big":${entry("F32", `[${rows},1024]`, `[0,${bytes}]`)}}`);
    const fd = openSync(path, "r+");
    const start = readFileSync(path).length;
    ftruncateSync(fd, start + bytes);
    writeSync(fd, Uint8Array.of(0, 0, 0x80, 0x3f), 0, 4, start + bytes - 4);
    closeSync(fd);
    using opened = new SafetensorsFile(path);
    const last = viewAs("float32", readRows(opened.tensor("big"), rows - 1, rows));
    expect([last[0], last[1023]]).toEqual([0, 1]);
  });

  test("a file cut short while it is open", () => {
    writeSafetensors(at("c.safetensors"), [memorySource("w", "int8", [100], new Int8Array(100))]);
    using opened = new SafetensorsFile(at("c.safetensors"));
    const fd = openSync(at("c.safetensors"), "r+");
    ftruncateSync(fd, 90);
    closeSync(fd);
    expectRefusal(() => readBytes(opened.tensor("w")), /the end of the file at byte 90; expected 100 bytes/);
  });

  test("a closed file", () => {
    writeSafetensors(at("c.safetensors"), [memorySource("w", "int8", [1], new Int8Array(1))]);
    const opened = new SafetensorsFile(at("c.safetensors"));
    const source = opened.tensor("w");
    opened.close();
    expectRefusal(() => readBytes(source), /the file closed/);
  });
});

describe("writes", () => {
  test("a source larger than a chunk, in ascending pieces, holding one at a time", () => {
    const length = 20_000_003;
    const ranges: [number, number][] = [];
    const buffers = new Set<ArrayBufferLike>();
    const source: TensorSource = {
      name: "big",
      dtype: "uint8",
      shape: [length],
      byteLength: length,
      file: "memory",
      readInto(dst, start, end) {
        ranges.push([start, end]);
        buffers.add(dst.buffer);
        for (let i = start; i < end; i++) dst[i - start] = (i * 2654435761) >>> 24;
      },
    };
    writeSafetensors(at("big.safetensors"), [source]);
    expect(ranges).toEqual([
      [0, 8388608],
      [8388608, 16777216],
      [16777216, length],
    ]);
    expect(buffers.size).toBe(1);
    using opened = new SafetensorsFile(at("big.safetensors"));
    const back = readBytes(opened.tensor("big"));
    expect(back.findIndex((b, i) => b !== (i * 2654435761) >>> 24)).toBe(-1);
  });

  test("aligned data: descending item size, then name, header padded to 8 with spaces", () => {
    const of = (name: string, dtype: DType) =>
      memorySource(name, dtype, [1], viewAs(dtype, new Uint8Array(itemSize(dtype))));
    writeSafetensors(at("o.safetensors"), [
      of("b", "int8"),
      of("z", "float64"),
      of("c", "bfloat16"),
      of("a", "float16"),
    ]);
    const bytes = readFileSync(at("o.safetensors"));
    const length = Number(bytes.readBigUInt64LE());
    expect(length % 8).toBe(0);
    expect(Object.keys(JSON.parse(bytes.subarray(8, 8 + length).toString()))).toEqual(["z", "a", "c", "b"]);
    expect(bytes.subarray(8, 8 + length).toString()).toMatch(/\} *$/);
  });

  test.each([
    [["a", "a"], /tensor name "a" twice/],
    [["__metadata__"], /which is reserved/],
  ])("no names like %j", (names, message) => {
    const tensors = names.map((n) => memorySource(n, "int8", [1], new Int8Array(1)));
    expectRefusal(() => writeSafetensors(at("n.safetensors"), tensors), message);
    expect(readdirSync(at())).toEqual([]);
  });

  test("no source whose byteLength contradicts its shape", () => {
    const source = { ...memorySource("a", "int16", [2], Int16Array.of(1, 2)), shape: [3] };
    expect(() => writeSafetensors(at("n.safetensors"), [source])).toThrow(/a: 4 bytes for int16\[3\]/);
  });

  test("a source that fails leaves the old file and nothing else", () => {
    const good = memorySource("a", "int8", [1], Int8Array.of(7));
    writeSafetensors(at("k.safetensors"), [good]);
    const before = readFileSync(at("k.safetensors"));
    const bad: TensorSource = {
      ...good,
      readInto() {
        throw new Error("device lost");
      },
    };
    expect(() => writeSafetensors(at("k.safetensors"), [bad])).toThrow("device lost");
    expect(readFileSync(at("k.safetensors")).equals(before)).toBe(true);
    expect(readdirSync(at())).toEqual(["k.safetensors"]);
  });
});
