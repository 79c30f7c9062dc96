// Functions with derivative rules of their own: customVjp, customJvp, stopGradient.
import type { AnyFunction } from "../compile/stage.ts";
import { customJvpOp, customVjpOp, type Rule, type VjpGraphs } from "../control/custom.ts";
import { NonDifferentiableError, TreeError } from "../core/errors.ts";
import { type Graph, Var } from "../core/graph.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind } from "../core/trace.ts";
import { leafPaths, printTree, type TreeDef, unflatten } from "../core/tree.ts";
import { zeroTangent } from "../ops/tangent.ts";
import { stopGradientTensor } from "../ops/unary.ts";
import { isDifferentiable, tangentAval } from "../transforms/jvp.ts";
import { asStrongAs, type Body, flattenValues, requireSameLeaves, traceBody, withCaptures } from "./bodies.ts";
import { list, matchSpace, mismatch, pairOf, pathsOf, type Split, split } from "./custom-arguments.ts";
import { openRule, traceRule } from "./custom-rule.ts";

export interface CustomOptions {
  /** Positions of arguments that are no tensors to differentiate: passed on as they are, and to the rules first. */
  readonly nondiffArgnums?: number | readonly number[];
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
  const call = (rule: Rule<VjpGraphs>, captures: readonly Tensor[]): unknown => {
    const params = { name, graph: withCaptures(primal, captures), rule, captures: captures.length };
    const results = bind(customVjpOp, [...captures, ...s.flat.values], params);
    s.flat.free(results);
    return unflatten(primal.outDef, results);
  };
  const open = openRule(f, s);
  if (open !== undefined) return call(open.rule as Rule<VjpGraphs>, open.captures);
  const outAvals = primal.graph.outputs.map((o) => o.aval);
  const ids = outAvals.map((a) => a.id).join();
  const traceForward = (key: string | null) =>
    traceBody({
      ...request,
      f: fwd,
      call: (...args) => fwd(...s.merge(args)),
      key: key && `${key} ${ids} ${printTree(primal.outDef)}`,
      what: `fwd of ${name}`,
      finish: (leaves, outDef) => {
        const [out] = pairOf(`fwd of ${name}`, outDef, "[out, residuals]");
        const avals = leaves.slice(0, leafPaths(out).length).map((t) => t.aval);
        const expected = { def: primal.outDef, avals: outAvals };
        requireSameLeaves(mismatch(`fwd of ${name}`), { def: out, avals }, expected, "out");
        return leaves.map((t, i) => asStrongAs(t, outAvals[i]));
      },
    });
  const traceBackward = (forward: Body, key: string | null) => {
    const [, residualDef] = pairOf(`fwd of ${name}`, forward.outDef, "[out, residuals]");
    const residuals = forward.graph.outputs.slice(outAvals.length).map((o) => o.aval);
    const backAvals = [...residuals, ...outAvals.map(tangentAval)];
    return traceBody({
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
      key: key && `${key} ${ids}`,
      what: `bwd of ${name}`,
      def: list([residualDef, primal.outDef]),
      avals: backAvals,
      paths: pathsOf(backAvals, "residuals and cotangents"),
    });
  };
  const { bodies, rule, captures } = traceRule(f, s, primal, (key) => {
    const forward = traceForward(key);
    return [forward, traceBackward(forward, key)] as const;
  });
  const [forward, backward] = bodies;
  const fwdGraph = withCaptures(forward, captures);
  // What bwd closes over comes to it as a residual.
  const extra = backward.captures.map((c) => fwdGraph.inputs[captures.indexOf(c)]!);
  const own = backward.captures.length;
  const { inputs } = backward.graph;
  const n = forward.graph.outputs.length - outAvals.length;
  (rule as Rule<VjpGraphs>).define({
    fwd: { ...fwdGraph, outputs: [...fwdGraph.outputs, ...extra] },
    bwd: {
      ...backward.graph,
      inputs: [...inputs.slice(own, own + n), ...inputs.slice(0, own), ...inputs.slice(own + n)],
      outputs: [...captures.map((c) => zeroTangent(c)), ...backward.graph.outputs],
    },
  });
  return call(rule as Rule<VjpGraphs>, captures);
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

function callJvp(name: string, f: AnyFunction, defined: AnyFunction, s: Split): unknown {
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
  const call = (rule: Rule<Graph>, captures: readonly Tensor[]): unknown => {
    const params = { name, graph: withCaptures(primal, captures), rule, captures: captures.length };
    const results = bind(customJvpOp, [...captures, ...s.flat.values], params);
    s.flat.free(results);
    return unflatten(primal.outDef, results);
  };
  const open = openRule(f, s);
  if (open !== undefined) return call(open.rule as Rule<Graph>, open.captures);
  const outAvals = primal.graph.outputs.map((o) => o.aval);
  const what = `the rule of ${name}`;
  const traceTangent = (key: string | null) =>
    traceBody({
      f: defined,
      call: (primals, tangents) => {
        const { values } = flattenValues(tangents, "tangents");
        const given = values.map((t, i) => (isDifferentiable(s.avals[i]!) ? t : null));
        const result: unknown = defined(...s.nondiff, primals, unflatten(def, given));
        if (!Array.isArray(result) || result.length !== 2)
          throw new TreeError(`${what} returned no pair, expected [out, tangent].`);
        const out = flattenValues(result[0], "out");
        const got = { def: out.def, avals: out.values.map((t) => t.aval) };
        requireSameLeaves(mismatch(what), got, { def: primal.outDef, avals: outAvals }, "out");
        const outs = out.values.map((t, i) => asStrongAs(t, outAvals[i]));
        return [...outs, ...matchSpace(what, result[1], primal.outDef, outAvals, "tangent")];
      },
      key: key && `${key} ${outAvals.map((a) => a.id)} ${printTree(primal.outDef)}`,
      what,
      def: list([def, def]),
      avals: [...s.avals, ...s.avals.map(tangentAval)],
      paths: [...paths, ...paths.map((p) => `the tangent of ${p}`)],
    });
  const { bodies, rule, captures } = traceRule(f, s, primal, (key) => [traceTangent(key)] as const);
  const jvp = withCaptures(bodies[0], captures);
  const half = captures.length + s.avals.length;
  const unused = captures.map((c) => new Var(tangentAval(c.aval)));
  (rule as Rule<Graph>).define({
    ...jvp,
    inputs: [...jvp.inputs.slice(0, half), ...unused, ...jvp.inputs.slice(half)],
  });
  return call(rule as Rule<Graph>, captures);
}

/** The same tree of values, through which no derivative passes. As `jax.lax.stop_gradient`. */
export function stopGradient<T>(x: T): T {
  const { values, def, free } = flattenValues(x, "x");
  const stopped = values.map(stopGradientTensor);
  free(stopped);
  return unflatten(def, stopped) as T;
}
