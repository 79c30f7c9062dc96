// Makes a configuration out of an object: defaults, checks, frozen; its YAML text and its hash.

import { createHash } from "node:crypto";
import { stringify } from "yaml";
import { ConfigError, type ConfigIssue } from "../errors.ts";
import { describeIssues, type RawIssue } from "./issues.ts";
import { type FinetuneConfig, resolveConfig } from "./resolve.ts";
import { type ConfigInput, configSchema } from "./schema.ts";

/**
 * Completes and checks a configuration. Only `model` is required; relative paths are the working directory's.
 *
 * @throws ConfigError listing every unknown key (with a suggestion), wrong value and contradiction
 */
export function defineConfig(input: ConfigInput): FinetuneConfig {
  const checked = checkConfig(input);
  if ("config" in checked) return checked.config;
  throw new ConfigError(
    "config",
    checked.issues.map(({ path, message }) => ({ path: path.join("."), message })),
  );
}

/** The configuration of `input`, or what is wrong with it. */
export function checkConfig(input: unknown): { config: FinetuneConfig } | { issues: RawIssue[] } {
  const parsed = configSchema.safeParse(input);
  if (!parsed.success) return { issues: describeIssues(parsed.error.issues, input) };
  const issues: ConfigIssue[] = [];
  const config = resolveConfig(parsed.data, issues);
  if (issues.length > 0) return { issues: issues.map(({ path, message }) => ({ path: path.split("."), message })) };
  return { config: freeze(config) };
}

/** The complete configuration as YAML; `loadConfig` reads it back to an equal one. */
export function configToYaml(config: FinetuneConfig): string {
  return stringify(config, { lineWidth: 0, aliasDuplicateObjects: false });
}

/**
 * SHA-256 (hex) of the settings that decide a run's numbers: model, data, LoRA, training, dtypes and mesh, without
 * what only says when to evaluate, save or log. Independent of key order.
 */
export function configHash({ model, data, lora, training, dtypes, mesh }: FinetuneConfig): string {
  const { evalEvery, saveEvery, logEvery, keepCheckpoints, ...numbers } = training;
  return createHash("sha256")
    .update(canonicalJson({ model, data, lora, training: numbers, dtypes, mesh }))
    .digest("hex");
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(",")}}`;
}

function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) freeze(member);
  }
  return value;
}
