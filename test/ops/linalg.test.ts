// Factorisations: what they promise of every matrix, singular, graded and degenerate ones included.
import "../../src/lib/install.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DTypeError, NonDifferentiableError, ShapeError } from "../../src/core/errors.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { grad, jvp } from "../../src/lib/grad.ts";
import { jit } from "../../src/lib/jit.ts";
import * as lax from "../../src/lib/lax.ts";
import * as np from "../../src/lib/np.ts";
import { vmap } from "../../src/lib/vmap.ts";
import { distance, gram, identity, largest, random, scaled } from "./matrices.ts";

const { linalg } = np;

/** Errors of the promises, in units of ε. */
const svdErrors = jit((x: Tensor) => {
  const [u, s, vt] = lax.linalg.svd(x, { fullMatrices: false });
  const k = s.shape.at(-1)!;
  const product = np.matmul(scaled(u, s), vt);
  const orthogonal = [u, linalg.matrixTranspose(vt)].map((q) => np.max(np.abs(np.subtract(gram(q), identity(k)))));
  const falls = np.all(np.greaterEqual(np.at(s, [np.slice(0, -1)]), np.at(s, [np.slice(1)])));
  return [np.max(np.abs(np.subtract(product, x))), ...orthogonal, falls] as const;
});

describe("svd", () => {
  const matrices: readonly (readonly [string, Tensor])[] = [
    ["square", random([6, 6], 1)],
    ["tall", random([9, 4], 2)],
    ["wide", random([3, 7], 3)],
    ["of rank one", np.outer(random([5], 4), random([5], 5))],
    ["zero", np.zeros([4, 4], "float64")],
    ["with equal singular values", identity(5)],
    ["graded", np.multiply(random([5, 5], 6), np.array([1, 1e-4, 1e-8, 1e-12, 1e-16], { dtype: "float64" }))],
    ["tiny", np.multiply(random([4, 4], 7), 1e-200)],
    ["huge", np.multiply(random([4, 4], 8), 1e200)],
  ];
  it.each(matrices)("gives orthonormal vectors that make up a matrix that is %s", (_name, x) => {
    const [error, left, right, falls] = svdErrors(x);
    const size = Math.max(largest(x), Number.MIN_VALUE);
    expect(Number(error.item()) / size).toBeLessThan(1e-14);
    expect(Number(left!.item())).toBeLessThan(1e-14);
    expect(Number(right!.item())).toBeLessThan(1e-14);
    expect((falls as Tensor).item()).toBe(true);
  });
  it("completes the bases", () => {
    const x = random([5, 3], 9);
    const [u, s, vt] = lax.linalg.svd(x);
    expect([u.shape, s.shape, vt.shape]).toEqual([[5, 5], [3], [3, 3]]);
    expect(distance(gram(u), identity(5))).toBeLessThan(1e-14);
    expect(distance(np.matmul(scaled(np.at(u, [np.ellipsis, np.slice(0, 3)]), s), vt), x)).toBeLessThan(1e-14);
    expect(() => jvp((y: Tensor) => [...lax.linalg.svd(y)], [x], [x])).toThrow(NonDifferentiableError);
  });
  it("of no elements has no singular values", () => {
    const [u, s, vt] = lax.linalg.svd(np.zeros([3, 0]), { fullMatrices: false });
    expect([u.shape, s.shape, vt.shape]).toEqual([[3, 0], [0], [0, 0]]);
  });
});

describe("eigh", () => {
  it("random symmetric matrices: v diag(w) vᵀ, orthonormal, rising", { timeout: 60_000 }, () => {
    const check = jit((x: Tensor) => {
      const [v, w] = lax.linalg.eigh(x);
      const symmetric = np.divide(np.add(x, linalg.matrixTranspose(x)), 2);
      const product = np.matmul(scaled(v, w), linalg.matrixTranspose(v));
      const rises = np.all(np.lessEqual(np.at(w, [np.slice(0, -1)]), np.at(w, [np.slice(1)])));
      return [
        np.max(np.abs(np.subtract(product, symmetric))),
        np.max(np.abs(np.subtract(gram(v), identity(5)))),
        rises,
      ] as const;
    });
    // Few different values, so that eigenvalues are often equal or zero.
    const entry = fc.constantFrom(-2, -1, 0, 0, 0, 1, 1, 0.3, 1e-9);
    fc.assert(
      fc.property(fc.array(entry, { minLength: 25, maxLength: 25 }), (values) => {
        const [error, orthogonal, rises] = check(np.array(values, { shape: [5, 5], dtype: "float64" }));
        return Number(error.item()) < 2e-14 && Number(orthogonal.item()) < 1e-14 && rises.item() === true;
      }),
      { numRuns: 60 },
    );
  });
  it("reads one triangle where asked", () => {
    const x = np.array([1, 100, 2, 3], { shape: [2, 2], dtype: "float64" });
    const [, lower] = lax.linalg.eigh(x, { symmetrizeInput: false });
    const [, upper] = lax.linalg.eigh(x, { symmetrizeInput: false, lower: false });
    expect(np.sum(np.square(lower)).item()).toBeCloseTo(1 + 9 + 8, 12);
    expect(np.sum(np.square(upper)).item()).toBeCloseTo(1 + 9 + 20000, 9);
  });
  it("has a finite derivative of the sum of equal eigenvalues", () => {
    const sum = (x: Tensor) => np.sum(linalg.eigvalsh(x));
    const g = grad(sum)(identity(3)) as Tensor;
    expect(distance(g, identity(3))).toBeLessThan(1e-14);
  });
});

