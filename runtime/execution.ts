// Running a loaded executable: one argument block, allocated once and written in place.
import { Call } from "./api.ts";
import { Block } from "./block.ts";
import type { Client } from "./client.ts";
import { arrayBytes } from "./element-type.ts";
import type { LoadedExecutable } from "./executable.ts";
import { structLayouts } from "./structs.ts";

/**
 * Arguments and results of one executable. A call is: `setArgument` for each, `run`, `result` for each.
 * Handles are addresses of PJRT_Buffers. Results belong to the caller, who destroys each of them; an argument that the
 * program donates is deleted by `run`, and its handle must still be destroyed. Nothing is allocated per call.
 */
export class PreparedExecution {
  readonly numArguments: number;
  readonly numOutputs: number;
  readonly numDevices: number;
  /** Bytes of all results of one run, over this process's devices. */
  readonly outputBytes: number;
  readonly #executable: LoadedExecutable;
  readonly #client: Client;
  readonly #execute: Call<"LoadedExecutable_Execute">;
  readonly #options: Block;
  readonly #lists: Block;
  readonly #words: Uint32Array;
  // Word offsets in #lists of the first argument, first result and first event.
  readonly #arguments: number;
  readonly #results: number;
  readonly #events: number;
  #notDonated: Block | null = null;

  constructor(executable: LoadedExecutable, numArguments: number) {
    this.#executable = executable;
    this.#client = executable.client;
    this.numArguments = numArguments;
    this.numOutputs = executable.numOutputs;
    this.numDevices = executable.deviceIds.length;
    this.outputBytes =
      this.numDevices * executable.outputs().reduce((sum, { type, dims }) => sum + arrayBytes(type, dims), 0);

    // One block: per device a pointer to its arguments, one to its results; the lists; the completion events.
    const devices = this.numDevices;
    const firstArgument = 2 * devices;
    const firstResult = firstArgument + devices * numArguments;
    const firstEvent = firstResult + devices * this.numOutputs;
    const lists = new Block((firstEvent + devices) * 8);
    for (let device = 0; device < devices; device++) {
      lists.setPointer(8 * device, lists.address + 8 * (firstArgument + device * numArguments));
      lists.setPointer(8 * (devices + device), lists.address + 8 * (firstResult + device * this.numOutputs));
    }
    this.#lists = lists;
    this.#words = lists.u32;
    this.#arguments = 2 * firstArgument;
    this.#results = 2 * firstResult;
    this.#events = 2 * firstEvent;

    this.#options = new Block(structLayouts.ExecuteOptions.size);
    this.#options.setPointer(0, structLayouts.ExecuteOptions.size);
    this.#execute = new Call(executable.client.api, "LoadedExecutable_Execute");
    this.#execute.set("options", this.#options.address);
    this.#execute.set("argument_lists", lists.address);
    this.#execute.set("num_devices", devices);
    this.#execute.set("num_args", numArguments);
    this.#execute.set("output_lists", lists.address + 8 * devices);
  }

  /** Arguments that must survive the next runs although the program donates them. */
  setNonDonatable(indices: readonly number[]): void {
    const { offsets } = structLayouts.ExecuteOptions;
    this.#notDonated = indices.length === 0 ? null : Block.ofInt64s(indices);
    this.#options.setPointer(offsets.non_donatable_input_indices!, this.#notDonated?.address ?? 0);
    this.#options.setPointer(offsets.num_non_donatable_input_indices!, indices.length);
  }

  setArgument(device: number, index: number, handle: number): void {
    const word = this.#arguments + 2 * (device * this.numArguments + index);
    this.#words[word] = handle;
    this.#words[word + 1] = handle / 4294967296;
  }

  /** Starts the program; results are handles at once, their values come later. Throws PjrtError. */
  run(): void {
    this.#execute.set("executable", this.#executable.loadedHandle);
    this.#execute.run();
    this.#client.live.add(this.numDevices * this.numOutputs, this.outputBytes);
  }

  /** As `run`, and makes an event per device that `completion` hands out: one wait for all results. */
  runWithCompletion(): void {
    this.#execute.set("device_complete_events", this.#lists.address + 4 * this.#events);
    try {
      this.run();
    } finally {
      this.#execute.set("device_complete_events", 0);
    }
  }

  /** The event of the last `runWithCompletion` on this device; the caller ends it through `client.events`. */
  completion(device: number): number {
    const word = this.#events + 2 * device;
    return this.#words[word]! + this.#words[word + 1]! * 4294967296;
  }

  /** Handle of a result of the last run. */
  result(device: number, index: number): number {
    const word = this.#results + 2 * (device * this.numOutputs + index);
    return this.#words[word]! + this.#words[word + 1]! * 4294967296;
  }
}
