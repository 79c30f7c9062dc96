// Functions with derivative rules of their own: customVjp, customJvp, stopGradient.
import type { AnyFunction } from "../compile/stage.ts";
import { customJvpOp, customVjpOp } from "../control/custom.ts";
import type { Aval } from "../core/aval.ts";
import { NonDifferentiableError, TreeError } from "../core/errors.ts";
import { type Graph, Var } from "../core/graph.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind } from "../core/trace.ts";
import { broadcastPrefix, flatten, type Leaf, leafPaths, printTree, type TreeDef, unflatten } from "../core/tree.ts";
import { zeroTangent } from "../ops/tangent.ts";
import { stopGradientTensor } from "../ops/unary.ts";
import { isDifferentiable, tangentAval } from "../transforms/jvp.ts";
import {
  asStrongAs,
  type Flat,
  flattenValues,
  isPrefixLeaf,
  matchLeaves,
  requireSameLeaves,
  shareCaptures,
  traceBody,
} from "./bodies.ts";

export interface CustomOptions {
  /** Positions of arguments that are no tensors to differentiate: passed on as they are, and to the rules first. */
  readonly nondiffArgnums?: number | readonly number[];
}

/** A call's arguments: the differentiable ones flat, and how to put all together again. */
interface Split {
  readonly flat: Flat;
  readonly avals: readonly Aval[];
  readonly nondiff: readonly unknown[];
  /** Memo key of whatever depends on the kinds of arguments; null if it depends on host values. */
  readonly key: string | null;
  merge(differentiable: readonly unknown[]): unknown[];
}

function split(name: string, args: readonly unknown[], nondiffArgnums: CustomOptions["nondiffArgnums"]): Split {
  const positions = nondiffArgnums === undefined ? [] : [nondiffArgnums].flat();
  for (const n of positions)
    if (!(Number.isInteger(n) && n >= 0 && n < args.length))
      throw new TreeError(
        `${name}: nondiffArgnums names argument ${n}, but the function was called with ${args.length}.`,
      );
  const order = [...args.keys()].filter((i) => !positions.includes(i));
  const parts = order.map((i) => flattenValues(args[i], `args[${i}]`));
  const values = parts.flatMap((p) => p.values);
  const def = list(parts.map((p) => p.def));
  return {
    flat: {
      values,
      paths: parts.flatMap((p) => p.paths),
      def,
      free: (results) => {
        for (const p of parts) p.free(results);
      },
    },
    avals: values.map((t) => t.aval),
    nondiff: positions.map((n) => args[n]),
    key: positions.length > 0 ? null : `${printTree(def)} ${values.map((t) => t.aval.id)}`,
    merge: (differentiable) => {
      const all = [...args];
      order.forEach((position, i) => {
        all[position] = differentiable[i];
      });
      return all;
    },
  };
}

const list = (children: readonly TreeDef[]): TreeDef => ({
  kind: "array",
  children,
  leaves: children.reduce((n, c) => n + leafPaths(c).length, 0),
});

const pathsOf = (avals: readonly Aval[], what: string) => avals.map((_, i) => `${what}[${i}]`);

function pairOf(what: string, def: TreeDef, expected: string): readonly [TreeDef, TreeDef] {
  if (def.kind !== "array" || def.children.length !== 2)
    throw new TreeError(`${what} returned ${printTree(def)}, expected ${expected}.`);
  return def.children as readonly [TreeDef, TreeDef];
}

const mismatch = (what: string) => (path: string, got: string, expected: string) =>
  `${what} returned ${path} as ${got}, expected ${expected}.`;

/**
 * Tangents or cotangents that a rule returned for the leaves of `def`; null stands for zero, alone or for a whole
 * subtree, and integers have none.
 */
function matchSpace(what: string, value: unknown, def: TreeDef, avals: readonly Aval[], root: string): Tensor[] {
  const spread = broadcastPrefix<Leaf | null>(value, def, isPrefixLeaf, what, root);
  const given = spread.filter((leaf) => leaf !== null).length;
  if (given !== flatten(value, root).leaves.length)
    throw new TreeError(
      `${what} returned one tensor for several leaves of ${root}; expected ${printTree(def)}, or null for zero.`,
    );
  return matchLeaves(what, spread, avals, leafPaths(def, root));
}

