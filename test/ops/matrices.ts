// Matrices for tests of linear algebra, and how far apart two are.
import type { Tensor } from "../../src/core/tensor.ts";
import * as lax from "../../src/lib/lax.ts";
import * as np from "../../src/lib/np.ts";
import { numbers } from "./values.ts";

const { linalg } = np;

export type Dtype = "float32" | "float64" | "complex64" | "complex128";

export function random(shape: readonly number[], seed: number, dtype: Dtype = "float64"): Tensor {
  const next = numbers(seed);
  const size = shape.reduce((n, d) => n * d, 1);
  const complex = dtype.startsWith("complex");
  const one = () => 2 * next() - 1;
  return np.array(
    Array.from({ length: size }, () => (complex ? { re: one(), im: one() } : one())),
    { shape, dtype },
  );
}
export const largest = (x: Tensor): number => Number(np.max(np.abs(x)).item());
export const distance = (x: Tensor, y: Tensor): number => largest(np.subtract(x, y));
export const identity = (n: number) => np.eye(n, n, 0, "float64");
export const gram = (q: Tensor) => np.matmul(linalg.matrixTranspose(q), q);
export const scaled = (q: Tensor, s: Tensor) => np.multiply(q, np.expandDims(s, -2));

/** Orthogonal (unitary) matrices and spectra: V diag(w) Vᴴ, or U diag(s) Vᴴ. */
export function withValues(n: number, values: (i: number) => number, dtype: Dtype, seeds = [1, 1]): Tensor {
  const [u, v] = seeds.map((seed) => lax.linalg.qr(random([n, n], seed, dtype))[0]) as [Tensor, Tensor];
  const w = np
    .array(
      Array.from({ length: n }, (_, i) => values(i)),
      { dtype: "float64" },
    )
    .astype(dtype);
  return exactly(scaled(u, w), adjoint(v));
}
export const adjoint = (x: Tensor) => np.conj(linalg.matrixTranspose(x));
export const exactly = (x: Tensor, y: Tensor) => np.matmul(x, y, { precision: "highest" });
export const units = (x: Tensor) =>
  2 ** (x.dtype.includes("64") && x.dtype !== "complex64" ? 52 : 23) / x.shape.at(-1)!;
export const worst = (x: Tensor) => np.max(np.abs(x), [-2, -1]);
