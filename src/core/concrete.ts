// Host reads: the concrete value behind a tracer, where its trace remembers concrete inputs.
import { longAval } from "./aval.ts";
import { backend } from "./backend.ts";
import { ConcretizationTypeError } from "./errors.ts";
import { type Atom, type Equation, Var } from "./graph.ts";
import { Literal, type Tensor } from "./tensor.ts";
import { escaped, type Trace, Tracer } from "./trace.ts";

/**
 * The concrete tensor behind `t`: itself, or what its trace can compute; undefined under jit, vmap and loop bodies. A
 * constant made there is staged too, and as unreadable as what is computed from it.
 */
export function concreteValue(t: Tensor): Tensor | undefined {
  if (!(t instanceof Tracer)) return t;
  if (t.trace.closed) throw escaped("a host read", t.trace);
  return t.atom instanceof Literal ? undefined : prefixValue(t.trace, t.atom);
}

/** The concrete tensor behind `t`. @throws `error` naming the arguments that `t` depends on */
export function needConcrete(
  t: Tensor,
  what: string,
  error: new (message: string) => ConcretizationTypeError = ConcretizationTypeError,
): Tensor {
  const value = concreteValue(t);
  if (value !== undefined) return value;
  throw new error(
    `${what}: the value of a traced ${longAval(t.aval)} is not known while ${(t as Tracer).trace.describe()} is traced. ` +
      `${origin(t as Tracer)} Pass that argument as static (staticArgnums), or keep the computation in traced form ` +
      "(np.where, lax.cond, lax.whileLoop).",
  );
}

/** The value of `v`, computed from the trace's concrete inputs by what is recorded so far; undefined if it has none. */
function prefixValue(trace: Trace, v: Var): Tensor | undefined {
  const { values: given } = trace.options;
  if (given === undefined) return undefined;
  const known = knownValues(trace, given);
  if (known === undefined) return undefined;
  const found = known.get(v);
  if (found !== undefined) return found;
  const needed = new Set<Var>([v]);
  const equations: Equation[] = [];
  for (let i = trace.equations.length - 1; i >= 0; i--) {
    const e = trace.equations[i]!;
    if (!e.results.some((r) => needed.has(r)) || e.results.every((r) => known.has(r))) continue;
    equations.push(e);
    for (const o of e.operands) if (o instanceof Var && !known.has(o)) needed.add(o);
  }
  equations.reverse();
  const inputs = [...new Set(equations.flatMap((e) => e.operands))].filter(
    (o): o is Var => o instanceof Var && known.has(o),
  );
  const outputs = equations.flatMap((e) => e.results);
  const values = backend().run(
    { name: "prefix", inputs, equations, outputs },
    inputs.map((i) => known.get(i)!),
  );
  outputs.forEach((o, i) => {
    known.set(o, values[i]!);
  });
  return known.get(v);
}

/** The trace's values with those of its inputs and captures, or undefined if one of these is not concrete. */
function knownValues(trace: Trace, given: readonly Tensor[]): Map<Var, Tensor> | undefined {
  trace.known ??= new Map();
  const outside: [Tensor, Var][] = [...trace.captures];
  trace.inputs.forEach((v, i) => {
    outside.push([given[i]!, v]);
  });
  for (const [tensor, v] of outside) {
    if (trace.known.has(v)) continue;
    const value = concreteValue(tensor);
    if (value === undefined) return undefined;
    trace.known.set(v, value);
  }
  return trace.known;
}

/** A sentence saying which inputs a tracer's value came from. */
function origin(t: Tracer): string {
  const needed = new Set<Atom>([t.atom]);
  const { equations, inputs, options } = t.trace;
  for (let i = equations.length - 1; i >= 0; i--) {
    const e = equations[i]!;
    if (e.results.some((r) => needed.has(r))) for (const o of e.operands) needed.add(o);
  }
  const names = inputs.flatMap((v, i) => (needed.has(v) ? [options.inputNames?.(i) ?? `argument ${i}`] : []));
  if (names.length === 0) return "It depends on no argument; it was made by operations inside the traced function.";
  const shown = names.length > 5 ? [...names.slice(0, 5), `${names.length - 5} more`] : names;
  return `It depends on ${shown.join(", ")}.`;
}
