// Reductions in LAPACK's packed form, and products with the reflections that they pack.
import { avalOf, longAval, sameShape } from "../core/aval.ts";
import { type DType, isComplex, realOf } from "../core/dtype.ts";
import { DTypeError, NonDifferentiableError, ShapeError } from "../core/errors.ts";
import { defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind, bind1 } from "../core/trace.ts";
import { batchFront } from "../ops/batching.ts";
import { add, div, mul, sub } from "../ops/binary.ts";
import { byGraph } from "../ops/by-graph.ts";
import { eq, gt, select } from "../ops/compare.ts";
import { dynamicSlice, dynamicUpdateSlice } from "../ops/dynamic.ts";
import { like, zerosLike } from "../ops/literal.ts";
import {
  adjoint,
  alongColumns,
  alongRows,
  asDType,
  conjugated,
  identityLike,
  lowerMask,
  lowerPart,
  onDiagonal,
  product,
  realPart,
  requireMatrices,
} from "../ops/matrix.ts";
import { concatenate, pad, reshape, rev, sliceInDim } from "../ops/shape.ts";
import { triangularSolve } from "../ops/triangular.ts";
import { abs, sqrt, square } from "../ops/unary.ts";
import { lengthened, onBelow } from "./pairs.ts";
import { inverseTriangle, overVectors } from "./reflectors.ts";
import { repeat } from "./repeat.ts";
import { tridiagonalForm } from "./tridiagonal-form.ts";

type One = readonly [Tensor];
interface TridiagonalParams {
  /** The lower triangle is read and written, else the upper one. */
  readonly lower: boolean;
}

/**
 * Results: the matrix with its triangle replaced by the tridiagonal form and the tails of the reflectors, the diagonal
 * [..., n] and the one beside it [..., n − 1], both real, and the scales of the reflectors. As LAPACK's sytrd and hetrd.
 */
export const tridiagonalOp: Op<TridiagonalParams, One> = defineOp({
  name: "tridiagonal",
  shape: ([a]) => {
    requireMatrices("tridiagonal", a, true);
    const n = a.shape.at(-1)!;
    if (n === 0) throw new ShapeError(`tridiagonal: got ${longAval(a)}, expected matrices of at least one row.`);
    const lead = a.shape.slice(0, -2);
    const line = (size: number, dtype: DType) => avalOf([...lead, size], dtype, a.weakType);
    return [a, line(n, realOf(a.dtype)), line(n - 1, realOf(a.dtype)), line(n - 1, a.dtype)];
  },
  derivative: {
    joint: () => {
      throw new NonDifferentiableError("tridiagonal: packed reflections have no derivative. Use eigh.");
    },
  },
  transpose: null,
  batch: ({ operands: [a], dims: [d], size, params }) => ({
    results: bind(tridiagonalOp, [batchFront(a, d, size)], params),
    dims: [0, 0, 0, 0],
  }),
  effect: "none",
  cost: "costly",
  lower: byGraph<TridiagonalParams, One>("tridiagonal", ([a], { lower }) => {
    if (lower) return packedTridiagonal(a);
    // From the last row to the first the upper triangle is a lower one.
    const [packed, ...lines] = packedTridiagonal(rev(a, [a.ndim - 2, a.ndim - 1]));
    return [rev(packed!, [a.ndim - 2, a.ndim - 1]), ...lines.map((x) => rev(x, [x.ndim - 1]))];
  }),
});
export const tridiagonal = (a: Tensor, lower: boolean): Tensor[] => bind(tridiagonalOp, [a], { lower });

function packedTridiagonal(a: Tensor): Tensor[] {
  const n = a.shape.at(-1)!;
  const [rows, columns] = [a.ndim - 2, a.ndim - 1];
  const strict = lowerPart(a, -1);
  const own = asDType(realPart(a), a.dtype);
  const whole = add(select(onDiagonal(a.shape), own, zerosLike(a)), add(strict, adjoint(strict)));
  const { panels, diagonal, beside } = tridiagonalForm(whole);
  const zero = a.shape.map(() => 0);
  const all = panels.map(({ vectors, offset }) => {
    const kept = sliceInDim(vectors, 0, Math.min(vectors.shape[columns]!, n - offset), columns);
    return pad(
      kept,
      0,
      zero.map((_, d) => (d === rows ? offset : 0)),
      zero,
    );
  });
  const vectors = sliceInDim(concatenate(all, columns), 0, n, columns);
  const taus = sliceInDim(
    concatenate(
      panels.map((p) => p.taus),
      rows,
    ),
    0,
    n - 1,
    rows,
  );
  const typed = (x: Tensor) => alongColumns(asDType(x, a.dtype), n);
  const form = select(
    onDiagonal(a.shape),
    typed(diagonal),
    select(onBelow(a.shape), typed(lengthened(beside, "before")), lowerPart(vectors, -2)),
  );
  return [select(lowerMask(a.shape, 0), form, a), diagonal, beside, taus];
}

