// Concrete tensors: global arrays whose pieces lie on devices.
import { type ElementType, rawBuffer } from "../../runtime/index.ts";
import { type Aval, longAval } from "../core/aval.ts";
import { type DType, xlaName } from "../core/dtype.ts";
import { DeletedBufferError } from "../core/errors.ts";
import type { Device, Sharding } from "../core/mesh.ts";
import { Tensor } from "../core/tensor.ts";
import { requireGood, requireReadable } from "./pending.ts";
import { noteInScope, releaseWithOwner, type Storage } from "./storage.ts";

/** The element type of a buffer. */
export const pjrtType = (dtype: DType): ElementType => xlaName(dtype);

export class ArrayTensor extends Tensor implements Disposable {
  readonly aval: Aval;
  override readonly sharding: Sharding;
  /** Placed by the user: programs must follow it. */
  readonly committed: boolean;
  readonly storage: Storage;

  /** Keeps the small results of one call together: they are collected when all of them are unreachable. */
  readonly group: object | undefined;

  constructor(aval: Aval, sharding: Sharding, storage: Storage, committed: boolean, group?: object) {
    super();
    this.aval = aval;
    this.sharding = sharding;
    this.storage = storage;
    this.committed = committed;
    this.group = group;
    if (group === undefined) releaseWithOwner(this, storage);
    noteInScope(this);
  }

  override get isDeleted(): boolean {
    return this.storage.state !== "live";
  }

  override devices(): readonly Device[] {
    return this.sharding.devices;
  }

  /** Frees the device memory, unless something else holds it too. Idempotent. */
  override dispose(): void {
    if (this.released) return;
    this.released = true;
    if (this.storage.state === "live") this.storage.leave();
  }
  private released = false;

  override [Symbol.dispose](): void {
    this.dispose();
  }

  /** The PJRT buffers, one for each device. @throws DeletedBufferError */
  handles(): readonly number[] {
    const { state, first, rest } = this.storage;
    if (state !== "live") throw deleted(this);
    return [first, ...rest];
  }

  /** Settles when the value has been computed; rejects with the error of the program that should have made it. */
  override async blockUntilReady(): Promise<this> {
    const { client, run } = this.storage;
    const handles = this.handles();
    requireGood(this);
    if (run?.done) return this;
    await Promise.all(handles.map((h) => client.events.settled(rawBuffer.readyEvent(client.api, h))));
    requireGood(this);
    if (run !== null) run.done = true;
    return this;
  }

  /** Waits on this thread until the value has been computed. */
  wait(): void {
    const { storage } = this;
    const { run } = storage;
    if (storage.state !== "live") throw deleted(this);
    if (run?.done && run.hostRuns.length === 0) return;
    const { client, first, rest } = storage;
    requireReadable(this);
    if (run?.done) return;
    client.events.wait(rawBuffer.readyEvent(client.api, first));
    for (let d = 0; d < rest.length; d++) client.events.wait(rawBuffer.readyEvent(client.api, rest[d]!));
    if (run !== null) run.done = true;
  }
}

export function deleted(t: ArrayTensor): DeletedBufferError {
  const why =
    t.storage.state === "donated"
      ? " It was donated to a jitted function; use that function's result instead, or do not donate it."
      : "";
  return new DeletedBufferError(`Array has been deleted with shape=${longAval(t.aval)}.${why}`);
}
