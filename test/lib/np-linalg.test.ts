// np.linalg and lax.linalg against values recorded from JAX: results, tangents and cotangents of every case.
import { describe, expect, it } from "vitest";
import { ConcretizationTypeError } from "../../src/core/errors.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { jit } from "../../src/lib/jit.ts";
import * as lax from "../../src/lib/lax.ts";
import * as np from "../../src/lib/np.ts";
import { type Json, readFixture } from "../fixtures.ts";
import { expectRecorded } from "./recorded.ts";

const { linalg } = np;
type Params = { readonly [key: string]: Json };
type Result = Tensor | readonly Tensor[];

const order = (p: Json | undefined) =>
  (p === "inf"
    ? Number.POSITIVE_INFINITY
    : p === "-inf"
      ? Number.NEGATIVE_INFINITY
      : (p ?? null)) as np.linalg.NormOrder | null;
const weights = (t: Tensor) => np.arange(1, t.shape.at(-1)! + 1).astype(t.dtype);
const adjoint = (t: Tensor) => np.conj(linalg.matrixTranspose(t));

/** The recorded calls. Eigenvectors and singular vectors come as sums of their projections, which have no signs. */
const functions: Record<string, (p: Params, ...xs: Tensor[]) => Result> = {
  cholesky: (p, x) => linalg.cholesky(x!, { upper: p.upper as boolean }),
  triangular_solve: (p, a, b) =>
    lax.linalg.triangularSolve(a!, b!, {
      leftSide: p.left_side as boolean,
      lower: p.lower as boolean,
      transposeA: p.transpose_a as boolean,
      unitDiagonal: p.unit_diagonal as boolean,
      conjugateA: (p.conjugate_a as boolean) ?? false,
    }),
  lu: (_p, x) => lax.linalg.lu(x!),
  lu_pivots_to_permutation: (p, x) => lax.linalg.luPivotsToPermutation(x!, p.permutation_size as number),
  qr: (p, x) => linalg.qr(x!, p.mode as "reduced"),
  householder_product: (_p, a, taus) => lax.linalg.householderProduct(a!, taus!),
  eigh: (_p, x) => {
    const [w, v] = linalg.eigh(x!);
    return [w, np.matmul(np.multiply(v, weights(w)), adjoint(v))];
  },
  eigvalsh: (p, x) => linalg.eigvalsh(x!, p.UPLO as "L", { symmetrizeInput: x!.shape[0] === 2 }),
  svd: (_p, x) => {
    const [u, s, vt] = linalg.svd(x!, { fullMatrices: false });
    return [s, np.matmul(np.multiply(u, weights(s)), vt)];
  },
  svdvals: (_p, x) => linalg.svdvals(x!),
  solve: (_p, a, b) => linalg.solve(a!, b!),
  inv: (_p, x) => linalg.inv(x!),
  det: (_p, x) => linalg.det(x!),
  slogdet: (_p, x) => linalg.slogdet(x!),
  pinv: (p, x) => linalg.pinv(x!, { hermitian: (p.hermitian as boolean) ?? false }),
  lstsq: (_p, a, b) => linalg.lstsq(a!, b!),
  tensorinv: (p, a) => linalg.tensorinv(a!, p.ind as number),
  tensorsolve: (p, a, b) => linalg.tensorsolve(a!, b!, (p.axes as number[]) ?? null),
  tridiagonal_solve: (_p, dl, d, du, b) => lax.linalg.tridiagonalSolve(dl!, d!, du!, b!),
  eig: (_p, x) => {
    const [w, v] = linalg.eig(x!);
    return [np.sort(w), np.matmul(np.multiply(v, np.expandDims(np.abs(w), -2)), linalg.inv(v))];
  },
  eigvals: (_p, x) => np.sort(linalg.eigvals(x!)),
  eig_vectors: (_p, x) => {
    const [w, left, right] = lax.linalg.eig(x!, { enableEigvecDerivs: true });
    const order = np.argsort(np.real(w!));
    return [np.take(w!, order, 0), np.take(left!, order, 1), np.take(right!, order, 1)];
  },
  roots: (_p, x) => np.sort(np.roots(x!, { stripZeros: false })),
  poly: (_p, x) => np.poly(x!),
  hessenberg: (_p, x) => lax.linalg.hessenberg(x!),
  tridiagonal: (p, x) => lax.linalg.tridiagonal(x!, { lower: p.lower as boolean }),
  cholesky_update: (_p, r, w) => lax.linalg.choleskyUpdate(r!, w!),
  symmetric_product: (p, a, c) =>
    lax.linalg.symmetricProduct(a!, c!, {
      alpha: p.alpha as number,
      beta: p.beta as number,
      symmetrizeOutput: p.symmetrize_output as boolean,
    }),
  ormqr: (p, a, taus, c) =>
    lax.linalg.ormqr(a!, taus!, c!, { left: p.left as boolean, transpose: p.transpose as boolean }),
  norm: (p, x) =>
    "axis" in p ? linalg.norm(x!, { ord: order(p.ord), axis: p.axis as number | number[] }) : linalg.norm(x!),
  matrix_norm: (p, x) => linalg.matrixNorm(x!, { ord: order(p.ord), keepdims: true }),
  cond: (p, x) => linalg.cond(x!, order(p.p)),
  matrix_rank: (p, x) => linalg.matrixRank(x!, { rtol: (p.rtol as number) ?? null }),
  matrix_power: (p, x) => linalg.matrixPower(x!, p.n as number),
  multi_dot: (_p, ...xs) => linalg.multiDot(xs),
  vecdot: (p, a, b) => linalg.vecdot(a!, b!, { axis: p.axis as number }),
  diagonal: (p, x) => linalg.diagonal(x!, { offset: p.offset as number }),
  trace: (p, x) => linalg.trace(x!, { offset: p.offset as number }),
};

