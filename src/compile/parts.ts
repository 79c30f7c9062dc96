// A graph outside jit that calls functions with compiler options of their own: run in parts, each its own program.
import type { CompilerOptions } from "../control/call.ts";
import type { Backend } from "../core/backend.ts";
import { type Equation, type Graph, Var } from "../core/graph.ts";
import { Literal, type Tensor } from "../core/tensor.ts";
import type { ArrayTensor } from "./array.ts";
import { moveTo, onDefaultDevice } from "./place.ts";

/** The options of an equation that has to be compiled by itself. */
export const optionsOf = (params: unknown): CompilerOptions | undefined =>
  (params as { readonly compilerOptions?: CompilerOptions } | null | undefined)?.compilerOptions;

/** Runs what stands between such equations as programs too. */
export function runInParts(graph: Graph, args: readonly Tensor[], backend: Backend): Tensor[] {
  const values = new Map<Var, Tensor>(graph.inputs.map((v, i) => [v, args[i]!]));
  const made: ArrayTensor[] = [];
  const read = (a: Var | Literal): Tensor => (a instanceof Literal ? a : values.get(a)!);
  const keep = (vars: readonly Var[], results: readonly Tensor[]) => {
    vars.forEach((v, i) => {
      values.set(v, results[i]!);
      made.push(results[i] as ArrayTensor);
    });
  };
  let part: Equation[] = [];
  const runPart = (later: readonly Equation[]) => {
    if (part.length === 0) return;
    const own = new Set(part.flatMap((e) => e.results));
    const wanted = new Set([...later.flatMap((e) => e.operands), ...graph.outputs]);
    const inputs = [...new Set(part.flatMap((e) => e.operands))].filter(
      (o): o is Var => o instanceof Var && !own.has(o),
    );
    const outputs = [...own].filter((v) => wanted.has(v));
    const results = backend.run(
      { name: graph.name, inputs, equations: part, outputs },
      inputs.map((v) => values.get(v)!),
    );
    keep(outputs, results);
    part = [];
  };
  try {
    graph.equations.forEach((e, i) => {
      if (optionsOf(e.params) === undefined) {
        part.push(e);
        return;
      }
      runPart(graph.equations.slice(i));
      keep(e.results, backend.evaluate(e.op, e.operands.map(read), e.params));
    });
    runPart([]);
  } catch (error) {
    for (const t of made) t.dispose();
    throw error;
  }
  const given = new Set<Tensor>();
  const outputs = graph.outputs.map((o) => {
    const t = read(o);
    if (t instanceof Literal) return moveTo(t, onDefaultDevice(), false);
    const own = made.includes(t as ArrayTensor) && !given.has(t);
    given.add(t);
    return own ? t : moveTo(t, (t as ArrayTensor).sharding, (t as ArrayTensor).committed);
  });
  for (const t of made) if (!given.has(t)) t.dispose();
  return outputs;
}
