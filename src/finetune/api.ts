// The third of the three calls: train a model on a data set; generate with the result, write it to disk.
import "../lib/install.ts";
import "../lib/tensor-methods.ts";
import { join } from "node:path";
import type { DType, Tensor } from "../lib/tensor.ts";
import * as tree from "../lib/tree.ts";
import type { LoadedLlama } from "../llama/load.ts";
import type { Lora } from "../llama/lora.ts";
import { merge, save, saveAdapter } from "../llama/save.ts";
import type { LlamaParams } from "../llama/weights.ts";
import type { FinetuneConfig } from "./config/resolve.ts";
import type { Dataset } from "./data/dataset.ts";
import type { MetricsRecord } from "./metrics/record.ts";
import { generateText, type Prompt, type TextOptions } from "./text.ts";
import { runTraining, type TrainOptions, type TrainResult } from "./train/run.ts";

export interface ExportOptions {
  /** Write a PEFT directory; `config.output.adapter` by default. */
  readonly adapter?: boolean;
  /** Write a Hugging Face directory with the adapter merged into the weights; `config.output.merged` by default. */
  readonly merged?: boolean;
  /** The merged weights' dtype on disk; that of the base in memory by default. */
  readonly dtype?: DType;
  /** Overwrite directories that are there. */
  readonly replace?: boolean;
}

/** What was written, and notes on what had to be adjusted. */
export interface Exported {
  readonly adapter: string | null;
  readonly merged: string | null;
  readonly notes: readonly string[];
}

/**
 * Fine-tunes `config.model` on `dataset` with LoRA. Checkpoints, metrics.jsonl and config.yaml go to
 * `config.output.dir`; adapter and merged model are written by `run.export`.
 *
 * @throws DataError, ConfigError, CheckpointError, ModelConfigError, ShardingError, TrainError, PluginError, PjrtError
 */
export async function train(
  config: FinetuneConfig,
  dataset: Dataset,
  options: TrainOptions = {},
): Promise<FinetuneRun> {
  return new FinetuneRun(config, await runTraining(config, dataset, options), options.model === undefined);
}

/** A finished (or interrupted) run. Owns its adapter, and the model unless that was passed to `train`. */
export class FinetuneRun implements Disposable {
  readonly config: FinetuneConfig;
  readonly model: LoadedLlama;
  /** The trained adapter. */
  readonly adapter: Lora;
  /** One record for each step; of a resumed run, also those that were logged before. */
  readonly history: readonly MetricsRecord[];
  /** Mean loss in nats over the held-out rows' supervised tokens; null when none are held out. */
  readonly evalBefore: number | null;
  readonly evalAfter: number | null;
  /** True when `options.signal` stopped the run; it continues with `resume: true`. */
  readonly interrupted: boolean;
  /** Finished steps. */
  readonly steps: number;
  readonly #ownsModel: boolean;

  /** Use `train`. */
  constructor(config: FinetuneConfig, result: TrainResult, ownsModel: boolean) {
    this.config = config;
    this.model = result.model;
    this.adapter = result.lora;
    this.history = result.history;
    this.evalBefore = result.evalBefore;
    this.evalAfter = result.evalAfter;
    this.interrupted = result.interrupted;
    this.steps = result.steps;
    this.#ownsModel = ownsModel;
  }

  /**
   * Writes `dir/adapter` (PEFT) and `dir/merged` (Hugging Face: config.json, safetensors, tokenizer files,
   * generation_config.json), each whole or not at all.
   *
   * @throws CheckpointError when a directory is there and `replace` is not set, or it cannot be written
   */
  async export(dir: string = this.config.output.dir, options: ExportOptions = {}): Promise<Exported> {
    const { output } = this.config;
    const { adapter = output.adapter, merged = output.merged, replace = false, dtype } = options;
    const paths = { adapter: adapter ? join(dir, "adapter") : null, merged: merged ? join(dir, "merged") : null };
    if (paths.adapter !== null)
      await saveAdapter(paths.adapter, this.adapter, this.model.config, { replace, baseModel: this.config.model });
    const notes =
      paths.merged === null
        ? []
        : await exportMerged(paths.merged, this.model, this.adapter, { replace, ...(dtype ? { dtype } : {}) });
    return { ...paths, notes };
  }

  /** The fine-tuned model's answer; instructions are rendered with the template of the run. See `generateText`. */
  generate(prompt: Prompt, options: TextOptions = {}): Promise<string> {
    return generateText(this.model, prompt, { template: this.config.data.template, lora: this.adapter, ...options });
  }

  /** Frees the adapter's memory, and the model's if the run loaded it. */
  dispose(): void {
    disposeAll(this.adapter.params);
    if (this.#ownsModel) disposeAll(this.model.params);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Merges `lora`, if any, into the model and writes a Hugging Face directory. Returns notes on what was adjusted. */
export async function exportMerged(
  dir: string,
  model: LoadedLlama,
  lora: Lora | null,
  options: { replace?: boolean; dtype?: DType } = {},
): Promise<readonly string[]> {
  if (lora === null) return save(dir, model.params, model.config, model.files, options);
  const merged = merge(model.params, lora);
  try {
    return await save(dir, merged, model.config, model.files, options);
  } finally {
    const base = new Set(tree.leaves(model.params));
    disposeAll(tree.leaves(merged).filter((t) => !base.has(t)) as unknown as LlamaParams<Tensor>);
  }
}

/** Frees every tensor of a tree; those that are freed already stay so. */
function disposeAll(values: unknown): void {
  for (const t of tree.leaves(values)) (t as Tensor).dispose();
}
