// Singular values and vectors.
import { avalOf, longAval, withShape } from "../core/aval.ts";
import { realOf } from "../core/dtype.ts";
import { NonDifferentiableError } from "../core/errors.ts";
import { defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind } from "../core/trace.ts";
import { batchFront } from "../ops/batching.ts";
import { add, div, mul, sub } from "../ops/binary.ts";
import { byGraph } from "../ops/by-graph.ts";
import { eq, select } from "../ops/compare.ts";
import { qr } from "../ops/householder.ts";
import { like, splat, zerosLike } from "../ops/literal.ts";
import {
  adjoint,
  alongColumns,
  alongRows,
  asDType,
  diagonalOf,
  finiteMatrices,
  finiteOnly,
  identityLike,
  onDiagonal,
  overMatrices,
  product,
  realPart,
  requireMatrices,
  scaled,
  transposed,
} from "../ops/matrix.ts";
import { broadcastInDim, concatenate, sliceInDim } from "../ops/shape.ts";
import { bidiagonalForm } from "./bidiagonal-form.ts";
import { bidiagonalSvd } from "./bidiagonal-svd.ts";
import { rotatedUpTo } from "./conquer.ts";
import { jacobiSvd } from "./jacobi.ts";
import { reflect } from "./reflectors.ts";

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
    const values = avalOf([...lead, k], realOf(x.dtype), x.weakType);
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

/** A tall matrix is first reduced to the R of its QR factors; of a wide one the adjoint is taken. */
function decompose(x: Tensor, p: SvdParams): Tensor[] {
  const [m, n] = x.shape.slice(-2) as [number, number];
  if (m < n) {
    const [s, u, vt] = decompose(adjoint(x), p);
    return p.computeUv ? [s!, adjoint(vt!), adjoint(u!)] : [s!];
  }
  const lead = x.shape.slice(0, -2);
  const last = x.ndim - 1;
  if (n === 0) {
    const s = splat(0, [...lead, 0], realOf(x.dtype));
    const u = identityLike(splat(0, [...lead, m, p.fullMatrices ? m : 0], x.dtype));
    return p.computeUv ? [s, u, splat(0, [...lead, 0, 0], x.dtype)] : [s];
  }
  const sound = select(overMatrices(finiteMatrices(x), x.shape), x, zerosLike(x));
  const { matrix, scale } = scaled(sound);
  const [q, r] = m > n ? qr(matrix, p.computeUv && p.fullMatrices) : [null, matrix];
  const square = sliceInDim(r, 0, n, last - 1);
  const [values, left, right] = n <= rotatedUpTo ? jacobiSvd(square, p.computeUv) : byDivision(square, p.computeUv);
  const s = mul(values, broadcastInDim(scale, values.shape, [...scale.shape.keys()]));
  if (!p.computeUv) return [finiteOnly(s, x)];
  const u = q === null ? left! : leftVectors(q, left!);
  return [s, u, adjoint(right!)].map((t) => finiteOnly(t, x));
}

/** Householder reflections from both sides to bidiagonal form, divide and conquer, and the reflections of the vectors. */
function byDivision(x: Tensor, vectors: boolean): [values: Tensor, left: Tensor | null, right: Tensor | null] {
  const form = bidiagonalForm(x);
  const { values, left, right } = bidiagonalSvd(form.diagonal, form.above, vectors);
  if (left === null || right === null) return [values, null, null];
  const columns = (rows: Tensor) => asDType(transposed(rows), x.dtype);
  return [values, reflect(form.left, columns(left)), reflect(form.right, columns(right))];
}

/** The first columns of Q turned; those that complete the basis stay. */
function leftVectors(q: Tensor, rotations: Tensor): Tensor {
  const last = q.ndim - 1;
  const n = rotations.shape.at(-1)!;
  const turned = product(sliceInDim(q, 0, n, last), rotations);
  const rest = sliceInDim(q, n, q.shape[last]!, last);
  return rest.shape[last] === 0 ? turned : concatenate([turned, rest], last);
}

/**
 * With Ṡ = Uᴴ ẋ V and Fᵢⱼ = 1 / (sⱼ² − sᵢ²): ṡ is the real diagonal of Ṡ, U̇ = U (F ∘ (Ṡ s + (Ṡ s)ᴴ) + skew(Ṡ) / s) and
 * V̇ = V (F ∘ (s Ṡ + (s Ṡ)ᴴ)), plus what leaves the span of U or V (Giles 2008, NA-08-01). As JAX's rule.
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
  const [ut, v] = [adjoint(u), adjoint(vt)];
  const ds = product(product(ut, t!), v);
  const values = diagonalOf(realPart(ds));
  if (!p.computeUv) return [[s], [values]] as const;
  const typed = (r: Tensor) => asDType(r, x!.dtype);
  const [across, down] = [alongRows(s, k), alongColumns(s, k)];
  const diagonal = onDiagonal(across.shape);
  const gaps = mul(add(across, down), sub(across, down));
  const f = typed(select(diagonal, like(gaps, 0), div(like(gaps, 1), select(diagonal, like(gaps, 1), gaps))));
  const [right, left] = [mul(typed(across), ds), mul(typed(down), ds)];
  const inverse = select(eq(s, 0), like(s, 0), div(like(s, 1), s));
  const skew = mul(sub(ds, adjoint(ds)), 0.5);
  const own = mul(skew, typed(select(diagonal, alongColumns(inverse, k), like(gaps, 0))));
  let du = product(u, add(mul(f, add(right, adjoint(right))), own));
  let dv = product(v, mul(f, add(left, adjoint(left))));
  const outside = (y: Tensor, basis: Tensor, size: number) =>
    div(sub(y, product(basis, product(adjoint(basis), y))), typed(alongRows(s, size)));
  if (m > n) du = add(du, outside(product(t!, v), u, m));
  if (n > m) dv = add(dv, outside(product(adjoint(t!), u), v, n));
  return [
    [s, u, vt],
    [values, du, adjoint(dv)],
  ] as const;
}
