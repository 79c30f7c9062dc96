// Native memory and symbols: the only file that talks to koffi.
import koffi from "koffi";

/** A C function of one pointer-sized argument and result. koffi passes numbers below 2^53 without allocating. */
export interface NativeFunction {
  (argument: number): number;
  async(argument: number, done: (error: Error | null, result: number) => void): void;
}

// koffi runs native code on stacks of its own; compiling deep programs needs more than its defaults.
const stackBytes = 16 * 2 ** 20;
koffi.config({ ...koffi.config(), sync_stack_size: stackBytes, async_stack_size: stackBytes });

const self = koffi.load(null);
const memcpyToView = self.func("memcpy", "uint64", ["void *", "uint64", "uint64"]) as (
  to: ArrayBufferView,
  from: number,
  bytes: number,
) => number;
const memcpyFromView = self.func("memcpy", "uint64", ["uint64", "void *", "uint64"]) as (
  to: number,
  from: ArrayBufferView,
  bytes: number,
) => number;
const dlopen = self.func("dlopen", "uint64", ["str", "int"]) as (path: string, flags: number) => number;
const dlsym = self.func("dlsym", "uint64", ["uint64", "str"]) as (library: number, name: string) => number;
const dlerror = self.func("dlerror", "str", []) as () => string | null;
const setenv = self.func("setenv", "int", ["str", "str", "int"]) as (n: string, v: string, overwrite: number) => number;
const pointerToPointer = koffi.proto("uint64", ["uint64"]);

const RTLD_NOW = 0x2;
const RTLD_GLOBAL = 0x100;
/** Never unmap: XLA's exit handlers run after everything else and must find their code. */
const RTLD_NODELETE = 0x1000;

/** Opens a shared object for the life of the process. Throws the loader's own message. */
export function openLibrary(path: string, scope: "local" | "global" = "local"): number {
  const library = dlopen(path, RTLD_NOW | RTLD_NODELETE | (scope === "global" ? RTLD_GLOBAL : 0));
  if (library === 0) throw new Error(dlerror() ?? `dlopen failed: ${path}`);
  return library;
}

/** Sets a variable of the C environment unless it is set (`process.env` is only a copy of it in worker threads). */
export function setDefaultEnvironment(name: string, value: string): void {
  setenv(name, value, 0);
}

/** Address of an exported symbol, or 0. */
export function symbolAddress(library: number, name: string): number {
  return dlsym(library, name);
}

/** A callable for the function at `address`. */
export function functionAt(address: number): NativeFunction {
  return koffi.decode(address, pointerToPointer) as NativeFunction;
}

/**
 * Address of a C function that calls `f` on this thread. When native code calls it on another thread, that thread waits
 * until this one gets to it. The function stays registered for the life of the process, and `f` must not throw.
 */
export function addressOfCallback(f: (argument: number) => number): number {
  const pointer = koffi.register((argument: number | bigint) => f(Number(argument)), koffi.pointer(pointerToPointer));
  return Number(koffi.address(pointer));
}

const unreachable = {};

/** Keeps `value` from being collected before this line: native code that only has its address does not. */
export function keepAlive(value: object): void {
  if (value === unreachable) throw new Error("internal: keepAlive met its own sentinel");
}

/** What empty views point to: plugins take a null pointer for "no data given". */
const empty = new Uint8Array(new ArrayBuffer(8));
const emptyAddress = memcpyToView(empty, 0, 0);

/** Address of a view's first byte, never 0; valid while the view's buffer is reachable. */
export function addressOf(view: ArrayBufferView): number {
  // Naming the buffer moves a small typed array out of the moving heap.
  if (view.buffer.byteLength === 0 || view.byteLength === 0) return emptyAddress;
  return memcpyToView(view, 0, 0);
}

/** Fills `view` with the bytes at `address`. */
export function copyBytes(address: number, view: ArrayBufferView): void {
  if (view.byteLength > 0) memcpyToView(view, address, view.byteLength);
}

/** Copies the bytes of `view` to `address`. */
export function writeBytes(address: number, view: ArrayBufferView): void {
  if (view.byteLength > 0) memcpyFromView(address, view, view.byteLength);
}

/** Copies `length` bytes at `address` into a new array. */
export function readBytes(address: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(new ArrayBuffer(length));
  if (length > 0) memcpyToView(bytes, address, length);
  return bytes;
}

/** UTF-8 text of `length` bytes at `address`. */
export function readText(address: number, length: number): string {
  return new TextDecoder().decode(readBytes(address, length));
}

/** `count` pointers or sizes at `address`. */
export function readPointers(address: number, count: number): number[] {
  const words = new Uint32Array(readBytes(address, count * 8).buffer);
  return Array.from({ length: count }, (_, i) => words[2 * i]! + words[2 * i + 1]! * 2 ** 32);
}

/** `count` int64 values at `address`, exact below 2^53 in magnitude. */
export function readInt64s(address: number, count: number): number[] {
  return Array.from(new BigInt64Array(readBytes(address, count * 8).buffer), Number);
}

/** `count` int32 values at `address`. */
export function readInt32s(address: number, count: number): number[] {
  return Array.from(new Int32Array(readBytes(address, count * 4).buffer));
}
