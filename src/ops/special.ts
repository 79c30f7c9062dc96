// Special functions: error, gamma, zeta, Bessel.
import { attr } from "../../hlo/attributes.ts";
import { epsilon, isFloat8 } from "../core/dtype.ts";
import { NonDifferentiableError } from "../core/errors.ts";
import { typeOf } from "../core/lowering.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind1 } from "../core/trace.ts";
import { besselI0e } from "./bessel.ts";
import { add, div, mul, sub } from "./binary.ts";
import { binary } from "./binary-family.ts";
import { gt, select } from "./compare.ts";
import { like } from "./literal.ts";
import { abs, exp, neg, sign, square } from "./unary.ts";
import { applied, chlo, stablehlo, unary } from "./unary-family.ts";

export const erfOp = unary("erf", {
  accepts: "float",
  lower: chlo("erf"),
  jvp: (t, x) => mul(t, mul(exp(neg(square(x))), 2 / Math.sqrt(Math.PI))),
});
export const erf = applied(erfOp);
export const erfcOp = unary("erfc", {
  accepts: "float",
  lower: (c, x) => {
    const type = typeOf(c.results[0]!);
    // CHLO knows no erfc of eight bits.
    if (!isFloat8(c.results[0]!.dtype)) return c.one(chlo("erfc"), [x], type);
    const wide = typeOf({ shape: type.shape, dtype: "float32" });
    return c.one(stablehlo("convert"), [c.one(chlo("erfc"), [c.one(stablehlo("convert"), [x], wide)], wide)], type);
  },
  jvp: (t, x) => mul(t, mul(exp(neg(square(x))), -2 / Math.sqrt(Math.PI))),
});
export const erfc = applied(erfcOp);
export const erfInvOp = unary("erf_inv", {
  accepts: "float",
  lower: chlo("erf_inv"),
  jvp: (t, _x, y) => mul(t, mul(exp(square(y)), Math.sqrt(Math.PI) / 2)),
});
export const erfInv = applied(erfInvOp);
export const lgammaOp = unary("lgamma", { accepts: "float", lower: chlo("lgamma"), jvp: (t, x) => mul(t, digamma(x)) });
export const lgamma = applied(lgammaOp);
/** NaN at its poles, zero among them. */
export const digammaOp = unary("digamma", {
  accepts: "float",
  lower: (c, x) => {
    const type = typeOf(c.results[0]!);
    const isZero = c.one(stablehlo("compare"), [x, c.constant(type, 0)], typeOf({ shape: type.shape, dtype: "bool" }), {
      comparison_direction: attr.enum("comparison_direction", "EQ"),
      compare_type: attr.enum("comparison_type", "FLOAT"),
    });
    return c.one(stablehlo("select"), [isZero, c.constant(type, Number.NaN), c.one(chlo("digamma"), [x], type)], type);
  },
  jvp: (t, x) => mul(t, polygamma(like(x, 1), x)),
});
export const digamma = applied(digammaOp);
/** The derivative of digamma of order `m`, a whole number from 0; NaN for another. Not differentiable by `m`. */
export const polygammaOp = binary("polygamma", {
  accepts: "float",
  lower: chlo("polygamma"),
  jvp: [refused("polygamma", "its order"), (t, m, x) => mul(t, polygamma(add(m, 1), x))],
});
export const polygamma = (m: Tensor, x: Tensor): Tensor => bind1(polygammaOp, [m, x], {});
/** Hurwitz's zeta function ζ(x, q) = Σ (q + k)⁻ˣ. Not differentiable, as in JAX. */
export const zetaOp = binary("zeta", {
  accepts: "float",
  lower: chlo("zeta"),
  jvp: [refused("zeta", "its operands"), refused("zeta", "its operands")],
});
export const zeta = (x: Tensor, q: Tensor): Tensor => bind1(zetaOp, [x, q], {});

/** e^−|x| I₁(x) of the modified Bessel function. Its derivative is 1/2 where |x| is at most ε. */
export const besselI1eOp = unary("bessel_i1e", {
  accepts: "float",
  lower: chlo("bessel_i1e"),
  jvp: (t, x, y) => {
    const eps = epsilon(x.dtype);
    const large = gt(abs(x), eps);
    const safe = select(large, x, like(x, eps));
    const slope = sub(besselI0e(safe), mul(y, add(sign(safe), div(like(safe, 1), safe))));
    return mul(t, select(large, slope, like(x, 0.5)));
  },
});
export const besselI1e = applied(besselI1eOp);

/** A rule that throws: there is no derivative by `what`. */
function refused(name: string, what: string): () => never {
  return () => {
    throw new NonDifferentiableError(
      `${name}: has no derivative by ${what}, as in JAX. Hold the operand with stopGradient.`,
    );
  };
}
