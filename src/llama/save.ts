// From devices to files: merged weights as a Hugging Face directory, adapters as a PEFT directory.

import type { ArrayTensor } from "../compile/array.ts";
import { toBytes } from "../compile/place.ts";
import { itemSize } from "../core/dtype.ts";
import {
  castSource,
  type ModelFiles,
  memorySource,
  openPeftAdapter,
  type PeftAdapter,
  type TensorSource,
  viewAs,
  writeHfDirectory,
  writePeftAdapter,
} from "../io/index.ts";
import { jit } from "../lib/jit.ts";
import * as lax from "../lib/lax.ts";
import type { DType, Tensor } from "../lib/tensor.ts";
import { configToHf, type LlamaConfig, ModelConfigError } from "./config.ts";
import { layerNames, readWeight } from "./load.ts";
import { type Lora, type LoraPair, type LoraParams, loraTargets } from "./lora.ts";
import {
  type LlamaParams,
  mapWeights,
  moduleName,
  type Projection,
  projectionSizes,
  projections,
  targetName,
  type WeightSpec,
  weightSpecs,
} from "./weights.ts";

export interface SaveOptions {
  /** The dtype on disk; that of the tensors by default. */
  readonly dtype?: DType;
  /** Overwrites a directory that is there. */
  readonly replace?: boolean;
  readonly maxShardBytes?: number;
}

/** What of the model's own files goes along. */
export type ModelExtras = Pick<ModelFiles, "generationConfig" | "tokenizerFiles">;

/** W + s·A·B of one projection's layers, in f32. */
const mergeOne = jit(function merge(w: Tensor, { a, b }: LoraPair, scale: Tensor): Tensor {
  const f32 = (x: Tensor) => lax.convertElementType(x, "float32");
  const delta = lax.dotGeneral(f32(a), f32(b), [
    [[2], [1]],
    [[0], [0]],
  ]);
  const scaled = lax.mul(delta, lax.broadcastInDim(f32(scale), delta.shape, []));
  return lax.convertElementType(lax.add(f32(w), scaled), w.dtype);
});

/** W + s·A·B for every adapted projection, computed in f32 and stored as W was. A new tree; other weights are shared. */
export function merge(params: LlamaParams<Tensor>, lora: Lora): LlamaParams<Tensor> {
  const layers = { ...params.layers };
  const scale = lora.scale as unknown as Tensor;
  for (const p of Object.keys(lora.params) as Projection[])
    layers[p] = mergeOne(params.layers[p], lora.params[p]!, scale);
  return { ...params, layers };
}

/**
 * Writes config.json, safetensors, tokenizer files and generation_config.json. Atomic: the directory appears whole.
 * Returns notes on what had to be adjusted.
 */
export async function save(
  dir: string,
  params: LlamaParams<Tensor>,
  config: LlamaConfig,
  extras: ModelExtras,
  options: SaveOptions = {},
): Promise<readonly string[]> {
  const dtype = options.dtype ?? params.embed.dtype;
  const specs = weightSpecs(config);
  const pairs: [WeightSpec, boolean][] = [];
  mapWeights(specs, (s, stacked) => pairs.push([s, stacked]));
  const tensors: Tensor[] = [];
  mapWeights(params, (w) => tensors.push(w));
  const sources = pairs.flatMap(([spec, stacked], i) =>
    weightSources(tensors[i]!, spec, stacked, config.layers, dtype),
  );
  const { notes } = await writeHfDirectory(
    dir,
    {
      config: configToHf(config, dtype),
      generationConfig: extras.generationConfig,
      tokenizerFiles: extras.tokenizerFiles,
      tensors: sources,
    },
    { replace: options.replace ?? false, ...(options.maxShardBytes ? { maxShardBytes: options.maxShardBytes } : {}) },
  );
  return notes;
}

/** One source for each layer's matrix. Its bytes leave the device when they are written, one matrix at a time. */
function weightSources(
  tensor: Tensor,
  spec: WeightSpec,
  stacked: boolean,
  layers: number,
  dtype: DType,
): TensorSource[] {
  const shape = spec.transposed ? [...spec.shape].reverse() : spec.shape;
  const byteLength = shape.reduce((n, d) => n * d, itemSize(tensor.dtype));
  const names = layerNames(spec, stacked ? layers : null);
  return names.map((name, n) => {
    let held: Uint8Array | undefined;
    const source: TensorSource = {
      name,
      dtype: tensor.dtype,
      shape,
      byteLength,
      file: name,
      readInto: (dst, start, end) => {
        held ??= hostBytes(tensor, stacked ? n : null, spec.transposed);
        dst.set(held.subarray(start, end));
        if (end === byteLength) held = undefined;
      },
    };
    return castSource(source, dtype);
  });
}

const lastTwo = (x: Tensor): Tensor =>
  lax.transpose(x, [...x.shape.keys()].slice(0, -2).concat(x.ndim - 1, x.ndim - 2));
