// The one path of every native call: struct size, support check, error conversion.
import { Block } from "./block.ts";
import { errorCodeName, PjrtError, PluginError } from "./errors.ts";
import { pjrtFfi } from "./ffi-structs.ts";
import { type ApiFunction, apiFunctions, functionTableOffset } from "./functions.ts";
import { hostException } from "./host-errors.ts";
import { functionAt, type NativeFunction, readBytes, readInt32s, readPointers, readText } from "./native.ts";
import { type ArgumentField, argumentLayouts, type CallName } from "./structs.ts";

/** Newest version whose layouts this file's tables follow, and the oldest that has every field jorts needs. */
const major = 0;
const minimumMinor = 104;

/** A call whose argument struct is allocated once. Fields keep their values between runs. */
export class Call<N extends CallName> {
  readonly args: Block;
  readonly #api: Api;
  readonly #name: N;
  readonly #native: NativeFunction;
  readonly #address: number;

  constructor(api: Api, name: N) {
    const layout = argumentLayouts[name];
    this.#api = api;
    this.#name = name;
    this.#native = api.native(name);
    this.args = new Block(layout.size);
    this.args.setPointer(0, layout.size);
    this.#address = this.args.address;
  }

  /** Byte offset of a field in `args`. */
  offset(field: ArgumentField<N>): number {
    return argumentLayouts[this.#name].offsets[field]!;
  }

  set(field: ArgumentField<N>, value: number): void {
    const { offsets, types } = argumentLayouts[this.#name];
    this.args.set(offsets[field]!, types[field]!, value);
  }

  get(field: ArgumentField<N>): number {
    const { offsets, types } = argumentLayouts[this.#name];
    return this.args.get(offsets[field]!, types[field]!);
  }

  /** Calls; throws PjrtError when the plugin returns an error. */
  run(): void {
    const error = this.#native(this.#address);
    if (error !== 0) this.#api.raise(error, this.#name);
  }

  /** Calls on a thread of koffi's; the args must not be touched until the promise settles. */
  runAsync(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#native.async(this.#address, (failure, error) => {
        if (failure !== null) return reject(failure);
        if (error === 0) return resolve();
        try {
          this.#api.raise(error, this.#name);
        } catch (reason) {
          reject(reason);
        }
      });
    });
  }
}

export type CallValues<N extends CallName> = { [F in ArgumentField<N>]?: number };
export type CallResults<N extends CallName> = { readonly [F in ArgumentField<N>]: number };

/** The function table of one loaded plugin. */
export class Api {
  readonly version: { readonly major: number; readonly minor: number };
  readonly structSize: number;
  readonly #table: DataView;
  readonly #natives = new Map<ApiFunction, NativeFunction>();
  readonly #calls = new Map<CallName, Call<CallName>>();

  /** `address` points to a PJRT_Api. Throws PluginError when its version is not one that jorts can call. */
  constructor(address: number, path: string) {
    const head = new DataView(readBytes(address, functionTableOffset).buffer);
    this.structSize = Number(head.getBigUint64(0, true));
    this.version = { major: head.getInt32(32, true), minor: head.getInt32(36, true) };
    if (this.version.major !== major || this.version.minor < minimumMinor)
      throw new PluginError(
        `The plugin ${path} speaks PJRT C API ${this.version.major}.${this.version.minor}; jorts needs ${major}.${minimumMinor} or a later ${major}.x. ` +
          "Install a current one with `jorts plugin install cpu` (or cuda12, cuda13), or point JORTS_PJRT_PLUGIN_PATH at one.",
      );
    this.#table = new DataView(readBytes(address, this.structSize).buffer);
  }

  /** Whether the plugin's table reaches this function and fills it. */
  has(name: ApiFunction): boolean {
    return this.#functionAddress(name) !== 0;
  }

  /** The function itself, for callers that keep their own argument struct. Throws PjrtError UNIMPLEMENTED. */
  native(name: ApiFunction): NativeFunction {
    let native = this.#natives.get(name);
    if (native === undefined) {
      const address = this.#functionAddress(name);
      if (address === 0)
        throw new PjrtError(
          "UNIMPLEMENTED",
          `this plugin (PJRT C API ${this.version.major}.${this.version.minor}) does not have the function; a newer plugin may`,
          name,
        );
      native = functionAt(address);
      this.#natives.set(name, native);
    }
    return native;
  }

  /** Calls once with the given fields, the others zero; returns every field, outputs included. */
  call<N extends CallName>(name: N, values: CallValues<N>): CallResults<N> {
    let call = this.#calls.get(name);
    if (call === undefined) {
      call = new Call<CallName>(this, name);
      this.#calls.set(name, call);
    }
    const { offsets, types, size } = argumentLayouts[name];
    call.args.u8.fill(0, 8, size);
    for (const field in values)
      call.args.set(offsets[field]!, types[field]!, (values as Record<string, number>)[field]!);
    call.run();
    const results: Record<string, number> = {};
    for (const field in types) results[field] = call.args.get(offsets[field]!, types[field]!);
    return results as CallResults<N>;
  }

  /** Address of the plugin's extension of this type, or 0. */
  extension(type: number): number {
    const { offsets } = pjrtFfi.Extension;
    let at = Number(this.#table.getBigUint64(8, true));
    while (at !== 0) {
      const [kind] = readInt32s(at + offsets.type!, 1);
      if (kind === type) return at;
      [at] = readPointers(at + offsets.next!, 1) as [number];
    }
    return 0;
  }

  /** Reads, frees and throws a PJRT_Error; for one that a host function caused, throws what that threw. */
  raise(error: number, name: string): never {
    const { message, message_size } = argumentLayouts.Error_Message.offsets;
    const said = this.#errorCall("Error_Message", error);
    const text = readText(said.getPointer(message!), said.getPointer(message_size!)).trimEnd();
    const code = this.#errorCall("Error_GetCode", error).get(argumentLayouts.Error_GetCode.offsets.code!, "i32");
    this.#errorCall("Error_Destroy", error);
    const cause = hostException(text);
    if (cause !== undefined) throw cause.reason;
    throw new PjrtError(errorCodeName(code), text, name);
  }

  // These three return no error of their own that could be read without recursion.
  #errorCall(name: "Error_Message" | "Error_GetCode" | "Error_Destroy", error: number): Block {
    const layout = argumentLayouts[name];
    const args = new Block(layout.size);
    args.setPointer(0, layout.size);
    args.setPointer(layout.offsets.error!, error);
    this.native(name)(args.address);
    return args;
  }

  #functionAddress(name: ApiFunction): number {
    const offset = functionTableOffset + 8 * apiFunctions.indexOf(name);
    return offset + 8 <= this.structSize ? Number(this.#table.getBigUint64(offset, true)) : 0;
  }
}
