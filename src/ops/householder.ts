// QR factors by Householder reflections, which XLA expands from its custom calls Qr and
// ProductOfElementaryHouseholderReflectors.
import { attr } from "../../hlo/attributes.ts";
import type { Value } from "../../hlo/module.ts";
import { type Aval, avalOf, longAval, sameShape, withShape } from "../core/aval.ts";
import { isComplex } from "../core/dtype.ts";
import { DTypeError, NonDifferentiableError, ShapeError } from "../core/errors.ts";
import { type LoweringContext, typeOf } from "../core/lowering.ts";
import { defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind, bind1 } from "../core/trace.ts";
import { batchFront } from "./batching.ts";
import { add, sub } from "./binary.ts";
import { byGraph } from "./by-graph.ts";
import { select } from "./compare.ts";
import { complex } from "./complex.ts";
import { splat, zerosLike } from "./literal.ts";
import {
  adjoint,
  identityLike,
  imagPart,
  lowerPart,
  onDiagonal,
  product,
  requireMatrices,
  upperPart,
} from "./matrix.ts";
import { concatenate, pad, sliceInDim } from "./shape.ts";
import { triangularSolve } from "./triangular.ts";

type One = readonly [Tensor];
type NoParams = Record<never, never>;
const none: NoParams = Object.freeze({});

const call = (c: LoweringContext, target: string, operands: readonly Value[], results: readonly Aval[]): Value[] =>
  c.op("stablehlo.custom_call", operands, results.map(typeOf), {
    call_target_name: attr.string(target),
    api_version: attr.i32(1),
  });

const smaller = (a: Aval): number => Math.min(a.shape.at(-2)!, a.shape.at(-1)!);
const tausOf = (a: Aval): Aval => withShape(a, [...a.shape.slice(0, -2), smaller(a)]);

/**
 * The reflections of a QR factorisation: R on and above the diagonal, the reflectors' tails below it, and their scales
 * [..., min(m, n)]. As LAPACK's geqrf.
 */
export const geqrfOp: Op<NoParams, One> = defineOp({
  name: "geqrf",
  shape: ([a]) => {
    requireMatrices("geqrf", a);
    return [a, tausOf(a)];
  },
  derivative: {
    joint: () => {
      throw new NonDifferentiableError("geqrf: packed reflections have no derivative. Use qr.");
    },
  },
  transpose: null,
  batch: ({ operands: [a], dims: [d], size }) => ({
    results: bind(geqrfOp, [batchFront(a, d, size)], none),
    dims: [0, 0],
  }),
  effect: "none",
  cost: "costly",
  lower: (c, [a]) => (smaller(c.operands[0]!) === 0 ? [a, empty(c, c.results[1]!)] : call(c, "Qr", [a], c.results)),
});
export const geqrf = (a: Tensor): [packed: Tensor, taus: Tensor] => bind(geqrfOp, [a], none) as [Tensor, Tensor];

const empty = (c: LoweringContext, a: Aval): Value => c.constant(typeOf(a), 0);

/** The first n columns of the product of the reflections that geqrf gives. As LAPACK's orgqr. */
export const householderProductOp: Op<NoParams, readonly [Tensor, Tensor]> = defineOp({
  name: "householder_product",
  shape: ([a, taus]) => {
    requireMatrices("householder_product", a);
    const [m, n] = a.shape.slice(-2) as [number, number];
    const k = taus.shape.at(-1);
    if (taus.dtype !== a.dtype)
      throw new DTypeError(`householder_product: got ${longAval(a)} and ${longAval(taus)}; expected equal dtypes.`);
    if (m < n || k === undefined || k > n || !sameShape(a.shape.slice(0, -2), taus.shape.slice(0, -1)))
      throw new ShapeError(
        `householder_product: got ${longAval(a)} and ${longAval(taus)}; expected [..., m, n] with m ≥ n and at most n scales.`,
      );
    return [avalOf(a.shape, a.dtype, a.weakType && taus.weakType)];
  },
  derivative: {
    joint: () => {
      throw new NonDifferentiableError("householder_product: packed reflections have no derivative. Use qr.");
    },
  },
  transpose: null,
  batch: ({ operands: [a, taus], dims: [da, dt], size }) => ({
    results: [bind1(householderProductOp, [batchFront(a, da, size), batchFront(taus, dt, size)], none)],
    dims: [0],
  }),
  effect: "none",
  cost: "costly",
  lower: (c, operands) =>
    c.results[0]!.size === 0
      ? [empty(c, c.results[0]!)]
      : call(c, "ProductOfElementaryHouseholderReflectors", operands, c.results),
});
export const householderProduct = (a: Tensor, taus: Tensor): Tensor => bind1(householderProductOp, [a, taus], none);

export interface QrParams {
  /** Q is [m, m] and R [m, n]; else Q is [m, k] and R [k, n] with k = min(m, n). */
  readonly fullMatrices: boolean;
}

