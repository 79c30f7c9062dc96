// Derivatives of functions over trees, forwards and backwards: jvp, vjp, linearize, linearTranspose.
import { leafAval, leafValue } from "../compile/leaves.ts";
import { type AnyFunction, flattenResult } from "../compile/stage.ts";
import { longAval } from "../core/aval.ts";
import { isInteger } from "../core/dtype.ts";
import { DTypeError, TreeError } from "../core/errors.ts";
import { Var } from "../core/graph.ts";
import type { Tensor } from "../core/tensor.ts";
import { traceGraph } from "../core/trace.ts";
import { flatten, leafCount, leafPaths, printTree, sameTree, type TreeDef, unflatten } from "../core/tree.ts";
import { zeroTangent } from "../ops/tangent.ts";
import { stopGradientTensor } from "../ops/unary.ts";
import { inline } from "../transforms/evaluate.ts";
import { isDifferentiable, jvpGraph, pick, spreadMask, tangentAval } from "../transforms/jvp.ts";
import { linearizeGraph } from "../transforms/linearize.ts";
import { transposeGraph } from "../transforms/transpose.ts";
import { concrete, type FunctionGraph, freeMade, functionGraph, runTogether, temporaries } from "./function-graph.ts";
import { holding } from "./residual.ts";
import { fitted, matchTangents, tangentLeaves } from "./tangents.ts";

/** `f`, whose result is `[out, aux]`: no derivative goes through aux. @throws TreeError for another result */
function heldAux(name: string, f: AnyFunction): AnyFunction {
  const held = (...args: unknown[]): unknown => {
    const result = f(...args);
    if (!Array.isArray(result) || result.length !== 2)
      throw new TreeError(`${name}: with hasAux the function must return [out, aux], got another structure.`);
    const aux = flatten(result[1], "aux");
    const values = aux.leaves.map((leaf) => {
      const t = leafValue(leaf);
      return isDifferentiable(t.aval) ? stopGradientTensor(t) : t;
    });
    return [result[0], unflatten(aux.def, values)];
  };
  return Object.defineProperty(held, "name", { value: f.name });
}

/** What derivatives are taken of: the result, or the first part of one with aux. */
function resultOf({ graph, outDef }: FunctionGraph, hasAux: boolean) {
  const [def, auxDef] = hasAux && outDef.kind === "array" ? (outDef.children as [TreeDef, TreeDef]) : [outDef];
  const n = leafCount(def);
  return {
    def,
    outputs: graph.outputs.slice(0, n),
    /** `[out]`, or `[out, aux]`. */
    parts: (values: readonly Tensor[]): unknown[] => [
      unflatten(def, values.slice(0, n)),
      ...(auxDef === undefined ? [] : [unflatten(auxDef, values.slice(n))]),
    ],
  };
}

/** `[out, tangent]`, and what `f` returned besides. */
export function jvpOf(
  f: AnyFunction,
  primals: readonly unknown[],
  tangents: readonly unknown[],
  hasAux: boolean,
): unknown[] {
  const p = flatten(primals, "primals");
  const given = tangentLeaves("jvp", "tangents", tangents, p.def);
  const { tensors: leaves, free } = temporaries(p.leaves, leafPaths(p.def, "primals"));
  const matched = matchTangents("jvp", given, leaves, leafPaths(p.def, "tangents"), "zero");
  const g = functionGraph(
    hasAux ? heldAux("jvp", f) : f,
    (v) => unflatten(p.def, v) as unknown[],
    leaves,
    `jvp(${f.name || "f"})`,
    (i) => leafPaths(p.def, "primals")[i]!,
  );
  const active = [...new Array(g.captures).fill(false), ...matched.map((m) => m !== null)];
  const d = jvpGraph(g.graph, active);
  const values = matched.filter((m): m is Tensor => m !== null);
  const outs = runTogether(d.graph.name, (...inputs) => inline(d.graph, inputs), [...g.inputs, ...values]);
  free(outs);
  freeMade(matched, given, outs);
  const n = g.graph.outputs.length;
  const outTangents = spreadMask(d.outActive, outs.slice(n));
  const r = resultOf(g, hasAux);
  const slopes = r.outputs.map((o, i) => concrete(outTangents[i] ?? zeroTangent(o.aval)));
  const [out, ...aux] = r.parts(outs.slice(0, n).map(concrete));
  return [out, unflatten(r.def, slopes), ...aux];
}

/** Runs the primal half of `f`; the rest needs its residuals. */
function linearized(f: AnyFunction, primals: readonly unknown[], what: string, hasAux: boolean) {
  const p = flatten(primals, "primals");
  const paths = leafPaths(p.def, "primals");
  const { tensors: leaves, free } = temporaries(p.leaves, paths);
  const g = functionGraph(
    hasAux ? heldAux(what, f) : f,
    (v) => unflatten(p.def, v) as unknown[],
    leaves,
    `${what}(${f.name || "f"})`,
    (i) => paths[i]!,
  );
  const differentiable = leaves.map((t) => isDifferentiable(t.aval));
  const active = [...new Array(g.captures).fill(false), ...differentiable];
  const l = linearizeGraph(g.graph, active);
  // A residual that is an input is held, not copied.
  const n = g.graph.outputs.length;
  const sources = l.primal.outputs.slice(n).map((o) => (o instanceof Var ? l.primal.inputs.indexOf(o) : -1));
  const made = l.primal.outputs.slice(n).filter((_, i) => sources[i]! < 0);
  const primal = { ...l.primal, outputs: [...l.primal.outputs.slice(0, n), ...made] };
  const outs = runTogether(primal.name, (...inputs) => inline(primal, inputs), g.inputs);
  let next = n;
  const residuals = sources.map((at) => (at < 0 ? outs[next++]! : g.inputs[at]!));
  const result = resultOf(g, hasAux);
  return {
    p,
    leaves,
    g,
    l,
    differentiable,
    result,
    parts: result.parts(outs.slice(0, n).map(concrete)),
    residuals,
    /** To be called once the residuals are held. */
    free: () => free(outs),
  };
}

