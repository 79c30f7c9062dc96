// Derivatives of functions over trees: grad, valueAndGrad, jvp, vjp, linearize, linearTranspose, Jacobians.

import { ArrayTensor } from "../compile/array.ts";
import { leafAval, leafValue } from "../compile/leaves.ts";
import { moveTo, onDefaultDevice } from "../compile/place.ts";
import { type AnyFunction, flattenResult } from "../compile/stage.ts";
import { longAval } from "../core/aval.ts";
import { isInteger } from "../core/dtype.ts";
import { DTypeError, ShapeError, TreeError } from "../core/errors.ts";
import { type Graph, Var } from "../core/graph.ts";
import { Literal, type Tensor } from "../core/tensor.ts";
import { deepest, hasAmbient, recordingIn, stage, Tracer, traceGraph } from "../core/trace.ts";
import { flatten, type Leaf, leafPaths, printTree, sameTree, type TreeDef, unflatten } from "../core/tree.ts";
import { zeroTangent } from "../ops/tangent.ts";
import { evaluate, inline } from "../transforms/evaluate.ts";
import { isDifferentiable, jvpGraph, pick, spreadMask, tangentAval } from "../transforms/jvp.ts";
import { linearizeGraph } from "../transforms/linearize.ts";
import { transposeGraph } from "../transforms/transpose.ts";
import { type Holomorphic, requireReverseInput, requireReverseOutput } from "./holomorphic.ts";
import { fitted, matchTangents, tangentLeaves } from "./tangents.ts";

export interface GradOptions extends Holomorphic {
  /** Position(s) of the arguments to differentiate with respect to. */
  readonly argnums?: number | readonly number[];
  /** The function returns `[loss, aux]`; aux is not differentiated. */
  readonly hasAux?: boolean;
  /** Integer and boolean leaves are allowed, and get a zero gradient. */
  readonly allowInt?: boolean;
}

/** A user's function as a graph over the leaves of some of its arguments. */
export interface FunctionGraph {
  readonly graph: Graph;
  /** Values of all inputs: captures, then the leaves. */
  readonly inputs: readonly Tensor[];
  readonly captures: number;
  readonly outDef: TreeDef;
}

/** Values as users get them: a literal is staged in a trace, and an array on the default device outside. */
export const concrete = (t: Tensor): Tensor =>
  t instanceof Literal ? (hasAmbient() ? stage(t) : moveTo(t, onDefaultDevice(), false)) : t;

export function functionGraph(
  f: AnyFunction,
  rebuild: (leaves: readonly Tensor[]) => readonly unknown[],
  leaves: readonly Tensor[],
  what: string,
  inputNames: (i: number) => string,
): FunctionGraph {
  let outDef: TreeDef | undefined;
  const { graph, captures } = traceGraph(
    f.name || "f",
    (...inputs) => {
      const flat = flattenResult(f(...rebuild(inputs)), f.name || "the function");
      outDef = flat.def;
      return flat.leaves.map((leaf) => leafValue(leaf));
    },
    leaves.map((t) => t.aval),
    { what, ambient: false, inputNames, values: leaves },
  );
  return { graph, inputs: [...captures, ...leaves], captures: captures.length, outDef: outDef! };
}

/** Runs `body` over `inputs`: recorded in the trace around it, or as one program outside. */
export function runTogether(
  name: string,
  body: (...inputs: Tensor[]) => readonly Tensor[],
  inputs: readonly Tensor[],
): Tensor[] {
  const trace = deepest(inputs);
  if (trace !== null) return recordingIn(trace, () => [...body(...inputs)]);
  const { graph, captures } = traceGraph(
    name,
    body,
    inputs.map((t) => t.aval),
    { what: name, ambient: true },
  );
  return evaluate(graph, [...captures, ...inputs]);
}

/**
 * Host arrays as tensors that live for one call, host scalars as literals. `free` ends them, unless `results` show that
 * a trace around the call has recorded them.
 */
export function temporaries(leaves: readonly Leaf[], paths?: readonly string[]) {
  const tensors = leaves.map((leaf, i) => leafValue(leaf, paths?.[i]));
  return { tensors, free: (results: readonly unknown[]) => freeMade(tensors, leaves, results) };
}

function freeMade(
  tensors: readonly (Tensor | null)[],
  leaves: readonly (Leaf | null)[],
  results: readonly unknown[],
): void {
  if (results.some((r) => r instanceof Tracer)) return;
  tensors.forEach((t, i) => {
    if (t instanceof ArrayTensor && t !== leaves[i]) t.dispose();
  });
}

