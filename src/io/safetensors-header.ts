// The safetensors header: the strict rules of the format's own `tensor.rs` and README, as data and checks.

import type { DType } from "../core/dtype.ts";
import { CheckpointError } from "./errors.ts";
import type { RandomAccessFile } from "./file.ts";
import { decodeUtf8, type Json, JsonError, parseJson } from "./json.ts";

export const MAX_HEADER_BYTES = 100_000_000;

/** Every element type of the format: bits, and the dtype that reads it (`null`: known, but not read by jorts). */
export const elementTypes = {
  BOOL: { bits: 8, dtype: "bool" },
  F4: { bits: 4, dtype: null },
  F6_E2M3: { bits: 6, dtype: null },
  F6_E3M2: { bits: 6, dtype: null },
  U8: { bits: 8, dtype: "uint8" },
  I8: { bits: 8, dtype: "int8" },
  F8_E5M2: { bits: 8, dtype: "float8_e5m2" },
  F8_E4M3: { bits: 8, dtype: "float8_e4m3fn" },
  F8_E8M0: { bits: 8, dtype: "float8_e8m0fnu" },
  F8_E4M3FNUZ: { bits: 8, dtype: "float8_e4m3fnuz" },
  F8_E5M2FNUZ: { bits: 8, dtype: "float8_e5m2fnuz" },
  I16: { bits: 16, dtype: "int16" },
  U16: { bits: 16, dtype: "uint16" },
  F16: { bits: 16, dtype: "float16" },
  BF16: { bits: 16, dtype: "bfloat16" },
  I32: { bits: 32, dtype: "int32" },
  U32: { bits: 32, dtype: "uint32" },
  F32: { bits: 32, dtype: "float32" },
  C64: { bits: 64, dtype: "complex64" },
  F64: { bits: 64, dtype: "float64" },
  I64: { bits: 64, dtype: "int64" },
  U64: { bits: 64, dtype: "uint64" },
} as const satisfies Record<string, { bits: number; dtype: DType | null }>;

export type ElementType = keyof typeof elementTypes;

/** The format's name of every dtype of jorts that it has one for. */
export const elementTypeOf = Object.fromEntries(
  Object.entries(elementTypes).flatMap(([name, { dtype }]) => (dtype === null ? [] : [[dtype, name]])),
) as Partial<Record<DType, ElementType>>;

export interface TensorEntry {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** First byte, relative to the data section. */
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly metadata: ReadonlyMap<string, string>;
  /** By name, in the order of their bytes. */
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  /** First byte of the data section in the file. */
  readonly dataStart: number;
}

const COPY_AGAIN = "The file is truncated or corrupt; copy or download it again.";
const WRITE_AGAIN = "The file breaks the safetensors format; write it again with a correct writer.";

type Fail = (found: string, expected: string, fix?: string) => never;

/** Reads and checks the header. Throws `CheckpointError` for everything that a reader of the format must refuse. */
export function readHeader(file: RandomAccessFile): SafetensorsHeader {
  const fail: Fail = (found, expected, fix = WRITE_AGAIN) => {
    throw new CheckpointError(file.path, { found, expected, fix });
  };
  if (file.size < 8) fail(`a file of ${file.size} bytes`, "at least the 8 bytes of the header length", COPY_AGAIN);
  const prefix = new DataView(file.read(0, 8).buffer);
  const length = Number(prefix.getBigUint64(0, true));
  if (length > MAX_HEADER_BYTES)
    fail(
      `a header length of ${length}`,
      `at most ${MAX_HEADER_BYTES}`,
      "This is not a safetensors file, or it is corrupt.",
    );
  if (8 + length > file.size)
    fail(
      `a header of ${length} bytes in a file of ${file.size}`,
      `at least ${8 + length} bytes in the file`,
      COPY_AGAIN,
    );
  const bytes = file.read(8, length);
  if (bytes[0] !== 0x7b)
    fail(
      length === 0 ? "an empty header" : `a header that begins with byte 0x${bytes[0]!.toString(16)}`,
      "a header that begins with '{'",
      "This is not a safetensors file, or it is corrupt.",
    );
  const text = decodeUtf8(bytes);
  if (text === null) return fail("a header that is not UTF-8", "UTF-8 JSON");
  let json: Json;
  try {
    json = parseJson(text, { integers: true });
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return fail(`a bad header (${error.message})`, "one JSON object padded with spaces");
  }
  const top = json as Map<string, Json>;
  const metadata = readMetadata(top.get("__metadata__"), fail);
  const entries: TensorEntry[] = [];
  for (const [name, value] of top) if (name !== "__metadata__") entries.push(readEntry(name, value, fail));
  const dataStart = 8 + length;
  checkLayout(entries, file.size - dataStart, fail);
  return { metadata, tensors: new Map(entries.map((e) => [e.name, e])), dataStart };
}

