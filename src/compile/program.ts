// A compiled program on devices: arguments in, one execute, results out.
import type { LoadedExecutable, PreparedExecution } from "../../runtime/index.ts";
import type { Aval } from "../core/aval.ts";
import { itemSize } from "../core/dtype.ts";
import type { Sharding } from "../core/mesh.ts";
import { shardShape } from "../core/mesh.ts";
import { ArrayTensor } from "./array.ts";
import { Storage } from "./storage.ts";

export class Program {
  readonly executable: LoadedExecutable;
  readonly outAvals: readonly Aval[];
  readonly outShardings: readonly Sharding[];
  /** Results are committed if any argument was, or if the user said where they go. */
  readonly committed: boolean;
  private readonly prepared: PreparedExecution;
  private readonly devices: number;
  private readonly outBytes: readonly number[];
  private readonly captured: ArrayTensor[] = [];

  constructor(
    executable: LoadedExecutable,
    inputs: number,
    outAvals: readonly Aval[],
    outShardings: readonly Sharding[],
    committed: boolean,
  ) {
    this.executable = executable;
    this.outAvals = outAvals;
    this.outShardings = outShardings;
    this.committed = committed;
    this.prepared = executable.prepare(inputs);
    this.devices = executable.deviceIds.length;
    this.outBytes = outAvals.map((a, i) =>
      shardShape(outShardings[i]!, a.shape).reduce((n, d) => n * d, itemSize(a.dtype)),
    );
  }

  /** Puts argument `index` in place; its pieces must lie as the program expects. @throws DeletedBufferError */
  setArgument(index: number, tensor: ArrayTensor): void {
    const handles = tensor.handles();
    for (let d = 0; d < this.devices; d++) this.prepared.setArgument(d, index, handles[d]!);
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
    const { prepared, devices, outAvals } = this;
    prepared.run();
    const { client } = this.executable;
    const out = new Array<ArrayTensor>(outAvals.length);
    for (let i = 0; i < outAvals.length; i++) {
      const handles = new Array<number>(devices);
      for (let d = 0; d < devices; d++) handles[d] = prepared.result(d, i);
      const storage = new Storage(client, handles, this.outBytes[i]!);
      out[i] = new ArrayTensor(outAvals[i]!, this.outShardings[i]!, storage, this.committed);
    }
    return out;
  }
}
