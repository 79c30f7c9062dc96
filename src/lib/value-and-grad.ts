// Gradients of scalar functions by some of their arguments.
import type { AnyFunction } from "../compile/stage.ts";
import { longAval } from "../core/aval.ts";
import { ShapeError, TreeError } from "../core/errors.ts";
import type { Graph } from "../core/graph.ts";
import { Literal, type Tensor } from "../core/tensor.ts";
import { flatten, leafPaths, printTree, type TreeDef, unflatten } from "../core/tree.ts";
import { zeroTangent } from "../ops/tangent.ts";
import { inline } from "../transforms/evaluate.ts";
import { isDifferentiable, spreadMask, tangentAval } from "../transforms/jvp.ts";
import { linearizeGraph } from "../transforms/linearize.ts";
import { transposeGraph } from "../transforms/transpose.ts";
import { concrete, functionGraph, runTogether, temporaries } from "./function-graph.ts";
import { type Holomorphic, requireReverseInput, requireReverseOutput } from "./holomorphic.ts";

export interface GradOptions extends Holomorphic {
  /** Position(s) of the arguments to differentiate with respect to. */
  readonly argnums?: number | readonly number[];
  /** The function returns `[loss, aux]`; aux is not differentiated. */
  readonly hasAux?: boolean;
  /** Integer and boolean leaves are allowed, and get a zero gradient. */
  readonly allowInt?: boolean;
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
