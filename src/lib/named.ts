// A transformed function is called what the function it was made from is called, as in JAX.

/** `transformed`, by the name of `f`. */
export const named = <F extends object>(transformed: F, f: { readonly name: string }): F =>
  Object.defineProperty(transformed, "name", { value: f.name || "f" });
