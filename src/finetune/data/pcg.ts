// PCG32, the pseudo-random generator of everything that touches data: the same numbers on every platform.

/**
 * PCG-XSH-RR 64/32 (O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms for
 * Random Number Generation", 2014). 64-bit state as two unsigned 32-bit halves.
 *
 * @param seed a safe integer ≥ 0
 * @param stream a safe integer ≥ 0; generators of different streams are independent
 */
export class Pcg32 {
  #hi = 0;
  #lo = 0;
  readonly #incHi: number;
  readonly #incLo: number;

  constructor(seed: number, stream: number) {
    for (const value of [seed, stream]) {
      if (!Number.isSafeInteger(value) || value < 0) {
        throw new RangeError(`Pcg32: seed and stream must be integers from 0 to 2^53 - 1, got ${value}`);
      }
    }
    const streamLo = stream >>> 0;
    const streamHi = Math.floor(stream / 2 ** 32) >>> 0;
    this.#incLo = ((streamLo << 1) | 1) >>> 0;
    this.#incHi = ((streamHi << 1) | (streamLo >>> 31)) >>> 0;
    this.#step();
    this.#add(Math.floor(seed / 2 ** 32) >>> 0, seed >>> 0);
    this.#step();
  }

  /** The next 32 random bits, as an unsigned integer. */
  next(): number {
    const hi = this.#hi;
    const lo = this.#lo;
    this.#step();
    // output = rotr32(((state >> 18) ^ state) >> 27, state >> 59)
    const xorHi = (hi >>> 18) ^ hi;
    const xorLo = ((lo >>> 18) | (hi << 14)) ^ lo;
    const word = (xorLo >>> 27) | (xorHi << 5);
    const rotation = hi >>> 27;
    return ((word >>> rotation) | (word << (-rotation & 31))) >>> 0;
  }

  /** A uniform integer in [0, bound), without modulo bias; `bound` in 1 … 2^32 - 1. */
  below(bound: number): number {
    if (!Number.isInteger(bound) || bound < 1 || bound >= 2 ** 32) {
      throw new RangeError(`Pcg32.below: bound must be an integer from 1 to 2^32 - 1, got ${bound}`);
    }
    const threshold = (2 ** 32 - bound) % bound;
    for (;;) {
      const bits = this.next();
      if (bits >= threshold) return bits % bound;
    }
  }

  /** A uniform number in [0, 1) with 32 random bits. */
  uniform(): number {
    return this.next() / 2 ** 32;
  }

  #step(): void {
    // state ← state · 6364136223846793005 + increment (mod 2^64)
    const mulHi = 0x5851f42d;
    const mulLo = 0x4c957f2d;
    const high = Math.imul(this.#hi, mulLo) + Math.imul(this.#lo, mulHi) + highWord(this.#lo, mulLo);
    this.#lo = Math.imul(this.#lo, mulLo) >>> 0;
    this.#hi = high >>> 0;
    this.#add(this.#incHi, this.#incLo);
  }

  #add(hi: number, lo: number): void {
    const sum = this.#lo + lo;
    this.#hi = (this.#hi + hi + (sum >= 2 ** 32 ? 1 : 0)) >>> 0;
    this.#lo = sum >>> 0;
  }
}

/** The upper 32 bits of the 64-bit product of two unsigned 32-bit integers. */
function highWord(a: number, b: number): number {
  const aLo = a & 0xffff;
  const aHi = a >>> 16;
  const bLo = b & 0xffff;
  const bHi = b >>> 16;
  const middle = aHi * bLo + ((aLo * bLo) >>> 16);
  const cross = aLo * bHi + (middle & 0xffff);
  return aHi * bHi + (middle >>> 16) + Math.floor(cross / 2 ** 16);
}

/** The generator of one purpose (`"split"`, `"shuffle"` of epoch `index`, …) under a run's seed. */
export function generator(seed: number, purpose: string, index = 0): Pcg32 {
  // FNV-1a keeps the streams of different purposes apart.
  let hash = 0x811c9dc5;
  for (let i = 0; i < purpose.length; i++) hash = Math.imul(hash ^ purpose.charCodeAt(i), 0x01000193);
  return new Pcg32(seed, (hash & 0xfffff) * 2 ** 32 + index);
}

/** The integers 0 … n-1 in a random order (Fisher–Yates). */
export function permutation(n: number, random: Pcg32): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
  return order;
}