interface Selected {
  readonly leaves: readonly Tensor[];
  readonly free: (results: readonly unknown[]) => void;
  readonly defs: readonly TreeDef[];
  readonly argnums: readonly number[];
  readonly single: boolean;
  readonly paths: readonly string[];
  rebuild(leaves: readonly Tensor[]): unknown[];
  /** Leaves back in the shape of the selected arguments. */
  result(leaves: readonly unknown[]): unknown;
}

function select(args: readonly unknown[], argnums: number | readonly number[], name: string): Selected {
  const single = typeof argnums === "number";
  const list = (single ? [argnums] : argnums).map((n) => (n < 0 ? n + args.length : n));
  for (const n of list)
    if (!(n >= 0 && n < args.length))
      throw new TreeError(`${name}: argnums names argument ${n}, but the function was called with ${args.length}.`);
  const flat = list.map((n) => flatten(args[n], `args[${n}]`));
  const paths = flat.flatMap((f, i) => leafPaths(f.def, `args[${list[i]}]`));
  const { tensors: leaves, free } = temporaries(
    flat.flatMap((f) => f.leaves),
    paths,
  );
  const defs = flat.map((f) => f.def);
  const split = (values: readonly unknown[]) => {
    let at = 0;
    return flat.map((f) => {
      const part = unflatten(f.def, values.slice(at, at + f.leaves.length));
      at += f.leaves.length;
      return part;
    });
  };
  return {
    leaves,
    free,
    defs,
    argnums: list,
    single,
    paths,
    rebuild: (values) => {
      const out = [...args];
      split(values).forEach((part, i) => {
        out[list[i]!] = part;
      });
      return out;
    },
    result: (values) => {
      const parts = split(values);
      return single ? parts[0] : parts;
    },
  };
}

export function valueAndGradOf(f: AnyFunction, options: GradOptions, name: string) {
  return (...args: unknown[]): { value: unknown; grads: unknown } => {
    const s = select(args, options.argnums ?? 0, name);
    s.leaves.forEach((leaf, i) => {
      requireReverseInput(name, s.paths[i]!, leaf.aval, options);
    });
    const g = functionGraph(f, s.rebuild, s.leaves, `${name}(${f.name || "f"})`, (i) => s.paths[i]!);
    const value = g.graph.outputs[0];
    if (
      options.hasAux &&
      !(g.outDef.kind === "array" && g.outDef.children.length === 2 && g.outDef.children[0]!.kind === "leaf")
    )
      throw new TreeError(`${name}: with hasAux the function must return [loss, aux], got ${printTree(g.outDef)}.`);
    if (!options.hasAux && g.outDef.kind !== "leaf")
      throw new TreeError(
        `${name}: the function must return one scalar, got ${printTree(g.outDef)}. For more results use hasAux.`,
      );
    if (value === undefined || value.aval.shape.length !== 0)
      throw new ShapeError(
        `${name}: the function must return a scalar, got ${longAval(value!.aval)}. Use sum or mean, or jacrev.`,
      );
    requireReverseOutput(name, "the result", value.aval, options);
    const active = g.graph.inputs.map((v, i) => i >= g.captures && isDifferentiable(v.aval));
    const outs = runTogether(
      `grad_${g.graph.name}`,
      (...inputs) => gradOfGraph(g.graph, active, g.captures, inputs),
      g.inputs,
    );
    s.free(outs);
    const n = g.graph.outputs.length;
    return {
      value: unflatten(g.outDef, outs.slice(0, n).map(concrete)),
      grads: s.result(outs.slice(n).map(concrete)),
    };
  };
}

/** The graph's outputs, then the gradient of the first with respect to each input after the captures. */
function gradOfGraph(graph: Graph, active: readonly boolean[], captures: number, inputs: readonly Tensor[]): Tensor[] {
  const l = linearizeGraph(graph, active);
  const n = graph.outputs.length;
  const outs = inline(l.primal, inputs);
  const given = l.outActive.flatMap((a, i) => (a ? [i === 0] : []));
  let cts: (Tensor | null)[] = [];
  if (l.outActive[0]) {
    const linear = l.tangent.inputs.map((_, i) => i >= l.residuals);
    const t = transposeGraph(l.tangent, linear, given);
    const one = new Literal(1, tangentAval(graph.outputs[0]!.aval));
    cts = spreadMask(t.nonzero, inline(t.graph, [...outs.slice(n), one]));
  }
  const all = spreadMask(
    active,
    active.filter(Boolean).map((_, i) => cts[i] ?? null),
  );
  const grads = graph.inputs.flatMap((v, i) => (i < captures ? [] : [all[i] ?? zeroTangent(v.aval)]));
  return [...outs.slice(0, n), ...grads];
}

