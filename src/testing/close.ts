// Are two trees of tensors equal within a tolerance? What differs is named by its path.
import { JortsError } from "../../base/errors.ts";
import { ShapeDtypeStruct, type Tensor } from "../lib/tensor.ts";
import * as tree from "../lib/tree.ts";
import { numbers } from "./host.ts";

/** A check of jorts/testing that failed: what was compared, the numbers, the seed and the program. */
export class CheckError extends JortsError {}

export interface Tolerance {
  /** Relative to the larger of the two. */
  readonly rtol?: number;
  readonly atol?: number;
}

/** Relative tolerances for values that were computed in different orders. */
const defaults: Readonly<Record<string, number>> = { float64: 1e-12, float32: 1e-5, float16: 1e-2, bfloat16: 4e-2 };

export const isClose = (a: number, b: number, rtol: number, atol: number): boolean =>
  Object.is(a, b) || a === b || Math.abs(a - b) <= atol + rtol * Math.max(Math.abs(a), Math.abs(b));

/** What differs first between two trees; undefined if nothing does. Integers and booleans must be equal. */
export function difference(got: unknown, want: unknown, tolerance: Tolerance = {}): string | undefined {
  const [a, b] = [got, want].map((t) => tree.leavesWithPath(t) as { path: string; leaf: Tensor }[]);
  if (a!.length !== b!.length) return `got ${a!.length} leaves, expected ${b!.length}`;
  for (const [i, { path, leaf }] of a!.entries()) {
    const other = b![i]!;
    const name = path || "the result";
    if (other.path !== path) return `got a leaf ${name}, expected ${other.path || "the result"}`;
    const problem = leafDifference(leaf, other.leaf, tolerance);
    if (problem !== undefined) return `${name}${problem}`;
  }
  return undefined;
}

function leafDifference(got: Tensor, want: Tensor, tolerance: Tolerance): string | undefined {
  const describe = (t: Tensor) => `${t.dtype}[${t.shape}]`;
  if (got.dtype !== want.dtype || got.shape.join() !== want.shape.join())
    return ` is ${describe(got)}, expected ${describe(want)}`;
  const [x, y] = [numbers(got), numbers(want)];
  const rtol = tolerance.rtol ?? defaults[got.dtype] ?? 0;
  const atol = tolerance.atol ?? (defaults[got.dtype] ?? 0) / 10;
  const at = x.findIndex((v, i) => !isClose(v, y[i]!, rtol, atol));
  return at < 0 ? undefined : `[element ${at}] is ${x[at]}, expected ${y[at]} (rtol ${rtol}, atol ${atol})`;
}

/** Shapes and dtypes of a tree of tensors. */
export const specs = (args: readonly unknown[]): unknown[] =>
  tree.map((t: Tensor) => new ShapeDtypeStruct(t.shape, t.dtype), args as unknown[]) as unknown[];
