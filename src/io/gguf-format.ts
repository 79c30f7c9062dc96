// GGUF containers (versions 2 and 3, little-endian): typed metadata and the tensor table, strictly bounded by the file.

import { CheckpointError } from "./errors.ts";
import type { RandomAccessFile } from "./file.ts";
import { decodeUtf8 } from "./json.ts";
import { elementCount } from "./source.ts";

export type GgufValue = number | bigint | boolean | string | GgufValue[];

/** ggml's element types: name, elements and bytes of one block (ggml `type_traits`). */
export const ggmlTypes: Readonly<Record<number, { name: string; block: number; bytes: number }>> = {
  0: { name: "F32", block: 1, bytes: 4 },
  1: { name: "F16", block: 1, bytes: 2 },
  2: { name: "Q4_0", block: 32, bytes: 18 },
  3: { name: "Q4_1", block: 32, bytes: 20 },
  6: { name: "Q5_0", block: 32, bytes: 22 },
  7: { name: "Q5_1", block: 32, bytes: 24 },
  8: { name: "Q8_0", block: 32, bytes: 34 },
  9: { name: "Q8_1", block: 32, bytes: 36 },
  10: { name: "Q2_K", block: 256, bytes: 84 },
  11: { name: "Q3_K", block: 256, bytes: 110 },
  12: { name: "Q4_K", block: 256, bytes: 144 },
  13: { name: "Q5_K", block: 256, bytes: 176 },
  14: { name: "Q6_K", block: 256, bytes: 210 },
  15: { name: "Q8_K", block: 256, bytes: 292 },
  16: { name: "IQ2_XXS", block: 256, bytes: 66 },
  17: { name: "IQ2_XS", block: 256, bytes: 74 },
  18: { name: "IQ3_XXS", block: 256, bytes: 98 },
  19: { name: "IQ1_S", block: 256, bytes: 50 },
  20: { name: "IQ4_NL", block: 32, bytes: 18 },
  21: { name: "IQ3_S", block: 256, bytes: 110 },
  22: { name: "IQ2_S", block: 256, bytes: 82 },
  23: { name: "IQ4_XS", block: 256, bytes: 136 },
  24: { name: "I8", block: 1, bytes: 1 },
  25: { name: "I16", block: 1, bytes: 2 },
  26: { name: "I32", block: 1, bytes: 4 },
  27: { name: "I64", block: 1, bytes: 8 },
  28: { name: "F64", block: 1, bytes: 8 },
  29: { name: "IQ1_M", block: 256, bytes: 56 },
  30: { name: "BF16", block: 1, bytes: 2 },
  34: { name: "TQ1_0", block: 256, bytes: 54 },
  35: { name: "TQ2_0", block: 256, bytes: 66 },
  39: { name: "MXFP4", block: 32, bytes: 17 },
};

export interface GgufTensorInfo {
  readonly name: string;
  /** Row-major, outermost axis first (the file stores it reversed). */
  readonly shape: readonly number[];
  /** ggml type number. */
  readonly type: number;
  /** Name of the type, or `type N` when it is unknown. */
  readonly typeName: string;
  /** First byte in the file. */
  readonly start: number;
  /** Bytes; `null` for an unknown type. */
  readonly byteLength: number | null;
}

export interface GgufContents {
  readonly version: number;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: ReadonlyMap<string, GgufTensorInfo>;
}

const MAGIC = 0x46554747; // "GGUF"
const MAX_STRING = 64 << 20;
const MAX_ITEMS = 1 << 24; // far above any vocabulary

class Cursor {
  readonly #file: RandomAccessFile;
  #chunk = Buffer.alloc(0);
  #chunkStart = 0;
  position = 0;

  constructor(file: RandomAccessFile) {
    this.#file = file;
  }

