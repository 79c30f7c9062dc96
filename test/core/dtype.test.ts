// The dtype table, the promotion lattice, 8-bit floats and narrow integers, and what operations accept: as in JAX.
import { evalShape, jit, lax, np } from "jorts";
import { describe, expect, it } from "vitest";
import { float8 } from "../../base/float8.ts";
import {
  bitsOf,
  type DType,
  dtypes,
  isBigInteger,
  isComplex,
  isFloat8,
  isInteger,
  isNarrow,
  itemSize,
  realOf,
  shortName,
} from "../../src/core/dtype.ts";
import { DTypeError } from "../../src/core/errors.ts";
import { promoteTypes, type Typed } from "../../src/core/promotion.ts";
import { ShapeDtypeStruct } from "../../src/core/struct.ts";
import { roundTo } from "../../src/core/words.ts";
import type { Tensor, TensorLike } from "../../src/index.ts";
import { dot } from "../../src/ops/dot.ts";
import { type DTypesFixture, decode, numbersOf, rawOf, readFixture } from "../fixtures.ts";

const fixture: DTypesFixture = readFixture("dtypes.json");

describe("the table", () => {
  it("has every dtype once, with JAX's short names and sizes of the host", () => {
    expect(dtypes).toHaveLength(27);
    expect(new Set(dtypes.map(shortName)).size).toBe(dtypes.length);
    expect(["bfloat16", "uint4", "complex128", "float8_e4m3fn"].map((d) => shortName(d as DType))).toEqual([
      "bf16",
      "u4",
      "c128",
      "f8_e4m3fn",
    ]);
    expect((["int4", "bool", "float8_e5m2", "complex64", "complex128"] as const).map(itemSize)).toEqual([
      1, 1, 1, 8, 16,
    ]);
  });

  it.each(fixture.limits)("limits of $dtype", (row) => {
    if (isInteger(row.dtype)) {
      const { bits, max, min } = np.iinfo(row.dtype);
      expect({ bits, max: String(max), min: String(min) }).toEqual({ bits: row.bits, max: row.max, min: row.min });
      expect(() => np.finfo(row.dtype)).toThrow(DTypeError);
    } else {
      const { bits, eps, max, min, tiny } = np.finfo(row.dtype);
      expect({ bits, eps, max, min, tiny, dtype: row.dtype }).toEqual(row);
      expect(() => np.iinfo(row.dtype)).toThrow(DTypeError);
    }
  });
});

describe("promotion", () => {
  const typed = (name: string): Typed => ({ dtype: name.replace("*", "") as DType, weakType: name.endsWith("*") });
  const joined = (a: string, b: string): string | null => {
    try {
      const { dtype, weakType } = promoteTypes([typed(a), typed(b)]);
      return `${dtype}${weakType ? "*" : ""}`;
    } catch (error) {
      expect(error).toBeInstanceOf(DTypeError);
      return null;
    }
  };
  const rowsOf = (table: DTypesFixture["x32"]) =>
    table.flatMap(({ left, results }) => table[0]!.right!.map((right, i) => [left, right, results[i]!] as const));
  const wide = (name: string) => bitsOf(realOf(typed(name).dtype)) === 64;

  it("is JAX's whole table without 64-bit types", () => {
    const rows = rowsOf(fixture.x32);
    expect(rows).toHaveLength(26 * 26);
    expect(rows.map(([a, b]) => [a, b, joined(a, b)])).toEqual(rows);
  });
  it("is JAX's table with 64-bit types wherever an operand has them", () => {
    const rows = rowsOf(fixture.x64).filter(([a, b]) => wide(a) || wide(b));
    expect(rows.length).toBeGreaterThan(300);
    expect(rows.map(([a, b]) => [a, b, joined(a, b)])).toEqual(rows);
  });
  it("does not depend on order or grouping where a common type exists", () => {
    const names = fixture.x32[0]!.right!.filter((n) => !isNarrow(typed(n).dtype));
    for (const a of names)
      for (const b of names)
        for (const c of ["int8", "uint32", "float16", "float32*", "complex64*"]) {
          const all = promoteTypes([a, b, c].map(typed));
          expect(promoteTypes([c, b, a].map(typed))).toEqual(all);
          expect(promoteTypes([promoteTypes([typed(a), typed(b)]), typed(c)])).toEqual(all);
        }
  });
  it("names the types that have no common one, and the way out", () => {
    const x = np.zeros(2, "float8_e4m3fn");
    expect(() => np.add(x, np.zeros(2))).toThrow(
      /got dtypes float8_e4m3fn and float32, which have no common type\..*Use astype/,
    );
    expect(() => np.add(np.zeros(2, "int4"), np.zeros(2, "int8"))).toThrow(DTypeError);
    expect(() => np.add(np.zeros(2, "int4"), 1.5)).toThrow(DTypeError);
    expect(np.add(x, 1.5).dtype).toBe("float8_e4m3fn");
  });
  it.each(fixture.scalars)("$tensor beside a $scalar of the host", ({ tensor, scalar, result }) => {
    const value = { bool: true, int: 1n, float: 1.5, complex: { re: 1, im: 2 } }[scalar];
    let got: string | null = null;
    try {
      const t = evalShape(
        (x: Tensor) => np.add(x, value),
        new ShapeDtypeStruct([2], tensor) as never,
      ) as ShapeDtypeStruct;
      got = `${t.dtype}${t.weakType ? "*" : ""}`;
    } catch (error) {
      expect(error).toBeInstanceOf(DTypeError);
    }
    expect(got).toBe(result);
  });
});

