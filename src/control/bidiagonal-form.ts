// Matrices to real upper bidiagonal form by Householder reflections from both sides, by panels of columns.
import { type DType, realOf } from "../core/dtype.ts";
import type { Tensor } from "../core/tensor.ts";
import { add, mul, sub } from "../ops/binary.ts";
import { eq, gt, select } from "../ops/compare.ts";
import { dynamicSlice } from "../ops/dynamic.ts";
import { splat, zerosLike } from "../ops/literal.ts";
import { adjoint, conjugated, product } from "../ops/matrix.ts";
import { broadcastInDim, concatenate, reshape, sliceInDim } from "../ops/shape.ts";
import { adjointTimes, columnsOf, overVectors, type Panels, panelPlan, reflection, timesVector } from "./reflectors.ts";
import { repeat } from "./repeat.ts";

export interface BidiagonalForm {
  /** The reflections whose products P and Q give a = P B Qᴴ; those of Q begin one row further on. */
  readonly left: readonly Panels[];
  readonly right: readonly Panels[];
  /** The diagonal [..., n] of B and the one above it [..., n − 1], real. */
  readonly diagonal: Tensor;
  readonly above: Tensor;
}

/** B = Pᴴ a Q of square matrices [..., n, n], n ≥ 1. As LAPACK's gebrd. */
export function bidiagonalForm(a: Tensor): BidiagonalForm {
  const [rows, columns] = [a.ndim - 2, a.ndim - 1];
  const [left, right]: [Panels[], Panels[]] = [[], []];
  const [diagonals, aboves]: [Tensor[], Tensor[]] = [[], []];
  let rest = a;
  for (const { at, size, count, width } of panelPlan(a.shape.at(-1)!)) {
    const [remaining, v, u, d, e, tauV, tauU] = reduceBoth(rest, count, width) as [
      Tensor,
      Tensor,
      Tensor,
      Tensor,
      Tensor,
      Tensor,
      Tensor,
    ];
    left.push({ vectors: v, taus: tauV, offset: at, width });
    right.push({ vectors: u, taus: tauU, offset: at, width });
    const done = Math.min(size, count * width);
    const cut = (x: Tensor, to: number) => sliceInDim(x, 0, to, x.ndim - 1);
    diagonals.push(cut(d, done));
    aboves.push(cut(e, Math.min(done, size - 1)));
    rest = sliceInDim(sliceInDim(remaining, done, size, rows), done, size, columns);
  }
  return { left, right, diagonal: concatenate(diagonals, rows), above: concatenate(aboves, rows) };
}

/**
 * The first `count` panels of columns and rows: what they leave of the matrix, the reflections, and the diagonals. A panel
 * gathers V, Y, X and U, with a − V Yᴴ − X Uᴴ what it makes of the matrix so far (as LAPACK's labrd).
 */
function reduceBoth(a: Tensor, count: number, width: number): Tensor[] {
  const lead = a.shape.slice(0, -2);
  const m = a.shape.at(-1)!;
  const c = columnsOf(lead, m);
  const real = realOf(a.dtype);
  const nothing = (columns: number) => splat(0, [...lead, m, columns], a.dtype);
  const line = (dtype: DType) => splat(0, [...lead, count * width], dtype);
  const zero = lead.map(() => 0);
  const rowOf = (x: Tensor, k: Tensor) => reshape(dynamicSlice(x, [...zero, k, 0], [...lead, 1, m]), [...lead, m]);
  return repeat(
    "panel",
    count,
    (panel, rest, allV, allU, ...lines) => {
      const first = mul(panel, width);
      const [v, y, x, u, ...after] = repeat(
        "bidiagonal_column",
        width,
        (i, v, y, x, u, d, e, tauV, tauU) => {
          const k = add(first, i);
          const at = broadcastInDim(k, c.place.shape, []);
          const next = add(at, 1);
          const minus = (t: Tensor, p: Tensor, q: Tensor) => sub(sub(t, p), q);
          const column = minus(
            c.column(rest, k),
            timesVector(v, conjugated(c.row(y, k, width))),
            timesVector(x, conjugated(c.row(u, k, width))),
          );
          const l = reflection(column, eq(c.place, at), gt(c.place, at));
          const v1 = c.putColumn(v, i, l.v);
          // What the reflection from the left takes off: τ̄ v (vᴴ A), so its row of Yᴴ is τ̄ vᴴ A.
          const image = minus(
            adjointTimes(rest, l.v),
            timesVector(y, adjointTimes(v, l.v)),
            timesVector(u, adjointTimes(x, l.v)),
          );
          const yk = mul(overVectors(l.tau, image), select(gt(c.place, at), image, zerosLike(image)));
          const y1 = c.putColumn(y, i, yk);
          const row = minus(
            rowOf(rest, k),
            conjugated(timesVector(y1, conjugated(c.row(v1, k, width)))),
            conjugated(timesVector(u, conjugated(c.row(x, k, width)))),
          );
          const r = reflection(conjugated(row), eq(c.place, next), gt(c.place, next));
          const change = minus(
            timesVector(rest, r.v),
            timesVector(v1, adjointTimes(y1, r.v)),
            timesVector(x, adjointTimes(u, r.v)),
          );
          const xk = mul(overVectors(r.tau, change), select(gt(c.place, at), change, zerosLike(change)));
          return [
            v1,
            y1,
            c.putColumn(x, i, xk),
            c.putColumn(u, i, r.v),
            c.put(d, k, l.beta),
            c.put(e, k, r.beta),
            c.put(tauV, k, l.tau),
            c.put(tauU, k, r.tau),
          ];
        },
        [nothing(width), nothing(width), nothing(width), nothing(width), ...lines],
      ) as [Tensor, Tensor, Tensor, Tensor, ...Tensor[]];
      const change = add(product(v, adjoint(y)), product(x, adjoint(u)));
      return [sub(rest, change), c.putColumn(allV, first, v), c.putColumn(allU, first, u), ...after];
    },
    [a, nothing(count * width), nothing(count * width), line(real), line(real), line(a.dtype), line(a.dtype)],
  );
}
