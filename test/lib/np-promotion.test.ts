// Types of results: JAX's whole promotion table, and the rules for JavaScript's numbers.
import { describe, expect, it } from "vitest";
import { avalOf } from "../../src/core/aval.ts";
import { type DType, dtypes, isComplex, isNarrow, itemSize } from "../../src/core/dtype.ts";
import { DTypeError, JortsError } from "../../src/core/errors.ts";
import { promoteTypes } from "../../src/core/promotion.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { traceGraph } from "../../src/core/trace.ts";
import * as np from "../../src/lib/np.ts";
import type { TensorLike } from "../../src/lib/types.ts";
import { readFixture, type TypeAndWeakness } from "../fixtures.ts";
import "./np-values.ts";

const fixture = readFixture("promotion.json");

/** The type of `f` of an abstract tensor, without running anything; null where it refuses. */
function typeOf(f: (x: Tensor) => Tensor, dtype: DType, weak = false, shape: readonly number[] = []) {
  let out: Tensor | undefined;
  try {
    const body = (x: Tensor) => {
      out = f(x);
      return [out];
    };
    traceGraph("f", (x) => body(x!), [avalOf(shape, dtype, weak)], { what: "test", ambient: true });
  } catch (error) {
    if (error instanceof DTypeError) return null;
    throw error;
  }
  return [out!.dtype, out!.weakType];
}
const sum = ([a, aWeak]: TypeAndWeakness, [b, bWeak]: TypeAndWeakness) => {
  let out: Tensor | undefined;
  traceGraph(
    "f",
    (x, y) => {
      out = np.add(x!, y!);
      return [out];
    },
    [avalOf([], a, aWeak), avalOf([], b, bWeak)],
    { what: "test", ambient: true },
  );
  return [out!.dtype, out!.weakType];
};

describe("tensors beside tensors", () => {
  it("has JAX's whole table without 64-bit types", () => {
    for (const { lhs, rhs, result } of fixture.x32) expect([lhs, rhs, sum(lhs, rhs)]).toEqual([lhs, rhs, result]);
  });

  it("has JAX's table with 64-bit types wherever an operand has 64 bits", () => {
    const wide = fixture.x64.filter(({ lhs, rhs }) => [lhs, rhs].some(([d]) => itemSize(d) === 8));
    expect(wide.length).toBeGreaterThan(100);
    for (const { lhs, rhs, result } of wide) expect([lhs, rhs, sum(lhs, rhs)]).toEqual([lhs, rhs, result]);
  });

  it("never makes 64 bits of narrower operands", () => {
    const plain = dtypes.filter((d) => !isNarrow(d) && !isComplex(d));
    for (const a of plain)
      for (const b of plain)
        if (itemSize(a) < 8 && itemSize(b) < 8)
          expect(itemSize(promoteTypes([a, b].map((dtype) => ({ dtype, weakType: false }))).dtype)).toBeLessThan(8);
  });
});

describe("numbers beside tensors", () => {
  const operations = { add: np.add, divide: np.divide, power: np.power, maximum: np.maximum };
  const scalar = { bool: true, int: 1, float: 1.5 };

  it.each(fixture.scalars)("$op of $tensor and a Python $scalar", ({ op, tensor, scalar: kind, result }) => {
    const got = typeOf((x) => operations[op](x, scalar[kind] as TensorLike), tensor);
    // A JavaScript number that is no integer makes weak float32 of 64-bit integers too.
    const floated = kind === "float" && (tensor === "int64" || tensor === "uint64");
    expect(got).toEqual(floated ? ["float32", true] : result);
  });

  it("alone are weak float32, bigints weak int32, booleans bool", () => {
    expect([np.add(1, 2).dtype, np.add(1, 2).weakType]).toEqual(["float32", true]);
    expect([np.add(1n, 2n).dtype, np.add(1n, 2n).weakType]).toEqual(["int32", true]);
    expect(np.add(true, false).dtype).toBe("bool");
    expect(np.add(1, 2).item()).toBe(3);
  });

  it("must fit the dtype beside them", () => {
    const t = np.array([1, 2], { dtype: "int8" });
    expect(() => np.add(t, 300)).toThrow(/300 does not fit into int8 \(-128 to 127\)/);
    expect(() => np.add(np.array([1], { dtype: "uint8" }), -1)).toThrow(DTypeError);
    expect(np.add(t, 1.5).dtype).toBe("float32");
    expect(np.add(np.array([1n], { dtype: "int64" }), 2 ** 40).tolist()).toEqual([2n ** 40n + 1n]);
  });
});

const unary: Record<string, (x: Tensor) => Tensor> = {
  exp: np.exp,
  sqrt: np.sqrt,
  sin: np.sin,
  abs: np.abs,
  negative: np.negative,
  sign: np.sign,
  floor: np.floor,
  round: (x) => np.round(x),
  square: np.square,
  sum: (x) => np.sum(x),
  mean: (x) => np.mean(x),
  prod: (x) => np.prod(x),
  max: (x) => np.max(x),
  var: (x) => np.var(x),
  any: (x) => np.any(x),
  argmax: (x) => np.argmax(x),
  cumsum: (x) => np.cumsum(x),
};
it.each(fixture.unary.filter((r) => r.op in unary))("$op of $tensor", ({ op, tensor, result }) => {
  expect(typeOf(unary[op]!, tensor, false, [4])).toEqual(result);
});

it("refuses what is no tensor, naming the remedy", () => {
  expect(() => np.add([1, 2] as unknown as TensorLike, 1)).toThrow(/add: got an array.*np\.array/);
  expect(() => np.add(null as unknown as TensorLike, 1)).toThrow(JortsError);
  expect(() => np.add(np.ones([3, 4]), np.ones([2, 4]))).toThrow(/\[3,4\] and \[2,4\].*dimension -2/);
});
