// np.linalg: factorisations.
import { eigvalsh as symmetricValues } from "../../../control/eigh.ts";
import { ShapeError } from "../../../core/errors.ts";
import type { Tensor } from "../../../core/tensor.ts";
import { geqrf } from "../../../ops/householder.ts";
import { adjoint, alongColumns, conjugated, permuteRows, symmetrized, transposed } from "../../../ops/matrix.ts";
import { iota } from "../../../ops/shape.ts";
import { sort } from "../../../ops/sort.ts";
import { abs, neg, sign } from "../../../ops/unary.ts";
import * as lax from "../../lax-linalg.ts";
import { owning, settle } from "../../promote.ts";
import type { TensorLike } from "../../types.ts";
import { multiply } from "../binary.ts";
import { matrices } from "./matrices.ts";

export interface CholeskyOptions extends lax.SymmetrizeOptions {
  /** The upper triangular factor U with Uᴴ U = a; else the lower one. */
  readonly upper?: boolean;
}
/** The lower triangular L with L Lᴴ = a; NaN for a matrix that is not positive definite. */
export const cholesky = owning(function cholesky(a: TensorLike, options: CholeskyOptions = {}): Tensor {
  const l = lax.cholesky(matrices("cholesky", a, true), options);
  return options.upper ? settle(adjoint(l)) : l;
});

export type QrMode = "reduced" | "complete" | "r" | "raw";
/**
 * Q with orthonormal columns and upper triangular R: "reduced" (min(m, n) columns of Q), "complete" (m columns), "r" (R
 * alone), or "raw" (LAPACK's reflections, transposed, and their scales).
 */
export function qr(a: TensorLike, mode: "r"): Tensor;
export function qr(a: TensorLike, mode?: Exclude<QrMode, "r">): [q: Tensor, r: Tensor];
export function qr(a: TensorLike, mode: QrMode = "reduced"): Tensor | [q: Tensor, r: Tensor] {
  const result = factored(a, mode);
  return mode === "r" ? result[0]! : (result as [Tensor, Tensor]);
}
const factored = owning((a: TensorLike, mode: QrMode): Tensor[] => {
  const t = matrices("qr", a);
  if (mode === "raw") {
    const [packed, taus] = geqrf(t);
    return [transposed(packed), taus];
  }
  if (mode !== "reduced" && mode !== "complete" && mode !== "r")
    throw new ShapeError(`qr: got mode "${String(mode)}", expected "reduced", "complete", "r" or "raw".`);
  const [q, r] = lax.qr(t, { fullMatrices: mode === "complete" });
  return mode === "r" ? [r] : [q, r];
});

function requireTriangle(name: string, UPLO: unknown): void {
  if (UPLO !== "L" && UPLO !== "U") throw new ShapeError(`${name}: got UPLO ${String(UPLO)}, expected "L" or "U".`);
}
export interface EighOptions extends lax.SymmetrizeOptions {
  /** The triangle that is read where the input is not symmetrized: "L" or "U". */
  readonly UPLO?: "L" | "U";
}
/** Eigenvalues, rising and real, and orthonormal eigenvectors in columns, of symmetric or Hermitian matrices. */
export const eigh = owning(function eigh(
  a: TensorLike,
  UPLO: "L" | "U" = "L",
  options: lax.SymmetrizeOptions = {},
): [eigenvalues: Tensor, eigenvectors: Tensor] {
  requireTriangle("eigh", UPLO);
  const [v, w] = lax.eigh(matrices("eigh", a, true), { ...options, lower: UPLO === "L" });
  return [w, v];
});
/** Eigenvalues, rising and real, of symmetric or Hermitian matrices. */
export const eigvalsh = owning(function eigvalsh(
  a: TensorLike,
  UPLO: "L" | "U" = "L",
  options: lax.SymmetrizeOptions = {},
): Tensor {
  const t = matrices("eigvalsh", a, true);
  requireTriangle("eigvalsh", UPLO);
  return settle(symmetricValues((options.symmetrizeInput ?? true) ? symmetrized(t) : t, UPLO === "L"));
});

export interface SvdOptions {
  /** U and Vᵀ are square (the default); else they have min(m, n) columns and rows. */
  readonly fullMatrices?: boolean;
  /** The matrices are symmetric or Hermitian: computed from eigenvalues. */
  readonly hermitian?: boolean;
}
/** U, the singular values (falling) and Vᵀ; with `computeUv: false` the singular values alone. */
export function svd(a: TensorLike, options: SvdOptions & { readonly computeUv: false }): Tensor;
export function svd(
  a: TensorLike,
  options?: SvdOptions & { readonly computeUv?: true },
): [u: Tensor, s: Tensor, vt: Tensor];
export function svd(
  a: TensorLike,
  options: SvdOptions & { readonly computeUv?: boolean } = {},
): Tensor | [u: Tensor, s: Tensor, vt: Tensor] {
  const { computeUv = true, fullMatrices = true, hermitian = false } = options;
  const parts = decomposed(a, computeUv, fullMatrices, hermitian);
  return computeUv ? (parts as [Tensor, Tensor, Tensor]) : parts[0]!;
}
const decomposed = owning((a: TensorLike, computeUv: boolean, fullMatrices: boolean, hermitian: boolean): Tensor[] => {
  if (!hermitian) {
    const t = matrices("svd", a);
    return computeUv ? lax.svd(t, { computeUv: true, fullMatrices }) : [lax.svd(t, { computeUv: false, fullMatrices })];
  }
  // Singular values are the sizes of eigenvalues, whose signs go to the right vectors.
  const [w, v] = eigh(matrices("svd", a, true));
  const axis = w.ndim - 1;
  const size = abs(w);
  const [falling, order] = sort([neg(size), iota("int32", size.shape, axis)], axis) as [Tensor, Tensor];
  if (!computeUv) return [settle(neg(falling))];
  const u = permuteRows(transposed(v), order);
  const signs = permuteRows(alongColumns(sign(w), 1), order);
  return [transposed(u), neg(falling), multiply(signs, conjugated(u))];
});
/** The singular values, falling. */
export const svdvals = (x: TensorLike): Tensor => svd(x, { computeUv: false, fullMatrices: false });

/**
 * Eigenvalues, in no order, and eigenvectors of norm 1 in columns, of general square matrices: complex always. They have
 * no derivative, as in JAX; those of `eigvals` do. @throws NonDifferentiableError under differentiation
 */
export const eig = owning(function eig(a: TensorLike): [eigenvalues: Tensor, eigenvectors: Tensor] {
  return lax.eig(matrices("eig", a, true), { computeLeftEigenvectors: false }) as [Tensor, Tensor];
});
/** Eigenvalues of general square matrices, complex always, in no order. */
export const eigvals = owning(function eigvals(a: TensorLike): Tensor {
  const options = { computeLeftEigenvectors: false, computeRightEigenvectors: false };
  return lax.eig(matrices("eigvals", a, true), options)[0]!;
});
