// Hermitian matrices to real tridiagonal form by Householder reflections, by panels of columns.
import { type DType, realOf } from "../core/dtype.ts";
import type { Tensor } from "../core/tensor.ts";
import { add, mul, sub } from "../ops/binary.ts";
import { eq, gt, select } from "../ops/compare.ts";
import { splat, zerosLike } from "../ops/literal.ts";
import { adjoint, conjugated, product, realPart } from "../ops/matrix.ts";
import { reduceSum } from "../ops/reduce.ts";
import { broadcastInDim, concatenate, sliceInDim } from "../ops/shape.ts";
import { adjointTimes, columnsOf, overVectors, type Panels, panelPlan, reflection, timesVector } from "./reflectors.ts";
import { repeat } from "./repeat.ts";

export interface TridiagonalForm {
  /** The reflections whose product Q gives a = Q T Qᴴ. */
  readonly panels: readonly Panels[];
  /** The diagonal [..., n] and the one beside it [..., n − 1], real. */
  readonly diagonal: Tensor;
  readonly beside: Tensor;
}

/** T = Qᴴ a Q of whole Hermitian matrices [..., n, n], n ≥ 1. As LAPACK's sytrd. */
export function tridiagonalForm(a: Tensor): TridiagonalForm {
  const [rows, columns] = [a.ndim - 2, a.ndim - 1];
  const panels: Panels[] = [];
  const [diagonals, besides]: [Tensor[], Tensor[]] = [[], []];
  let rest = a;
  for (const { at, size, count, width } of panelPlan(a.shape.at(-1)!)) {
    const [left, vectors, d, e, taus] = reduceColumns(rest, count, width) as [Tensor, Tensor, Tensor, Tensor, Tensor];
    panels.push({ vectors, taus, offset: at, width });
    const done = Math.min(size, count * width);
    const cut = (x: Tensor, to: number) => sliceInDim(x, 0, to, x.ndim - 1);
    diagonals.push(cut(d, done));
    besides.push(cut(e, Math.min(done, size - 1)));
    rest = sliceInDim(sliceInDim(left, done, size, rows), done, size, columns);
  }
  return { panels, diagonal: concatenate(diagonals, rows), beside: concatenate(besides, rows) };
}

/**
 * The first `count` panels of columns: what they leave of the matrix, the reflections, and the diagonals. A panel gathers
 * V and W, with a − V Wᴴ − W Vᴴ what the columns so far make of the matrix (as LAPACK's latrd).
 */
function reduceColumns(a: Tensor, count: number, width: number): Tensor[] {
  const lead = a.shape.slice(0, -2);
  const m = a.shape.at(-1)!;
  const c = columnsOf(lead, m);
  const real = realOf(a.dtype);
  const nothing = (columns: number) => splat(0, [...lead, m, columns], a.dtype);
  const line = (dtype: DType) => splat(0, [...lead, count * width], dtype);
  return repeat(
    "panel",
    count,
    (panel, rest, all, d, e, taus) => {
      const first = mul(panel, width);
      const [v, w, ...lines] = repeat(
        "tridiagonal_column",
        width,
        (i, v, w, d, e, taus) => {
          const k = add(first, i);
          const at = broadcastInDim(k, c.place.shape, []);
          const old = add(
            timesVector(v, conjugated(c.row(w, k, width))),
            timesVector(w, conjugated(c.row(v, k, width))),
          );
          const x = sub(c.column(rest, k), old);
          const own = realPart(reduceSum(select(eq(c.place, at), x, zerosLike(x)), [lead.length]));
          const next = add(at, 1);
          const r = reflection(x, eq(c.place, next), gt(c.place, next));
          const changed = add(timesVector(v, adjointTimes(w, r.v)), timesVector(w, adjointTimes(v, r.v)));
          const image = select(gt(c.place, at), sub(timesVector(rest, r.v), changed), zerosLike(x));
          const p = mul(overVectors(r.tau, x), image);
          const inner = reduceSum(mul(conjugated(p), r.v), [lead.length]);
          const q = sub(p, mul(overVectors(mul(mul(r.tau, inner), 0.5), x), r.v));
          return [
            c.putColumn(v, i, r.v),
            c.putColumn(w, i, q),
            c.put(d, k, own),
            c.put(e, k, r.beta),
            c.put(taus, k, r.tau),
          ];
        },
        [nothing(width), nothing(width), d, e, taus],
      ) as [Tensor, Tensor, ...Tensor[]];
      const change = add(product(v, adjoint(w)), product(w, adjoint(v)));
      return [sub(rest, change), c.putColumn(all, first, v), ...lines];
    },
    [a, nothing(count * width), line(real), line(real), line(a.dtype)],
  );
}
