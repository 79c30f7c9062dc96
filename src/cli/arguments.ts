// What the values of options may be.
import { InvalidArgumentError } from "commander";
import { parse } from "yaml";
import type { DType } from "../core/dtype.ts";
import type { Overrides } from "../finetune/index.ts";

/** Parses a number; `whole` and the bounds are required of it. */
export function numberOption(bounds: { whole?: boolean; min?: number; above?: number; max?: number } = {}) {
  const { whole = false, min, above, max } = bounds;
  const wanted = [
    whole ? "a whole number" : "a number",
    min === undefined ? "" : ` of at least ${min}`,
    above === undefined ? "" : ` above ${above}`,
    max === undefined ? "" : `${min === undefined && above === undefined ? "" : " and"} of at most ${max}`,
  ].join("");
  return (text: string): number => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    const fits =
      Number.isFinite(value) &&
      (!whole || Number.isInteger(value)) &&
      (min === undefined || value >= min) &&
      (above === undefined || value > above) &&
      (max === undefined || value <= max);
    if (!fits) throw new InvalidArgumentError(`Expected ${wanted}.`);
    return value;
  };
}

/** Collects `--set training.steps=50`; values are YAML. */
export function collectSetting(text: string, before: Overrides): Overrides {
  const match = /^([A-Za-z]\w*(?:\.[A-Za-z]\w*)*)=(.*)$/s.exec(text);
  if (match === null) throw new InvalidArgumentError("Expected SETTING=VALUE, such as training.steps=50.");
  const [, path, value] = match as unknown as [string, string, string];
  try {
    return { ...before, [path]: parse(value) as unknown };
  } catch (cause) {
    throw new InvalidArgumentError(`The value of ${path} is no YAML: ${(cause as Error).message}`);
  }
}

const dtypes: Readonly<Record<string, DType>> = { f32: "float32", bf16: "bfloat16", f16: "float16" };

/** `f32`, `bf16` or `f16`. */
export function dtypeOption(text: string): DType {
  const dtype = dtypes[text];
  if (dtype === undefined) throw new InvalidArgumentError(`Expected one of ${Object.keys(dtypes).join(", ")}.`);
  return dtype;
}
