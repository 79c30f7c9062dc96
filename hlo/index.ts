// StableHLO and optimised HLO as data: build, print, parse, measure.
export * from "./data.ts";
export { type ParseOptions, parse } from "./parse/parse.ts";
