// lax functions made of others: shapes, general reductions, high products.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import "../../src/lib/install.ts";
import { DTypeError, NonDifferentiableError, ShapeError } from "../../src/core/errors.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { grad, jvp } from "../../src/lib/grad.ts";
import { jit } from "../../src/lib/jit.ts";
import * as lax from "../../src/lib/lax.ts";
import { read, tensor } from "./values.ts";

const x = () => tensor([1, 2, 3, 4, 5, 6], [2, 3], "float32");

describe("shapes", () => {
  it("stack and unstack are inverse, along every axis", () => {
    const rows = lax.unstack(x());
    expect(rows.map(read)).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(lax.unstack(x(), -1).map((t) => [t.shape, read(t)])).toEqual([
      [[2], [1, 4]],
      [[2], [2, 5]],
      [[2], [3, 6]],
    ]);
    expect(read(lax.stack(lax.unstack(x(), 1), 1))).toEqual(read(x()));
    expect(lax.stack(rows, -1).shape).toEqual([3, 2]);
    expect(() => lax.stack([x(), rows[0]!])).toThrow(ShapeError);
    expect(() => lax.stack([])).toThrow(/no tensors/);
  });
  it("tile repeats, broadcastToRank and broadcastLike widen", () => {
    const t = lax.tile(tensor([1, 2, 3, 4], [2, 2], "int32"), [2, 3]);
    expect([t.shape, read(t)]).toEqual([
      [4, 6],
      [1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4, 1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4],
    ]);
    expect(lax.tile(x(), [0, 1]).shape).toEqual([0, 3]);
    expect(() => lax.tile(x(), [2])).toThrow(ShapeError);
    expect(lax.broadcastToRank(x(), 4).shape).toEqual([1, 1, 2, 3]);
    expect(() => lax.broadcastToRank(x(), 1)).toThrow(ShapeError);
    expect(read(lax.broadcastLike(tensor([1, 2, 3], [3], "float32"), x()))).toEqual([1, 2, 3, 1, 2, 3]);
  });
  it("dtype and empty", () => {
    expect([lax.dtype(1), lax.dtype(1n), lax.dtype(true), lax.dtype(x())]).toEqual([
      "float32",
      "int32",
      "bool",
      "float32",
    ]);
    expect([lax.empty([2, 0], "int8").shape, lax.empty([3], "uint64").dtype]).toEqual([[2, 0], "uint64"]);
  });
});

describe("mulhi", () => {
  for (const type of ["int8", "uint16", "int32", "uint32", "int64", "uint64"] as const)
    it(`${type}: the upper half of the exact product`, () => {
      const bits = BigInt(type.replace(/\D+/, ""));
      const [fold, arbitrary] = type.startsWith("u")
        ? [(n: bigint) => BigInt.asUintN(Number(bits), n), fc.bigInt({ min: 0n, max: 2n ** bits - 1n })]
        : [
            (n: bigint) => BigInt.asIntN(Number(bits), n),
            fc.bigInt({ min: -(2n ** (bits - 1n)), max: 2n ** (bits - 1n) - 1n }),
          ];
      const f = jit((a: Tensor, b: Tensor) => lax.mulhi(a, b));
      fc.assert(
        fc.property(fc.array(fc.tuple(arbitrary, arbitrary), { minLength: 8, maxLength: 8 }), (pairs) => {
          const [a, b] = [0, 1].map((i) => tensor(pairs.map((p) => p[i]!).map(host(type)), [8], type));
          const want = pairs.map(([p, q]) => fold((p * q) >> bits));
          expect(f(a!, b!).tolist()).toEqual(want.map(host(type)));
        }),
        { numRuns: 10 },
      );
    });
  it("refuses floats", () => {
    expect(() => lax.mulhi(x(), x())).toThrow(DTypeError);
  });
  const host = (type: string) => (n: bigint) => (type.endsWith("64") ? n : Number(n));
});