function readMetadata(value: Json | undefined, fail: Fail): ReadonlyMap<string, string> {
  if (value === undefined) return new Map();
  if (!(value instanceof Map)) return fail("__metadata__ that is not an object", "an object of strings");
  for (const [key, text] of value)
    if (typeof text !== "string") fail(`__metadata__.${key} that is not a string`, "an object of strings");
  return value as Map<string, string>;
}

function readEntry(name: string, value: Json, fail: Fail): TensorEntry {
  const where = `tensor ${JSON.stringify(name)}`;
  const fields = value instanceof Map ? value : new Map<string, Json>();
  for (const field of ["dtype", "shape", "data_offsets"])
    if (!fields.has(field)) fail(`${where} without ${field}`, "dtype, shape and data_offsets for every tensor");
  if (fields.size !== 3)
    fail(`${where} with the fields ${[...fields.keys()].join(", ")}`, "only dtype, shape and data_offsets");
  const type = fields.get("dtype");
  if (typeof type !== "string" || !Object.hasOwn(elementTypes, type))
    return fail(`${where} of dtype ${JSON.stringify(type)}`, `one of ${Object.keys(elementTypes).join(" ")}`);
  const isNumbers = (v: Json | undefined): v is number[] => Array.isArray(v) && v.every((n) => typeof n === "number");
  const shape = fields.get("shape");
  if (!isNumbers(shape)) return fail(`${where} whose shape is not a list of integers`, "a list of integers");
  const offsets = fields.get("data_offsets");
  if (!isNumbers(offsets) || offsets.length !== 2)
    return fail(`${where} whose data_offsets are not two integers`, "[begin, end]");
  const [begin, end] = offsets as [number, number];
  if (end < begin) fail(`${where} with data_offsets [${begin}, ${end}]`, "begin <= end");
  let bits: number = elementTypes[type as ElementType].bits;
  for (const d of shape) {
    bits *= d;
    if (!Number.isSafeInteger(bits)) fail(`${where} of shape [${shape}]`, "a size below 2^53 bits");
  }
  if (bits % 8 !== 0) fail(`${where}, ${type}[${shape}], of ${bits} bits`, "a whole number of bytes");
  if (bits / 8 !== end - begin)
    fail(`${where}, ${type}[${shape}], in ${end - begin} bytes`, `${bits / 8} bytes, as its shape says`);
  return { name, type: type as ElementType, shape, begin, end };
}

/** Sorts by offset and checks that the tensors tile the data section: from 0, without gap or overlap, to the end. */
function checkLayout(entries: TensorEntry[], dataBytes: number, fail: Fail): void {
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== at)
      fail(
        `tensor ${JSON.stringify(name)} at offset ${begin}, ${begin < at ? "overlapping the one before" : "after a gap"}`,
        `offset ${at}`,
      );
    at = end;
  }
  if (at > dataBytes) fail(`${dataBytes} bytes of tensor data`, `${at} bytes, as the header says`, COPY_AGAIN);
  if (at < dataBytes) fail(`${dataBytes - at} bytes after the last tensor`, "the file to end there");
}

/** Serialises a header: u64 length, JSON, spaces up to a multiple of 8. Entries in the order given. */
export function encodeHeader(entries: Iterable<TensorEntry>, metadata: Readonly<Record<string, string>>): Uint8Array {
  const items: string[] = [];
  if (Object.keys(metadata).length > 0) items.push(`"__metadata__":${JSON.stringify(metadata)}`);
  for (const { name, type, shape, begin, end } of entries)
    items.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype: type, shape, data_offsets: [begin, end] })}`);
  const json = Buffer.from(`{${items.join(",")}}`);
  const padded = Math.ceil(json.length / 8) * 8;
  const out = Buffer.alloc(8 + padded, 0x20);
  out.writeBigUInt64LE(BigInt(padded), 0);
  json.copy(out, 8);
  return out;
}
