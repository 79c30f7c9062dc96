// Optimizers by name: chains of transformations, with Optax's defaults.
import type { DType } from "../../core/dtype.ts";
import {
  clipByBlockRms,
  type FactoredOptions,
  scaleByFactoredRms,
  scaleByParamBlockRms,
  scaleByTrustRatio,
} from "./blocks.ts";
import { addDecayedWeights, type Mask } from "./limits.ts";
import {
  type AdamOptions,
  type RadamOptions,
  type RmsOptions,
  type RssOptions,
  scaleByAdam,
  scaleByAdamax,
  scaleByBelief,
  scaleByLion,
  scaleByRadam,
  scaleByRms,
  scaleByRss,
  scaleByStddev,
} from "./moments.ts";
import type { Scalar } from "./scalars.ts";
import { ema, type LearningRate, type MomentOptions, scale, scaleByLearningRate, trace } from "./scaling.ts";
import { chain, type GradientTransformation } from "./transformation.ts";

export interface SgdOptions extends MomentOptions {
  readonly momentum?: Scalar;
  readonly nesterov?: boolean;
}

/** −rate · g, or with momentum −rate · (g + momentum · t). As `optax.sgd`. */
export function sgd(learningRate: LearningRate, options: SgdOptions = {}): GradientTransformation {
  const { momentum, ...rest } = options;
  const step = scaleByLearningRate(learningRate);
  return momentum === undefined ? step : chain(trace(momentum, rest), step);
}

/** As `optax.adam`. Kingma and Ba, "Adam: a method for stochastic optimization", 2015. */
export const adam = (learningRate: LearningRate, options: AdamOptions = {}): GradientTransformation =>
  chain(scaleByAdam(options), scaleByLearningRate(learningRate));

/** Adam with Nesterov's momentum. As `optax.nadam`. Dozat, "Incorporating Nesterov momentum into Adam", 2016. */
export const nadam = (
  learningRate: LearningRate,
  options: Omit<AdamOptions, "nesterov"> = {},
): GradientTransformation => adam(learningRate, { ...options, nesterov: true });

export interface DecayOptions {
  /** Times the learning rate, the share of each weight that is taken away at each step: a number, a tensor, a schedule. */
  readonly weightDecay?: LearningRate;
  /** Leaves whose weights decay; all by default. */
  readonly mask?: Mask;
}

/**
 * Adam with decoupled weight decay (1e-4 unless given). As `optax.adamw`.
 *
 * Loshchilov and Hutter, "Decoupled weight decay regularization", 2019.
 */
export function adamw(learningRate: LearningRate, options: AdamOptions & DecayOptions = {}): GradientTransformation {
  const { weightDecay = 1e-4, mask, ...rest } = options;
  return chain(scaleByAdam(rest), addDecayedWeights(weightDecay, mask), scaleByLearningRate(learningRate));
}

/** AdamW with Nesterov's momentum. As `optax.nadamw`. */
export const nadamw = (
  learningRate: LearningRate,
  options: Omit<AdamOptions, "nesterov"> & DecayOptions = {},
): GradientTransformation => adamw(learningRate, { ...options, nesterov: true });

/** As `optax.adamax`. Kingma and Ba, "Adam: a method for stochastic optimization", 2015, section 7.1. */
export const adamax = (
  learningRate: LearningRate,
  options: Omit<AdamOptions, "epsRoot" | "nesterov"> = {},
): GradientTransformation => chain(scaleByAdamax(options), scaleByLearningRate(learningRate));

/** As `optax.radam`. Liu et al., "On the variance of the adaptive learning rate and beyond", 2020. */
export const radam = (learningRate: LearningRate, options: RadamOptions = {}): GradientTransformation =>
  chain(scaleByRadam(options), scaleByLearningRate(learningRate));

/** As `optax.adabelief`. Zhuang et al., "AdaBelief optimizer", 2020. */
export const adabelief = (learningRate: LearningRate, options: AdamOptions = {}): GradientTransformation =>
  chain(scaleByBelief(options), scaleByLearningRate(learningRate));

/**
 * Adam with weight decay whose steps are scaled to the norm of each parameter. As `optax.lamb`.
 *
 * You et al., "Large batch optimization for deep learning: training BERT in 76 minutes", 2020.
 */
