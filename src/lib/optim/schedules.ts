// Learning rates that depend on the step: functions of the number of steps done, by Optax's formulas.
import { avalOf } from "../../core/aval.ts";
import { DTypeError } from "../../core/errors.ts";
import { Literal, type Tensor } from "../../core/tensor.ts";
import { add, div, max, min, mul, pow, sub } from "../../ops/binary.ts";
import { clamp, le, lt, select } from "../../ops/compare.ts";
import { like, splat } from "../../ops/literal.ts";
import { convert, cos, floor } from "../../ops/unary.ts";
import { run } from "../nn/composite.ts";

/** The value, float32, after `count` steps: an int32 scalar tensor, or a number of the host. */
export type Schedule = (count: Tensor | number) => Tensor;

function schedule(name: string, body: (count: Tensor) => Tensor): Schedule {
  return (count) => {
    const t = typeof count === "number" ? new Literal(count, avalOf([], "int32")) : count;
    return run(name, (c) => body(c!), [t]);
  };
}

const float = (count: Tensor): Tensor => convert(count, "float32");
const value = (x: number): Tensor => splat(x, [], "float32");

function positive(name: string, what: string, n: number): number {
  if (!(n > 0)) throw new DTypeError(`optim.${name}: got ${what} ${n}, expected a number above 0.`);
  return n;
}

/** Always `v`. */
export const constantSchedule = (v: number): Schedule => schedule("constant_schedule", () => value(v));

/**
 * end + (init − end) (1 − t / steps)^power, where t counts from step `transitionBegin` and ends at `transitionSteps`. As
 * `optax.polynomial_schedule`.
 */
export function polynomialSchedule(
  initValue: number,
  endValue: number,
  power: number,
  transitionSteps: number,
  transitionBegin = 0,
): Schedule {
  const steps = positive("polynomialSchedule", "transitionSteps", transitionSteps);
  return schedule("polynomial_schedule", (count) => {
    const t = clamp(0, sub(float(count), transitionBegin), steps);
    const rest = sub(like(t, 1), div(t, steps));
    return add(mul(power === 1 ? rest : pow(rest, power), initValue - endValue), endValue);
  });
}

/** From `initValue` to `endValue` in a straight line. As `optax.linear_schedule`. */
export const linearSchedule = (
  initValue: number,
  endValue: number,
  transitionSteps: number,
  transitionBegin = 0,
): Schedule => polynomialSchedule(initValue, endValue, 1, transitionSteps, transitionBegin);

/**
 * init · ((1 − α) (½ (1 + cos(π t / steps)))^exponent + α). As `optax.cosine_decay_schedule`.
 *
 * Loshchilov and Hutter, "SGDR: Stochastic gradient descent with warm restarts", 2017.
 */
export function cosineDecaySchedule(initValue: number, decaySteps: number, alpha = 0, exponent = 1): Schedule {
  const steps = positive("cosineDecaySchedule", "decaySteps", decaySteps);
  return schedule("cosine_decay_schedule", (count) => {
    const t = min(float(count), steps);
    const cosine = mul(add(cos(mul(div(t, steps), Math.PI)), 1), 0.5);
    const decayed = exponent === 1 ? cosine : pow(cosine, exponent);
    return mul(add(mul(decayed, 1 - alpha), alpha), initValue);
  });
}

/**
 * A straight line from `initValue` to `peakValue`, then a cosine to `endValue`; `decaySteps` counts both. As
 * `optax.warmup_cosine_decay_schedule`.
 */
export function warmupCosineDecaySchedule(
  initValue: number,
  peakValue: number,
  warmupSteps: number,
  decaySteps: number,
  endValue = 0,
  exponent = 1,
): Schedule {
  const steps = positive("warmupCosineDecaySchedule", "decaySteps − warmupSteps", decaySteps - warmupSteps);
  const alpha = peakValue === 0 ? 0 : endValue / peakValue;
  const decay = cosineDecaySchedule(peakValue, steps, alpha, exponent);
  if (warmupSteps === 0) return decay;
  return joinSchedules([linearSchedule(initValue, peakValue, warmupSteps), decay], [warmupSteps]);
}

