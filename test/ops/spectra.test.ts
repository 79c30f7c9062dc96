// Spectra: what eigh, svd, eig and schur promise of degenerate, graded and defective matrices of all sizes.
import "../../src/lib/install.ts";
import { describe, expect, it } from "vitest";
import { NonDifferentiableError } from "../../src/core/errors.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { grad, jvp } from "../../src/lib/grad.ts";
import { jit } from "../../src/lib/jit.ts";
import * as lax from "../../src/lib/lax.ts";
import * as np from "../../src/lib/np.ts";
import { vmap } from "../../src/lib/vmap.ts";
import {
  adjoint,
  type Dtype,
  distance,
  exactly,
  gram,
  identity,
  random,
  scaled,
  units,
  withValues,
  worst,
} from "./matrices.ts";

const { linalg } = np;

describe("divide and conquer", () => {
  const n = 60;
  const around = (dtype: Dtype) => {
    const ones = np.ones([n, n], dtype);
    const beside = np.diag(np.ones([n - 1], dtype), 1);
    const half = np.multiply(np.eye(n, n, 0, dtype), 0.5);
    const wilkinson = np.diag(
      np.abs(
        np
          .arange(n)
          .astype(dtype)
          .sub((n - 1) / 2),
      ),
    );
    return {
      zero: np.zeros([n, n], dtype),
      identity: np.eye(n, n, 0, dtype),
      ones,
      jordan: np.add(half, beside),
      nilpotent: beside,
      wilkinson: np.add(wilkinson, np.add(beside, beside.T)),
      random: random([n, n], 3, dtype),
      projector: withValues(n, (i) => i % 2, dtype),
      triple: withValues(n, (i) => [1, 1, -2][i % 3]!, dtype),
      graded: withValues(n, (i) => 2 ** -i, dtype),
      cluster: withValues(n, (i) => 1 + i * 1e-9, dtype),
      large: np.multiply(
        withValues(n, (i) => i, dtype),
        1e30,
      ),
      small: np.multiply(
        withValues(n, (i) => i, dtype),
        1e-30,
      ),
    };
  };
  const dtypes: readonly Dtype[] = ["float32", "complex128"];

  it.each(dtypes)("eigh of %s: small multiples of n ε for all spectra, in one batch", { timeout: 120_000 }, (dtype) => {
    const given = around(dtype);
    const x = np.stack(Object.values(given).map((m) => np.divide(np.add(m, adjoint(m)), 2)));
    const check = jit((x: Tensor) => {
      const [v, w] = lax.linalg.eigh(x);
      const residual = np.subtract(exactly(x, v), scaled(v, w));
      const alone = np.max(np.abs(np.subtract(linalg.eigvalsh(x), w)), -1);
      return [worst(residual), worst(np.subtract(exactly(adjoint(v), v), np.eye(n))), alone, worst(x), w] as const;
    });
    const [residual, orthogonal, alone, sizes, w] = check(x).map((t) => t.tolist() as unknown[]) as unknown[][] &
      [unknown[], unknown[], unknown[], unknown[], unknown[]];
    const errors = [residual, orthogonal, alone] as number[][];
    Object.keys(given).forEach((name, i) => {
      const size = sizes[i] as number;
      const allowed = [4 * size, 2, 4 * size].map((e) => e / units(x));
      const found = errors.map((e) => e[i]!);
      if (name === "not finite") {
        expect(found).toEqual([Number.NaN, Number.NaN, Number.NaN]);
        return;
      }
      expect([name, found.map((e, k) => e <= allowed[k]!)]).toEqual([name, [true, true, true]]);
      const values = (w as number[][])[i]!;
      expect(values).toEqual(values.toSorted((a, b) => a - b));
    });
  });
  it.each(dtypes)("svd of %s likewise", { timeout: 120_000 }, (dtype) => {
    const given = { ...around(dtype), different: withValues(n, (i) => i % 3, dtype, [1, 2]) };
    const x = np.stack(Object.values(given));
    const check = jit((x: Tensor) => {
      const [u, s, vt] = lax.linalg.svd(x);
      const alone = np.max(np.abs(np.subtract(linalg.svdvals(x), s)), -1);
      const orthogonal = [exactly(adjoint(u), u), exactly(vt, adjoint(vt))].map((g) =>
        worst(np.subtract(g, np.eye(n))),
      );
      return [worst(np.subtract(exactly(scaled(u, s), vt), x)), ...orthogonal, alone, worst(x)] as const;
    });
    const errors = check(x).map((t) => t!.tolist() as number[]);
    const sizes = errors.pop()!;
    Object.keys(given).forEach((name, i) => {
      // The largest singular value of a matrix of ones is n times its largest element.
      const size = sizes[i]! * (name === "ones" ? n : 1);
      const allowed = [4 * size, 2, 2, 4 * size].map((e) => e / units(x));
      const found = errors.map((e) => e[i]!);
      if (name === "not finite") {
        expect(found.every(Number.isNaN)).toBe(true);
        return;
      }
      expect([name, found.map((e, k) => e <= allowed[k]!)]).toEqual([name, [true, true, true, true]]);
    });
  });
  it("of matrices that take several panels and stages, and of tall and wide ones", { timeout: 120_000 }, () => {
    const m = 170;
    const x = random([m, m], 5);
    const symmetric = np.add(x, x.T);
    const [v, w] = lax.linalg.eigh(symmetric);
    expect(distance(exactly(symmetric, v), scaled(v, w))).toBeLessThan(1e-12);
    expect(distance(gram(v), identity(m))).toBeLessThan(1e-13);
    for (const shape of [
      [m, 50],
      [50, m],
    ]) {
      const y = random(shape, 6);
      const [u, s, vt] = lax.linalg.svd(y, { fullMatrices: false });
      expect(distance(exactly(scaled(u, s), vt), y)).toBeLessThan(1e-13);
    }
  });
});