interface UpdateParams {
  readonly [key: string]: never;
}
const none: UpdateParams = Object.freeze({});
type Two = readonly [r: Tensor, w: Tensor];

/** The upper triangular factor of Rᵀ R + w wᵀ, by a rotation for each row; its diagonal is not negative. */
export const choleskyUpdateOp: Op<UpdateParams, Two> = defineOp({
  name: "cholesky_update",
  shape: ([r, w]) => {
    requireMatrices("cholesky_update", r, true);
    if (isComplex(r.dtype) || w.dtype !== r.dtype)
      throw new DTypeError(
        `cholesky_update: got ${longAval(r)} and ${longAval(w)}; expected equal dtypes, float32 or float64.`,
      );
    if (!sameShape(w.shape, r.shape.slice(0, -1)))
      throw new ShapeError(
        `cholesky_update: got ${longAval(r)} and ${longAval(w)}; expected matrices [..., n, n] and vectors [..., n].`,
      );
    return [avalOf(r.shape, r.dtype, r.weakType && w.weakType)];
  },
  derivative: {
    joint: () => {
      throw new NonDifferentiableError(
        "cholesky_update: there is no derivative rule, as in JAX. Use cholesky of the sum.",
      );
    },
  },
  transpose: null,
  batch: ({ operands: [r, w], dims: [dr, dw], size }) => ({
    results: [bind1(choleskyUpdateOp, [batchFront(r, dr, size), batchFront(w, dw, size)], none)],
    dims: [0],
  }),
  effect: "none",
  cost: "costly",
  lower: byGraph<UpdateParams, Two>("cholesky_update", ([r, w]) => {
    const lead = w.shape.slice(0, -1);
    const n = w.shape.at(-1)!;
    const zero = lead.map(() => 0);
    const vector = [...lead, n];
    const [updated] = repeat(
      "rotate",
      n,
      (k, r, w) => {
        const row = reshape(dynamicSlice(r, [...zero, k, 0], [...lead, 1, n]), vector);
        const at = (x: Tensor) => reshape(dynamicSlice(x, [...zero, k], [...lead, 1]), lead);
        const [x, y] = [at(row), at(w)];
        const [ax, ay] = [abs(x), abs(y)];
        const larger = select(gt(ax, ay), ax, ay);
        const divisor = select(eq(larger, 0), like(larger, 1), larger);
        const [xs, ys] = [div(x, divisor), div(y, divisor)];
        const length = sqrt(add(square(xs), square(ys)));
        const still = eq(y, 0);
        const wide = (t: Tensor) => overVectors(t, row);
        const c = wide(select(still, like(x, 1), div(xs, length)));
        const s = wide(select(still, zerosLike(x), div(ys, length)));
        const turned = add(mul(c, row), mul(s, w));
        return [dynamicUpdateSlice(r, reshape(turned, [...lead, 1, n]), [...zero, k, 0]), sub(mul(c, w), mul(s, row))];
      },
      [r, w],
    ) as [Tensor, Tensor];
    return [updated];
  }),
});
export const choleskyUpdate = (r: Tensor, w: Tensor): Tensor => bind1(choleskyUpdateOp, [r, w], none);

/**
 * Q y or Qᴴ y, where Q is the product of the reflections that geqrf packs below the diagonal of `a` [..., m, n], as many
 * as there are scales.
 */
export function reflectPacked(a: Tensor, taus: Tensor, y: Tensor, adjointOf: boolean): Tensor {
  const k = taus.shape.at(-1)!;
  if (k === 0) return y;
  const tails = lowerPart(sliceInDim(a, 0, k, a.ndim - 1), -1);
  const absent = alongRows(eq(taus, 0), a.shape.at(-2)!);
  const v = select(absent, zerosLike(tails), add(tails, identityLike(tails)));
  const triangle = inverseTriangle(v, taus);
  const options = { leftSide: true, lower: false, transposeA: adjointOf, unitDiagonal: false };
  const inner = triangularSolve(adjointOf ? conjugated(triangle) : triangle, product(adjoint(v), y), options);
  return sub(y, product(v, inner));
}
