// Transformations that scale gradients by running moments of them.
import type { Tensor } from "../../core/tensor.ts";
import { add, div, max, mul, pow, sub } from "../../ops/binary.ts";
import { ge, gt, select } from "../../ops/compare.ts";
import { like } from "../../ops/literal.ts";
import { abs, convert, rsqrt, sign, sqrt, square } from "../../ops/unary.ts";
import { complement, filledWith, plus, type Scalar, times } from "./scalars.ts";
import { average, averageSquare, correction, type MomentOptions, moments, spreader } from "./scaling.ts";
import { type GradientTransformation, nextStep, noSteps, transformation } from "./transformation.ts";
import { mapTrees } from "./trees.ts";

interface Moments {
  readonly count: Tensor;
  readonly mu: unknown;
  readonly nu: unknown;
}

export interface AdamOptions extends MomentOptions {
  readonly b1?: Scalar;
  readonly b2?: Scalar;
  /** Added to the root of the second moment. */
  readonly eps?: Scalar;
  /** Added under the root. */
  readonly epsRoot?: Scalar;
  /** Nesterov's: the mean is that of the next step, with the new gradient once more (Dozat 2016). */
  readonly nesterov?: boolean;
}

const isZero = (s: Scalar): boolean => s === 0;
/** m / (√(v + epsRoot) + ε) */
const ratio = (m: Tensor, v: Tensor, eps: Scalar, epsRoot: Scalar): Tensor =>
  div(m, plus(sqrt(isZero(epsRoot) ? v : plus(v, epsRoot)), eps));

/** The first moment corrected for its start at zero, or Nesterov's: b₁ m / (1 − b₁^(t+1)) + (1 − b₁) g / (1 − b₁^t). */
function corrected(mu: unknown, grads: unknown, count: Tensor, b1: Scalar, nesterov: boolean): unknown {
  const now = spreader(correction(b1, count));
  if (!nesterov) return mapTrees((m) => div(m, now(m)), mu, "mu");
  const next = spreader(correction(b1, nextStep(count)));
  const step = (m: Tensor, g: Tensor) => {
    const wide = convert(g, m.dtype);
    return add(times(div(m, next(m)), b1), times(div(wide, now(m)), complement(b1)));
  };
  return mapTrees(step, mu, "mu", [grads, "grads"]);
}

/**
 * m̂ / (√v̂ + ε), moments corrected for their start at zero. State: `{ count, mu, nu }`. As `optax.scale_by_adam`.
 *
 * Kingma and Ba, "Adam: a method for stochastic optimization", 2015.
 */
export function scaleByAdam(options: AdamOptions = {}): GradientTransformation {
  const { b1 = 0.9, b2 = 0.999, eps = 1e-8, epsRoot = 0, nesterov = false } = options;
  return transformation<Moments>("scale_by_adam", {
    init: (params) => ({ count: noSteps(), mu: moments(params, options), nu: moments(params, options) }),
    update: (grads, state) => {
      const count = nextStep(state.count);
      const mu = mapTrees((m, g) => average(m, g, b1), state.mu, "mu", [grads, "grads"]);
      const nu = mapTrees((v, g) => averageSquare(v, g, b2), state.nu, "nu", [grads, "grads"]);
      const second = spreader(correction(b2, count));
      const step = (m: Tensor, v: Tensor) => ratio(m, div(v, second(v)), eps, epsRoot);
      return [mapTrees(step, corrected(mu, grads, count, b1, nesterov), "mu", [nu, "nu"]), { count, mu, nu }];
    },
  });
}

/**
 * As Adam, with the second moment of g − m instead of g. State: `{ count, mu, nu }`. As `optax.scale_by_belief`.
 *
 * Zhuang et al., "AdaBelief optimizer: adapting stepsizes by the belief in observed gradients", 2020.
 */
