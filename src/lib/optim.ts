// optim: gradient transformations, optimizers and schedules in the manner of Optax.
export {
  addDecayedWeights,
  clip,
  clipByGlobalNorm,
  globalNorm,
  type Mask,
  masked,
  multiSteps,
} from "./optim/limits.ts";
export { adagrad, adam, adamw, type DecayOptions, lion, rmsprop, type SgdOptions, sgd } from "./optim/optimizers.ts";
export {
  type AdamOptions,
  type LearningRate,
  type MomentOptions,
  type RmsOptions,
  type RssOptions,
  scale,
  scaleByAdam,
  scaleByLearningRate,
  scaleByLion,
  scaleByRms,
  scaleByRss,
  scaleBySchedule,
  type TraceOptions,
  trace,
} from "./optim/scaling.ts";
export {
  constantSchedule,
  cosineDecaySchedule,
  type ExponentialOptions,
  exponentialDecay,
  joinSchedules,
  linearSchedule,
  piecewiseConstantSchedule,
  polynomialSchedule,
  type Schedule,
  warmupConstantSchedule,
  warmupCosineDecaySchedule,
} from "./optim/schedules.ts";
export {
  applyUpdates,
  chain,
  type GradientTransformation,
  type GradientTransformation as Transformation,
  identity,
  type OptState,
  stepCount,
} from "./optim/transformation.ts";
