// jorts: trace, transform and compile functions of tensors.
import "./lib/function-names.ts";
import "./lib/install.ts";
import "./lib/tensor-methods.ts";

export { JortsError } from "../base/errors.ts";
export type { MemoryAnalysis } from "./compile/compiled.ts";
export { config } from "./compile/config.ts";
export { devices } from "./compile/devices.ts";
export { PjrtError, PluginError } from "./compile/door.ts";
export * from "./core/errors.ts";
export { CheckpointError } from "./io/errors.ts";
export {
  effectsBarrier,
  type IoCallbackOptions,
  ioCallback,
  type PureCallbackOptions,
  pureCallback,
  type VmapMethod,
} from "./lib/callback.ts";
export { checkpoint, checkpointName, checkpointPolicies } from "./lib/checkpoint.ts";
export { customJvp, customVjp, stopGradient } from "./lib/custom.ts";
export * as debug from "./lib/debug.ts";
export {
  deserialize,
  Exported,
  type ExportOptions,
  exportJit,
  registerTreeSerialization,
  type TreeSerialization,
} from "./lib/export.ts";
export {
  type GradOptions,
  grad,
  jvp,
  linearize,
  linearTranspose,
  type Residual,
  type Tangents,
  valueAndGrad,
  vjp,
} from "./lib/grad.ts";
export { ellipsis, slice } from "./lib/indexing.ts";
export { hessian, jacfwd, jacrev } from "./lib/jacobian.ts";
export {
  type Compiled,
  evalShape,
  type JitOptions,
  type Jitted,
  jit,
  type Lowered,
  makeJaxpr,
  type Traced,
} from "./lib/jit.ts";
export * as lax from "./lib/lax.ts";
export { liveBuffers, scope } from "./lib/memory.ts";
export {
  type Device,
  type Memory,
  Mesh,
  NamedSharding,
  P,
  PartitionSpec,
  type Sharding,
  type ShardingOptions,
  SingleDeviceSharding,
} from "./lib/mesh.ts";
export * as nn from "./lib/nn.ts";
export * as np from "./lib/np.ts";
export * as optim from "./lib/optim.ts";
export * as random from "./lib/random.ts";
export { type ShardMapOptions, shardMap } from "./lib/shard-map.ts";
export { devicePut, makeMesh, type Shard, withShardingConstraint } from "./lib/sharding.ts";
export { type DType, ShapeDtypeStruct, Tensor } from "./lib/tensor.ts";
export * as tree from "./lib/tree.ts";
export type { Complex, MapTree, TensorLike, TensorSpec, TypedArray } from "./lib/types.ts";
export { vmap } from "./lib/vmap.ts";
