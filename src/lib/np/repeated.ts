// Elements repeated until there are enough.
import type { Tensor } from "../../core/tensor.ts";
import { sliceInDim } from "../../ops/shape.ts";
import { ravel, tile } from "./shape.ts";

/** The elements of `t`, repeated or cut to `n`. */
export function repeatedTo(t: Tensor, n: number): Tensor {
  const line = ravel(t);
  if (line.size >= n) return sliceInDim(line, 0, n, 0);
  return sliceInDim(tile(line, Math.ceil(n / line.size)), 0, n, 0);
}
