// The shape of a run's configuration: every setting, its default and its meaning.

import { z } from "zod";
import { templateProblem } from "../data/template.ts";

/** A number; text that spells one (`"1e-4"`, as YAML 1.1 readers give it) is accepted too. */
function number(schema: z.ZodNumber): z.ZodType<number, number | `${number}`> {
  const decimal = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/;
  const parse = (value: unknown) => (typeof value === "string" && decimal.test(value) ? Number(value) : value);
  return z.preprocess(parse, schema) as unknown as z.ZodType<number, number | `${number}`>;
}

const finite = () => z.number();
const positive = () => number(finite().positive());
const nonNegative = () => number(finite().nonnegative());
const count = () => number(finite().int().min(1));
/** 0 ≤ x < 1. */
const share = () => number(finite().min(0).lt(1));
const fraction = () => number(finite().min(0).max(1));
const text = () => z.string().min(1);

const template = z.union([
  z.enum(["alpaca", "chat"]),
  z.strictObject({ prompt: z.string(), promptWithInput: z.string().optional() }).superRefine((value, context) => {
    const message = templateProblem(value);
    if (message !== null) context.addIssue({ code: "custom", message });
  }),
]);

const mix = z.strictObject({
  /** A second file in the same format, mixed into training only. */
  path: text(),
  /** Rows to add, as a share of the training rows. */
  fraction: positive().default(0.3),
});

const raft = z.strictObject({
  /** Documents beside the one that answers. */
  distractors: number(finite().int().min(0)).default(3),
  /** Share of rows that hold the answering document. */
  oracleProbability: fraction().default(1),
});

const data = z.strictObject({
  /** JSON array or JSON Lines file. The calls that take a path of their own do not need it. */
  path: text().nullable().default(null),
  /** `alpaca`: { instruction, input?, output }; `completion`: { prompt, completion }; `raft`: { question, context, answer, distractors? }. */
  format: z.enum(["alpaca", "completion", "raft"]).default("alpaca"),
  /** Prompt template: `alpaca`, `chat` (the model's own), or { prompt, promptWithInput? } with `{instruction}`, `{input}`. */
  template: template.default("alpaca"),
  /** Share of rows held out for evaluation; at least one row when above 0. */
  evalFraction: share().optional(),
  /** A file of held-out rows, in place of a share. */
  evalPath: text().nullable().default(null),
  mix: mix.nullable().default(null),
  raft: raft.nullable().default(null),
  /** Longest row in tokens, BOS and EOS included. */
  maxSeqLen: number(finite().int().min(2)).default(2000),
  /** What to do with longer rows; they are reported in any case. */
  overlong: z.enum(["drop", "truncate", "error"]).default("drop"),
  /** Several rows in one, up to maxSeqLen tokens, attending to themselves only. */
  packing: z.boolean().default(false),
  /** At most this many padded lengths; each is a program to compile. */
  lengthBuckets: count().default(4),
  /** Padded lengths are multiples of it. */
  bucketMultiple: count().default(32),
  /** At most this many bounds on supervised positions for each padded length. */
  supervisedLevels: count().default(2),
});

const lora = z.strictObject({
  rank: count().default(16),
  /** The update is scaled by alpha / rank, or alpha / √rank with rsLora. */
  alpha: positive().default(16),
  /** Acts in training only. */
  dropout: share().default(0.05),
  /** Projections that get an adapter; `all-linear` is all seven. */
  targets: z
    .union([z.literal("all-linear"), z.array(z.enum(["q", "k", "v", "o", "gate", "up", "down"])).min(1)])
    .default(["q", "v"]),
  rsLora: z.boolean().default(false),
});

const training = z.strictObject({
  /** Passes over the training rows; 7 unless `steps` is given. */
  epochs: positive().nullable().optional(),
  /** Optimizer steps, in place of epochs. */
  steps: count().nullable().optional(),
  /** Rows of one optimizer step, over all micro-batches and devices. */
  batchSize: count().default(8),
  /** Rows that one data shard sees at once; 1 unless `accumulate` is given. */
  microBatchSize: count().optional(),
  /** Micro-batches of one step: batchSize / (microBatchSize · mesh.data). */
  accumulate: count().optional(),
  learningRate: positive().default(1e-4),
  /** After warm-up. */
  schedule: z.enum(["constant", "cosine", "linear"]).default("cosine"),
  /** Warm-up: a share of all steps when below 1, else a number of steps. */
  warmup: nonNegative().default(0.05),
  /** Decoupled (AdamW). */
  weightDecay: nonNegative().default(0),
  beta1: share().default(0.9),
  beta2: share().default(0.999),
  epsilon: positive().default(1e-8),
  /** Gradients are scaled down to this global norm; null leaves them. */
  maxGradNorm: positive().nullable().default(1),
  /** Decides the split, the order of rows, LoRA's initial values and dropout. */
  seed: number(finite().int().min(0)).default(420),
  /** Steps between evaluations; null: at the end of each epoch. */
  evalEvery: count().nullable().default(null),
  /** Steps between checkpoints; null: at the end of each epoch. */
  saveEvery: count().nullable().default(null),
  logEvery: count().default(1),
  /** `layer`: recompute layers in the backward pass; `none`: keep what a minimum cut chooses. */
  remat: z.enum(["none", "layer"]).default("none"),
  /** Older checkpoints are deleted; null keeps all. */
  keepCheckpoints: count().nullable().default(2),
});

const dtypes = z.strictObject({
  /** Base weights in memory; `auto`: as in the file. */
  storage: z.enum(["f32", "bf16", "auto"]).default("auto"),
  /** Arithmetic; `auto`: f32 on CPU, else the storage type. */
  compute: z.enum(["f32", "bf16", "auto"]).default("auto"),
});

const mesh = z.strictObject({
  /** Devices over which a step's rows are divided. */
  data: count().default(1),
  /** Devices over which each layer is divided. */
  tensor: count().default(1),
});

const output = z.strictObject({
  dir: text().default("run"),
  /** Write a PEFT adapter directory. */
  adapter: z.boolean().default(true),
  /** Write a Hugging Face directory with the adapter merged into the weights. */
  merged: z.boolean().default(false),
});

const device = z.strictObject({
  platform: z.enum(["auto", "cpu", "cuda"]).default("auto"),
  /** Share of a device's memory that may be used; null leaves it to the plugin. */
  memoryFraction: number(finite().positive().max(1)).nullable().default(null),
  /** Take that memory at once. */
  preallocate: z.boolean().default(false),
});

/** A run's configuration as written; `resolve.ts` completes and checks what depends on several settings. */
export const configSchema = z.strictObject({
  /** Hugging Face directory or GGUF file. */
  model: text(),
  data: data.prefault({}),
  lora: lora.prefault({}),
  training: training.prefault({}),
  dtypes: dtypes.prefault({}),
  mesh: mesh.prefault({}),
  output: output.prefault({}),
  device: device.prefault({}),
  /** true: continue from the newest checkpoint in output.dir; a path: from that checkpoint. */
  resume: z.union([z.boolean(), text()]).default(false),
  /** Directory for the text of every compiled program. */
  dumpHlo: text().nullable().default(null),
});

/** What a user writes: everything but `model` has a default. */
export type ConfigInput = z.input<typeof configSchema>;
/** The same after defaults, before `resolve`. */
export type ParsedConfig = z.output<typeof configSchema>;
