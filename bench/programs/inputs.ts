// The weights, LoRA start and batch that the reference programs use, as jorts trees.
import { fromBytes } from "../../src/compile/place.ts";
import { avalOf } from "../../src/core/aval.ts";
import type { StepBatch } from "../../src/finetune/train/step.ts";
import { readArray, readBytes, type SafetensorsFile } from "../../src/io/index.ts";
import { type Mesh, NamedSharding, type Sharding } from "../../src/lib/mesh.ts";
import { devicePut } from "../../src/lib/sharding.ts";
import { ShapeDtypeStruct, type Tensor } from "../../src/lib/tensor.ts";
import type { LlamaConfig } from "../../src/llama/config.ts";
import { type LoraParams, loraShardings } from "../../src/llama/lora.ts";
import {
  type LlamaParams,
  mapWeights,
  onMesh,
  projectionSizes,
  weightShardings,
  weightSpecs,
} from "../../src/llama/weights.ts";

const shape = (
  layers: number,
  hiddenSize: number,
  heads: number,
  kvHeads: number,
  headDim: number,
  intermediateSize: number,
  vocabSize: number,
  ropeTheta: number,
  tieWordEmbeddings: boolean,
): LlamaConfig => ({
  layers,
  hiddenSize,
  heads,
  kvHeads,
  headDim,
  intermediateSize,
  vocabSize,
  ropeTheta,
  tieWordEmbeddings,
  rmsNormEps: 1e-5,
  ropeScaling: null,
  maxPositions: 8192,
  bosTokenId: null,
  eosTokenIds: [],
  source: {},
});

/** The shapes of bench/reference/shapes.py. */
export const configs: Readonly<Record<string, LlamaConfig>> = {
  tiny: shape(4, 256, 8, 8, 32, 688, 4096, 10000, false),
  "smollm2-135m": shape(30, 576, 9, 3, 64, 1536, 49152, 100000, true),
  "llama2-7b": shape(32, 4096, 32, 32, 128, 11008, 32000, 10000, false),
};

const fileNames: Readonly<Record<string, string>> = {
  embed: "embed",
  finalNorm: "final_norm",
  lmHead: "lm_head",
  attnNorm: "attn_norm",
  mlpNorm: "mlp_norm",
};

const shardingOf = (mesh: Mesh | undefined, entries: readonly (string | null)[]) =>
  mesh === undefined ? undefined : new NamedSharding(mesh, onMesh(mesh, entries));

export function readParams(file: SafetensorsFile, config: LlamaConfig, mesh: Mesh | undefined): LlamaParams<Tensor> {
  const places = new Map<string, Sharding>();
  if (mesh !== undefined)
    mapWeights(weightShardings(config, mesh), (s, _stacked, name) => places.set(name, s.sharding));
  return mapWeights(weightSpecs(config), (_spec, _stacked, name) => {
    const source = file.tensor(`base.${fileNames[name] ?? name}`);
    const place = places.get(name);
    return fromBytes(readBytes(source), avalOf(source.shape, source.dtype), place, { committed: place !== undefined });
  });
}

export function readLora(file: SafetensorsFile, config: LlamaConfig, mesh: Mesh | undefined): LoraParams {
  const read = (name: string) => {
    const source = file.tensor(`lora.${name}`);
    return fromBytes(readBytes(source), avalOf(source.shape, source.dtype)) as Tensor;
  };
  const lora: LoraParams = { q: { a: read("q_a"), b: read("q_b") }, v: { a: read("v_a"), b: read("v_b") } };
  return mesh === undefined ? lora : devicePut(lora, loraShardings(config, lora, mesh));
}

export interface BenchBatch {
  readonly batch: StepBatch;
  readonly maxSupervised: number;
  readonly supervised: number;
}

/** The reference's batch; its labels are already shifted, ours are not. */
export function readBatch(file: SafetensorsFile, mesh: Mesh | undefined, dataShards: number): BenchBatch {
  const get = (name: string) => file.tensor(name);
  const [rows, time] = get("tokens").shape as [number, number];
  const tokens = readArray(get("tokens")) as Int32Array;
  const targets = readArray(get("labels")) as Int32Array;
  const mask = readArray(get("mask")) as Uint8Array;
  const counted = readArray(get("loss_mask")) as Uint8Array;
  const labels = new Int32Array(rows * time).fill(-100);
  const positions = new Int32Array(rows * time);
  const perShard = new Array<number>(dataShards).fill(0);
  for (let b = 0; b < rows; b++)
    for (let t = 0; t < time; t++) {
      const at = b * time + t;
      positions[at] = t;
      if (!counted[at]) continue;
      labels[at + 1] = targets[at]!;
      perShard[Math.floor((b * dataShards) / rows)]!++;
    }
  const place = shardingOf(mesh, [null, "data", null]);
  const put = (x: Int32Array) =>
    fromBytes(new Uint8Array(x.buffer, x.byteOffset, x.byteLength), avalOf([1, rows, time], "int32"), place, {
      committed: place !== undefined,
    }) as Tensor;
  const batch = {
    ids: put(tokens),
    labels: put(labels),
    positions: put(positions),
    segmentIds: put(Int32Array.from(mask)),
  };
  return { batch, maxSupervised: Math.max(...perShard), supervised: perShard.reduce((a, b) => a + b, 0) };
}

/**
 * Positions that the reference's default batch supervises (bench/reference/data.py): row b is T - 7b mod ⌊T/8⌋ long, its
 * first quarter is a prompt, and its last position has no next token.
 */
export function defaultSupervised(rows: number, time: number): number {
  let count = 0;
  for (let b = 0; b < rows; b++) {
    const length = time - ((b * 7) % Math.max(1, Math.floor(time / 8)));
    count += Math.max(0, length - 1 - (Math.floor(time / 4) - 1));
  }
  return count;
}

/** Shapes in place of everything, for programs that are only compiled. */
export function abstractInputs(
  config: LlamaConfig,
  dtype: "float32" | "bfloat16",
  rows: number,
  time: number,
  rank: number,
  mesh: Mesh | undefined,
) {
  const struct = (dims: readonly number[], type: "float32" | "bfloat16" | "int32", sharding: Sharding | undefined) =>
    new ShapeDtypeStruct(dims, type, sharding === undefined ? {} : { sharding });
  const specs = weightSpecs(config);
  const params =
    mesh === undefined
      ? mapWeights(specs, (s, stacked) => struct(stacked ? [config.layers, ...s.shape] : s.shape, dtype, undefined))
      : mapWeights(weightShardings(config, mesh), (s) => struct(s.shape, dtype, s.sharding));
  const sizes = projectionSizes(config);
  const pairShape = (p: "q" | "v") => ({
    a: [config.layers, sizes[p][0], rank],
    b: [config.layers, rank, sizes[p][1]],
  });
  const empty = { q: { a: null, b: null }, v: { a: null, b: null } } as unknown as LoraParams;
  const places = mesh === undefined ? undefined : loraShardings(config, empty, mesh);
  const pair = (p: "q" | "v") => ({
    a: struct(pairShape(p).a, "float32", places?.[p]?.a),
    b: struct(pairShape(p).b, "float32", places?.[p]?.b),
  });
  const lora = { q: pair("q"), v: pair("v") };
  const row = () => struct([1, rows, time], "int32", shardingOf(mesh, [null, "data", null]));
  return { params, lora, batch: { ids: row(), labels: row(), positions: row(), segmentIds: row() } };
}
