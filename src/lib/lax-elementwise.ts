// lax: elementwise operations, one for each primitive.
import { type DType, isComplex, isInexact } from "../core/dtype.ts";
import { DTypeError, ShapeError } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import * as binary from "../ops/binary.ts";
import * as comparison from "../ops/compare.ts";
import * as parts from "../ops/complex.ts";
import * as ops from "../ops/unary.ts";
import { operandsOf, withNumbers } from "./lax-operands.ts";
import { broadcastTo, cast, castAsAsked, owning, settle, tensorOf } from "./promote.ts";
import type { TensorLike } from "./types.ts";

export type Unary = (x: TensorLike) => Tensor;
export type Binary = (x: TensorLike, y: TensorLike) => Tensor;

const unary = (name: string, op: (x: Tensor) => Tensor): Unary => owning((x) => settle(op(tensorOf(x, name))));
const two = (name: string, op: (x: Tensor, y: Tensor) => Tensor): Binary =>
  owning((x, y) => {
    const [a, b] = operandsOf(name, [x, y]) as [Tensor, Tensor];
    return settle(op(a, b));
  });

export const abs = unary("abs", ops.abs);
export const acos = unary("acos", ops.acos);
export const acosh = unary("acosh", ops.acosh);
export const asin = unary("asin", ops.asin);
export const asinh = unary("asinh", ops.asinh);
export const atan = unary("atan", ops.atan);
export const atanh = unary("atanh", ops.atanh);
export const bitwiseNot = unary("bitwiseNot", ops.not);
export const cbrt = unary("cbrt", ops.cbrt);
export const ceil = unary("ceil", ops.ceil);
export const clz = unary("clz", ops.clz);
/** The complex conjugate; of float32 and float64 a complex number too. */
export const conj = unary("conj", parts.conj);
export const cos = unary("cos", ops.cos);
export const cosh = unary("cosh", ops.cosh);
export const digamma = unary("digamma", ops.digamma);
export const erf = unary("erf", ops.erf);
export const erfc = unary("erfc", ops.erfc);
export const erfInv = unary("erfInv", ops.erfInv);
export const exp = unary("exp", ops.exp);
export const exp2 = unary("exp2", ops.exp2);
export const expm1 = unary("expm1", ops.expm1);
export const floor = unary("floor", ops.floor);
const finite = unary("isFinite", ops.finite);

export { finite as isFinite };
/** The imaginary part. @throws DTypeError for a real tensor */
export const imag = unary("imag", parts.imag);
export const lgamma = unary("lgamma", ops.lgamma);
export const log = unary("log", ops.log);
export const log1p = unary("log1p", ops.log1p);
export const logistic = unary("logistic", ops.logistic);
export const neg = unary("neg", ops.neg);
export const populationCount = unary("populationCount", ops.populationCount);
/** The real part. @throws DTypeError for a real tensor */
export const real = unary("real", parts.real);
/** 1/x of floats. */
export const reciprocal = unary("reciprocal", (x) => ops.integerPow(x, -1));
export const rsqrt = unary("rsqrt", ops.rsqrt);
export const sign = unary("sign", ops.sign);
export const sin = unary("sin", ops.sin);
export const sinh = unary("sinh", ops.sinh);
export const sqrt = unary("sqrt", ops.sqrt);
export const square = unary("square", ops.square);
export const tan = unary("tan", ops.tan);
export const tanh = unary("tanh", ops.tanh);

/** To whole numbers: half away from zero by default, or half to even. */
export const round = (x: TensorLike, method: "awayFromZero" | "toNearestEven" = "awayFromZero"): Tensor =>
  settle((method === "awayFromZero" ? ops.roundAway : ops.round)(tensorOf(x, "round")));
/** x to a whole power, by multiplication. @throws DTypeError for integers to a negative power */
export const integerPow = (x: TensorLike, y: number): Tensor => settle(ops.integerPow(tensorOf(x, "integerPow"), y));

