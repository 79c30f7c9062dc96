// Singular values and vectors.
import { longAval, withShape } from "../core/aval.ts";
import { NonDifferentiableError } from "../core/errors.ts";
import { defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind } from "../core/trace.ts";
import { batchFront } from "../ops/batching.ts";
import { add, div, mul, sub } from "../ops/binary.ts";
import { byGraph } from "../ops/by-graph.ts";
import { eq, lt, select } from "../ops/compare.ts";
import { qr } from "../ops/householder.ts";
import { like, splat } from "../ops/literal.ts";
import {
  alongColumns,
  alongRows,
  diagonalOf,
  finiteOnly,
  identityLike,
  onDiagonal,
  product,
  requireMatrices,
  scaled,
  sortRows,
  transposed,
} from "../ops/matrix.ts";
import { reduceSum } from "../ops/reduce.ts";
import { broadcastInDim, concatenate, sliceInDim } from "../ops/shape.ts";
import { neg, sqrt, square } from "../ops/unary.ts";
import { orthogonalRows } from "./jacobi.ts";

export interface SvdParams {
  readonly computeUv: boolean;
  /** U is [m, m] and Vᵀ is [n, n]; else they have min(m, n) columns and rows. */
  readonly fullMatrices: boolean;
}
type One = readonly [Tensor];

/**
 * Results: singular values, falling; with `computeUv` also U and Vᵀ. The error of a singular value is a small multiple
 * of n ε times the largest; all is NaN where an element is not finite.
 */
export const svdOp: Op<SvdParams, One> = defineOp({
  name: "svd",
  shape: ([x], { computeUv, fullMatrices }) => {
    requireMatrices("svd", x);
    const lead = x.shape.slice(0, -2);
    const [m, n] = x.shape.slice(-2) as [number, number];
    const k = Math.min(m, n);
    const values = withShape(x, [...lead, k]);
    if (!computeUv) return [values];
    const [columns, rows] = fullMatrices ? [m, n] : [k, k];
    return [values, withShape(x, [...lead, m, columns]), withShape(x, [...lead, rows, n])];
  },
  derivative: { structured: { jvp: withTangents, linearize: withTangents } },
  transpose: null,
  batch: ({ operands: [x], dims: [d], size, params }) => {
    const results = bind(svdOp, [batchFront(x, d, size)], params);
    return { results, dims: results.map(() => 0) };
  },
  effect: "none",
  cost: "costly",
  lower: byGraph<SvdParams, One>("svd", ([x], p) => decompose(x, p)),
});
export const svd = (x: Tensor, p: SvdParams): Tensor[] => bind(svdOp, [x], p);

/**
 * Rotations Jᵀ that make the rows of a square R orthogonal: R = J (Jᵀ R), so J are left singular vectors, and the rows
 * of Jᵀ R multiples of right ones. A tall matrix is first reduced to the R of its QR factors; a wide one is transposed.
 */
function decompose(x: Tensor, p: SvdParams): Tensor[] {
  const [m, n] = x.shape.slice(-2) as [number, number];
  if (m < n) {
    const [s, u, vt] = decompose(transposed(x), p);
    return p.computeUv ? [s!, transposed(vt!), transposed(u!)] : [s!];
  }
  const lead = x.shape.slice(0, -2);
  const last = x.ndim - 1;
  if (n === 0) {
    const s = splat(0, [...lead, 0], x.dtype);
    const u = identityLike(splat(0, [...lead, m, p.fullMatrices ? m : 0], x.dtype));
    return p.computeUv ? [s, u, splat(0, [...lead, 0, 0], x.dtype)] : [s];
  }
  const { matrix, scale } = scaled(x);
  const [q, square_] = m > n ? qr(matrix, p.computeUv && p.fullMatrices) : [null, matrix];
  const r = sliceInDim(square_, 0, n, last - 1);
  const start = p.computeUv ? concatenate([r, identityLike(r)], last) : r;
  const turned = orthogonalRows(start, n);
  const norms = sqrt(reduceSum(square(sliceInDim(turned, 0, n, last)), [last]));
  const [falling, rows] = sortRows(neg(norms), turned);
  const s = mul(neg(falling), broadcastInDim(scale, falling.shape, [...scale.shape.keys()]));
  if (!p.computeUv) return [finiteOnly(s, x)];
  const rotations = transposed(sliceInDim(rows, n, 2 * n, last));
  const u = q === null ? rotations : leftVectors(q, rotations);
  const v = orthonormal(transposed(sliceInDim(rows, 0, n, last)));
  return [s, u, transposed(v)].map((t) => finiteOnly(t, x));
}

