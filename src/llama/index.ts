// Llama: configuration, weights, forward pass, LoRA, loss, generation, files.
export { attention } from "./attention.ts";
export * from "./config.ts";
export { type GenerateOptions, generate } from "./generate.ts";
export { type LoadedLlama, type LoadOptions, load } from "./load.ts";
export {
  applyLora,
  initLora,
  type Lora,
  type LoraOptions,
  type LoraPair,
  type LoraParams,
  loraShardings,
  loraTargets,
} from "./lora.ts";
export { headLoss, ignoredLabel, type LossOptions, loss, lossSum, shiftLabels } from "./loss.ts";
export { type ForwardOptions, forward, hiddenStates, rmsNorm } from "./model.ts";
export { applyRope, ropeFrequencies, ropeTables } from "./rope.ts";
export { GenerationError, type SamplingOptions } from "./sampling.ts";
export { type AdapterOptions, loadAdapter, merge, type SaveOptions, save, saveAdapter } from "./save.ts";
export {
  type DenseWeight,
  type LayerWeights,
  type LlamaParams,
  mapWeights,
  type Projection,
  projections,
  requireFit,
  weightShardings,
  weightSpecs,
} from "./weights.ts";
