// lax: solutions of equations whose derivatives are those of the solution, not of the steps that found it.

import type { AnyFunction } from "../compile/stage.ts";
import { type CustomJvpParams, customJvpOp, Rule } from "../control/custom.ts";
import { type CustomLinearSolveParams, customLinearSolveOp } from "../control/custom-linear-solve.ts";
import { longAval, strong } from "../core/aval.ts";
import { isInexact } from "../core/dtype.ts";
import { DTypeError } from "../core/errors.ts";
import type { Graph } from "../core/graph.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind, traceGraph } from "../core/trace.ts";
import { leafCount, type TreeDef, unflatten } from "../core/tree.ts";
import { zeroTangent } from "../ops/tangent.ts";
import { convert, neg } from "../ops/unary.ts";
import { inline } from "../transforms/evaluate.ts";
import { jvpGraph, spreadMask } from "../transforms/jvp.ts";
import { type Body, type Flat, flattenValues, requireSameLeaves, strengthen, traceBody } from "./bodies.ts";
import { list, pairOf } from "./custom-arguments.ts";
import { linearize, linearTranspose } from "./grad.ts";
import type { Tensors } from "./trees.ts";

export interface CustomSolveOptions<H extends boolean = boolean> {
  /** The solvers return `[x, aux]`; aux is not differentiated. */
  readonly hasAux?: H;
}
export interface CustomLinearSolveOptions<T, H extends boolean = boolean> extends CustomSolveOptions<H> {
  /** Solves the transposed system; `vecmat` is the transpose of `matvec`, made of it. Reverse mode needs it. */
  readonly transposeSolve?: (vecmat: (x: Tensors<T>) => Tensors<T>, b: Tensors<T>) => unknown;
  /** The map is its own transpose, so that `solve` serves for both. */
  readonly symmetric?: boolean;
}

type Solved<T, H extends boolean> = H extends true ? [Tensors<T>, unknown] : Tensors<T>;

/**
 * The solution x of matvec(x) = b that `solve(matvec, b)` finds; `matvec` is linear. Derivatives by b and by what `matvec`
 * closes over are those of the solution, whatever the solver does: one more solve forwards, one with `transposeSolve`
 * backwards. b is a tree of floats, and x is like it. As `jax.lax.custom_linear_solve`.
 *
 * @throws TreeError, ShapeError, DTypeError naming what is not like b; NonDifferentiableError in reverse mode without a
 * way to solve the transposed system
 */
export function customLinearSolve<T, const H extends boolean = false>(
  matvec: (x: Tensors<T>) => unknown,
  b: T,
  solve: (matvec: (x: Tensors<T>) => Tensors<T>, b: Tensors<T>) => unknown,
  options: CustomLinearSolveOptions<T, H> = {},
): Solved<T, H> {
  const name = "lax.customLinearSolve";
  const { symmetric = false, hasAux = false } = options;
  const given = vectors(name, "b", b);
  const transposed = options.transposeSolve ?? (symmetric ? solve : undefined);
  const map = matvec as AnyFunction;
  const vecmat: AnyFunction = symmetric
    ? map
    : (ct: unknown) => (linearTranspose(map, unflatten(given.def, given.values)) as (ct: unknown) => unknown[])(ct)[0];
  const trace = (what: string, call: AnyFunction, aux: boolean) => traceLike(name, what, call, given, aux);
  const forward = trace("matvec", map, false);
  const found = trace("solve", (v) => (solve as AnyFunction)(map, v), hasAux);
  const bodies = [
    forward,
    transposed && (symmetric ? forward : trace("vecmat", vecmat, false)),
    found,
    transposed && trace("transposeSolve", (v) => (transposed as AnyFunction)(vecmat, v), hasAux),
  ] as const;
  const params: CustomLinearSolveParams = {
    graphs: [bodies[0].graph, bodies[1]?.graph ?? null, bodies[2].graph, bodies[3]?.graph ?? null],
    consts: bodies.map((body) => body?.captures.length ?? 0) as unknown as CustomLinearSolveParams["consts"],
  };
  const captures = bodies.flatMap((body) => body?.captures ?? []);
  const results = bind(customLinearSolveOp, [...captures, ...given.values], params);
  given.free(results);
  return unflatten(found.outDef, results) as Solved<T, H>;
}

/**
 * A root x of f(x) = 0 that `solve(f, initialGuess)` finds. Derivatives by what `f` closes over are those of the implicit
 * function theorem: `tangentSolve(g, y)` solves the linear g(x) = y, where g is `f` linearised at the root (for scalars
 * `y / g(1)`). x and f(x) are trees of floats like the guess. As `jax.lax.custom_root`.
 *
 * @throws TreeError, ShapeError, DTypeError naming what is not like the guess
 */
