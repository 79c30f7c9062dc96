// XLA's own parser accepts every printed form, and constants arrive exact to the bit.
import { afterAll, describe, expect, it } from "vitest";
import { type ElementType, elementBits, print, tensorType } from "../../hlo/index.ts";
import { compileOptions } from "../../runtime/index.ts";
import { cpuClient } from "../runtime/plugin.ts";
import { partitioned, program, programs } from "./programs.ts";

const client = cpuClient({ cpuDeviceCount: 2 });
afterAll(() => client.destroy());

const one = compileOptions();
const two = compileOptions({ numPartitions: 2 });

describe.each(["pretty", "generic"] as const)("%s form", (form) => {
  it.each(Object.keys(programs))("%s", (name) => {
    using executable = client.compile(print(programs[name]!(), { form, debugInfo: form === "generic" }), one);
    expect(executable.numPartitions).toBe(1);
  });

  it.each(Object.keys(partitioned))("%s", (name) => {
    using executable = client.compile(print(partitioned[name]!(), { form }), two);
    expect(executable.numPartitions).toBe(2);
  });
});

describe("constants", () => {
  /** The bytes that a compiled program returns for a constant. */
  function executed(element: ElementType, shape: readonly number[], bytes: Uint8Array): Uint8Array {
    const text = print(program([], (b) => [b.constant(tensorType(shape, element), bytes)]));
    using executable = client.compile(text, one);
    const call = executable.prepare(0);
    call.run();
    const out = new Uint8Array(bytes.length);
    try {
      client.transfers.toHost(call.result(0, 0), out);
    } finally {
      client.transfers.destroy(call.result(0, 0), bytes.length);
    }
    return out;
  }

  /** Bit patterns from a multiplicative sequence, the same on every run. */
  const patterns = (length: number) => Uint8Array.from({ length }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 24);

  const elements =
    "f64 f32 f16 bf16 f8E3M4 f8E4M3 f8E4M3B11FNUZ f8E4M3FN f8E4M3FNUZ f8E5M2 f8E5M2FNUZ f8E8M0FNU i8 i16 i32 i64 ui8 ui16 ui32 ui64 complex<f32> complex<f64>";
  it.each(elements.split(" ") as ElementType[])("%s: decimal and hexadecimal text", (element) => {
    const width = elementBits(element) / 8;
    for (const count of [1, 100, 257]) {
      const bytes = patterns(count * width);
      expect(executed(element, [count], bytes)).toEqual(bytes);
    }
  });

  it.each(["f16", "bf16"] as const)("%s: every bit pattern", (element) => {
    for (let first = 0; first < 65536; first += 8192) {
      const words = Uint16Array.from({ length: 8192 }, (_, i) => first + i);
      const bytes = new Uint8Array(words.buffer);
      expect(executed(element, [8192], bytes)).toEqual(bytes);
    }
    // Short constants are spelled in decimal: infinities, NaN, zeros, denormals and their neighbours.
    const [infinity, mantissa] = element === "f16" ? [0x7c00, 10] : [0x7f80, 7];
    const edges = [0, 1, (1 << mantissa) - 1, 1 << mantissa, infinity - 1, infinity, infinity + 1, 0x7fff];
    const bytes = new Uint8Array(Uint16Array.from([...edges, ...edges.map((word) => word | 0x8000)]).buffer);
    expect(executed(element, [16], bytes)).toEqual(bytes);
  });

  it("f32 and f64: zeros, denormals, extremes, infinities, NaN payloads", () => {
    const f32 = Uint32Array.of(
      0,
      0x80000000,
      1,
      0x007fffff,
      0x00800000,
      0x7f7fffff,
      0x7f800000,
      0xff800000,
      0x7fc00000,
      0x7fc12345,
      0x3dcccccd,
    );
    expect(executed("f32", [11], new Uint8Array(f32.buffer))).toEqual(new Uint8Array(f32.buffer));
    const f64 = Float64Array.of(0, -0, 5e-324, 2.225073858507201e-308, Number.MAX_VALUE, -Infinity, NaN, 0.1, 1 / 3);
    expect(executed("f64", [9], new Uint8Array(f64.buffer))).toEqual(new Uint8Array(f64.buffer));
  });

  it("booleans, short and long", () => {
    for (const count of [1, 9, 300]) {
      const bytes = patterns(count).map((byte) => byte & 1);
      expect(executed("i1", [count], bytes)).toEqual(bytes);
    }
  });
});

describe("errors", () => {
  it("carry the user's line, from the location table", () => {
    const module = program([tensorType([2], "f32")], (b, x) => {
      b.location = { file: "model.ts", line: 12, column: 3 };
      return [b.one("stablehlo.negate", [x!], tensorType([3], "f32"))];
    });
    expect(() => client.compile(print(module, { debugInfo: true }), one)).toThrow("model.ts:12:3");
  });
});
