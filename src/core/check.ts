// Is a graph well formed? Every variable defined once before use, every equation as its op's shape rule says.
import { shortAval } from "./aval.ts";
import { internal } from "./errors.ts";
import { type Atom, type Equation, type Graph, nestedGraphs, type Var } from "./graph.ts";
import { printGraph } from "./print.ts";
import { Literal } from "./tensor.ts";
import { resultAvals } from "./varying.ts";

export { nestedGraphs };

/** @throws JortsError (`internal: …`) naming the first equation that is wrong, with the printed program */
export function checkGraph(graph: Graph): void {
  const problem = findProblem(graph);
  if (problem !== undefined) internal(`${problem}\nin\n${printGraph(graph)}`);
}

function findProblem(graph: Graph): string | undefined {
  const defined = new Set<Var>();
  const define = (v: Var, where: string) => {
    if (defined.has(v)) return `${where} defines a variable twice`;
    defined.add(v);
    return undefined;
  };
  const use = (a: Atom, where: string) =>
    a instanceof Literal || defined.has(a) ? undefined : `${where} uses a variable that is not defined before`;
  for (const v of graph.inputs) {
    const problem = define(v, "the input list");
    if (problem) return problem;
  }
  for (let i = 0; i < graph.equations.length; i++) {
    const e = graph.equations[i]!;
    const where = `equation ${i} (${e.op.name})`;
    for (const o of e.operands) {
      const problem = use(o, where);
      if (problem) return problem;
    }
    const problem = shapeProblem(e, where) ?? nestedProblem(e, where);
    if (problem) return problem;
    for (const r of e.results) {
      const twice = define(r, where);
      if (twice) return twice;
    }
  }
  for (const o of graph.outputs) {
    const problem = use(o, "the output list");
    if (problem) return problem;
  }
  return undefined;
}

function shapeProblem(e: Equation, where: string): string | undefined {
  const expected = resultAvals(e.op, e.operands, e.params);
  if (expected.length !== e.results.length) return `${where} has ${e.results.length} results, not ${expected.length}`;
  for (let i = 0; i < expected.length; i++)
    if (expected[i] !== e.results[i]!.aval)
      return `${where}: result ${i} is ${shortAval(e.results[i]!.aval)}, its rule says ${shortAval(expected[i]!)}`;
  return undefined;
}

function nestedProblem(e: Equation, where: string): string | undefined {
  for (const graph of nestedGraphs(e.params)) {
    const problem = findProblem(graph);
    if (problem) return `${where}: ${problem}`;
  }
  return undefined;
}
