// Who owns device memory: counted holders, scopes, and a collector as the safety net.

import { totalmem } from "node:os";
import type { Client } from "../../runtime/index.ts";
import { JortsError } from "../core/errors.ts";
import { config } from "./config.ts";

/** The device buffers of one tensor: one handle for each device of its sharding. */
export class Storage {
  readonly client: Client;
  /** PJRT_Buffer addresses; empty once freed or donated. */
  handles: readonly number[];
  /** Bytes of one device's piece. */
  readonly bytes: number;
  /** Who uses it: the tensor itself, programs that captured it, functions that keep residuals. */
  holders = 1;
  state: "live" | "freed" | "donated" = "live";
  /** Number of the last call that donated it, to find double donation. */
  mark = 0;

  constructor(client: Client, handles: readonly number[], bytes: number) {
    this.client = client;
    this.handles = handles;
    this.bytes = bytes;
    live += bytes * handles.length;
    if (live > limit()) tooMuch();
  }

  retain(): void {
    this.holders++;
  }

  release(): void {
    if (--this.holders === 0) this.destroy("freed");
  }

  /** The program took the memory: handles remain to be destroyed, the contents are gone. */
  donated(): void {
    this.holders = 0;
    this.destroy("donated");
  }

  private destroy(state: "freed" | "donated"): void {
    if (this.state !== "live") return;
    this.state = state;
    const { handles } = this;
    this.handles = [];
    live -= this.bytes * handles.length;
    for (let i = 0; i < handles.length; i++) this.client.transfers.destroy(handles[i]!, this.bytes);
  }
}

let live = 0;
let machineLimit: number | undefined;

function limit(): number {
  if (config.maxLiveBytes !== undefined) return config.maxLiveBytes;
  machineLimit ??= totalmem() * 0.9;
  return config.platform === "cpu" ? machineLimit : Number.POSITIVE_INFINITY;
}

function tooMuch(): never {
  throw new JortsError(
    `Live tensors take ${(live / 2 ** 30).toFixed(2)} GiB, more than ${(limit() / 2 ** 30).toFixed(2)} GiB. Free what is no ` +
      "longer needed: declare tensors with `using`, call dispose(), wrap the work in scope(() => …), or put it under jit. " +
      "Tensors that were only forgotten are collected when the loop awaits something.",
  );
}

const collected = new FinalizationRegistry<Storage>((storage) => {
  if (storage.state === "live" && storage.holders > 0) storage.release();
});

/** Frees `storage` some time after `owner` has become unreachable. */
export function releaseWithOwner(owner: object, storage: Storage): void {
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
export function withScope<R>(body: () => R, keep: (result: R) => ReadonlySet<object>): R {
  const scope: Scope = { made: [] };
  scopes.push(scope);
  let kept: ReadonlySet<object> = new Set();
  try {
    const result = body();
    kept = keep(result);
    return result;
  } finally {
    scopes.pop();
    for (const tensor of scope.made)
      if (kept.has(tensor)) noteInScope(tensor);
      else tensor[Symbol.dispose]();
  }
}
