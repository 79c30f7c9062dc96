// Elementwise operations of one operand.
import { attr } from "../../hlo/attributes.ts";
import type { Value } from "../../hlo/module.ts";
import { avalOf, longAval } from "../core/aval.ts";
import { bitsOf, type DType, isBigInteger, isComplex, isFloat8, isInexact, itemSize, realOf } from "../core/dtype.ts";
import { DTypeError, ShapeError } from "../core/errors.ts";
import { type LoweringContext, typeOf } from "../core/lowering.ts";
import { defineOp, type Op } from "../core/op.ts";
import { Literal, type Tensor } from "../core/tensor.ts";
import { bind1 } from "../core/trace.ts";
import { roundTo } from "../core/words.ts";
import { moveDim } from "./batching.ts";
import { add, div, mul, sub } from "./binary.ts";
import { eq, ge, select } from "./compare.ts";
import { conj, real } from "./complex.ts";
import { cosine, sine } from "./complex-lowering.ts";
import { type Accepts, batchElementwise, rebinder, requireDType } from "./elementwise.ts";
import { like, zerosLike } from "./literal.ts";

type NoParams = Record<never, never>;
const none: NoParams = Object.freeze({});

interface UnarySpec {
  readonly accepts: Accepts;
  /** The result's dtype, when it is not the operand's; strongly typed if given by name. */
  readonly dtype?: DType | ((operand: DType) => DType);
  /** StableHLO or CHLO name, or a rule. */
  readonly lower: string | ((c: LoweringContext, x: Value) => Value);
  /** Tangent from tangent `t`, operand `x` and result `y`; `linear`, or `none` where the derivative is zero. */
  readonly jvp: "none" | "linear" | ((t: Tensor, x: Tensor, y: Tensor) => Tensor);
}

export type UnaryOp = Op<NoParams, readonly [Tensor]>;

function unary(name: string, spec: UnarySpec): UnaryOp {
  const { jvp, lower } = spec;
  const op: UnaryOp = defineOp({
    name,
    shape: ([x]) => {
      requireDType(name, x, spec.accepts);
      if (spec.dtype === undefined) return [x];
      if (typeof spec.dtype === "string") return [avalOf(x.shape, spec.dtype)];
      return [avalOf(x.shape, spec.dtype(x.dtype), x.weakType)];
    },
    derivative: [typeof jvp === "function" ? (t, [x], [y]) => jvp(t, x, y!) : jvp],
    transpose: jvp === "linear" ? ({ cotangents: [ct] }) => [ct && bind1(op, [ct], none)] : null,
    batch: batchElementwise(rebinder(() => op)),
    effect: "none",
    cost: "cheap",
    lower: (c, [x]) => [typeof lower === "string" ? c.one(lower, [x], typeOf(c.results[0]!)) : lower(c, x)],
  });
  return op;
}

const apply = (op: UnaryOp) => (x: Tensor) => bind1(op, [x], none);
const s = (name: string) => `stablehlo.${name}`;
const chlo = (name: string) => `chlo.${name}`;
const half = (t: Tensor) => mul(t, 0.5);