export function scaleByBelief(options: AdamOptions = {}): GradientTransformation {
  const { b1 = 0.9, b2 = 0.999, eps = 1e-16, epsRoot = 1e-16, nesterov = false } = options;
  return transformation<Moments>("scale_by_belief", {
    init: (params) => ({ count: noSteps(), mu: moments(params, options), nu: moments(params, options) }),
    update: (grads, state) => {
      const count = nextStep(state.count);
      const mu = mapTrees((m, g) => average(m, g, b1), state.mu, "mu", [grads, "grads"]);
      const spread = (v: Tensor, g: Tensor, m: Tensor) =>
        plus(averageSquare(v, sub(convert(g, m.dtype), m), b2), epsRoot);
      const nu = mapTrees(spread, state.nu, "nu", [grads, "grads"], [mu, "mu"]);
      const second = spreader(correction(b2, count));
      const step = (m: Tensor, v: Tensor) => ratio(m, div(v, second(v)), eps, 0);
      return [mapTrees(step, corrected(mu, grads, count, b1, nesterov), "mu", [nu, "nu"]), { count, mu, nu }];
    },
  });
}

export interface RadamOptions extends AdamOptions {
  /** Length of the running mean of squares from which it is used; 5 by default. */
  readonly threshold?: number;
}

/**
 * Adam whose first steps, while the second moment is a mean of too few squares, are those of momentum alone. State:
 * `{ count, mu, nu }`. As `optax.scale_by_radam`.
 *
 * Liu et al., "On the variance of the adaptive learning rate and beyond", 2020.
 */
export function scaleByRadam(options: RadamOptions = {}): GradientTransformation {
  const { b1 = 0.9, b2 = 0.999, eps = 1e-8, epsRoot = 0, threshold = 5, nesterov = false } = options;
  return transformation<Moments>("scale_by_radam", {
    init: (params) => ({ count: noSteps(), mu: moments(params, options), nu: moments(params, options) }),
    update: (grads, state) => {
      const count = nextStep(state.count);
      const mu = mapTrees((m, g) => average(m, g, b1), state.mu, "mu", [grads, "grads"]);
      const nu = mapTrees((v, g) => averageSquare(v, g, b2), state.nu, "nu", [grads, "grads"]);
      const steps = convert(count, "float32");
      const decay = filledWith(steps, b2);
      const power = pow(decay, steps);
      const rest = complement(b2);
      // 2 / (1 − b₂) − 1, the length in the long run, and now.
      const longest =
        typeof rest === "number" ? like(steps, 2 / rest - 1) : sub(div(like(rest, 2), rest), like(rest, 1));
      const length = sub(longest, div(mul(mul(steps, 2), power), sub(like(power, 1), power)));
      const less = (x: Tensor, n: number) => sub(x, n);
      const variance = div(
        mul(mul(less(length, 4), less(length, 2)), longest),
        mul(mul(less(longest, 4), less(longest, 2)), length),
      );
      const [root, long] = [spreader(sqrt(variance)), ge(length, threshold)];
      const second = spreader(correction(b2, count));
      const step = (m: Tensor, v: Tensor) => select(long, ratio(mul(root(m), m), div(v, second(v)), eps, epsRoot), m);
      return [mapTrees(step, corrected(mu, grads, count, b1, nesterov), "mu", [nu, "nu"]), { count, mu, nu }];
    },
  });
}

/**
 * m̂ / v with v ← max(b₂ v, |g| + ε). State: `{ count, mu, nu }`. As `optax.scale_by_adamax`.
 *
 * Kingma and Ba, "Adam: a method for stochastic optimization", 2015, section 7.1.
 */
