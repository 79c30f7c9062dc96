// All of this room but the parser, whose library takes a third of a second to load.
export { type Analysis, analyze, type OpCost } from "./analyze.ts";
export * from "./attributes.ts";
export { HloModuleError, HloPrintError, HloProtoError, HloSyntaxError } from "./errors.ts";
export { fromProto } from "./from-proto.ts";
export { hloCollectives, hloOpCounts } from "./hlo-measures.ts";
export { positionOf } from "./locations.ts";
export { type Collectives, type CollectiveUse, collectives, opCounts } from "./measures.ts";
export * from "./module.ts";
export type * from "./optimized.ts";
export { type PrintOptions, print } from "./print.ts";
export { printHlo } from "./print-hlo.ts";
export * from "./types.ts";
