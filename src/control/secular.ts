// Roots of secular equations, which say how the spectrum of a diagonal matrix moves under a change of rank one.
import { epsilon } from "../core/dtype.ts";
import type { Tensor } from "../core/tensor.ts";
import { add, and, div, max, mul, or, sub } from "../ops/binary.ts";
import { ge, gt, le, lt, select } from "../ops/compare.ts";
import { like, splat, zerosLike } from "../ops/literal.ts";
import { alongColumns, alongRows, onDiagonal } from "../ops/matrix.ts";
import { reduceMax, reduceMin, reduceOr, reduceProd, reduceSum } from "../ops/reduce.ts";
import { iota } from "../ops/shape.ts";
import { abs, neg, not, sqrt, square } from "../ops/unary.ts";
import { repeatWhile } from "./repeat.ts";

/** Evaluations after which the iteration stops whatever is left; six or seven are usual. */
const turns = 64;

export interface Poles {
  /** [..., m], in any order. */
  readonly d: Tensor;
  /** The vector of the change of rank one. */
  readonly z: Tensor;
  /** The factor of that change [..., m], not negative, for each element. */
  readonly rho: Tensor;
  /** Where the diagonal and the vector count; the other elements stay what they are. */
  readonly active: Tensor;
  /** Elements i and j [..., m, m] that belong to the same matrix: several are worked on at once. */
  readonly together: Tensor;
  /** Elements that come before all others, equal ones too, and stay where they are. */
  readonly first: Tensor | null;
  /** The poles are the squares of `d` ≥ 0. */
  readonly squared: boolean;
}
export interface Roots {
  /** Per column j: the pole that the root is reckoned from, and how far beyond it the root lies. */
  readonly origin: Tensor;
  readonly beyond: Tensor;
  /** Pole i − root j [..., m, m], each to a few units in its last place. */
  readonly gaps: Tensor;
  /** The vector whose change of rank one has exactly these roots. */
  readonly z: Tensor;
  /** The poles, moved apart where they were equal. */
  readonly d: Tensor;
}

/** a − b, or a² − b². */
const difference = (a: Tensor, b: Tensor, squared: boolean): Tensor =>
  squared ? mul(sub(a, b), add(a, b)) : sub(a, b);

/** True in row i, column j where element i comes before element j in rising order. */
function before(d: Tensor): Tensor {
  const m = d.shape.at(-1)!;
  const [mine, other] = [alongColumns(d, m), alongRows(d, m)];
  const rank = mine.ndim;
  const earlier = lt(iota("int32", mine.shape, rank - 2), iota("int32", mine.shape, rank - 1));
  return or(lt(mine, other), and(le(mine, other), earlier));
}

/**
 * The roots λ of 1 + ρ Σ zᵢ² / (dᵢ − λ), one above each active pole, and the vector ẑ that belongs to them.
 *
 * Each root is found as its distance from the nearer pole, by rational interpolation of the poles on both sides (the
 * "middle way" of Li 1993, LAPACK working note 89) inside a bracket. With ẑ in place of z the computed roots are exact,
 * so that the vectors ẑᵢ / (dᵢ − λⱼ) are orthogonal to working precision (Gu and Eisenstat 1994).
 */
