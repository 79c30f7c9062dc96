// Uniform bits, and floats in [0, 1) made of them.
import { type DType, kindOf } from "../../core/dtype.ts";
import { DTypeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { joined, unitOf, type Width, type Words, widthOf } from "../../ops/random-floats.ts";
import { run } from "../nn/composite.ts";
import { type Shape, shapeOf } from "../np/axes.ts";
import { type Cipher, encipher, keyTensor, wordsOf } from "./key.ts";

export { formatOf, type Width, widthOf } from "../../ops/random-floats.ts";

/** Random unsigned integers of `width` bits. */
export const drawBits = (words: Words, shape: readonly number[], width: Width): Tensor =>
  joined(encipher(words, shape), width);

/** Uniform unsigned integers of any value. As `jax.random.bits`. */
export function bits(key: Tensor, shape: Shape = [], dtype: DType = "uint32"): Tensor {
  if (kindOf(dtype) !== "uint")
    throw new DTypeError(`random.bits: got dtype ${dtype}, expected uint8, uint16, uint32 or uint64.`);
  const sizes = shapeOf("random.bits", shape);
  const body = (k: Tensor) => drawBits(wordsOf(k), sizes, widthOf(dtype));
  return run("random.bits", (k) => body(k!), [keyTensor("random.bits", key)]);
}

export const drawUnit = (words: Words, shape: readonly number[], dtype: DType, cipher?: Cipher): Tensor =>
  unitOf(encipher(words, shape, cipher), dtype);
