// Window functions, and the Bessel function I0 that Kaiser's window is made of.
import { type DType, epsilon, isFloat, itemSize } from "../../core/dtype.ts";
import { ConcretizationTypeError, DTypeError, ShapeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { add, div, max, min, mul, sub } from "../../ops/binary.ts";
import { gt, select } from "../../ops/compare.ts";
import { like } from "../../ops/literal.ts";
import { iota } from "../../ops/shape.ts";
import { abs, cos, exp, sqrt, square } from "../../ops/unary.ts";
import { withTangent } from "../nn/composite.ts";
import { cast, owning, promoteDTypes, settle, tensorOf } from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { integer } from "./axes.ts";
import { divide, multiply } from "./binary.ts";
import { ones } from "./create.ts";

/** A symmetric window of `m` float32 samples, from 0 to 1 and back; of one sample 1. */
const window = (name: string, of: (n: Tensor, m: number) => Tensor) =>
  owning((m: number): Tensor => {
    const count = integer(m, `${name}: m`, ConcretizationTypeError);
    if (count < 0) throw new ShapeError(`${name}: got ${count} samples, expected 0 or more.`);
    return count <= 1 ? ones([count]) : settle(of(iota("float32", [count]), count));
  });
/** cos(k·2πn/(m − 1)) */
const wave = (n: Tensor, m: number, k: number): Tensor => cos(div(mul(n, 2 * k * Math.PI), m - 1));

/** 1 − |2n − (m − 1)|/(m − 1): a triangle. */
export const bartlett = window("bartlett", (n, m) => sub(like(n, 1), div(abs(add(mul(n, 2), 1 - m)), m - 1)));
/** 0.42 − 0.5 cos(2πn/(m − 1)) + 0.08 cos(4πn/(m − 1)) */
export const blackman = window("blackman", (n, m) =>
  add(sub(like(n, 0.42), mul(wave(n, m, 1), 0.5)), mul(wave(n, m, 2), 0.08)),
);
/** 0.54 − 0.46 cos(2πn/(m − 1)) */
export const hamming = window("hamming", (n, m) => sub(like(n, 0.54), mul(wave(n, m, 1), 0.46)));
/** 0.5 − 0.5 cos(2πn/(m − 1)) */
export const hanning = window("hanning", (n, m) => mul(sub(like(n, 1), wave(n, m, 1)), 0.5));
/** I0(β √(1 − ((n − α)/α)²))/I0(β) with α = (m − 1)/2 */
export const kaiser = owning(function kaiser(m: number, beta: TensorLike): Tensor {
  const count = integer(m, "kaiser: m", ConcretizationTypeError);
  if (count < 0) throw new ShapeError(`kaiser: got ${count} samples, expected 0 or more.`);
  if (count <= 1) return ones([count]);
  const n = iota("float32", [count]);
  const half = 0.5 * (count - 1);
  const arc = sqrt(sub(like(n, 1), square(div(sub(n, half), half))));
  return divide(i0(multiply(beta, settle(arc))), i0(beta));
});

/**
 * Chebyshev coefficients for order 0 and 1: of exp(−x)·I0(x) and exp(−x)·I1(x)/x on [0, 8] in x/4 − 1, and of
 * exp(−x)·√x·I(x) on [8, ∞) in 16/x − 1. Computed with 60 digits by interpolation at 48 Chebyshev nodes.
 */
const series = [
  {
    near: [
      0.33839763720473803, -0.3046826723431984, 0.17162090152220877, -0.09490109704804764, 0.04930528423967071,
      -0.02373741480589947, 0.010546460394594998, -0.004324309995050576, 0.0016394756169413357, -0.0005763755745385824,
      0.00018850288509584165, -5.754195010082104e-5, 1.6448448070728896e-5, -4.4167383584587505e-6,
      1.1173875391201037e-6, -2.670793853940612e-7, 6.046995022541919e-8, -1.300025009986248e-8, 2.6598237246823866e-9,
      -5.189795601635263e-10, 9.675809035373237e-11, -1.726826291441556e-11, 2.95505266312964e-12,
      -4.856446783111929e-13, 7.676185498604936e-14, -1.1685332877993451e-14, 1.715391285555133e-15,
      -2.431279846547955e-16, 3.3307945188222384e-17,
    ],
    far: [
      0.4022452055070544, 0.0033691164782556943, 6.889758346916825e-5, 2.8913705208347567e-6, 2.0489185894690638e-7,
      2.266668990498178e-8, 3.3962320257083865e-9, 4.94060238822497e-10, 1.1889147107846439e-11,
      -3.1499165279632416e-11, -1.3215811840447713e-11, -1.7941785315068062e-12, 7.180124451383666e-13,
      3.8527783827421426e-13, 1.54008621752141e-14, -4.150569347287222e-14, -9.554846698828307e-15,
      3.8116806693526224e-15, 1.7725601330565263e-15, -3.425485619677219e-16, -2.8276239805165836e-16,
      3.461222867697461e-17, 4.46562142029676e-17,
    ],
  },
  {
    near: [
      0.12629359322181682, -0.17641651835783406, 0.1026436586898471, -0.05294598120809499, 0.024726449030626516,
      -0.010564084894626197, 0.004156422944312888, -0.0015135724506312532, 0.0005122859561685758,
      -0.00016176081582589674, 4.781565107550054e-5, -1.3273163656039436e-5, 3.4702513081376785e-6,
      -8.568720264695455e-7, 2.0032947535521353e-7, -4.445059128796328e-8, 9.381537386495773e-9, -1.8872497517228294e-9,
      3.625590281552117e-10, -6.663489723502027e-11, 1.1736186298890901e-11, -1.9839743977649436e-12,
      3.223793365945575e-13, -5.042185504727912e-14, 7.600684294735408e-15, -1.1055969477353862e-15,
      1.5536319577362005e-16, -2.111421214358166e-17, 2.7779141127610464e-18,
    ],
    far: [
      0.38928811750914005, -0.009761097491361469, -0.00011058893876262371, -3.882564808877691e-6, -2.512236237870209e-7,
      -2.6314688468895196e-8, -3.835380385964237e-9, -5.589743462196584e-10, -1.8974958123505413e-11,
      3.2526035830154884e-11, 1.4125807436613782e-11, 2.0356285441470896e-12, -7.198551776245908e-13,
      -4.0835511110921974e-13, -2.1015418427726643e-14, 4.272440016711951e-14, 1.0420276984128802e-14,
      -3.8144030724370075e-15, -1.8803547755107825e-15, 3.3082023109209285e-16, 2.96262899764595e-16,
      -3.209525921993424e-17, -4.650305368489358e-17,
    ],
  },
] as const;

/** Σ c_k T_k(y) by Clenshaw's recurrence, with as many terms as the dtype tells apart. */
function chebyshev(c: readonly number[], y: Tensor): Tensor {
  const terms = c.filter((v) => Math.abs(v) > epsilon(y.dtype) * Math.abs(c[0]!) * 0.01);
  const twice = mul(y, 2);
  let [a, b]: [Tensor, Tensor] = [like(y, 0), like(y, 0)];
  for (let k = terms.length - 1; k > 0; k--) [a, b] = [add(sub(mul(twice, a), b), terms[k]!), a];
  return add(sub(mul(y, a), b), terms[0]!);
}
/** exp(−|x|)·I(x) of order 0 or 1 for x ≥ 0. */
function scaledBessel(order: 0 | 1, x: Tensor): Tensor {
  const { near, far } = series[order];
  const [small, large] = [min(x, like(x, 8)), max(x, like(x, 8))];
  const inner = chebyshev(near, sub(mul(small, 0.25), 1));
  const outer = div(chebyshev(far, sub(div(like(large, 16), large), 1)), sqrt(large));
  return select(gt(x, 8), outer, order === 1 ? mul(inner, small) : inner);
}
const bessel0 = withTangent<null>("i0", {
  compute: ([x]) => mul(exp(abs(x!)), scaledBessel(0, abs(x!))),
  // I0' = I1, which is odd.
  tangent: ([t], [x]) => {
    const size = abs(x!);
    const y = mul(exp(size), scaledBessel(1, size));
    return mul(t!, select(gt(like(x!, 0), x!), mul(y, -1), y));
  },
});
const widthOf = (dtype: DType): DType => (itemSize(dtype) < 4 ? "float32" : dtype);

/** The modified Bessel function of the first kind, of order 0. */
export const i0 = owning(function i0(x: TensorLike): Tensor {
  const [t] = promoteDTypes("i0", [x], "inexact") as [Tensor];
  if (!isFloat(t.dtype)) throw new DTypeError(`i0: got ${t.dtype}, expected real numbers.`);
  return settle(cast(bessel0([tensorOf(settle(cast(t, widthOf(t.dtype))), "i0")], null), t.dtype));
});
