// Normal vectors of a given covariance, and orthogonal matrices.
import { eigh } from "../../control/eigh.ts";
import type { DType } from "../../core/dtype.ts";
import { DTypeError, ShapeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { add, mul } from "../../ops/binary.ts";
import { dotGeneral } from "../../ops/dot.ts";
import { qr } from "../../ops/householder.ts";
import { alongRows, diagonalOf, symmetrized, transposed } from "../../ops/matrix.ts";
import { cholesky } from "../../ops/triangular.ts";
import { sign, sqrt } from "../../ops/unary.ts";
import { run } from "../nn/composite.ts";
import { type Shape, shapeOf } from "../np/axes.ts";
import { broadcastTo, cast, promoteDTypes } from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { formatOf } from "./bits.ts";
import { drawNormal } from "./distributions.ts";
import { keyTensor, wordsOf } from "./key.ts";
import { drawShape } from "./parameters.ts";

/** How a matrix F with F Fᵀ = cov is found. Only "cholesky" needs a positive definite one, and is the fastest. */
export type CovarianceMethod = "cholesky" | "eigh" | "svd";

function factorOf(cov: Tensor, method: CovarianceMethod): Tensor {
  const symmetric = symmetrized(cov);
  if (method === "cholesky") return cholesky(symmetric);
  // Of a covariance the singular values are the eigenvalues, and the singular vectors the eigenvectors.
  const [vectors, values] = eigh(symmetric, true);
  return mul(vectors, alongRows(sqrt(values), values.shape.at(-1)!));
}

/**
 * Normal vectors [...shape, n] of mean `mean` [..., n] and covariance `cov` [..., n, n]; `shape` is what the leading
 * dimensions of both broadcast to unless given. As `jax.random.multivariate_normal`; by "eigh" and "svd" the signs of
 * the factor's columns, and so the samples, but not their distribution, may differ from JAX's.
 *
 * @throws ShapeError, DTypeError
 */
export function multivariateNormal(
  key: Tensor,
  mean: TensorLike,
  cov: TensorLike,
  shape?: Shape,
  dtype?: DType,
  method: CovarianceMethod = "cholesky",
): Tensor {
  const name = "random.multivariateNormal";
  if (!["cholesky", "eigh", "svd"].includes(method))
    throw new DTypeError(`${name}: got method "${method}", expected "cholesky", "eigh" or "svd".`);
  const [m, c] = promoteDTypes(name, [mean, cov], "inexact") as [Tensor, Tensor];
  const drawn = dtype ?? m.dtype;
  formatOf(name, drawn);
  const n = m.shape.at(-1);
  if (n === undefined || c.ndim < 2 || c.shape.at(-1) !== n || c.shape.at(-2) !== n)
    throw new ShapeError(
      `${name}: got a mean of shape [${m.shape}] and a covariance of shape [${c.shape}]; expected [..., n] and [..., n, n].`,
    );
  const sizes = drawShape(name, shape, [m.shape.slice(0, -1), c.shape.slice(0, -2)]);
  const body = (k: Tensor, center: Tensor, spread: Tensor): Tensor => {
    const factor = factorOf(cast(spread, spread.dtype), method);
    const z = cast(drawNormal(wordsOf(k), [...sizes, n], drawn), spread.dtype);
    const mixed = factor.ndim === 2 ? mixAll(z, factor) : mixEach(z, broadcastTo(name, factor, [...sizes, n, n]));
    return cast(add(broadcastTo(name, cast(center, mixed.dtype), mixed.shape), mixed), mixed.dtype);
  };
  return run(name, (k, a, b) => body(k!, a!, b!), [keyTensor(name, key), m, c]);
}

const highest = { precision: "highest" } as const;
/** F z for one matrix and many vectors. */
const mixAll = (z: Tensor, factor: Tensor): Tensor => dotGeneral(z, factor, [[z.ndim - 1], [1]], [[], []], highest);
/** F z for as many matrices as vectors. */
function mixEach(z: Tensor, factor: Tensor): Tensor {
  const batch = z.shape.slice(0, -1).map((_, d) => d);
  return dotGeneral(factor, z, [[factor.ndim - 1], [z.ndim - 1]], [batch, batch], highest);
}

/**
 * Matrices [...shape, n, m] (m is n unless given) with orthonormal rows or columns, whichever are fewer, uniformly
 * distributed. As `jax.random.orthogonal`.
 *
 * Mezzadri, "How to generate random matrices from the classical compact groups", 2007.
 * @throws DTypeError unless `dtype` is float32 or float64; ShapeError for a negative size
 */
export function orthogonal(key: Tensor, n: number, shape: Shape = [], dtype: DType = "float32", m: number = n): Tensor {
  const name = "random.orthogonal";
  const sizes = shapeOf(name, shape);
  const [rows, columns] = shapeOf(`${name}: n and m`, [n, m]) as [number, number];
  const body = (k: Tensor): Tensor => {
    const [tall, narrow] = [Math.max(rows, columns), Math.min(rows, columns)];
    const [q, r] = qr(drawNormal(wordsOf(k), [...sizes, tall, narrow], dtype), false);
    const x = mul(q, alongRows(sign(diagonalOf(r)), tall));
    return rows < columns ? transposed(x) : x;
  };
  formatOf(name, dtype);
  return run(name, (k) => body(k!), [keyTensor(name, key)]);
}
