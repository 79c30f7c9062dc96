// Convolutions under vmap: the batch becomes part of the examples, of the features, or of the groups.
import type { BatchOutput } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { moveDim } from "./batching.ts";
import { type ConvParams, conv } from "./conv.ts";
import { reshape } from "./shape.ts";

/** Dimension `d` as two, the groups and what is in each. */
export const splitGroups = (x: Tensor, d: number, groups: number): Tensor =>
  reshape(x, [...x.shape.slice(0, d), groups, x.shape[d]! / groups, ...x.shape.slice(d + 1)]);

/** Dimension `from` becomes the outer part of dimension `to`, which is numbered as if `from` were gone. */
export function mergeGroups(x: Tensor, from: number, to: number): Tensor {
  const moved = moveDim(x, from, to);
  return reshape(moved, [
    ...moved.shape.slice(0, to),
    moved.shape[to]! * moved.shape[to + 1]!,
    ...moved.shape.slice(to + 2),
  ]);
}

/** The batch, at `at`, inside the groups of dimension `d`: [groups, batch, rest] as one. */
function mergeInside(x: Tensor, at: number, d: number, groups: number): Tensor {
  const split = splitGroups(moveDim(x, at, 0), d + 1, groups);
  const inner = mergeGroups(split, 0, d + 1);
  return mergeGroups(inner, d, d);
}

export function batchConv(
  [x, y]: readonly [Tensor, Tensor],
  [dx, dy]: readonly [number | null, number | null],
  size: number,
  p: ConvParams,
): BatchOutput {
  const { lhs, rhs, out } = p.dims;
  const features = out[1]!;
  if (dx !== null && dy !== null) {
    // Every example is a group of its own.
    const byBatch = p.batchGroups > 1;
    const left = mergeGroups(x, dx, byBatch ? lhs[0]! : lhs[1]!);
    const right = mergeGroups(y, dy, rhs[0]!);
    const groups = byBatch ? { batchGroups: p.batchGroups * size } : { featureGroups: p.featureGroups * size };
    return { results: [splitGroups(conv(left, right, { ...p, ...groups }), features, size)], dims: [features] };
  }
  if (dx !== null) {
    const left = p.batchGroups === 1 ? mergeGroups(x, dx, lhs[0]!) : mergeInside(x, dx, lhs[0]!, p.batchGroups);
    return { results: [splitGroups(conv(left, y, p), out[0]!, size)], dims: [out[0]!] };
  }
  const groups = Math.max(p.featureGroups, p.batchGroups);
  if (groups === 1)
    return { results: [splitGroups(conv(x, mergeGroups(y, dy!, rhs[0]!), p), features, size)], dims: [features] };
  const result = conv(x, mergeInside(y, dy!, rhs[0]!, groups), p);
  // Features are [groups, batch, rest].
  const parts = splitGroups(splitGroups(result, features, groups), features + 1, size);
  return { results: [mergeGroups(moveDim(parts, features + 1, 0), features + 1, features + 1)], dims: [0] };
}
