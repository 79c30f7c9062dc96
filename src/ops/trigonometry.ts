// Trigonometric and hyperbolic functions and their inverses.
import { add, div, mul, sub } from "./binary.ts";
import { cosine, sine } from "./complex-lowering.ts";
import { like } from "./literal.ts";
import { neg, rsqrt, square } from "./unary.ts";
import { applied, chlo, stablehlo, unary } from "./unary-family.ts";

export const sinOp = unary("sin", { accepts: "inexact", lower: (c, x) => sine(c, x), jvp: (t, x) => mul(t, cos(x)) });
export const sin = applied(sinOp);
export const cosOp = unary("cos", {
  accepts: "inexact",
  lower: (c, x) => cosine(c, x),
  jvp: (t, x) => neg(mul(t, sin(x))),
});
export const cos = applied(cosOp);
export const tanOp = unary("tan", {
  accepts: "inexact",
  lower: stablehlo("tan"),
  jvp: (t, _x, y) => mul(t, add(mul(y, y), 1)),
});
export const tan = applied(tanOp);
export const asinOp = unary("asin", {
  accepts: "inexact",
  lower: chlo("asin"),
  jvp: (t, x) => mul(t, rsqrt(sub(like(x, 1), square(x)))),
});
export const asin = applied(asinOp);
export const acosOp = unary("acos", {
  accepts: "inexact",
  lower: chlo("acos"),
  jvp: (t, x) => neg(mul(t, rsqrt(sub(like(x, 1), square(x))))),
});
export const acos = applied(acosOp);
export const atanOp = unary("atan", {
  accepts: "inexact",
  lower: chlo("atan"),
  jvp: (t, x) => div(t, add(square(x), 1)),
});
export const atan = applied(atanOp);
export const sinhOp = unary("sinh", { accepts: "inexact", lower: chlo("sinh"), jvp: (t, x) => mul(t, cosh(x)) });
export const sinh = applied(sinhOp);
export const coshOp = unary("cosh", { accepts: "inexact", lower: chlo("cosh"), jvp: (t, x) => mul(t, sinh(x)) });
export const cosh = applied(coshOp);
export const asinhOp = unary("asinh", {
  accepts: "inexact",
  lower: chlo("asinh"),
  jvp: (t, x) => mul(t, rsqrt(add(square(x), 1))),
});
export const asinh = applied(asinhOp);
export const acoshOp = unary("acosh", {
  accepts: "inexact",
  lower: chlo("acosh"),
  jvp: (t, x) => mul(t, mul(rsqrt(sub(x, 1)), rsqrt(add(x, 1)))),
});
export const acosh = applied(acoshOp);
export const atanhOp = unary("atanh", {
  accepts: "inexact",
  lower: chlo("atanh"),
  jvp: (t, x) => div(t, sub(like(x, 1), square(x))),
});
export const atanh = applied(atanhOp);
export const tanhOp = unary("tanh", {
  accepts: "inexact",
  lower: stablehlo("tanh"),
  jvp: (t, _x, y) => mul(t, sub(like(y, 1), mul(y, y))),
});
export const tanh = applied(tanhOp);
