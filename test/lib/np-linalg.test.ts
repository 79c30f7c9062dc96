// np.linalg and lax.linalg against values recorded from JAX: results, tangents and cotangents of every case.
import { describe, expect, it } from "vitest";
import type { Tensor } from "../../src/core/tensor.ts";
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

/** The recorded calls. Eigenvectors and singular vectors come as sums of their projections, which have no signs. */
const functions: Record<string, (p: Params, ...xs: Tensor[]) => Result> = {
  cholesky: (p, x) => linalg.cholesky(x!, { upper: p.upper as boolean }),
  triangular_solve: (p, a, b) =>
    lax.linalg.triangularSolve(a!, b!, {
      leftSide: p.left_side as boolean,
      lower: p.lower as boolean,
      transposeA: p.transpose_a as boolean,
      unitDiagonal: p.unit_diagonal as boolean,
    }),
  lu: (_p, x) => lax.linalg.lu(x!),
  lu_pivots_to_permutation: (p, x) => lax.linalg.luPivotsToPermutation(x!, p.permutation_size as number),
  qr: (p, x) => linalg.qr(x!, p.mode as "reduced"),
  householder_product: (_p, a, taus) => lax.linalg.householderProduct(a!, taus!),
  eigh: (_p, x) => {
    const [w, v] = linalg.eigh(x!);
    return [w, np.matmul(np.multiply(v, weights(w)), linalg.matrixTranspose(v))];
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

const cases = readFixture("linalg.json").cases;
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
]);

describe.each([...new Set(cases.map((c) => c.op))])("%s", (op) => {
  it("agrees with JAX under jit, derivatives included", { timeout: 120_000 }, () => {
    const mine = cases.filter((c) => c.op === op);
    expectRecorded(mine, (c, ...xs) => functions[c.op]!(c.params, ...xs), loose.has(op) ? 4000 : 400);
  });
});

it("covers every recorded case", () => {
  expect(cases.map((c) => c.op).filter((op) => !(op in functions))).toEqual([]);
  expect(cases.length).toBeGreaterThan(145);
});
