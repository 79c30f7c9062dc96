// Reads a configuration from YAML; every error points at its line and column.

import { readFile } from "node:fs/promises";
import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import { ConfigError, type ConfigIssue } from "../errors.ts";
import { checkConfig } from "./define.ts";
import type { RawIssue } from "./issues.ts";
import type { FinetuneConfig } from "./resolve.ts";

/** Settings by dotted path, such as `{ "training.steps": 50 }`. */
export type Overrides = Readonly<Record<string, unknown>>;

/**
 * Reads the YAML file at `path`; `overrides` take the place of its settings.
 *
 * @throws ConfigError with file, line and column of everything that is wrong
 */
export async function loadConfig(path: string, overrides: Overrides = {}): Promise<FinetuneConfig> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    const message = missing ? "no such file" : `cannot be read: ${(cause as Error).message}`;
    throw new ConfigError(path, [{ path: "", message: `${message}; expected a YAML configuration` }], { cause });
  }
  return parseConfig(text, path, overrides);
}

/** Reads YAML text; `source` names it in errors, which are `ConfigError`s. */
export function parseConfig(text: string, source: string, overrides: Overrides = {}): FinetuneConfig {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  if (document.errors.length > 0) {
    const issues = document.errors.map((error) => ({
      path: "",
      message: `bad YAML: ${error.message}`,
      ...at(error.pos[0]),
    }));
    throw new ConfigError(source, issues);
  }
  const input: unknown = document.toJS() ?? {};
  if (typeof input !== "object" || Array.isArray(input)) {
    throw new ConfigError(source, [
      { path: "", message: "expected settings as `key: value`, got one value", ...at(0) },
    ]);
  }
  const checked = checkConfig(override(input as Settings, overrides));
  if ("config" in checked) return checked.config;
  const issues = checked.issues
    .map((issue): ConfigIssue => {
      const path = issue.path.join(".");
      const name = Object.keys(overrides).find((key) => path === key || path.startsWith(`${key}.`));
      const place = name === undefined ? at(offsetOf(document, issue)) : { source: overrideName(name, overrides) };
      return { path, message: issue.message, ...place };
    })
    .sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
  throw new ConfigError(source, issues);
}

type Settings = Record<string, unknown>;

/** `input` with each overridden setting replaced; groups on the way are made where they are absent. */
function override(input: Settings, overrides: Overrides): Settings {
  const whole = structuredClone(input);
  for (const [path, value] of Object.entries(overrides)) {
    const keys = path.split(".");
    const last = keys.pop()!;
    let group = whole;
    for (const key of keys) {
      const inner = group[key];
      const isGroup = typeof inner === "object" && inner !== null && !Array.isArray(inner);
      if (!isGroup) group[key] = {};
      group = group[key] as Settings;
    }
    group[last] = value;
  }
  return whole;
}

const overrideName = (path: string, overrides: Overrides): string => `--set ${path}=${JSON.stringify(overrides[path])}`;

/** Where an issue's value stands in the text, or its key, or the innermost group that exists. */
function offsetOf(document: Document, { path, onKey }: RawIssue): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const [depth, segment] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === segment);
      if (pair === undefined) break;
      const target = depth === path.length - 1 && !onKey && isNode(pair.value) ? pair.value : pair.key;
      if (isNode(target)) offset = target.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(segment)];
      if (isNode(node)) offset = node.range?.[0] ?? offset;
    } else break;
  }
  return offset;
}
