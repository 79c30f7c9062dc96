// lax.linalg: factorisations of matrices in the last two dimensions, and triangular systems.
import { eigh as symmetric } from "../control/eigh.ts";
import { lu as factor, pivotsToPermutation } from "../control/lu.ts";
import { svd as singular } from "../control/svd.ts";
import { tridiagonalSolve as solveTridiagonal } from "../control/tridiagonal.ts";
import { ShapeError } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import { qr as orthogonal, householderProduct as product } from "../ops/householder.ts";
import { conjugated, requireMatrices, symmetrized } from "../ops/matrix.ts";
import { expandDims, squeeze } from "../ops/shape.ts";
import { cholesky as root, triangularSolve as solveTriangular } from "../ops/triangular.ts";
import { owning, settle, tensorOf } from "./promote.ts";
import type { TensorLike } from "./types.ts";

/** The matrices that an argument holds. @throws ShapeError, DTypeError */
function matrices(name: string, x: TensorLike, square = false): Tensor {
  const t = tensorOf(x, name);
  requireMatrices(name, t.aval, square);
  return t;
}

export interface SymmetrizeOptions {
  /** Works on (x + xᴴ) / 2 (the default), so that derivatives are symmetric; else one triangle is read. */
  readonly symmetrizeInput?: boolean;
}

/**
 * The lower triangular L with L Lᴴ = x; NaN for a matrix that is not positive definite. As
 * `jax.lax.linalg.cholesky`.
 */
export const cholesky = owning(function cholesky(x: TensorLike, options: SymmetrizeOptions = {}): Tensor {
  const t = matrices("cholesky", x, true);
  return settle(root((options.symmetrizeInput ?? true) ? symmetrized(t) : t));
});

export interface TriangularSolveOptions {
  /** Solves a x = b; else (the default) x a = b. */
  readonly leftSide?: boolean;
  /** The lower triangle of `a` is read; else (the default) the upper one. */
  readonly lower?: boolean;
  readonly transposeA?: boolean;
  /** The conjugate of `a` is used; real matrices are their own. */
  readonly conjugateA?: boolean;
  /** The diagonal of `a` is taken for ones. */
  readonly unitDiagonal?: boolean;
}
/**
 * Solves a triangular system; `b` may be vectors, one dimension less than `a`. Where the diagonal is zero the result is
 * infinite or NaN. As `jax.lax.linalg.triangular_solve`.
 */
export const triangularSolve = owning(function triangularSolve(
  a: TensorLike,
  b: TensorLike,
  options: TriangularSolveOptions = {},
): Tensor {
  const left = matrices("triangularSolve", a, true);
  const right = tensorOf(b, "triangularSolve");
  const vector = right.ndim === left.ndim - 1;
  const leftSide = options.leftSide ?? false;
  const wide = vector ? expandDims(right, [leftSide ? right.ndim : right.ndim - 1]) : right;
  const x = solveTriangular(options.conjugateA ? conjugated(left) : left, wide, {
    leftSide,
    lower: options.lower ?? false,
    transposeA: options.transposeA ?? false,
    unitDiagonal: options.unitDiagonal ?? false,
  });
  return settle(vector ? squeeze(x, [leftSide ? x.ndim - 1 : x.ndim - 2]) : x);
});

/**
 * LU factors with partial pivoting: L and U in one matrix, the row exchanged with each, and the permutation `p` with
 * x[p] = L U. As `jax.lax.linalg.lu`.
 */
export const lu = owning(function lu(x: TensorLike): [lu: Tensor, pivots: Tensor, permutation: Tensor] {
  return factor(matrices("lu", x));
});
/** The order of `permutationSize` rows after the exchanges `pivots`. As `jax.lax.linalg.lu_pivots_to_permutation`. */
export const luPivotsToPermutation = owning(
  (pivots: TensorLike, permutationSize: number): Tensor =>
    settle(pivotsToPermutation(tensorOf(pivots, "luPivotsToPermutation"), permutationSize)),
);

export interface QrOptions {
  /** Q is square (the default); else it has min(m, n) columns. */
  readonly fullMatrices?: boolean;
}
/** Q with orthonormal columns and upper triangular R. As `jax.lax.linalg.qr` without pivoting. */
export const qr = owning(function qr(x: TensorLike, options: QrOptions = {}): [q: Tensor, r: Tensor] {
  return orthogonal(matrices("qr", x), options.fullMatrices ?? true);
});
/** Q of the reflections that LAPACK's geqrf packs. As `jax.lax.linalg.householder_product`. */
export const householderProduct = owning(
  (a: TensorLike, taus: TensorLike): Tensor =>
    settle(product(matrices("householderProduct", a), tensorOf(taus, "householderProduct"))),
);

export interface EighOptions extends SymmetrizeOptions {
  /** The lower triangle is read (the default), where the input is not symmetrized. */
  readonly lower?: boolean;
}
/**
 * Orthonormal eigenvectors in columns and eigenvalues, rising, of symmetric matrices: vectors first, as
 * `jax.lax.linalg.eigh`. Errors are small multiples of n ε times the largest eigenvalue.
 */
export const eigh = owning(function eigh(x: TensorLike, options: EighOptions = {}): [vectors: Tensor, values: Tensor] {
  const t = matrices("eigh", x, true);
  return symmetric((options.symmetrizeInput ?? true) ? symmetrized(t) : t, options.lower ?? true);
});

export interface SvdOptions {
  /** U and Vᵀ are square (the default); else they have min(m, n) columns and rows. */
  readonly fullMatrices?: boolean;
}
/**
 * U, the singular values (falling) and Vᵀ; with `computeUv: false` the singular values alone. As
 * `jax.lax.linalg.svd`. Errors are small multiples of n ε times the largest singular value.
 */
export function svd(x: TensorLike, options: SvdOptions & { readonly computeUv: false }): Tensor;
export function svd(x: TensorLike, options?: SvdOptions & { readonly computeUv?: true }): [Tensor, Tensor, Tensor];
export function svd(
  x: TensorLike,
  options?: SvdOptions & { readonly computeUv?: boolean },
): Tensor | [u: Tensor, s: Tensor, vt: Tensor];
export function svd(
  x: TensorLike,
  options: SvdOptions & { readonly computeUv?: boolean } = {},
): Tensor | [u: Tensor, s: Tensor, vt: Tensor] {
  const computeUv = options.computeUv ?? true;
  const [s, u, vt] = decomposed(x, computeUv, options.fullMatrices ?? true);
  return computeUv ? [u!, s!, vt!] : s!;
}
const decomposed = owning((x: TensorLike, computeUv: boolean, fullMatrices: boolean): Tensor[] =>
  singular(matrices("svd", x), { computeUv, fullMatrices }),
);

/**
 * Solves tridiagonal systems: `dl`, `d` and `du` [..., n] are the diagonals below (its first element is not read), on and
 * above (its last is not read), `b` is [..., n, k]. Pivots are not searched for. As `jax.lax.linalg.tridiagonal_solve`.
 */
export const tridiagonalSolve = owning(function tridiagonalSolve(
  dl: TensorLike,
  d: TensorLike,
  du: TensorLike,
  b: TensorLike,
): Tensor {
  const [low, middle, high, right] = [dl, d, du, b].map((x) => tensorOf(x, "tridiagonalSolve")) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  if (right.ndim !== middle.ndim + 1)
    throw new ShapeError(
      `tridiagonalSolve: got diagonals [${middle.shape}] and right sides [${right.shape}]; expected [..., n] and [..., n, k].`,
    );
  return settle(solveTridiagonal(low, middle, high, right));
});

export * from "./lax-linalg-forms.ts";
