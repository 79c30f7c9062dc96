// The program: equations over variables, closed over nothing.
import type { Aval } from "./aval.ts";
import type { AnyOp, Effect } from "./op.ts";
import type { Site } from "./site.ts";
import type { Literal } from "./tensor.ts";

export class Var {
  readonly aval: Aval;
  constructor(aval: Aval) {
    this.aval = aval;
  }
}

export type Atom = Var | Literal;

export interface Equation {
  readonly op: AnyOp;
  readonly operands: readonly Atom[];
  // biome-ignore lint/suspicious/noExplicitAny: each op gives its own parameters their type
  readonly params: any;
  readonly results: readonly Var[];
  readonly site: Site;
}

export interface Graph {
  readonly name: string;
  readonly inputs: readonly Var[];
  readonly equations: readonly Equation[];
  readonly outputs: readonly Atom[];
}

/** Marks objects among parameters that change nothing of what an equation computes. */
export const outsideProgram: unique symbol = Symbol("jorts.outsideProgram");

const memos = new WeakMap<Graph | readonly Graph[], Map<unknown, unknown>>();

/**
 * What a transformation made of a graph, or of graphs in one array, computed once for each `key`: a text, or an object
 * that stands for itself.
 */
export function memoize<T>(of: Graph | readonly Graph[], key: string | object, compute: () => T): T {
  let memo = memos.get(of);
  if (memo === undefined) {
    memo = new Map();
    memos.set(of, memo);
  }
  if (!memo.has(key)) memo.set(key, compute());
  return memo.get(key) as T;
}

/** A mask as a memo key. */
export const maskKey = (mask: readonly boolean[]): string => mask.map((m) => (m ? "1" : "0")).join("");

/** True if running the graph does something besides computing its outputs. */
export const hasEffects = (graph: Graph): boolean => graphEffect(graph) !== "none";

const strengths: readonly Effect[] = ["none", "debug", "unordered", "ordered"];

export const strongest = (effects: readonly Effect[]): Effect =>
  strengths[effects.reduce((most, e) => Math.max(most, strengths.indexOf(e)), 0)]!;

/** The strongest effect of the graph's equations. */
export function graphEffect(graph: Graph): Effect {
  return memoize(graph, "effect", () => strongest(graph.equations.map(effectOf)));
}

export function effectOf(equation: Equation): Effect {
  const { effect } = equation.op;
  return typeof effect === "function" ? effect(equation.params) : effect;
}

/** The graphs that the parameters of an equation hold. */
export function nestedGraphs(params: unknown): Graph[] {
  if (typeof params !== "object" || params === null) return [];
  const found: Graph[] = [];
  for (const value of Object.values(params))
    for (const v of Array.isArray(value) ? value : [value])
      if (typeof v === "object" && v !== null && "equations" in v && "inputs" in v) found.push(v as Graph);
  return found;
}
