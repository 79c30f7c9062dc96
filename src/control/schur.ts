// Schur form: a = Q T Qᴴ with unitary Q and triangular T, by implicitly shifted QR steps.
import { isComplex, realOf } from "../core/dtype.ts";
import { NonDifferentiableError } from "../core/errors.ts";
import { defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind } from "../core/trace.ts";
import { batchFront } from "../ops/batching.ts";
import { add, and, atan2, mul, sub } from "../ops/binary.ts";
import { byGraph } from "../ops/by-graph.ts";
import { ne, select } from "../ops/compare.ts";
import { splat, zerosLike } from "../ops/literal.ts";
import {
  asDType,
  finiteMatrices,
  identityLike,
  nanLike,
  overMatrices,
  product,
  requireMatrices,
  scaled,
  transposed,
  upperPart,
} from "../ops/matrix.ts";
import { cos, neg, sin } from "../ops/unary.ts";
import { hessenbergForm, hessenbergPart } from "./hessenberg.ts";
import { nearDiagonal, pairedBelow, pairMatrix } from "./pairs.ts";
import { qrSteps } from "./qr-steps.ts";
import { reflect } from "./reflectors.ts";

export interface SchurParams {
  /** Q is computed too. */
  readonly vectors: boolean;
}
type One = readonly [Tensor];

/**
 * T, and with `vectors` Q. Of complex matrices T is upper triangular; of real ones it has a block of two rows with equal
 * diagonal elements for each pair of conjugate eigenvalues. All NaN where an element is not finite, or where the
 * iteration did not end. As LAPACK's gees without sorting.
 */
export const schurOp: Op<SchurParams, One> = defineOp({
  name: "schur",
  shape: ([x], { vectors }) => {
    requireMatrices("schur", x, true);
    return vectors ? [x, x] : [x];
  },
  derivative: {
    joint: () => {
      throw new NonDifferentiableError("schur: the Schur form has no derivative rule, as in JAX. Use eig or eigvals.");
    },
  },
  transpose: null,
  batch: ({ operands: [x], dims: [d], size, params }) => {
    const results = bind(schurOp, [batchFront(x, d, size)], params);
    return { results, dims: results.map(() => 0) };
  },
  effect: "none",
  cost: "costly",
  lower: byGraph<SchurParams, One>("schur", ([x], p) => {
    const { t, q, scale } = schurForm(x, p.vectors);
    const back = mul(t, asDType(overMatrices(scale, t.shape), t.dtype));
    return q === null ? [back] : [back, q];
  }),
});
export const schur = (x: Tensor, p: SchurParams): Tensor[] => bind(schurOp, [x], p);

/** T of the matrices divided by their `scale` [...], so that no square in what follows is too large, and Q. */
export function schurForm(x: Tensor, vectors: boolean): { t: Tensor; q: Tensor | null; scale: Tensor } {
  const n = x.shape.at(-1)!;
  if (x.size === 0) return { t: x, q: vectors ? x : null, scale: splat(1, x.shape.slice(0, -2), realOf(x.dtype)) };
  const sound = select(overMatrices(finiteMatrices(x), x.shape), x, zerosLike(x));
  const { matrix, scale } = scaled(sound);
  const form = hessenbergForm(matrix);
  const start = hessenbergPart(form.matrix);
  const panels = { vectors: form.vectors, taus: form.taus, offset: 0, width: Math.max(1, n - 1) };
  const basis = !vectors ? null : n === 1 ? identityLike(x) : reflect([panels], identityLike(x));
  const { h, z, finished } = qrSteps(start, basis);
  const [t, q] = isComplex(x.dtype) ? [upperPart(h), z] : evenBlocks(h, z);
  const good = and(finished, finiteMatrices(x));
  const only = (y: Tensor) => select(overMatrices(good, y.shape), y, nanLike(y));
  return { t: only(t), q: q && only(q), scale };
}

/** Blocks of two rows turned so that their diagonal elements are equal. */
function evenBlocks(h: Tensor, z: Tensor | null): [Tensor, Tensor | null] {
  if (h.shape.at(-1) === 1) return [h, z];
  const { first, second, below, above } = nearDiagonal(h);
  const pair = ne(below, 0);
  // The rotation by θ gives equal elements where tan 2θ = (d − a) / (b + c).
  const angle = mul(atan2(sub(second, first), add(above, below)), 0.5);
  const [c, s] = [cos(angle), sin(angle)];
  const rotation = pairMatrix(pair, [c, neg(s), s, c]);
  const turned = product(product(transposed(rotation), h), rotation);
  return [select(pairedBelow(pair), turned, upperPart(turned)), z && product(z, rotation)];
}
