// adapter_config.json of PEFT: what jorts understands, what it refuses by name, and what it writes.

import { CheckpointError } from "./errors.ts";
import type { JsonObject } from "./json.ts";

/** A LoRA adapter's configuration, with PEFT's meaning of each field. */
export interface PeftConfig {
  readonly r: number;
  readonly loraAlpha: number;
  readonly loraDropout: number;
  /** s = α/√r instead of α/r. */
  readonly useRslora: boolean;
  /** Module names ("q_proj"), or PEFT's regular expression or "all-linear" as text. */
  readonly targetModules: readonly string[] | string;
  readonly baseModel: string | null;
}

/** ΔW = s·B·A: s = α/r, or α/√r with rsLoRA. */
export const loraScale = (c: Pick<PeftConfig, "r" | "loraAlpha" | "useRslora">): number =>
  c.loraAlpha / (c.useRslora ? Math.sqrt(c.r) : c.r);

/** Fields that change what the adapter computes and that jorts does not do; each with the value that means "off". */
const unsupported: readonly [field: string, what: string, off: readonly unknown[]][] = [
  ["use_dora", "DoRA", [false]],
  ["modules_to_save", "fully trained modules (modules_to_save)", []],
  ["bias", "trained biases (bias)", ["none"]],
  ["lora_bias", "LoRA biases (lora_bias)", [false]],
  ["fan_in_fan_out", "transposed weights (fan_in_fan_out)", [false]],
  ["rank_pattern", "ranks by module (rank_pattern)", []],
  ["alpha_pattern", "alphas by module (alpha_pattern)", []],
  ["layers_to_transform", "a choice of layers (layers_to_transform)", []],
  ["layer_replication", "replicated layers (layer_replication)", []],
  ["trainable_token_indices", "trained token rows (trainable_token_indices)", []],
  ["target_parameters", "adapted parameters that are not modules (target_parameters)", []],
  ["use_qalora", "QALoRA", [false]],
  ["alora_invocation_tokens", "activated LoRA (alora_invocation_tokens)", []],
  ["megatron_config", "Megatron layers (megatron_config)", []],
];

const isOff = (value: unknown, off: readonly unknown[]): boolean =>
  value === undefined ||
  value === null ||
  off.includes(value) ||
  (typeof value === "object" && Object.keys(value).length === 0);

/** Reads adapter_config.json, with PEFT's defaults for absent fields (r 8, alpha 8, dropout 0). Throws `CheckpointError`. */
export function parsePeftConfig(json: JsonObject, file: string): PeftConfig {
  const fail = (found: string, expected: string, fix: string): never => {
    throw new CheckpointError(file, { found, expected, fix });
  };
  if (json.peft_type !== "LORA")
    fail(`peft_type ${JSON.stringify(json.peft_type)}`, '"LORA"', "Only LoRA adapters can be read.");
  for (const [field, what, off] of unsupported)
    if (!isOff(json[field], off))
      fail(
        `${what}: ${field} = ${JSON.stringify(json[field])}`,
        "a plain LoRA adapter",
        "Merge this adapter with PEFT (merge_and_unload) and load the merged model.",
      );
  const number = (field: string, byDefault: number, ok: (n: number) => boolean, what: string): number => {
    const value = json[field] ?? byDefault;
    if (typeof value !== "number" || !ok(value))
      return fail(`${field} = ${JSON.stringify(value)}`, what, "Correct adapter_config.json.");
    return value;
  };
  const targets = json.target_modules;
  const isNames = Array.isArray(targets) && targets.every((t) => typeof t === "string");
  if (typeof targets !== "string" && !(isNames && targets.length > 0))
    return fail(
      `target_modules = ${JSON.stringify(targets)}`,
      "a list of module names or a text",
      "Correct adapter_config.json.",
    );
  const base = json.base_model_name_or_path;
  return {
    r: number("r", 8, (n) => Number.isInteger(n) && n > 0, "a positive integer"),
    loraAlpha: number("lora_alpha", 8, Number.isFinite, "a finite number"),
    loraDropout: number("lora_dropout", 0, (n) => n >= 0 && n < 1, "a number in [0, 1)"),
    useRslora: json.use_rslora === true,
    targetModules: targets,
    baseModel: typeof base === "string" ? base : null,
  };
}

/** adapter_config.json with the fields that PEFT, vLLM and llama.cpp's converter look for. */
export function encodePeftConfig(config: PeftConfig): JsonObject {
  const { targetModules } = config;
  return {
    alpha_pattern: {},
    base_model_name_or_path: config.baseModel,
    bias: "none",
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    lora_alpha: config.loraAlpha,
    lora_dropout: config.loraDropout,
    modules_to_save: null,
    peft_type: "LORA",
    r: config.r,
    rank_pattern: {},
    target_modules: typeof targetModules === "string" ? targetModules : [...targetModules].sort(),
    task_type: "CAUSAL_LM",
    use_dora: false,
    use_rslora: config.useRslora,
  };
}