export function lamb(
  learningRate: LearningRate,
  options: Omit<AdamOptions, "nesterov"> & DecayOptions = {},
): GradientTransformation {
  const { weightDecay = 0, mask, ...rest } = options;
  return chain(
    scaleByAdam({ eps: 1e-6, ...rest }),
    addDecayedWeights(weightDecay, mask),
    scaleByTrustRatio(),
    scaleByLearningRate(learningRate),
  );
}

export interface AdafactorOptions extends Omit<FactoredOptions, "stepOffset" | "epsilon"> {
  readonly decayOffset?: number;
  /** Steps are relative to the root mean square of each parameter; true by default. */
  readonly multiplyByParameterScale?: boolean;
  /** Largest root mean square of a step before the learning rate, 1 by default; null for none. */
  readonly clippingThreshold?: number | null;
  readonly momentum?: Scalar;
  /** Dtype of the momentum, float32 by default. */
  readonly momentDtype?: DType;
  readonly weightDecayRate?: LearningRate;
  readonly weightDecayMask?: Mask;
  /** Added to the squares. */
  readonly eps?: number;
}

/**
 * Steps scaled by factored second moments, which take memory for the rows and columns of large matrices only. Without a
 * learning rate steps are scaled to the parameters alone. As `optax.adafactor`.
 *
 * Shazeer and Stern, "Adafactor: adaptive learning rates with sublinear memory cost", 2018.
 */
export function adafactor(learningRate?: LearningRate | null, options: AdafactorOptions = {}): GradientTransformation {
  const { decayOffset = 0, eps = 1e-30, clippingThreshold = 1, momentDtype = "float32", momentum } = options;
  const { factored = true, decayRate = 0.8, minDimSizeToFactor = 128 } = options;
  const parts = [
    scaleByFactoredRms({ factored, decayRate, minDimSizeToFactor, stepOffset: decayOffset, epsilon: eps }),
  ];
  if (clippingThreshold !== null) parts.push(clipByBlockRms(clippingThreshold));
  if (learningRate !== undefined && learningRate !== null)
    parts.push(scaleByLearningRate(learningRate, { flipSign: false }));
  if (options.multiplyByParameterScale ?? true) parts.push(scaleByParamBlockRms());
  if (momentum !== undefined) parts.push(ema(momentum, { debias: false, momentDtype }));
  if (options.weightDecayRate !== undefined)
    parts.push(addDecayedWeights(options.weightDecayRate, options.weightDecayMask));
  return chain(...parts, scale(-1));
}

/** As `optax.lion`, weight decay 1e-3 unless given. Chen et al., "Symbolic discovery of optimization algorithms", 2023. */
export function lion(
  learningRate: LearningRate,
  options: MomentOptions & DecayOptions & { readonly b1?: Scalar; readonly b2?: Scalar } = {},
): GradientTransformation {
  const { weightDecay = 1e-3, mask, ...rest } = options;
  return chain(scaleByLion(rest), addDecayedWeights(weightDecay, mask), scaleByLearningRate(learningRate));
}

export interface RmspropOptions extends RmsOptions {
  /** Divides by the standard deviation instead. */
  readonly centered?: boolean;
  readonly momentum?: Scalar;
  readonly nesterov?: boolean;
}

/** As `optax.rmsprop`; momentum acts after the learning rate. Tieleman and Hinton, Coursera lecture 6.5, 2012. */
export function rmsprop(learningRate: LearningRate, options: RmspropOptions = {}): GradientTransformation {
  const { momentum, nesterov = false, centered = false, ...rest } = options;
  const step = chain((centered ? scaleByStddev : scaleByRms)(rest), scaleByLearningRate(learningRate));
  const dtype = rest.momentDtype === undefined ? {} : { momentDtype: rest.momentDtype };
  return momentum === undefined ? step : chain(step, trace(momentum, { nesterov, ...dtype }));
}

/** As `optax.adagrad`. Duchi, Hazan and Singer, "Adaptive subgradient methods", 2011. */
export const adagrad = (learningRate: LearningRate, options: RssOptions = {}): GradientTransformation =>
  chain(scaleByRss(options), scaleByLearningRate(learningRate));
