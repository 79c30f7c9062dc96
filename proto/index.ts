// Wire messages of XLA: compile options, HLO modules, shapes, literals, shardings.
export { xla } from "./generated/xla.js";
export { decodeVarints } from "./varint.ts";
