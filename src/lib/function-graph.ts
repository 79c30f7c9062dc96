// A user's function as a graph over the leaves of its arguments, and how such graphs are run.
import { ArrayTensor } from "../compile/array.ts";
import { leafValue } from "../compile/leaves.ts";
import { moveTo, onDefaultDevice } from "../compile/place.ts";
import { type AnyFunction, flattenResult } from "../compile/stage.ts";
import type { Graph } from "../core/graph.ts";
import { Literal, type Tensor } from "../core/tensor.ts";
import { deepest, hasAmbient, recordingIn, stage, Tracer, traceGraph } from "../core/trace.ts";
import type { Leaf, TreeDef } from "../core/tree.ts";
import { evaluate } from "../transforms/evaluate.ts";

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

/** Frees what was made from host arrays. */
export function freeMade(
  tensors: readonly (Tensor | null)[],
  leaves: readonly (Leaf | null)[],
  results: readonly unknown[],
): void {
  if (results.some((r) => r instanceof Tracer)) return;
  tensors.forEach((t, i) => {
    if (t instanceof ArrayTensor && t !== leaves[i]) t.dispose();
  });
}
