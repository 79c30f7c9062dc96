// Optimizers by name: chains of transformations, with Optax's defaults.
import { addDecayedWeights, type Mask } from "./limits.ts";
import {
  type AdamOptions,
  type LearningRate,
  type MomentOptions,
  type RmsOptions,
  type RssOptions,
  scaleByAdam,
  scaleByLearningRate,
  scaleByLion,
  scaleByRms,
  scaleByRss,
  trace,
} from "./scaling.ts";
import { chain, type GradientTransformation } from "./transformation.ts";

export interface SgdOptions extends MomentOptions {
  readonly momentum?: number;
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

export interface DecayOptions {
  /** Times the learning rate, the share of each weight that is taken away at each step. */
  readonly weightDecay?: number;
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

/** As `optax.lion`, weight decay 1e-3 unless given. Chen et al., "Symbolic discovery of optimization algorithms", 2023. */
export function lion(
  learningRate: LearningRate,
  options: MomentOptions & DecayOptions & { readonly b1?: number; readonly b2?: number } = {},
): GradientTransformation {
  const { weightDecay = 1e-3, mask, ...rest } = options;
  return chain(scaleByLion(rest), addDecayedWeights(weightDecay, mask), scaleByLearningRate(learningRate));
}

/** As `optax.rmsprop` without centering; momentum acts after the learning rate. */
export function rmsprop(
  learningRate: LearningRate,
  options: RmsOptions & { readonly momentum?: number; readonly nesterov?: boolean } = {},
): GradientTransformation {
  const { momentum, nesterov = false, ...rest } = options;
  const step = chain(scaleByRms(rest), scaleByLearningRate(learningRate));
  const dtype = rest.momentDtype === undefined ? {} : { momentDtype: rest.momentDtype };
  return momentum === undefined ? step : chain(step, trace(momentum, { nesterov, ...dtype }));
}

/** As `optax.adagrad`. Duchi, Hazan and Singer, "Adaptive subgradient methods", 2011. */
export const adagrad = (learningRate: LearningRate, options: RssOptions = {}): GradientTransformation =>
  chain(scaleByRss(options), scaleByLearningRate(learningRate));
