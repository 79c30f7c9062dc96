// From a platform's name to an open client.
import type { Client, ClientOptions } from "./client.ts";
import { loadPlugin, type Plugin } from "./plugin.ts";
import { preloadCudaLibraries } from "./plugins/cuda-libraries.ts";
import { findPlugin, type Platform, platformFromEnvironment } from "./plugins/discover.ts";

/** Finds and loads the platform's plugin (default `JORTS_PLATFORM`, else "cpu"). Throws PluginError. */
export function openPlugin(platform: Platform = platformFromEnvironment()): Plugin {
  const { path } = findPlugin(platform);
  if (platform === "cuda") preloadCudaLibraries();
  return loadPlugin(path);
}

/**
 * Opens the platform's devices with jorts' defaults: one CPU device, no preallocation on GPUs.
 * Throws PluginError, or PjrtError when the devices cannot be opened.
 */
export function openClient(platform: Platform = platformFromEnvironment(), options: ClientOptions = {}): Client {
  const defaults: ClientOptions = platform === "cpu" ? { cpuDeviceCount: 1 } : { preallocate: false };
  return openPlugin(platform).createClient({ ...defaults, ...options });
}
