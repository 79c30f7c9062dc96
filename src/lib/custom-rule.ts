// Tracing derivative rules, which may call the function whose rule they are.
import type { AnyFunction } from "../compile/stage.ts";
import { Rule } from "../control/custom.ts";
import type { Graph } from "../core/graph.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Body } from "./bodies.ts";
import type { Split } from "./custom-arguments.ts";

/** A rule that is being traced. A call of the same function on the same kinds of arguments, made in it, has this rule. */
export interface OpenRule {
  readonly f: AnyFunction;
  readonly split: Split;
  readonly rule: Rule<unknown>;
  /** What a call takes before its arguments. */
  readonly captures: readonly Tensor[];
  used: boolean;
}
const openRules: OpenRule[] = [];

/** Graphs in which a function whose rule they belong to is called, and that rule. */
const selfCalls = new WeakMap<Graph, Rule<unknown>>();

export function openRule(f: AnyFunction, s: Split): OpenRule | undefined {
  const found = openRules.find(
    (o) =>
      o.f === f &&
      o.split.kinds === s.kinds &&
      o.split.nondiff.length === s.nondiff.length &&
      o.split.nondiff.every((v, i) => Object.is(v, s.nondiff[i])),
  );
  if (found !== undefined) found.used = true;
  return found;
}

/**
 * Traces the bodies of a rule, again if they call their function and close over values that such a call must pass on.
 * `trace` gets the memo key to use.
 */
export function traceRule<B extends readonly Body[]>(
  f: AnyFunction,
  s: Split,
  primal: Body,
  trace: (key: string | null) => B,
): { bodies: B; rule: Rule<unknown>; captures: readonly Tensor[] } {
  let captures = primal.captures;
  for (let again = false; ; again = true) {
    const open: OpenRule = { f, split: s, rule: new Rule(), captures, used: false };
    openRules.push(open);
    let bodies: B;
    try {
      bodies = trace(again ? null : s.key);
    } finally {
      openRules.splice(openRules.indexOf(open), 1);
    }
    const graphs = bodies.map((b) => b.graph);
    if (open.used) for (const g of graphs) selfCalls.set(g, open.rule);
    const self = graphs.map((g) => selfCalls.get(g)).find((r) => r !== undefined);
    const all = [...new Set([...captures, ...bodies.flatMap((b) => b.captures)])];
    if (self === undefined || all.length === captures.length) return { bodies, rule: self ?? open.rule, captures: all };
    captures = all;
  }
}
