// The initialisers by the names of jax.nn.initializers.
export * from "./initializers.ts";
export { deltaOrthogonal, orthogonal } from "./orthogonal.ts";
