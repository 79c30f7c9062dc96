// np functions beyond the recorded cases: values against plain computations, eager and under jit alike.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DTypeError, ShapeError } from "../../src/core/errors.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { grad } from "../../src/lib/grad.ts";
import { jit, makeJaxpr } from "../../src/lib/jit.ts";
import * as np from "../../src/lib/np.ts";
import type { TensorLike } from "../../src/lib/types.ts";
import "./np-values.ts";

const values = (t: Tensor | readonly Tensor[]): unknown =>
  Array.isArray(t) ? (t as Tensor[]).map((x) => x.tolist()) : (t as Tensor).tolist();
const a = np.array([[3, 1, 2], [0, 5, 4]]); // biome-ignore format: a matrix
const ints = np.array([7, -7, 3], { dtype: "int32" });
const holes = np.array([1, Number.NaN, 3]);

/** Name, function of a few tensors, result. */
const table: readonly (readonly [string, (...xs: Tensor[]) => Tensor | Tensor[], readonly Tensor[], unknown])[] = [
  ["sort", (x) => np.sort(x!), [a], [[1, 2, 3], [0, 4, 5]]],
  ["sort descending", (x) => np.sort(x!, { axis: 0, descending: true }), [a], [[3, 5, 4], [0, 1, 2]]],
  ["argsort", (x) => np.argsort(x!, 1), [a], [[1, 2, 0], [0, 2, 1]]],
  ["argsort descending", (x) => np.argsort(x!, { descending: true }), [np.array([1, 2, 2, 0])], [1, 2, 0, 3]],
  ["lexsort", (x) => np.lexsort([x!, np.array([1, 0, 1])]), [ints], [1, 2, 0]],
  ["argmax", (x) => [np.argmax(x!), np.argmax(x!, 0), np.argmax(x!, 1, { keepdims: true })], [a], [4, [0, 1, 1], [[0], [1]]]],
  ["cumsum", (x) => [np.cumsum(x!), np.cumsum(x!, 1)], [a], [[3, 4, 6, 6, 11, 15], [[3, 4, 6], [0, 5, 9]]]],
  ["cumprod", (x) => np.cumprod(x!, { axis: 1 }), [a], [[3, 3, 6], [0, 0, 0]]],
  ["concatenate", (x) => [np.concatenate([x!, x!], 1), np.concatenate([x!, 1n as never].slice(0, 1), null)], [a], [[[3, 1, 2, 3, 1, 2], [0, 5, 4, 0, 5, 4]], [3, 1, 2, 0, 5, 4]]],
  ["stack", (x) => np.stack([x!, x!], -1), [ints], [[7, 7], [-7, -7], [3, 3]]],
  ["split", (x) => np.split(x!, 3, 1), [a], [[[3], [0]], [[1], [5]], [[2], [4]]]],
  ["arraySplit", (x) => np.arraySplit(x!, 2), [ints], [[7, -7], [3]]],
  ["unstack", (x) => np.unstack(x!, 1), [a], [[3, 0], [1, 5], [2, 4]]],
  ["vstack hstack", (x) => [np.vstack([x!, x!]), np.hstack([x!, x!])], [ints], [[[7, -7, 3], [7, -7, 3]], [7, -7, 3, 7, -7, 3]]],
  ["tile", (x) => np.tile(x!, [2, 1]), [ints], [[7, -7, 3], [7, -7, 3]]],
  ["repeat", (x) => [np.repeat(x!, 2), np.repeat(x!, [0, 2, 1], 0)], [ints], [[7, 7, -7, -7, 3, 3], [-7, -7, 3]]],
  ["roll flip rot90", (x) => [np.roll(x!, 1, 1), np.flip(x!, 1), np.rot90(x!)], [a], [[[2, 3, 1], [4, 0, 5]], [[2, 1, 3], [4, 5, 0]], [[2, 4], [1, 5], [3, 0]]]],
  ["pad", (x) => [np.pad(x!, 1), np.pad(x!, [1, 2], { mode: "reflect" }), np.pad(x!, [2, 0], { mode: "edge" })], [ints], [[0, 7, -7, 3, 0], [-7, 7, -7, 3, -7, 7], [7, 7, 7, -7, 3]]],
  ["diff", (x) => np.diff(x!), [a], [[-2, 1], [5, -1]]],
  ["moveaxis", (x) => np.moveaxis(np.reshape(x!, [1, 2, 3]), 0, -1), [a], [[[3], [1], [2]], [[0], [5], [4]]]],
  ["floorDivide mod", (x) => [np.floorDivide(x!, 2), np.mod(x!, 2), np.fmod(x!, 2)], [ints], [[3, -4, 1], [1, 1, 1], [1, -1, 1]]],
  ["divide", (x) => np.divide(x!, 2), [ints], [3.5, -3.5, 1.5]],
  ["power", (x) => [np.power(x!, 3), np.power(x!, np.array([2, 0, 1], { dtype: "int32" }))], [ints], [[343, -343, 27], [49, 1, 3]]],
  ["bitwise", (x) => [np.bitwiseAnd(x!, 3), np.leftShift(x!, 1), np.rightShift(x!, 1), np.invert(x!)], [ints], [[3, 1, 3], [14, -14, 6], [3, -4, 1], [-8, 6, -4]]],
  ["nan-aware", (x) => [np.nansum(x!), np.nanmean(x!), np.nanmax(x!), np.nanToNum(x!, { nan: 9 })], [holes], [4, 2, 3, [1, 9, 3]]],
  ["isnan isfinite", (x) => [np.isnan(x!), np.isfinite(x!), np.isnan(np.array([1], { dtype: "int32" }))], [holes], [[false, true, false], [true, false, true], [false]]],
  ["where", (x) => np.where(np.greater(x!, 0), x!, 0), [ints], [7, 0, 3]],
  ["select", (x) => np.select([np.greater(x!, 5), np.less(x!, 0)], [1, 2], 0), [ints], [1, 2, 0]],
  ["clip", (x) => [np.clip(x!, -1, 5), np.clip(x!, null, 5)], [ints], [[5, -1, 3], [5, -7, 3]]],
  ["reduce with mask", (x) => [np.sum(x!, { where: np.greater(x!, 1) }), np.max(x!, 1, { where: np.less(x!, 3), initial: -9 })], [a], [14, [2, 0]]],
  ["any all", (x) => [np.any(x!, 1), np.all(x!, 1), np.countNonzero(x!)], [a], [[true, true], [true, false], 5]],
  ["std average", (x) => [np.std(x!, 0), np.average(x!, 1, np.array([1, 1, 2]))], [a], [[1.5, 2, 1], [2, 3.25]]],
  ["quantile", (x) => [np.quantile(x!, 0.5, 1), np.percentile(x!, 50), np.median(x!, { axis: 0, keepdims: true })], [a], [[2, 4], 2.5, [[1.5, 3, 3]]]],
  ["searchsorted", (x) => [np.searchsorted(x!, 2), np.searchsorted(x!, np.array([0, 2, 9]), { side: "right" })], [np.array([1, 2, 2, 3])], [1, [0, 3, 4]]],
  ["digitize interp", (x) => [np.digitize(x!, np.array([0, 5])), np.interp(x!, np.array([0, 4]), np.array([0, 8]))], [np.array([-1, 1, 9])], [[0, 1, 2], [0, 2, 8]]],
  ["bincount", (x) => np.bincount(x!, { length: 4 }), [np.array([0, 2, 2], { dtype: "int32" })], [1, 0, 2, 0]],
  ["topK", (x) => np.topK(x!, 2), [a], [[[3, 2], [5, 4]], [[0, 2], [1, 2]]]],
  ["matmul", (x) => [np.matmul(x!, x!.T), np.matmul(x!, np.array([1, 0, 1])), np.matmul(np.ones([2, 1, 1, 2]), np.broadcastTo(x!, [3, 2, 3])).at(1, 2)], [a], [[[14, 13], [13, 41]], [5, 4], [[3, 6, 6]]]],
  ["dot inner outer", (x) => [np.dot(x!, x!), np.inner(x!, x!), np.outer(x!, np.array([1, 2])), np.vdot(x!, x!)], [ints], [107, 107, [[7, 14], [-7, -14], [3, 6]], 107]],
  ["tensordot", (x) => [np.tensordot(x!, x!.T, 1), np.tensordot(x!, x!, [[0, 1], [0, 1]])], [a], [[[14, 13], [13, 41]], 55]],
  ["kron cross", (x) => [np.kron(np.array([1, 2]), np.array([1, 1])), np.cross(x!, np.array([0, 0, 1]))], [ints], [[1, 1, 2, 2], [-7, -7, 0]]],
  ["diag trace", (x) => [np.diag(x!), np.diag(np.array([1, 2]), 1), np.trace(x!), np.diagonal(x!, 1)], [a], [[3, 5], [[0, 1, 0], [0, 0, 2], [0, 0, 0]], 8, [1, 4]]],
  ["eye tri", () => [np.eye(2), np.eye(2, 3, 1), np.tri(2, 2)], [], [[[1, 0], [0, 1]], [[0, 1, 0], [0, 0, 1]], [[1, 0], [1, 1]]]],
  ["meshgrid", () => np.meshgrid(np.array([1, 2]), np.array([3, 4, 5]), { indexing: "ij" }), [], [[[1, 1, 1], [2, 2, 2]], [[3, 4, 5], [3, 4, 5]]]],
  ["linspace logspace", () => [np.linspace(0, 1, 3), np.linspace(0, 4, 4, { endpoint: false })], [], [[0, 0.5, 1], [0, 1, 2, 3]]],
  ["indices", () => [np.indices([2, 2]), ...np.unravelIndex(np.array([3, 4], { dtype: "int32" }), [2, 3])], [], [[[[0, 0], [1, 1]], [[0, 1], [0, 1]]], [1, 1], [0, 1]]],
  ["nonzero of a known size", (x) => np.nonzero(x!, { size: 6, fillValue: -1 }), [a], [[0, 0, 0, 1, 1, -1], [0, 1, 2, 1, 2, -1]]],
  ["take", (x) => np.take(x!, np.array([2, 0], { dtype: "int32" }), 1), [a], [[2, 3], [4, 0]]],
  ["takeAlongAxis", (x) => np.takeAlongAxis(x!, np.argsort(x!, 1), 1), [a], [[1, 2, 3], [0, 4, 5]]],
  ["signs", (x) => [np.signbit(x!), np.copysign(x!, -1), np.hypot(x!, x!)], [np.array([-0, 0])], [[true, false], [-0, -0], [0, 0]]],
  ["allclose", (x) => [np.allclose(x!, x!), np.isclose(x!, 7), np.arrayEqual(x!, x!)], [ints], [true, [true, false, false], true]],
]; // biome-ignore format: a table

