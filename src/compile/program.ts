// A compiled program on devices: arguments in, one execute, results out.
import type { LoadedExecutable, PreparedExecution } from "../../runtime/index.ts";
import type { Aval } from "../core/aval.ts";
import { itemSize } from "../core/dtype.ts";
import type { Sharding } from "../core/mesh.ts";
import { shardShape } from "../core/mesh.ts";
import { ArrayTensor, deleted } from "./array.ts";
import { needsCare, runWithCare } from "./pending.ts";
import { placedAval } from "./place.ts";
import { type HostRun, type Run, releaseWithOwner, Storage, StorageGroup } from "./storage.ts";

/** For each input, the program's argument, or -1 where it was dropped. */
export function slotsOf(kept: readonly boolean[]): number[] {
  let next = 0;
  return kept.map((k) => (k ? next++ : -1));
}

export class Program {
  readonly executable: LoadedExecutable;
  readonly outAvals: readonly Aval[];
  readonly outShardings: readonly Sharding[];
  /** Results are committed if any argument was, or if the user said where they go. */
  readonly committed: boolean;
  /** For `BoundedCache`. */
  used = 0;
  private readonly prepared: PreparedExecution;
  private readonly devices: number;
  private readonly outBytes: readonly number[];
  private readonly captured: ArrayTensor[] = [];
  private hostRuns: readonly HostRun[] = none;

  constructor(
    executable: LoadedExecutable,
    inputs: number,
    outAvals: readonly Aval[],
    outShardings: readonly Sharding[],
    committed: boolean,
  ) {
    this.executable = executable;
    this.outAvals = outAvals.map((a, i) => placedAval(a, outShardings[i]!));
    this.outShardings = outShardings;
    this.committed = committed;
    // One more result than the user's is the token of ordered host calls, which is then the last argument too.
    this.prepared = executable.prepare(inputs + executable.numOutputs - outAvals.length);
    this.devices = executable.deviceIds.length;
    this.outBytes = outAvals.map((a, i) =>
      shardShape(outShardings[i]!, a.shape).reduce((n, d) => n * d, itemSize(a.dtype)),
    );
  }

  /** Puts argument `index` in place; its pieces must lie as the program expects. @throws DeletedBufferError */
  setArgument(index: number, tensor: ArrayTensor): void {
    const { state, first, rest, run } = tensor.storage;
    if (state !== "live") throw deleted(tensor);
    this.prepared.setArgument(0, index, first);
    for (let d = 1; d < this.devices; d++) this.prepared.setArgument(d, index, rest[d - 1]!);
    if (run !== null && run.hostRuns.length > 0) this.hostRuns = [...this.hostRuns, ...run.hostRuns];
  }

  /** A value that the program closed over: held until the program goes. */
  capture(index: number, tensor: ArrayTensor): void {
    tensor.storage.retain();
    this.captured.push(tensor);
    this.setArgument(index, tensor);
  }

  destroy(): void {
    for (const t of this.captured) if (t.storage.state === "live") t.storage.release();
    this.captured.length = 0;
    this.executable.destroy();
  }

  /** Runs on the arguments in place. */
  run(): ArrayTensor[] {
    const { prepared, outAvals, outShardings, outBytes, committed } = this;
    const n = outAvals.length;
    const { client } = this.executable;
    const own = needsCare(this.executable) ? runWithCare(this.executable, prepared, n) : plainRun(prepared);
    const run: Run = { done: false, hostRuns: this.takeHostRuns(own) };
    const out = new Array<ArrayTensor>(n);
    let group: StorageGroup | undefined;
    let owner: object | undefined;
    for (let i = 0; i < n; i++) {
      const rest = this.devices === 1 ? single : this.further(i);
      const storage = new Storage(client, prepared.result(0, i), rest, outBytes[i]!);
      storage.run = run;
      const together = outBytes[i]! < smallBytes && n > 1;
      if (together) {
        if (group === undefined) {
          group = new StorageGroup();
          owner = {};
          releaseWithOwner(owner, group);
        }
        group.add(storage);
      }
      out[i] = new ArrayTensor(outAvals[i]!, outShardings[i]!, storage, committed, together ? owner : undefined);
    }
    return out;
  }

  /** Of the arguments of the next run and of the run itself, those not known to be good. */
  private takeHostRuns(own: HostRun | null): readonly HostRun[] {
    const { hostRuns, captured } = this;
    if (hostRuns.length === 0 && own === null) return none;
    const all = [...hostRuns, ...(own === null ? [] : [own])].filter((r) => r.state !== "good");
    this.hostRuns = captured.flatMap((t) => t.storage.run?.hostRuns ?? none);
    return [...new Set(all)];
  }

  private further(result: number): number[] {
    const rest = new Array<number>(this.devices - 1);
    for (let d = 1; d < this.devices; d++) rest[d - 1] = this.prepared.result(d, result);
    return rest;
  }
}

const single: readonly number[] = Object.freeze([]);
const none: readonly HostRun[] = Object.freeze([]);

function plainRun(prepared: PreparedExecution): null {
  prepared.run();
  return null;
}

/** Below this many bytes the results of one call are collected together, since each registration costs time. */
const smallBytes = 1024;
