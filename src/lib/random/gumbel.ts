// Gumbel noise, coarse and fine.
import { type DType, epsilon, smallestNormal } from "../../core/dtype.ts";
import { DTypeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { add, and, mul, or, shiftLeft, shiftRightLogical, sub } from "../../ops/binary.ts";
import { eq, ge, lt, select } from "../../ops/compare.ts";
import { like } from "../../ops/literal.ts";
import { reshape, sliceInDim } from "../../ops/shape.ts";
import { bitcast, clz, convert, log, log1p, neg, not } from "../../ops/unary.ts";
import { run } from "../nn/composite.ts";
import { type Shape, shapeOf } from "../np/axes.ts";
import { drawBits, drawUnit, formatOf } from "./bits.ts";
import { drawRange } from "./distributions.ts";
import { keyTensor, type Words, wordsOf } from "./key.ts";

/**
 * How many random bits a draw is made of: those of one float ("low"), of two ("high"), or, for float32 alone, 64 as a
 * number of fixed point ("highest"). More bits reach further into the upper tail.
 */
export type GumbelMode = "low" | "high" | "highest";

/** −log(−log u). */
export function drawGumbel(words: Words, shape: readonly number[], dtype: DType, mode: GumbelMode = "low"): Tensor {
  if (mode === "low") return neg(log(neg(log(drawRange(words, shape, dtype, smallestNormal(dtype), 1)))));
  if (mode === "highest" && dtype === "float32") return fixedPoint(words, shape);
  const [high, low] = halves(drawUnit(words, [2, ...shape], dtype), shape);
  const fine = add(add(high, mul(low, epsilon(dtype))), smallestNormal(dtype));
  return neg(log(neg(log1p(neg(select(ge(high, 0.5), high, fine))))));
}

const halves = (x: Tensor, shape: readonly number[]): [Tensor, Tensor] => [
  reshape(sliceInDim(x, 0, 1, 0), shape),
  reshape(sliceInDim(x, 1, 2, 0), shape),
];

/** By log1p below ½ and log above, of 64 bits as a fraction. */
function fixedPoint(words: Words, shape: readonly number[]): Tensor {
  const [high, low] = halves(drawBits(words, [2, ...shape], 32), shape);
  const flip = lt(high, 2 ** 31);
  // 1 − fraction, as the two's complement.
  const notLow = not(low);
  const carry = convert(eq(notLow, 2 ** 32 - 1), "uint32");
  const x = fraction(select(flip, high, add(not(high), carry)), select(flip, low, add(notLow, 1)));
  return select(flip, neg(log(neg(log1p(neg(x))))), neg(log(neg(log(x)))));
}

/** 64 bits of fixed point as the float32 below 1 that they begin with. */
function fraction(high: Tensor, low: Tensor): Tensor {
  const [highZeros, lowZeros] = [clz(high), clz(low)];
  const empty = eq(highZeros, 32);
  const digits = or(
    shiftLeft(high, highZeros),
    select(empty, shiftLeft(low, lowZeros), shiftRightLogical(low, sub(like(highZeros, 32), highZeros))),
  );
  const mantissa = and(shiftRightLogical(digits, 32 - 23 - 1), 2 ** 23 - 1);
  const zeros = select(empty, add(lowZeros, 32), highZeros);
  const exponent = shiftLeft(sub(like(zeros, 126), zeros), 23);
  return bitcast(or(and(exponent, 2 ** 30 - 2 ** 22), mantissa), "float32");
}

/**
 * Gumbel floats: the maximum of exponentials. As `jax.random.gumbel`.
 * @throws DTypeError if `dtype` is no float
 */
export function gumbel(key: Tensor, shape: Shape = [], dtype: DType = "float32", mode: GumbelMode = "low"): Tensor {
  const name = "random.gumbel";
  const sizes = shapeOf(name, shape);
  formatOf(name, dtype);
  requireMode(name, mode);
  return run(name, (k) => drawGumbel(wordsOf(k!), sizes, dtype, mode), [keyTensor(name, key)]);
}

export function requireMode(name: string, mode: GumbelMode): void {
  if (!["low", "high", "highest"].includes(mode))
    throw new DTypeError(`${name}: got mode "${mode}", expected "low", "high" or "highest".`);
}