describe("values", () => {
  it.each(table)("%s", (_name, f, inputs, expected) => {
    expect(values(f(...inputs))).toEqual(expected);
  });

  it("are the same under jit", () => {
    const all = jit((inputs: Tensor[][]) => table.map(([, f], i) => f(...inputs[i]!)));
    const results = all(table.map(([, , inputs]) => [...inputs]));
    table.forEach(([name, , , expected], i) => {
      expect([name, values(results[i]!)]).toEqual([name, expected]);
    });
  });

  it("argwhere, nonzero and masks of concrete tensors", () => {
    expect(np.argwhere(np.greater(a, 3)).tolist()).toEqual([[1, 1], [1, 2]]); // biome-ignore format: a matrix
    expect(np.flatnonzero(a).tolist()).toEqual([0, 1, 2, 4, 5]);
    expect(a.at(np.greater(a, 3)).tolist()).toEqual([5, 4]);
    expect(a.set([np.greater(a, 3)], 0).tolist()).toEqual([[3, 1, 2], [0, 0, 0]]); // biome-ignore format: a matrix
  });
});

describe("creation", () => {
  it("follows the kinds of host values", () => {
    expect([np.array([1]).dtype, np.array([true]).dtype, np.array([1n]).dtype]).toEqual(["float32", "bool", "int32"]);
    expect(np.array(Float64Array.of(1)).dtype).toBe("float64");
    expect(np.array(Uint8Array.of(1, 2, 3, 4), { shape: [2, 2] }).tolist()).toEqual([[1, 2], [3, 4]]); // biome-ignore format: a matrix
    expect(np.array([np.array([1]), [2]]).tolist()).toEqual([[1], [2]]);
    expect([np.zeros(2).dtype, np.ones([1], "int8").dtype, np.full([1], true).dtype]).toEqual([
      "float32",
      "int8",
      "bool",
    ]);
    expect(np.full([2], 7, { dtype: "int64" }).tolist()).toEqual([7n, 7n]);
    expect(() => np.array([[1], [2, 3]])).toThrow(ShapeError);
    expect(() => np.array([1.5], "int32")).toThrow(DTypeError);
    expect(() => np.array(2n ** 40n)).toThrow(/does not fit into int32/);
  });

  it("makes no equation under jit for equal elements", () => {
    const f = (x: Tensor) => np.add(np.mul(x, np.ones([2, 3])), np.broadcastTo(np.zerosLike(x).at(0), [2, 3]));
    expect(String(makeJaxpr(f)(a)).match(/= (\w+)/g)).toEqual(["= mul", "= add"]);
  });
});

