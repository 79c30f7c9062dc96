// Shapes that depend on values: known eagerly, static sizes under jit, and the errors that name the remedy.
import { describe, expect, it } from "vitest";
import { ConcretizationTypeError, DTypeError, ShapeError } from "../../src/core/errors.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { jit } from "../../src/lib/jit.ts";
import * as np from "../../src/lib/np.ts";
import { vmap } from "../../src/lib/vmap.ts";
import "./np-values.ts";

const x = np.array([3, 1, 2, 3], { dtype: "int32" });
const y = np.array([2, 9, 3, 3], { dtype: "int32" });
const mask = np.array([true, false, true, true]);
const list = (t: unknown): unknown => (Array.isArray(t) ? t.map(list) : (t as Tensor).tolist());

/** Name, the function without and with a size, and the option that mends it. */
const table: readonly (readonly [string, (a: Tensor, m: Tensor) => unknown, ((a: Tensor, m: Tensor) => unknown) | null, string])[] = [
  ["unique", (a) => np.unique(a), (a) => np.unique(a, { size: 3 }), "size"],
  ["uniqueValues", (a) => np.uniqueValues(a), (a) => np.uniqueValues(a, { size: 3 }), "size"],
  ["union1d", (a) => np.union1d(a, y), (a) => np.union1d(a, y, { size: 4 }), "size"],
  ["intersect1d", (a) => np.intersect1d(a, y), (a) => np.intersect1d(a, y, { size: 2 }), "size"],
  ["setdiff1d", (a) => np.setdiff1d(a, y), (a) => np.setdiff1d(a, y, { size: 1 }), "size"],
  ["setxor1d", (a) => np.setxor1d(a, y), (a) => np.setxor1d(a, y, { size: 2 }), "size"],
  ["nonzero", (_, m) => np.nonzero(m), (_, m) => np.nonzero(m, { size: 3 }), "size"],
  ["flatnonzero", (_, m) => np.flatnonzero(m), (_, m) => np.flatnonzero(m, { size: 3 }), "size"],
  ["argwhere", (_, m) => np.argwhere(m), (_, m) => np.argwhere(m, { size: 3 }), "size"],
  ["where", (_, m) => np.where(m), (_, m) => np.where(m, { size: 3 }), "size"],
  ["compress", (a, m) => np.compress(m, a), (a, m) => np.compress(m, a, { size: 3 }), "size"],
  ["extract", (a, m) => np.extract(m, a), (a, m) => np.extract(m, a, { size: 3 }), "size"],
  ["bincount", (a) => np.bincount(a), (a) => np.bincount(a, { length: 4 }), "length"],
  ["repeat", (a) => np.repeat(a, a), (a) => np.repeat(a, a, null, { totalRepeatLength: 9 }), "totalRepeatLength"],
  ["delete", (a) => np.delete(a, np.subtract(a, 1)), (a) => np.delete(np.concatenate([a, a]), np.array([1, 2], { dtype: "int32" }), null, { assumeUniqueIndices: true }), "assumeUniqueIndices"],
  ["choose", (a) => np.choose(np.remainder(a, 2), [a, y]), null, "mode"],
  ["ravelMultiIndex", (a) => np.ravelMultiIndex([a], [4]), (a) => np.ravelMultiIndex([a], [4], { mode: "clip" }), "mode"],
  ["trimZeros", (a) => np.trimZeros(np.subtract(a, 3)), null, "slice"],
]; // biome-ignore format: a table

describe("shapes from values", () => {
  it.each(table)("%s", (_name, open, sized, remedy) => {
    const traced = jit((a: Tensor, m: Tensor) => open(a, m));
    expect(() => traced(x, mask)).toThrow(ConcretizationTypeError);
    expect(() => traced(x, mask)).toThrow(new RegExp(`\`?"?${remedy}`));
    if (sized === null) return;
    const eager = list(sized(x, mask));
    expect(list(jit((a: Tensor, m: Tensor) => sized(a, m))(x, mask))).toEqual(eager);
    if (remedy !== "assumeUniqueIndices") expect(list(open(x, mask))).toEqual(eager);
  });

  it("map over rows with a size", () => {
    const rows = np.array([[3, 1, 3], [2, 2, 2]], { dtype: "int32" }); // biome-ignore format: a matrix
    const f = (r: Tensor) => np.unique(r, { size: 2, returnCounts: true, fillValue: -1 });
    expect(list(vmap(f)(rows))).toEqual([[[1, 3], [2, -1]], [[1, 2], [3, 0]]]); // biome-ignore format: a matrix
    expect(list(vmap((r: Tensor) => np.searchsorted(np.sort(r), r, { method: "scan" }))(rows))).toEqual([[1, 0, 1], [0, 0, 0]]); // biome-ignore format: a matrix
    expect(list(vmap((r: Tensor) => np.gcd(r, 6))(rows))).toEqual([[3, 1, 3], [2, 2, 2]]); // biome-ignore format: a matrix
    expect(list(vmap((r: Tensor) => np.histogram(r, 2)[0])(rows))).toEqual([[1, 2], [0, 3]]); // biome-ignore format: a matrix
    expect(list(vmap((r: Tensor) => np.put(r, 1, 9))(rows))).toEqual([[3, 9, 3], [2, 9, 2]]); // biome-ignore format: a matrix
  });
});