export function jvpOf(f: AnyFunction, primals: readonly unknown[], tangents: readonly unknown[]): [unknown, unknown] {
  const p = flatten(primals, "primals");
  const given = tangentLeaves("jvp", "tangents", tangents, p.def);
  const { tensors: leaves, free } = temporaries(p.leaves, leafPaths(p.def, "primals"));
  const matched = matchTangents("jvp", given, leaves, leafPaths(p.def, "tangents"), "zero");
  const g = functionGraph(
    f,
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
  return [
    unflatten(g.outDef, outs.slice(0, n).map(concrete)),
    unflatten(
      g.outDef,
      g.graph.outputs.map((o, i) => concrete(outTangents[i] ?? zeroTangent(o.aval))),
    ),
  ];
}

/** A function that holds residuals on devices until it is disposed. */
export interface Residual extends Disposable {
  /** Frees the residuals that it holds. */
  dispose(): void;
  /** For `scope`: the tensors that it needs. */
  readonly held: readonly Tensor[];
}

export function holding<F extends AnyFunction>(
  f: F,
  tensors: readonly Tensor[],
  owned: readonly Tensor[],
): F & Residual {
  const arrays = tensors.filter((t): t is ArrayTensor => t instanceof ArrayTensor);
  for (const t of arrays) if (!owned.includes(t)) t.storage.retain();
  let live = true;
  const dispose = () => {
    if (!live) return;
    live = false;
    for (const t of arrays)
      if (owned.includes(t)) t.dispose();
      else if (t.storage.state === "live") t.storage.release();
  };
  return Object.assign(f, { dispose, [Symbol.dispose]: dispose, held: tensors });
}

/** Runs the primal half of `f`; the rest needs its residuals. */
function linearized(f: AnyFunction, primals: readonly unknown[], what: string) {
  const p = flatten(primals, "primals");
  const paths = leafPaths(p.def, "primals");
  const { tensors: leaves, free } = temporaries(p.leaves, paths);
  const g = functionGraph(
    f,
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
  return {
    p,
    leaves,
    g,
    l,
    differentiable,
    out: unflatten(g.outDef, outs.slice(0, n).map(concrete)),
    residuals,
    /** To be called once the residuals are held. */
    free: () => free(outs),
  };
}

export function vjpOf(f: AnyFunction, primals: readonly unknown[]): [unknown, ((ct: unknown) => unknown) & Residual] {
  const { p, leaves, g, l, differentiable, out, residuals, free } = linearized(f, primals, "vjp");
  const pull = (cotangent: unknown): unknown => {
    const leavesGiven = tangentLeaves("vjp", "cotangents", cotangent, g.outDef);
    const cts = matchTangents("vjp", leavesGiven, g.graph.outputs, leafPaths(g.outDef, "cotangent"), "unread");
    const active = cts.map((c, i) => c !== null && l.outActive[i]!);
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
  const held = holding(
    pull,
    residuals,
    residuals.filter((r) => !g.inputs.includes(r)),
  );
  free();
  return [out, held];
}

export function linearizeOf(f: AnyFunction, primals: readonly unknown[]): [unknown, AnyFunction & Residual] {
  const { p, leaves, g, l, differentiable, out, residuals, free } = linearized(f, primals, "linearize");
  const push = (...tangents: unknown[]): unknown => {
    const given = tangentLeaves("linearize", "tangents", tangents, p.def);
    const matched = matchTangents("linearize", given, leaves, leafPaths(p.def, "tangents"), "zero");
    const values = pick(matched, differentiable).map((m, i) => m ?? zeroTangent(pick(leaves, differentiable)[i]!));
    const results = runTogether(l.tangent.name, (...inputs) => inline(l.tangent, inputs), [...residuals, ...values]);
    freeMade(matched, given, results);
    const all = spreadMask(l.outActive, results);
    return unflatten(
      g.outDef,
      g.graph.outputs.map((o, i) => concrete(all[i] ?? zeroTangent(o.aval))),
    );
  };
  const held = holding(
    push,
    residuals,
    residuals.filter((r) => !g.inputs.includes(r)),
  );
  free();
  return [out, held];
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
