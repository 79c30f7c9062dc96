// Running a graph on values: its equations are bound again, wherever `bind` says.
import { backend } from "../core/backend.ts";
import { internal } from "../core/errors.ts";
import { type Atom, type Equation, type Graph, Var } from "../core/graph.ts";
import { swapSite } from "../core/site.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind, isTraced } from "../core/trace.ts";

/** Values of variables during a walk. */
export class Environment<T> {
  private readonly values = new Map<Var, T>();

  set(v: Var, value: T): void {
    this.values.set(v, value);
  }
  has(v: Var): boolean {
    return this.values.has(v);
  }
  get(v: Var): T {
    const value = this.values.get(v);
    if (value === undefined && !this.values.has(v)) internal("a variable was read before it was defined");
    return value as T;
  }
  maybe(v: Var): T | undefined {
    return this.values.get(v);
  }
}

/** The tensor of an atom: a literal is its own. */
export const read = (env: Environment<Tensor>, atom: Atom): Tensor => (atom instanceof Var ? env.get(atom) : atom);

/** Calls `visit` for each equation, with its site inherited by whatever is recorded. */
export function forEachEquation(equations: readonly Equation[], visit: (e: Equation) => void): void {
  const outer = swapSite(undefined);
  try {
    for (const e of equations) {
      swapSite(e.site);
      visit(e);
    }
  } finally {
    swapSite(outer);
  }
}

/** Binds an equation again, with values from `env`, to which its results are added. */
export function repeat(env: Environment<Tensor>, e: Equation): void {
  const results = bind(
    e.op,
    e.operands.map((o) => read(env, o)),
    e.params,
  );
  e.results.forEach((r, i) => {
    env.set(r, results[i]!);
  });
}

/** Records the equations of `graph` again, one by one. */
export function inline(graph: Graph, args: readonly Tensor[]): Tensor[] {
  if (args.length !== graph.inputs.length)
    internal(`${graph.name} takes ${graph.inputs.length} values, got ${args.length}`);
  const env = new Environment<Tensor>();
  graph.inputs.forEach((v, i) => {
    env.set(v, args[i]!);
  });
  forEachEquation(graph.equations, (e) => repeat(env, e));
  return graph.outputs.map((o) => read(env, o));
}

/** `inline` inside a trace; outside, one program for the whole graph. */
export function evaluate(graph: Graph, args: readonly Tensor[]): Tensor[] {
  return isTraced(args) ? inline(graph, args) : backend().run(graph, args);
}