export const negOp = unary("neg", { accepts: "number", lower: s("negate"), jvp: "linear" });
export const neg = apply(negOp);
export const expOp = unary("exp", { accepts: "inexact", lower: s("exponential"), jvp: (t, _x, y) => mul(t, y) });
export const exp = apply(expOp);
export const exp2Op = unary("exp2", {
  accepts: "inexact",
  lower: (c, x) => {
    const type = typeOf(c.results[0]!);
    if (!isComplex(c.results[0]!.dtype)) return c.one(s("power"), [c.constant(type, 2), x], type);
    return c.one(s("exponential"), [c.one(s("multiply"), [c.constant(type, Math.LN2), x], type)], type);
  },
  jvp: (t, _x, y) => mul(t, mul(y, Math.LN2)),
});
export const exp2 = apply(exp2Op);
export const expm1Op = unary("expm1", {
  accepts: "inexact",
  lower: s("exponential_minus_one"),
  jvp: (t, _x, y) => mul(t, add(y, 1)),
});
export const expm1 = apply(expm1Op);
export const logOp = unary("log", { accepts: "inexact", lower: s("log"), jvp: (t, x) => div(t, x) });
export const log = apply(logOp);
export const log1pOp = unary("log1p", {
  accepts: "inexact",
  lower: s("log_plus_one"),
  jvp: (t, x) => div(t, add(x, 1)),
});
export const log1p = apply(log1pOp);
export const sinOp = unary("sin", { accepts: "inexact", lower: (c, x) => sine(c, x), jvp: (t, x) => mul(t, cos(x)) });
export const sin = apply(sinOp);
export const cosOp = unary("cos", {
  accepts: "inexact",
  lower: (c, x) => cosine(c, x),
  jvp: (t, x) => neg(mul(t, sin(x))),
});
export const cos = apply(cosOp);
export const tanOp = unary("tan", {
  accepts: "inexact",
  lower: s("tan"),
  jvp: (t, _x, y) => mul(t, add(mul(y, y), 1)),
});
export const tan = apply(tanOp);
export const asinOp = unary("asin", {
  accepts: "inexact",
  lower: chlo("asin"),
  jvp: (t, x) => mul(t, rsqrt(sub(like(x, 1), square(x)))),
});
export const asin = apply(asinOp);
export const acosOp = unary("acos", {
  accepts: "inexact",
  lower: chlo("acos"),
  jvp: (t, x) => neg(mul(t, rsqrt(sub(like(x, 1), square(x))))),
});
export const acos = apply(acosOp);
export const atanOp = unary("atan", {
  accepts: "inexact",
  lower: chlo("atan"),
  jvp: (t, x) => div(t, add(square(x), 1)),
});
export const atan = apply(atanOp);
export const sinhOp = unary("sinh", { accepts: "inexact", lower: chlo("sinh"), jvp: (t, x) => mul(t, cosh(x)) });
export const sinh = apply(sinhOp);
export const coshOp = unary("cosh", { accepts: "inexact", lower: chlo("cosh"), jvp: (t, x) => mul(t, sinh(x)) });
export const cosh = apply(coshOp);
export const asinhOp = unary("asinh", {
  accepts: "inexact",
  lower: chlo("asinh"),
  jvp: (t, x) => mul(t, rsqrt(add(square(x), 1))),
});
export const asinh = apply(asinhOp);
export const acoshOp = unary("acosh", {
  accepts: "inexact",
  lower: chlo("acosh"),
  jvp: (t, x) => mul(t, mul(rsqrt(sub(x, 1)), rsqrt(add(x, 1)))),
});
export const acosh = apply(acoshOp);
export const atanhOp = unary("atanh", {
  accepts: "inexact",
  lower: chlo("atanh"),
  jvp: (t, x) => div(t, sub(like(x, 1), square(x))),
});
export const atanh = apply(atanhOp);
export const tanhOp = unary("tanh", {
  accepts: "inexact",
  lower: s("tanh"),
  jvp: (t, _x, y) => mul(t, sub(like(y, 1), mul(y, y))),
});
export const tanh = apply(tanhOp);
export const logisticOp = unary("logistic", {
  accepts: "inexact",
  lower: (c, x) => {
    const type = typeOf(c.results[0]!);
    if (!isComplex(c.results[0]!.dtype)) return c.one(s("logistic"), [x], type);
    const one = c.constant(type, 1);
    const grown = c.one(s("exponential"), [c.one(s("negate"), [x], type)], type);
    return c.one(s("divide"), [one, c.one(s("add"), [one, grown], type)], type);
  },
  jvp: (t, _x, y) => mul(t, mul(y, sub(like(y, 1), y))),
});
export const logistic = apply(logisticOp);
export const sqrtOp = unary("sqrt", { accepts: "inexact", lower: s("sqrt"), jvp: (t, _x, y) => div(half(t), y) });
export const sqrt = apply(sqrtOp);
export const rsqrtOp = unary("rsqrt", {
  accepts: "inexact",
  lower: s("rsqrt"),
  jvp: (t, x, y) => mul(t, mul(div(y, x), -0.5)),
});
export const rsqrt = apply(rsqrtOp);
export const cbrtOp = unary("cbrt", {
  accepts: "float",
  lower: s("cbrt"),
  jvp: (t, _x, y) => mul(t, mul(integerPow(y, -2), 1 / 3)),
});
export const cbrt = apply(cbrtOp);
export const squareOp = unary("square", {
  accepts: "number",
  lower: (c, x) => {
    const type = typeOf(c.results[0]!);
    return isComplex(c.results[0]!.dtype) ? c.one(chlo("square"), [x], type) : c.one(s("multiply"), [x, x], type);
  },
  jvp: (t, x) => mul(t, mul(x, 2)),
});
export const square = apply(squareOp);
export const absOp = unary("abs", {
  accepts: "number",
  dtype: realOf,
  lower: (c, x) => (c.results[0]!.dtype.startsWith("u") ? x : c.one(s("abs"), [x], typeOf(c.results[0]!))),
  // The derivative at zero is taken as one.
  jvp: (t, x, y) => (isComplex(x.dtype) ? complexAbsTangent(t, x, y) : select(ge(x, 0), t, neg(t))),
});
export const abs = apply(absOp);
/** Re(t x̄ / |x|), zero where x is. */
function complexAbsTangent(t: Tensor, x: Tensor, y: Tensor): Tensor {
  const size = convert(y, x.dtype);
  return real(mul(t, div(conj(x), select(eq(size, 0), like(size, 1), size))));
}
export const signOp = unary("sign", {
  accepts: "number",
  lower: (c, x) => {
    const type = typeOf(c.results[0]!);
    if (!c.results[0]!.dtype.startsWith("u")) return c.one(s("sign"), [x], type);
    const one = c.constant(type, c.results[0]!.dtype === "uint64" ? 1n : 1);
    return c.one(s("minimum"), [x, one], type);
  },
  jvp: "none",
});
export const sign = apply(signOp);
export const floorOp = unary("floor", { accepts: "float", lower: s("floor"), jvp: "none" });
export const floor = apply(floorOp);
export const ceilOp = unary("ceil", { accepts: "float", lower: s("ceil"), jvp: "none" });
export const ceil = apply(ceilOp);
/** Half to even. */
export const roundOp = unary("round", { accepts: "float", lower: s("round_nearest_even"), jvp: "none" });
export const round = apply(roundOp);
/** Half away from zero. */
export const roundAwayOp = unary("round_away", { accepts: "float", lower: s("round_nearest_afz"), jvp: "none" });
export const roundAway = apply(roundAwayOp);
export const isFiniteOp = unary("is_finite", { accepts: "float", dtype: "bool", lower: s("is_finite"), jvp: "none" });
export const finite = apply(isFiniteOp);
export const notOp = unary("not", { accepts: "bits", lower: s("not"), jvp: "none" });
export const not = apply(notOp);
export const populationCountOp = unary("population_count", { accepts: "integer", lower: s("popcnt"), jvp: "none" });
export const populationCount = apply(populationCountOp);
export const clzOp = unary("clz", { accepts: "integer", lower: s("count_leading_zeros"), jvp: "none" });
export const clz = apply(clzOp);
export const erfOp = unary("erf", {
  accepts: "float",
  lower: chlo("erf"),
  jvp: (t, x) => mul(t, mul(exp(neg(square(x))), 2 / Math.sqrt(Math.PI))),
});
export const erf = apply(erfOp);
export const erfcOp = unary("erfc", {
  accepts: "float",
  lower: (c, x) => {
    const type = typeOf(c.results[0]!);
    // CHLO knows no erfc of eight bits.
    if (!isFloat8(c.results[0]!.dtype)) return c.one(chlo("erfc"), [x], type);
    const wide = typeOf({ shape: type.shape, dtype: "float32" });
    return c.one(s("convert"), [c.one(chlo("erfc"), [c.one(s("convert"), [x], wide)], wide)], type);
  },
  jvp: (t, x) => mul(t, mul(exp(neg(square(x))), -2 / Math.sqrt(Math.PI))),
});
export const erfc = apply(erfcOp);
export const erfInvOp = unary("erf_inv", {
  accepts: "float",
  lower: chlo("erf_inv"),
  jvp: (t, _x, y) => mul(t, mul(exp(square(y)), Math.sqrt(Math.PI) / 2)),
});
export const erfInv = apply(erfInvOp);
export const lgammaOp = unary("lgamma", { accepts: "float", lower: chlo("lgamma"), jvp: (t, x) => mul(t, digamma(x)) });
export const lgamma = apply(lgammaOp);
/** NaN at its poles, zero among them. */
export const digammaOp = unary("digamma", {
  accepts: "float",
  lower: (c, x) => {
    const type = typeOf(c.results[0]!);
    const isZero = c.one(s("compare"), [x, c.constant(type, 0)], typeOf({ shape: type.shape, dtype: "bool" }), {
      comparison_direction: attr.enum("comparison_direction", "EQ"),
      compare_type: attr.enum("comparison_type", "FLOAT"),
    });
    return c.one(s("select"), [isZero, c.constant(type, Number.NaN), c.one(chlo("digamma"), [x], type)], type);
  },
  jvp: (t, x) => mul(t, polygamma(x, 1)),
});
export const digamma = apply(digammaOp);
/** The derivative of digamma of order `order` ≥ 1. */
export const polygammaOp: Op<{ order: number }, readonly [Tensor]> = defineOp({
  name: "polygamma",
  shape: ([x], { order }) => {
    requireDType("polygamma", x, "float");
    if (!Number.isInteger(order) || order < 1)
      throw new ShapeError(`polygamma: got order ${order}, expected a whole number from 1. Order 0 is digamma.`);
    return [x];
  },
  derivative: [(t, [x], _results, { order }) => mul(t, polygamma(x, order + 1))],
  transpose: null,
  batch: batchElementwise(rebinder(() => polygammaOp)),
  effect: "none",
  cost: "cheap",
  lower: (c, [x], { order }) => {
    const type = typeOf(c.results[0]!);
    return [c.one(chlo("polygamma"), [c.constant(type, order), x], type)];
  },
});
export const polygamma = (x: Tensor, order: number): Tensor => bind1(polygammaOp, [x], { order });
/** The identity that no derivative passes. */
export const stopGradientOp = unary("stop_gradient", { accepts: "any", lower: (_c, x) => x, jvp: "none" });
export const stopGradientTensor = apply(stopGradientOp);
/** The identity, as a fresh value. */
export const copyOp = unary("copy", { accepts: "any", lower: (_c, x) => x, jvp: "linear" });
export const copy = apply(copyOp);

