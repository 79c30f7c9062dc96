// jorts/testing: checks of derivatives and transformations, and arbitraries for property tests with fast-check.
import "../lib/install.ts";
import "../lib/tensor-methods.ts";

export { checkJit, checkSharded, checkVmap, type ShardedCheck, type VmapCheck } from "./agree.ts";
export { type Contraction, type ShapeOptions, type TensorOptions, tensorArbitraries } from "./arbitraries.ts";
export { CheckError, difference, type Tolerance } from "./close.ts";
export { type Compilations, countCompilations } from "./compilations.ts";
export { type ForAllOptions, forAll } from "./for-all.ts";
export { checkGrads, type GradOptions } from "./grads.ts";
export { HostRandom, type HostTensor, type Scalar, toDevice, toHost } from "./host.ts";
export { type ProgramOptions, programs, stepNames } from "./programs/arbitrary.ts";
export { printBlock } from "./programs/print.ts";
export { Program } from "./programs/program.ts";
export { runBlock } from "./programs/run.ts";
export { type Argument, type Block, type Instruction, ruleCalls, type Shape, type Value } from "./programs/types.ts";
export { type MeshOptions, meshes, partitionSpecs } from "./sharding.ts";
