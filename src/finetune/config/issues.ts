// Says what zod found in the words of the configuration: path, expected, got, and what was probably meant.

import { z } from "zod";
import { configSchema } from "./schema.ts";
import { nearestName } from "./suggest.ts";

/** An issue at a path of the input; `onKey` when the key itself is wrong rather than its value. */
export interface RawIssue {
  path: readonly string[];
  message: string;
  onKey?: boolean;
}

type ZodIssue = z.core.$ZodIssue;

/** Converts the issues of one failed parse of `input`; one zod issue may become several. */
export function describeIssues(issues: readonly ZodIssue[], input: unknown): RawIssue[] {
  return issues.flatMap((issue) => describe(issue, input, []));
}

function describe(issue: ZodIssue, input: unknown, prefix: readonly string[]): RawIssue[] {
  const path = [...prefix, ...issue.path.map(String)];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({ path: [...path, key], message: unknownKey(path, key), onKey: true }));
    case "invalid_union":
      return describeUnion(issue.errors, input, path);
    case "custom":
      return [{ path, message: issue.message }];
    default: {
      const got = valueAt(input, path);
      const expected = expectation(issue);
      const message = got === undefined ? `missing; expected ${expected}` : `expected ${expected}, got ${show(got)}`;
      return [{ path, message: message + meant(issue, got) }];
    }
  }
}

/** The branch that got deepest into the input is the one the user meant; branches that all fail at once are listed. */
function describeUnion(branches: readonly ZodIssue[][], input: unknown, path: readonly string[]): RawIssue[] {
  const depth = (branch: readonly ZodIssue[]) => Math.max(...branch.map(reach));
  const deepest = branches.reduce((a, b) => (depth(b) > depth(a) ? b : a));
  if (depth(deepest) > 0) return deepest.flatMap((issue) => describe(issue, input, path));
  const expected = branches.map((branch) => expectation(branch[0]!)).join(" or ");
  const got = valueAt(input, path);
  const hint = branches.map((branch) => meant(branch[0]!, got)).find((text) => text !== "");
  return [{ path, message: `expected ${expected}, got ${show(got)}${hint ?? ""}` }];
}

function reach(issue: ZodIssue): number {
  return issue.path.length + (issue.code === "unrecognized_keys" || issue.code === "custom" ? 1 : 0);
}

function expectation(issue: ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return typeNames[issue.expected] ?? issue.expected;
    case "invalid_value":
      return issue.values.map((value) => JSON.stringify(value)).join(", ");
    case "too_small":
      if (issue.origin === "string") return "text that is not empty";
      if (issue.origin === "array") return `at least ${issue.minimum} entry`;
      return `a number ${issue.inclusive ? "of at least" : "above"} ${issue.minimum}`;
    case "too_big":
      return `a number ${issue.inclusive ? "of at most" : "below"} ${issue.maximum}`;
    default:
      return issue.message;
  }
}

const typeNames: Record<string, string> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "a group of settings",
  array: "a list",
};

function meant(issue: ZodIssue, got: unknown): string {
  if (issue.code !== "invalid_value" || typeof got !== "string") return "";
  const name = nearestName(
    got,
    issue.values.filter((value) => typeof value === "string"),
  );
  return name === null ? "" : `; did you mean "${name}"?`;
}

function unknownKey(path: readonly string[], key: string): string {
  const known = keysAt(path);
  const near = nearestName(key, known);
  if (near !== null) return `unknown key; did you mean "${[...path, near].join(".")}"?`;
  const elsewhere = leafPaths().find((leaf) => leaf.at(-1) === key);
  if (elsewhere !== undefined) return `unknown key; did you mean "${elsewhere.join(".")}"?`;
  return `unknown key; known here: ${known.join(", ")}`;
}

interface SchemaNode {
  properties?: Record<string, SchemaNode>;
  anyOf?: SchemaNode[];
}

let tree: SchemaNode | undefined;

function root(): SchemaNode {
  tree ??= z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" }) as SchemaNode;
  return tree;
}

function propertiesOf(node: SchemaNode | undefined): Record<string, SchemaNode> {
  return node?.properties ?? node?.anyOf?.map(propertiesOf).find((found) => Object.keys(found).length > 0) ?? {};
}

function keysAt(path: readonly string[]): string[] {
  let node: SchemaNode | undefined = root();
  for (const key of path) node = propertiesOf(node)[key];
  return Object.keys(propertiesOf(node));
}

function leafPaths(node: SchemaNode = root(), path: readonly string[] = []): (readonly string[])[] {
  const entries = Object.entries(propertiesOf(node));
  if (entries.length === 0) return [path];
  return entries.flatMap(([key, child]) => leafPaths(child, [...path, key]));
}

function valueAt(input: unknown, path: readonly string[]): unknown {
  let value = input;
  for (const key of path) value = (value as Record<string, unknown> | null | undefined)?.[key];
  return value;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