/** `x ** y` for an integer `y`, by repeated multiplication. */
export const integerPowOp: Op<{ y: number }, readonly [Tensor]> = defineOp({
  name: "integer_pow",
  shape: ([x], { y }) => {
    requireDType("integer_pow", x, "number");
    if (!Number.isInteger(y)) throw new DTypeError(`integer_pow: got exponent ${y}, expected an integer; use pow.`);
    if (y < 0 && !isInexact(x.dtype))
      throw new DTypeError(`integer_pow: got ${longAval(x)} with exponent ${y}; integers take no negative exponent.`);
    return [x];
  },
  derivative: [(t, [x], _r, { y }) => (y === 0 ? zerosLike(t) : mul(t, mul(integerPow(x, y - 1), y)))],
  transpose: null,
  batch: batchElementwise(rebinder(() => integerPowOp)),
  effect: "none",
  cost: "cheap",
  lower: (c, [x], { y }) => {
    const type = typeOf(c.results[0]!);
    const one = c.constant(type, isBigInteger(c.results[0]!.dtype) ? 1n : 1);
    if (y === 0) return [one];
    let power: Value | undefined;
    let base = x;
    for (let n = Math.abs(y); n > 0; n = Math.floor(n / 2)) {
      if (n % 2 === 1) power = power === undefined ? base : c.one(s("multiply"), [power, base], type);
      if (n > 1) base = c.one(s("multiply"), [base, base], type);
    }
    return [y < 0 ? c.one(s("divide"), [one, power!], type) : power!];
  },
});
export const integerPow = (x: Tensor, y: number): Tensor =>
  y === 1 ? x : y === 2 ? square(x) : bind1(integerPowOp, [x], { y });

