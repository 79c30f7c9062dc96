// The modified Bessel function of order zero, scaled, by Chebyshev series.
import { type DType, itemSize } from "../core/dtype.ts";
import { defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind1 } from "../core/trace.ts";
import { add, div, mul, sub } from "./binary.ts";
import { byGraph } from "./by-graph.ts";
import { le, select } from "./compare.ts";
import { convert } from "./convert.ts";
import { batchElementwise, rebinder, requireDType } from "./elementwise.ts";
import { like } from "./literal.ts";
import { besselI1e } from "./special.ts";
import { abs, sign, sqrt } from "./unary.ts";

type NoParams = Record<never, never>;
type One = readonly [Tensor];

/** e^−|x| I₀(x). */
export const besselI0eOp: Op<NoParams, One> = defineOp({
  name: "bessel_i0e",
  shape: ([x]) => {
    requireDType("bessel_i0e", x, "float");
    return [x];
  },
  derivative: [(t, [x], [y]) => mul(t, sub(besselI1e(x), mul(sign(x), y!)))],
  transpose: null,
  batch: batchElementwise(rebinder(() => besselI0eOp)),
  effect: "none",
  cost: "cheap",
  lower: byGraph<NoParams, One>("bessel_i0e", ([x]) => {
    // 16-bit floats are too short for the sums.
    const wide: DType = itemSize(x.dtype) > 2 ? x.dtype : "float32";
    return [convert(scaledOrderZero(abs(convert(x, wide))), x.dtype, x.weakType)];
  }),
});
export const besselI0e = (x: Tensor): Tensor => bind1(besselI0eOp, [x], {});

function scaledOrderZero(x: Tensor): Tensor {
  const short = x.dtype === "float32";
  const small = chebyshev(sub(mul(x, 0.5), 2), short ? upTo8.slice(-18) : upTo8);
  const large = chebyshev(sub(div(like(x, 32), x), 2), short ? beyond8.slice(-7) : beyond8);
  return select(le(x, 8), small, div(large, sqrt(x)));
}

/** Clenshaw's recurrence for Σ cₖ Tₖ(x / 2), the highest coefficient first and half of the last. */
function chebyshev(x: Tensor, coefficients: readonly number[]): Tensor {
  let [b0, b1, b2]: [Tensor, Tensor, Tensor] = [like(x, 0), like(x, 0), like(x, 0)];
  for (const c of coefficients) {
    b2 = b1;
    b1 = b0;
    b0 = add(sub(mul(x, b1), b2), c);
  }
  return mul(sub(b0, b2), 0.5);
}

// Chebyshev coefficients as in Cephes (Moshier, 1984); float32 needs the last of each only.
/** e^−x I₀(x) for 0 ≤ x ≤ 8, in x / 2 − 2. */
const upTo8: readonly number[] = [
  -4.4153416464793395e-18, 3.3307945188222384e-17, -2.431279846547955e-16, 1.715391285555133e-15,
  -1.1685332877993451e-14, 7.676185498604936e-14, -4.856446783111929e-13, 2.95505266312964e-12, -1.726826291441556e-11,
  9.675809035373237e-11, -5.189795601635263e-10, 2.6598237246823866e-9, -1.300025009986248e-8, 6.046995022541919e-8,
  -2.670793853940612e-7, 1.1173875391201037e-6, -4.4167383584587505e-6, 1.6448448070728896e-5, -5.754195010082104e-5,
  1.8850288509584165e-4, -5.763755745385824e-4, 1.6394756169413357e-3, -4.324309995050576e-3, 1.0546460394594998e-2,
  -2.373741480589947e-2, 4.930528423967071e-2, -9.490109704804764e-2, 1.7162090152220877e-1, -3.046826723431984e-1,
  6.767952744094761e-1,
];
/** e^−x √x I₀(x) for x > 8, in 32 / x − 2. */
const beyond8: readonly number[] = [
  -7.233180487874754e-18, -4.830504485944182e-18, 4.46562142029676e-17, 3.461222867697461e-17, -2.8276239805165836e-16,
  -3.425485619677219e-16, 1.7725601330565263e-15, 3.8116806693526224e-15, -9.554846698828307e-15,
  -4.150569347287222e-14, 1.54008621752141e-14, 3.8527783827421426e-13, 7.180124451383666e-13, -1.7941785315068062e-12,
  -1.3215811840447713e-11, -3.1499165279632416e-11, 1.1889147107846439e-11, 4.94060238822497e-10, 3.3962320257083865e-9,
  2.266668990498178e-8, 2.0489185894690638e-7, 2.8913705208347567e-6, 6.889758346916825e-5, 3.3691164782556943e-3,
  8.044904110141088e-1,
];