it("reshape, at and concatenate take tensors apart and put them together again", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }), (shape) => {
      const n = shape.reduce((p, d) => p * d, 1);
      const t = np.reshape(np.arange(n), shape);
      for (let axis = 0; axis < shape.length; axis++) {
        expect(np.stack(np.unstack(t, axis), axis).tolist()).toEqual(t.tolist());
        expect(np.concatenate(np.split(t, shape[axis]!, axis), axis).tolist()).toEqual(t.tolist());
      }
      expect(np.reshape(t, -1).tolist()).toEqual(Array.from({ length: n }, (_, i) => i));
    }),
    { numRuns: 10 },
  );
});

it("sums of narrow floats are taken in float32", () => {
  const t = np.ones([4096], "bfloat16");
  expect([np.sum(t).dtype, np.sum(t).item(), np.mean(t).item()]).toEqual(["bfloat16", 4096, 1]);
  expect(np.sum(np.ones([70000], "float16"), { dtype: "float32" }).item()).toBe(70000);
});

it("differentiates through indexing, powers, logaddexp and products", () => {
  const x = np.array([1, 2, 3]);
  const g = (f: (x: Tensor) => Tensor) => (grad(f)(x) as Tensor).tolist();
  expect(g((v) => np.sum(np.power(v, 3)))).toEqual([3, 12, 27]);
  expect(g((v) => np.prod(v))).toEqual([6, 3, 2]);
  expect(g((v) => np.logaddexp(v, v).at(0))).toEqual([1, 0, 0]);
  expect(g((v) => v.set([1], 0).sum())).toEqual([1, 0, 1]);
  expect(g((v) => v.at([0, 0, 2]).sum())).toEqual([2, 0, 1]);
  expect(g((v) => np.max(np.mul(v, v)))).toEqual([0, 0, 6]);
});