export function customRoot<T, const H extends boolean = false>(
  f: (x: Tensors<T>) => unknown,
  initialGuess: T,
  solve: (f: (x: Tensors<T>) => Tensors<T>, guess: Tensors<T>) => unknown,
  tangentSolve: (g: (x: Tensors<T>) => Tensors<T>, y: Tensors<T>) => unknown,
  options: CustomSolveOptions<H> = {},
): Solved<T, H> {
  const name = "lax.customRoot";
  const guess = vectors(name, "initialGuess", initialGuess);
  const n = guess.values.length;
  const zeroOf = f as AnyFunction;
  const value = traceLike(name, "f", zeroOf, guess, false);
  const root = traceLike(name, "solve", (v) => (solve as AnyFunction)(zeroOf, v), guess, options.hasAux ?? false);
  const slope = traceLike(
    name,
    "tangentSolve",
    (x, y) => {
      const [, push] = linearize(zeroOf, x);
      return (tangentSolve as AnyFunction)(push, y);
    },
    guess,
    false,
    2,
  );
  const counts = [value.captures.length, root.captures.length, slope.captures.length] as const;
  const operands = [...value.captures, ...root.captures, ...slope.captures, ...guess.values];
  const rootGraph = solver(root.graph, operands, counts);
  const params: CustomJvpParams = { name: "customRoot", graph: rootGraph, rule: new Rule(derivative), captures: 0 };

  /** F(m, x(m)) = 0, so ẋ = −(∂F/∂x)⁻¹ (∂F/∂m ṁ). */
  function derivative(): Graph {
    const avals = operands.map((t) => t.aval);
    const all = avals.length;
    const [p] = counts;
    const run = (...inputs: Tensor[]): readonly Tensor[] => {
      const outs = bind(customJvpOp, inputs.slice(0, all), params);
      const x = outs.slice(0, n);
      const active = value.graph.inputs.map((v, i) => i < p && isInexact(v.aval.dtype));
      const d = jvpGraph(value.graph, active);
      const moving = inputs.slice(all, all + p).filter((_, i) => active[i]);
      const change = spreadMask(
        d.outActive,
        inline(d.graph, [...inputs.slice(0, p), ...x, ...moving]).slice(value.graph.outputs.length),
      );
      const right = x.map((t, i) => change[i] ?? zeroTangent(t));
      const own = inputs.slice(counts[0] + counts[1], counts[0] + counts[1] + counts[2]);
      const slopes = inline(slope.graph, [...own, ...x, ...right]).map(neg);
      return [...outs, ...slopes, ...outs.slice(n).map((t) => zeroTangent(t))];
    };
    const tangents = avals.map((a) => strong(a));
    return traceGraph("customRoot_jvp", run, [...avals, ...tangents], { what: name, ambient: true }).graph;
  }

  const results = bind(customJvpOp, operands, params);
  guess.free(results);
  return unflatten(root.outDef, results) as Solved<T, H>;
}

/** The graph of the solver over the constants of all functions, of which it reads its own. */
function solver(graph: Graph, operands: readonly Tensor[], counts: readonly [number, number, number]): Graph {
  const own = counts[1];
  const before = counts[0];
  const after = before + own + counts[2];
  const run = (...inputs: Tensor[]) => inline(graph, [...inputs.slice(before, before + own), ...inputs.slice(after)]);
  return traceGraph(
    graph.name,
    run,
    operands.map((t) => t.aval),
    { what: "lax.customRoot", ambient: true },
  ).graph;
}

/** The leaves of a tree of floats, strongly typed. @throws DTypeError for others */
function vectors(name: string, what: string, tree: unknown): Flat {
  const flat = flattenValues(tree, what);
  flat.values.forEach((t, i) => {
    if (!isInexact(t.dtype))
      throw new DTypeError(
        `${name}: ${flat.paths[i] || what} is ${longAval(t.aval)}, expected floats. Convert it with astype.`,
      );
  });
  return { ...flat, values: flat.values.map((t) => convert(t, t.dtype)) };
}

/** `call` of `times` trees like `like`, whose result must be like it too; with `aux` the first of a pair must. */
function traceLike(name: string, what: string, call: AnyFunction, like: Flat, aux: boolean, times = 1): Body {
  const avals = like.values.map((t) => t.aval);
  const copies = Array.from({ length: times }, () => avals).flat();
  const defs = Array.from({ length: times }, () => like.def);
  const label = `${what} of ${name}`;
  const body = traceBody({
    f: call,
    key: null,
    what: label,
    def: list(defs),
    avals: copies,
    paths: copies.map((_, i) => `argument ${i}`),
  });
  const def: TreeDef = aux ? pairOf(label, body.outDef, "[x, aux]")[0] : body.outDef;
  const outs = body.graph.outputs.map((o) => o.aval);
  const n = leafCount(def);
  requireSameLeaves(
    (path, got, expected) => `${name}: ${what} returns ${path} as ${got}, expected ${expected}, as what it is given.`,
    { def, avals: outs.slice(0, n) },
    { def: like.def, avals },
    "the result",
  );
  const strongly = outs.map((_, i) => i < n);
  return { ...body, graph: strengthen(body.graph, strongly) };
}
