// Static arguments: which positions they are, and when two values are the same one.
import { TreeError } from "../core/errors.ts";
import { Tensor } from "../core/tensor.ts";
import { leafPaths, type TreeDef } from "../core/tree.ts";
import { identity, spellNumber } from "./structure.ts";

/** Whole numbers, each once. @throws TreeError */
export function positions(n: number | readonly number[] | undefined, what: string): readonly number[] {
  const list = n === undefined ? [] : typeof n === "number" ? [n] : n;
  for (const i of list)
    if (!Number.isInteger(i)) throw new TreeError(`${what} holds ${i}, expected positions of arguments: 0, 1, …`);
  return [...new Set(list)];
}

/** Positions in a call of `count` arguments, in ascending order; negative ones count from the end. @throws TreeError */
export function resolvePositions(list: readonly number[], count: number, what: string): readonly number[] {
  for (const n of list)
    if (n >= count || n < -count)
      throw new TreeError(`${what} names argument ${n}, but the function was called with ${count}.`);
  return [...new Set(list.map((n) => (n < 0 ? n + count : n)))].sort((a, b) => a - b);
}

export interface SplitArguments {
  readonly dynamic: readonly unknown[];
  /** Positions of the static ones, ascending, their values, and keys that are equal for equal values. */
  readonly staticArgnums: readonly number[];
  readonly statics: readonly unknown[];
  readonly staticKeys: readonly string[];
}

/** @throws TreeError for a position beyond the arguments, or a static value that can change unseen */
export function splitArguments(args: readonly unknown[], positions: readonly number[]): SplitArguments {
  if (positions.length === 0) return { dynamic: args, staticArgnums: none, statics: none, staticKeys: none };
  const staticArgnums = resolvePositions(positions, args.length, "staticArgnums");
  const statics = staticArgnums.map((n) => args[n]);
  return {
    dynamic: args.filter((_, i) => !staticArgnums.includes(i)),
    staticArgnums,
    statics,
    staticKeys: statics.map((value, i) => staticKey(value, `args[${staticArgnums[i]}]`)),
  };
}

const none: readonly never[] = Object.freeze([]);

/** The argument list again. */
export function mergeArguments(
  dynamic: readonly unknown[],
  statics: readonly unknown[],
  staticArgnums: readonly number[],
): unknown[] {
  const args = [...dynamic];
  staticArgnums.forEach((n, k) => {
    args.splice(n, 0, statics[k]);
  });
  return args;
}

/** The structure of the whole argument list, with nothing where static arguments stand. */
export function argumentsDef(dynamic: TreeDef, staticArgnums: readonly number[]): TreeDef {
  if (staticArgnums.length === 0 || dynamic.kind !== "array") return dynamic;
  const holes: TreeDef[] = staticArgnums.map(() => ({ kind: "null" }));
  return { ...dynamic, children: mergeArguments(dynamic.children, holes, staticArgnums) as TreeDef[] };
}

/** Paths of the leaves of the dynamic arguments, by their positions in the user's call. */
export const argumentPaths = (dynamic: TreeDef, staticArgnums: readonly number[]): string[] =>
  leafPaths(argumentsDef(dynamic, staticArgnums), "args");

const longestShown = 40;

/**
 * Primitives by type and value (1, 1n and true differ, NaN equals NaN, 0 and -0 differ), arrays and plain objects by
 * value if they are frozen all the way down, functions and instances of classes by identity.
 * @throws TreeError for what can change unseen: other arrays and objects, tensors, typed arrays, maps, sets, dates
 */
function staticKey(value: unknown, path: string): string {
  switch (typeof value) {
    case "number":
      return spellNumber(value);
    case "bigint":
      return `${value}n`;
    case "string":
      return JSON.stringify(value);
    case "boolean":
    case "undefined":
      return String(value);
    case "symbol": {
      const shared = Symbol.keyFor(value);
      // A symbol of its own is an object as far as identity goes; the type of WeakMap does not say so yet.
      return shared === undefined ? `#${identity(value as unknown as object)}` : `@${JSON.stringify(shared)}`;
    }
    case "function":
      return `#${identity(value)}`;
    default:
      return value === null ? "null" : objectKey(value as object, path);
  }
}

function objectKey(value: object, path: string): string {
  if (Array.isArray(value)) {
    requireFrozen(value, path, "array");
    return `[${value.map((v, i) => staticKey(v, `${path}[${i}]`)).join()}]`;
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) {
    requireFrozen(value, path, "plain object");
    const record = value as Record<string, unknown>;
    const fields = Object.keys(record).sort();
    return `{${fields.map((k) => `${JSON.stringify(k)}:${staticKey(record[k], `${path}.${k}`)}`).join()}}`;
  }
  if (value instanceof Tensor || ArrayBuffer.isView(value)) throw changeable(path, "a tensor or typed array");
  if (value instanceof Map || value instanceof Set || value instanceof Date)
    throw changeable(path, `a ${value.constructor.name}`);
  return `#${identity(value)}`;
}

function requireFrozen(value: object, path: string, what: string): void {
  if (!Object.isFrozen(value)) throw changeable(path, `${what === "array" ? "an" : "a"} ${what} that is not frozen`);
}

const changeable = (path: string, what: string): TreeError =>
  new TreeError(
    `${path} is static, but it is ${what}, which can change unseen. Pass numbers, strings, functions, or arrays and ` +
      "objects made with Object.freeze (at every level); arrays of numbers belong into arguments that are not static.",
  );

/** A static value for messages. */
export function showStatic(value: unknown): string {
  if (typeof value === "function") return `function ${value.name || "without a name"}`;
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number") return spellNumber(value);
  if (typeof value !== "object" || value === null)
    return typeof value === "string" ? JSON.stringify(value) : String(value);
  const text = JSON.stringify(value, (_, v: unknown) => (typeof v === "bigint" ? `${v}n` : v)) ?? "";
  const name = value.constructor?.name ?? "Object";
  const short = text.length <= longestShown ? text : `${text.slice(0, longestShown)}…`;
  return name === "Object" || name === "Array" ? short : `${name} ${short}`;
}
