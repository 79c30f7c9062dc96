// Moving arrays between the host and devices, by raw handles.
import { type Api, Call } from "./api.ts";
import { Block } from "./block.ts";
import type { Device } from "./device.ts";
import { arrayBytes, type ElementType, elementTypeNumber } from "./element-type.ts";
import type { Events } from "./event.ts";
import type { LiveCounter } from "./live.ts";
import { addressOf, copyBytes, keepAlive, readInt64s } from "./native.ts";
import { argumentLayouts, structLayouts } from "./structs.ts";

/**
 * What becomes of the host memory that a buffer is made from.
 * - "copy": it is read before the call returns, and may change afterwards.
 * - "share": the buffer may use it in place for its whole life (the CPU does when it is aligned, see `alignedBytes`), so it must never
 *   change; it is kept reachable until the runtime is done with it.
 */
export type HostSemantics = "copy" | "share";

const semanticsNumber = { copy: 0, share: 2 } as const;

/** XLA's CPU devices use shared host memory in place when it is aligned to this many bytes. */
const sharedAlignment = 64;

/** Zeroed host memory that "share" can use in place. */
export function alignedBytes(length: number): Uint8Array<ArrayBuffer> {
  const buffer = new ArrayBuffer(length + sharedAlignment);
  const address = addressOf(new Uint8Array(buffer));
  return new Uint8Array(buffer, (sharedAlignment - (address % sharedAlignment)) % sharedAlignment, length);
}

/** Up to this size a copy on this thread is cheaper than waking one of XLA's. */
const maxPlainCopy = 2 ** 16;

/** PJRT accepts any rank; the dims of one call live in a block of this many. */
const maxRank = 64;

const from = argumentLayouts.Client_BufferFromHostBuffer.offsets;

/** Host memory that a device still reads: held until `done` fires. */
interface Pin {
  readonly view: ArrayBufferView;
  readonly done: number;
}

export class Transfers {
  readonly #api: Api;
  readonly #events: Events;
  readonly #live: LiveCounter;
  readonly #dims = new Block(maxRank * 8);
  readonly #fromHost: Call<"Client_BufferFromHostBuffer">;
  readonly #toHost: Call<"Buffer_ToHostBuffer">;
  readonly #dimensions: Call<"Buffer_Dimensions">;
  readonly #onDeviceBytes: Call<"Buffer_OnDeviceSizeInBytes">;
  readonly #ready: Call<"Buffer_ReadyEvent">;
  readonly #pointer: Call<"Buffer_UnsafePointer">;
  readonly #destroy: Call<"Buffer_Destroy">;
  readonly #onHost: boolean;
  readonly #destroyOffset: number;
  readonly #rowMajor: (Block | undefined)[] = [];
  readonly #reading = new Set<ArrayBufferView>();
  /** Live handles that were made with "share"; their memory may be used longer than the handle lives. */
  readonly #sharing = new Set<number>();
  #pins: Pin[] = [];

  /** `onHost`: the devices of the client compute in the host's own memory. */
  constructor(api: Api, client: number, events: Events, live: LiveCounter, onHost: boolean) {
    this.#api = api;
    this.#events = events;
    this.#live = live;
    this.#fromHost = new Call(api, "Client_BufferFromHostBuffer");
    this.#fromHost.set("client", client);
    this.#fromHost.set("dims", this.#dims.address);
    this.#toHost = new Call(api, "Buffer_ToHostBuffer");
    this.#dimensions = new Call(api, "Buffer_Dimensions");
    this.#onDeviceBytes = new Call(api, "Buffer_OnDeviceSizeInBytes");
    this.#ready = new Call(api, "Buffer_ReadyEvent");
    this.#pointer = new Call(api, "Buffer_UnsafePointer");
    this.#onHost = onHost;
    this.#destroy = new Call(api, "Buffer_Destroy");
    this.#destroyOffset = this.#destroy.offset("buffer");
  }

  /**
   * Makes a buffer of a dense row-major array, in the device's default memory unless `memoryKind` names another. Returns
   * its handle, which the caller destroys. Throws RangeError when the view's length is not the array's.
   */
  fromHost(
    view: ArrayBufferView,
    type: ElementType,
    dims: readonly number[],
    device: Device,
    semantics: HostSemantics = "copy",
    memoryKind: string | null = null,
  ): number {
    const bytes = arrayBytes(type, dims);
    if (view.byteLength !== bytes)
      throw new RangeError(
        `got ${view.byteLength} bytes of host data; ${type}[${dims.join(",")}] takes ${bytes} bytes, row-major and dense`,
      );
    if (dims.length > maxRank) throw new RangeError(`got rank ${dims.length}; at most ${maxRank} is supported`);
    for (let i = 0; i < dims.length; i++) this.#dims.setPointer(8 * i, dims[i]!);
    const { args } = this.#fromHost;
    args.setPointer(from.data!, addressOf(view));
    args.setInt32(from.type!, elementTypeNumber(type));
    args.setPointer(from.num_dims!, dims.length);
    args.setInt32(from.host_buffer_semantics!, semanticsNumber[semantics]);
    args.setPointer(from.device!, device.handle);
    args.setPointer(from.memory!, memoryKind === null ? 0 : device.memory(memoryKind));
    this.#fromHost.run();
    keepAlive(view);
    const done = args.getPointer(from.done_with_host_buffer!);
    if (semantics === "copy") this.#events.destroy(done);
    else this.#pin(args.getPointer(from.buffer!), { view, done });
    this.#live.add(1, bytes);
    return args.getPointer(from.buffer!);
  }