export function scaleByAdamax(options: Omit<AdamOptions, "epsRoot" | "nesterov"> = {}): GradientTransformation {
  const { b1 = 0.9, b2 = 0.999, eps = 1e-8 } = options;
  return transformation<Moments>("scale_by_adamax", {
    init: (params) => ({ count: noSteps(), mu: moments(params, options), nu: moments(params, options) }),
    update: (grads, state) => {
      const count = nextStep(state.count);
      const mu = mapTrees((m, g) => average(m, g, b1), state.mu, "mu", [grads, "grads"]);
      const largest = (v: Tensor, g: Tensor) => max(plus(abs(convert(g, v.dtype)), eps), times(v, b2));
      const nu = mapTrees(largest, state.nu, "nu", [grads, "grads"]);
      const step = (m: Tensor, v: Tensor) => div(m, v);
      return [mapTrees(step, corrected(mu, grads, count, b1, false), "mu", [nu, "nu"]), { count, mu, nu }];
    },
  });
}

/**
 * sign(b₁ m + (1 − b₁) g); then m ← b₂ m + (1 − b₂) g. State: `{ mu }`. As `optax.scale_by_lion`.
 *
 * Chen et al., "Symbolic discovery of optimization algorithms", 2023.
 */
export function scaleByLion(options: MomentOptions & { readonly b1?: Scalar; readonly b2?: Scalar } = {}) {
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
  readonly decay?: Scalar;
  readonly eps?: Scalar;
  readonly initialScale?: number;
  /** ε stands under the root (the default, as in Optax) or is added to it. */
  readonly epsInSqrt?: boolean;
  /** Corrects the moments for their start at zero. */
  readonly biasCorrection?: boolean;
}

/** 1 / √v with ε under the root or beside it. */
const inverseRoot = (v: Tensor, eps: Scalar, inside: boolean): Tensor =>
  inside ? rsqrt(plus(v, eps)) : div(like(v, 1), plus(sqrt(v), eps));

interface RmsState {
  readonly nu: unknown;
  readonly mu?: unknown;
  readonly count?: Tensor;
}

function byRms(name: string, options: RmsOptions, centered: boolean): GradientTransformation {
  const { decay = 0.9, eps = 1e-8, initialScale = 0, epsInSqrt = true, biasCorrection = false } = options;
  return transformation<RmsState>(name, {
    init: (params) => ({
      nu: moments(params, options, initialScale),
      ...(centered && { mu: moments(params, options) }),
      ...(biasCorrection && { count: noSteps() }),
    }),
    update: (grads, state) => {
      const nu = mapTrees((v, g) => averageSquare(v, g, decay), state.nu, "nu", [grads, "grads"]);
      const count = state.count && nextStep(state.count);
      const factor = count && spreader(correction(decay, count));
      const fair = (m: Tensor) => (factor === undefined ? m : div(m, factor(m)));
      const counted = count === undefined ? {} : { count };
      if (!centered) {
        const step = (v: Tensor, g: Tensor) => mul(inverseRoot(fair(v), eps, epsInSqrt), convert(g, v.dtype));
        return [mapTrees(step, nu, "nu", [grads, "grads"]), { nu, ...counted }];
      }
      const mu = mapTrees((m, g) => average(m, g, decay), state.mu, "mu", [grads, "grads"]);
      const step = (v: Tensor, m: Tensor, g: Tensor) =>
        mul(inverseRoot(sub(fair(v), square(fair(m))), eps, epsInSqrt), convert(g, v.dtype));
      return [mapTrees(step, nu, "nu", [mu, "mu"], [grads, "grads"]), { nu, mu, ...counted }];
    },
  });
}

/**
 * g / √(v + ε), v the running mean of g². State: `{ nu }`, and `count` with bias correction. As `optax.scale_by_rms`.
 *
 * Tieleman and Hinton, "RMSProp", Coursera lecture 6.5, 2012.
 */
export const scaleByRms = (options: RmsOptions = {}): GradientTransformation => byRms("scale_by_rms", options, false);

/** g / √(v − m² + ε): divided by the running standard deviation. State: as of `scaleByRms`, with `mu`. As `optax.scale_by_stddev`. */
export const scaleByStddev = (options: RmsOptions = {}): GradientTransformation =>
  byRms("scale_by_stddev", options, true);

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
