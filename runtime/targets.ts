// GPUs to compile for without having them: their properties as XLA's GpuTargetConfigProto in text form.
import type { NamedValues } from "./named-values.ts";
import { loadPlugin } from "./plugin.ts";
import { installCudaTools, installPlugin } from "./plugins/install.ts";
import type { OnProgress } from "./plugins/wheel.ts";
import type { Topology } from "./topology.ts";

/** NVIDIA H100 SXM, 80 GB: compute capability 9.0, 132 SMs, 3.35 TB/s, 50 MiB L2 (NVIDIA's data sheet and CUDA's limits). */
export const h100TargetConfig = `
gpu_device_info {
  threads_per_block_limit: 1024
  threads_per_warp: 32
  shared_memory_per_block: 49152
  shared_memory_per_core: 233472
  threads_per_core_limit: 2048
  core_count: 132
  fpus_per_core: 128
  block_dim_limit_x: 2147483647
  block_dim_limit_y: 65535
  block_dim_limit_z: 65535
  memory_bandwidth: 3352320000000
  l2_cache_size: 52428800
  clock_rate_ghz: 1.98
  device_memory_size: 84978434048
  shared_memory_per_block_optin: 232448
  cuda_compute_capability { major: 9 }
  registers_per_core_limit: 65536
  registers_per_block_limit: 65536
}
platform_name: "CUDA"
dnn_version_info { major: 9 minor: 10 }
device_description_str: "NVIDIA H100 80GB HBM3"
`;

/** Create options of a topology of `gpusPerHost` × `hosts` GPUs in one NVLink or network domain. */
export function gpuTopologyOptions(targetConfig: string, gpusPerHost: number, hosts = 1): NamedValues {
  return { topology: `1x${hosts}x${gpusPerHost}`, target_config: targetConfig };
}

/** What compiling for absent GPUs takes: their topology, and overrides that every `compileOptions` for it must have. */
export interface GpuTarget {
  readonly topology: Topology;
  readonly overrides: { readonly xla_gpu_cuda_data_dir: string };
}

/**
 * Describes GPUs to compile for on a machine that needs neither GPU nor driver. The pinned CUDA plugin and NVIDIA's
 * assembler are fetched into the cache on first use (260 MB). Throws PluginError.
 */
export async function openGpuTarget(
  targetConfig: string,
  gpusPerHost: number,
  hosts = 1,
  onProgress?: OnProgress,
): Promise<GpuTarget> {
  const path = await installPlugin("cuda13", onProgress);
  const overrides = { xla_gpu_cuda_data_dir: await installCudaTools(onProgress) };
  const topology = loadPlugin(path).createTopology("", gpuTopologyOptions(targetConfig, gpusPerHost, hosts));
  return { topology, overrides };
}
