// nn: activations, softmax, attention, dropout and initialisers, named as in jax.nn.
export {
  celu,
  elu,
  gelu,
  glu,
  hardSigmoid,
  hardSilu,
  hardSwish,
  hardTanh,
  identity,
  leakyRelu,
  log1mexp,
  logSigmoid,
  mish,
  relu,
  relu6,
  selu,
  sigmoid,
  silu,
  softplus,
  softSign,
  sparsePlus,
  sparseSigmoid,
  squareplus,
  swish,
  tanh,
} from "./nn/activations.ts";
export * as initializers from "./nn/all-initializers.ts";
export { type AttentionOptions, dotProductAttention } from "./nn/attention.ts";
export { dropout } from "./nn/dropout.ts";
export type { Distribution, FanMode, FanOptions, Initializer } from "./nn/initializers.ts";
export { oneHot, type StandardizeOptions, standardize } from "./nn/normalize.ts";
export {
  type LogsumexpOptions,
  logmeanexp,
  logSoftmax,
  logsumexp,
  type SoftmaxOptions,
  softmax,
} from "./nn/softmax.ts";
