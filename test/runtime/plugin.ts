// The CPU plugin for tests: installed once into the cache, loaded once per process.
import { type Client, type ClientOptions, installPlugin, loadPlugin, type Plugin } from "../../runtime/index.ts";

/** Path of the cached CPU plugin; downloads it on a machine's first run. */
export const cpuPluginPath: string = await installPlugin("cpu");

export const cpuPlugin: Plugin = loadPlugin(cpuPluginPath);

/** A client with `cpuDeviceCount` virtual devices (1 unless given). */
export function cpuClient(options: ClientOptions = {}): Client {
  return cpuPlugin.createClient({ cpuDeviceCount: 1, ...options });
}
