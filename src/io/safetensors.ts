// Safetensors files: opened by header, read by position, written in one streaming pass.

import { itemSize } from "../core/dtype.ts";
import { writeFileAtomic } from "./atomic.ts";
import { CheckpointError } from "./errors.ts";
import { RandomAccessFile } from "./file.ts";
import {
  elementTypeOf,
  elementTypes,
  encodeHeader,
  MAX_HEADER_BYTES,
  readHeader,
  type SafetensorsHeader,
  type TensorEntry,
} from "./safetensors-header.ts";
import { eachChunk, elementCount, type TensorSource, type TensorStore } from "./source.ts";

/** Bytes that a writer holds at once. */
export const CHUNK_BYTES = 8 << 20;

/**
 * An open safetensors file; only the header is in memory. Owns the file: dispose it.
 * The constructor throws `CheckpointError` for a file that breaks the format in any way.
 */
export class SafetensorsFile implements TensorStore {
  readonly path: string;
  readonly metadata: ReadonlyMap<string, string>;
  readonly #file: RandomAccessFile;
  readonly #header: SafetensorsHeader;

  constructor(path: string) {
    this.path = path;
    this.#file = new RandomAccessFile(path);
    try {
      this.#header = readHeader(this.#file);
    } catch (error) {
      this.#file.close();
      throw error;
    }
    this.metadata = this.#header.metadata;
  }

  get names(): readonly string[] {
    return [...this.#header.tensors.keys()];
  }

  has(name: string): boolean {
    return this.#header.tensors.has(name);
  }

  /** Throws `CheckpointError` for a missing name and for element types that jorts does not read (floats below 8 bits). */
  tensor(name: string): TensorSource {
    const entry = this.#header.tensors.get(name);
    if (entry === undefined) throw missingTensor(this.path, name, this.names);
    const { dtype } = elementTypes[entry.type];
    if (dtype === null)
      throw new CheckpointError(this.path, {
        found: `tensor ${name} of type ${entry.type}`,
        expected: `one of ${Object.values(elementTypeOf).join(" ")}`,
        fix: "Convert the checkpoint to bfloat16 or float32 first.",
      });
    const start = this.#header.dataStart + entry.begin;
    const byteLength = entry.end - entry.begin;
    const file = this.#file;
    return {
      name,
      dtype,
      shape: entry.shape,
      byteLength,
      file: this.path,
      readInto(dst, from, to) {
        if (from < 0 || to < from || to > byteLength || dst.length !== to - from)
          throw new RangeError(`${name}: bytes [${from}, ${to}) into ${dst.length} of a tensor of ${byteLength} bytes`);
        file.readInto(dst, start + from);
      },
    };
  }

  close(): void {
    this.#file.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** The error for a tensor that is not there, with the nearest names that are. */
export function missingTensor(path: string, name: string, names: readonly string[]): CheckpointError {
  const last = name.split(".").slice(-2).join(".");
  const near = names.filter((n) => n.endsWith(last)).slice(0, 3);
  return new CheckpointError(path, {
    found: `no tensor ${name}${near.length > 0 ? ` (there is ${near.join(", ")})` : ""}`,
    expected: "it in the checkpoint",
    fix: "The checkpoint is incomplete or of another model family.",
  });
}

const byteOrder = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** The order of a written file: descending alignment, then name (bytewise). */
export const fileOrder = (tensors: Iterable<TensorSource>): TensorSource[] =>
  [...tensors].sort((a, b) => itemSize(b.dtype) - itemSize(a.dtype) || byteOrder(a.name, b.name));

/**
 * Writes a safetensors file atomically. Each source is read once, in ascending pieces of at most `CHUNK_BYTES`,
 * so no more than that is in memory. `metadata` is written as `__metadata__`.
 * Throws `CheckpointError` for a repeated or reserved name and for system errors (a full disk leaves the old file).
 */
export function writeSafetensors(
  path: string,
  tensors: Iterable<TensorSource>,
  metadata: Readonly<Record<string, string>> = {},
): void {
  const sources = fileOrder(tensors);
  const entries: TensorEntry[] = [];
  const seen = new Set<string>(["__metadata__"]);
  let at = 0;
  for (const { name, dtype, shape, byteLength } of sources) {
    if (seen.has(name))
      throw new CheckpointError(path, {
        found: `the tensor name ${JSON.stringify(name)} ${name === "__metadata__" ? "which is reserved" : "twice"}`,
        expected: "distinct names other than __metadata__",
        fix: "Rename one of the tensors.",
      });
    if (byteLength !== elementCount(shape) * itemSize(dtype))
      throw new RangeError(
        `${name}: ${byteLength} bytes for ${dtype}[${shape}]; a source's byteLength must follow its shape`,
      );
    seen.add(name);
    const type = elementTypeOf[dtype];
    if (type === undefined)
      throw new CheckpointError(path, {
        found: `tensor ${name} of dtype ${dtype}, which safetensors has no name for`,
        expected: `one of ${Object.keys(elementTypeOf).join(" ")}`,
        fix: "Convert it with astype first.",
      });
    entries.push({ name, type, shape, begin: at, end: at + byteLength });
    at += byteLength;
  }
  const header = encodeHeader(entries, metadata);
  if (header.length - 8 > MAX_HEADER_BYTES)
    throw new CheckpointError(path, {
      found: `a header of ${header.length - 8} bytes`,
      expected: `at most ${MAX_HEADER_BYTES}`,
      fix: "Write fewer tensors into one file.",
    });
  writeFileAtomic(path, (sink) => {
    sink.write(header);
    for (const source of sources) eachChunk(source, CHUNK_BYTES, (piece) => sink.write(piece));
  });
}
