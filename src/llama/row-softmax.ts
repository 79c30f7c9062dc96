// The softmax of rows over a vocabulary that a mesh splits: one piece a device, joined by one small exchange.
import * as lax from "../lib/lax.ts";
import type { Mesh } from "../lib/mesh.ts";
import type { Tensor } from "../lib/tensor.ts";
import { place } from "./model.ts";

/** What the softmax of a row needs to know: its maximum, Σ exp(logit − max), and the target's logit − max. */
export interface RowSoftmax {
  readonly max: Tensor;
  readonly sums: Tensor;
  readonly picked: Tensor;
}

/** Which piece of `size` tokens holds the target of each row [shards, n]: bool [shards, n, pieces], and its place there. */
export function locate(targets: Tensor, pieces: number, size: number): { holds: Tensor; at: Tensor } {
  const shape = [...targets.shape, pieces];
  const first = lax.mul(lax.broadcastedIota("int32", shape, 2), size);
  const at = lax.sub(lax.broadcastInDim(targets, shape, [0, 1]), first);
  return { holds: lax.bitwiseAnd(lax.ge(at, 0), lax.lt(at, size)), at };
}

/**
 * The softmax of whole rows [shards, n] from that of pieces of the vocabulary [shards, n, pieces], one a device, which
 * travel together once. `shrink` [shards, n, pieces] is exp(piece's max − max).
 */
export function joinPieces(
  { max, sums, picked }: RowSoftmax,
  targets: Tensor,
  size: number,
  mesh: Mesh | undefined,
): RowSoftmax & { readonly shrink: Tensor } {
  const everywhere = (x: Tensor, ...before: null[]) => place(x, mesh, ...before, "data", null, null);
  const stacked = everywhere(
    lax.concatenate(
      [max, sums, picked].map((x) => lax.expandDims(x, [0])),
      0,
    ),
    null,
  );
  const row = (i: number) => everywhere(lax.indexInDim(stacked, i, 0, false));
  const maxima = lax.stopGradient(row(0));
  const joined = lax.reduceMax(maxima, [2]);
  const below = lax.sub(maxima, lax.broadcastInDim(joined, maxima.shape, [0, 1]));
  const shrink = everywhere(lax.exp(below));
  const holds = everywhere(locate(targets, maxima.shape[2]!, size).holds);
  return {
    max: joined,
    sums: lax.reduceSum(lax.mul(row(1), shrink), [2]),
    picked: lax.reduceSum(lax.select(holds, lax.add(row(2), below), lax.fullLike(below, 0)), [2]),
    shrink,
  };
}

/** Σ over supervised rows of −log softmax[target]. */
export function lossOf({ sums, picked }: RowSoftmax, counted: Tensor): Tensor {
  const each = lax.select(counted, lax.sub(lax.log(sums), picked), lax.fullLike(sums, 0));
  return lax.reduceSum(each, [0, 1]);
}
