// What a group of measurements is written with.
export { type Alternation, alternate, type Sample, type Series, series } from "./alternate.ts";
export { BenchError } from "./errors.ts";
export type { Group, GroupContext } from "./group.ts";
export { describeMachine, type Machine, machine } from "./machine.ts";
export { Peer, type PeerOptions, peakRssMb } from "./peer.ts";
export { type Facts, liveBytes, type Memory } from "./protocol.ts";
export {
  type ReferenceOptions,
  type SharedInputs,
  SMOLLM2,
  sharedInputs,
  startProgram,
  startReference,
  TINY,
  type Workload,
} from "./reference.ts";
export { type Environment, ensureVenv, type VenvOptions } from "./venv.ts";
export { formatTable, judge, judgeAll, type Measurement, type Row } from "./verdict.ts";