/** The result, `derivative` holding the residuals that the run made, and what the function returned besides. */
function besideResult(
  derivative: AnyFunction,
  { g, parts, residuals, free }: ReturnType<typeof linearized>,
): unknown[] {
  const made = residuals.filter((r) => !g.inputs.includes(r));
  const held = holding(derivative, residuals, made);
  free();
  const [out, ...aux] = parts;
  return [out, held, ...aux];
}

/** `[out, pull]`, and what `f` returned besides. */
export function vjpOf(f: AnyFunction, primals: readonly unknown[], hasAux: boolean): unknown[] {
  const half = linearized(f, primals, "vjp", hasAux);
  const { p, leaves, l, differentiable, result, residuals } = half;
  const pull = (cotangent: unknown): unknown => {
    const leavesGiven = tangentLeaves("vjp", "cotangents", cotangent, result.def);
    const cts = matchTangents("vjp", leavesGiven, result.outputs, leafPaths(result.def, "cotangent"), "unread");
    const active = l.outActive.map((a, i) => a && (cts[i] ?? null) !== null);
    const given = pick(active, l.outActive);
    const linear = l.tangent.inputs.map((_, i) => i >= l.residuals);
    const t = transposeGraph(l.tangent, linear, given);
    const values = pick(cts, active) as Tensor[];
    const results = runTogether(t.graph.name, (...inputs) => inline(t.graph, inputs), [...residuals, ...values]);
    freeMade(cts, leavesGiven, results);
    const dense = spreadMask(t.nonzero, results);
    const all = spreadMask(differentiable, dense);
    return unflatten(
      p.def,
      leaves.map((x, i) => concrete(all[i] ?? zeroTangent(x))),
    );
  };
  return besideResult(pull, half);
}

/** `[out, push]`, and what `f` returned besides. */
export function linearizeOf(f: AnyFunction, primals: readonly unknown[], hasAux: boolean): unknown[] {
  const half = linearized(f, primals, "linearize", hasAux);
  const { p, leaves, l, differentiable, result, residuals } = half;
  const push = (...tangents: unknown[]): unknown => {
    const given = tangentLeaves("linearize", "tangents", tangents, p.def);
    const matched = matchTangents("linearize", given, leaves, leafPaths(p.def, "tangents"), "zero");
    const values = pick(matched, differentiable).map((m, i) => m ?? zeroTangent(pick(leaves, differentiable)[i]!));
    const results = runTogether(l.tangent.name, (...inputs) => inline(l.tangent, inputs), [...residuals, ...values]);
    freeMade(matched, given, results);
    const all = spreadMask(l.outActive, results);
    return unflatten(
      result.def,
      result.outputs.map((o, i) => concrete(all[i] ?? zeroTangent(o.aval))),
    );
  };
  return besideResult(push, half);
}

/** The transpose of a function that is linear in all its arguments, floats to floats or integers to integers. */
export function linearTransposeOf(f: AnyFunction, primals: readonly unknown[]): (ct: unknown) => unknown {
  const name = "linearTranspose";
  const p = flatten(primals, "primals");
  const avals = p.leaves.map(leafAval);
  let outDef: TreeDef | undefined;
  const { graph, captures } = traceGraph(
    f.name || "f",
    (...inputs) => {
      const flat = flattenResult(f(...(unflatten(p.def, inputs) as unknown[])), f.name || "f");
      outDef = flat.def;
      return flat.leaves.map((leaf) => leafValue(leaf));
    },
    avals,
    { what: `${name}(${f.name || "f"})`, ambient: false },
  );
  const outAvals = graph.outputs.map((o) => o.aval);
  const all = [...avals, ...outAvals];
  if (!all.every(isDifferentiable) && !all.every((a) => isInteger(a.dtype)))
    throw new DTypeError(
      `${name}: got a function of (${avals.map(longAval).join(", ")}) to (${outAvals.map(longAval).join(", ")}), expected ` +
        "floats to floats, or integers to integers. Close over the other arguments.",
    );
  return (cotangent) => {
    const ct = flatten(cotangent, "cotangent");
    if (!sameTree(ct.def, outDef!))
      throw new TreeError(`${name}: the cotangent has structure ${printTree(ct.def)}, expected ${printTree(outDef!)}.`);
    const paths = leafPaths(ct.def, "cotangent");
    const cts = ct.leaves.map((leaf, i) => fitted(name, paths[i] || "the cotangent", leaf, tangentAval(outAvals[i]!)));
    const linear = graph.inputs.map((_, i) => i >= captures.length);
    const given = cts.map(() => true);
    const t = transposeGraph(graph, linear, given, true);
    const results = runTogether(t.graph.name, (...inputs) => inline(t.graph, inputs), [...captures, ...cts]);
    freeMade(cts, ct.leaves, results);
    return unflatten(p.def, results.map(concrete));
  };
}
