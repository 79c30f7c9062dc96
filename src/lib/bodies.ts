// What loops, checkpoints and custom derivatives share: a user's function over trees as a closed graph.
import { leafValue } from "../compile/leaves.ts";
import { type AnyFunction, flattenResult } from "../compile/stage.ts";
import { type Aval, type AxisSet, invariant, longAval, unionAxes, withVarying } from "../core/aval.ts";
import { type AxisEnvironment, axisEnvironment, sameAxes } from "../core/axes.ts";
import { type DType, isComplex, isFloat, isInexact } from "../core/dtype.ts";
import { DTypeError, ShapeError, TreeError } from "../core/errors.ts";
import { type Graph, memoize, Var } from "../core/graph.ts";
import { Literal, type Tensor } from "../core/tensor.ts";
import { traceGraph } from "../core/trace.ts";
import { flatten, isLeaf, type Leaf, leafPaths, printTree, sameTree, type TreeDef, unflatten } from "../core/tree.ts";
import { defaultPrecision } from "../ops/precision.ts";
import { zeroTangent } from "../ops/tangent.ts";
import { convert } from "../ops/unary.ts";
import { inline } from "../transforms/evaluate.ts";
import { tangentAval } from "../transforms/jvp.ts";
import { temporaries } from "./function-graph.ts";

/** A tree as flat values. */
export interface Flat {
  readonly values: readonly Tensor[];
  readonly def: TreeDef;
  readonly paths: readonly string[];
  /** Frees what was made from host arrays, unless `results` show that a trace has recorded it. */
  readonly free: (results: readonly unknown[]) => void;
}

/** Flattens what a user passed; host scalars become literals. @throws TreeError naming the leaf that is no tensor */
export function flattenValues(value: unknown, root: string): Flat {
  const { leaves, def } = flatten(value, root);
  const paths = leafPaths(def, root);
  const { tensors, free } = temporaries(leaves, paths);
  return { values: tensors, def, paths, free };
}

export interface Body {
  /** Inputs: captures, then the leaves of the arguments. */
  readonly graph: Graph;
  readonly captures: readonly Tensor[];
  readonly outDef: TreeDef;
}

export interface BodyRequest {
  /** The user's function; equal requests of one function share a trace, if that closed over no tensor. */
  readonly f: AnyFunction;
  /** What is called, if not `f` itself. */
  readonly call?: AnyFunction;
  /** What else the trace depends on; null if that cannot be said, and the trace is not shared. */
  readonly key?: string | null;
  /** What is traced, for messages: `the body of lax.scan`. */
  readonly what: string;
  /** Structure of the argument list, whose leaves have the types `avals`. */
  readonly def: TreeDef;
  readonly avals: readonly Aval[];
  readonly paths: readonly string[];
  /** Axes that collectives in the body may name, besides those bound around it. */
  readonly axes?: AxisEnvironment;
  /** Changes the flat results while the trace is open. */
  readonly finish?: (leaves: readonly Tensor[], def: TreeDef) => readonly Tensor[];
}

const bodies = new WeakMap<
  AnyFunction,
  { request: BodyRequest; around: AxisEnvironment; precision: string | undefined; body: Body }[]
>();
const bodiesKept = 16;

/** Traces `f` as a closed graph. A function that closes over no tensor is traced once for each kind of arguments. */
export function traceBody(request: BodyRequest): Body {
  const { f, call = f, key = "", what, def, avals, paths, axes = [], finish } = request;
  const around = axisEnvironment();
  let known = bodies.get(f);
  const hit = known?.find(
    ({ request: r, around: before, precision }) =>
      key !== null &&
      precision === defaultPrecision() &&
      sameAxes(before, around) &&
      sameAxes(r.axes ?? [], axes) &&
      (r.key ?? "") === key &&
      r.what === what &&
      r.avals.length === avals.length &&
      r.avals.every((a, i) => a === avals[i]) &&
      sameTree(r.def, def),
  );
  if (hit !== undefined) return hit.body;
  let outDef: TreeDef | undefined;
  const { graph, captures } = traceGraph(
    f.name || "body",
    (...inputs) => {
      const flat = flattenResult(call(...(unflatten(def, inputs) as unknown[])), what);
      outDef = flat.def;
      const leaves = flat.leaves.map((leaf) => leafValue(leaf, "the result"));
      return finish === undefined ? leaves : finish(leaves, flat.def);
    },
    avals,
    { what, ambient: true, user: true, axes, inputNames: (i) => paths[i] ?? `argument ${i}` },
  );
  const body = { graph, captures, outDef: outDef! };
  if (captures.length === 0 && key !== null) {
    if (known === undefined) {
      known = [];
      bodies.set(f, known);
    }
    // Without the closures that trace it: they hold the values of this call.
    const kept: BodyRequest = { f, what, def, avals, paths, key, axes };
    known.unshift({ request: kept, around, precision: defaultPrecision(), body });
    if (known.length > bodiesKept) known.pop();
  }
  return body;
}

/** Bodies over the same arguments, made to take the captures of all of them, and `more`, first. */
export function shareCaptures(
  all: readonly Body[],
  more: readonly Tensor[] = [],
): { captures: readonly Tensor[]; graphs: readonly Graph[] } {
  const captures = [...new Set([...all.flatMap((b) => b.captures), ...more])];
  return { captures, graphs: all.map((b) => withCaptures(b, captures)) };
}

