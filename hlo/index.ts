// StableHLO and optimised HLO as data: build, print, parse, measure.
export * from "./data.ts";