  fail(found: string, expected: string, fix = "The file is truncated or corrupt; copy or download it again."): never {
    throw new CheckpointError(this.#file.path, { found: `${found} (near byte ${this.position})`, expected, fix });
  }

  get remaining(): number {
    return this.#file.size - this.position;
  }

  take(length: number, what: string): Buffer {
    if (length > this.remaining) this.fail(`${this.remaining} bytes left`, `${length} bytes of ${what}`);
    const from = this.position - this.#chunkStart;
    if (from < 0 || from + length > this.#chunk.length) {
      this.#chunk = Buffer.from(
        this.#file.read(this.position, Math.min(this.remaining, Math.max(length, 1 << 20))).buffer,
      );
      this.#chunkStart = this.position;
    }
    const at = this.position - this.#chunkStart;
    this.position += length;
    return this.#chunk.subarray(at, at + length);
  }

  u32 = (what: string): number => this.take(4, what).readUInt32LE();

  /** A u64 that counts something of at least `unit` bytes in the rest of the file. */
  count(what: string, unit: number): number {
    const n = Number(this.take(8, what).readBigUInt64LE());
    if (n * unit > this.remaining) this.fail(`${n} ${what}`, `at most the ${this.remaining} bytes left in the file`);
    return n;
  }

  string(what: string): string {
    const length = this.count(`bytes of ${what}`, 1);
    if (length > MAX_STRING) this.fail(`${what} of ${length} bytes`, `at most ${MAX_STRING}`);
    return decodeUtf8(this.take(length, what)) ?? this.fail(`${what} that is not UTF-8`, "UTF-8 text");
  }
}

const safe = (n: bigint): number | bigint =>
  n >= BigInt(Number.MIN_SAFE_INTEGER) && n <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(n) : n;

/** Metadata value types by their number in the file. */
const scalars: Readonly<Record<number, { bytes: number; read: (b: Buffer) => GgufValue }>> = {
  0: { bytes: 1, read: (b) => b.readUInt8() },
  1: { bytes: 1, read: (b) => b.readInt8() },
  2: { bytes: 2, read: (b) => b.readUInt16LE() },
  3: { bytes: 2, read: (b) => b.readInt16LE() },
  4: { bytes: 4, read: (b) => b.readUInt32LE() },
  5: { bytes: 4, read: (b) => b.readInt32LE() },
  6: { bytes: 4, read: (b) => b.readFloatLE() },
  7: { bytes: 1, read: (b) => b.readUInt8() !== 0 },
  10: { bytes: 8, read: (b) => safe(b.readBigUInt64LE()) },
  11: { bytes: 8, read: (b) => safe(b.readBigInt64LE()) },
  12: { bytes: 8, read: (b) => b.readDoubleLE() },
};
const STRING = 8;
const ARRAY = 9;

function readValue(cursor: Cursor, type: number, key: string, depth: number): GgufValue {
  if (type === STRING) return cursor.string(`metadata ${key}`);
  if (type === ARRAY) {
    if (depth > 3) cursor.fail(`metadata ${key} nested deeper than 3`, "at most 3 levels of arrays");
    const item = cursor.u32(`metadata ${key}`);
    const least = item === STRING ? 8 : item === ARRAY ? 12 : (scalars[item]?.bytes ?? 1);
    const length = cursor.count(`items of metadata ${key}`, least);
    if (length > MAX_ITEMS) cursor.fail(`${length} items of metadata ${key}`, `at most ${MAX_ITEMS}`);
    const items: GgufValue[] = [];
    for (let i = 0; i < length; i++) items.push(readValue(cursor, item, key, depth + 1));
    return items;
  }
  const scalar = scalars[type];
  if (scalar === undefined) return cursor.fail(`metadata ${key} of value type ${type}`, "a type from 0 to 12");
  return scalar.read(cursor.take(scalar.bytes, `metadata ${key}`));
}

interface RawTensor {
  readonly name: string;
  readonly shape: number[];
  readonly type: number;
  readonly offset: number;
}

function readTensorInfo(cursor: Cursor): RawTensor {
  const name = cursor.string("tensor name");
  const rank = cursor.u32(`rank of ${name}`);
  if (rank > 4) cursor.fail(`tensor ${name} of rank ${rank}`, "rank at most 4");
  const shape: number[] = [];
  for (let i = 0; i < rank; i++) shape.unshift(Number(cursor.take(8, `shape of ${name}`).readBigUInt64LE()));
  if (!Number.isSafeInteger(elementCount(shape.map((d) => Math.max(d, 1)))))
    cursor.fail(`tensor ${name} of shape [${shape}]`, "fewer than 2^53 elements");
  const type = cursor.u32(`type of ${name}`);
  return { name, shape, type, offset: Number(cursor.take(8, `offset of ${name}`).readBigUInt64LE()) };
}

