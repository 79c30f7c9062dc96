// From files to devices: each device's piece of each weight is read, transposed and placed by itself.
import { alignedBytes } from "../compile/door.ts";
import { fromPieces, onDefaultDevice } from "../compile/place.ts";
import { avalOf } from "../core/aval.ts";
import { itemSize } from "../core/dtype.ts";
import {
  CheckpointError,
  castSource,
  type ModelFiles,
  modelTokenizer,
  openModel,
  type TensorSource,
  type Tokenizer,
} from "../io/index.ts";
import type { Mesh, Sharding } from "../lib/mesh.ts";
import type { DType, Tensor } from "../lib/tensor.ts";
import { configFromHf, type LlamaConfig } from "./config.ts";
import { type LlamaParams, mapWeights, type WeightSpec, weightShardings, weightSpecs } from "./weights.ts";

export interface LoadOptions {
  /** Splits the weights over axes `tensor` (and copies them over `data`). */
  readonly mesh?: Mesh;
  /** The dtype to store the weights in; that of the file by default, quantised ones as float32. */
  readonly dtype?: DType;
  /** Called after each weight. */
  readonly onProgress?: (done: number, total: number, name: string) => void;
}

export interface LoadedLlama {
  readonly config: LlamaConfig;
  readonly params: LlamaParams<Tensor>;
  /** Null if the model comes without one. */
  readonly tokenizer: Tokenizer | null;
  /** The files' own records, for export. */
  readonly files: Pick<ModelFiles, "path" | "format" | "generationConfig" | "tokenizerFiles">;
}

/**
 * Reads a Hugging Face directory or a GGUF file. Tensors are read piece by piece, never whole files.
 *
 * @throws CheckpointError, ModelConfigError, ShardingError
 */
export async function load(dirOrGguf: string, options: LoadOptions = {}): Promise<LoadedLlama> {
  using files = openModel(dirOrGguf);
  const config = configFromHf(files.config, files.path);
  const { path, format, generationConfig, tokenizerFiles } = files;
  return {
    config,
    params: await readParams(files, config, options),
    tokenizer: tokenizerFiles === null ? null : modelTokenizer(files),
    files: { path, format, generationConfig, tokenizerFiles },
  };
}