describe("8-bit floats", () => {
  it.each(fixture.float8)("$dtype: all words, and rounding at every boundary, as ml_dtypes", async (row) => {
    const values = numbersOf(decode(row.values));
    const format = float8[row.dtype as keyof typeof float8];
    expect([...format.values]).toEqual(values);
    const inputs = rawOf(decode(row.inputs)) as Float32Array;
    const words = [...(rawOf(decode(row.words)) as Uint8Array)];
    // A NaN keeps its sign only in formats that have one to keep, and JavaScript's NaN has none.
    const compared = [...inputs.keys()].filter((i) => !Number.isNaN(inputs[i]!));
    expect(compared.map((i) => format.encode(inputs[i]!))).toEqual(compared.map((i) => words[i]!));
    expect(values[format.encode(Number.NaN)]).toBeNaN();

    const host = np.array(inputs, { dtype: row.dtype });
    const bits = host.bits();
    expect(compared.map((i) => bits[i])).toEqual(compared.map((i) => words[i]));
    expect(await host.data()).toEqual(Float32Array.from(bits as Uint8Array, (w) => values[w]!));
    // The plugin's conversions round the same way, there and back.
    expect(row.xla).toBe(true);
    const converted = np.array(inputs).astype(row.dtype).bits();
    expect(compared.map((i) => converted[i])).toEqual(compared.map((i) => words[i]));
    const all = lax.bitcastConvertType(np.array(Uint8Array.from({ length: 256 }, (_, w) => w)), row.dtype);
    expect(await all.astype("float32").data()).toEqual(Float32Array.from(values));
  });

  it("round once, from numbers too, and print as numbers", () => {
    // Just above the middle between 1 and 1.125: through float32 it would lie on it, and go down.
    const above = 1.0625 + 2 ** -40;
    expect(np.array([above, 1.0625], { dtype: "float8_e4m3fn" }).tolist()).toEqual([1.125, 1]);
    expect(String(np.array([0.3, Number.NaN, -500], { dtype: "float8_e4m3fn" }))).toBe("[0.3125, nan, nan]");
    expect(String(np.array([1e9, -1e9], { dtype: "float8_e5m2" }))).toBe("[inf, -inf]");
  });

  it("constants in a program have the digits of their type", () => {
    const f = jit(() => [np.full([2], 0.3, "float8_e4m3fn"), np.astype(np.full([], 0.3, "float8_e4m3fn"), "float32")]);
    const [x, y] = f() as [Tensor, Tensor];
    expect(x.tolist()).toEqual([0.3125, 0.3125]);
    expect(y.item()).toBe(0.3125);
    expect(jit(() => np.astype(np.full([], 0.1, "bfloat16"), "float32"))().item()).toBe(0.10009765625);
    expect(roundTo("float16", 0.1)).toBe(0.0999755859375);
  });

  it("formats without infinity begin their maxima at their least value", () => {
    for (const dtype of dtypes.filter(isFloat8)) {
      const x = np.array([0.5, 2, 1], { dtype });
      expect([np.max(x).item(), np.min(x).item(), np.argmax(x).item(), np.sum(x).item()]).toEqual([
        2,
        0.5,
        1,
        roundTo(dtype, 3.5),
      ]);
      expect(np.max(np.isposinf(x)).item()).toBe(false);
    }
  });

  it("compute by conversion: sums in float32, products in the type asked for", () => {
    const x = np.array([256, 128, 64], { dtype: "float8_e4m3fn" });
    expect(np.add(x, x).tolist()).toEqual([Number.NaN, 256, 128]);
    expect(np.sum(np.array(new Array(32).fill(1.125), { dtype: "float8_e4m3fn" })).item()).toBe(36);
    expect(lax.dot(x, x, { preferredElementType: "float32" }).item()).toBe(256 ** 2 + 128 ** 2 + 64 ** 2);
    expect(lax.erfc(np.array([0], "float8_e5m2")).tolist()).toEqual([1]);
  });
});

