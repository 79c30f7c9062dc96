// A tensor that can be read piece by piece: the interface between files, devices and writers.

import { type Float8Name, float8 } from "../../base/float8.ts";
import { bf16ToF32, f16ToF32, f32ToBf16, f32ToF16 } from "../../base/half.ts";
import { type DType, itemSize } from "../core/dtype.ts";
import type { TypedArray } from "../core/tree.ts";
import { bytesOf, viewAs } from "../core/words.ts";
import { CheckpointError } from "./errors.ts";

/**
 * A tensor whose bytes (little-endian, row-major) are produced on demand, so that a slice of it can be read
 * without the rest and a file larger than memory can be streamed. It owns no memory and no file.
 */
export interface TensorSource {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Product of `shape` times the size of one element. */
  readonly byteLength: number;
  /** Where it comes from, for messages. */
  readonly file: string;
  /** Writes bytes [start, end) of the tensor into `dst`, whose length must be `end - start`. Any range is legal. */
  readInto(dst: Uint8Array, start: number, end: number): void;
}

/** A set of tensors by name; owns the files behind it. */
export interface TensorStore {
  /** Where it lies, for messages. */
  readonly path: string;
  /** All names, in the order of the file. */
  readonly names: readonly string[];
  has(name: string): boolean;
  /** Throws `CheckpointError` when the name is missing or its element type cannot be read. */
  tensor(name: string): TensorSource;
  close(): void;
  [Symbol.dispose](): void;
}

export type HostArray = TypedArray;
export { viewAs };

export const elementCount = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

/** Bytes of one row: the last axes below the first one; one element for rank 0 and 1. */
export const rowBytes = (source: Pick<TensorSource, "shape" | "dtype">): number =>
  elementCount(source.shape.slice(1)) * itemSize(source.dtype);

function checkRange(source: TensorSource, dst: Uint8Array, start: number, end: number): void {
  if (start < 0 || end < start || end > source.byteLength || dst.length !== end - start)
    throw new RangeError(
      `${source.name}: bytes [${start}, ${end}) into ${dst.length} of a tensor of ${source.byteLength} bytes; ` +
        "the range must lie inside the tensor and fill the destination",
    );
}

/** The whole tensor as bytes in memory of their own. */
export function readBytes(source: TensorSource): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(source.byteLength);
  source.readInto(bytes, 0, bytes.length);
  return bytes;
}

/** The whole tensor as the typed array of its dtype (8- and 16-bit floats as raw words). */
export const readArray = (source: TensorSource): HostArray => viewAs(source.dtype, readBytes(source));

/** The whole tensor as float32; only for float dtypes (see `castSource`). */
export const readFloat32 = (source: TensorSource): Float32Array =>
  readArray(castSource(source, "float32")) as Float32Array;

/** Rows [from, to) of the first axis, as bytes. Throws `RangeError` outside the tensor. */
export function readRows(source: TensorSource, from: number, to: number): Uint8Array<ArrayBuffer> {
  const row = rowBytes(source);
  const bytes = new Uint8Array(Math.max(0, to - from) * row);
  checkRange(source, bytes, from * row, to * row);
  source.readInto(bytes, from * row, to * row);
  return bytes;
}

/** A tensor that already lies in host memory. It keeps a reference to `data`. */
export function memorySource(name: string, dtype: DType, shape: readonly number[], data: HostArray): TensorSource {
  const bytes = bytesOf(data);
  const byteLength = elementCount(shape) * itemSize(dtype);
  if (bytes.length !== byteLength)
    throw new RangeError(`${name}: ${bytes.length} bytes of data for ${dtype}[${shape}], which has ${byteLength}`);
  const source: TensorSource = {
    name,
    dtype,
    shape,
    byteLength,
    file: "memory",
    readInto(dst, start, end) {
      checkRange(source, dst, start, end);
      dst.set(bytes.subarray(start, end));
    },
  };
  return source;
}

