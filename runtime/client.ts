// A client: the devices of one plugin, opened. Everything that computes goes through it.
import { JortsError } from "../base/errors.ts";
import type { Api } from "./api.ts";
import { Block } from "./block.ts";
import { DeviceBuffer } from "./buffer.ts";
import { Device } from "./device.ts";
import type { ElementType } from "./element-type.ts";
import { Events } from "./event.ts";
import { LoadedExecutable } from "./executable.ts";
import { LiveCounter } from "./live.ts";
import { encodeNamedValues, type NamedValues } from "./named-values.ts";
import { addressOf, keepAlive, readPointers, readText } from "./native.ts";
import type { Plugin } from "./plugin.ts";
import { compileFields, type ProgramFormat } from "./program.ts";
import { type HostSemantics, Transfers } from "./transfer.ts";

export interface ClientOptions {
  /** Virtual devices of the CPU platform; default 1. Other platforms refuse it. */
  readonly cpuDeviceCount?: number;
  /** GPU: share of each device's memory that the allocator may take, 0 to 1. */
  readonly memoryFraction?: number;
  /** GPU: take that share at once; default false. */
  readonly preallocate?: boolean;
  /** GPU: "default", "platform", "bfc" or "cuda_async". */
  readonly allocator?: string;
  /** Further create options under the plugin's own names. */
  readonly pluginOptions?: NamedValues;
}

/** Owns its executables; buffers are owned by whoever asked for them. */
export class Client implements Disposable {
  readonly plugin: Plugin;
  readonly api: Api;
  /** "cpu", "cuda", … */
  readonly platformName: string;
  readonly platformVersion: string;
  readonly processIndex: number;
  /** All devices, over processes, in the plugin's order. */
  readonly devices: readonly Device[];
  readonly addressableDevices: readonly Device[];
  readonly events: Events;
  readonly transfers: Transfers;
  /** Buffers made through this client and not destroyed. */
  readonly live = new LiveCounter();
  readonly #byHandle: ReadonlyMap<number, Device>;
  readonly #executables = new Set<LoadedExecutable>();
  #handle: number;

  /** Use `plugin.createClient`. */
  constructor(plugin: Plugin, options: ClientOptions) {
    const api = plugin.api;
    const created = encodeNamedValues(createOptions(options));
    const { client } = api.call("Client_Create", { create_options: created.address, num_options: created.count });
    keepAlive(created);
    this.plugin = plugin;
    this.api = api;
    this.#handle = client;
    const name = api.call("Client_PlatformName", { client });
    this.platformName = readText(name.platform_name, name.platform_name_size);
    const version = api.call("Client_PlatformVersion", { client });
    this.platformVersion = readText(version.platform_version, version.platform_version_size);
    this.processIndex = api.call("Client_ProcessIndex", { client }).process_index;
    const all = api.call("Client_Devices", { client });
    this.#byHandle = new Map(
      readPointers(all.devices, all.num_devices).map((handle) => [handle, new Device(api, handle)]),
    );
    this.devices = [...this.#byHandle.values()];
    const mine = api.call("Client_AddressableDevices", { client });
    this.addressableDevices = readPointers(mine.devices, mine.num_devices).map((handle) => this.deviceOf(handle));
    this.events = new Events(api);
    this.transfers = new Transfers(api, client, this.events, this.live, this.platformName === "cpu");
  }

  /** Address of the PJRT_Client. */
  get handle(): number {
    if (this.#handle === 0) throw new JortsError("This client has been destroyed; create another one.");
    return this.#handle;
  }

  /** The device whose PJRT_Device is at this address. */
  deviceOf(handle: number): Device {
    const device = this.#byHandle.get(handle);
    if (device === undefined) throw new Error("internal: the plugin named a device that the client does not list");
    return device;
  }

  /**
   * Compiles StableHLO (text or bytecode) with options from `compileOptions`. Throws PjrtError; for bad text its message
   * starts with the place (`file:line:column: error: …`, from the program's own locations where it has them).
   */
  compile(program: string | Uint8Array, options: Uint8Array, format: ProgramFormat = "mlir"): LoadedExecutable {
    const { fields, keep } = compileFields(program, options, format);
    const { executable } = this.api.call("Client_Compile", { client: this.handle, ...fields });
    keepAlive(keep);
    return this.#own(executable);
  }

  /** Loads bytes of `executable.serialize()`. `options` replace those it was compiled with. */
  deserialize(bytes: Uint8Array, options?: Uint8Array): LoadedExecutable {
    const { loaded_executable } = this.api.call("Executable_DeserializeAndLoad", {
      client: this.handle,
      serialized_executable: addressOf(bytes),
      serialized_executable_size: bytes.byteLength,
      overridden_serialized_compile_options: options === undefined ? 0 : addressOf(options),
      overridden_serialized_compile_options_size: options?.byteLength ?? 0,
    });
    keepAlive(bytes);
    if (options !== undefined) keepAlive(options);
    return this.#own(loaded_executable);
  }

  /** The plugin's own choice of device ids, [replica][partition]. */
  defaultDeviceAssignment(numReplicas: number, numPartitions: number): number[][] {
    const ids = new Block(4 * numReplicas * numPartitions);
    this.api.call("Client_DefaultDeviceAssignment", {
      client: this.handle,
      num_replicas: numReplicas,
      num_partitions: numPartitions,
      default_assignment_size: numReplicas * numPartitions,
      default_assignment: ids.address,
    });
    const flat = new Int32Array(ids.u8.buffer, 0, numReplicas * numPartitions);
    return Array.from({ length: numReplicas }, (_, r) => [
      ...flat.subarray(r * numPartitions, (r + 1) * numPartitions),
    ]);
  }

  /** An owned buffer of a dense row-major array; see `transfers.fromHost`. */
  bufferFromHost(
    view: ArrayBufferView,
    type: ElementType,
    dims: readonly number[],
    device: Device = this.addressableDevices[0]!,
    semantics: HostSemantics = "copy",
  ): DeviceBuffer {
    return new DeviceBuffer(this, this.transfers.fromHost(view, type, dims, device, semantics));
  }

  /** Destroys the executables and the client. Throws JortsError while buffers are alive: they would dangle. */
  destroy(): void {
    if (this.#handle === 0) return;
    if (this.live.count > 0)
      throw new JortsError(
        `The client still has ${this.live.count} live buffers (${this.live.bytes} bytes); destroy them before it.`,
      );
    for (const executable of this.#executables) executable.destroy();
    this.#executables.clear();
    this.transfers.releaseShared();
    this.live.close();
    const client = this.#handle;
    this.#handle = 0;
    this.api.call("Client_Destroy", { client });
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  /** Called by an executable that destroys itself. */
  forget(executable: LoadedExecutable): void {
    this.#executables.delete(executable);
  }

  #own(loaded: number): LoadedExecutable {
    const executable = new LoadedExecutable(this, loaded);
    this.#executables.add(executable);
    return executable;
  }
}

function createOptions(options: ClientOptions): NamedValues {
  return {
    ...(options.cpuDeviceCount === undefined ? {} : { cpu_device_count: options.cpuDeviceCount }),
    ...(options.memoryFraction === undefined ? {} : { memory_fraction: options.memoryFraction }),
    ...(options.preallocate === undefined ? {} : { preallocate: options.preallocate }),
    ...(options.allocator === undefined ? {} : { allocator: options.allocator }),
    ...options.pluginOptions,
  };
}