describe("reduce", () => {
  it("knows the primitives, with their derivatives", () => {
    expect(read(lax.reduce(x(), 0, lax.add, [1]))).toEqual([6, 15]);
    expect(read(lax.reduce(x(), 1, lax.mul, [0]))).toEqual([4, 10, 18]);
    expect(read(lax.reduce(x(), Number.NEGATIVE_INFINITY, lax.max, [0, 1]))).toEqual([6]);
    expect(read(lax.reduce(x(), Number.POSITIVE_INFINITY, lax.min, [1]))).toEqual([1, 4]);
    const bits = tensor([12, 10, 7], [3], "int32");
    expect(read(lax.reduce(bits, -1, lax.bitwiseAnd, [0]))).toEqual([0]);
    expect(read(lax.reduce(bits, 0, lax.bitwiseOr, [0]))).toEqual([15]);
    const total = (t: Tensor) => lax.reduce(t, 1, lax.mul, [0, 1]);
    expect(read(grad(total)(x()))).toEqual([720, 360, 240, 180, 144, 120]);
  });
  it("takes any computation and an initial value", () => {
    expect(read(lax.reduce(x(), 10, lax.add, [1]))).toEqual([16, 25]);
    const product = lax.reduce(x(), 0, (a, b) => lax.sub(lax.add(lax.add(a, b), lax.mul(a, b)), 0), [0, 1]);
    expect(read(product)).toEqual([5039]);
    expect(read(lax.reduce(tensor([], [2, 0], "float32"), 7, (a, b) => lax.add(a, b), [1]))).toEqual([7, 7]);
  });
  it("reduces several operands together: the place of the largest", () => {
    const places = tensor([0, 1, 2, 0, 1, 2], [2, 3], "int32");
    const values = tensor([3, 9, 1, 5, 2, 4], [2, 3], "float32");
    const [top, at] = lax.reduce(
      [values, places] as const,
      [Number.NEGATIVE_INFINITY, -1n] as never,
      ([a, i], [b, j]) => {
        const first = lax.ge(a, b);
        return [lax.select(first, a, b), lax.select(first, i, j)] as never;
      },
      [1],
    ) as unknown as [Tensor, Tensor];
    expect([read(top), read(at)]).toEqual([
      [9, 5],
      [1, 0],
    ]);
  });
  it("has forward derivatives of any computation, and refuses operands of different shapes", () => {
    const f = (t: Tensor) => lax.reduce(t, 1, (a, b) => lax.mul(a, b), [0]);
    const ones = tensor([1, 1, 1, 1, 1, 1], [2, 3], "float32");
    expect(read(jvp(f, [x()], [ones])[1] as Tensor)).toEqual([5, 7, 9]);
    expect(() => lax.reduce([x(), tensor([1], [1], "float32")], [0, 0], (a) => a as never, [0])).toThrow(ShapeError);
  });
});

it("scatterSub subtracts, igamma and polygamma are here", () => {
  const dims = { updateWindowDims: [], insertedWindowDims: [0], scatterDimsToOperandDims: [0] };
  const at = tensor([0, 0, 2], [3, 1], "int32");
  const out = lax.scatterSub(tensor([10, 20, 30], [3], "float32"), at, tensor([1, 2, 3], [3], "float32"), dims);
  expect(read(out)).toEqual([7, 20, 27]);
  const a = tensor([1], [1], "float32");
  expect(read(lax.igamma(a, a))[0]).toBeCloseTo(1 - Math.exp(-1), 6);
  expect(read(lax.igammac(a, a))[0]).toBeCloseTo(Math.exp(-1), 6);
  expect(read(lax.polygamma(1, a))[0]).toBeCloseTo(Math.PI ** 2 / 6, 5);
  expect(read(lax.polygamma(0, a))[0]).toBeCloseTo(-0.5772157, 6);
  expect(() => grad((t: Tensor) => lax.reduceSum(lax.randomGammaGrad(t, a), [0]))(a)).toThrow(NonDifferentiableError);
});