export interface CustomVjp<A extends unknown[], R> {
  (...args: A): R;
  /**
   * `fwd(...args) → [out, residuals]`; `bwd(...nondiff, residuals, cotangent)` → a list with a cotangent for each
   * differentiable argument, null for zero.
   */
  defvjp<S>(
    fwd: (...args: A) => readonly [out: R, residuals: S],
    // biome-ignore lint/suspicious/noExplicitAny: nondifferentiable arguments come before residuals and cotangent
    bwd: (...args: any[]) => readonly unknown[],
  ): CustomVjp<A, R>;
}

/**
 * `f` with a reverse derivative of its own; forward derivatives are refused. The rule is traced at the call. As
 * `jax.custom_vjp`.
 *
 * @throws NonDifferentiableError when called without a rule, by jvp, or when differentiated by what it closes over;
 * TreeError, ShapeError, DTypeError if the rule's results do not fit, naming the leaf
 */
export function customVjp<A extends unknown[], R>(f: (...args: A) => R, options: CustomOptions = {}): CustomVjp<A, R> {
  const name = f.name || "f";
  let rule: VjpRule | undefined;
  const call = (...args: A): R => {
    if (rule === undefined)
      throw new NonDifferentiableError(`${name}: customVjp has no rule yet. Call .defvjp(fwd, bwd) on it first.`);
    return callVjp(name, f as AnyFunction, rule, split(name, args, options.nondiffArgnums)) as R;
  };
  const custom: CustomVjp<A, R> = Object.assign(Object.defineProperty(call, "name", { value: name }), {
    defvjp(fwd: AnyFunction, bwd: AnyFunction) {
      rule = { fwd, bwd };
      return custom;
    },
  });
  return custom;
}

interface VjpRule {
  readonly fwd: AnyFunction;
  readonly bwd: AnyFunction;
}

function callVjp(name: string, f: AnyFunction, { fwd, bwd }: VjpRule, s: Split): unknown {
  const { def, paths } = s.flat;
  const request = { def, avals: s.avals, paths };
  const primal = traceBody({
    ...request,
    f,
    call: (...args) => f(...s.merge(args)),
    key: s.key,
    what: `customVjp(${name})`,
  });
  const outAvals = primal.graph.outputs.map((o) => o.aval);
  const ids = outAvals.map((a) => a.id).join();
  const forward = traceBody({
    ...request,
    f: fwd,
    call: (...args) => fwd(...s.merge(args)),
    key: s.key && `${s.key} ${ids} ${printTree(primal.outDef)}`,
    what: `fwd of ${name}`,
    finish: (leaves, outDef) => {
      const [out] = pairOf(`fwd of ${name}`, outDef, "[out, residuals]");
      const avals = leaves.slice(0, leafPaths(out).length).map((t) => t.aval);
      const expected = { def: primal.outDef, avals: outAvals };
      requireSameLeaves(mismatch(`fwd of ${name}`), { def: out, avals }, expected, "out");
      return leaves.map((t, i) => asStrongAs(t, outAvals[i]));
    },
  });
  const [, residualDef] = pairOf(`fwd of ${name}`, forward.outDef, "[out, residuals]");
  const residuals = forward.graph.outputs.slice(outAvals.length).map((o) => o.aval);
  const backAvals = [...residuals, ...outAvals.map(tangentAval)];
  const backward = traceBody({
    f: bwd,
    call: (res, ct) => {
      const cts = bwd(...s.nondiff, res, ct);
      if (!Array.isArray(cts) || def.kind !== "array" || cts.length !== def.children.length)
        throw new TreeError(
          `bwd of ${name} returned ${Array.isArray(cts) ? `${cts.length} values` : "no array"}, expected an array of ` +
            `${leafCount(def)} cotangents, one for each differentiable argument.`,
        );
      return matchSpace(`bwd of ${name}`, cts, def, s.avals, "cotangents");
    },
    key: s.key && `${s.key} ${ids}`,
    what: `bwd of ${name}`,
    def: list([residualDef, primal.outDef]),
    avals: backAvals,
    paths: pathsOf(backAvals, "residuals and cotangents"),
  });
  const { captures, graphs } = shareCaptures([primal, forward], backward.captures);
  const [graph, shared] = graphs as [Graph, Graph];
  // What bwd closes over comes to it as a residual.
  const extra = backward.captures.map((c) => shared.inputs[captures.indexOf(c)]!);
  const own = backward.captures.length;
  const inputs = backward.graph.inputs;
  const n = residuals.length;
  const results = bind(customVjpOp, [...captures, ...s.flat.values], {
    name,
    graph,
    fwd: { ...shared, outputs: [...shared.outputs, ...extra] },
    bwd: {
      ...backward.graph,
      inputs: [...inputs.slice(own, own + n), ...inputs.slice(0, own), ...inputs.slice(own + n)],
      outputs: [...captures.map((c) => zeroTangent(c)), ...backward.graph.outputs],
    },
    captures: captures.length,
  });
  s.flat.free(results);
  return unflatten(primal.outDef, results);
}