const layerOf = jit((w: Tensor, n: Tensor) => lax.dynamicIndexInDim(w, n, 0, false));
const turnedLayerOf = jit((w: Tensor, n: Tensor) => lastTwo(lax.dynamicIndexInDim(w, n, 0, false)));
const turned = jit(lastTwo);

/** A weight's bytes, or those of one of its layers, as the file orders them. */
function hostBytes(tensor: Tensor, layer: number | null, transposed: boolean): Uint8Array {
  if (layer === null && !transposed) return toBytes(tensor as ArrayTensor);
  const f = transposed ? turnedLayerOf : layerOf;
  using part = (layer === null ? turned(tensor) : f(tensor, BigInt(layer) as unknown as Tensor)) as ArrayTensor;
  return toBytes(part);
}

export interface AdapterOptions {
  readonly replace?: boolean;
  /** Where the base model came from, for other readers of the adapter. */
  readonly baseModel?: string;
}

/** Writes a PEFT directory: adapter_config.json and adapter_model.safetensors. Atomic. */
export async function saveAdapter(
  dir: string,
  lora: Lora,
  config: LlamaConfig,
  options: AdapterOptions = {},
): Promise<void> {
  const targets = Object.keys(lora.params) as Projection[];
  const modules = new Map<string, { A: TensorSource; B: TensorSource }>();
  const sizes = projectionSizes(config);
  for (const p of targets) {
    const { a, b } = lora.params[p]!;
    const [input, output] = sizes[p];
    const bytes = { a: hostBytes(a, null, true), b: hostBytes(b, null, true) };
    const layer = (name: "a" | "b", shape: readonly number[], n: number) => {
      const size = bytes[name].length / config.layers;
      const part = bytes[name].subarray(n * size, (n + 1) * size);
      return memorySource(
        `${p}.${name}`,
        lora.params[p]![name].dtype,
        shape,
        viewAs(lora.params[p]![name].dtype, part),
      );
    };
    for (let n = 0; n < config.layers; n++)
      modules.set(moduleName(n, p), { A: layer("a", [lora.rank, input], n), B: layer("b", [output, lora.rank], n) });
  }
  await writePeftAdapter(
    dir,
    {
      config: {
        r: lora.rank,
        loraAlpha: lora.alpha,
        loraDropout: lora.dropout,
        targetModules: targets.map(targetName),
        useRslora: lora.rsLora,
        baseModel: options.baseModel ?? null,
      },
      modules,
    },
    { replace: options.replace ?? false },
  );
}

/** Reads a PEFT directory. Every module of a target must be there for every layer. @throws CheckpointError, ModelConfigError */
export function loadAdapter(dir: string, config: LlamaConfig): Lora {
  using adapter = openPeftAdapter(dir);
  const { modules } = adapter;
  const found = new Set<Projection>();
  for (const name of modules.keys()) {
    const layer = Number(/layers\.(\d+)\./.exec(name)?.[1] ?? -1);
    const p = projections.find((q) => name === moduleName(layer, q));
    if (p === undefined || layer >= config.layers)
      throw new ModelConfigError(`${dir}: the adapter changes ${name}, which this Llama does not have.`);
    found.add(p);
  }
  const targets = loraTargets([...found]);
  const params: { [P in Projection]?: LoraPair } = {};
  for (const p of targets) params[p] = readPair(dir, modules, p, config);
  const c = adapter.config;
  return {
    params: params as LoraParams,
    rank: c.r,
    alpha: c.loraAlpha,
    rsLora: c.useRslora,
    dropout: c.loraDropout,
    scale: adapter.scale,
  };
}

function readPair(dir: string, modules: PeftAdapter["modules"], p: Projection, config: LlamaConfig): LoraPair {
  const pairs = Array.from({ length: config.layers }, (_, n) => {
    const pair = modules.get(moduleName(n, p));
    if (pair === undefined) throw new ModelConfigError(`${dir}: the adapter has no weights for ${moduleName(n, p)}.`);
    return pair;
  });
  const [input, output] = projectionSizes(config)[p];
  const rank = pairs[0]!.A.shape[0]!;
  const read = (sources: readonly TensorSource[], shape: readonly number[], hfName: string): Tensor => {
    const expected = [...shape].reverse();
    for (const s of sources)
      if (s.shape.join() !== expected.join())
        throw new ModelConfigError(
          `${dir}: ${s.name} has shape [${s.shape.join(", ")}], this model needs [${expected.join(", ")}].`,
        );
    return readWeight(sources, { shape, spec: [null, null], hfName, transposed: true }, true, undefined, "float32");
  };
  return {
    a: read(
      pairs.map((x) => x.A),
      [input, rank],
      `${p}.A`,
    ),
    b: read(
      pairs.map((x) => x.B),
      [rank, output],
      `${p}.B`,
    ),
  };
}
