// The optimised program as data: modules of computations of instructions, as XLA's compiler leaves them.

export interface HloLayout {
  /** Dimensions from the fastest varying to the slowest. */
  readonly minorToMajor: readonly number[];
  readonly tiles: readonly (readonly number[])[];
  /** Bits of one element where they differ from the type's own, else 0. */
  readonly elementBits: number;
  /** 0 is the device's main memory. */
  readonly memorySpace: number;
}

export interface HloShape {
  /** XLA's name of the type: `f32`, `bf16`, `s32`, `pred`, `tuple`, `token`, … */
  readonly element: string;
  readonly dimensions: readonly number[];
  /** Which dimensions are only bounded by their size. */
  readonly dynamic: readonly boolean[];
  readonly layout: HloLayout | undefined;
  /** The parts of a tuple. */
  readonly parts: readonly HloShape[];
}

/** A place that calls a computation: `to_apply`, `calls`, `condition`, `body`, `branch_computations`, … */
export interface HloCall {
  readonly role: string;
  readonly computations: readonly HloComputation[];
}

export interface HloInstruction {
  readonly name: string;
  /** XLA's name: `add`, `fusion`, `all-reduce-start`, … */
  readonly opcode: string;
  readonly shape: HloShape;
  readonly operands: readonly HloInstruction[];
  /** What stands in the parentheses instead of operands: a parameter's number, a constant's value. */
  readonly immediate: string | undefined;
  /** The other attributes by name, as XLA spells their values, in XLA's order. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly calls: readonly HloCall[];
  readonly controlPredecessors: readonly HloInstruction[];
  /** Devices in one group of a collective; for a permutation, the number of its messages; else undefined. */
  readonly groupSize: number | undefined;
  /** Where it comes from: `op_name`, `stack_frame_id`, … as XLA spells them. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly backendConfig: string;
}

export interface HloComputation {
  readonly name: string;
  /** In the order of the schedule. */
  readonly instructions: readonly HloInstruction[];
  readonly parameters: readonly HloInstruction[];
  readonly root: HloInstruction;
  readonly executionThread: string;
}

/** A table of numbered rows printed before the computations (`FileNames`, `StackFrames`, …). */
export interface HloTable {
  readonly title: string;
  readonly rows: readonly string[];
}

export interface HloModule {
  readonly name: string;
  readonly entry: HloComputation;
  /** Callees before callers, the entry last. */
  readonly computations: readonly HloComputation[];
  readonly replicaCount: number;
  readonly numPartitions: number;
  /** The header's attributes, as XLA spells them. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly tables: readonly HloTable[];
}