async function readParams(files: ModelFiles, config: LlamaConfig, options: LoadOptions): Promise<LlamaParams<Tensor>> {
  const specs = weightSpecs(config);
  const shardings = options.mesh === undefined ? undefined : weightShardings(config, options.mesh);
  const all: [WeightSpec, boolean][] = [];
  mapWeights(specs, (s, stacked) => all.push([s, stacked]));
  const byName = new Map<string, Sharding>();
  if (shardings !== undefined) {
    const places: Sharding[] = [];
    mapWeights(shardings, (s) => places.push(s.sharding));
    all.forEach(([s], i) => {
      byName.set(s.hfName, places[i]!);
    });
  }
  const made = new Map<string, Tensor>();
  let done = 0;
  for (const [spec, stacked] of all) {
    const sources = layerNames(spec, stacked ? config.layers : null).map((name) => checked(files, name, spec));
    made.set(spec.hfName, readWeight(sources, spec, stacked, byName.get(spec.hfName), options.dtype));
    options.onProgress?.(++done, all.length, spec.hfName);
    // Lets progress be drawn and signals be handled between weights.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return mapWeights(specs, (s) => made.get(s.hfName)!);
}

/** The tensors on disk that make up a weight. */
export function layerNames(spec: WeightSpec, layers: number | null): string[] {
  return layers === null
    ? [spec.hfName]
    : Array.from({ length: layers }, (_, n) => spec.hfName.replace(".N.", `.${n}.`));
}

function checked(files: ModelFiles, name: string, spec: WeightSpec): TensorSource {
  const source = files.tensors.tensor(name);
  const expected = spec.transposed ? [...spec.shape].reverse() : spec.shape;
  if (source.shape.join() !== expected.join())
    throw new CheckpointError(files.path, {
      found: `${name} of shape [${source.shape.join(", ")}]`,
      expected: `[${expected.join(", ")}], as config.json says`,
      fix: "Check that config.json and the weights belong together.",
    });
  return source;
}

type Range = readonly [number, number];

/** Layers' matrices as one tensor of `spec`'s shape, stacked on a leading axis. */
export function readWeight(
  sources: readonly TensorSource[],
  spec: WeightSpec,
  stacked: boolean,
  sharding: Sharding | undefined,
  dtype: DType | undefined,
): Tensor {
  const target = dtype ?? sources[0]!.dtype;
  const shape = stacked ? [sources.length, ...spec.shape] : spec.shape;
  const place = sharding ?? onDefaultDevice();
  const item = itemSize(target);
  return fromPieces(
    avalOf(shape, target),
    place,
    (ranges) => {
      const bytes = ranges.reduce((n, [a, b]) => n * (b - a), item);
      const piece = alignedBytes(bytes);
      const [from, to] = stacked ? ranges[0]! : [0, 1];
      const inner = stacked ? ranges.slice(1) : ranges;
      const each = bytes / (to - from);
      for (let n = from; n < to; n++) {
        const source = castSource(sources[n]!, target);
        readPiece(source, inner, spec.transposed, piece.subarray((n - from) * each, (n - from + 1) * each), item);
      }
      return piece;
    },
    { committed: sharding !== undefined, share: true },
  );
}

/** Fills `out` with the sub-array `ranges` of a matrix or vector, transposed if the file holds [out, in]. */
function readPiece(
  source: TensorSource,
  ranges: readonly Range[],
  transposed: boolean,
  out: Uint8Array,
  item: number,
): void {
  if (ranges.length === 1) {
    source.readInto(out, ranges[0]![0] * item, ranges[0]![1] * item);
    return;
  }
  const [rows, columns] = transposed ? [ranges[1]!, ranges[0]!] : [ranges[0]!, ranges[1]!];
  const rowBytes = source.shape[1]! * item;
  const height = rows[1] - rows[0];
  const width = columns[1] - columns[0];
  const whole = width === source.shape[1];
  if (whole && !transposed) {
    source.readInto(out, rows[0] * rowBytes, rows[1] * rowBytes);
    return;
  }
  // Rows at a time, so that little more than the piece itself is held.
  const step = Math.max(1, Math.min(height, Math.floor((8 * 2 ** 20) / rowBytes)));
  const buffer = new Uint8Array(step * rowBytes);
  for (let r = 0; r < height; r += step) {
    const n = Math.min(step, height - r);
    source.readInto(buffer.subarray(0, n * rowBytes), (rows[0] + r) * rowBytes, (rows[0] + r + n) * rowBytes);
    if (transposed) transposeInto(buffer, n, source.shape[1]!, columns, out, r, height, item);
    else
      for (let i = 0; i < n; i++)
        out.set(
          buffer.subarray(i * rowBytes + columns[0] * item, i * rowBytes + columns[1] * item),
          (r + i) * width * item,
        );
  }
}

/** out[c][r0 + r] = rows[r][c], in tiles that stay in the cache. */
function transposeInto(
  rows: Uint8Array,
  n: number,
  stride: number,
  columns: Range,
  out: Uint8Array,
  r0: number,
  height: number,
  item: number,
): void {
  const words = item === 2 ? Uint16Array : item === 4 ? Uint32Array : item === 8 ? Float64Array : Uint8Array;
  const from = new words(rows.buffer as ArrayBuffer, rows.byteOffset, (n * stride * item) / words.BYTES_PER_ELEMENT);
  const to = new words(out.buffer as ArrayBuffer, out.byteOffset, out.byteLength / words.BYTES_PER_ELEMENT);
  const tile = 32;
  const [c0, c1] = columns;
  for (let rb = 0; rb < n; rb += tile)
    for (let cb = c0; cb < c1; cb += tile) {
      const rEnd = Math.min(n, rb + tile);
      const cEnd = Math.min(c1, cb + tile);
      for (let c = cb; c < cEnd; c++) {
        const base = (c - c0) * height + r0;
        for (let r = rb; r < rEnd; r++) to[base + r] = from[r * stride + c]!;
      }
    }
}
