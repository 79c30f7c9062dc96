// nn: activations, softmax, attention, dropout and initialisers, named as in jax.nn.
export { elu, gelu, leakyRelu, logSigmoid, relu, relu6, sigmoid, silu, softplus, swish } from "./nn/activations.ts";
export { type AttentionOptions, dotProductAttention } from "./nn/attention.ts";
export { dropout } from "./nn/dropout.ts";
export type { Distribution, FanMode, FanOptions, Initializer } from "./nn/initializers.ts";
export * as initializers from "./nn/initializers.ts";
export { oneHot, type StandardizeOptions, standardize } from "./nn/normalize.ts";
export { type LogsumexpOptions, logSoftmax, logsumexp, type SoftmaxOptions, softmax } from "./nn/softmax.ts";
