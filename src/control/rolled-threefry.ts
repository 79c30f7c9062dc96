// Threefry with its rounds in a loop, for places that draw again and again: unrolled, it takes seconds to compile there.
import type { Tensor } from "../core/tensor.ts";
import { add, and, or, shiftLeft, shiftRightLogical, sub, xor } from "../ops/binary.ts";
import { eq, select } from "../ops/compare.ts";
import { like } from "../ops/literal.ts";
import { broadcastInDim } from "../ops/shape.ts";
import { convert } from "../ops/unary.ts";
import { repeat } from "./repeat.ts";

/** Rotations of the even groups of four rounds, and of the odd ones. */
const rotations = [
  [13, 17],
  [15, 29],
  [26, 16],
  [6, 24],
] as const;
const parity = 0x1bd11bda;

function rotateLeft(x: Tensor, bits: Tensor): Tensor {
  return or(shiftLeft(x, bits), shiftRightLogical(x, sub(like(bits, 32), bits)));
}

/** As the operation threefry2x32, to the bit. */
export function rolledThreefry(k0: Tensor, k1: Tensor, c0: Tensor, c1: Tensor): [Tensor, Tensor] {
  const third = xor(xor(k0, k1), like(k0, parity));
  const start = [add(c0, k0), add(c1, k1), k1, third, k0];
  const [y0, y1] = repeat(
    "threefry2x32_rounds",
    5,
    (group, ...state) => {
      let [x0, x1] = state as [Tensor, Tensor];
      const [, , next, after, last] = state as [Tensor, Tensor, Tensor, Tensor, Tensor];
      const even = eq(and(group, 1), 0);
      for (const [a, b] of rotations) {
        const bits = select(even, like(convert(group, "uint32"), a), like(convert(group, "uint32"), b));
        x0 = add(x0, x1);
        x1 = xor(rotateLeft(x1, broadcastInDim(bits, x1.shape, [])), x0);
      }
      const count = broadcastInDim(convert(add(group, 1), "uint32"), x1.shape, []);
      return [add(x0, next), add(add(x1, after), count), after, last, next];
    },
    start,
  );
  return [y0!, y1!];
}
