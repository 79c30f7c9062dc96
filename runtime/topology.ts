// Devices that need not exist: what they are, and compiling for them.
import { DeviceDescription } from "./device.ts";
import { Executable } from "./executable.ts";
import { encodeNamedValues, type NamedValues, textBlock } from "./named-values.ts";
import { keepAlive, readPointers, readText } from "./native.ts";
import type { Plugin } from "./plugin.ts";
import { compileFields, type ProgramFormat } from "./program.ts";

/** A set of devices described to the compiler. Owned: destroy it, or leave the scope of `using`. */
export class Topology implements Disposable {
  readonly plugin: Plugin;
  readonly platformName: string;
  readonly devices: readonly DeviceDescription[];
  #handle: number;

  /** Use `plugin.createTopology`. */
  constructor(plugin: Plugin, name: string, options: NamedValues) {
    const { api } = plugin;
    const label = textBlock(name);
    const created = encodeNamedValues(options);
    const { topology } = api.call("TopologyDescription_Create", {
      topology_name: label.block.address,
      topology_name_size: label.size,
      create_options: created.address,
      num_options: created.count,
    });
    keepAlive({ label, created });
    this.plugin = plugin;
    this.#handle = topology;
    const platform = api.call("TopologyDescription_PlatformName", { topology });
    this.platformName = readText(platform.platform_name, platform.platform_name_size);
    const list = api.call("TopologyDescription_GetDeviceDescriptions", { topology });
    this.devices = readPointers(list.descriptions, list.num_descriptions).map(
      (handle) => new DeviceDescription(api, handle),
    );
  }

  /** Compiles for these devices. The result can be inspected and serialized, not run. Throws PjrtError. */
  compile(program: string | Uint8Array, options: Uint8Array, format: ProgramFormat = "mlir"): Executable {
    const { fields, keep } = compileFields(program, options, format);
    const { executable } = this.plugin.api.call("Compile", { topology: this.#handle, ...fields });
    keepAlive(keep);
    return new Executable(this.plugin.api, executable);
  }

  destroy(): void {
    if (this.#handle === 0) return;
    const topology = this.#handle;
    this.#handle = 0;
    this.plugin.api.call("TopologyDescription_Destroy", { topology });
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}
