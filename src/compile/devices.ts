// The devices of this process: one client for each platform, opened on first use.
import { type Client, type ClientOptions, openClient, type Device as PjrtDevice } from "../../runtime/index.ts";
import { JortsError, ShardingError } from "../core/errors.ts";
import { type Device, type Memory, SingleDeviceSharding } from "../core/mesh.ts";
import { config } from "./config.ts";

/** A device that programs can run on. */
export class LocalDevice implements Device {
  readonly id: number;
  readonly platform: string;
  readonly kind: string;
  readonly client: Client;
  readonly pjrt: PjrtDevice;

  constructor(client: Client, pjrt: PjrtDevice) {
    this.id = pjrt.id;
    this.platform = client.platformName;
    this.kind = pjrt.kind;
    this.client = client;
    this.pjrt = pjrt;
  }

  addressableMemories(): readonly Memory[] {
    return this.pjrt.memories.map((kind) => this.memory(kind));
  }

  defaultMemory(): Memory {
    this.standard ??= this.memory(this.pjrt.defaultMemory!);
    return this.standard;
  }
  private standard: Memory | undefined;

  private memory(kind: string): Memory {
    return Object.freeze({ kind, platform: this.platform, addressableByDevices: () => [this] });
  }

  toString(): string {
    return `${this.platform}:${this.id}`;
  }
}

const opened = new Map<string, readonly LocalDevice[]>();

/** This process's devices of the chosen platform (`JORTS_PLATFORM`, default cpu). @throws PluginError, PjrtError */
export function devices(platform: "cpu" | "cuda" = config.platform): readonly LocalDevice[] {
  let list = opened.get(platform);
  if (list === undefined) {
    const options: ClientOptions =
      platform === "cpu"
        ? { cpuDeviceCount: config.numCpuDevices }
        : {
            ...(config.memoryFraction === undefined ? {} : { memoryFraction: config.memoryFraction }),
            preallocate: config.preallocate,
          };
    const client = openClient(platform, options);
    list = Object.freeze(client.addressableDevices.map((d) => new LocalDevice(client, d)));
    opened.set(platform, list);
    config.freezeDevices();
  }
  return list;
}

export const defaultDevice = (): LocalDevice => devices()[0]!;

const singles = new Map<Device, SingleDeviceSharding>();

/** The one sharding object of a device's default memory, so that comparing is comparing references. */
export function singleDevice(device: Device): SingleDeviceSharding {
  let s = singles.get(device);
  if (s === undefined) {
    s = new SingleDeviceSharding(device);
    singles.set(device, s);
  }
  return s;
}

/** @throws ShardingError for a device that this process did not open, such as one of a topology */
export function localDevice(device: Device): LocalDevice {
  if (device instanceof LocalDevice) return device;
  throw new ShardingError(
    `Device ${device.platform}:${device.id} is not addressable here; programs for it can be lowered and compiled, not run.`,
  );
}

export function clientOf(list: readonly Device[]): Client {
  const first = list[0];
  if (first === undefined) throw new JortsError("internal: a sharding without devices");
  return localDevice(first).client;
}
