// Time of a run: seconds since it began, seconds of each step, and their mean without compilation.

/** Counts from `start`. Steps are told by `tick`; what lies between a step and `pause` belongs to none. */
export class StepClock {
  #before = 0;
  #started = performance.now();
  #last = this.#started;
  #first: number | null = null;
  #sum = 0;
  #steps = 0;

  /** Begins; `before` are the seconds of the run that is continued. */
  start(before: number): void {
    this.#before = before;
    this.#started = performance.now();
    this.#last = this.#started;
  }

  /** Seconds of this run and of those it continues. */
  get elapsed(): number {
    return this.#before + (performance.now() - this.#started) / 1000;
  }

  /** A step has ended. `meanSeconds` leaves the first step out, which compiles, as soon as there is another. */
  tick(): { stepSeconds: number; meanSeconds: number } {
    const now = performance.now();
    const stepSeconds = (now - this.#last) / 1000;
    this.#last = now;
    if (this.#first === null) {
      this.#first = stepSeconds;
      return { stepSeconds, meanSeconds: stepSeconds };
    }
    this.#sum += stepSeconds;
    return { stepSeconds, meanSeconds: this.#sum / ++this.#steps };
  }

  /** What was done since the last step is no part of the next one. */
  pause(): void {
    this.#last = performance.now();
  }
}
