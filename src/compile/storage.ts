// Who owns device memory: counted holders, scopes, and a collector as the safety net.

import { totalmem } from "node:os";
import type { Client } from "../../runtime/index.ts";
import { JortsError } from "../core/errors.ts";
import { config } from "./config.ts";

/** The device buffers of one tensor: one handle for each device of its sharding. */
export class Storage {
  readonly client: Client;
  /** PJRT_Buffer address on the first device; 0 once freed or donated. */
  first: number;
  /** Addresses on the further devices. */
  rest: readonly number[];
  /** Bytes of one device's piece. */
  readonly bytes: number;
  /** Who uses it: the tensor itself, programs that captured it, functions that keep residuals. */
  holders = 1;
  /** How many of the holders are tensors: those that devicePut made of one another share a storage. */
  tensors = 1;
  state: "live" | "freed" | "donated" = "live";
  /** Number of the last call that donated it, to find double donation. */
  mark = 0;
  /** The small results of one call that are collected together. */
  group: StorageGroup | null = null;
  /** The run that makes the contents; null when they do not come from a program. */
  run: Run | null = null;
  /** The contents, where they were made on the host and are shared with the device. */
  host: Uint8Array | null = null;

  constructor(client: Client, first: number, rest: readonly number[], bytes: number) {
    this.client = client;
    this.first = first;
    this.rest = rest;
    this.bytes = bytes;
    live += bytes * (1 + rest.length);
    if (live > limit()) tooMuch();
  }

  retain(): void {
    this.holders++;
  }

  release(): void {
    if (--this.holders === 0) this.destroy("freed");
  }

  /** One more tensor with these contents. */
  share(): void {
    this.tensors++;
    this.retain();
  }

  /** A tensor lets go. */
  leave(): void {
    this.tensors--;
    this.release();
  }

  /** The program took the memory: handles remain to be destroyed, the contents are gone. */
  donated(): void {
    this.holders = 0;
    this.destroy("donated");
  }

  private destroy(state: "freed" | "donated"): void {
    if (this.state !== "live") return;
    this.state = state;
    const { client, first, rest, bytes } = this;
    this.first = 0;
    this.rest = none;
    live -= bytes * (1 + rest.length);
    if (this.group !== null) this.group.left(this);
    client.transfers.destroy(first, bytes);
    for (let i = 0; i < rest.length; i++) client.transfers.destroy(rest[i]!, bytes);
  }
}

/**
 * One run of a program, shared by its results: they become ready together, device by device, so the first of them that
 * is waited for on every device has been waited for on behalf of all.
 */
export interface Run {
  done: boolean;
  /** Runs on several devices that call the host, and that were not known to be good when this one started: its own too. */
  readonly hostRuns: readonly HostRun[];
}

/**
 * A run on several devices that calls the host. XLA must not be told of an exception there, since the other devices would
 * wait for the failed one until the process is aborted; so it is kept here, and thrown where values are read.
 */
export interface HostRun {
  state: "open" | "good" | "failed";
  reason: unknown;
}

/** What the collector holds for the small results of one call; lets go of them when all are freed. */
export class StorageGroup {
  members: Storage[] = [];
  private live = 0;

  add(storage: Storage): void {
    storage.group = this;
    this.members.push(storage);
    this.live++;
  }

  left(storage: Storage): void {
    storage.group = null;
    if (--this.live === 0) this.members = [];
  }
}

const none: readonly number[] = Object.freeze([]);

let live = 0;
let machineLimit: number | undefined;

function limit(): number {
  if (config.maxLiveBytes !== undefined) return config.maxLiveBytes;
  machineLimit ??= config.platform === "cpu" ? totalmem() * 0.9 : Number.POSITIVE_INFINITY;
  return machineLimit;
}

function tooMuch(): never {
  throw new JortsError(
    `Live tensors take ${(live / 2 ** 30).toFixed(2)} GiB, more than ${(limit() / 2 ** 30).toFixed(2)} GiB. Free what is no ` +
      "longer needed: declare tensors with `using`, call dispose(), wrap the work in scope(() => …), or put it under jit. " +
      "Tensors that were only forgotten are collected when the loop awaits something.",
  );
}

const collected = new FinalizationRegistry<Storage | StorageGroup>((held) => {
  for (const storage of held instanceof StorageGroup ? [...held.members] : [held])
    if (storage.state === "live" && storage.holders > 0) storage.leave();
});

/** Frees `storage` some time after `owner` has become unreachable. */
export function releaseWithOwner(owner: object, storage: Storage | StorageGroup): void {
  collected.register(owner, storage);
}

interface Scope {
  readonly made: Disposable[];
}
const scopes: Scope[] = [];

/** Notes a new tensor in the innermost scope. */
export function noteInScope(tensor: Disposable): void {
  if (scopes.length > 0) scopes[scopes.length - 1]!.made.push(tensor);
}

/** Frees everything made while `body` runs, except what `keep` finds in its result. */
export function withScope<R>(body: () => R, keep: (result: R, made: readonly Disposable[]) => ReadonlySet<object>): R {
  const scope: Scope = { made: [] };
  scopes.push(scope);
  let kept: ReadonlySet<object> = new Set();
  try {
    const result = body();
    kept = keep(result, scope.made);
    return result;
  } finally {
    scopes.pop();
    for (const tensor of scope.made)
      if (kept.has(tensor)) noteInScope(tensor);
      else tensor[Symbol.dispose]();
  }
}