export const add = two("add", binary.add);
export const atan2 = two("atan2", binary.atan2);
export const bitwiseAnd = two("bitwiseAnd", binary.and);
export const bitwiseOr = two("bitwiseOr", binary.or);
export const bitwiseXor = two("bitwiseXor", binary.xor);
/** `re + i·im` of float32 or float64 parts. */
export const complex = two("complex", parts.complex);
/** Integers divide toward zero. */
export const div = two("div", binary.div);
export const eq = two("eq", comparison.eq);
export const ge = two("ge", comparison.ge);
export const gt = two("gt", comparison.gt);
export const le = two("le", comparison.le);
export const lt = two("lt", comparison.lt);
export const max = two("max", binary.max);
export const min = two("min", binary.min);
export const mul = two("mul", binary.mul);
export const ne = two("ne", comparison.ne);
export const nextafter = two("nextafter", binary.nextafter);
/** x to the y-th power; a floating or complex one may have an integer exponent (converted to its dtype). */
export const pow = owning(function pow(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = operandsOf("pow", [x, y]) as [Tensor, Tensor];
  return settle(binary.pow(a, isInexact(a.dtype) && !isInexact(b.dtype) ? cast(b, a.dtype) : b));
});
/** Remainder with the sign of the dividend. */
export const rem = two("rem", binary.rem);
export const shiftLeft = two("shiftLeft", binary.shiftLeft);
export const shiftRightArithmetic = two("shiftRightArithmetic", binary.shiftRightArithmetic);
export const shiftRightLogical = two("shiftRightLogical", binary.shiftRightLogical);
export const sub = two("sub", binary.sub);

/** `onTrue` where `which` (bool, of their shape or a scalar), else `onFalse`. */
export const select = owning(function select(which: TensorLike, onTrue: TensorLike, onFalse: TensorLike): Tensor {
  const test = tensorOf(which, "select");
  const [a, b] = operandsOf("select", [onTrue, onFalse]) as [Tensor, Tensor];
  return settle(comparison.select(test, a, b));
});
/** The case whose number `which` gives: bool for two cases, int32 (clamped) for more; their shape or a scalar. */
export const selectN = owning(function selectN(which: TensorLike, ...cases: readonly TensorLike[]): Tensor {
  const test = tensorOf(which, "selectN");
  const choices = operandsOf("selectN", cases);
  if (choices.length === 0) throw new ShapeError("selectN: got no cases, expected at least one.");
  if (test.dtype === "bool") {
    if (choices.length > 2)
      throw new DTypeError(`selectN: got a bool for ${choices.length} cases; expected int32 for more than two.`);
    return settle(choices.length === 1 ? choices[0]! : comparison.select(test, choices[1]!, choices[0]!));
  }
  if (test.dtype !== "int32")
    throw new DTypeError(`selectN: got a selector of ${test.dtype}, expected bool or int32. Convert it with astype.`);
  return settle(choices.reduceRight((rest, c, i) => comparison.select(comparison.le(test, i), c, rest)));
});
/** `x` held between `low` and `high`, scalars or of its shape. */
export const clamp = owning(function clamp(low: TensorLike, x: TensorLike, high: TensorLike): Tensor {
  const [value, a, b] = withNumbers("clamp", [x, low, high]) as [Tensor, Tensor, Tensor];
  const [wideLow, wideHigh] = [a, b].map((t) => (t.ndim === 0 ? broadcastTo("clamp", t, value.shape) : t));
  return settle(comparison.clamp(wideLow!, value, wideHigh!));
});

/**
 * `x` as `dtype`. To integers: toward zero, NaN to 0, overflow saturates; to bool: not zero. A complex number that
 * becomes real or a truth value is its real part, with a warning.
 */
export const convertElementType = (x: TensorLike, dtype: DType): Tensor => {
  const t = tensorOf(x, "convertElementType");
  return settle(castAsAsked("convertElementType", isComplex(t.dtype) && dtype === "bool" ? parts.real(t) : t, dtype));
};
/** The same bits as another dtype; a trailing dimension appears or goes when the sizes differ. */
export const bitcastConvertType = (x: TensorLike, dtype: DType): Tensor =>
  settle(ops.bitcast(tensorOf(x, "bitcastConvertType"), dtype));
/** Rounded to a float format of fewer bits, in the same dtype. */
export const reducePrecision = (x: TensorLike, exponentBits: number, mantissaBits: number): Tensor =>
  settle(ops.reducePrecision(tensorOf(x, "reducePrecision"), exponentBits, mantissaBits));
