// Uniform integers between two bounds.
import { longAval } from "../../core/aval.ts";
import { type DType, isInteger, maxValue, minValue } from "../../core/dtype.ts";
import { DTypeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { add, mul, rem, sub } from "../../ops/binary.ts";
import { le, select } from "../../ops/compare.ts";
import { like, splat } from "../../ops/literal.ts";
import { convert } from "../../ops/unary.ts";
import { run } from "../nn/composite.ts";
import { type Shape, shapeOf } from "../np/axes.ts";
import { broadcastTo, tensorOf } from "../promote.ts";
import { drawBits, type Width, widthOf } from "./bits.ts";
import { keyTensor, subkeys, type Words, wordsOf } from "./key.ts";

type Bound = number | bigint | Tensor;

/** An integer as the literal of a dtype of `width` bits wants it. */
const sized = (n: bigint, width: Width): number | bigint => (width === 64 ? n : Number(n));

/**
 * Integers from `minval` to `maxval` − 1 (`minval` if there is none). As `jax.random.randint`: two draws as one number
 * of twice the bits, modulo the span, so there is a bias of at most span / 2^(2·bits).
 *
 * Bounds are whole numbers, bigints, or tensors of `dtype` that broadcast to `shape`.
 * @throws DTypeError for a bound that does not fit into `dtype`; `maxval` may be its largest value plus one
 */
export function randint(key: Tensor, shape: Shape, minval: Bound, maxval: Bound, dtype: DType = "int32"): Tensor {
  const name = "random.randint";
  if (!isInteger(dtype)) throw new DTypeError(`${name}: got dtype ${dtype}, expected an integer dtype.`);
  const sizes = shapeOf(name, shape);
  const k = keyTensor(name, key);
  if (typeof minval !== "object" && typeof maxval !== "object") {
    const [low, high] = [hostBound(minval, dtype, 0n), hostBound(maxval, dtype, 1n)];
    return run(name, (t) => drawSpan(wordsOf(t!), sizes, dtype, low, high), [k]);
  }
  const bounds = [minval, maxval].map((b) => {
    if (typeof b !== "object") return splat(sized(hostBound(b, dtype, 0n), widthOf(dtype)), [], dtype);
    const t = tensorOf(b, name);
    if (t.dtype !== dtype)
      throw new DTypeError(`${name}: got a bound of ${longAval(t.aval)}, expected dtype ${dtype}. Use astype.`);
    return t;
  });
  const body = (t: Tensor, low: Tensor, high: Tensor) =>
    drawTensorSpan(wordsOf(t), broadcastTo(name, low, sizes), broadcastTo(name, high, sizes), dtype);
  return run(name, (t, low, high) => body(t!, low!, high!), [k, ...bounds]);
}

function hostBound(value: number | bigint, dtype: DType, beyond: bigint): bigint {
  if (typeof value === "number" && !Number.isSafeInteger(value))
    throw new DTypeError(`random.randint: got bound ${value}, expected a whole number below 2^53, or a bigint.`);
  const n = BigInt(value);
  const [low, high] = [BigInt(minValue(dtype)), BigInt(maxValue(dtype)) + beyond];
  if (n < low || n > high)
    throw new DTypeError(`random.randint: got bound ${n} for ${dtype}, expected ${low} to ${high}. Use a wider dtype.`);
  return n;
}

/** Narrow integers are drawn with 32 bits, so that their bias is small too. */
const drawnWidth = (dtype: DType): Width => (widthOf(dtype) === 64 ? 64 : 32);

/** The formula of `drawTensorSpan` with what the bounds decide computed now. */
function drawSpan(words: Words, shape: readonly number[], dtype: DType, low: bigint, high: bigint): Tensor {
  const width = drawnWidth(dtype);
  const [upper, lower] = subkeys(words, 2) as [Words, Words];
  const span = high <= low ? 1n : high - low;
  let offset = drawBits(lower, shape, width);
  if (span < 2n ** BigInt(width)) {
    const divisor = sized(span, width);
    const half = 2n ** BigInt(width / 2) % span;
    const multiplier = BigInt.asUintN(width, half * half) % span;
    offset = rem(offset, divisor);
    if (multiplier !== 0n) {
      const scaled = mul(rem(drawBits(upper, shape, width), divisor), sized(multiplier, width));
      offset = rem(add(scaled, offset), divisor);
    }
  }
  return add(convert(offset, dtype), sized(low, widthOf(dtype)));
}

/** low + (upper · 2^bits + lower) mod span, by (a · b) mod n = ((a mod n) · (b mod n)) mod n. */
function drawTensorSpan(words: Words, low: Tensor, high: Tensor, dtype: DType): Tensor {
  const width = drawnWidth(dtype);
  const [upper, lower] = subkeys(words, 2) as [Words, Words];
  const unsigned = width === 64 ? "uint64" : "uint32";
  const difference = sub(convert(high, unsigned), convert(low, unsigned));
  const span = select(le(high, low), like(difference, sized(1n, width)), difference);
  const half = rem(like(span, sized(2n ** BigInt(width / 2), width)), span);
  const multiplier = rem(mul(half, half), span);
  const scaled = mul(rem(drawBits(upper, low.shape, width), span), multiplier);
  const offset = rem(add(scaled, rem(drawBits(lower, low.shape, width), span)), span);
  return add(low, convert(offset, dtype));
}
