// Memory over the steps of a program: what is allocated, by whom it is held, and when it is freed.

/** A value in memory while a program runs. */
export interface LiveValue {
  /** `%12` in StableHLO, an instruction's name in an optimised program. */
  readonly name: string;
  readonly type: string;
  readonly bytes: number;
  readonly kind: "argument" | "value" | "constant" | "inside";
  /** The operation that made it; for an argument its number. */
  readonly madeBy: string;
  /** The function or computation that it belongs to. */
  readonly function: string;
  readonly file: string | undefined;
  readonly line: number | undefined;
  /** Operations whose results are this same memory: reshapes, updates in place, carried values of loops. */
  readonly views: readonly string[];
  /** First and last step at which it is held. */
  readonly from: number;
  readonly to: number;
}

/** One step of the program. */
export interface MemoryPoint {
  readonly operation: string;
  /** Its first result, or the empty string. */
  readonly name: string;
  readonly function: string;
  readonly file: string | undefined;
  readonly line: number | undefined;
  /** Bytes held while it runs: its operands and results, and all that is needed later. */
  readonly bytes: number;
}

export interface MemoryProfile {
  /** The steps in the order in which they run; the bodies of loops once, branches one after the other. */
  readonly points: readonly MemoryPoint[];
  readonly peakBytes: number;
  /** Number of the step at the peak. */
  readonly peakAt: number;
  /** What is alive at the peak, most bytes first. */
  readonly alive: readonly LiveValue[];
  /** Every value that takes memory. */
  readonly values: readonly LiveValue[];
  readonly argumentBytes: number;
  readonly constantBytes: number;
  readonly outputBytes: number;
  /** The part of the outputs that lies in donated arguments. */
  readonly aliasedBytes: number;
  /** Values with a dimension of unknown size, which counts as 1. */
  readonly dynamicValues: number;
  /** Calls whose steps are not listed one by one, because there are too many: each is one step, with its own peak. */
  readonly foldedCalls: number;
}

export type Step = Omit<MemoryPoint, "bytes">;
export type Made = Omit<LiveValue, "views" | "from" | "to">;

/** Memory that values share; freed when the last of its holders lets go. */
export class Allocation {
  readonly made: Made;
  /** Less than `made.bytes` where the memory is that of another allocation. */
  bytes: number;
  holders = 0;
  from: number;
  to: number | undefined;
  readonly views: string[] = [];

  constructor(made: Made, from: number) {
    this.made = made;
    this.bytes = made.bytes;
    this.from = from;
  }

  view(operation: string): void {
    if (this.views.at(-1) !== operation && this.views.length < mostViews) this.views.push(operation);
  }
}

/** Views listed for one value. */
const mostViews = 8;

export class Timeline {
  readonly #steps: Step[] = [];
  readonly #allocations: Allocation[] = [];
  dynamicValues = 0;
  foldedCalls = 0;

  get length(): number {
    return this.#steps.length;
  }

  step(step: Step): void {
    this.#steps.push(step);
  }

  /** Allocates in the step that was announced last, or before the first. The caller is its holder. */
  allocate(made: Made): Allocation {
    const allocation = new Allocation(made, Math.max(0, this.#steps.length - 1));
    allocation.holders = 1;
    this.#allocations.push(allocation);
    return allocation;
  }

  hold(allocation: Allocation): Allocation {
    allocation.holders++;
    return allocation;
  }

  /** Lets go; with the last holder the memory is free after this step. */
  release(allocation: Allocation): void {
    if (--allocation.holders === 0) allocation.to = Math.max(allocation.from, this.#steps.length - 1);
  }

  /** Bytes held at each step. */
  #curve(): Float64Array {
    const curve = new Float64Array(this.#steps.length + 1);
    for (const { bytes, from, to = this.#steps.length - 1 } of this.#allocations) {
      curve[from]! += bytes;
      curve[to + 1]! -= bytes;
    }
    for (let i = 1; i < curve.length; i++) curve[i]! += curve[i - 1]!;
    return curve;
  }

  /** The largest number of bytes held at once. */
  peak(): number {
    return this.#curve().reduce((a, b) => Math.max(a, b), 0);
  }

  profile(totals: Pick<MemoryProfile, "outputBytes" | "aliasedBytes">): MemoryProfile {
    const curve = this.#curve();
    const points = this.#steps.map((step, i): MemoryPoint => ({ ...step, bytes: curve[i]! }));
    let peakAt = 0;
    for (let i = 0; i < points.length; i++) if (points[i]!.bytes > points[peakAt]!.bytes) peakAt = i;
    const last = this.#steps.length - 1;
    const values = this.#allocations
      .filter(({ bytes }) => bytes > 0)
      .map(({ made, bytes, from, to = last, views }): LiveValue => ({ ...made, bytes, views, from, to }));
    const sum = (kind: LiveValue["kind"]) =>
      this.#allocations.reduce((n, { made }) => n + (made.kind === kind ? made.bytes : 0), 0);
    return {
      points,
      peakBytes: points[peakAt]?.bytes ?? 0,
      peakAt,
      alive: values.filter(({ from, to }) => from <= peakAt && peakAt <= to).sort((a, b) => b.bytes - a.bytes),
      values,
      argumentBytes: sum("argument"),
      constantBytes: sum("constant"),
      ...totals,
      dynamicValues: this.dynamicValues,
      foldedCalls: this.foldedCalls,
    };
  }
}