/** A source whose reads start and end on multiples of `unit` elements; `fill` writes whole units into `out`. */
export function unitSource(
  facts: Pick<TensorSource, "name" | "dtype" | "shape" | "file">,
  unit: number,
  fill: (out: Uint8Array, firstUnit: number, units: number) => void,
): TensorSource {
  const bytesPerUnit = unit * itemSize(facts.dtype);
  const unitsPerChunk = Math.max(1, Math.floor((1 << 20) / bytesPerUnit));
  const source: TensorSource = {
    ...facts,
    byteLength: elementCount(facts.shape) * itemSize(facts.dtype),
    readInto(dst, start, end) {
      checkRange(source, dst, start, end);
      const last = Math.ceil(end / bytesPerUnit);
      let scratch: Uint8Array | null = null;
      for (let u = Math.floor(start / bytesPerUnit); u < last; u += unitsPerChunk) {
        const units = Math.min(unitsPerChunk, last - u);
        const from = u * bytesPerUnit;
        const to = from + units * bytesPerUnit;
        const aligned = from >= start && to <= end && (dst.byteOffset + from - start) % 4 === 0;
        if (aligned) fill(dst.subarray(from - start, to - start), u, units);
        else {
          scratch ??= new Uint8Array(unitsPerChunk * bytesPerUnit);
          fill(scratch.subarray(0, units * bytesPerUnit), u, units);
          const cutFrom = Math.max(from, start);
          dst.set(scratch.subarray(cutFrom - from, Math.min(to, end) - from), cutFrom - start);
        }
      }
    },
  };
  return source;
}

const widen: Partial<Record<DType, (a: HostArray) => Float32Array>> = {
  float32: (a) => a as Float32Array,
  float16: (a) => f16ToF32(a as Uint16Array),
  bfloat16: (a) => bf16ToF32(a as Uint16Array),
  float64: (a) => Float32Array.from(a as Float64Array),
  ...floats8((name) => (a) => Float32Array.from(a as Uint8Array, (w) => float8[name].values[w]!)),
};
const narrow: Partial<Record<DType, (a: Float32Array) => HostArray>> = {
  float32: (a) => a,
  float16: (a) => f32ToF16(a),
  bfloat16: (a) => f32ToBf16(a),
  float64: (a) => Float64Array.from(a),
  ...floats8((name) => (a) => Uint8Array.from(a, float8[name].encode)),
};

function floats8<F>(make: (name: Float8Name) => F): Record<Float8Name, F> {
  const names = Object.keys(float8) as Float8Name[];
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<Float8Name, F>;
}

/**
 * The same tensor in another float dtype, converted while it is read (round to nearest even, by way of float32).
 * Throws `CheckpointError` for integers and booleans.
 */
export function castSource(source: TensorSource, dtype: DType): TensorSource {
  if (source.dtype === dtype) return source;
  const [wide, slim] = [widen[source.dtype], narrow[dtype]];
  if (wide === undefined || slim === undefined)
    throw new CheckpointError(source.file, {
      found: `tensor ${source.name} of type ${source.dtype}, wanted as ${dtype}`,
      expected: "a float type on both sides",
      fix: "Read it in its own type.",
    });
  const size = itemSize(source.dtype);
  return unitSource({ name: source.name, dtype, shape: source.shape, file: source.file }, 1, (out, first, units) => {
    const input = new Uint8Array(units * size);
    source.readInto(input, first * size, (first + units) * size);
    out.set(bytesOf(slim(wide(viewAs(source.dtype, input)))));
  });
}

/** The same bytes under another name. */
export const renameSource = (source: TensorSource, name: string): TensorSource => ({
  name,
  dtype: source.dtype,
  shape: source.shape,
  byteLength: source.byteLength,
  file: source.file,
  readInto: (dst, start, end) => source.readInto(dst, start, end),
});

/** Walks a source in ascending pieces of at most `chunkBytes`; the piece is only valid during the call. */
export function eachChunk(source: TensorSource, chunkBytes: number, visit: (piece: Uint8Array) => void): void {
  const chunk = new Uint8Array(Math.min(chunkBytes, source.byteLength));
  for (let at = 0; at < source.byteLength; at += chunk.length) {
    const piece = chunk.subarray(0, Math.min(chunk.length, source.byteLength - at));
    source.readInto(piece, at, at + piece.length);
    visit(piece);
  }
}