const leafCount = (def: TreeDef): number => (def.kind === "array" ? def.children.length : 1);

export interface CustomJvp<A extends unknown[], R> {
  (...args: A): R;
  /**
   * `rule(...nondiff, primals, tangents) → [out, tangent]`, both lists with an entry for each differentiable argument.
   * Linear in the tangents; integers have the tangent null, and a null result is zero.
   */
  defjvp(
    // biome-ignore lint/suspicious/noExplicitAny: nondifferentiable arguments come before primals and tangents
    rule: (...args: any[]) => readonly [out: R, tangent: unknown],
  ): CustomJvp<A, R>;
}

/**
 * `f` with a forward derivative of its own, which reverse mode transposes. The rule is traced at the call. As
 * `jax.custom_jvp`.
 *
 * @throws NonDifferentiableError when called without a rule, or when differentiated by what it closes over; TreeError,
 * ShapeError, DTypeError if the rule's results do not fit, naming the leaf
 */
export function customJvp<A extends unknown[], R>(f: (...args: A) => R, options: CustomOptions = {}): CustomJvp<A, R> {
  const name = f.name || "f";
  let rule: AnyFunction | undefined;
  const call = (...args: A): R => {
    if (rule === undefined)
      throw new NonDifferentiableError(`${name}: customJvp has no rule yet. Call .defjvp(rule) on it first.`);
    return callJvp(name, f as AnyFunction, rule, split(name, args, options.nondiffArgnums)) as R;
  };
  const custom: CustomJvp<A, R> = Object.assign(Object.defineProperty(call, "name", { value: name }), {
    defjvp(defined: AnyFunction) {
      rule = defined;
      return custom;
    },
  });
  return custom;
}

function callJvp(name: string, f: AnyFunction, rule: AnyFunction, s: Split): unknown {
  const { def, paths } = s.flat;
  const primal = traceBody({
    f,
    call: (...args) => f(...s.merge(args)),
    key: s.key,
    what: `customJvp(${name})`,
    def,
    avals: s.avals,
    paths,
  });
  const outAvals = primal.graph.outputs.map((o) => o.aval);
  const what = `the rule of ${name}`;
  const avals = [...s.avals, ...s.avals.map(tangentAval)];
  const derivative = traceBody({
    f: rule,
    call: (primals, tangents) => {
      const { values } = flattenValues(tangents, "tangents");
      const given = values.map((t, i) => (isDifferentiable(s.avals[i]!) ? t : null));
      const result: unknown = rule(...s.nondiff, primals, unflatten(def, given));
      if (!Array.isArray(result) || result.length !== 2)
        throw new TreeError(`${what} returned no pair, expected [out, tangent].`);
      const out = flattenValues(result[0], "out");
      const got = { def: out.def, avals: out.values.map((t) => t.aval) };
      requireSameLeaves(mismatch(what), got, { def: primal.outDef, avals: outAvals }, "out");
      const outs = out.values.map((t, i) => asStrongAs(t, outAvals[i]));
      return [...outs, ...matchSpace(what, result[1], primal.outDef, outAvals, "tangent")];
    },
    key: s.key && `${s.key} ${outAvals.map((a) => a.id)} ${printTree(primal.outDef)}`,
    what,
    def: list([def, def]),
    avals,
    paths: [...paths, ...paths.map((p) => `the tangent of ${p}`)],
  });
  const { captures, graphs } = shareCaptures([primal, derivative]);
  const [graph, jvp] = graphs as [Graph, Graph];
  const half = captures.length + s.avals.length;
  const unused = captures.map((c) => new Var(tangentAval(c.aval)));
  const results = bind(customJvpOp, [...captures, ...s.flat.values], {
    name,
    graph,
    jvp: { ...jvp, inputs: [...jvp.inputs.slice(0, half), ...unused, ...jvp.inputs.slice(half)] },
    captures: captures.length,
  });
  s.flat.free(results);
  return unflatten(primal.outDef, results);
}

/** The same tree of values, through which no derivative passes. As `jax.lax.stop_gradient`. */
export function stopGradient<T>(x: T): T {
  const { values, def, free } = flattenValues(x, "x");
  const stopped = values.map(stopGradientTensor);
  free(stopped);
  return unflatten(def, stopped) as T;
}
