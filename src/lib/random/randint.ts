// Uniform integers between two bounds.
import { longAval } from "../../core/aval.ts";
import {
  type DType,
  isBigInteger,
  isComplex,
  isInteger,
  isNarrow,
  itemSize,
  maxValue,
  minValue,
} from "../../core/dtype.ts";
import { DTypeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { add, and, mul, rem, sub } from "../../ops/binary.ts";
import { clamp, gt, le, select } from "../../ops/compare.ts";
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
 * Bounds are whole numbers or bigints that fit into `dtype`, or tensors that broadcast to `shape`: integers of any dtype,
 * whose values beyond `dtype` count as its ends, or floats, which are cut to integers first.
 * @throws DTypeError for a host bound that does not fit into `dtype`; `maxval` may be its largest value plus one
 */
export function randint(key: Tensor, shape: Shape, minval: Bound, maxval: Bound, dtype: DType = "int32"): Tensor {
  const name = "random.randint";
  if (!isInteger(dtype) || isNarrow(dtype))
    throw new DTypeError(`${name}: got dtype ${dtype}, expected an integer dtype of 8 to 64 bits.`);
  const sizes = shapeOf(name, shape);
  const k = keyTensor(name, key);
  if (typeof minval !== "object" && typeof maxval !== "object") {
    const [low, high] = [hostBound(minval, dtype, 0n), hostBound(maxval, dtype, 1n)];
    return run(name, (t) => drawSpan(wordsOf(t!), sizes, dtype, low, high), [k]);
  }
  const bounds = [minval, maxval].map((b, i) => {
    if (typeof b !== "object") return { host: hostBound(b, dtype, BigInt(i)) };
    const t = tensorOf(b, name);
    if (t.dtype === "bool" || isComplex(t.dtype))
      throw new DTypeError(`${name}: got a bound of ${longAval(t.aval)}, expected integers. Use astype.`);
    return { tensor: t };
  });
  const body = (t: Tensor, ...given: Tensor[]) => {
    const [low, high] = bounds.map(({ host }) =>
      host === undefined ? bounded(given.shift()!, dtype) : hostEnd(host, dtype),
    ) as [End, End];
    const wide = (x: Tensor) => broadcastTo(name, x, sizes);
    return drawTensorSpan(wordsOf(t), wide(low.value), wide(high.value), wide(high.beyond), dtype);
  };
  return run(name, (t, ...given) => body(t!, ...given), [k, ...bounds.flatMap((b) => b.tensor ?? [])]);
}

/** A bound in the dtype that is drawn; `beyond` where it is larger than all of `dtype`. */
interface End {
  readonly value: Tensor;
  readonly beyond: Tensor;
}

/** 8- and 16-bit integers are drawn as int32. */
const drawnDType = (dtype: DType): DType => (itemSize(dtype) < 4 ? "int32" : dtype);

/** An integer as the literal of `dtype` wants it. */
const literalOf = (n: bigint, dtype: DType): number | bigint => (isBigInteger(dtype) ? n : Number(n));
const [minOf, maxOf] = [(d: DType) => BigInt(minValue(d)), (d: DType) => BigInt(maxValue(d))];

function hostEnd(n: bigint, dtype: DType): End {
  const drawn = drawnDType(dtype);
  const beyond = n > maxOf(drawn);
  return {
    value: splat(literalOf(beyond ? maxOf(drawn) : n, drawn), [], drawn),
    beyond: splat(beyond, [], "bool"),
  };
}

/** A tensor's values within `dtype`, the largest plus one where that can be held. */
function bounded(given: Tensor, dtype: DType): End {
  const drawn = drawnDType(dtype);
  if (drawn !== dtype) {
    const t = convert(given, drawn);
    const ends = [minOf(dtype), maxOf(dtype) + 1n].map((n) => literalOf(n, drawn)) as [number, number];
    return { value: clamp(like(t, ends[0]), t, like(t, ends[1])), beyond: splat(false, [], "bool") };
  }
  const t = isInteger(given.dtype) ? given : convert(given, itemSize(given.dtype) === 8 ? "int64" : "int32");
  const low = minOf(dtype) > minOf(t.dtype) ? dtype : t.dtype;
  const high = maxOf(dtype) < maxOf(t.dtype) ? dtype : t.dtype;
  const [first, last] = [like(t, literalOf(minOf(low), t.dtype)), like(t, literalOf(maxOf(high), t.dtype))];
  return { value: convert(clamp(first, t, last), dtype), beyond: gt(t, last) };
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
function drawTensorSpan(words: Words, low: Tensor, high: Tensor, beyond: Tensor, dtype: DType): Tensor {
  const width = drawnWidth(dtype);
  const [upper, lower] = subkeys(words, 2) as [Words, Words];
  const unsigned = width === 64 ? "uint64" : "uint32";
  const one = sized(1n, width);
  const difference = sub(convert(high, unsigned), convert(low, unsigned));
  const given = select(le(high, low), like(difference, one), difference);
  // A span of all values wraps to zero, and what is modulo zero stays as it is.
  const span = select(and(beyond, gt(high, low)), add(given, one), given);
  const half = rem(like(span, sized(2n ** BigInt(width / 2), width)), span);
  const multiplier = rem(mul(half, half), span);
  const scaled = mul(rem(drawBits(upper, low.shape, width), span), multiplier);
  const offset = rem(add(scaled, rem(drawBits(lower, low.shape, width), span)), span);
  return convert(add(low, convert(offset, low.dtype)), dtype);
}