/** Q with orthonormal columns and upper triangular R, whose product is the operand. */
export const qrOp: Op<QrParams, One> = defineOp({
  name: "qr",
  shape: ([a], { fullMatrices }) => {
    requireMatrices("qr", a);
    const lead = a.shape.slice(0, -2);
    const [m, n] = a.shape.slice(-2) as [number, number];
    const k = fullMatrices ? m : Math.min(m, n);
    return [withShape(a, [...lead, m, k]), withShape(a, [...lead, k, n])];
  },
  derivative: { joint: ([t], [a], [q, r], p) => qrTangent(t!, a, q!, r!, p) },
  transpose: null,
  batch: ({ operands: [a], dims: [d], size, params }) => ({
    results: bind(qrOp, [batchFront(a, d, size)], params),
    dims: [0, 0],
  }),
  effect: "none",
  cost: "costly",
  lower: byGraph<QrParams, One>("qr", ([a], p) => factors(a, p)),
});
export const qr = (a: Tensor, fullMatrices: boolean): [q: Tensor, r: Tensor] =>
  bind(qrOp, [a], { fullMatrices }) as [Tensor, Tensor];

/**
 * Q̇ and Ṙ of a matrix with independent columns: with Y = Qᴴ Ȧ R⁻¹ and its strictly lower part L, Ω = L − Lᴴ and the
 * imaginary part of the diagonal of Y, Q̇ = Q (Ω − Y) + Ȧ R⁻¹ and Ṙ = (Y − Ω) R. Of a wide one the first m columns decide.
 */
function qrTangent(t: Tensor, a: Tensor, q: Tensor, r: Tensor, { fullMatrices }: QrParams): [Tensor, Tensor] {
  const [m, n] = a.shape.slice(-2) as [number, number];
  const [rows, columns] = [a.ndim - 2, a.ndim - 1];
  if (fullMatrices && m > n) {
    const [own, top] = [sliceInDim(q, 0, n, columns), sliceInDim(r, 0, n, rows)];
    const [dq, dr] = qrTangent(t, a, own, top, { fullMatrices: false });
    const rest = completingTangent(a, q, dq);
    const zero = a.shape.map(() => 0);
    const below = zero.map((_, d) => (d === rows ? m - n : 0));
    return [concatenate([dq, rest], columns), pad(dr, 0, zero, below)];
  }
  const first = (x: Tensor) => sliceInDim(x, 0, Math.min(m, n), columns);
  const [r1, t1] = [first(r), first(t)];
  const solved = triangularSolve(r1, t1, { leftSide: false, lower: false, transposeA: false, unitDiagonal: false });
  const y = product(adjoint(q), solved);
  const below = lowerPart(y, -1);
  const strict = sub(below, adjoint(below));
  const skew = isComplex(y.dtype) ? add(strict, imaginaryDiagonal(y)) : strict;
  const dq = add(product(q, sub(skew, y)), solved);
  const dr1 = product(sub(y, skew), r1);
  if (m >= n) return [dq, dr1];
  // R₂ = Qᴴ A₂, so Ṙ₂ = Qᴴ Ȧ₂ − Ω R₂.
  const rest = (x: Tensor) => sliceInDim(x, m, n, columns);
  const dr2 = sub(product(adjoint(q), rest(t)), product(skew, rest(r)));
  return [dq, concatenate([dr1, dr2], columns)];
}

/**
 * The tangents of the columns that complete the basis. As Q = I − V T Vᴴ with V = [V₁; V₂], Q₂ (Q₁ − I)⁻¹ = V₂ V₁⁻¹ = Z for
 * the first n rows and the others of the first columns, and Q̇ = Q̇ₙ Zᴴ − (Qₙ + Qₚ Z) (Q̇₂ − Z Q̇₁)ᴴ (arXiv:2409.13374, 32).
 */
function completingTangent(a: Tensor, q: Tensor, dq: Tensor): Tensor {
  const [m, n] = a.shape.slice(-2) as [number, number];
  const [rows, columns] = [a.ndim - 2, a.ndim - 1];
  const [packed] = geqrf(a);
  const part = (x: Tensor, from: number, to: number) => sliceInDim(x, from, to, rows);
  const options = { leftSide: false, lower: true, transposeA: false, unitDiagonal: true };
  const z = triangularSolve(part(packed, 0, n), part(packed, n, m), options);
  const [own, rest] = [sliceInDim(q, 0, n, columns), sliceInDim(q, n, m, columns)];
  const turned = sub(part(dq, n, m), product(z, part(dq, 0, n)));
  return sub(product(dq, adjoint(z)), product(add(own, product(rest, z)), adjoint(turned)));
}

/** i Im of the diagonal, which no unitary factor may leave to R with its real diagonal. */
function imaginaryDiagonal(y: Tensor): Tensor {
  const im = imagPart(y);
  return select(onDiagonal(y.shape), complex(zerosLike(im), im), zerosLike(y));
}

function factors(a: Tensor, { fullMatrices }: QrParams): [Tensor, Tensor] {
  const lead = a.shape.slice(0, -2);
  const [m, n] = a.shape.slice(-2) as [number, number];
  const k = fullMatrices ? m : Math.min(m, n);
  const [packed, taus] = geqrf(a);
  // The reflectors of the columns of Q: as many of the packed ones as there are, zeros beside them.
  const zero = a.shape.map(() => 0);
  const have = Math.min(k, n);
  const reflectors = pad(sliceInDim(packed, 0, have, a.ndim - 1), 0, zero, [...zero.slice(1), k - have]);
  const r = upperPart(sliceInDim(packed, 0, k, a.ndim - 2));
  if (m > 0 && n > 0) return [householderProduct(reflectors, taus), r];
  return [identityLike(splat(0, [...lead, m, k], a.dtype)), r];
}
