// Transformations that scale gradients: by numbers, schedules, and running moments.
import { type DType, isFloat } from "../../core/dtype.ts";
import { DTypeError } from "../../core/errors.ts";
import { Tensor } from "../../core/tensor.ts";
import { add, div, mul, pow, sub } from "../../ops/binary.ts";
import { gt, select } from "../../ops/compare.ts";
import { like, splat } from "../../ops/literal.ts";
import { broadcastInDim } from "../../ops/shape.ts";
import { convert, neg, rsqrt, sign, sqrt, square } from "../../ops/unary.ts";
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

/** Multiplies by a number. */
export const scale = (factor: number): GradientTransformation => stateless("scale", (g) => mul(g, factor));

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

/** Multiplies by −rate, so that adding the updates goes downhill. */
export function scaleByLearningRate(rate: LearningRate): GradientTransformation {
  if (typeof rate === "number") return scale(-rate);
  if (typeof rate === "function") return scaleBySchedule((count) => neg(rate(count)));
  if (!(rate instanceof Tensor) || rate.ndim !== 0 || !isFloat(rate.dtype))
    throw new DTypeError("optim.scaleByLearningRate: expected a number, a float scalar tensor or a schedule.");
  return transformation<null>("scale_by_learning_rate", {
    init: () => null,
    update: (grads) => {
      const spread = spreader(neg(rate));
      return [mapTrees((g) => mul(g, spread(g)), grads, "grads"), null];
    },
  });
}

const dtypeOf = (p: Tensor, { momentDtype }: MomentOptions): DType => momentDtype ?? p.dtype;

/** A moment for each parameter, all `value`. @throws DTypeError naming a parameter that is no float */
function moments(params: unknown, options: MomentOptions, value = 0): unknown {
  requireFloats(params, "params");
  return mapTrees((p) => filled(p, value, dtypeOf(p, options)), params, "params");
}

/** β m + (1 − β) x, in the moment's dtype. */
const average = (m: Tensor, x: Tensor, decay: number): Tensor =>
  add(mul(m, decay), mul(convert(x, m.dtype), 1 - decay));
const averageSquare = (m: Tensor, g: Tensor, decay: number): Tensor =>
  add(mul(m, decay), mul(square(convert(g, m.dtype)), 1 - decay));

/** 1 − β^t */
const correction = (decay: number, count: Tensor): Tensor => {
  const base = splat(decay, [], "float32");
  return sub(like(base, 1), pow(base, convert(count, "float32")));
};

export interface AdamOptions extends MomentOptions {
  readonly b1?: number;
  readonly b2?: number;
  /** Added to the root of the second moment. */
  readonly eps?: number;
  /** Added under the root. */
  readonly epsRoot?: number;
}

/**
 * m̂ / (√v̂ + ε), moments corrected for their start at zero. State: `{ count, mu, nu }`. As `optax.scale_by_adam`.
 *
 * Kingma and Ba, "Adam: a method for stochastic optimization", 2015.
 */
export function scaleByAdam(options: AdamOptions = {}): GradientTransformation {
  const { b1 = 0.9, b2 = 0.999, eps = 1e-8, epsRoot = 0 } = options;
  return transformation<{ count: Tensor; mu: unknown; nu: unknown }>("scale_by_adam", {
    init: (params) => ({ count: noSteps(), mu: moments(params, options), nu: moments(params, options) }),
    update: (grads, state) => {
      const count = nextStep(state.count);
      const mu = mapTrees((m, g) => average(m, g, b1), state.mu, "mu", [grads, "grads"]);
      const nu = mapTrees((v, g) => averageSquare(v, g, b2), state.nu, "nu", [grads, "grads"]);
      const [c1, c2] = [spreader(correction(b1, count)), spreader(correction(b2, count))];
      const step = (m: Tensor, v: Tensor): Tensor => {
        const corrected = div(v, c2(v));
        return div(div(m, c1(m)), add(sqrt(epsRoot === 0 ? corrected : add(corrected, epsRoot)), eps));
      };
      return [mapTrees(step, mu, "mu", [nu, "nu"]), { count, mu, nu }];
    },
  });
}