/**
 * Change of dtype. To integers: toward zero, NaN to 0, overflow saturates. A complex number that becomes real (or a
 * truth value) loses its imaginary part.
 */
export const convertOp: Op<{ dtype: DType; weakType: boolean }, readonly [Tensor]> = defineOp({
  name: "convert_element_type",
  shape: ([x], { dtype, weakType }) => [avalOf(x.shape, dtype, weakType)],
  // Tangents are strongly typed.
  derivative: [(t, _x, _y, { dtype }) => convert(t, dtype)],
  transpose: ({ cotangents: [ct], avals: [x] }) => [ct && convert(ct, x.dtype)],
  batch: batchElementwise(rebinder(() => convertOp)),
  effect: "none",
  cost: "cheap",
  lower: (c, [x], { dtype }) => {
    const from = c.operands[0]!.dtype;
    if (from === dtype) return [x];
    const type = typeOf(c.results[0]!);
    const source = isComplex(dtype) ? c.operands[0]! : { shape: c.operands[0]!.shape, dtype: realOf(from) };
    const value = source.dtype === from ? x : c.one(s("real"), [x], typeOf(source));
    if (source.dtype === dtype) return [value];
    if (dtype !== "bool") return [c.one(s("convert"), [value], type)];
    const zero = c.constant(typeOf(source), isBigInteger(from) ? 0n : 0);
    return [
      c.one(s("compare"), [value, zero], type, { comparison_direction: attr.enum("comparison_direction", "NE") }),
    ];
  },
});

