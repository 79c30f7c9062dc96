// A user's function behind a callback operation: trees in and out, whether a program or this thread calls it.
import type { ArrayTensor } from "../compile/array.ts";
import { hostTensor, resultBytes } from "../compile/host-tensors.ts";
import { leafAval, leafValue } from "../compile/leaves.ts";
import { moveTo, onDefaultDevice } from "../compile/place.ts";
import { type AnyFunction, flattenResult } from "../compile/stage.ts";
import { withScope } from "../compile/storage.ts";
import { type Aval, avalOf } from "../core/aval.ts";
import { concreteValue } from "../core/concrete.ts";
import { TreeError } from "../core/errors.ts";
import { HostFunction, type HostValue } from "../core/host-callback.ts";
import { Literal, type Tensor } from "../core/tensor.ts";
import { deepest } from "../core/trace.ts";
import { flatten, type Leaf, leafPaths, printTree, sameTree, type TreeDef, unflatten } from "../core/tree.ts";
import { array, type Nested } from "./np/create.ts";

/** What a callback takes and gives. */
interface Kinds {
  readonly name: string;
  readonly def: TreeDef;
  readonly avals: readonly Aval[];
  readonly resultDef: TreeDef;
  readonly resultAvals: readonly Aval[];
}

const same = (a: Kinds, b: Kinds): boolean =>
  a.name === b.name &&
  a.avals.length === b.avals.length &&
  a.avals.every((x, i) => x === b.avals[i]) &&
  a.resultAvals.length === b.resultAvals.length &&
  a.resultAvals.every((x, i) => x === b.resultAvals[i]) &&
  sameTree(a.def, b.def) &&
  sameTree(a.resultDef, b.resultDef);

const made = new WeakMap<AnyFunction, { readonly kinds: Kinds; readonly callback: HostFunction }[]>();
const madeKept = 64;

/** One callback object for equal calls of `f`, so that programs made again are found compiled. */
function callbackOf(f: AnyFunction, kinds: Kinds): HostFunction {
  let list = made.get(f);
  if (list === undefined) {
    list = [];
    made.set(f, list);
  }
  const known = list.find((m) => same(m.kinds, kinds));
  if (known !== undefined) return known.callback;
  const callback = new HostFunction(kinds.name, (operands, results) => called(f, kinds, operands, results));
  list.unshift({ kinds, callback });
  if (list.length > madeKept) list.pop();
  return callback;
}

/** A program calls: its arguments, and what `f` makes and returns, are freed afterwards. */
function called(f: AnyFunction, kinds: Kinds, operands: readonly HostValue[], results: readonly Aval[]): Uint8Array[] {
  let ours = new Set<unknown>();
  return withScope(
    () => {
      const args = operands.map(({ bytes, aval }) => hostTensor(bytes, avalOf(aval.shape, aval.dtype)));
      ours = new Set<unknown>(args);
      const out = f(...(unflatten(kinds.def, args) as unknown[]));
      const leaves = resultLeaves(out, kinds);
      for (const leaf of leaves) ours.add(leaf);
      return leaves.map((leaf, i) => resultBytes(leaf, results[i]!, `${kinds.name}: `, paths(kinds)[i]!));
    },
    (_, everything) => new Set(everything.filter((t) => !ours.has(t))),
  );
}

const paths = ({ resultDef }: Kinds): string[] => leafPaths(resultDef, "result");

/** @throws TreeError when the callback returned another structure, or a promise */
function resultLeaves(out: unknown, { name, resultDef, resultAvals }: Kinds): Leaf[] {
  if (out instanceof Promise)
    throw new TreeError(
      `${name}: the callback returned a Promise; the program waits for a value, so it must be synchronous.`,
    );
  if (resultDef.kind === "null") return [];
  // An array where one tensor is expected is its values.
  const value = resultDef.kind === "leaf" && isNested(out) ? array(out, { dtype: resultAvals[0]!.dtype }) : out;
  const { leaves, def } = flattenResult(value, name);
  if (!sameTree(def, resultDef))
    throw new TreeError(
      `${name}: the callback returned ${printTree(def)}, expected ${printTree(resultDef)} as its resultShapes say.`,
    );
  return leaves;
}

/** This thread calls, on tensors that stay the caller's. */
function callDirectly(f: AnyFunction, kinds: Kinds, args: readonly Tensor[]): Tensor[] {
  const arrays = args.map((t) => (t instanceof Literal ? moveTo(t, onDefaultDevice(), false) : (t as ArrayTensor)));
  let returned = new Set<unknown>();
  try {
    return withScope(
      () => {
        const leaves = resultLeaves(f(...(unflatten(kinds.def, arrays) as unknown[])), kinds);
        returned = new Set<unknown>(leaves);
        return leaves.map((leaf, i) => {
          const aval = kinds.resultAvals[i]!;
          return hostTensor(resultBytes(leaf, aval, `${kinds.name}: `, paths(kinds)[i]!), aval);
        });
      },
      (_, everything) => new Set(everything.filter((t) => !returned.has(t))),
    );
  } finally {
    arrays.forEach((t, i) => {
      if (t !== args[i]) t.dispose();
    });
  }
}

export interface HostRequest {
  readonly name: string;
  readonly f: AnyFunction;
  readonly args: readonly unknown[];
  /** A tree of what has shape and dtype; null for no result. */
  readonly resultShapes: unknown;
  /** Whether to call at once where the arguments' values are known though they are traced (grad outside jit). */
  readonly eager: boolean;
  /** Records the operation. */
  readonly record: (
    callback: HostFunction,
    operands: readonly Tensor[],
    results: readonly { shape: readonly number[]; dtype: Aval["dtype"] }[],
  ) => readonly Tensor[];
}

/** Calls `f` on `args`: now outside traces, else when the program runs. Returns the tree that `resultShapes` describes. */
export function callHost({ name, f, args, resultShapes, eager, record }: HostRequest): unknown {
  const { leaves, def } = flatten(args, "args");
  const shapes = flatten(resultShapes, "resultShapes");
  const strong = (a: Aval) => avalOf(a.shape, a.dtype);
  const resultAvals = shapes.leaves.map((leaf) => strong(leafAval(leaf)));
  const argPaths = leafPaths(def, "args");
  const operands = leaves.map((leaf, i) => leafValue(leaf, argPaths[i]));
  const kinds = { name, def, avals: operands.map((t) => strong(t.aval)), resultDef: shapes.def, resultAvals };
  const trace = deepest(operands);
  const knowable = trace === null || (eager && trace.options.values !== undefined);
  const values = trace === null ? operands : knowable ? operands.map(concreteValue) : [];
  try {
    const results =
      knowable && values.every(isKnown)
        ? callDirectly(f, kinds, values as readonly Tensor[])
        : record(callbackOf(f, kinds), operands, resultAvals);
    return unflatten(shapes.def, results);
  } finally {
    if (trace === null)
      operands.forEach((t, i) => {
        if (t !== leaves[i] && !(t instanceof Literal)) t.dispose();
      });
  }
}

/** Arrays of plain values, which need no operation to become a tensor. */
const isNested = (x: unknown): x is readonly Nested[] =>
  Array.isArray(x) &&
  x.every((v) => isNested(v) || typeof v === "number" || typeof v === "bigint" || typeof v === "boolean");

const isKnown = (t: Tensor | undefined): t is Tensor => t !== undefined;