/**
 * Reads everything but the tensor data. Throws `CheckpointError` for a file that is not GGUF 2 or 3, is big-endian,
 * truncated, repeats a key or a tensor, or whose tensors overlap or leave the file.
 */
export function readGguf(file: RandomAccessFile): GgufContents {
  const cursor = new Cursor(file);
  const magic = cursor.u32("magic number");
  if (magic !== MAGIC)
    cursor.fail(`the magic number 0x${magic.toString(16)}`, '"GGUF"', "This is not a GGUF file, or it is corrupt.");
  const version = cursor.u32("version");
  if (version !== 2 && version !== 3)
    cursor.fail(
      `GGUF version ${version >>> 0}${(version & 0xffff) === 0 && version !== 0 ? " (a big-endian file)" : ""}`,
      "version 2 or 3, little-endian",
      "Convert the file with a current llama.cpp.",
    );
  const tensorCount = cursor.count("tensors", 24);
  const metadataCount = cursor.count("metadata entries", 13);
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < metadataCount; i++) {
    const key = cursor.string("metadata key");
    if (metadata.has(key)) cursor.fail(`metadata ${key} twice`, "each key once");
    metadata.set(key, readValue(cursor, cursor.u32(`type of ${key}`), key, 0));
  }
  const raw: RawTensor[] = [];
  for (let i = 0; i < tensorCount; i++) raw.push(readTensorInfo(cursor));
  const alignment = metadata.get("general.alignment") ?? 32;
  if (typeof alignment !== "number" || alignment < 1 || !Number.isInteger(Math.log2(alignment)))
    return cursor.fail(`general.alignment ${String(alignment)}`, "a power of two");
  const dataStart = Math.ceil(cursor.position / alignment) * alignment;
  const tensors = new Map<string, GgufTensorInfo>();
  for (const t of raw) {
    if (tensors.has(t.name)) cursor.fail(`tensor ${t.name} twice`, "each tensor once");
    tensors.set(t.name, placeTensor(cursor, t, dataStart, alignment, file.size));
  }
  checkOverlap(cursor, [...tensors.values()]);
  return { version, metadata, tensors };
}

function placeTensor(c: Cursor, t: RawTensor, dataStart: number, alignment: number, fileSize: number): GgufTensorInfo {
  const type = ggmlTypes[t.type];
  const typeName = type?.name ?? `type ${t.type}`;
  const start = dataStart + t.offset;
  if (t.offset % alignment !== 0) c.fail(`tensor ${t.name} at offset ${t.offset}`, `a multiple of ${alignment}`);
  let byteLength: number | null = null;
  if (type !== undefined) {
    const row = t.shape.at(-1) ?? 1;
    if (row % type.block !== 0)
      c.fail(`tensor ${t.name}, ${typeName}, with rows of ${row}`, `rows of a multiple of ${type.block} elements`);
    byteLength = (elementCount(t.shape) / type.block) * type.bytes;
  }
  if (start + (byteLength ?? 0) > fileSize)
    c.fail(
      `a file of ${fileSize} bytes`,
      `at least ${start + (byteLength ?? 0)} bytes, because tensor ${t.name} ends there`,
    );
  return { name: t.name, shape: t.shape, type: t.type, typeName, start, byteLength };
}

function checkOverlap(c: Cursor, tensors: GgufTensorInfo[]): void {
  const sorted = tensors.sort((a, b) => a.start - b.start || (a.byteLength ?? 0) - (b.byteLength ?? 0));
  for (let i = 1; i < sorted.length; i++) {
    const [a, b] = [sorted[i - 1]!, sorted[i]!];
    if (a.start + (a.byteLength ?? 0) > b.start) c.fail(`tensors ${a.name} and ${b.name} overlapping`, "them apart");
  }
}
