// Loops of known length: scan and foriLoop.
import { ArrayTensor } from "../compile/array.ts";
import { config } from "../compile/config.ts";
import type { AnyFunction } from "../compile/stage.ts";
import { scanOp } from "../control/scan.ts";
import { type Aval, longAval, withShape } from "../core/aval.ts";
import { ShapeError, TreeError } from "../core/errors.ts";
import { hasEffects } from "../core/graph.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind } from "../core/trace.ts";
import { leafPaths, printTree, type TreeDef, unflatten } from "../core/tree.ts";
import { add } from "../ops/binary.ts";
import { pvary } from "../ops/collective.ts";
import { asStrongAs, type Body, type Flat, flattenValues, settleCarry, traceBody } from "./bodies.ts";
import { plainScan, plainValue } from "./plain-loops.ts";
import type { Like, Tensors } from "./trees.ts";

export interface ScanOptions {
  /** Number of turns; needed when there is nothing to scan over. */
  readonly length?: number;
  /** From the last element to the first; results keep the order of the elements. */
  readonly reverse?: boolean;
  /** Turns done by one iteration of the compiled loop; true for all. */
  readonly unroll?: number | boolean;
}

/**
 * Carries a value through `f(carry, x) → [carry, y]` over the leading axis of `xs` (any tree; null for none), and stacks
 * the `y`s: returns `[final carry, ys]`. `f` is traced once. As `jax.lax.scan`.
 *
 * @throws TreeError, ShapeError, DTypeError if lengths differ or the carry changes its type, naming the leaf
 */
export function scan<const C, const X, Y>(
  f: (carry: Tensors<NoInfer<C>>, x: Tensors<NoInfer<X>>) => readonly [carry: Like<NoInfer<C>>, y: Y],
  init: C,
  xs: X,
  options: ScanOptions = {},
): [Tensors<C>, Tensors<Y>] {
  return scanTrees("lax.scan", f as AnyFunction, init, xs, options) as [Tensors<C>, Tensors<Y>];
}

export function scanTrees(
  name: string,
  f: AnyFunction,
  init: unknown,
  xs: unknown,
  options: ScanOptions,
): [unknown, unknown] {
  const carry = flattenValues(init, "init");
  const over = flattenValues(xs ?? null, "xs");
  const length = scanLength(name, over, options.length);
  const unroll = turns(name, options.unroll, length);
  if (config.disableJit) return plainScan(name, f, carry, over, length, options.reverse ?? false);
  const slices = over.values.map((x) => withShape(x.aval, x.shape.slice(1)));
  const def = pair(carry.def, over.def);
  const nCarry = carry.values.length;
  const trace = (avals: readonly Aval[]) =>
    traceBody({
      f,
      what: `the body of ${name}`,
      def,
      avals: [...avals, ...slices],
      paths: [...carry.paths, ...over.paths],
      finish: (leaves) => leaves.map((t, i) => (i < nCarry ? strongerThan(t, avals[i]) : t)),
    });
  const settled = settleCarry(name, carry, trace, (b) => pairOf(name, b).carry);
  const { graph, captures, outDef } = settled.body;
  const results =
    graph.outputs.length === 0 && !hasEffects(graph)
      ? []
      : bind(scanOp, [...captures, ...settled.init, ...over.values], {
          body: graph,
          consts: captures.length,
          carries: nCarry,
          length,
          reverse: options.reverse ?? false,
          unroll,
        });
  for (const flat of [carry, over]) flat.free(results);
  return unflatten(outDef, results) as [unknown, unknown];
}

/**
 * A weak result for a strong carry becomes strong; a weak carry's may tell that the initial value must change. It varies
 * at least over the axes of the carry.
 */
export function strongerThan(t: Tensor, want: Aval | undefined): Tensor {
  if (want === undefined) return t;
  return pvary(want.weakType ? t : asStrongAs(t, want), want.varying);
}

const pair = (a: TreeDef, b: TreeDef): TreeDef => ({
  kind: "array",
  children: [a, b],
  leaves: leafPaths(a).length + leafPaths(b).length,
});

function pairOf(name: string, { outDef }: Body): { carry: TreeDef; y: TreeDef } {
  if (outDef.kind !== "array" || outDef.children.length !== 2)
    throw new TreeError(
      `${name}: the body returned ${printTree(outDef)}, expected [carry, y]. Return null as y when there is none.`,
    );
  return { carry: outDef.children[0]!, y: outDef.children[1]! };
}

function scanLength(name: string, over: Flat, given: number | undefined): number {
  if (given !== undefined && (!Number.isInteger(given) || given < 0))
    throw new ShapeError(`${name}: got length ${given}, expected a whole number of turns.`);
  let length = given;
  over.values.forEach((x, i) => {
    if (x.ndim === 0)
      throw new ShapeError(`${name}: ${over.paths[i]} is ${longAval(x.aval)}, which has no leading axis to scan over.`);
    if (length !== undefined && x.shape[0] !== length) {
      const other = given !== undefined ? `length ${given} was asked for` : `${over.paths[0]} has ${length}`;
      throw new ShapeError(
        `${name}: ${over.paths[i]} (${longAval(x.aval)}) has ${x.shape[0]} elements along its leading axis, but ${other}.`,
      );
    }
    length = x.shape[0]!;
  });
  if (length === undefined) throw new ShapeError(`${name}: there is nothing to scan over; say how often with length.`);
  return length;
}

function turns(name: string, unroll: number | boolean | undefined, length: number): number {
  if (unroll === true) return Math.max(1, length);
  if (unroll === undefined || unroll === false) return 1;
  if (!Number.isInteger(unroll) || unroll < 1)
    throw new ShapeError(`${name}: got unroll ${unroll}, expected a positive whole number or true.`);
  return unroll;
}

const countedBodies = new WeakMap<AnyFunction, AnyFunction>();

/** The one wrapper of `f`, so that its traces are found again. */
export function wrapped(
  f: AnyFunction,
  known: WeakMap<AnyFunction, AnyFunction>,
  wrap: (f: AnyFunction) => AnyFunction,
) {
  let body = known.get(f);
  if (body === undefined) {
    body = Object.defineProperty(wrap(f), "name", { value: f.name || "body" });
    known.set(f, body);
  }
  return body;
}

/** `carry = body(i, carry)` for `length` whole numbers from `from` on. */
export function countedLoop(body: AnyFunction, from: Tensor, length: number, init: unknown): unknown {
  if (config.disableJit && length === 0) return plainValue(init);
  const f = wrapped(body, countedBodies, (g) => ([i, carry]: [Tensor, unknown]) => [[add(i, 1), g(i, carry)], null]);
  const [[last, carry]] = scanTrees("lax.foriLoop", f, [from, init], null, { length }) as [[unknown, unknown], null];
  if (last instanceof ArrayTensor) last.dispose();
  return carry;
}
