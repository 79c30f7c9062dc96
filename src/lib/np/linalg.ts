// np.linalg: linear algebra by NumPy's names; matrices stand in the last two dimensions.

export type { EighOptions, QrMode, SvdOptions } from "./linalg/factor.ts";
export { cholesky, eig, eigh, eigvals, eigvalsh, qr, svd, svdvals } from "./linalg/factor.ts";
export type { NormOptions, NormOrder } from "./linalg/norms.ts";
export { cond, matrixNorm, matrixRank, norm, vectorNorm } from "./linalg/norms.ts";
export {
  cross,
  diagonal,
  matmul,
  matrixPower,
  matrixTranspose,
  multiDot,
  outer,
  tensordot,
  trace,
  vecdot,
} from "./linalg/products.ts";
export { det, inv, lstsq, pinv, slogdet, solve, tensorinv, tensorsolve } from "./linalg/solve.ts";
