// Constants are exact to the bit: the text reads back to the same bits in MLIR's parser.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { floatFormat } from "../../hlo/floats.ts";
import { type DenseData, type ElementType, HloPrintError, print, type TensorType } from "../../hlo/index.ts";
import { program, t } from "./programs.ts";

function dense(type: TensorType, value: DenseData): string {
  const text = print(program([], (b) => [b.constant(type, value)]));
  return /dense<(.*)> : tensor/.exec(text)![1]!;
}

/** Bits as MLIR's parser makes them: hexadecimal as it stands, decimals through float64. */
function readFloat(element: ElementType, text: string): bigint {
  if (text.startsWith("0x")) return BigInt(text);
  expect(text).toMatch(/^-?\d+\.\d+([eE][+-]\d+)?$/);
  return floatFormat(element)!.encode(Number(text));
}

const bytesOf = (bits: bigint, width: number) =>
  Uint8Array.from({ length: width }, (_, i) => Number((bits >> BigInt(8 * i)) & 0xffn));

const roundTrips = (element: ElementType, bits: bigint) =>
  readFloat(element, dense(t(element), bytesOf(bits, floatFormat(element)!.bits / 8))) === bits;

describe("floating point", () => {
  it.each(["f32", "f64"] as const)("%s: every bit pattern", (element) => {
    const width = element === "f32" ? 32 : 64;
    fc.assert(
      fc.property(fc.bigInt(0n, (1n << BigInt(width)) - 1n), (bits) => {
        expect(roundTrips(element, bits)).toBe(true);
      }),
      { numRuns: 3000 },
    );
    const mantissa = element === "f32" ? 23 : 52;
    const exponents = (1n << BigInt(width - 1 - mantissa)) - 1n;
    for (let e = 0n; e <= exponents; e++) {
      for (const m of [0n, 1n, (1n << BigInt(mantissa)) - 1n]) {
        const bits = (e << BigInt(mantissa)) | m;
        expect(roundTrips(element, bits)).toBe(true);
        expect(roundTrips(element, bits | (1n << BigInt(width - 1)))).toBe(true);
      }
    }
  });

  const small = [
    "bf16",
    "f16",
    "f8E3M4",
    "f8E4M3",
    "f8E4M3B11FNUZ",
    "f8E4M3FN",
    "f8E4M3FNUZ",
    "f8E5M2",
    "f8E5M2FNUZ",
    "f8E8M0FNU",
  ] as const;
  it.each(small)("%s: all bit patterns", (element) => {
    const format = floatFormat(element)!;
    const wrong: bigint[] = [];
    for (let bits = 0n; bits < 1n << BigInt(format.bits); bits++) {
      if (readFloat(element, dense(t(element), bytesOf(bits, format.bits / 8))) !== bits) wrong.push(bits);
    }
    expect(wrong).toEqual([]);
  });

  it("has the spelling of MLIR", () => {
    expect(dense(t("f32"), 0.1)).toBe("1.000000e-01");
    expect(dense(t("f32"), Math.fround(1 / 3))).toBe("0.333333343");
    expect(dense(t("f64"), 0.1 + 0.2)).toBe("0.30000000000000004");
    expect(dense(t("f32"), -0)).toBe("-0.000000e+00");
    expect(dense(t("f32"), Number.POSITIVE_INFINITY)).toBe("0x7F800000");
    expect(dense(t("f32"), Number.NEGATIVE_INFINITY)).toBe("0xFF800000");
    expect(dense(t("f32"), Number.NaN)).toBe("0x7FC00000");
    expect(dense(t("bf16"), Number.NEGATIVE_INFINITY)).toBe("0xFF80");
    expect(dense(t("f16"), Number.NaN)).toBe("0x7E00");
    expect(dense(t("f64"), Number.POSITIVE_INFINITY)).toBe("0x7FF0000000000000");
    expect(dense(t("f32"), 1e39)).toBe("0x7F800000");
    expect(dense(t("f32"), 1e-45)).toBe("1.401300e-45");
    expect(dense(t("bf16"), 0.1)).toBe("1.000980e-01");
    expect(dense(t("complex<f32>"), [1, -2])).toBe("(1.000000e+00,-2.000000e+00)");
    expect(dense(t("complex<f32>"), 3)).toBe("(3.000000e+00,0.000000e+00)");
    expect(dense(t("complex<f64>", 2), [1, 2, 3, 4])).toBe(
      "[(1.000000e+00,2.000000e+00), (3.000000e+00,4.000000e+00)]",
    );
  });

  it("rounds 8-bit formats to nearest even and overflows as each format does", () => {
    const e4m3 = floatFormat("f8E4M3FN")!;
    const e5m2 = floatFormat("f8E5M2")!;
    expect([448, 464, 465, 1.0625, 1.1875, 2 ** -10].map((x) => e4m3.decode(e4m3.encode(x)))).toEqual([
      448,
      448,
      Number.NaN,
      1,
      1.25,
      0,
    ]);
    expect([57344, 61439, 61440, -1.125, 2 ** -16].map((x) => e5m2.decode(e5m2.encode(x)))).toEqual([
      57344,
      57344,
      Number.POSITIVE_INFINITY,
      -1,
      2 ** -16,
    ]);
  });
});