describe("integers below 8 bits", () => {
  it.each(["int2", "int4", "uint2", "uint4"] as const)("%s: every value there and back, arithmetic modulo", (dtype) => {
    const { min, max, bits } = np.iinfo(dtype);
    const all = Array.from({ length: 2 ** bits }, (_, i) => Number(min) + i);
    const x = np.array(all, { dtype });
    const wrap = (n: number) => ((((n - Number(min)) % 2 ** bits) + 2 ** bits) % 2 ** bits) + Number(min);
    expect(x.tolist()).toEqual(all);
    expect(x.astype("int32").tolist()).toEqual(all);
    expect(np.array(all).astype(dtype).tolist()).toEqual(all);
    expect(np.add(x, x).tolist()).toEqual(all.map((n) => wrap(2 * n)));
    expect(np.multiply(x, x).tolist()).toEqual(all.map((n) => wrap(n * n)));
    expect(np.matmul(x, x).item()).toBe(wrap(all.reduce((s, n) => s + n * n, 0)));
    expect(np.less(np.add(x, x), x).tolist()).toEqual(all.map((n) => wrap(2 * n) < n));
    expect([np.max(x).item(), np.argmax(x).item(), np.sort(x).tolist(), np.sum(x).dtype]).toEqual([
      max,
      all.length - 1,
      all,
      dtype.startsWith("u") ? "uint32" : "int32",
    ]);
    expect(np.topK(x, 1)[0].tolist()).toEqual([max]);
    expect(jit((y: Tensor) => np.where(np.greater(y, 0), y, 1n))(x).tolist()).toEqual(all.map((n) => (n > 0 ? n : 1)));
    expect(() => np.array([Number(max) + 1], { dtype })).toThrow(/does not fit/);
  });
});

describe("operations accept the dtypes that JAX's accept", () => {
  const camel = (name: string) => name.replace(/_(.)/g, (_, c: string) => c.toUpperCase());
  const special: Record<string, (x: Tensor) => TensorLike> = {
    reduce_precision: (x) => lax.reducePrecision(x, 4, 3),
    integer_pow: (x) => lax.integerPow(x, 3),
    reduce_sum: (x) => lax.reduceSum(x, [0]),
    reduce_prod: (x) => lax.reduceProd(x, [0]),
    reduce_max: (x) => lax.reduceMax(x, [0]),
    dot: (x) => dot(x, x),
  };
  const pairs = new Set(
    "add sub mul div rem max min atan2 nextafter bitwise_and shift_left eq ne lt ge complex".split(" "),
  );
  it.each(fixture.accepts)("$op", ({ op, dtypes: taken }) => {
    const f = (lax as unknown as Record<string, (...xs: Tensor[]) => Tensor>)[camel(op)]!;
    const call = special[op] ?? ((x: Tensor) => (pairs.has(op) ? f(x, x) : f(x)));
    const got: Record<string, string> = {};
    for (const dtype of dtypes)
      try {
        got[dtype] = (evalShape(call as never, new ShapeDtypeStruct([3], dtype) as never) as ShapeDtypeStruct).dtype;
      } catch (error) {
        expect(error).toBeInstanceOf(DTypeError);
      }
    expect(got).toEqual(taken);
  });
});

it("64-bit integers, and no others, are bigints on the host", () => {
  for (const dtype of dtypes.filter((d) => !isComplex(d))) {
    const one = np.ones(1, dtype).tolist() as unknown[];
    expect(typeof one[0]).toBe(dtype === "bool" ? "boolean" : isBigInteger(dtype) ? "bigint" : "number");
  }
});