/** The first columns of Q turned; those that complete the basis stay. */
function leftVectors(q: Tensor, rotations: Tensor): Tensor {
  const last = q.ndim - 1;
  const n = rotations.shape.at(-1)!;
  const turned = product(sliceInDim(q, 0, n, last), rotations);
  const rest = sliceInDim(q, n, q.shape[last]!, last);
  return rest.shape[last] === 0 ? turned : concatenate([turned, rest], last);
}

/** Orthogonal columns, some of them perhaps zero, divided by their norms or completed to a basis. */
function orthonormal(x: Tensor): Tensor {
  const [q, r] = qr(x, false);
  const signs = select(lt(diagonalOf(r), 0), like(diagonalOf(r), -1), like(diagonalOf(r), 1));
  return mul(q, alongRows(signs, q.shape.at(-2)!));
}

/**
 * With Ṡ = Uᵀ ẋ V and Fᵢⱼ = 1 / (sⱼ² − sᵢ²): ṡ is the diagonal of Ṡ, U̇ = U (F ∘ (Ṡ s + (Ṡ s)ᵀ) + skew(Ṡ) / s) and
 * V̇ = V (F ∘ (s Ṡ + (s Ṡ)ᵀ)), plus what leaves the span of U or V (Giles 2008, NA-08-01). As JAX's rule.
 */
function withTangents([x]: readonly Tensor[], [t]: readonly (Tensor | null)[], p: SvdParams) {
  const [m, n] = x!.shape.slice(-2) as [number, number];
  if (p.computeUv && p.fullMatrices && m !== n)
    throw new NonDifferentiableError(
      `svd: got ${longAval(x!.aval)} with full matrices; the derivative of the vectors that complete the bases is not ` +
        "defined. Use fullMatrices: false.",
    );
  const [s, u, vt] = svd(x!, { computeUv: true, fullMatrices: false }) as [Tensor, Tensor, Tensor];
  const k = s.shape.at(-1)!;
  const [ut, v] = [transposed(u), transposed(vt)];
  const ds = product(product(ut, t!), v);
  const values = diagonalOf(ds);
  if (!p.computeUv) return [[s], [values]] as const;
  const [across, down] = [alongRows(s, k), alongColumns(s, k)];
  const diagonal = onDiagonal(across.shape);
  const gaps = mul(add(across, down), sub(across, down));
  const f = select(diagonal, like(gaps, 0), div(like(gaps, 1), select(diagonal, like(gaps, 1), gaps)));
  const [right, left] = [mul(across, ds), mul(down, ds)];
  const inverse = select(eq(s, 0), like(s, 0), div(like(s, 1), s));
  const skew = mul(sub(ds, transposed(ds)), 0.5);
  const own = mul(skew, select(diagonal, alongColumns(inverse, k), like(gaps, 0)));
  let du = product(u, add(mul(f, add(right, transposed(right))), own));
  let dv = product(v, mul(f, add(left, transposed(left))));
  const outside = (y: Tensor, basis: Tensor, size: number) =>
    div(sub(y, product(basis, product(transposed(basis), y))), alongRows(s, size));
  if (m > n) du = add(du, outside(product(t!, v), u, m));
  if (n > m) dv = add(dv, outside(product(transposed(t!), u), v, n));
  return [
    [s, u, vt],
    [values, du, transposed(dv)],
  ] as const;
}
