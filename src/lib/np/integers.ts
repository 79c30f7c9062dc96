// Functions of whole numbers: divisors, bits, and bits packed into bytes.
import { isInteger, kindOf } from "../../core/dtype.ts";
import { DTypeError, ShapeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { and, max, min, mul, rem, shiftLeft } from "../../ops/binary.ts";
import { eq, ne, select } from "../../ops/compare.ts";
import { like, zeroOf } from "../../ops/literal.ts";
import { reduceOr, reduceSum } from "../../ops/reduce.ts";
import { expandDims, iota, reshape, rev, sliceInDim } from "../../ops/shape.ts";
import { abs, populationCount } from "../../ops/unary.ts";
import { whileLoop } from "../loops.ts";
import { broadcastTo, cast, owning, promote, settle, tensorOf, truth } from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { axisOf, integer } from "./axes.ts";
import { type Binary, floorDivide } from "./binary.ts";
import { pad } from "./pad.ts";
import { swapaxes } from "./shape.ts";

export { leftShift as bitwiseLeftShift, rightShift as bitwiseRightShift } from "./binary.ts";

function wholes(name: string, x: TensorLike, y: TensorLike): [Tensor, Tensor] {
  const [a, b] = promote(name, [x, y]) as [Tensor, Tensor];
  if (!isInteger(a.dtype))
    throw new DTypeError(`${name}: got ${a.dtype}, expected integers. Convert them with astype("int32").`);
  return [magnitude(a), magnitude(b)];
}
const magnitude = (t: Tensor) => (kindOf(t.dtype) === "uint" ? t : abs(t));

/** The greatest common divisor by Euclid's algorithm; that of 0 and 0 is 0. @throws DTypeError for other than integers */
export const gcd: Binary = owning((x, y) => {
  const [a, b] = wholes("gcd", x, y);
  return settle(divisor(a, b));
});
function divisor(a: Tensor, b: Tensor): Tensor {
  const zero = zeroOf(a.dtype);
  const [result] = whileLoop(
    ([, v]) => reduceOr(ne(v, zero), [...v.shape.keys()]),
    ([u, v]) => {
      const open = ne(v, zero);
      const rest = select(open, rem(u, select(open, v, zero === 0n ? 1n : 1)), zero);
      const next = select(open, v, u);
      return [max(next, rest), min(next, rest)] as [Tensor, Tensor];
    },
    [settle(a), settle(b)] as [Tensor, Tensor],
  );
  return result;
}
/** The least common multiple; 0 beside 0. @throws DTypeError for other than integers */
export const lcm: Binary = owning((x, y) => {
  const [a, b] = wholes("lcm", x, y);
  const d = divisor(a, b);
  const none = eq(d, zeroOf(d.dtype));
  return settle(select(none, d, mul(a, floorDivide(b, d))));
});

/** How many bits of |x| are 1, as uint8. @throws DTypeError for floats */
export const bitwiseCount = owning(function bitwiseCount(x: TensorLike): Tensor {
  const t = tensorOf(x, "bitwiseCount");
  const whole = t.dtype === "bool" ? cast(t, "int32") : t;
  return settle(cast(populationCount(isInteger(whole.dtype) ? magnitude(whole) : whole), "uint8"));
});

export interface BitOptions {
  readonly axis?: number | null;
  /** "big" (the default): the first bit is the highest of its byte. */
  readonly bitorder?: "big" | "little";
}
/** 0 to 7 from the first bit of a byte to the last. */
function shifts(name: string, order: string | undefined): Tensor {
  const rising = iota("uint8", [8]);
  if (order === "little") return rising;
  if (order === undefined || order === "big") return rev(rising, [0]);
  throw new ShapeError(`${name}: got bitorder ${order}, expected "big" or "little".`);
}
/** `t` (flattened for no axis) with the axis last, and the axis. */
function lineUp(name: string, t: Tensor, axis: number | null | undefined): [Tensor, number] {
  const flat = axis === null || axis === undefined ? reshape(t, [t.size]) : t;
  const at = axisOf(name, axis ?? 0, flat.ndim);
  return [swapaxes(flat, at, -1), at];
}
/** Eight elements ("not zero") to a byte, along `axis` (flattened by default); zeros fill the last byte. */
export const packbits = owning(function packbits(x: TensorLike, options: BitOptions = {}): Tensor {
  const t = tensorOf(x, "packbits");
  if (!isInteger(t.dtype) && t.dtype !== "bool")
    throw new DTypeError(`packbits: got ${t.dtype}, expected integers or bool. Use np.notEqual(x, 0).`);
  const [line, at] = lineUp("packbits", cast(truth(t), "uint8"), options.axis);
  const missing = (8 - (line.shape.at(-1)! % 8)) % 8;
  const none = [0, 0] as const;
  const whole = pad(line, [...line.shape.slice(1).map(() => none), [0, missing]]);
  const bytes = reshape(whole, [...whole.shape.slice(0, -1), whole.shape.at(-1)! / 8, 8]);
  const weights = broadcastTo("packbits", shifts("packbits", options.bitorder), bytes.shape);
  return swapaxes(reduceSum(shiftLeft(bytes, weights), [bytes.ndim - 1]), at, -1);
});
/** The bits of bytes, along `axis` (flattened by default): `count` of them, zeros behind. @throws DTypeError */
export const unpackbits = owning(function unpackbits(
  x: TensorLike,
  options: BitOptions & { readonly count?: number | null } = {},
): Tensor {
  const t = tensorOf(x, "unpackbits");
  if (t.dtype !== "uint8") throw new DTypeError(`unpackbits: got ${t.dtype}, expected uint8.`);
  const [line, at] = lineUp("unpackbits", t, options.axis);
  const shape = [...line.shape, 8];
  const bit = broadcastTo("unpackbits", shifts("unpackbits", options.bitorder), shape);
  const mask = shiftLeft(like(bit, 1), bit);
  const set = ne(and(broadcastTo("unpackbits", expandDims(line, [line.ndim]), shape), mask), 0);
  const bits = reshape(cast(set, "uint8"), [...line.shape.slice(0, -1), line.shape.at(-1)! * 8]);
  const n = bits.shape.at(-1)!;
  const count = integer(options.count ?? n, "unpackbits: count");
  const last = bits.ndim - 1;
  // As NumPy, a negative count leaves bits out at the end.
  const keep = count < 0 ? Math.max(0, n + count) : count;
  if (keep <= n) return swapaxes(sliceInDim(bits, 0, keep, last), at, -1);
  return swapaxes(pad(bits, [...line.shape.slice(1).map(() => [0, 0] as const), [0, keep - n]]), at, -1);
});
