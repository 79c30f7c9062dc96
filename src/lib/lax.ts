// The primitives by JAX's names in camelCase: they never promote dtypes and never change rank; loops.

export * from "./collectives.ts";
export { stopGradient } from "./custom.ts";
export * from "./lax-compose.ts";
export * from "./lax-conv.ts";
export * from "./lax-conv-shapes.ts";
export * from "./lax-dynamic.ts";
export * from "./lax-elementwise.ts";
export * from "./lax-fft.ts";
export * as linalg from "./lax-linalg.ts";
export * from "./lax-platform.ts";
export * from "./lax-ragged.ts";
export * from "./lax-random.ts";
export * from "./lax-reduce.ts";
export * from "./lax-shape.ts";
export * from "./lax-solve.ts";
export * from "./lax-window.ts";
export {
  associativeScan,
  cond,
  foriLoop,
  map,
  type ScanOptions,
  scan,
  switch_ as switch,
  whileLoop,
} from "./loops.ts";
export { withShardingConstraint } from "./sharding.ts";
