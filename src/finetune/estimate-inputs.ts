// The inputs of a training step as shapes: what a run would have, from the model's configuration alone.
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { CheckpointError, openModel, readJsonObject } from "../io/index.ts";
import { evalShape } from "../lib/jit.ts";
import { type Mesh, NamedSharding, P, type Sharding } from "../lib/mesh.ts";
import type * as optim from "../lib/optim.ts";
import { type DType, ShapeDtypeStruct, type Tensor } from "../lib/tensor.ts";
import * as tree from "../lib/tree.ts";
import { configFromHf, type LlamaConfig } from "../llama/config.ts";
import { initLora } from "../llama/lora.ts";
import { type LlamaParams, mapWeights, onMesh, weightShardings, weightSpecs } from "../llama/weights.ts";
import type { FinetuneConfig } from "./config/resolve.ts";
import { stateShardings } from "./train/setup.ts";
import type { StepBatch, TrainState } from "./train/step.ts";

/** A model that is not loaded. */
export interface AbstractModel {
  readonly config: LlamaConfig;
  /** How its weights would be stored. */
  readonly dtype: DType;
}

const storedTypes: Readonly<Record<string, DType>> = {
  float32: "float32",
  float16: "float16",
  bfloat16: "bfloat16",
};

/**
 * Reads a Hugging Face directory's config.json, or a GGUF file's header; no weights need to be there.
 * @throws CheckpointError, ModelConfigError
 */
export function abstractModel({ model, dtypes }: FinetuneConfig): AbstractModel {
  const asked = { f32: "float32", bf16: "bfloat16", auto: undefined } as const;
  const wanted: DType | undefined = asked[dtypes.storage];
  if (!statSync(model, { throwIfNoEntry: false })?.isDirectory()) {
    using files = openModel(model);
    const stored = files.tensors.tensor("model.layers.0.self_attn.q_proj.weight").dtype;
    return { config: configFromHf(files.config, files.path), dtype: wanted ?? stored };
  }
  const path = join(model, "config.json");
  if (!existsSync(path))
    throw new CheckpointError(model, {
      found: "no config.json",
      expected: "a Hugging Face model directory",
      fix: "Give the directory that holds config.json; an estimate needs no other file of it.",
    });
  const json = readJsonObject(path);
  if (json.quantization_config !== undefined && json.quantization_config !== null)
    throw new CheckpointError(model, {
      found: "pre-quantised weights (quantization_config)",
      expected: "weights in float32, float16 or bfloat16",
      fix: "Use the original checkpoint, or save a dequantised copy of this one with transformers.",
    });
  const named = json.dtype ?? json.torch_dtype ?? "float32";
  const stored = storedTypes[String(named)];
  if (wanted === undefined && stored === undefined)
    throw new CheckpointError(path, {
      found: `torch_dtype ${JSON.stringify(named)}`,
      expected: Object.keys(storedTypes).join(", "),
      fix: "Say how weights are to be stored with dtypes.storage: bf16 or f32.",
    });
  return { config: configFromHf(json, path), dtype: wanted ?? stored! };
}

/** One step's inputs: tensors by shape, dtype and place. */
export interface AbstractInputs {
  readonly state: TrainState;
  readonly params: LlamaParams<Tensor>;
  readonly batch: StepBatch;
  readonly key: Tensor;
  /** Positions of a batch shard that may be supervised: all of them, the most that a run can need. */
  readonly maxSupervised: number;
  /** Places of the state's leaves, where there is a mesh. */
  readonly shardings: readonly Sharding[] | undefined;
}

/** The largest step of a run over rows of `time` positions. */
export function abstractInputs(
  config: FinetuneConfig,
  model: AbstractModel,
  optimizer: optim.Transformation,
  mesh: Mesh | undefined,
  time: number,
): AbstractInputs {
  const struct = (shape: readonly number[], dtype: DType, sharding?: Sharding): Tensor =>
    new ShapeDtypeStruct(shape, dtype, sharding === undefined ? {} : { sharding }) as unknown as Tensor;
  const { layers } = model.config;
  const params =
    mesh === undefined
      ? mapWeights(weightSpecs(model.config), (w, stacked) =>
          struct(stacked ? [layers, ...w.shape] : w.shape, model.dtype),
        )
      : mapWeights(weightShardings(model.config, mesh), (w) => struct(w.shape, model.dtype, w.sharding));
  const whole = mesh === undefined ? undefined : new NamedSharding(mesh, P());
  const key = struct([2], "uint32", whole);
  const { rank, alpha, dropout, rsLora, targets } = config.lora;
  const bare = evalShape(
    (k: Tensor) => {
      const options = { rank, alpha, dropout, rsLora, targets: targets === "all-linear" ? targets : [...targets] };
      const lora = initLora(k, model.config, options).params;
      return { lora, opt: optimizer.init(lora) };
    },
    struct([2], "uint32"),
  ) as unknown as TrainState;
  const shardings = mesh === undefined ? undefined : stateShardings(bare, model, mesh);
  const leaves = tree.leaves(bare) as unknown as ShapeDtypeStruct[];
  const state = tree.unflatten(
    tree.structure(bare),
    leaves.map((s, i) => struct(s.shape, s.dtype, shardings?.[i])),
  ) as TrainState;
  const { microBatchSize, accumulate } = config.training;
  const rows = [accumulate, microBatchSize * config.mesh.data, time];
  const place = mesh === undefined ? undefined : new NamedSharding(mesh, onMesh(mesh, [null, "data", null]));
  const row = () => struct(rows, "int32", place);
  const batch = { ids: row(), labels: row(), positions: row(), segmentIds: row() };
  return { state, params, batch, key, maxSupervised: microBatchSize * time, shardings };
}
