// Control flow on values: cond, switch, whileLoop, foriLoop; scan and its kin beside them.
import { ArrayTensor } from "../compile/array.ts";
import { config } from "../compile/config.ts";
import type { AnyFunction } from "../compile/stage.ts";
import { cond as condGraphs } from "../control/cond.ts";
import { varyOutputs } from "../control/varying.ts";
import { whileOp } from "../control/while.ts";
import { type Aval, type AxisSet, avalOf, invariant, isSubset, longAval, unionAxes } from "../core/aval.ts";
import { isInteger } from "../core/dtype.ts";
import { DTypeError, ShapeError } from "../core/errors.ts";
import type { Graph } from "../core/graph.ts";
import type { Tensor } from "../core/tensor.ts";
import { Literal } from "../core/tensor.ts";
import { bind } from "../core/trace.ts";
import { printTree, type TreeDef, unflatten } from "../core/tree.ts";
import { add } from "../ops/binary.ts";
import { lt, ne } from "../ops/compare.ts";
import { zeroOf } from "../ops/literal.ts";
import { convert } from "../ops/unary.ts";
import {
  asStrongAs,
  type Body,
  flattenValues,
  requireSameLeaves,
  settleCarry,
  shareCaptures,
  strengthen,
  traceBody,
} from "./bodies.ts";
import { plainBranch, plainWhile } from "./plain-loops.ts";
import { countedLoop, strongerThan } from "./scan.ts";
import type { Like, Tensors } from "./trees.ts";
import type { TensorLike } from "./types.ts";

export { associativeScan } from "./associative.ts";
export { type MapOptions, map } from "./map.ts";
export { type ScanOptions, scan } from "./scan.ts";

function scalarOf(name: string, what: string, value: TensorLike): Tensor {
  const { values } = flattenValues(value, what);
  const [x] = values;
  if (values.length !== 1 || x!.ndim !== 0)
    throw new ShapeError(
      `${name}: ${what} is ${x ? longAval(x.aval) : "no tensor"}, expected a scalar. For elementwise choice use np.where.`,
    );
  return x!;
}

/**
 * `onTrue(...operands)` if `pred` (a scalar; numbers count as true unless 0), else `onFalse(...operands)`. Both are
 * traced, one runs. As `jax.lax.cond`.
 *
 * @throws TreeError, ShapeError, DTypeError if the results differ, naming the leaf
 */
export function cond<O extends unknown[], R>(
  pred: TensorLike,
  onTrue: (...operands: { [K in keyof O]: Tensors<O[K]> }) => R,
  onFalse: (...operands: { [K in keyof O]: Tensors<O[K]> }) => Like<Tensors<R>>,
  ...operands: O
): Tensors<R> {
  const p = scalarOf("lax.cond", "pred", pred);
  const truth = p.dtype === "bool" ? p : ne(p, zeroOf(p.dtype));
  const names = ["onFalse", "onTrue"];
  const index = truth instanceof Literal ? integer(truth.value ? 1 : 0) : convert(truth, "int32");
  return branch("lax.cond", index, [onFalse as AnyFunction, onTrue as AnyFunction], names, operands) as Tensors<R>;
}

/**
 * `branches[index](...operands)`, the index (an integer scalar) clamped into range. As `jax.lax.switch`.
 *
 * @throws TreeError, ShapeError, DTypeError if the results differ, naming the leaf
 */
export function switch_<O extends unknown[], R>(
  index: TensorLike,
  branches: readonly ((...operands: { [K in keyof O]: Tensors<O[K]> }) => R)[],
  ...operands: O
): Tensors<R> {
  const name = "lax.switch";
  if (branches.length === 0) throw new ShapeError(`${name}: got no branches, expected at least one.`);
  let at: Tensor;
  if (typeof index === "number" || typeof index === "bigint") at = integer(Number(index), name, "the index");
  else {
    const i = scalarOf(name, "index", index);
    if (!isInteger(i.dtype)) throw new DTypeError(`${name}: the index is ${longAval(i.aval)}, expected an integer.`);
    at = convert(i, "int32");
  }
  const names = branches.map((_, i) => `branches[${i}]`);
  return branch(name, at, branches as readonly AnyFunction[], names, operands) as Tensors<R>;
}

