// Every name of jax.numpy is in np, or stands here with the reason why not.
import { describe, expect, it } from "vitest";
import * as np from "../../src/lib/np.ts";
import { readFixture } from "../fixtures.ts";
import { load } from "./np-values.ts";

const { names, dtypes, printing } = readFixture("numpy-functions.json");

const absent: Readonly<Record<string, string>> = {
  ComplexWarning: "warnings are not classes in JavaScript",
  c_: "Python's indexing syntax; np.columnStack",
  index_exp: "Python's indexing syntax; entries are passed to at(…)",
  r_: "Python's indexing syntax; np.concatenate",
  s_: "Python's indexing syntax; np.slice",
  frompyfunc: "makes a ufunc; np.vectorize",
  ufunc: "functions have no reduce, accumulate or at methods; np.sum, np.cumsum, t.addAt",
  ndarray: "the class is Tensor",
  from_dlpack: "no other array library shares memory here",
  fromfile: "reading files is node:fs and np.frombuffer",
  fromiter: "np.array(Array.from(iterable))",
  fromstring: "parsing text is JavaScript; np.array",
  iterable: "Symbol.iterator in x",
  load: "files are src/io",
  save: "files are src/io",
  savez: "files are src/io",
  int1: "the plugin has no such type",
  uint1: "the plugin has no such type",
  float4_e2m1fn: "not in the table of dtypes",
  float6_e2m3fn: "not in the table of dtypes",
  float6_e3m2fn: "not in the table of dtypes",
};
/** Scalar types, which are strings here, and the classes of dtypes that np.issubdtype takes as strings. */
const types = new Set(
  (
    "bool bool_ int2 int4 int8 int16 int32 int64 int_ uint uint2 uint4 uint8 uint16 uint32 uint64 bfloat16 float16 float32 " +
    "float64 float_ single double half csingle cdouble complex_ complex64 complex128 float8_e3m4 float8_e4m3 " +
    "float8_e4m3b11fnuz float8_e4m3fn float8_e4m3fnuz float8_e5m2 float8_e5m2fnuz float8_e8m0fnu character " +
    "complexfloating dtype flexible floating generic inexact integer number object_ signedinteger unsignedinteger"
  ).split(" "),
);
const camel = (name: string) => name.replace(/_([a-z0-9])/g, (_, c: string) => c.toUpperCase());
const has = (name: string) => Object.hasOwn(np, name) || Object.hasOwn(np, camel(name));

describe("names of jax.numpy", () => {
  it.each(names.filter((n) => !types.has(n) && !Object.hasOwn(absent, n)))("%s", (name) => {
    expect(has(name)).toBe(true);
  });
  it("none stands among the missing ones that is there, or that JAX has not", () => {
    expect(Object.keys(absent).filter((n) => has(n) || !names.includes(n))).toEqual([]);
  });
  it("are more than 300", () => {
    expect(names.filter(has).length).toBeGreaterThan(300);
  });
});

describe("dtypes", () => {
  it("cast as NumPy says", () => {
    const rows = dtypes.canCast.map(([from, to]) => [
      from,
      to,
      np.canCast(from, to),
      np.canCast(from, to, "same_kind"),
    ]);
    expect(rows).toEqual(dtypes.canCast);
    expect([np.canCast("int32", "int32", "no"), np.canCast("int8", "int16", "equiv")]).toEqual([true, false]);
    expect(np.canCast("float32", "bool", "unsafe")).toBe(true);
  });
  it("are of the array API's kinds", () => {
    expect(dtypes.isdtype.map(([d, k]) => [d, k, np.isdtype(d, k as np.DTypeKind)])).toEqual(dtypes.isdtype);
    expect([np.isdtype("int8", ["bool", "int8"]), np.isdtype("int8", "int16")]).toEqual([true, false]);
    expect(() => np.isdtype("int8", "whole" as never)).toThrow(/expected a dtype or one of bool, signed integer/);
  });
  it("have JAX's limits", () => {
    for (const [dtype, facts] of Object.entries(dtypes.finfo)) {
      const ours = np.finfo(dtype as "float32") as unknown as Record<string, number>;
      for (const [fact, value] of Object.entries(facts)) {
        const got = ours[fact.replace(/_([a-z])/g, (_, c: string) => c.toUpperCase())]!;
        // JAX gives these in the dtype itself.
        expect([dtype, fact, Math.abs(got - value) <= Math.abs(value) * ours.eps!]).toEqual([dtype, fact, true]);
      }
    }
    expect(np.iinfo("int8")).toEqual({ dtype: "int8", bits: 8, max: 127, min: -128 });
  });
  it("of one tensor or number", () => {
    expect([np.isscalar(1), np.isscalar(np.array(1)), np.isscalar(np.array([1]))]).toEqual([true, true, false]);
  });
});

describe("text", () => {
  it.each(printing.map((row, k) => [k, ...row] as const))("%i", (_, x, options, str, repr) => {
    const t = load(x);
    const got = np.printoptions(options, () => [np.arrayStr(t), np.arrayRepr(t)]);
    expect(got).toEqual([str, repr]);
  });
  it("settings come back after printoptions, and unknown ones are refused", () => {
    const before = np.getPrintoptions();
    expect(() =>
      np.printoptions({ precision: 2 }, () => {
        throw new TypeError("inside");
      }),
    ).toThrow("inside");
    expect(np.getPrintoptions()).toEqual(before);
    expect(() => np.setPrintoptions({ colour: 1 } as never)).toThrow(/got colour, expected some of precision/);
    np.setPrintoptions({ precision: 2 });
    expect(np.arrayStr(np.array([1 / 3]))).toBe("[0.33]");
    np.setPrintoptions(before);
  });
});