describe("integers and booleans", () => {
  const ranges: [ElementType, bigint, bigint][] = [
    ["i2", -2n, 1n],
    ["ui2", 0n, 3n],
    ["i4", -8n, 7n],
    ["ui4", 0n, 15n],
    ...([8, 16, 32, 64] as const).flatMap((bits): [ElementType, bigint, bigint][] => [
      [`i${bits}`, -(1n << BigInt(bits - 1)), (1n << BigInt(bits - 1)) - 1n],
      [`ui${bits}`, 0n, (1n << BigInt(bits)) - 1n],
    ]),
  ];
  it.each(ranges)("%s holds %d to %d and nothing beyond", (element, low, high) => {
    expect(dense(t(element, 2), [low, high])).toBe(`[${low}, ${high}]`);
    expect(() => dense(t(element), low - 1n)).toThrow(`outside [${low}, ${high}]`);
    expect(() => dense(t(element), high + 1n)).toThrow(HloPrintError);
  });

  it("reads bytes as the element type does", () => {
    expect(dense(t("i16", 2), Uint8Array.of(0xff, 0xff, 0, 0x80))).toBe("[-1, -32768]");
    expect(dense(t("ui16", 2), Uint8Array.of(0xff, 0xff, 0, 0x80))).toBe("[65535, 32768]");
    expect(dense(t("i1", 2), Uint8Array.of(0, 1))).toBe("[false, true]");
  });

  it("spells booleans", () => {
    expect(dense(t("i1"), true)).toBe("true");
    expect(dense(t("i1", 3), [true, 0, 1n])).toBe("[true, false, true]");
    expect(() => dense(t("i1"), 2)).toThrow("2 is not a boolean");
    expect(() => dense(t("i32"), true)).toThrow("pass 1");
    expect(() => dense(t("f32"), true)).toThrow("pass 1");
  });

  it("refuses what is not an integer", () => {
    expect(() => dense(t("i32"), 0.5)).toThrow("constant of type tensor<i32>: 0.5 is not an exact integer");
    expect(() => dense(t("i64"), 2 ** 53)).toThrow("pass a bigint");
  });
});

describe("arrays", () => {
  it("nests after the shape, folds splats, and knows empty arrays", () => {
    expect(dense(t("i32", 2, 1, 2), [1, 2, 3, 4])).toBe("[[[1, 2]], [[3, 4]]]");
    expect(dense(t("i32", 2, 2), [7, 7, 7, 7])).toBe("7");
    expect(dense(t("f32", 2), [0, -0])).toBe("[0.000000e+00, -0.000000e+00]");
    expect(dense(t("f32", 0, 3), [])).toBe("");
    expect(dense(t("f32", 0, 3), 1)).toBe("");
    expect(dense(t("f32", 2), new Uint8Array(8))).toBe("0.000000e+00");
  });

  it("writes long arrays as the bytes of their elements", () => {
    const values = Array.from({ length: 101 }, (_, n) => n);
    const hex = (bytes: Uint8Array) => `"0x${Buffer.from(bytes).toString("hex").toUpperCase()}"`;
    const floats = new Uint8Array(Float32Array.from(values).buffer);
    expect(dense(t("f32", 101), values)).toBe(hex(floats));
    expect(dense(t("f32", 101), floats)).toBe(hex(floats));
    expect(dense(t("f64", 101), values)).toBe(hex(new Uint8Array(Float64Array.from(values).buffer)));
    expect(dense(t("i64", 101), values)).toBe(hex(new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer)));
    expect(dense(t("ui8", 101), values)).toBe(hex(Uint8Array.from(values)));
    expect(
      dense(
        t("i16", 101),
        values.map((n) => -n),
      ),
    ).toBe(hex(new Uint8Array(Int16Array.from(values, (n) => -n).buffer)));
    expect(dense(t("bf16", 101), values)).toBe(
      hex(
        new Uint8Array(
          new Uint16Array([...new Uint32Array(Float32Array.from(values).buffer)].map((w) => w >>> 16)).buffer,
        ),
      ),
    );
    expect(
      dense(
        t("i1", 101),
        values.map((n) => n % 2 === 0),
      ),
    ).toMatch(/^\[true, false, /);
    expect(
      dense(
        t("ui4", 101),
        values.map((n) => n % 16),
      ),
    ).toMatch(/^\[0, 1, 2, /);
  });

  it("refuses a wrong number of elements", () => {
    expect(() => dense(t("f32", 2, 2), [1, 2, 3])).toThrow(
      "constant of type tensor<2x2xf32>: got 3 elements, expected 4",
    );
    expect(() => dense(t("f32", 2), new Uint8Array(7))).toThrow("got 1.75 elements, expected 2");
    expect(() => dense(t("f32", -1), [1])).toThrow("needs a static shape");
  });
});
