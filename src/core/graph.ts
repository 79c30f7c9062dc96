// The program: equations over variables, closed over nothing.
import type { Aval } from "./aval.ts";
import type { AnyOp } from "./op.ts";
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

const memos = new WeakMap<Graph, Map<string, unknown>>();

/** What a transformation made of `graph`, computed once for each `key`. */
export function memoize<T>(graph: Graph, key: string, compute: () => T): T {
  let memo = memos.get(graph);
  if (memo === undefined) {
    memo = new Map();
    memos.set(graph, memo);
  }
  if (!memo.has(key)) memo.set(key, compute());
  return memo.get(key) as T;
}

/** A mask as a memo key. */
export const maskKey = (mask: readonly boolean[]): string => mask.map((m) => (m ? "1" : "0")).join("");

/** True if running the graph does something besides computing its outputs. */
export function hasEffects(graph: Graph): boolean {
  return memoize(graph, "effects", () => graph.equations.some((e) => effectOf(e) !== "none"));
}

export function effectOf(equation: Equation): "none" | "unordered" | "ordered" {
  const { effect } = equation.op;
  return typeof effect === "function" ? effect(equation.params) : effect;
}