const int32 = avalOf([], "int32");

function integer(value: number, name = "", what = ""): Literal {
  if (!Number.isInteger(value) || Math.abs(value) >= 2 ** 31)
    throw new DTypeError(`${name}: ${what} is ${value}, expected a whole number that fits into int32.`);
  return new Literal(value, int32);
}

function branch(
  name: string,
  index: Tensor,
  functions: readonly AnyFunction[],
  names: readonly string[],
  operands: readonly unknown[],
): unknown {
  const args = flattenValues(operands, "operands");
  const plain = config.disableJit ? plainBranch(index, functions, args) : undefined;
  if (plain !== undefined) return plain.result;
  const avals = args.values.map((t) => t.aval);
  const bodies = functions.map((f, i) =>
    traceBody({ f, what: `${names[i]} of ${name}`, def: args.def, avals, paths: args.paths }),
  );
  const last = bodies.length - 1;
  const outAvals = bodies.map((b) => b.graph.outputs.map((o) => o.aval));
  bodies.forEach((b, i) => {
    requireSameLeaves(
      (path, got, expected) =>
        `${name}: ${names[i]} returns ${path} as ${got}, but ${names[last]} as ${expected}. All branches must return the same ` +
        "structure, shapes and dtypes.",
      { def: b.outDef, avals: outAvals[i]! },
      { def: bodies[last]!.outDef, avals: outAvals[last]! },
      "result",
    );
  });
  // Weak only where every branch is.
  const strong = outAvals[0]!.map((_, i) => outAvals.some((outs) => !outs[i]!.weakType));
  // A result differs where a branch's does, or where different branches are taken.
  const varying = outAvals[0]!.map((_, i) =>
    outAvals.reduce((set, o) => unionAxes(set, o[i]!.varying), index.aval.varying),
  );
  const alike = (g: Graph) => varyOutputs(strengthen(g, strong), varying);
  const { captures, graphs } = shareCaptures(bodies.map((b) => ({ ...b, graph: alike(b.graph) })));
  const results = condGraphs(index, graphs, [...captures, ...args.values]);
  args.free(results);
  return unflatten(bodies[0]!.outDef, results);
}

/**
 * Repeats `carry = body(carry)` while `condition(carry)`, a boolean scalar. Has a forward derivative only. As
 * `jax.lax.while_loop`.
 *
 * @throws TreeError, ShapeError, DTypeError if the carry changes its type, naming the leaf
 */
export function whileLoop<const C>(
  condition: (carry: Tensors<NoInfer<C>>) => TensorLike,
  body: (carry: Tensors<NoInfer<C>>) => Like<NoInfer<C>>,
  init: C,
): Tensors<C> {
  return whileTrees("lax.whileLoop", condition as AnyFunction, body as AnyFunction, init) as Tensors<C>;
}

