// Tensors as host numbers and back, and a small seeded source of numbers.
import type { HostScalar } from "../core/complex.ts";
import * as np from "../lib/np.ts";
import type { DType, Tensor } from "../lib/tensor.ts";
import { elements, nest } from "../lib/tensor-print.ts";

export type Scalar = HostScalar;

/** A tensor's description with its elements in row-major order. */
export interface HostTensor {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly values: readonly Scalar[];
}

/** A host tensor on the default device. */
export const toDevice = ({ shape, dtype, values }: HostTensor): Tensor =>
  np.array(nest(values, shape) as Parameters<typeof np.array>[0], { dtype, shape });

export const toHost = (t: Tensor): HostTensor => ({ shape: t.shape, dtype: t.dtype, values: elements(t) });

/** The elements as numbers; a complex one as two, its parts. */
export const numbers = (t: Tensor): number[] =>
  elements(t).flatMap((v) => (typeof v === "object" ? [v.re, v.im] : [Number(v)]));

/**
 * Numbers from a 32-bit seed: uniform in [0, 1), and normal by the polar method of Box and Muller. The stream is
 * Steele, Lea and Flood's SplitMix with a 32-bit state.
 */
export class HostRandom {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  uniform(): number {
    this.state = (this.state + 0x9e3779b9) >>> 0;
    let z = this.state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
  }

  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }
}
