// Fine-tuning: configuration, data, training, checkpoints, metrics, generation.
export * from "./api.ts";
export { checkConfig, configHash, configToYaml, defineConfig } from "./config/define.ts";
export { loadConfig, type Overrides, parseConfig } from "./config/load.ts";
export type { FinetuneConfig } from "./config/resolve.ts";
export { type ConfigInput, configSchema } from "./config/schema.ts";
export type { Batch } from "./data/batch.ts";
export {
  alpacaDataset,
  type Dataset,
  loadDataset,
  makeDataset,
  type PreparedData,
  prepareDataset,
} from "./data/dataset.ts";
export { BatchLoader, type BatchShape, type DataCursor, type LoaderOptions } from "./data/loader.ts";
export { readRows } from "./data/read.ts";
export { describeReport } from "./data/report.ts";
export type { AlpacaRow, CompletionRow, RaftItem, TrainRow } from "./data/rows.ts";
export { alpacaTemplate, type CustomTemplate, renderPrompt, type Template } from "./data/template.ts";
export {
  describeExample,
  type Example,
  encodePrompt,
  ignoredLabel,
  type TokenizeReport,
  tokenizeRows,
} from "./data/tokenize.ts";
export type { Tokenizer } from "./data/tokenizer.ts";
export { ConfigError, type ConfigIssue, DataError, type DataPlace } from "./errors.ts";
export { type Estimate, type EstimateOptions, type EstimateTarget, estimate } from "./estimate.ts";
export { Ema } from "./metrics/ema.ts";
export { type TrainEvent, TrainEvents, type TrainListener } from "./metrics/events.ts";
export { MetricsLog, readMetrics } from "./metrics/log.ts";
export type { MetricsRecord } from "./metrics/record.ts";
export { type RaftOptions, raftPrompt, raftRows } from "./raft.ts";
export { generateText, type Prompt, type TextOptions, TextStream } from "./text.ts";
export { listCheckpoints, type RunRecord } from "./train/checkpoint.ts";
export { TrainError } from "./train/remedy.ts";
export type { TrainOptions } from "./train/run.ts";
export { loadModel } from "./train/setup.ts";
export {
  makeEvalStep,
  makeTrainStep,
  type StepBatch,
  type StepMetrics,
  type StepOptions,
  type TrainState,
} from "./train/step.ts";
