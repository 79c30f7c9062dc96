// Functions of the host that compiled programs call: one handler in XLA's registry for each plugin.
import type { Api } from "./api.ts";
import { Block } from "./block.ts";
import { arrayBytes, type ElementType, elementTypeOf } from "./element-type.ts";
import { PjrtError } from "./errors.ts";
import {
  executeStage,
  ffiExtensionType,
  internalCode,
  metadataExtensionType,
  pjrtFfi,
  scalarAttribute,
  xlaFfi,
} from "./ffi-structs.ts";
import { failed } from "./host-errors.ts";
import type { Layout } from "./layout.ts";
import { textBlock } from "./named-values.ts";
import {
  addressOfCallback,
  copyBytes,
  functionAt,
  keepAlive,
  readBytes,
  readInt32s,
  readInt64s,
  readPointers,
  readText,
  writeBytes,
} from "./native.ts";

/**
 * What `stablehlo.custom_call` names; its `backend_config` holds `{ callback = N : i64 }`. The name is one of those that
 * Shardy knows as calls of the host (xla/service/spmd/shardy): only they keep a sharding that names one device.
 */
export const hostCallTarget = "xla_ffi_python_cpu_callback";

/** A dense row-major array in the memory of the device that calls; valid during the call only. */
export interface HostCallArray {
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly byteLength: number;
}

/** One call of a host function: copies of its operands in, results out. */
export interface HostCall {
  readonly operands: readonly HostCallArray[];
  readonly results: readonly HostCallArray[];
  /** A copy of an operand's bytes. */
  read(operand: number): Uint8Array<ArrayBuffer>;
  /** Sets a result. Throws RangeError when `bytes` has another length than the result. */
  write(result: number, bytes: ArrayBufferView): void;
}

export type HostFunction = (call: HostCall) => void;

const functions = new Map<number, { readonly f: HostFunction; holders: number }>();

/** Makes `f` callable by programs as `number`, or holds it once more, until `releaseHostFunction` was called as often. */
export function holdHostFunction(number: number, f?: HostFunction): void {
  const known = functions.get(number);
  if (known !== undefined) known.holders++;
  else if (f !== undefined) functions.set(number, { f, holders: 1 });
}

export function releaseHostFunction(number: number): void {
  const known = functions.get(number);
  if (known !== undefined && --known.holders === 0) functions.delete(number);
}

/** How many host functions programs may call now. */
export const hostFunctionCount = (): number => functions.size;

/** The fields of a struct at an address, read at once. */
class Struct {
  readonly address: number;
  readonly #layout: Layout;
  readonly #bytes: Block;

