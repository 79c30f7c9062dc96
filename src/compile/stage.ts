// Tracing a user's function to a graph, once for each kind of arguments.
import type { Aval } from "../core/aval.ts";
import { TreeError } from "../core/errors.ts";
import type { Graph } from "../core/graph.ts";
import type { Tensor } from "../core/tensor.ts";
import { Tracer, traceGraph } from "../core/trace.ts";
import { flatten, type Leaf, leafPaths, sameTree, type TreeDef, unflatten } from "../core/tree.ts";
import { leafValue } from "./leaves.ts";

// biome-ignore lint/suspicious/noExplicitAny: functions of every signature
export type AnyFunction = (...args: any[]) => unknown;

export interface StagedGraph {
  readonly graph: Graph;
  /** Values of the graph's leading inputs: what the function closed over. */
  readonly captures: readonly Tensor[];
  readonly inDef: TreeDef;
  readonly outDef: TreeDef;
}

interface Cached extends StagedGraph {
  readonly statics: readonly unknown[];
  readonly avals: readonly Aval[];
}

/** Traces of a function, shared by all its jits. */
const traces = new WeakMap<AnyFunction, Cached[]>();
const tracesKept = 256;

export const counters = { traces: 0, lowerings: 0, compiles: 0 };

/** Which positions of the argument list are static, and their values. */
export interface SplitArguments {
  readonly dynamic: readonly unknown[];
  readonly statics: readonly unknown[];
}

/** @throws TreeError for a position beyond the arguments, or a static value that can change unseen */
export function splitArguments(args: readonly unknown[], staticArgnums: readonly number[]): SplitArguments {
  if (staticArgnums.length === 0) return { dynamic: args, statics: [] };
  for (const n of staticArgnums)
    if (n >= args.length)
      throw new TreeError(`staticArgnums names argument ${n}, but the function was called with ${args.length}.`);
  const statics = staticArgnums.map((n) => {
    const value = args[n];
    requireStatic(value, `args[${n}]`);
    return value;
  });
  return { dynamic: args.filter((_, i) => !staticArgnums.includes(i)), statics };
}

function requireStatic(value: unknown, path: string): void {
  if (typeof value !== "object" || value === null) return;
  const prototype = Object.getPrototypeOf(value);
  const plain = Array.isArray(value) || prototype === Object.prototype || prototype === null;
  if (plain && !Object.isFrozen(value))
    throw new TreeError(
      `${path} is static, but a plain ${Array.isArray(value) ? "array" : "object"} can change unseen. ` +
        "Freeze it with Object.freeze, or pass numbers, strings or functions.",
    );
}

/** Equal as static arguments: primitives by value (NaN equals NaN, 0 and -0 differ), objects and functions by identity. */
const sameStatics = (a: readonly unknown[], b: readonly unknown[]) =>
  a.length === b.length && a.every((x, i) => Object.is(x, b[i]));

export interface StageRequest {
  readonly f: AnyFunction;
  readonly name: string;
  readonly what: string;
  readonly staticArgnums: readonly number[];
  readonly statics: readonly unknown[];
  readonly def: TreeDef;
  readonly avals: readonly Aval[];
}

export function stage(r: StageRequest): StagedGraph {
  let list = traces.get(r.f);
  if (list === undefined) {
    list = [];
    traces.set(r.f, list);
  }
  const at = list.findIndex(
    (c) =>
      sameStatics(c.statics, r.statics) &&
      c.avals.length === r.avals.length &&
      c.avals.every((a, i) => a === r.avals[i]) &&
      sameTree(c.inDef, r.def),
  );
  if (at >= 0) {
    const hit = list[at]!;
    if (at > 0) list.unshift(...list.splice(at, 1));
    return hit;
  }
  const traced = { ...traceFunction(r), statics: r.statics, avals: r.avals };
  // A trace that closed over tracers belongs to their trace alone.
  if (!traced.captures.some((c) => c instanceof Tracer)) {
    list.unshift(traced);
    if (list.length > tracesKept) list.pop();
  }
  return traced;
}

function traceFunction(r: StageRequest): StagedGraph {
  counters.traces++;
  let outDef: TreeDef | undefined;
  const { graph, captures } = traceGraph(
    r.name,
    (...inputs) => {
      const dynamic = unflatten(r.def, inputs) as unknown[];
      const out = r.f(...mergeArguments(dynamic, r.statics, r.staticArgnums));
      const flat = flattenResult(out, r.name);
      outDef = flat.def;
      return flat.leaves.map((leaf) => leafValue(leaf, "the result"));
    },
    r.avals,
    { what: r.what, ambient: true, inputNames: (i) => leafPaths(r.def, "args")[i] ?? `argument ${i}` },
  );
  return { graph, captures, inDef: r.def, outDef: outDef! };
}

export function mergeArguments(
  dynamic: readonly unknown[],
  statics: readonly unknown[],
  staticArgnums: readonly number[],
): unknown[] {
  const args = [...dynamic];
  [...staticArgnums.keys()]
    .sort((a, b) => staticArgnums[a]! - staticArgnums[b]!)
    .forEach((k) => {
      args.splice(staticArgnums[k]!, 0, statics[k]);
    });
  return args;
}

/** @throws TreeError if a traced function returned a promise or a leaf that is no array */
export function flattenResult(out: unknown, name: string): { leaves: Leaf[]; def: TreeDef } {
  if (out instanceof Promise)
    throw new TreeError(
      `${name} returned a Promise. A traced function must be synchronous: await data before, and pass it as an argument.`,
    );
  return flatten(out, "result");
}

/** Forgets the traces of `f`. */
export function forgetTraces(f: AnyFunction): void {
  traces.delete(f);
}
