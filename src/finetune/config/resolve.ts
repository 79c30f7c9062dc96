// Completes settings that depend on each other and refuses those that contradict each other.

import type { ConfigIssue } from "../errors.ts";
import type { ParsedConfig } from "./schema.ts";

type DeepReadonly<T> = T extends (infer E)[]
  ? readonly DeepReadonly<E>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

type Resolved<T, R> = Omit<T, keyof R> & R;

/** A complete, frozen configuration. Exactly one of `training.epochs` and `training.steps` is a number. */
export type FinetuneConfig = DeepReadonly<
  Resolved<
    ParsedConfig,
    {
      data: Resolved<
        ParsedConfig["data"],
        { evalFraction: number; raft: { distractors: number; oracleProbability: number } | null }
      >;
      training: Resolved<
        ParsedConfig["training"],
        { epochs: number | null; steps: number | null; microBatchSize: number; accumulate: number }
      >;
    }
  >
>;

/** Completes `parsed`; what contradicts itself is added to `issues`. */
export function resolveConfig(parsed: ParsedConfig, issues: ConfigIssue[]): FinetuneConfig {
  const config = {
    ...parsed,
    data: resolveData(parsed.data, issues),
    training: { ...parsed.training, ...resolveLength(parsed, issues), ...resolveBatch(parsed, issues) },
  };
  const { steps, warmup } = config.training;
  if (warmup >= 1 && !Number.isInteger(warmup)) {
    issues.push({ path: "training.warmup", message: `expected a share below 1 or whole steps, got ${warmup}` });
  }
  if (steps !== null && warmup > steps) {
    issues.push({ path: "training.warmup", message: `${warmup} warm-up steps, but the run has ${steps} steps` });
  }
  const { targets } = config.lora;
  if (targets !== "all-linear" && new Set(targets).size < targets.length) {
    issues.push({ path: "lora.targets", message: `each projection once, got ${targets.join(", ")}` });
  }
  return config;
}

function resolveData(data: ParsedConfig["data"], issues: ConfigIssue[]): FinetuneConfig["data"] {
  const { evalPath, format } = data;
  if (evalPath !== null && (data.evalFraction ?? 0) > 0) {
    issues.push({ path: "data.evalPath", message: "given beside data.evalFraction; keep one of the two" });
  }
  if (data.raft !== null && format !== "raft") {
    issues.push({ path: "data.raft", message: `needs data.format "raft", got "${format}"` });
  }
  if (data.template !== "alpaca" && format === "completion") {
    issues.push({ path: "data.template", message: 'data.format "completion" uses its prompts as they are; remove it' });
  }
  const raft = format === "raft" ? (data.raft ?? { distractors: 3, oracleProbability: 1 }) : data.raft;
  return { ...data, raft, evalFraction: data.evalFraction ?? (evalPath === null ? 0.1 : 0) };
}

function resolveLength(
  { training }: ParsedConfig,
  issues: ConfigIssue[],
): { epochs: number | null; steps: number | null } {
  const { epochs = null, steps = null } = training;
  if (epochs !== null && steps !== null) {
    issues.push({ path: "training.steps", message: `given beside training.epochs (${epochs}); keep one of the two` });
  }
  return { epochs: epochs ?? (steps === null ? 7 : null), steps };
}

function resolveBatch(
  { training, mesh }: ParsedConfig,
  issues: ConfigIssue[],
): { microBatchSize: number; accumulate: number } {
  const { batchSize } = training;
  const microBatchSize =
    training.microBatchSize ?? (training.accumulate === undefined ? 1 : batchSize / (training.accumulate * mesh.data));
  const accumulate = training.accumulate ?? batchSize / (microBatchSize * mesh.data);
  const whole = Number.isInteger(accumulate) && Number.isInteger(microBatchSize);
  if (!whole || accumulate * microBatchSize * mesh.data !== batchSize) {
    const given = (["microBatchSize", "accumulate"] as const)
      .filter((key) => training[key] !== undefined)
      .map((key) => `${key} ${training[key]} · `);
    const unit = (training.microBatchSize ?? 1) * (training.accumulate ?? 1) * mesh.data;
    const both = training.microBatchSize !== undefined && training.accumulate !== undefined;
    issues.push({
      path: "training.batchSize",
      message: `${batchSize} is not ${both ? "" : "a multiple of "}${given.join("")}mesh.data ${mesh.data} = ${unit}`,
    });
  }
  return { microBatchSize, accumulate };
}