const { cases, names } = readFixture("linalg.json");
/** Where condition numbers of hundreds enlarge the rounding. */
const loose = new Set([
  "slogdet",
  "det",
  "inv",
  "cond",
  "lu",
  "pinv",
  "matrix_power",
  "tensorsolve",
  "tridiagonal_solve",
  "eig",
  "eigvals",
  "eig_vectors",
]);

describe.each([...new Set(cases.map((c) => c.op))])("%s", (op) => {
  it("agrees with JAX under jit, derivatives included", { timeout: 120_000 }, () => {
    const mine = cases.filter((c) => c.op === op);
    expectRecorded(mine, (c, ...xs) => functions[c.op]!(c.params, ...xs), loose.has(op) ? 4000 : 400);
  });
});

/** Names of jax.lax.linalg that lax.linalg has not, and why. */
const absent: Readonly<Record<string, string>> = {
  EigImplementation: "chooses between LAPACK, cuSOLVER and MAGMA; there is one implementation",
  EighImplementation: "chooses between implementations; there is one",
  SvdAlgorithm: "chooses between algorithms of cuSOLVER; there is one",
  qdwh: "its results count the turns of its own iteration; the polar factors are u @ vt and vtᴴ diag(s) vt of svd",
};
const camel = (name: string) => name.replace(/_([a-z0-9])/g, (_, c: string) => c.toUpperCase());

it("roots are as many as the degree, which is known outside of jit alone", () => {
  const p = np.array([0, 0, 1, -3, 2, 0], { dtype: "float64" });
  const found = np.sort(np.real(np.roots(p))).tolist() as number[];
  [0, 1, 2].forEach((want, i) => {
    expect(found[i]).toBeCloseTo(want, 12);
  });
  expect([[0, 0], [5]].map((c) => np.roots(np.array(c)).shape)).toEqual([[0], [0]]);
  expect(() => jit((c: Tensor) => np.roots(c))(p)).toThrow(ConcretizationTypeError);
  expect(() => np.roots(np.ones([2, 2]))).toThrow(/expected a vector/);
});

describe("names", () => {
  it("of jax.numpy.linalg are all in np.linalg", () => {
    expect(names.numpy.map(camel).filter((n) => !Object.hasOwn(linalg, n))).toEqual([]);
  });
  it("of jax.lax.linalg are in lax.linalg, but for primitives and those that have a reason", () => {
    const missing = names.lax.filter((n) => !n.endsWith("_p") && !Object.hasOwn(lax.linalg, camel(n)));
    expect(missing).toEqual(Object.keys(absent));
  });
});

it("covers every recorded case", () => {
  expect(cases.map((c) => c.op).filter((op) => !(op in functions))).toEqual([]);
  expect(cases.length).toBeGreaterThan(250);
});