/** A straight line from `initValue` to `peakValue`, which then stays. As `optax.warmup_constant_schedule`. */
export const warmupConstantSchedule = (initValue: number, peakValue: number, warmupSteps: number): Schedule =>
  warmupSteps === 0 ? constantSchedule(peakValue) : linearSchedule(initValue, peakValue, warmupSteps);

export interface ExponentialOptions {
  readonly transitionBegin?: number;
  /** Decays at multiples of `transitionSteps` only. */
  readonly staircase?: boolean;
  /** The value does not pass this one. */
  readonly endValue?: number;
}

/** init · rate^(t / steps). As `optax.exponential_decay`. */
export function exponentialDecay(
  initValue: number,
  transitionSteps: number,
  decayRate: number,
  options: ExponentialOptions = {},
): Schedule {
  const steps = positive("exponentialDecay", "transitionSteps", transitionSteps);
  return schedule("exponential_decay", (count) => {
    const t = sub(float(count), options.transitionBegin ?? 0);
    const exact = div(t, steps);
    const p = options.staircase ? floor(exact) : exact;
    const decayed = select(le(t, 0), value(initValue), mul(pow(like(p, decayRate), p), initValue));
    if (options.endValue === undefined) return decayed;
    return decayRate < 1 ? max(decayed, options.endValue) : min(decayed, options.endValue);
  });
}

/** A straight line from `initValue` to `peakValue`, then an exponential decay. As `optax.warmup_exponential_decay_schedule`. */
export const warmupExponentialDecaySchedule = (
  initValue: number,
  peakValue: number,
  warmupSteps: number,
  transitionSteps: number,
  decayRate: number,
  options: ExponentialOptions = {},
): Schedule =>
  joinSchedules(
    [
      linearSchedule(initValue, peakValue, warmupSteps),
      exponentialDecay(peakValue, transitionSteps, decayRate, options),
    ],
    [warmupSteps],
  );

export interface CosineCycle {
  readonly initValue: number;
  readonly peakValue: number;
  readonly warmupSteps: number;
  /** Length of the cycle, warm-up included. */
  readonly decaySteps: number;
  readonly endValue?: number;
  readonly exponent?: number;
}

/**
 * Warm restarts: one `warmupCosineDecaySchedule` after the other. As `optax.sgdr_schedule`.
 *
 * Loshchilov and Hutter, "SGDR: Stochastic gradient descent with warm restarts", 2017.
 */
export function sgdrSchedule(cycles: readonly CosineCycle[]): Schedule {
  let step = 0;
  const ends = cycles.map((c) => {
    step += c.decaySteps;
    return step;
  });
  return joinSchedules(
    cycles.map((c) =>
      warmupCosineDecaySchedule(c.initValue, c.peakValue, c.warmupSteps, c.decaySteps, c.endValue, c.exponent),
    ),
    ends.slice(0, -1),
  );
}

/** A constant that from each given step on is multiplied by that step's scale. As `optax.piecewise_constant_schedule`. */
export function piecewiseConstantSchedule(
  initValue: number,
  boundariesAndScales: Readonly<Record<number, number>> = {},
): Schedule {
  const boundaries = Object.entries(boundariesAndScales)
    .map(([step, scale]) => [Number(step), scale] as const)
    .sort(([a], [b]) => a - b);
  return schedule("piecewise_constant_schedule", (count) => {
    let scaled = initValue;
    let result = value(scaled);
    for (const [step, scale] of boundaries) {
      scaled *= scale;
      result = select(lt(count, step), result, value(scaled));
    }
    return result;
  });
}

/** `schedules[0]`, and from `boundaries[i]` on `schedules[i + 1]`, which counts from there. */
export function joinSchedules(schedules: readonly Schedule[], boundaries: readonly number[]): Schedule {
  if (schedules.length !== boundaries.length + 1)
    throw new DTypeError(
      `optim.joinSchedules: got ${schedules.length} schedules and ${boundaries.length} boundaries; expected one boundary fewer.`,
    );
  return schedule("join_schedules", (count) =>
    boundaries.reduce(
      (result, boundary, i) => select(lt(count, boundary), result, schedules[i + 1]!(sub(count, boundary))),
      schedules[0]!(count),
    ),
  );
}