describe("applied functions", () => {
  const t = np.reshape(np.arange(24), [2, 3, 4]);
  it("along an axis", () => {
    const f = (line: Tensor) => np.stack([np.max(line), np.sum(line)]);
    expect(np.applyAlongAxis(f, 1, t).shape).toEqual([2, 2, 4]);
    expect(np.applyAlongAxis(f, 1, t).tolist()).toEqual(np.stack([np.max(t, 1), np.sum(t, 1)], 1).tolist());
    expect(np.applyAlongAxis((line: Tensor) => np.sum(line), -1, t).tolist()).toEqual(np.sum(t, -1).tolist());
    expect(np.applyOverAxes(np.sum, t, [0, 2]).tolist()).toEqual(np.sum(t, [0, 2], { keepdims: true }).tolist());
  });
  it("at every place", () => {
    const f = (i: Tensor, j: Tensor) => np.add(np.mul(i, 10), j);
    expect(np.fromfunction(f, [2, 3], "int32").tolist()).toEqual([[0, 1, 2], [10, 11, 12]]); // biome-ignore format: a matrix
  });
  it("by a signature", () => {
    const product = np.vectorize((m: Tensor, v: Tensor) => np.matmul(m, v), { signature: "(n,k),(k)->(n)" });
    const v = np.array([1, 0, 2, 1]);
    expect(product(t, v).tolist()).toEqual(np.matmul(t, v).tolist());
    expect(product(np.expandDims(t, 1), np.ones([5, 4])).shape).toEqual([2, 5, 3]);
    const both = np.vectorize((a: Tensor) => [np.sum(a), a] as const, { signature: "(n)->(),(n)" });
    expect(both(t).map((r) => r.shape)).toEqual([[2, 3], [2, 3, 4]]); // biome-ignore format: shapes
    const power = np.vectorize((a: Tensor, n: number) => np.power(a, n), { excluded: [1] });
    expect(power(np.array([[1, 2]]), 3).tolist()).toEqual([[1, 8]]);
    const add = np.vectorize((a: Tensor, b: Tensor) => {
      expect([a.ndim, b.ndim]).toEqual([0, 0]);
      return np.add(a, b);
    });
    expect(add(np.array([[1], [2]]), np.array([10, 20])).tolist()).toEqual([[11, 21], [12, 22]]); // biome-ignore format: a matrix
    expect(() => product(t, np.ones([3]))).toThrow(/sizes 4 and 3 meet in k/);
    expect(() => product(v, v)).toThrow(/expected at least 2 dimensions/);
    expect(() => np.vectorize((a: Tensor) => a, { signature: "n->n" })).toThrow(/got signature "n->n"/);
    const wrong = np.vectorize((a: Tensor) => a, { signature: "(n)->()" });
    expect(() => wrong(v)).toThrow(/got shape \[4\] for \(\), expected 0 dimensions/);
  });
});

describe("orders of contraction", () => {
  const [a, b, c] = [np.ones([2, 30]), np.ones([30, 3]), np.ones([3, 40])];
  const expected = np.full([2, 40], 90).tolist();
  it("give one result", () => {
    for (const optimize of [true, false, "greedy", "optimal", [[1, 2], [0, 1]]] as const) // biome-ignore format: a list
      expect(np.einsum("ij,jk,kl->il", a, b, c, { optimize }).tolist()).toEqual(expected);
  });
  it("are told and checked", () => {
    const [path, text] = np.einsumPath("ij,jk,kl->il", a, b, c, { optimize: "optimal" });
    expect(path).toEqual([[0, 1], [0, 1]]); // biome-ignore format: a path
    expect(text).toBe("Contraction of ij,jk,kl->il:\n  ij,jk->ik: 180 products\n  kl,ik->li: 240 products");
    expect(() => np.einsum("ij,jk", a, b, { optimize: [[0, 2]] })).toThrow(
      /got step \[0,2\] of a path with 2 operands/,
    );
    expect(() => np.einsum("ij,jk,kl", a, b, c, { optimize: [[0, 1]] })).toThrow(/leaves 2 of 3 operands/);
  });
});

