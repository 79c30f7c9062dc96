// random: pseudo-random numbers as pure functions of a key, JAX's Threefry to the bit.
export { bits } from "./random/bits.ts";
export { type ChoiceOptions, categorical, choice, permutation } from "./random/choose.ts";
export { bernoulli, exponential, gumbel, normal, truncatedNormal, uniform } from "./random/distributions.ts";
export { foldIn, key, split } from "./random/key.ts";
export { randint } from "./random/randint.ts";