it("says what is wrong and how to mend it", () => {
  const bad: readonly [() => unknown, RegExp][] = [
    [() => np.matmul(a, a), /matmul: got shapes \[2,3\] and \[2,3\].*sizes 3 and 2/],
    [() => np.reshape(a, [4, -1]), /reshape: got shape \[4,-1\].*\[2,3\]/],
    [() => np.sum(a, 2), /sum: got axis 2 .* expected -2 to 1/],
    [() => a.at(5), /at: got index 5 for dimension 0 of shape \[2,3\]/],
    [() => a.at(0, 0, 0), /got 3 indices for shape \[2,3\]/],
    [() => ints.set([0], 1.5), /got 1.5 for int32/],
    [() => ints.set([0], np.array([1.5])), /would lose information/],
    [() => np.einsum("ij,jk", a, a), /sizes 3 and 2 meet in "j"/],
    [() => np.negative(np.array([true])), /neg.*expected a numeric dtype/],
    [() => np.power(ints, -1), /integers take no negative power/],
    [() => np.split(a, 2, 1), /expected a divisor of 3/],
    [() => np.zeros([2], "float" as never), /got dtype float/],
    [() => np.max(np.zeros([0])), /no elements/],
    [() => np.concatenate([] as TensorLike[]), /got no tensors/],
  ]; // biome-ignore format: a table
  for (const [f, message] of bad) expect(f).toThrow(message);
});
