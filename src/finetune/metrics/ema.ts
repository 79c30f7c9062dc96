// The smoothed loss of plots and progress bars.

/** Exponential moving average without start-up bias: m ← β·m + (1−β)·x, shown as m / (1 − βⁿ). */
export class Ema {
  readonly #beta: number;
  #mean = 0;
  #weight = 0;

  /** @param beta share of the past, 0 ≤ β < 1 */
  constructor(beta = 0.9) {
    if (!(beta >= 0 && beta < 1)) throw new RangeError(`Ema: beta must be at least 0 and below 1, got ${beta}`);
    this.#beta = beta;
  }

  /** Adds a value; returns the new average. */
  update(value: number): number {
    this.#mean = this.#beta * this.#mean + (1 - this.#beta) * value;
    this.#weight = this.#beta * this.#weight + (1 - this.#beta);
    return this.#mean / this.#weight;
  }

  /** The average so far; NaN before the first value. */
  get value(): number {
    return this.#mean / this.#weight;
  }
}