/** `x` as `dtype`, strongly typed; `x` itself when it is that already. */
export function convert(x: Tensor, dtype: DType, weakType = false): Tensor {
  if (x.dtype === dtype && x.weakType === weakType) return x;
  if (x instanceof Literal && typeof x.value === "number") {
    // A strong constant has the digits of its own dtype.
    const value = x.weakType ? x.value : roundTo(x.dtype, x.value);
    if (exactAs(value, dtype)) return new Literal(value, avalOf(x.shape, dtype, weakType));
  }
  return bind1(convertOp, [x], { dtype, weakType });
}

const exactAs = (value: number, dtype: DType): boolean =>
  isInexact(dtype) || (Number.isInteger(value) && itemSize(dtype) === 4 && Math.abs(value) < 2 ** 31 && value >= 0);

/** The same bits as another dtype; a trailing dimension appears or goes when the sizes differ. */
export const bitcastOp: Op<{ dtype: DType }, readonly [Tensor]> = defineOp({
  name: "bitcast_convert_type",
  shape: ([x], { dtype }) => {
    if (isComplex(x.dtype) !== isComplex(dtype) || isComplex(x.dtype)) {
      if (x.dtype === dtype) return [x];
      throw new DTypeError(
        `bitcast_convert_type: got ${longAval(x)} for ${dtype}; complex numbers have no bits of another type. ` +
          "Take their real and imaginary parts first.",
      );
    }
    const [from, to] = [bitsOf(x.dtype), bitsOf(dtype)];
    if (from === to) return [avalOf(x.shape, dtype)];
    if (from > to) return [avalOf([...x.shape, from / to], dtype)];
    if (x.shape.at(-1) !== to / from)
      throw new DTypeError(
        `bitcast_convert_type: got ${longAval(x)}; to ${dtype} the last dimension must be ${to / from}.`,
      );
    return [avalOf(x.shape.slice(0, -1), dtype)];
  },
  derivative: ["none"],
  transpose: null,
  batch: ({ operands: [x], dims: [d], params }) => {
    const front = d === x.ndim - 1 ? 0 : d!;
    const moved = d === front ? x : moveLastToFront(x);
    return { results: [bind1(bitcastOp, [moved], params)], dims: [front] };
  },
  effect: "none",
  cost: "cheap",
  lower: (c, [x]) => [c.one(s("bitcast_convert"), [x], typeOf(c.results[0]!))],
});
export const bitcast = (x: Tensor, dtype: DType): Tensor => bind1(bitcastOp, [x], { dtype });

const moveLastToFront = (x: Tensor): Tensor => moveDim(x, x.ndim - 1, 0);

/** Rounds to a float format of fewer bits, keeping the dtype. */
export const reducePrecisionOp: Op<{ exponentBits: number; mantissaBits: number }, readonly [Tensor]> = defineOp({
  name: "reduce_precision",
  shape: ([x]) => {
    requireDType("reduce_precision", x, "float");
    return [x];
  },
  derivative: ["linear"],
  transpose: ({ cotangents: [ct], params }) => [ct && bind1(reducePrecisionOp, [ct], params)],
  batch: batchElementwise(rebinder(() => reducePrecisionOp)),
  effect: "none",
  cost: "cheap",
  lower: (c, [x], { exponentBits, mantissaBits }) => [
    c.one(s("reduce_precision"), [x], typeOf(c.results[0]!), {
      exponent_bits: attr.i32(exponentBits),
      mantissa_bits: attr.i32(mantissaBits),
    }),
  ],
});
export const reducePrecision = (x: Tensor, exponentBits: number, mantissaBits: number): Tensor =>
  bind1(reducePrecisionOp, [x], { exponentBits, mantissaBits });
