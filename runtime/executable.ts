// Compiled programs: what the compiler says of them, and the loaded form that runs.
import type { Api } from "./api.ts";
import { Block } from "./block.ts";
import type { Client } from "./client.ts";
import { type ElementType, elementTypeOf } from "./element-type.ts";
import { PreparedExecution } from "./execution.ts";
import { releaseHostFunction } from "./ffi.ts";
import { decodeNamedValues, type NamedValues } from "./named-values.ts";
import { functionAt, readBytes, readInt32s, readInt64s, readPointers, readText } from "./native.ts";
import { structLayouts } from "./structs.ts";

/** Bytes per device, as the compiler counts them. On CPU `peakMemory` leaves temporaries out. */
export interface CompiledMemoryStats {
  readonly generatedCode: number;
  readonly argument: number;
  readonly output: number;
  /** Part of `output` that shares memory with donated arguments. */
  readonly alias: number;
  readonly temp: number;
  readonly peakMemory: number;
}

/** One output of one device: XLA type, dimensions of the shard. */
export interface OutputSpec {
  readonly type: ElementType;
  readonly dims: readonly number[];
}

/** A compiled program. Owned: destroy it, or leave the scope of `using`. */
export class Executable implements Disposable {
  readonly name: string;
  readonly numReplicas: number;
  readonly numPartitions: number;
  readonly numOutputs: number;
  protected readonly api: Api;
  #handle: number;

  constructor(api: Api, handle: number) {
    this.api = api;
    this.#handle = handle;
    const of = { executable: handle };
    const name = api.call("Executable_Name", of);
    this.name = readText(name.executable_name, name.executable_name_size);
    this.numReplicas = api.call("Executable_NumReplicas", of).num_replicas;
    this.numPartitions = api.call("Executable_NumPartitions", of).num_partitions;
    this.numOutputs = api.call("Executable_NumOutputs", of).num_outputs;
  }

  protected get handle(): number {
    if (this.#handle === 0) throw new Error(`internal: executable ${this.name} was used after it was destroyed`);
    return this.#handle;
  }

  /** Type and per-device dimensions of each output. */
  outputs(): OutputSpec[] {
    const of = { executable: this.handle };
    const types = this.api.call("Executable_OutputElementTypes", of);
    const shapes = this.api.call("Executable_OutputDimensions", of);
    const ranks = readPointers(shapes.dim_sizes, shapes.num_outputs);
    const dims = readInt64s(
      shapes.dims,
      ranks.reduce((sum, rank) => sum + rank, 0),
    );
    let at = 0;
    return readInt32s(types.output_types, types.num_output_types).map((type, i) => {
      const rank = ranks[i]!;
      at += rank;
      return { type: elementTypeOf(type), dims: dims.slice(at - rank, at) };
    });
  }

  /** Memory kind of each output, for example "device". */
  outputMemoryKinds(): string[] {
    const kinds = this.api.call("Executable_OutputMemoryKinds", { executable: this.handle });
    const sizes = readPointers(kinds.memory_kind_sizes, kinds.num_outputs);
    return readPointers(kinds.memory_kinds, kinds.num_outputs).map((text, i) => readText(text, sizes[i]!));
  }

  memoryStats(): CompiledMemoryStats {
    const stats = this.api.call("Executable_GetCompiledMemoryStats", { executable: this.handle });
    return {
      generatedCode: stats.generated_code_size_in_bytes,
      argument: stats.argument_size_in_bytes,
      output: stats.output_size_in_bytes,
      alias: stats.alias_size_in_bytes,
      temp: stats.temp_size_in_bytes,
      peakMemory: stats.peak_memory_in_bytes,
    };
  }

  /** The compiler's own FLOP and byte counts. Throws PjrtError UNIMPLEMENTED on plugins without them (CPU). */
  costAnalysis(): NamedValues {
    const { properties, num_properties } = this.api.call("Executable_GetCostAnalysis", { executable: this.handle });
    return decodeNamedValues(properties, num_properties);
  }

  /** The program after optimisation. Format "hlo_with_config" is a serialized `xla.HloModuleProtoWithConfig`. */
  optimizedProgram(): { readonly format: string; readonly code: Uint8Array } {
    const { offsets, size } = structLayouts.Program;
    const program = new Block(size);
    program.setPointer(0, size);
    const ask = () =>
      this.api.call("Executable_OptimizedProgram", { executable: this.handle, program: program.address });
    ask(); // the size
    const code = new Block(program.getPointer(offsets.code_size!));
    program.setPointer(offsets.code!, code.address);
    ask(); // the bytes
    return {
      format: readText(program.getPointer(offsets.format!), program.getPointer(offsets.format_size!)),
      code: code.u8.slice(0, program.getPointer(offsets.code_size!)),
    };
  }

  /** Bytes from which `client.deserialize` makes the executable again without compiling, on the same platform. */
  serialize(): Uint8Array {
    const result = this.api.call("Executable_Serialize", { executable: this.handle });
    const bytes = readBytes(result.serialized_bytes, result.serialized_bytes_size);
    functionAt(result.serialized_executable_deleter)(result.serialized_executable);
    return bytes;
  }

  /** Identifies the compiled program; equal for equal program, options and compiler. */
  fingerprint(): string {
    const { executable_fingerprint, executable_fingerprint_size } = this.api.call("Executable_Fingerprint", {
      executable: this.handle,
    });
    return Buffer.from(readBytes(executable_fingerprint, executable_fingerprint_size)).toString("latin1");
  }

  destroy(): void {
    if (this.#handle === 0) return;
    const executable = this.#handle;
    this.#handle = 0;
    this.api.call("Executable_Destroy", { executable });
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}

/** An executable on devices of a client. */
export class LoadedExecutable extends Executable {
  readonly client: Client;
  /** Ids of this process's devices that run it; their order is that of `device` in a PreparedExecution. */
  readonly deviceIds: readonly number[];
  /** Numbers of the host functions that the program calls, each held once; released with it. */
  readonly hostFunctions: number[] = [];
  #loaded: number;

  constructor(client: Client, loaded: number) {
    super(client.api, client.api.call("LoadedExecutable_GetExecutable", { loaded_executable: loaded }).executable);
    this.client = client;
    this.#loaded = loaded;
    const list = client.api.call("LoadedExecutable_AddressableDevices", { executable: loaded });
    this.deviceIds = readPointers(list.devices, list.num_devices).map((device) => client.deviceOf(device).id);
  }

  /** Address of the PJRT_LoadedExecutable. */
  get loadedHandle(): number {
    if (this.#loaded === 0) throw new Error(`internal: executable ${this.name} was used after it was destroyed`);
    return this.#loaded;
  }

  /** An argument block for repeated calls with `numArguments` arguments per device. */
  prepare(numArguments: number): PreparedExecution {
    return new PreparedExecution(this, numArguments);
  }

  override destroy(): void {
    super.destroy();
    if (this.#loaded === 0) return;
    const executable = this.#loaded;
    this.#loaded = 0;
    this.client.forget(this);
    this.api.call("LoadedExecutable_Destroy", { executable });
    for (const number of this.hostFunctions) releaseHostFunction(number);
    this.hostFunctions.length = 0;
  }
}
