// The two expansions of the incomplete gamma function, summed in loops: a power series and a continued fraction.
import { epsilon } from "../core/dtype.ts";
import type { Tensor } from "../core/tensor.ts";
import { add, and, div, mul, sub } from "../ops/binary.ts";
import { gt, lt, ne, select } from "../ops/compare.ts";
import { like, splat } from "../ops/literal.ts";
import { reduceOr } from "../ops/reduce.ts";
import { broadcastInDim } from "../ops/shape.ts";
import { abs, digamma, log, neg } from "../ops/unary.ts";
import { repeatWhile } from "./repeat.ts";

/** The function itself, its derivative by a, or that of x at a fixed quantile of Gamma(a). */
export type Mode = "value" | "derivative" | "sampleDerivative";

export interface Point {
  readonly a: Tensor;
  readonly x: Tensor;
  /** xᵃ e⁻ˣ / Γ(a) */
  readonly ax: Tensor;
  /** Elements that are wanted; the others are not iterated. */
  readonly enabled: Tensor;
  readonly mode: Mode;
}

const any = (mask: Tensor): Tensor => reduceOr(mask, [...mask.shape.keys()]);
const choose = (which: Tensor, next: readonly Tensor[], old: readonly Tensor[]): Tensor[] =>
  next.map((t, i) => select(which, t, old[i]!));

/** P(a, x) = ax/a Σ xⁿ / ((a+1) … (a+n)), good where x < 1 or x < a. */
export function series({ a, x, ax, enabled, mode }: Point): Tensor {
  const eps = epsilon(a.dtype);
  const one = like(a, 1);
  const zero = like(a, 0);
  const [, , , sum, , dSum] = repeatWhile(
    "igamma_series",
    (on) => any(on!),
    (...vals) => {
      const [on, r0, c0, sum0, dc0, dSum0] = vals as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
      const r = add(r0, 1);
      const ratio = div(x, r);
      const dc = sub(mul(dc0, ratio), div(mul(c0, x), mul(r, r)));
      const dSumNext = add(dSum0, dc);
      const c = mul(c0, ratio);
      const next = add(sum0, c);
      const change = mode === "value" ? div(c, next) : abs(div(dc, dSumNext));
      return [and(on, gt(change, eps)), ...choose(on, [r, c, next, dc, dSumNext], vals.slice(1))];
    },
    [enabled, a, one, one, zero, zero],
  ) as unknown as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
  if (mode === "value") return div(mul(sum, ax), a);
  const slope = sub(log(x), digamma(add(a, 1)));
  const total = add(mul(sum, slope), dSum);
  return mode === "derivative" ? div(mul(ax, total), a) : div(mul(neg(total), x), a);
}

const turns = 2000;

/** Q(a, x) by its continued fraction, good where x > 1 and x > a. As Cephes' igamc. */
export function continuedFraction({ a, x, ax, enabled, mode }: Point): Tensor {
  const eps = epsilon(a.dtype);
  const zero = like(x, 0);
  const one = like(x, 1);
  const y0 = sub(one, a);
  const z0 = add(add(x, y0), 1);
  const pkm1 = add(x, 1);
  const qkm1 = mul(z0, x);
  const first = div(pkm1, qkm1);
  const dFirst = div(neg(mul(first, neg(x))), qkm1);
  const results = repeatWhile(
    "igammac_continued_fraction",
    (on, c) => and(lt(c!, turns), any(on!)),
    (...vals) => {
      const [on, c0, ...state] = vals as [Tensor, Tensor, ...Tensor[]];
      const [ans, y, z, p1, q1, p2, q2, dp2, dq2, dp1, dq1, dAns] = state as [
        Tensor,
        Tensor,
        Tensor,
        Tensor,
        Tensor,
        Tensor,
        Tensor,
        Tensor,
        Tensor,
        Tensor,
        Tensor,
        Tensor,
      ];
      const c = add(c0, 1);
      const wide = spreadScalar(c, x);
      const [yn, zn] = [add(y, 1), add(z, 2)];
      const yc = mul(yn, wide);
      const p = sub(mul(p1, zn), mul(p2, yc));
      const q = sub(mul(q1, zn), mul(q2, yc));
      const sound = ne(q, 0);
      const r = div(p, q);
      const moved = select(sound, abs(div(sub(ans, r), r)), one);
      const ansNext = select(sound, r, ans);
      const dp = add(sub(sub(mul(dp1, zn), p1), mul(dp2, yc)), mul(p2, wide));
      const dq = add(sub(sub(mul(dq1, zn), q1), mul(dq2, yc)), mul(q2, wide));
      const dAnsNext = select(sound, div(sub(dp, mul(ansNext, dq)), q), dAns);
      const dMoved = select(sound, abs(sub(dAnsNext, dAns)), one);
      // All are scaled down together before they overflow.
      const large = gt(abs(p), 1 / eps);
      const scaled = (t: Tensor) => select(large, mul(t, eps), t);
      const next = [ansNext, yn, zn, ...[p, q, p1, q1, dp1, dq1, dp, dq].map(scaled), dAnsNext];
      return [and(on, gt(mode === "value" ? moved : dMoved, eps)), c, ...choose(on, next, state)];
    },
    [enabled, splat(0, [], x.dtype), first, y0, z0, pkm1, qkm1, one, x, zero, zero, zero, neg(x), dFirst],
  );
  const ans = results[2]!;
  if (mode === "value") return mul(ans, ax);
  const total = add(mul(ans, sub(log(x), digamma(a))), results.at(-1)!);
  return mode === "derivative" ? mul(ax, total) : neg(mul(total, x));
}

const spreadScalar = (s: Tensor, x: Tensor): Tensor => broadcastInDim(s, x.shape, []);