export function secularRoots(p: Poles): Roots {
  const { squared, rho, active, z, together } = p;
  const m = z.shape.at(-1)!;
  const [row, column] = [z.ndim - 1, z.ndim];
  const order = before(p.first === null ? p.d : select(p.first, like(p.d, -1), p.d));
  const rows = (x: Tensor) => alongRows(x, m);
  const columns = (x: Tensor) => alongColumns(x, m);
  const sumRows = (x: Tensor) => reduceSum(x, [row]);
  const here = and(columns(active), together);
  const d = separated(p.d, order, here);
  const nothing = (x: Tensor) => zerosLike(x);
  const own = columns(d);
  const later = and(here, not(or(order, onDiagonal(own.shape))));
  const infinite = like(own, Number.POSITIVE_INFINITY);
  const next = reduceMin(select(later, own, infinite), [row]);
  const bounded = lt(next, Number.POSITIVE_INFINITY);
  const successor = select(bounded, next, d);
  const weights = select(active, mul(rho, square(z)), nothing(z));
  const w = select(here, columns(weights), nothing(columns(weights)));
  const total = sumRows(w);
  const left = not(later);

  const far = like(own, Number.POSITIVE_INFINITY);
  const from = (origin: Tensor) => select(here, difference(own, rows(origin), squared), far);
  const width = difference(successor, d, squared);
  const middle = mul(width, 0.5);
  const atMiddle = add(sumRows(div(w, sub(from(d), rows(middle)))), 1);
  const upper = and(bounded, lt(atMiddle, 0));
  const origin = select(upper, successor, d);
  const offsets = from(origin);
  const [below, above] = [difference(d, origin, squared), difference(successor, origin, squared)];
  const low = select(upper, neg(middle), nothing(middle));
  const high = select(upper, nothing(middle), select(bounded, middle, total));
  const start = mul(add(low, high), 0.5);
  const eps = epsilon(z.dtype);
  const tolerance = eps * (4 + m / 8);

  const step = (mu: Tensor, lo: Tensor, hi: Tensor, open: Tensor): Tensor[] => {
    const gap = sub(offsets, rows(mu));
    const term = div(w, gap);
    const slope = div(term, gap);
    const part = (mask: Tensor, x: Tensor) => sumRows(select(mask, x, nothing(x)));
    const [psi, phi] = [part(left, term), part(later, term)];
    const [dpsi, dphi] = [part(left, slope), part(later, slope)];
    const f = add(add(psi, phi), 1);
    const negative = lt(f, 0);
    const [lo1, hi1] = [select(negative, mu, lo), select(negative, hi, mu)];
    const size = add(sub(phi, psi), 1);
    const narrow = le(sub(hi1, lo1), mul(max(abs(lo1), abs(hi1)), 2 * eps));
    const done = or(le(abs(f), mul(size, tolerance)), narrow);
    const [d1, d2] = [sub(below, mu), sub(above, mu)];
    const both = mul(d1, d2);
    const a = sub(mul(add(d1, d2), f), mul(both, add(dpsi, dphi)));
    const b = mul(both, f);
    const c = sub(sub(f, mul(d1, dpsi)), mul(d2, dphi));
    const root = sqrt(abs(sub(square(a), mul(mul(b, c), 4))));
    const between = select(le(a, 0), div(sub(a, root), mul(c, 2)), div(mul(b, 2), add(a, root)));
    const last = add(d1, div(mul(square(d1), dpsi), sub(f, mul(d1, dpsi))));
    const eta = select(bounded, between, last);
    const newton = div(neg(f), add(dpsi, dphi));
    const moved = add(mu, select(lt(mul(f, eta), 0), eta, newton));
    const inside = and(gt(moved, lo1), lt(moved, hi1));
    const guess = select(inside, moved, halfway(lo1, hi1));
    const still = and(open, not(done));
    const keep = (fresh: Tensor, old: Tensor) => select(still, fresh, old);
    return [keep(guess, mu), select(open, lo1, lo), select(open, hi1, hi), still];
  };
  const [, mu] = repeatWhile(
    "secular",
    (turn, _mu, _lo, _hi, open) => and(lt(turn!, turns), reduceOr(open!, [...open!.shape.keys()])),
    (turn, ...state) => [add(turn!, 1), ...step(...(state as [Tensor, Tensor, Tensor, Tensor]))],
    [splat(0, [], "int32"), start, low, high, active],
  ) as [Tensor, Tensor];

  const gaps = select(here, sub(offsets, rows(mu)), like(own, 1));
  // ẑᵢ² = Π (λⱼ − dᵢ) / Π (dⱼ − dᵢ): each root over the pole on its other side, all quotients between 0 and 1.
  const against = select(left, difference(rows(successor), own, squared), difference(rows(d), own, squared));
  const bare = and(left, not(rows(bounded)));
  const quotient = div(neg(gaps), select(bare, like(gaps, 1), against));
  const counts = and(here, rows(active));
  const product = reduceProd(select(counts, quotient, like(quotient, 1)), [column]);
  const root = sqrt(abs(product));
  const exact = select(active, select(ge(z, 0), root, neg(root)), nothing(z));
  return { origin, beyond: mu, gaps, z: exact, d };
}

/** Active poles at least a few units in the last place of the largest apart: equal ones would leave no root between. */
function separated(d: Tensor, order: Tensor, here: Tensor): Tensor {
  const m = d.shape.at(-1)!;
  const row = d.ndim - 1;
  const counted = and(order, here);
  const rank = reduceSum(select(counted, like(alongColumns(d, m), 1), zerosLike(alongColumns(d, m))), [row]);
  const gap = 8 * epsilon(d.dtype);
  const base = sub(d, mul(rank, gap));
  const lower = alongColumns(base, m);
  const low = like(lower, Number.NEGATIVE_INFINITY);
  const pushed = reduceMax(select(counted, lower, low), [row]);
  return select(gt(pushed, base), add(pushed, mul(rank, gap)), d);
}

/** Inside a bracket that may span orders of magnitude: the geometric mean where one end is much nearer to zero. */
function halfway(lo: Tensor, hi: Tensor): Tensor {
  const [a, b] = [abs(lo), abs(hi)];
  const [inner, outer] = [select(lt(a, b), a, b), max(a, b)];
  const mean = mul(sqrt(max(inner, mul(outer, 1e-6))), sqrt(outer));
  const signed = select(lt(add(lo, hi), 0), neg(mean), mean);
  return select(lt(inner, mul(outer, 0.25)), signed, mul(add(lo, hi), 0.5));
}
