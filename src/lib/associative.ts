// associativeScan: all prefixes of an associative operation in logarithmic depth.
import type { AnyFunction } from "../compile/stage.ts";
import { longAval } from "../core/aval.ts";
import { ShapeError } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import { type TreeDef, unflatten } from "../core/tree.ts";
import { concatenate, reshape, rev, sliceInDim } from "../ops/shape.ts";
import { flattenValues, requireSameLeaves } from "./bodies.ts";
import { runTogether } from "./function-graph.ts";
import type { Like, Tensors } from "./trees.ts";

export interface AssociativeScanOptions {
  /** Suffixes instead of prefixes. */
  readonly reverse?: boolean;
  /** The axis of every leaf that holds the elements. */
  readonly axis?: number;
}

type Combine = (a: readonly Tensor[], b: readonly Tensor[]) => readonly Tensor[];

/**
 * Prefix results of the associative `f(a, b)` over the elements along `axis` of a tree. `f` works on slices that hold
 * many elements along that axis. As `jax.lax.associative_scan`.
 *
 * @throws ShapeError if the leaves differ in length, or `f` changes shapes or dtypes
 */
export function associativeScan<const T>(
  f: (a: Tensors<NoInfer<T>>, b: Tensors<NoInfer<T>>) => Like<NoInfer<T>>,
  elems: T,
  options: AssociativeScanOptions = {},
): Tensors<T> {
  const { reverse = false, axis = 0 } = options;
  const { values, def, paths, free } = flattenValues(elems, "elems");
  const axes = values.map((x, i) => {
    const at = axis < 0 ? axis + x.ndim : axis;
    if (!(at >= 0 && at < x.ndim))
      throw new ShapeError(`lax.associativeScan: ${paths[i]} is ${longAval(x.aval)}, which has no axis ${axis}.`);
    return at;
  });
  values.forEach((x, i) => {
    const [n, first] = [x.shape[axes[i]!]!, values[0]!.shape[axes[0]!]!];
    if (n !== first)
      throw new ShapeError(
        `lax.associativeScan: ${paths[i]} (${longAval(x.aval)}) has ${n} elements, but ${paths[0]} has ${first}.`,
      );
  });
  if (values.length === 0) return elems as Tensors<T>;
  const combine = combiner(f as AnyFunction, def);
  const flip = (xs: readonly Tensor[]) => (reverse ? xs.map((x, i) => rev(x, [axes[i]!])) : xs);
  const results = runTogether("associative_scan", (...xs) => flip(prefixes(combine, flip(xs), axes)), values);
  free(results);
  return unflatten(def, results) as Tensors<T>;
}

function combiner(f: AnyFunction, def: TreeDef): Combine {
  return (a, b) => {
    const out = flattenValues(f(unflatten(def, a), unflatten(def, b)), "result");
    requireSameLeaves(
      (path, got, expected) => `lax.associativeScan: the function returned ${path} as ${got}, expected ${expected}.`,
      { def: out.def, avals: out.values.map((t) => t.aval) },
      { def, avals: a.map((t) => t.aval) },
      "result",
    );
    return out.values;
  };
}

/** Combines pairs, scans the half as many results, and fills in the elements between. */
function prefixes(combine: Combine, xs: readonly Tensor[], axes: readonly number[]): readonly Tensor[] {
  const n = xs[0]!.shape[axes[0]!]!;
  if (n < 2) return xs;
  const part = (ts: readonly Tensor[], start: number, limit: number, stride = 1) =>
    ts.map((t, i) => sliceInDim(t, start, limit, axes[i]!, stride));
  const even = 2 * Math.floor(n / 2);
  const pairs = combine(part(xs, 0, even, 2), part(xs, 1, even, 2));
  const odd = prefixes(combine, pairs, axes);
  const rest = Math.floor((n - 1) / 2);
  const first = part(xs, 0, 1);
  const later = rest === 0 ? [] : combine(part(odd, 0, rest), part(xs, 2, n, 2));
  const evens = rest === 0 ? first : first.map((t, i) => concatenate([t, later[i]!], axes[i]!));
  return evens.map((t, i) => interleave(t, odd[i]!, axes[i]!));
}

/** a₀ b₀ a₁ b₁ …; `a` may have one element more. */
function interleave(a: Tensor, b: Tensor, axis: number): Tensor {
  const n = b.shape[axis]!;
  const wide = [...b.shape.slice(0, axis + 1), 1, ...b.shape.slice(axis + 1)];
  const both = concatenate([reshape(sliceInDim(a, 0, n, axis), wide), reshape(b, wide)], axis + 1);
  const flat = reshape(
    both,
    b.shape.map((d, i) => (i === axis ? 2 * d : d)),
  );
  return a.shape[axis] === n ? flat : concatenate([flat, sliceInDim(a, n, n + 1, axis)], axis);
}
