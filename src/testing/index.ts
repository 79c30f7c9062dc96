// jorts/testing: checks of derivatives and transformations, and arbitraries for property tests with fast-check.
import "../lib/install.ts";
import "../lib/tensor-methods.ts";

export { checkJit, checkVmap, type VmapCheck } from "./agree.ts";
export { type Contraction, type ShapeOptions, type TensorOptions, tensorArbitraries } from "./arbitraries.ts";
export { CheckError, difference, type Tolerance } from "./close.ts";
export { checkGrads, type GradOptions } from "./grads.ts";
export { HostRandom, type HostTensor, type Scalar, toDevice, toHost } from "./host.ts";
