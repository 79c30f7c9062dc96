// The primitives by JAX's names in camelCase: they never promote dtypes and never change rank; loops.
export { stopGradient } from "./custom.ts";
export * from "./lax-dynamic.ts";
export * from "./lax-elementwise.ts";
export * from "./lax-reduce.ts";
export * from "./lax-shape.ts";
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