  /** Waits for the buffer and copies it, row-major and dense, into `view`. Throws the PjrtError of the work behind it. */
  toHost(handle: number, view: ArrayBufferView): void {
    if (this.#isPlainHostMemory(handle, view)) {
      this.#events.wait(this.#readyEvent(handle));
      this.#copyInPlace(handle, view);
    } else this.#events.wait(this.#startToHost(handle, view));
    keepAlive(view);
  }

  /**
   * Copies a buffer whose value is there into `view` with the help of no other thread. False, and nothing done, where
   * the device's memory is not the host's or is not row-major.
   */
  toHostAlone(handle: number, view: ArrayBufferView): boolean {
    if (!this.#onHost) return false;
    const layout = this.#api.call("Buffer_GetMemoryLayout", { buffer: handle });
    const order = readInt64s(layout.minor_to_major, layout.minor_to_major_size);
    if (layout.type !== 0 || layout.num_tiles > 0 || order.some((d, i) => d !== order.length - 1 - i)) return false;
    this.#copyInPlace(handle, view);
    return true;
  }

  /** As `toHost`, without blocking. `view` is kept reachable until then. */
  async toHostAsync(handle: number, view: ArrayBufferView): Promise<void> {
    if (this.#isPlainHostMemory(handle, view)) {
      const ready = this.#readyEvent(handle);
      if (this.#events.isReady(ready)) {
        this.#events.wait(ready);
        this.#copyInPlace(handle, view);
        return;
      }
      this.#events.destroy(ready);
    }
    const event = this.#startToHost(handle, view);
    this.#reading.add(view);
    try {
      await this.#events.settled(event);
    } finally {
      this.#reading.delete(view);
    }
  }

  /** A new buffer with the same value on `device`; counted as `bytes`, and destroyed by the caller. */
  copyToDevice(handle: number, device: Device, bytes: number): number {
    const { dst_buffer } = this.#api.call("Buffer_CopyToDevice", { buffer: handle, dst_device: device.handle });
    this.#live.add(1, bytes);
    return dst_buffer;
  }

  /** As `copyToDevice`, into the memory of this kind. */
  copyToMemory(handle: number, device: Device, kind: string, bytes: number): number {
    const { dst_buffer } = this.#api.call("Buffer_CopyToMemory", { buffer: handle, dst_memory: device.memory(kind) });
    this.#live.add(1, bytes);
    return dst_buffer;
  }

  /** Frees the buffer and its handle; `bytes` is what it counted for. */
  destroy(handle: number, bytes: number): void {
    this.#destroy.args.setPointer(this.#destroyOffset, handle);
    this.#destroy.run();
    this.#live.remove(1, bytes);
    if (this.#sharing.size > 0 && this.#sharing.delete(handle)) this.releaseShared();
  }

  /**
   * Lets go of shared host memory that devices no longer use; returns how many arrays are still held. Runs by itself when
   * a shared buffer is made or destroyed.
   */
  releaseShared(): number {
    this.#pins = this.#pins.filter(({ done }) => {
      if (!this.#events.isReady(done)) return true;
      this.#events.destroy(done);
      return false;
    });
    return this.#pins.length;
  }

  /** Whether the device's memory is the host's and rank and size leave only one layout: then a plain copy will do. */
  #isPlainHostMemory(handle: number, view: ArrayBufferView): boolean {
    if (!this.#onHost) return false;
    this.#dimensions.set("buffer", handle);
    this.#dimensions.run();
    if (this.#dimensions.get("num_dims") > 1) return false;
    this.#onDeviceBytes.set("buffer", handle);
    this.#onDeviceBytes.run();
    return this.#onDeviceBytes.get("on_device_size_in_bytes") === view.byteLength && view.byteLength <= maxPlainCopy;
  }

  #readyEvent(handle: number): number {
    this.#ready.set("buffer", handle);
    this.#ready.run();
    return this.#ready.get("event");
  }

  #copyInPlace(handle: number, view: ArrayBufferView): void {
    this.#pointer.set("buffer", handle);
    this.#pointer.run();
    copyBytes(this.#pointer.get("buffer_pointer"), view);
  }

  // The caller keeps the view alive until the event is over.
  #startToHost(handle: number, view: ArrayBufferView): number {
    this.#dimensions.set("buffer", handle);
    this.#dimensions.run();
    const call = this.#toHost;
    call.set("src", handle);
    call.set("host_layout", this.#layout(this.#dimensions.get("num_dims")));
    call.set("dst", addressOf(view));
    call.set("dst_size", view.byteLength);
    call.run();
    return call.get("event");
  }

  #pin(handle: number, pin: Pin): void {
    this.releaseShared();
    this.#pins.push(pin);
    this.#sharing.add(handle);
  }

  /** A PJRT_Buffer_MemoryLayout that says row-major; ranks 0 and 1 have only one layout. */
  #layout(rank: number): number {
    if (rank < 2) return 0;
    let block = this.#rowMajor[rank];
    if (block === undefined) {
      const { offsets, size } = structLayouts.Buffer_MemoryLayout;
      const order = Math.ceil(size / 8) * 8;
      block = new Block(order + 8 * rank);
      block.setPointer(0, size);
      block.setPointer(offsets.tiled_struct_size!, offsets.type! - offsets.tiled_struct_size!);
      block.setPointer(offsets.minor_to_major!, block.address + order);
      block.setPointer(offsets.minor_to_major_size!, rank);
      for (let i = 0; i < rank; i++) block.setPointer(order + 8 * i, rank - 1 - i);
      this.#rowMajor[rank] = block;
    }
    return block.address;
  }
}
