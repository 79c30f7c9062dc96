// lax.linalg: forms of general matrices, reductions in LAPACK's packed form, updates of factors.
import { eig as general } from "../control/eig.ts";
import { hessenberg as reduced } from "../control/hessenberg.ts";
import { reflectPacked, tridiagonal as tridiagonalized, choleskyUpdate as updated } from "../control/packed-forms.ts";
import { schur as schurForms } from "../control/schur.ts";
import { sameShape } from "../core/aval.ts";
import { isComplex } from "../core/dtype.ts";
import { DTypeError, ShapeError } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import { add, mul } from "../ops/binary.ts";
import { adjoint, lowerPart, product, requireMatrices, transposed } from "../ops/matrix.ts";
import { owning, settle, tensorOf } from "./promote.ts";
import type { TensorLike } from "./types.ts";

/** The matrices that an argument holds. @throws ShapeError, DTypeError */
function matrices(name: string, x: TensorLike, square = false): Tensor {
  const t = tensorOf(x, name);
  requireMatrices(name, t.aval, square);
  return t;
}

export interface EigOptions {
  readonly computeLeftEigenvectors?: boolean;
  readonly computeRightEigenvectors?: boolean;
  /**
   * Lets eigenvectors be differentiated (false by default): the rule holds only where all eigenvalues differ and no
   * vector has two elements of the same largest size.
   */
  readonly enableEigvecDerivs?: boolean;
}
/**
 * Eigenvalues of general square matrices, in no order, then left and right eigenvectors in columns (both by default), all
 * complex; the vectors have norm 1 and a real largest element. NaN where an element is not finite. As
 * `jax.lax.linalg.eig`; the choice of an implementation there has no counterpart.
 */
export const eig = owning(function eig(x: TensorLike, options: EigOptions = {}): Tensor[] {
  return general(matrices("eig", x, true), {
    left: options.computeLeftEigenvectors ?? true,
    right: options.computeRightEigenvectors ?? true,
    vectorDerivatives: options.enableEigvecDerivs ?? false,
  }).map(settle);
});

export interface SchurOptions {
  /** Q is computed too (the default). */
  readonly computeSchurVectors?: boolean;
}
/**
 * T and Q with x = Q T Qᴴ: unitary Q, and T upper triangular, of real matrices with a block of two rows for each pair of
 * conjugate eigenvalues. As `jax.lax.linalg.schur`, whose sorting arguments are not used there either.
 */
export const schur = owning((x: TensorLike, options: SchurOptions = {}): Tensor[] =>
  schurForms(matrices("schur", x, true), { vectors: options.computeSchurVectors ?? true }).map(settle),
);

/**
 * The upper Hessenberg form, with the reflectors' tails below it, and their scales. As `jax.lax.linalg.hessenberg`.
 */
export const hessenberg = owning(
  (a: TensorLike): [packed: Tensor, taus: Tensor] =>
    reduced(matrices("hessenberg", a, true)).map(settle) as [Tensor, Tensor],
);

/**
 * The tridiagonal form of symmetric or Hermitian matrices packed with its reflectors, the diagonal, the diagonal beside
 * it, and the reflectors' scales. One triangle is read and written, the lower one by default. As
 * `jax.lax.linalg.tridiagonal`.
 */
export const tridiagonal = owning(
  (
    a: TensorLike,
    options: { readonly lower?: boolean } = {},
  ): [packed: Tensor, diagonal: Tensor, beside: Tensor, taus: Tensor] =>
    tridiagonalized(matrices("tridiagonal", a, true), options.lower ?? true).map(settle) as [
      Tensor,
      Tensor,
      Tensor,
      Tensor,
    ],
);

/**
 * The upper triangular factor of RᵀR + w wᵀ, in O(n²): `r` [..., n, n] is upper triangular, `w` is [..., n], both real. As
 * `jax.lax.linalg.cholesky_update`.
 */
export const choleskyUpdate = owning(
  (r: TensorLike, w: TensorLike): Tensor =>
    settle(updated(matrices("choleskyUpdate", r, true), tensorOf(w, "choleskyUpdate"))),
);

export interface SymmetricProductOptions {
  /** The factor of a aᵀ, 1 by default. */
  readonly alpha?: number;
  /** The factor of c, 0 by default. */
  readonly beta?: number;
  /** The upper triangle of the result is replaced by the lower one. */
  readonly symmetrizeOutput?: boolean;
}
/** α a aᵀ + β c of real matrices [..., m, n] and [..., m, m]. As `jax.lax.linalg.symmetric_product`. */
export const symmetricProduct = owning(function symmetricProduct(
  a: TensorLike,
  c: TensorLike,
  options: SymmetricProductOptions = {},
): Tensor {
  const [left, sum] = [matrices("symmetricProduct", a), matrices("symmetricProduct", c, true)];
  if (isComplex(left.dtype) || left.dtype !== sum.dtype)
    throw new DTypeError(
      `symmetricProduct: got ${left.dtype} and ${sum.dtype}; expected equal dtypes, float32 or float64.`,
    );
  if (!sameShape(left.shape.slice(0, -1), sum.shape.slice(0, -1)))
    throw new ShapeError(
      `symmetricProduct: got shapes [${left.shape}] and [${sum.shape}]; expected [..., m, n] and [..., m, m].`,
    );
  const { alpha = 1, beta = 0, symmetrizeOutput = false } = options;
  const result = add(mul(product(left, transposed(left)), alpha), mul(sum, beta));
  return settle(symmetrizeOutput ? add(lowerPart(result), transposed(lowerPart(result, -1))) : result);
});

export interface OrmqrOptions {
  /** Q c (the default), else c Q. */
  readonly left?: boolean;
  /** Qᵀ, of complex matrices Qᴴ, in place of Q. */
  readonly transpose?: boolean;
}
/**
 * The product with Q of the reflections `a` [..., m, n] and scales `taus` [..., k] that geqrf packs (np.linalg.qr's mode
 * "raw", transposed), without making Q. `c` has m rows, or m columns for c Q. As `jax.lax.linalg.ormqr`.
 */
export const ormqr = owning(function ormqr(
  a: TensorLike,
  taus: TensorLike,
  c: TensorLike,
  options: OrmqrOptions = {},
): Tensor {
  const [packed, scales, right] = [matrices("ormqr", a), tensorOf(taus, "ormqr"), matrices("ormqr", c)];
  const { left = true, transpose = false } = options;
  const [m, n] = packed.shape.slice(-2) as [number, number];
  const lead = packed.shape.slice(0, -2);
  const fits =
    sameShape(lead, scales.shape.slice(0, -1)) &&
    sameShape(lead, right.shape.slice(0, -2)) &&
    (scales.shape.at(-1) ?? Number.POSITIVE_INFINITY) <= Math.min(m, n) &&
    right.shape.at(left ? -2 : -1) === m;
  if (!fits || packed.dtype !== scales.dtype || packed.dtype !== right.dtype)
    throw new ShapeError(
      `ormqr: got ${packed.dtype}[${packed.shape}], ${scales.dtype}[${scales.shape}] and ${right.dtype}[${right.shape}]; ` +
        `expected reflections [..., m, n], at most min(m, n) scales, and matrices with m ${left ? "rows" : "columns"}, of one dtype.`,
    );
  if (left) return settle(reflectPacked(packed, scales, right, transpose));
  return settle(adjoint(reflectPacked(packed, scales, adjoint(right), !transpose)));
});
