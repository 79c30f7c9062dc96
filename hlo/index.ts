// StableHLO and optimised HLO as data: build, print, measure.
export { type Analysis, analyze, type OpCost } from "./analyze.ts";
export * from "./attributes.ts";
export { HloModuleError, HloPrintError, HloProtoError } from "./errors.ts";
export { type Collectives, type CollectiveUse, collectives, opCounts } from "./measures.ts";
export * from "./module.ts";
export { type PrintOptions, print } from "./print.ts";
export * from "./types.ts";
