// debugNans and debugInfs: looking at results, and finding the operation that made them bad.
import { isFloat } from "../core/dtype.ts";
import { FloatingPointError } from "../core/errors.ts";
import { type Equation, type Graph, nestedGraphs, Var } from "../core/graph.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind, outsideTraces } from "../core/trace.ts";
import { Environment, forEachEquation } from "../transforms/evaluate.ts";
import { ArrayTensor } from "./array.ts";
import { config } from "./config.ts";
import { decode } from "./encoding.ts";
import { toBytes } from "./place.ts";

export const checksValues = (): boolean => config.debugNans || config.debugInfs;

/** What is wrong with the first bad value among concrete floating tensors. Waits for them. */
export function badValue(results: readonly unknown[]): "nan" | "inf" | undefined {
  for (const t of results) {
    if (!(t instanceof ArrayTensor) || t.isDeleted || !(isFloat(t.dtype) || t.dtype.startsWith("complex"))) continue;
    for (const v of decode(toBytes(t), t.dtype) as Iterable<number>) {
      if (config.debugNans && Number.isNaN(v)) return "nan";
      if (config.debugInfs && (v === Number.POSITIVE_INFINITY || v === Number.NEGATIVE_INFINITY)) return "inf";
    }
  }
  return undefined;
}

export const invalid = (bad: string, name: string): string => `${name}: invalid value (${bad}) encountered in ${name}.`;

/** @throws FloatingPointError naming the operation `name` */
export function checkOperation(name: string, results: readonly Tensor[]): void {
  const bad = badValue(results);
  if (bad !== undefined) throw new FloatingPointError(invalid(bad, name));
}

/** Runs the equations one by one. @throws FloatingPointError naming the first operation with a bad result */
export function checkGraphRun(graph: Graph, args: readonly Tensor[], results: readonly Tensor[]): void {
  const bad = badValue(results);
  if (bad === undefined) return;
  outsideTraces(() => stepThrough(graph, args));
  throw new FloatingPointError(notFound(bad, graph.name));
}

export const notFound = (bad: string, name: string): string =>
  `${invalid(bad, name)} Run operation by operation, it gave none: the compiler's order of operations makes the difference.`;

function stepThrough(graph: Graph, args: readonly Tensor[]): Tensor[] {
  const env = new Environment<Tensor>();
  graph.inputs.forEach((v, i) => {
    env.set(v, args[i]!);
  });
  const read = (a: Var | Tensor): Tensor => (a instanceof Var ? env.get(a) : a);
  forEachEquation(graph.equations, (e) => {
    const operands = e.operands.map(read);
    const inner = wrapped(e);
    const results = inner === undefined ? bind(e.op, operands, e.params) : stepThrough(inner, operands);
    e.results.forEach((r, i) => {
      env.set(r, results[i]!);
    });
  });
  return graph.outputs.map(read);
}

/** The one graph that an equation evaluates as it is: same operands, same results. */
function wrapped(e: Equation): Graph | undefined {
  const graphs = nestedGraphs(e.params);
  const fits = (g: Graph) =>
    g.inputs.length === e.operands.length &&
    g.outputs.length === e.results.length &&
    g.inputs.every((v, i) => v.aval === e.operands[i]!.aval) &&
    g.outputs.every((o, i) => o.aval === e.results[i]!.aval);
  return graphs.length === 1 && fits(graphs[0]!) ? graphs[0] : undefined;
}
