// A model and an adapter from their paths, as several commands take them.
import "../lib/install.ts";
import "../lib/tensor-methods.ts";
import * as llama from "../llama/index.ts";
import { loadProgress, type Status } from "./progress.ts";

/** Loads `model` and, when given, `adapter`. @throws CheckpointError, ModelConfigError, PluginError */
export async function openModelAndAdapter(
  { model: path, adapter }: { model: string; adapter?: string | undefined },
  status: Status,
): Promise<{ model: llama.LoadedLlama; lora: llama.Lora | null }> {
  try {
    const model = await llama.load(path, { onProgress: loadProgress(status) });
    return { model, lora: adapter === undefined ? null : llama.loadAdapter(adapter, model.config) };
  } finally {
    status.stop();
  }
}
