// The primitives by JAX's names in camelCase: they never promote dtypes and never change rank.

export * from "./lax-dynamic.ts";
export * from "./lax-elementwise.ts";
export * from "./lax-reduce.ts";
export * from "./lax-shape.ts";
export * from "./loops.ts";
