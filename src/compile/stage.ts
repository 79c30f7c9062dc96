// Tracing a user's function to a graph, once for each kind of arguments.
import { type Aval, longAval } from "../core/aval.ts";
import { type AxisEnvironment, axisEnvironment, sameAxes } from "../core/axes.ts";
import { TreeError } from "../core/errors.ts";
import type { Graph } from "../core/graph.ts";
import type { Tensor } from "../core/tensor.ts";
import { Tracer, traceDepth, traceGraph } from "../core/trace.ts";
import { flatten, type Leaf, sameTree, type TreeDef, unflatten } from "../core/tree.ts";
import { defaultPrecision } from "../ops/precision.ts";
import { config } from "./config.ts";
import { counted } from "./counters.ts";
import { dumpTraced } from "./dump.ts";
import { explainTrace } from "./explain.ts";
import { leafValue } from "./leaves.ts";
import { argumentPaths, mergeArguments, showStatic } from "./statics.ts";

export { counters } from "./counters.ts";

// biome-ignore lint/suspicious/noExplicitAny: functions of every signature
export type AnyFunction = (...args: any[]) => unknown;

export interface StagedGraph {
  readonly graph: Graph;
  /** Values of the graph's leading inputs: what the function closed over. */
  readonly captures: readonly Tensor[];
  readonly inDef: TreeDef;
  readonly outDef: TreeDef;
}

/** What a trace depends on, besides the function. */
export interface TraceKey {
  /** Positions of the static arguments, ascending. */
  readonly staticArgnums: readonly number[];
  readonly staticKeys: readonly string[];
  readonly def: TreeDef;
  readonly avals: readonly Aval[];
  /** For each leaf, axes and sizes of the mesh that it lies on. */
  readonly meshes: readonly (string | null)[];
}

/** A key that can be told: the values themselves are not kept. */
export interface ShownKey extends TraceKey {
  readonly shown: readonly string[];
  /** The default precision of products. */
  readonly precision: string | undefined;
}

interface Cached extends ShownKey {
  readonly axes: AxisEnvironment;
  readonly staged: StagedGraph;
}

/** Traces of a function, shared by all its jits; the last used one stands first. They go with the function. */
const traces = new WeakMap<AnyFunction, Cached[]>();

const sameKey = (a: TraceKey, b: TraceKey): boolean =>
  a.avals.length === b.avals.length &&
  a.avals.every((aval, i) => aval === b.avals[i] && a.meshes[i] === b.meshes[i]) &&
  a.staticArgnums.length === b.staticArgnums.length &&
  a.staticArgnums.every((n, i) => n === b.staticArgnums[i]) &&
  a.staticKeys.every((s, i) => s === b.staticKeys[i]) &&
  sameTree(a.def, b.def);

export interface StageRequest extends TraceKey {
  readonly f: AnyFunction;
  readonly name: string;
  readonly what: string;
  readonly statics: readonly unknown[];
}

/** The trace of `f` for these kinds of arguments, made at the first request. */
export function stage(r: StageRequest): StagedGraph {
  let list = traces.get(r.f);
  if (list === undefined) {
    list = [];
    traces.set(r.f, list);
  }
  const at = list.findIndex(
    (c) => sameKey(c, r) && sameAxes(c.axes, axisEnvironment()) && c.precision === defaultPrecision(),
  );
  if (at >= 0) {
    const hit = list[at]!;
    if (at > 0) list.unshift(...list.splice(at, 1));
    return hit.staged;
  }
  const { staticArgnums, staticKeys, def, avals, meshes } = r;
  const shown = r.statics.map(showStatic);
  const key: ShownKey = { staticArgnums, staticKeys, def, avals, meshes, shown, precision: defaultPrecision() };
  if (config.explainCacheMisses) explainTrace(r.f, r.what, key, list);
  const staged = counted("traces", `${r.what} of ${kinds(r.avals)}`, () => traceFunction(r));
  // An inner jit is part of the program around it.
  if (config.dumpDir !== undefined && traceDepth() === 0) dumpTraced(config.dumpDir, staged.graph);
  // A trace that closed over tracers belongs to their trace alone.
  if (!staged.captures.some((c) => c instanceof Tracer)) {
    list.unshift({ ...key, staged, axes: axisEnvironment() });
    while (list.length > config.maxCachedTraces) list.pop();
  }
  return staged;
}

const kindsShown = 5;
const kinds = (avals: readonly Aval[]): string => {
  const shown = avals.slice(0, kindsShown).map(longAval).join(", ");
  return `(${shown}${avals.length > kindsShown ? `, and ${avals.length - kindsShown} more` : ""})`;
};

function traceFunction(r: StageRequest): StagedGraph {
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
    {
      what: r.what,
      ambient: true,
      user: true,
      inputNames: (i) => argumentPaths(r.def, r.staticArgnums)[i] ?? `argument ${i}`,
      meshes: r.meshes,
    },
  );
  return { graph, captures, inDef: r.def, outDef: outDef! };
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

/** How many traces of `f` are kept. */
export const keptTraces = (f: AnyFunction): number => traces.get(f)?.length ?? 0;
