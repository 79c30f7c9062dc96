// Transformations that scale gradients by numbers and schedules, and their running sums; what moments are made of.
import { type DType, isFloat } from "../../core/dtype.ts";
import { DTypeError } from "../../core/errors.ts";
import { Tensor } from "../../core/tensor.ts";
import { add, div, mul, pow, sub } from "../../ops/binary.ts";
import { like, splat } from "../../ops/literal.ts";
import { broadcastInDim } from "../../ops/shape.ts";
import { convert, neg, square } from "../../ops/unary.ts";
import { complement, type Scalar, times } from "./scalars.ts";
import type { Schedule } from "./schedules.ts";
import { type GradientTransformation, nextStep, noSteps, stateless, transformation } from "./transformation.ts";
import { filled, mapTrees, requireFloats } from "./trees.ts";

/** A factor of the updates: a number, a float scalar tensor, or a function of the steps done. */
export type LearningRate = number | Tensor | Schedule;

export interface MomentOptions {
  /** Dtype of the running moments; that of each parameter unless given. With "float32", updates are float32 too. */
  readonly momentDtype?: DType;
}

/** A scalar in the shapes that it is asked for, each made once. */
export function spreader(scalar: Tensor): (x: Tensor) => Tensor {
  const made = new Map<string, Tensor>();
  return (x) => {
    const key = `${x.dtype}${x.shape}`;
    let spread = made.get(key);
    if (spread === undefined) {
      spread = broadcastInDim(convert(scalar, x.dtype), x.shape, []);
      made.set(key, spread);
    }
    return spread;
  };
}

/** Multiplies by a number, or a scalar tensor. */
export const scale = (factor: Scalar): GradientTransformation => stateless("scale", (g) => times(g, factor));

/** Multiplies by a schedule of the steps done. State: `{ count }`. */
export function scaleBySchedule(schedule: Schedule): GradientTransformation {
  return transformation<{ count: Tensor }>("scale_by_schedule", {
    init: () => ({ count: noSteps() }),
    update: (grads, { count }) => {
      const spread = spreader(schedule(count));
      return [mapTrees((g) => mul(g, spread(g)), grads, "grads"), { count: nextStep(count) }];
    },
  });
}

/** Multiplies by −rate, so that adding the updates goes downhill, or by the rate itself. As `optax.scale_by_learning_rate`. */
export function scaleByLearningRate(
  rate: LearningRate,
  options: { readonly flipSign?: boolean } = {},
): GradientTransformation {
  const flip = options.flipSign ?? true;
  if (typeof rate === "number") return scale(flip ? -rate : rate);
  if (typeof rate === "function") return scaleBySchedule((count) => (flip ? neg(rate(count)) : rate(count)));
  if (!(rate instanceof Tensor) || rate.ndim !== 0 || !isFloat(rate.dtype))
    throw new DTypeError("optim.scaleByLearningRate: expected a number, a float scalar tensor or a schedule.");
  return scale(flip ? neg(rate) : rate);
}

const dtypeOf = (p: Tensor, { momentDtype }: MomentOptions): DType => momentDtype ?? p.dtype;

/** A moment for each parameter, all `value`. @throws DTypeError naming a parameter that is no float */
export function moments(params: unknown, options: MomentOptions, value = 0): unknown {
  requireFloats(params, "params");
  return mapTrees((p) => filled(p, value, dtypeOf(p, options)), params, "params");
}

/** β m + (1 − β) x, in the moment's dtype. */
export const average = (m: Tensor, x: Tensor, decay: Scalar): Tensor =>
  add(times(m, decay), times(convert(x, m.dtype), complement(decay)));
export const averageSquare = (m: Tensor, g: Tensor, decay: Scalar): Tensor =>
  add(times(m, decay), times(square(convert(g, m.dtype)), complement(decay)));

/** 1 − β^t */
export const correction = (decay: Scalar, count: Tensor): Tensor => {
  const base = typeof decay === "number" ? splat(decay, [], "float32") : convert(decay, "float32");
  return sub(like(base, 1), pow(base, convert(count, "float32")));
};

export interface TraceOptions {
  /** Nesterov's: the new gradient is added once more. */
  readonly nesterov?: boolean;
  /** Dtype of the running sums; that of each parameter unless given. */
  readonly momentDtype?: DType;
}

/** Momentum: t ← g + decay · t. State: `{ trace }`. As `optax.trace`. */
export function trace(decay: Scalar, options: TraceOptions = {}): GradientTransformation {
  const accumulate = (t: Tensor, g: Tensor): Tensor => add(convert(g, t.dtype), times(t, decay));
  return transformation<{ trace: unknown }>("trace", {
    init: (params) => ({ trace: moments(params, options) }),
    update: (grads, state) => {
      const next = mapTrees(accumulate, state.trace, "trace", [grads, "grads"]);
      return [options.nesterov ? mapTrees(accumulate, next, "trace", [grads, "grads"]) : next, { trace: next }];
    },
  });
}

export interface EmaOptions {
  /** Corrects for the start at zero; true by default. */
  readonly debias?: boolean;
  readonly momentDtype?: DType;
}

/** The running mean of the updates: m ← decay · m + (1 − decay) · g. State: `{ count, ema }`. As `optax.ema`. */
export function ema(decay: Scalar, options: EmaOptions = {}): GradientTransformation {
  return transformation<{ count: Tensor; ema: unknown }>("ema", {
    init: (params) => ({ count: noSteps(), ema: moments(params, options) }),
    update: (grads, state) => {
      const count = nextStep(state.count);
      const means = mapTrees((m, g) => average(m, g, decay), state.ema, "ema", [grads, "grads"]);
      const spread = spreader(correction(decay, count));
      const updates = (options.debias ?? true) ? mapTrees((m) => div(m, spread(m)), means, "ema") : means;
      return [updates, { count, ema: means }];
    },
  });
}