function whileTrees(name: string, condition: AnyFunction, body: AnyFunction, init: unknown): unknown {
  const carry = flattenValues(init, "init");
  const plain = config.disableJit ? plainWhile(name, condition, body, carry) : undefined;
  if (plain !== undefined) return plain.carry;
  const def = argumentsOf(carry.def, carry.values.length);
  const { paths } = carry;
  const trace = (avals: readonly Aval[]) =>
    traceBody({
      f: body,
      what: `the body of ${name}`,
      def,
      avals,
      paths,
      finish: (leaves) => leaves.map((t, i) => strongerThan(t, avals[i])),
    });
  const tested = (avals: readonly Aval[]) =>
    traceBody({ f: condition, what: `the condition of ${name}`, def, avals, paths });
  let settled = settleCarry(name, carry, trace, (b) => b.outDef);
  let test = tested(settled.avals);
  // Devices that differ in the condition do different numbers of turns.
  for (let set = conditionSet(test); !settled.avals.every((a) => isSubset(set, a.varying)); set = conditionSet(test)) {
    settled = settleCarry(name, carry, trace, (b) => b.outDef, set);
    test = tested(settled.avals);
  }
  const [predicate] = test.graph.outputs;
  if (test.outDef.kind !== "leaf" || predicate!.aval.shape.length !== 0)
    throw new ShapeError(
      `${name}: the condition returned ${test.outDef.kind === "leaf" ? longAval(predicate!.aval) : printTree(test.outDef)}, ` +
        "expected one boolean scalar. Use np.any or np.all.",
    );
  if (predicate!.aval.dtype !== "bool")
    throw new DTypeError(`${name}: the condition returned ${longAval(predicate!.aval)}, expected bool. Compare it.`);
  const results = bind(whileOp, [...test.captures, ...settled.body.captures, ...settled.init], {
    cond: test.graph,
    body: settled.body.graph,
    condConsts: test.captures.length,
    bodyConsts: settled.body.captures.length,
  });
  carry.free(results);
  return unflatten(carry.def, results);
}

const conditionSet = (test: Body): AxisSet => test.graph.outputs[0]?.aval.varying ?? invariant;

const argumentsOf = (def: TreeDef, leaves: number): TreeDef => ({ kind: "array", children: [def], leaves });

/**
 * `carry = body(i, carry)` for `i` from `lower` up to, but without, `upper`. With bounds that are JavaScript numbers it
 * is a scan, which can be differentiated backwards; else a whileLoop. As `jax.lax.fori_loop`.
 *
 * @throws DTypeError for bounds that are no integers; TreeError, ShapeError, DTypeError if the carry changes its type
 */
export function foriLoop<const C>(
  lower: TensorLike,
  upper: TensorLike,
  body: (i: Tensor, carry: Tensors<NoInfer<C>>) => Like<NoInfer<C>>,
  init: C,
): Tensors<C> {
  const name = "lax.foriLoop";
  const f = body as AnyFunction;
  if (isHost(lower) && isHost(upper)) {
    const from = integer(Number(lower), name, "the lower bound");
    const to = integer(Number(upper), name, "the upper bound");
    return countedLoop(f, from, Math.max(0, Number(to.value) - Number(from.value)), init) as Tensors<C>;
  }
  const bounds = [lower, upper].map((b, i) => {
    const what = i === 0 ? "the lower bound" : "the upper bound";
    return isHost(b) ? integer(Number(b), name, what) : scalarOf(name, what, b);
  });
  const typed = bounds.filter((b) => !(b instanceof Literal));
  for (const b of typed)
    if (!isInteger(b.dtype) || b.dtype !== typed[0]!.dtype)
      throw new DTypeError(
        `${name}: got bounds ${bounds.map((x) => longAval(x.aval)).join(" and ")}, expected integers of one dtype.`,
      );
  const [from, to] = bounds.map((b) =>
    b instanceof Literal ? convertBound(b, typed[0]!) : asStrongAs(b, avalOf([], b.dtype)),
  );
  const result = whileTrees(
    name,
    ([i, last]: Tensor[]) => lt(i!, last!),
    ([i, last, carry]: [Tensor, Tensor, unknown]) => [add(i, i.dtype.endsWith("int64") ? 1n : 1), last, f(i, carry)],
    [from, to, init],
  );
  const [last, end, carry] = result as [Tensor, Tensor, unknown];
  for (const t of [last, end]) if (t instanceof ArrayTensor) t.dispose();
  return carry as Tensors<C>;
}

const convertBound = (b: Literal, { dtype }: Tensor): Literal =>
  new Literal(dtype.endsWith("int64") ? BigInt(Number(b.value)) : b.value, avalOf([], dtype));

const isHost = (x: TensorLike): x is number | bigint => typeof x === "number" || typeof x === "bigint";
