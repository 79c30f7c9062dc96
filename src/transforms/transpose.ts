// Reverse mode, second half: walk a linear program backwards, carrying cotangents.
import { isSubset, longAval } from "../core/aval.ts";
import { internal, NonDifferentiableError } from "../core/errors.ts";
import { type Equation, type Graph, maskKey, memoize, nestedGraphs, Var } from "../core/graph.ts";
import type { AnyOp, Maybe } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { traceGraph } from "../core/trace.ts";
import { addTangents, fitCotangent, zeroTangent } from "../ops/tangent.ts";
import { Environment, forEachEquation, read, repeat } from "./evaluate.ts";
import { spreadMask, tangentAval } from "./jvp.ts";

/**
 * Cotangents of the inputs in `linear`, given the values of the others and cotangents of the outputs. The equations
 * that depend on no linear input are evaluated forwards first.
 */
export function transposeWalk(
  graph: Graph,
  linear: readonly boolean[],
  values: readonly Maybe[],
  cotangents: readonly Maybe[],
): Maybe[] {
  const known = new Environment<Tensor>();
  const dependent = new Set<Var>();
  graph.inputs.forEach((v, i) => {
    if (linear[i]) dependent.add(v);
    else known.set(v, values[i]!);
  });
  const backwards: Equation[] = [];
  forEachEquation(graph.equations, (e) => {
    if (e.operands.some((o) => o instanceof Var && dependent.has(o))) {
      backwards.push(e);
      for (const r of e.results) dependent.add(r);
      return;
    }
    repeat(known, e);
  });
  const sums = new Map<Var, Tensor>();
  const accumulate = (v: Var, ct: Maybe) => {
    if (ct === null) return;
    const sum = sums.get(v);
    if (sum === undefined) sums.set(v, ct);
    else if (sum.aval.varying === ct.aval.varying) sums.set(v, addTangents(sum, ct)!);
    else sums.set(v, addTangents(fitCotangent(sum, v.aval), fitCotangent(ct, v.aval))!);
  };
  graph.outputs.forEach((o, i) => {
    if (o instanceof Var && dependent.has(o)) accumulate(o, cotangents[i] ?? null);
  });
  backwards.reverse();
  forEachEquation(backwards, (e) => {
    let cts = e.results.map((r) => sums.get(r) ?? null);
    if (cts.every((ct) => ct === null)) return;
    for (const r of e.results) sums.delete(r);
    const { transpose } = e.op;
    const isLinear = e.operands.map((o) => o instanceof Var && dependent.has(o));
    if (cts.some((ct, i) => ct !== null && ct.aval.varying !== e.results[i]!.aval.varying))
      if (!mayWait(e, isLinear, cts)) cts = cts.map((ct, i) => ct && fitCotangent(ct, e.results[i]!.aval));
    if (transpose === null || !isLinearIn(e.op.derivative, isLinear))
      throw new NonDifferentiableError(
        `${e.op.name}: it is not linear in ${longAval(e.operands[0]?.aval ?? e.results[0]!.aval)}, so it has no transpose. ` +
          "linearTranspose needs a function that is linear in its arguments.",
      );
    const results = transpose({
      cotangents: cts,
      operands: e.operands.map((o, i) => (isLinear[i] ? null : read(known, o))),
      avals: e.operands.map((o) => o.aval),
      params: e.params,
    });
    e.operands.forEach((o, i) => {
      if (!isLinear[i]) return;
      const ct = results[i] ?? null;
      if (ct !== null && ct.shape.join() !== o.aval.shape.join())
        internal(`${e.op.name}: cotangent ${i} is ${longAval(ct.aval)} for ${longAval(o.aval)}`);
      accumulate(o as Var, ct);
    });
  });
  return graph.inputs.map((v, i) => {
    const ct = linear[i] ? (sums.get(v) ?? null) : null;
    return ct && fitCotangent(ct, v.aval);
  });
}

/**
 * Whether the sum over devices, which a cotangent that varies more than its value is due, may come after the equation:
 * if it moves elements only to where they are no more (as a broadcast does backwards), so that less is sent.
 */
function mayWait(e: Equation, isLinear: readonly boolean[], cts: readonly Maybe[]): boolean {
  const [from, ...others] = e.operands.filter((_, i) => isLinear[i]);
  const [to, ...more] = e.results;
  if (from === undefined || to === undefined || others.length > 0 || more.length > 0) return false;
  if (!isSubset(to.aval.varying, cts[0]!.aval.varying)) return false;
  const local = e.op.varying === undefined && nestedGraphs(e.params).length === 0;
  return local && from.aval.dtype === to.aval.dtype && from.aval.size <= to.aval.size;
}

/** False if the derivative declared for each operand says that an operation is not linear in these together. */
function isLinearIn(derivative: AnyOp["derivative"], operands: readonly boolean[]): boolean {
  // An operation of one operand that has a transpose is linear, however its derivative is written.
  if (!Array.isArray(derivative) || operands.length === 1) return true;
  const rules = derivative.filter((_, i) => operands[i]);
  return rules.every((r) => r === "linear") || (rules.length === 1 && rules[0] === "multilinear");
}

export interface TransposedGraph {
  /** Inputs: the values of nonlinear inputs, then the nonzero cotangents. Outputs: cotangents of linear inputs. */
  readonly graph: Graph;
  /** For each linear input, whether its cotangent is an output; the others are zero. */
  readonly nonzero: readonly boolean[];
}

/** The transpose as a graph. With `dense`, zero cotangents are outputs too. */
export function transposeGraph(
  graph: Graph,
  linear: readonly boolean[],
  given: readonly boolean[],
  dense = false,
): TransposedGraph {
  return memoize(graph, `transpose ${maskKey(linear)} ${maskKey(given)} ${dense}`, () => {
    const valueAvals = graph.inputs.filter((_, i) => !linear[i]).map((v) => v.aval);
    const ctAvals = graph.outputs.filter((_, i) => given[i]).map((o) => tangentAval(o.aval));
    let nonzero: boolean[] = [];
    const { graph: result } = traceGraph(
      `${graph.name}_transpose`,
      (...inputs) => {
        const isValue = linear.map((l) => !l);
        const values = spreadMask(isValue, inputs.slice(0, valueAvals.length));
        const cotangents = spreadMask(given, inputs.slice(valueAvals.length));
        const all = transposeWalk(graph, linear, values, cotangents);
        const cts = all.filter((_, i) => linear[i]);
        const avals = graph.inputs.filter((_, i) => linear[i]).map((v) => v.aval);
        nonzero = cts.map((ct) => dense || ct !== null);
        return cts.flatMap((ct, i) => (nonzero[i] ? [ct ?? zeroTangent(avals[i]!)] : []));
      },
      [...valueAvals, ...ctAvals],
      { what: `the transpose of ${graph.name}`, ambient: true },
    );
    return { graph: result, nonzero };
  });
}
