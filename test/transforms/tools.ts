// Tensors, numeric derivatives and program counts for the tests of transformations.
import { expect } from "vitest";
import "../../src/lib/install.ts";
import { ArrayTensor } from "../../src/compile/array.ts";
import { encodeValues, scalars } from "../../src/compile/encoding.ts";
import { JitFunction } from "../../src/compile/jit.ts";
import { fromBytes, moveTo, onDefaultDevice, toBytes } from "../../src/compile/place.ts";
import type { AnyFunction } from "../../src/compile/stage.ts";
import { avalOf } from "../../src/core/aval.ts";
import { checkGraph, nestedGraphs } from "../../src/core/check.ts";
import type { DType } from "../../src/core/dtype.ts";
import type { Equation, Graph } from "../../src/core/graph.ts";
import { printGraph } from "../../src/core/print.ts";
import { Literal, type Tensor } from "../../src/core/tensor.ts";
import { traceGraph } from "../../src/core/trace.ts";
import { flatten } from "../../src/core/tree.ts";
import { grad } from "../../src/lib/grad.ts";
import { reduceSum } from "../../src/ops/reduce.ts";

/** A concrete tensor; float32 unless told. */
export function tensor(
  values: readonly number[],
  shape: readonly number[] = [values.length],
  dtype: DType = "float32",
) {
  const host =
    dtype === "bool" ? values.map(Boolean) : dtype.endsWith("64") && dtype !== "float64" ? values.map(BigInt) : values;
  return fromBytes(encodeValues(host, dtype), avalOf(shape, dtype));
}
export const scalar = (value: number, dtype: DType = "float32"): Tensor => tensor([value], [], dtype);

/** Values between -1 and 1 that differ, the same in every run. */
export const wave = (n: number, phase = 0): number[] =>
  Array.from({ length: n }, (_, i) => Math.sin(1.7 * i + phase) * 0.9);
export const waves = (shape: readonly number[], phase = 0, dtype: DType = "float32"): Tensor =>
  tensor(
    wave(
      shape.reduce((a, b) => a * b, 1),
      phase,
    ),
    shape,
    dtype,
  );

/** The elements, as numbers. */
export function read(x: unknown): number[] {
  const array = x instanceof Literal ? moveTo(x, onDefaultDevice(), false) : (x as ArrayTensor);
  if (!(array instanceof ArrayTensor)) throw new TypeError(`${String(x)} is no concrete tensor`);
  return [...scalars(toBytes(array), array.dtype)].map(Number);
}
export const readAll = (tree: unknown): number[][] => flatten(tree).leaves.map(read);

export const total = (x: Tensor): Tensor => reduceSum(x, [...x.shape.keys()]);

/** The graph of `f` at these arguments, checked. */
export function graphOf(f: AnyFunction, ...args: unknown[]): Graph {
  const { graph } = new JitFunction(f, {}).trace(args).staged;
  checkGraph(graph);
  return graph;
}
export const printed = (f: AnyFunction, ...args: unknown[]): string => printGraph(graphOf(f, ...args));
export const lowered = (f: AnyFunction, ...args: unknown[]): string =>
  new JitFunction(f, {}).trace(args).lower().asText();
export const jit = <A extends unknown[], R>(f: (...args: A) => R): ((...args: A) => R) => {
  const jitted = new JitFunction(f as AnyFunction, {});
  return (...args) => jitted.call(args) as R;
};

/** A graph over tensors of these shapes, for tests of passes. */
export function pureGraph(
  name: string,
  f: (...inputs: Tensor[]) => readonly Tensor[],
  shapes: readonly (readonly number[])[],
): Graph {
  return traceGraph(
    name,
    f,
    shapes.map((s) => avalOf(s, "float32")),
    { what: name, ambient: true },
  ).graph;
}

/** How often each operation occurs, nested graphs counted once for each place. */
export function counts(graph: Graph): Record<string, number> {
  const out: Record<string, number> = {};
  each(graph, (e) => {
    out[e.op.name] = (out[e.op.name] ?? 0) + 1;
  });
  return out;
}
export function each(graph: Graph, visit: (e: Equation) => void): void {
  for (const e of graph.equations) {
    visit(e);
    for (const inner of nestedGraphs(e.params)) each(inner, visit);
  }
}
export function find(graph: Graph, name: string): Equation[] {
  const out: Equation[] = [];
  each(graph, (e) => {
    if (e.op.name === name) out.push(e);
  });
  return out;
}

/** Gradient of the scalar function `f` by central differences, for float64 arguments given as flat values. */
export function numericGradient(f: (...args: Tensor[]) => Tensor, args: readonly Tensor[], eps = 1e-5): number[][] {
  const run = jit(f);
  return args.map((x, k) => {
    const base = read(x);
    return base.map((_, i) => {
      const at = (delta: number) => {
        const moved = base.map((v, j) => (i === j ? v + delta : v));
        return read(run(...args.map((a, j) => (j === k ? tensor(moved, a.shape, a.dtype) : a))))[0]!;
      };
      return (at(eps) - at(-eps)) / (2 * eps);
    });
  });
}

/** Largest difference, relative to the larger of 1 and the expected value. */
export function distance(got: readonly number[], want: readonly number[]): number {
  if (got.length !== want.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  got.forEach((g, i) => {
    const d = Math.abs(g - want[i]!) / Math.max(1, Math.abs(want[i]!));
    if (!(d <= worst)) worst = d;
  });
  return worst;
}

/** The gradient of `f` by reverse mode is the numeric one; the program is checked, and shown if it is wrong. */
export function expectGradient(f: (...args: Tensor[]) => Tensor, args: readonly Tensor[]): void {
  const argnums = args.map((_, i) => i);
  const symbolic = readAll(grad(f as AnyFunction, { argnums })(...args));
  const numeric = numericGradient(f, args);
  const program = printed(grad(f as AnyFunction, { argnums }), ...args);
  symbolic.forEach((g, i) => {
    expect(distance(g, numeric[i]!), `argument ${i}\n${program}`).toBeLessThan(1e-6);
  });
}