/**
 * sign(b₁ m + (1 − b₁) g); then m ← b₂ m + (1 − b₂) g. State: `{ mu }`. As `optax.scale_by_lion`.
 *
 * Chen et al., "Symbolic discovery of optimization algorithms", 2023.
 */
export function scaleByLion(options: MomentOptions & { readonly b1?: number; readonly b2?: number } = {}) {
  const { b1 = 0.9, b2 = 0.99 } = options;
  return transformation<{ mu: unknown }>("scale_by_lion", {
    init: (params) => ({ mu: moments(params, options) }),
    update: (grads, { mu }) => [
      mapTrees((m, g) => sign(average(m, g, b1)), mu, "mu", [grads, "grads"]),
      { mu: mapTrees((m, g) => average(m, g, b2), mu, "mu", [grads, "grads"]) },
    ],
  });
}

export interface RmsOptions extends MomentOptions {
  readonly decay?: number;
  readonly eps?: number;
  readonly initialScale?: number;
  /** ε stands under the root (the default, as in Optax) or is added to it. */
  readonly epsInSqrt?: boolean;
}

/**
 * g / √(v + ε), v the running mean of g². State: `{ nu }`. As `optax.scale_by_rms`.
 *
 * Tieleman and Hinton, "RMSProp", Coursera lecture 6.5, 2012.
 */
export function scaleByRms(options: RmsOptions = {}): GradientTransformation {
  const { decay = 0.9, eps = 1e-8, initialScale = 0, epsInSqrt = true } = options;
  return transformation<{ nu: unknown }>("scale_by_rms", {
    init: (params) => ({ nu: moments(params, options, initialScale) }),
    update: (grads, state) => {
      const nu = mapTrees((v, g) => averageSquare(v, g, decay), state.nu, "nu", [grads, "grads"]);
      const step = (v: Tensor, g: Tensor): Tensor => {
        const wide = convert(g, v.dtype);
        return epsInSqrt ? mul(wide, rsqrt(add(v, eps))) : div(wide, add(sqrt(v), eps));
      };
      return [mapTrees(step, nu, "nu", [grads, "grads"]), { nu }];
    },
  });
}

export interface RssOptions extends MomentOptions {
  readonly initialAccumulatorValue?: number;
  readonly eps?: number;
}

/**
 * g / √(s + ε), s the sum of g² so far; 0 where s is 0. State: `{ sumOfSquares }`. As `optax.scale_by_rss`.
 *
 * Duchi, Hazan and Singer, "Adaptive subgradient methods", 2011.
 */
export function scaleByRss(options: RssOptions = {}): GradientTransformation {
  const { initialAccumulatorValue = 0.1, eps = 1e-7 } = options;
  return transformation<{ sumOfSquares: unknown }>("scale_by_rss", {
    init: (params) => ({ sumOfSquares: moments(params, options, initialAccumulatorValue) }),
    update: (grads, state) => {
      const sumOfSquares = mapTrees((s, g) => add(square(convert(g, s.dtype)), s), state.sumOfSquares, "sumOfSquares", [
        grads,
        "grads",
      ]);
      const step = (s: Tensor, g: Tensor) => mul(select(gt(s, 0), rsqrt(add(s, eps)), 0), convert(g, s.dtype));
      return [mapTrees(step, sumOfSquares, "sumOfSquares", [grads, "grads"]), { sumOfSquares }];
    },
  });
}

export interface TraceOptions {
  /** Nesterov's: the new gradient is added once more. */
  readonly nesterov?: boolean;
  /** Dtype of the running sums; that of each parameter unless given. */
  readonly momentDtype?: DType;
}

/** Momentum: t ← g + decay · t. State: `{ trace }`. As `optax.trace`. */
export function trace(decay: number, options: TraceOptions = {}): GradientTransformation {
  const accumulate = (t: Tensor, g: Tensor): Tensor => add(convert(g, t.dtype), mul(t, decay));
  return transformation<{ trace: unknown }>("trace", {
    init: (params) => ({ trace: moments(params, options) }),
    update: (grads, state) => {
      const next = mapTrees(accumulate, state.trace, "trace", [grads, "grads"]);
      return [options.nesterov ? mapTrees(accumulate, next, "trace", [grads, "grads"]) : next, { trace: next }];
    },
  });
}
