// The pseudo-inverse of Moore and Penrose.
import { withShape } from "../core/aval.ts";
import { epsilon } from "../core/dtype.ts";
import { defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind1 } from "../core/trace.ts";
import { batchFront } from "../ops/batching.ts";
import { add, div, mul, sub } from "../ops/binary.ts";
import { byGraph } from "../ops/by-graph.ts";
import { gt, select } from "../ops/compare.ts";
import { like, splat } from "../ops/literal.ts";
import { adjoint, alongColumns, asDType, product, requireMatrices, symmetrized } from "../ops/matrix.ts";
import { reduceMax } from "../ops/reduce.ts";
import { broadcastInDim } from "../ops/shape.ts";
import { abs, neg } from "../ops/unary.ts";
import { eigh } from "./eigh.ts";
import { svd } from "./svd.ts";

export interface PinvParams {
  /** Singular values up to this times the largest count as zero; null: 10 · max(m, n) · ε. */
  readonly rtol: number | null;
  /** The matrix is Hermitian; (x + xᴴ) / 2 is used. */
  readonly hermitian: boolean;
}
type One = readonly [Tensor];

/** [..., m, n] → [..., n, m]. Its derivative is that of a matrix whose rank does not change (Golub and Pereyra 1973). */
export const pinvOp: Op<PinvParams, One> = defineOp({
  name: "pinv",
  shape: ([x], { hermitian }) => {
    requireMatrices("pinv", x, hermitian);
    const [m, n] = x.shape.slice(-2) as [number, number];
    return [withShape(x, [...x.shape.slice(0, -2), n, m])];
  },
  derivative: [(t, [x], [y], p) => (p.hermitian ? tangent(symmetrized(t), symmetrized(x), y!) : tangent(t, x, y!))],
  transpose: null,
  batch: ({ operands: [x], dims: [d], size, params }) => ({
    results: [bind1(pinvOp, [batchFront(x, d, size)], params)],
    dims: [0],
  }),
  effect: "none",
  cost: "costly",
  lower: byGraph<PinvParams, One>("pinv", ([x], p) => [invert(x, p)]),
});
export const pinv = (x: Tensor, p: PinvParams): Tensor => bind1(pinvOp, [x], p);

function invert(x: Tensor, { rtol, hermitian }: PinvParams): Tensor {
  const [m, n] = x.shape.slice(-2) as [number, number];
  if (m === 0 || n === 0) return splat(0, [...x.shape.slice(0, -2), n, m], x.dtype);
  const [s, u, vt] = hermitian
    ? ofSymmetric(x)
    : (svd(x, { computeUv: true, fullMatrices: false }) as [Tensor, Tensor, Tensor]);
  const size = abs(s);
  const limit = mul(reduceMax(size, [s.ndim - 1]), rtol ?? 10 * Math.max(m, n) * epsilon(x.dtype));
  const counts = gt(size, broadcastInDim(limit, s.shape, [...limit.shape.keys()]));
  const divisors = select(counts, s, like(s, Number.POSITIVE_INFINITY));
  return product(adjoint(vt), div(adjoint(u), asDType(alongColumns(divisors, m), x.dtype)));
}
type Three = readonly [s: Tensor, u: Tensor, vt: Tensor];

/** Eigenvalues serve as singular values with signs. */
function ofSymmetric(x: Tensor): Three {
  const [v, w] = eigh(symmetrized(x), true);
  return [w, v, adjoint(v)];
}

/** −P ȧ P + P Pᴴ ȧᴴ (I − a P) + (I − P a) ȧᴴ Pᴴ P, multiplied in the order that keeps products small. */
function tangent(t: Tensor, a: Tensor, p: Tensor): Tensor {
  const [pt, tt] = [adjoint(p), adjoint(t)];
  if (a.shape.at(-2)! >= a.shape.at(-1)!) {
    const s = product(product(p, pt), tt);
    const u = product(product(tt, pt), p);
    const outer = sub(s, product(product(s, a), p));
    return add(add(neg(product(product(p, t), p)), outer), sub(u, product(product(p, a), u)));
  }
  const s = product(p, product(pt, tt));
  const u = product(tt, product(pt, p));
  const outer = sub(s, product(s, product(a, p)));
  return add(add(neg(product(p, product(t, p))), outer), sub(u, product(p, product(a, u))));
}
