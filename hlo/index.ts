// StableHLO and optimised HLO as data: build, print, measure.
export * from "./attributes.ts";
export { HloPrintError, HloProtoError } from "./errors.ts";
export * from "./module.ts";
export { type PrintOptions, print } from "./print.ts";
export * from "./types.ts";
