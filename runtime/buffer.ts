// An owner of one device buffer, and queries on raw handles.
import { JortsError } from "../base/errors.ts";
import type { Api } from "./api.ts";
import type { Client } from "./client.ts";
import type { Device } from "./device.ts";
import { arrayBytes, type ElementType, elementTypeOf } from "./element-type.ts";
import { readInt64s, readText } from "./native.ts";

/** Queries and actions on a PJRT_Buffer by its address; ownership stays where it was. */
export const rawBuffer = {
  type: (api: Api, buffer: number): ElementType => elementTypeOf(api.call("Buffer_ElementType", { buffer }).type),

  dims(api: Api, buffer: number): number[] {
    const { dims, num_dims } = api.call("Buffer_Dimensions", { buffer });
    return readInt64s(dims, num_dims);
  },

  onDeviceBytes: (api: Api, buffer: number): number =>
    api.call("Buffer_OnDeviceSizeInBytes", { buffer }).on_device_size_in_bytes,

  /** Address of the PJRT_Device that holds it; `client.deviceOf` knows it. */
  device: (api: Api, buffer: number): number => api.call("Buffer_Device", { buffer }).device,

  /** Kind of the memory that it lies in. */
  memoryKind(api: Api, buffer: number): string {
    const { memory } = api.call("Buffer_Memory", { buffer });
    const { kind, kind_size } = api.call("Memory_Kind", { memory });
    return readText(kind, kind_size);
  },

  /** Whether it was donated or deleted. */
  isDeleted: (api: Api, buffer: number): boolean => api.call("Buffer_IsDeleted", { buffer }).is_deleted !== 0,

  /** Frees the device memory; the handle must still be destroyed. */
  delete(api: Api, buffer: number): void {
    api.call("Buffer_Delete", { buffer });
  },

  /** An event that fires when the value is there; the caller ends it through `client.events`. */
  readyEvent: (api: Api, buffer: number): number => api.call("Buffer_ReadyEvent", { buffer }).event,

  /** Address of the data on the device; for inspection only. */
  dataAddress: (api: Api, buffer: number): number => api.call("Buffer_UnsafePointer", { buffer }).buffer_pointer,
};

/** Owns one buffer: destroy it, or leave the scope of `using`. */
export class DeviceBuffer implements Disposable {
  readonly client: Client;
  readonly type: ElementType;
  readonly dims: readonly number[];
  /** Bytes of the dense array on the host. */
  readonly byteLength: number;
  #handle: number;

  /** Takes over `handle`, which the client's live count already holds. */
  constructor(client: Client, handle: number) {
    this.client = client;
    this.#handle = handle;
    this.type = rawBuffer.type(client.api, handle);
    this.dims = rawBuffer.dims(client.api, handle);
    this.byteLength = arrayBytes(this.type, this.dims);
  }

  /** Address of the PJRT_Buffer. */
  get handle(): number {
    if (this.#handle === 0)
      throw new JortsError(`Buffer has been destroyed with shape=${this.type}[${this.dims.join(",")}].`);
    return this.#handle;
  }

  get device(): Device {
    return this.client.deviceOf(rawBuffer.device(this.client.api, this.handle));
  }

  /** Whether it was donated or destroyed. */
  get isDeleted(): boolean {
    return this.#handle === 0 || rawBuffer.isDeleted(this.client.api, this.#handle);
  }

  /** Waits, and copies the value row-major into `view` of `byteLength` bytes. */
  toHost(view: ArrayBufferView): void {
    this.client.transfers.toHost(this.handle, view);
  }

  /** As `toHost`, without blocking. */
  toHostAsync(view: ArrayBufferView): Promise<void> {
    return this.client.transfers.toHostAsync(this.handle, view);
  }

  /** Blocks until the value is there. */
  wait(): void {
    this.client.events.wait(rawBuffer.readyEvent(this.client.api, this.handle));
  }

  /** Settles when the value is there. */
  ready(): Promise<void> {
    return this.client.events.settled(rawBuffer.readyEvent(this.client.api, this.handle));
  }

  /** A new buffer with the same value on another device of the client. */
  copyToDevice(device: Device): DeviceBuffer {
    return new DeviceBuffer(this.client, this.client.transfers.copyToDevice(this.handle, device, this.byteLength));
  }

  destroy(): void {
    if (this.#handle === 0) return;
    const handle = this.#handle;
    this.#handle = 0;
    this.client.transfers.destroy(handle, this.byteLength);
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}