describe("eig and schur", () => {
  const n = 12;
  const cyclic = np.add(np.diag(np.ones([n - 1], "float64"), 1), np.diag(np.ones([1], "float64"), 1 - n));
  const some = random([n, n], 21);
  const matrices = {
    random: some,
    zero: np.zeros([n, n], "float64"),
    identity: identity(n),
    nilpotent: np.diag(np.ones([n - 1], "float64"), 1),
    "one Jordan block": np.add(np.diag(np.ones([n - 1], "float64"), 1), identity(n)),
    cyclic,
    symmetric: np.add(some, some.T),
    skew: np.subtract(some, some.T),
    "lower triangular": np.tril(some),
    "of rank one": np.outer(np.at(some, [0]), np.at(some, [1])),
    huge: np.multiply(some, 1e200),
    tiny: np.multiply(some, 1e-200),
  };
  it.each(["float64", "complex128"] as const)(
    "of %s: residuals of a few n ε, unit vectors",
    { timeout: 120_000 },
    (dtype) => {
      const turn = np.exp(np.multiply(np.array({ re: 0, im: 1 }, { dtype: "complex128" }), 0.7));
      const all = np.stack(Object.values(matrices));
      const x = dtype === "float64" ? all : np.multiply(all, turn);
      const check = jit((x: Tensor) => {
        const [w, left, right] = lax.linalg.eig(x) as [Tensor, Tensor, Tensor];
        const [t, q] = lax.linalg.schur(x) as [Tensor, Tensor];
        const rows = np.expandDims(w, -1);
        return [
          worst(np.subtract(exactly(x.astype(w.dtype), right), scaled(right, w))),
          worst(np.subtract(exactly(adjoint(left), x.astype(w.dtype)), np.multiply(rows, adjoint(left)))),
          worst(np.subtract(exactly(exactly(q, t), adjoint(q)), x)),
          np.multiply(worst(np.subtract(exactly(adjoint(q), q), np.eye(n))), worst(x)),
          np.multiply(
            np.max(np.abs(np.subtract(linalg.norm(np.stack([left, right]), { axis: -2 }), 1)), [0, 2]),
            worst(x),
          ),
          np.multiply(worst(np.tril(t, dtype === "float64" ? -2 : -1)), 2 ** 52),
          worst(x),
        ] as const;
      });
      const results = check(x).map((t) => t.tolist() as number[]);
      const size = results.pop()!;
      Object.keys(matrices).forEach((name, i) => {
        const errors = results.map((r) => r[i]! / Math.max(size[i]!, Number.MIN_VALUE) / (n * 2 ** -52));
        expect([name, errors.map((e) => e < 10)]).toEqual([name, errors.map(() => true)]);
      });
    },
  );
  it("gives real matrices real eigenvalues and pairs that are conjugate to the bit", () => {
    const [w, v] = linalg.eig(np.add(cyclic, np.multiply(some, 0.1)));
    const values = (w.tolist() as { re: number; im: number }[]).map(({ re, im }) => [re, im] as const);
    for (const [re, im] of values) expect(values.some(([a, b]) => Object.is(a, re) && b + im === 0)).toBe(true);
    values.forEach(([, im], j) => {
      if (im === 0) expect(np.max(np.abs(np.imag(np.take(v, np.array([j], { dtype: "int32" }), 1)))).item()).toBe(0);
    });
    const [symmetric] = linalg.eig(matrices.symmetric);
    expect(np.max(np.abs(np.imag(symmetric))).item()).toBe(0);
  });
  it("makes blocks of conjugate pairs with equal diagonal elements", () => {
    const [t] = lax.linalg.schur(matrices.skew) as [Tensor];
    const rows = t.tolist() as number[][];
    for (let i = 0; i + 1 < n; i++)
      if (rows[i + 1]![i] !== 0) expect(Math.abs(rows[i]![i]! - rows[i + 1]![i + 1]!)).toBeLessThan(1e-14);
    expect(lax.linalg.schur(some, { computeSchurVectors: false })).toHaveLength(1);
  });
  it("of no rows, and of a matrix that is not finite", () => {
    const [w, v] = linalg.eig(np.zeros([0, 0]));
    expect([w.dtype, w.shape, v.shape]).toEqual(["complex64", [0], [0, 0]]);
    const bad = linalg.eigvals(np.array([1, Number.NaN, 2, 3], { shape: [2, 2] })).tolist();
    expect(bad).toEqual([0, 1].map(() => ({ re: Number.NaN, im: Number.NaN })));
  });
  it("vmap is a loop", () => {
    const x = random([3, 5, 5], 22);
    const all = vmap((y: Tensor) => np.sort(linalg.eigvals(y)))(x) as Tensor;
    for (const i of [0, 1, 2])
      expect(distance(np.at(all, [i]), np.sort(linalg.eigvals(np.at(x, [i]))))).toBeLessThan(1e-13);
  });
  it("has derivatives of eigenvalues, and of vectors only where asked", () => {
    const x = random([3, 3], 23);
    expect(() => jvp((y: Tensor) => [...linalg.eig(y)], [x], [x])).toThrow(NonDifferentiableError);
    expect(() => jvp((y: Tensor) => [...linalg.eig(y)], [x], [x])).toThrow(/enableEigvecDerivs: true/);
    expect(() => jvp((y: Tensor) => lax.linalg.schur(y), [x], [x])).toThrow(NonDifferentiableError);
    const g = grad((y: Tensor) => np.sum(np.real(linalg.eigvals(y))))(x) as Tensor;
    expect(distance(g, identity(3))).toBeLessThan(1e-13);
  });
});
