// Installing pinned plugins and the tools that compile for absent GPUs into the cache.
import { join } from "node:path";
import { cacheDirectory } from "./cache.ts";
import { type PinnedMember, type PluginName, pinnedCudaTools, pinnedPlugins } from "./pinned.ts";
import { fetchWheelFile, type OnProgress } from "./wheel.ts";

/** Where the cache keeps a wheel's member: one folder per package and version, the member's own path below it. */
export function cachedPath(pinned: PinnedMember, cache = cacheDirectory()): string {
  return join(cache, `${pinned.package}-${pinned.version}`, pinned.member);
}

/** Fetches a pinned file into the cache unless it is there; resolves to its path. Throws PluginError. */
export async function fetchPinned(pinned: PinnedMember, onProgress?: OnProgress): Promise<string> {
  const destination = cachedPath(pinned);
  await fetchWheelFile({ ...pinned, destination }, onProgress);
  return destination;
}

/** Installs a pinned plugin into the cache unless it is there; resolves to the path of its .so. Throws PluginError. */
export function installPlugin(name: PluginName, onProgress?: OnProgress): Promise<string> {
  return fetchPinned(pinnedPlugins[name], onProgress);
}

/**
 * Installs `ptxas` and `libdevice` into one folder of the cache unless they are there; resolves to that folder, which
 * goes into XLA's option `xla_gpu_cuda_data_dir`. Throws PluginError.
 */
export async function installCudaTools(onProgress?: OnProgress): Promise<string> {
  const { ptxas, libdevice } = pinnedCudaTools;
  const root = join(cacheDirectory(), `cuda-tools-${ptxas.version}`);
  for (const tool of [ptxas, libdevice])
    await fetchWheelFile({ ...tool, destination: join(root, tool.member) }, onProgress);
  return join(root, "nvidia/cu13");
}