it("says what is wrong and how to mend it", () => {
  const f = np.array([1, 2, 3]);
  const bad: readonly [() => unknown, typeof ShapeError | typeof DTypeError, RegExp][] = [
    [() => np.gcd(f, 2), DTypeError, /gcd: got float32, expected integers/],
    [() => np.packbits(f), DTypeError, /packbits: got float32/],
    [() => np.unpackbits(x), DTypeError, /unpackbits: got int32, expected uint8/],
    [() => np.ldexp(f, f), DTypeError, /ldexp: got exponents of float32, expected integers/],
    [() => np.gradient(np.array([1])), ShapeError, /two samples or more/],
    [() => np.cumulativeSum(np.ones([2, 2])), ShapeError, /no axis/],
    [() => np.quantile(f, 0.5, { method: "linear", weights: f }), DTypeError, /only "invertedCdf" takes weights/],
    [() => np.quantile(f, 0.5, { method: "middle" as never }), ShapeError, /got method middle/],
    [() => np.average(np.ones([2, 3]), 0, f), ShapeError, /average: got weights of shape \[3\] for shape \[2,3\]/],
    [() => np.var(f, { ddof: 1, correction: 1 }), ShapeError, /expected one of them/],
    [() => np.sum(f, { where: f }), DTypeError, /got a mask \(where\) of float32, expected bool/],
    [() => np.sum(f, { initial: f }), ShapeError, /expected a scalar/],
    [() => np.pad(f, 1, "mean", { constantValues: 1 }), DTypeError, /got constantValues for mode mean/],
    [() => np.pad(f, 1, "round" as never), DTypeError, /pad: got mode round/],
    [() => np.delete(f, 5), ShapeError, /delete: a place: got axis 5/],
    [() => np.insert(f, 1.5 as never, 1), ShapeError, /insert: a place: got 1.5, expected an integer/],
    [() => np.choose(x, [f, f]), ShapeError, /choose: got 3 for 2 choices/],
    [() => np.piecewise(f, [mask], [1, 2, 3]), ShapeError, /got 3 pieces for 1 conditions/],
    [() => np.fillDiagonal(f, 1), ShapeError, /expected a matrix/],
    [() => np.putAlongAxis(np.ones([2, 2]), x, 1, 0), ShapeError, /expected equal ranks/],
    [() => np.place(f, mask, 1), ShapeError, /expected as many elements/],
    [() => np.block([[f], f]), ShapeError, /nesting of depths 1,0/],
    [() => np.histogram(f, 3, { weights: np.ones([2]) }), ShapeError, /got weights of shape \[2\]/],
    [() => np.polyval(1, f), ShapeError, /expected coefficients/],
    [() => np.interp(f, f, np.ones([2])), ShapeError, /expected equal vectors/],
    [() => np.searchsorted(np.ones([2, 2]), f), ShapeError, /expected one dimension/],
    [() => np.partition(f, 3), ShapeError, /kth: got axis 3/],
    [() => np.mgrid(np.slice(1)), ShapeError, /without an end/],
    [() => np.frombuffer(new ArrayBuffer(6)), ShapeError, /got 6 bytes/],
    [() => np.where(mask, f as never), ShapeError, /expected two/],
    [() => np.ravelMultiIndex([x], [2]), ShapeError, /got 3 for dimension 0 of size 2/],
    [() => np.cross(np.ones([4]), np.ones([3])), ShapeError, /sizes 4 and 3/],
    [() => np.polyfit(f, np.ones([2]), 1), ShapeError, /as many rows/],
    [() => np.unique(np.zeros([0]), { size: 2 }), ShapeError, /expected a fillValue/],
    [() => np.digitize(f, np.ones([2, 2])), ShapeError, /expected a vector/],
  ]; // biome-ignore format: a table
  for (const [g, error, message] of bad) {
    expect(g, String(message)).toThrow(message);
    expect(g).toThrow(error);
  }
});
