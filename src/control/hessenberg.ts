// Square matrices to upper Hessenberg form by Householder reflections.

import { longAval, withShape } from "../core/aval.ts";
import { NonDifferentiableError, ShapeError } from "../core/errors.ts";
import { defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind } from "../core/trace.ts";
import { batchFront } from "../ops/batching.ts";
import { add, mul, sub } from "../ops/binary.ts";
import { byGraph } from "../ops/by-graph.ts";
import { eq, gt, le, select } from "../ops/compare.ts";
import { splat, zerosLike } from "../ops/literal.ts";
import { lowerPart, requireMatrices } from "../ops/matrix.ts";
import { broadcastInDim, iota } from "../ops/shape.ts";
import { lengthened } from "./pairs.ts";
import { adjointTimes, columnsOf, outer, overVectors, reflection, timesVector } from "./reflectors.ts";
import { repeat } from "./repeat.ts";

type NoParams = Record<never, never>;
const none: NoParams = Object.freeze({});
type One = readonly [Tensor];

/**
 * H on and above the first diagonal below the main one, the tails of the reflectors under it, and their scales
 * [..., n − 1]. As LAPACK's gehrd.
 */
export const hessenbergOp: Op<NoParams, One> = defineOp({
  name: "hessenberg",
  shape: ([a]) => {
    requireMatrices("hessenberg", a, true);
    const n = a.shape.at(-1)!;
    if (n === 0) throw new ShapeError(`hessenberg: got ${longAval(a)}, expected matrices of at least one row.`);
    return [a, withShape(a, [...a.shape.slice(0, -2), n - 1])];
  },
  derivative: {
    joint: () => {
      throw new NonDifferentiableError("hessenberg: packed reflections have no derivative.");
    },
  },
  transpose: null,
  batch: ({ operands: [a], dims: [d], size }) => ({
    results: bind(hessenbergOp, [batchFront(a, d, size)], none),
    dims: [0, 0],
  }),
  effect: "none",
  cost: "costly",
  lower: byGraph<NoParams, One>("hessenberg", ([a]) => {
    const { matrix, vectors, taus } = hessenbergForm(a);
    // Each reflector has its one in the row below the diagonal, where H has an element.
    const tails = lowerPart(lengthened(vectors, "behind"), -2);
    return [select(onOrAbove(a.shape), matrix, tails), taus];
  }),
});
export const hessenberg = (a: Tensor): [packed: Tensor, taus: Tensor] =>
  bind(hessenbergOp, [a], none) as [Tensor, Tensor];

/** The upper Hessenberg part of `shape`. */
const onOrAbove = (shape: readonly number[]): Tensor => {
  const rank = shape.length;
  return le(iota("int32", shape, rank - 2), add(iota("int32", shape, rank - 1), 1));
};
/** `x` with zeros below the first diagonal under the main one. */
export const hessenbergPart = (x: Tensor): Tensor => select(onOrAbove(x.shape), x, zerosLike(x));

/** H = Qᴴ a Q, with Q the product of the reflections whose vectors [..., n, n − 1] and scales are given. */
export function hessenbergForm(a: Tensor): { matrix: Tensor; vectors: Tensor; taus: Tensor } {
  const lead = a.shape.slice(0, -2);
  const n = a.shape.at(-1)!;
  const c = columnsOf(lead, n);
  const [matrix, vectors, taus] = repeat(
    "hessenberg_column",
    n - 1,
    (k, h, vectors, taus) => {
      const next = broadcastInDim(add(k, 1), c.place.shape, []);
      const r = reflection(c.column(h, k), eq(c.place, next), gt(c.place, next));
      const left = outer(r.v, mul(overVectors(r.tau, r.v), adjointTimes(h, r.v)));
      const turned = sub(h, left);
      const right = outer(mul(overVectors(r.tau, r.v), timesVector(turned, r.v)), r.v);
      return [sub(turned, right), c.putColumn(vectors, k, r.v), c.put(taus, k, r.tau)];
    },
    [a, splat(0, [...lead, n, n - 1], a.dtype), splat(0, [...lead, n - 1], a.dtype)],
  ) as [Tensor, Tensor, Tensor];
  return { matrix, vectors, taus };
}