  constructor(layout: Layout, address: number) {
    this.address = address;
    this.#layout = layout;
    this.#bytes = new Block(layout.size);
    copyBytes(address, this.#bytes.u8.subarray(0, layout.size));
  }

  get size(): number {
    return this.#bytes.getPointer(0);
  }
  get(field: string): number {
    return this.#bytes.get(this.#layout.offsets[field]!, this.#layout.types[field]!);
  }
}

const registered = new WeakSet<Api>();

/**
 * Lets programs of this plugin call host functions. XLA calls the handler on the thread that runs the program; unless that
 * is this one, it waits until this thread's event loop turns.
 * Throws PjrtError UNIMPLEMENTED when the plugin has no FFI extension.
 */
export function enableHostCalls(api: Api): void {
  if (registered.has(api)) return;
  const extension = api.extension(ffiExtensionType);
  if (extension === 0)
    throw new PjrtError("UNIMPLEMENTED", "this plugin has no FFI extension, so programs cannot call the host", "FFI");
  const { size, offsets } = pjrtFfi.RegisterHandler;
  const args = new Block(size);
  const target = textBlock(hostCallTarget);
  const platform = textBlock("Host");
  args.setPointer(0, size);
  args.setPointer(offsets.target_name!, target.block.address);
  args.setPointer(offsets.target_name_size!, target.size);
  args.setPointer(offsets.handler!, handlerAddress());
  args.setPointer(offsets.platform_name!, platform.block.address);
  args.setPointer(offsets.platform_name_size!, platform.size);
  const register = new Struct(pjrtFfi.Extension, extension).get("register_handler");
  const error = functionAt(register)(args.address);
  keepAlive({ args, target, platform });
  if (error !== 0) api.raise(error, "FFI_Register_Handler");
  registered.add(api);
}

let handler: number | undefined;
const handlerAddress = (): number => {
  handler ??= addressOfCallback(handle);
  return handler;
};

/** XLA_FFI_Handler: takes the address of a call frame, returns that of an XLA_FFI_Error or 0. */
function handle(address: number): number {
  const frame = new Struct(xlaFfi.CallFrame, address);
  const metadata = metadataOf(frame.address);
  if (metadata !== 0) return describe(metadata, frame.get("api"));
  if (frame.get("stage") !== executeStage) return 0;
  try {
    const number = scalarAttributeOf(frame, "callback");
    const known = functions.get(number);
    if (known === undefined) throw new Error(`internal: a program called host function ${number}, which nobody holds`);
    known.f(frameCall(frame));
    return 0;
  } catch (reason) {
    return createError(frame.get("api"), failed(reason));
  }
}

/** Address of the XLA_FFI_Metadata that the frame asks for, or 0. */
function metadataOf(frame: number): number {
  let at = readPointers(frame + 8, 1)[0]!;
  while (at !== 0) {
    const extension = new Struct(pjrtFfi.MetadataExtension, at);
    if (extension.get("type") === metadataExtensionType) return extension.get("metadata");
    at = extension.get("next");
  }
  return 0;
}

/** Answers with the version of the caller: only fields that every version has are used. */
function describe(metadata: number, api: number): number {
  const theirs = api === 0 ? undefined : new Struct(xlaFfi.Api, api);
  const { offsets } = pjrtFfi.Metadata;
  const version = new Int32Array([theirs?.get("major_version") ?? 0, theirs?.get("minor_version") ?? 1, 0]);
  writeBytes(metadata + offsets.major_version!, version);
  return 0;
}

function scalarAttributeOf(frame: Struct, name: string): number {
  const n = frame.get("attrs_size");
  const types = readInt32s(frame.get("attrs_types"), n);
  const names = readPointers(frame.get("attrs_names"), n);
  const values = readPointers(frame.get("attrs_values"), n);
  for (let i = 0; i < n; i++) {
    const [text, length] = readPointers(names[i]!, 2);
    if (types[i] !== scalarAttribute || readText(text!, length!) !== name) continue;
    // XLA_FFI_Scalar: dtype, then the address of the value.
    return readInt64s(readPointers(values[i]! + 8, 1)[0]!, 1)[0]!;
  }
  throw new Error(`internal: a host call has no attribute ${name}`);
}

function frameCall(frame: Struct): HostCall {
  const buffers = (name: string) =>
    readPointers(frame.get(`${name}_values`), frame.get(`${name}_size`)).map((at) => {
      const buffer = new Struct(xlaFfi.Buffer, at);
      const type = elementTypeOfXla(buffer.get("dtype"));
      const dims = readInt64s(buffer.get("dims"), buffer.get("rank"));
      return { type, dims, byteLength: arrayBytes(type, dims), data: buffer.get("data") };
    });
  const operands = buffers("args");
  const results = buffers("rets");
  return {
    operands,
    results,
    read: (i) => readBytes(operands[i]!.data, operands[i]!.byteLength),
    write(i, bytes) {
      const result = results[i]!;
      if (bytes.byteLength !== result.byteLength)
        throw new RangeError(
          `got ${bytes.byteLength} bytes for result ${i}; ${result.type}[${result.dims.join(",")}] takes ${result.byteLength}`,
        );
      writeBytes(result.data, bytes);
    },
  };
}

/** xla::PrimitiveType numbers, where they differ from PJRT_Buffer_Type's. */
const xlaTypes: readonly ElementType[] = [
  "invalid",
  "pred",
  "s8",
  "s16",
  "s32",
  "s64",
  "u8",
  "u16",
  "u32",
  "u64",
  "f16",
  "f32",
  "f64",
  "invalid",
  "invalid",
  "c64",
  "bf16",
  "token",
  "c128",
  "f8e5m2",
  "f8e4m3fn",
  "s4",
  "u4",
  "f8e4m3b11fnuz",
  "f8e5m2fnuz",
  "f8e4m3fnuz",
];
const elementTypeOfXla = (number: number): ElementType => xlaTypes[number] ?? elementTypeOf(0);

function createError(api: number, message: string): number {
  const { size, offsets } = xlaFfi.ErrorCreate;
  const args = new Block(size);
  const text = textBlock(`${message}\0`);
  args.setPointer(0, size);
  args.setPointer(offsets.message!, text.block.address);
  args.setInt32(offsets.code!, internalCode);
  const error = functionAt(new Struct(xlaFfi.Api, api).get("error_create"))(args.address);
  keepAlive({ args, text });
  return error;
}