describe("lu", () => {
  it.each([
    [1, 1],
    [4, 6],
    [6, 4],
    [130, 130],
    [70, 200],
  ])("x[p] = L U for [%i, %i], by blocks too", (m, n) => {
    const x = random([m, n], m + n);
    const [factors, pivots, order] = lax.linalg.lu(x);
    const k = Math.min(m, n);
    const l = np.add(np.tril(np.at(factors, [np.ellipsis, np.slice(0, k)]), -1), np.eye(m, k, 0, "float64"));
    const u = np.triu(np.at(factors, [np.slice(0, k)]));
    expect(distance(np.matmul(l, u, { precision: "highest" }), np.take(x, order, 0))).toBeLessThan(1e-12);
    expect(largest(np.tril(l, -1))).toBeLessThanOrEqual(1);
    expect(lax.linalg.luPivotsToPermutation(pivots, m).tolist()).toEqual(order.tolist());
  });
  it("exchanges rows of each matrix of a batch by itself", () => {
    const x = random([3, 4, 4], 11);
    const all = lax.linalg.lu(x).map((t) => t.tolist() as unknown[]);
    for (const i of [0, 1, 2]) {
      const one = lax.linalg.lu(np.at(x, [i])).map((t) => t.tolist());
      expect(all.map((t) => t[i])).toEqual(one);
    }
  });
});

describe("systems that have no solution are answered as JAX answers", () => {
  const singular = np.array([1, 2, 2, 4], { shape: [2, 2], dtype: "float64" });
  it("infinities and NaN", () => {
    const x = linalg.solve(singular, np.array([1, 1], { dtype: "float64" })).tolist() as number[];
    expect(x.some((v) => !Number.isFinite(v))).toBe(true);
    expect(linalg.det(singular).item()).toBe(0);
    expect((linalg.slogdet(np.zeros([4, 4])) as Tensor[]).map((t) => t.item())).toEqual([0, Number.NEGATIVE_INFINITY]);
    expect(linalg.cond(np.zeros([2, 2]), 1).item()).toBe(Number.POSITIVE_INFINITY);
    const l = linalg.cholesky(np.negative(identity(2))).tolist();
    expect(l).toEqual([
      [Number.NaN, 0],
      [Number.NaN, Number.NaN],
    ]);
    expect(np.all(np.isnan(linalg.svdvals(np.array([Number.NaN, 1, 1, 1], { shape: [2, 2] })))).item()).toBe(true);
  });
});

describe("solve", () => {
  it("vmap over right sides, matrices or both is a loop", () => {
    const [a, b] = [np.add(random([3, 3, 3], 12), np.multiply(identity(3), 3)), random([3, 3, 2], 13)];
    const one = (i: number, j: number) => linalg.solve(np.at(a, [i]), np.at(b, [j]));
    const close = (got: unknown, want: readonly Tensor[]) =>
      expect(distance(got as Tensor, np.stack(want))).toBeLessThan(1e-13);
    close(vmap((x: Tensor, y: Tensor) => linalg.solve(x, y))(a, b), [one(0, 0), one(1, 1), one(2, 2)]);
    close(vmap((y: Tensor) => linalg.solve(np.at(a, [0]), y))(b), [one(0, 0), one(0, 1), one(0, 2)]);
    close(vmap((x: Tensor) => linalg.solve(x, np.at(b, [0])))(a), [one(0, 0), one(1, 0), one(2, 0)]);
  });
});

describe("refusals", () => {
  it("name what was got and what was expected", () => {
    const [half, flat, wide] = [np.ones([2, 2], "float16"), np.ones([3]), np.ones([2, 3])];
    expect(() => linalg.inv(half)).toThrow(DTypeError);
    expect(() => lax.linalg.cholesky(wide)).toThrow(/got float32\[2,3\], expected square matrices/);
    expect(() => linalg.det(flat)).toThrow(/got shape \[3\], expected square matrices/);
    expect(() => linalg.solve(np.eye(3), np.ones([2]))).toThrow(/expected a vector \[3\] or matrices/);
    expect(() => linalg.norm(np.ones([2, 2, 2]), 2, [0, 1, 2])).toThrow(/got 3 axes/);
    expect(() => linalg.norm(flat, "fro", 0)).toThrow(/order "fro" for vectors/);
    expect(() => linalg.norm(wide, 3, [0, 1])).toThrow(/order 3 for matrices/);
    expect(() => linalg.qr(wide, "full" as "reduced")).toThrow(/got mode "full"/);
    expect(() => linalg.multiDot([wide, wide])).toThrow(ShapeError);
    expect(() => linalg.tensorinv(wide, 1)).toThrow(/as many/);
  });
});
