// lax: XLA's own random numbers.
import type { DType } from "../core/dtype.ts";
import type { Tensor } from "../core/tensor.ts";
import { type RngAlgorithm, rngBits, rngUniform as uniform } from "../ops/rng.ts";
import { withNumbers } from "./lax-operands.ts";
import { shapeOf } from "./np/axes.ts";
import { owning, settle, tensorOf } from "./promote.ts";
import type { TensorLike } from "./types.ts";

export type { RngAlgorithm };
export interface RngBitGeneratorOptions {
  /** uint32 by default; uint8, uint16 or uint64. */
  readonly dtype?: DType;
  /** What the platform does best by default (Philox on the CPU), or one by name. */
  readonly algorithm?: RngAlgorithm;
}

/**
 * The next state and random bits of `shape`. `key` is a state, uint32[4] or uint64[2]. Under vmap, as in JAX, the first
 * state alone is drawn from. As `jax.lax.rng_bit_generator`; `random.bits` gives the same bits on every device.
 * @throws DTypeError for other states, dtypes or algorithms
 */
export const rngBitGenerator = owning(function rngBitGenerator(
  key: TensorLike,
  shape: readonly number[],
  options: RngBitGeneratorOptions = {},
): [next: Tensor, bits: Tensor] {
  return rngBits(tensorOf(key, "rngBitGenerator"), {
    shape: shapeOf("rngBitGenerator", shape),
    dtype: options.dtype ?? "uint32",
    algorithm: options.algorithm ?? "default",
  });
});

/**
 * Uniform numbers from `low` to `high` (scalars of one dtype) that differ at every run: the device keeps the state. As
 * `jax.lax.rng_uniform`; use `random.uniform` for numbers that a key decides.
 * @throws DTypeError, ShapeError for other bounds; JortsError under vmap; NonDifferentiableError
 */
export const rngUniform = owning(function rngUniform(
  low: TensorLike,
  high: TensorLike,
  shape: readonly number[],
): Tensor {
  const [a, b] = withNumbers("rngUniform", [low, high]) as [Tensor, Tensor];
  return settle(uniform(a, b, shapeOf("rngUniform", shape)));
});
