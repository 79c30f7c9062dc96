// random: pseudo-random numbers as pure functions of a key, JAX's Threefry to the bit.
export { binomial } from "./random/binomial.ts";
export { bits } from "./random/bits.ts";
export { type ChoiceOptions, categorical, choice, permutation } from "./random/choose.ts";
export {
  cauchy,
  doubleSidedMaxwell,
  laplace,
  logistic,
  lognormal,
  maxwell,
  pareto,
  rayleigh,
  triangular,
  wald,
  weibullMin,
} from "./random/continuous.ts";
export { geometric, type MultinomialOptions, multinomial, poisson } from "./random/counts.ts";
export { ball, beta, chisquare, dirichlet, f, generalizedNormal, t } from "./random/derived.ts";
export { bernoulli, exponential, normal, rademacher, truncatedNormal, uniform } from "./random/distributions.ts";
export { gamma, loggamma } from "./random/gamma.ts";
export { type GumbelMode, gumbel } from "./random/gumbel.ts";
export { clone, foldIn, key, key as PRNGKey, keyData, split, wrapKeyData } from "./random/key.ts";
export { type CovarianceMethod, multivariateNormal, orthogonal } from "./random/matrices.ts";
export { randint } from "./random/randint.ts";