/** The graph of `body` with `captures`, its own among them, before the arguments. */
export function withCaptures(body: Body, captures: readonly Tensor[]): Graph {
  if (captures.length === 0) return body.graph;
  const inputs = captures.map((c) => {
    const at = body.captures.indexOf(c);
    return at < 0 ? new Var(c.aval) : body.graph.inputs[at]!;
  });
  return { ...body.graph, inputs: [...inputs, ...body.graph.inputs.slice(body.captures.length)] };
}

/** `t` with the weak type of `want`, if that is all they differ by. */
export const asStrongAs = (t: Tensor, want: Aval | undefined): Tensor =>
  want !== undefined && t.dtype === want.dtype ? convert(t, t.dtype, want.weakType) : t;

/** `graph` with strongly typed results where `mask` says. */
export function strengthen(graph: Graph, mask: readonly boolean[]): Graph {
  if (graph.outputs.every((o, i) => !mask[i] || !o.aval.weakType)) return graph;
  return memoize(
    graph,
    `strengthen ${mask}`,
    () =>
      traceGraph(
        graph.name,
        (...args) => inline(graph, args).map((x, i) => (mask[i] ? convert(x, x.dtype) : x)),
        graph.inputs.map((v) => v.aval),
        { what: graph.name, ambient: true },
      ).graph,
  );
}

/** @throws TreeError, ShapeError or DTypeError naming the first leaf that differs; weak types may differ */
export function requireSameLeaves(
  message: (path: string, got: string, expected: string) => string,
  got: { readonly def: TreeDef; readonly avals: readonly Aval[] },
  expected: { readonly def: TreeDef; readonly avals: readonly Aval[] },
  root: string,
): void {
  if (!sameTree(got.def, expected.def))
    throw new TreeError(message(root, `structure ${printTree(got.def)}`, `structure ${printTree(expected.def)}`));
  const paths = leafPaths(got.def, root);
  got.avals.forEach((a, i) => {
    const want = expected.avals[i]!;
    const text = () => message(paths[i]!, longAval(a), longAval(want));
    if (a.shape.join() !== want.shape.join()) throw new ShapeError(text());
    if (a.dtype !== want.dtype) throw new DTypeError(text());
  });
}

const widensTo = (from: DType, to: DType): boolean =>
  isComplex(from) ? isComplex(to) : isFloat(from) ? isInexact(to) : to !== "bool";

/** A weakly typed initial carry takes the type that one turn gives it, as in JAX. */
function promoted(value: Tensor, out: Aval): Tensor {
  if (!value.weakType || value.shape.join() !== out.shape.join()) return value;
  const widens = widensTo(value.dtype, out.dtype);
  return widens ? convert(value, out.dtype, out.weakType) : value;
}

/**
 * Traces a loop's body until the types of its carries are those that it returns. Inside shardMap a carry varies over
 * the axes that its initial value or the body's result varies over, and over `also`.
 * @throws TreeError, ShapeError or DTypeError naming the carry that changes its type
 */
export function settleCarry(
  name: string,
  init: Flat,
  trace: (avals: readonly Aval[]) => Body,
  outDef: (body: Body) => TreeDef,
  also: AxisSet = invariant,
): { init: readonly Tensor[]; avals: readonly Aval[]; body: Body } {
  let values = init.values;
  let varying = values.map((t) => unionAxes(t.aval.varying, also));
  for (;;) {
    const avals = values.map((t, i) => withVarying(t.aval, varying[i]!));
    const body = trace(avals);
    const def = outDef(body);
    const outs = body.graph.outputs.slice(0, avals.length).map((o) => o.aval);
    const sameDef = sameTree(def, init.def);
    const next = sameDef ? values.map((v, i) => promoted(v, outs[i]!)) : values;
    const wider = sameDef ? varying.map((set, i) => unionAxes(set, outs[i]!.varying)) : varying;
    if (next.every((v, i) => v === values[i]) && wider.every((set, i) => set === varying[i])) {
      requireSameLeaves(
        (path, got, expected) =>
          `${name}: the carry ${path} comes out of the body as ${got}, but goes in as ${expected}. ` +
          "A loop's carry must keep its structure, shapes and dtypes; use astype or reshape in the body, or change the initial value.",
        { def, avals: outs },
        { def: init.def, avals },
        init.paths.length === 1 && init.def.kind === "leaf" ? init.paths[0]! : "init",
      );
      return { init: values, avals, body };
    }
    values = next;
    varying = wider;
  }
}

export const isPrefixLeaf = (value: unknown): value is Leaf | null => value === null || isLeaf(value);

/**
 * Tangents or cotangents for values of types `avals`: null, and whatever stands at an integer, is zero.
 * @throws ShapeError or DTypeError naming the leaf
 */
export function matchLeaves(
  what: string,
  leaves: readonly (Leaf | null)[],
  avals: readonly Aval[],
  paths: readonly string[],
): Tensor[] {
  return leaves.map((leaf, i) => {
    const want = tangentAval(avals[i]!);
    if (leaf === null || !isInexact(want.dtype)) return zeroTangent(want);
    const t = typeof leaf === "number" && want.shape.length === 0 ? new Literal(leaf, want) : leafValue(leaf, paths[i]);
    const problem = `${what}: ${paths[i]} is ${longAval(t.aval)}, expected ${longAval(want)}.`;
    if (t.shape.join() !== want.shape.join()) throw new ShapeError(problem);
    if (t.dtype !== want.dtype) throw new DTypeError(`${problem} Use astype.`);
    return convert(t, want.dtype);
  });
}
