// A device as its plugin describes it.
import { JortsError } from "../base/errors.ts";
import type { Api } from "./api.ts";
import { decodeNamedValues, type NamedValues } from "./named-values.ts";
import { readPointers, readText } from "./native.ts";

/** What is known of a device whether or not it exists here. */
export class DeviceDescription {
  /** Unique among all devices of the client or topology, over processes. */
  readonly id: number;
  readonly processIndex: number;
  /** For example "cpu", "NVIDIA H100 80GB HBM3". */
  readonly kind: string;
  readonly attributes: Readonly<NamedValues>;

  constructor(api: Api, handle: number) {
    const of = { device_description: handle };
    this.id = api.call("DeviceDescription_Id", of).id;
    this.processIndex = api.call("DeviceDescription_ProcessIndex", of).process_index;
    const kind = api.call("DeviceDescription_Kind", of);
    this.kind = readText(kind.device_kind, kind.device_kind_size);
    const list = api.call("DeviceDescription_Attributes", of);
    this.attributes = decodeNamedValues(list.attributes, list.num_attributes);
  }

  toString(): string {
    return `${this.kind}:${this.id}`;
  }
}

/** Bytes in use and the limit, where the platform counts them. Peak and limit are null when not set. */
export interface DeviceMemoryStats {
  readonly bytesInUse: number;
  readonly peakBytesInUse: number | null;
  readonly bytesLimit: number | null;
}

/** A device of a client; lives as long as the client. */
export class Device extends DeviceDescription {
  readonly handle: number;
  readonly isAddressable: boolean;
  /** Ordinal on this machine, -1 for a device of another process. */
  readonly localHardwareId: number;
  /** Memory that buffers go to unless told otherwise, for example "device"; null for a device of another process. */
  readonly defaultMemory: string | null;
  /** Kinds of all memories that the device reads, for example "device", "pinned_host". */
  readonly memories: readonly string[];
  readonly #memoryHandles: ReadonlyMap<string, number>;
  readonly #api: Api;

  constructor(api: Api, handle: number) {
    super(api, api.call("Device_GetDescription", { device: handle }).device_description);
    this.#api = api;
    this.handle = handle;
    const of = { device: handle };
    this.isAddressable = api.call("Device_IsAddressable", of).is_addressable !== 0;
    this.localHardwareId = this.isAddressable ? api.call("Device_LocalHardwareId", of).local_hardware_id : -1;
    const kindOf = (memory: number) => {
      const kind = api.call("Memory_Kind", { memory });
      return readText(kind.kind, kind.kind_size);
    };
    this.defaultMemory = this.isAddressable ? kindOf(api.call("Device_DefaultMemory", of).memory) : null;
    const list = this.isAddressable ? api.call("Device_AddressableMemories", of) : { memories: 0, num_memories: 0 };
    this.#memoryHandles = new Map(readPointers(list.memories, list.num_memories).map((m) => [kindOf(m), m]));
    this.memories = [...this.#memoryHandles.keys()];
  }

  /** Address of the PJRT_Memory of this kind. Throws JortsError for a kind that `memories` does not name. */
  memory(kind: string): number {
    const handle = this.#memoryHandles.get(kind);
    if (handle === undefined)
      throw new JortsError(`got memory "${kind}" for device ${this}, which has ${this.memories.join(", ") || "none"}.`);
    return handle;
  }

  /** Allocator counters. Throws PjrtError UNIMPLEMENTED where the plugin does not count (CPU). */
  memoryStats(): DeviceMemoryStats {
    const stats = this.#api.call("Device_MemoryStats", { device: this.handle }) as Readonly<Record<string, number>>;
    const optional = (name: string) => (stats[`${name}_is_set`] ? stats[name]! : null);
    return {
      bytesInUse: stats.bytes_in_use!,
      peakBytesInUse: optional("peak_bytes_in_use"),
      bytesLimit: optional("bytes_limit"),
    };
  }
}
