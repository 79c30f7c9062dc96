// The public way into training: sets a run up, trains, and gives memory back when it fails.
import type { Mesh } from "../../lib/mesh.ts";
import type { LoadedLlama } from "../../llama/load.ts";
import type { Lora } from "../../llama/lora.ts";
import { requireFit } from "../../llama/weights.ts";
import type { FinetuneConfig } from "../config/resolve.ts";
import { type Dataset, prepareDataset } from "../data/dataset.ts";
import { DataError } from "../errors.ts";
import type { TrainEvent } from "../metrics/events.ts";
import type { MetricsRecord } from "../metrics/record.ts";
import { Run } from "./loop.ts";
import { withRemedy } from "./remedy.ts";
import { applyDevice, loadModel, meshOf } from "./setup.ts";
import { disposeTree } from "./transfer.ts";

export interface TrainOptions {
  /** Told what happens, at once. */
  readonly onEvent?: (event: TrainEvent) => void;
  /** Stops the run after the step in progress; a checkpoint is written. */
  readonly signal?: AbortSignal;
  /** A model that is loaded already. It stays the caller's. */
  readonly model?: LoadedLlama;
  /** Progress of loading. */
  readonly onLoad?: (done: number, total: number) => void;
}

export interface TrainResult {
  readonly model: LoadedLlama;
  /** The trained adapter. */
  readonly lora: Lora;
  readonly history: readonly MetricsRecord[];
  /** Mean loss over held-out rows before and after; null when none are held out. */
  readonly evalBefore: number | null;
  readonly evalAfter: number | null;
  readonly interrupted: boolean;
  readonly steps: number;
  readonly mesh: Mesh | undefined;
}

/**
 * Fine-tunes `config.model` on `dataset`. Checkpoints, metrics and config.yaml go to `config.output.dir`.
 *
 * @throws DataError, ConfigError, CheckpointError, ShardingError, PjrtError with what to change when memory ran out
 */
export async function runTraining(
  config: FinetuneConfig,
  dataset: Dataset,
  options: TrainOptions = {},
): Promise<TrainResult> {
  applyDevice(config);
  const given = options.model;
  let model = given;
  let run: Run | undefined;
  try {
    model ??= await loadModel(config, options.onLoad);
    const mesh = meshOf(config);
    if (mesh !== undefined) requireFit(model.config, mesh);
    if (model.tokenizer === null)
      throw new DataError(`${config.model} has no tokenizer; training text needs tokenizer.json beside the weights.`);
    const prepared = prepareDataset(dataset, model.tokenizer, config);
    run = new Run(config, model, mesh, prepared, options);
    return await run.train();
  } catch (error) {
    run?.dispose();
    if (given === undefined && model !== undefined) disposeTree(model.params);
    throw withRemedy(error, config);
  }
}
