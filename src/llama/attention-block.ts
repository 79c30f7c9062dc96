// One block of attention's scores: how it adds to a running softmax, and its cotangents.
import * as lax from "../lib/lax.ts";
import type { Tensor } from "../lib/tensor.ts";

/** The score of a position that is not seen: far below any other, and finite. */
export const masked = -0.7 * 3.4028234663852886e38;

/** Positions from `start` on; a tensor where a loop counts it. */
export interface Block {
  readonly start: number | Tensor;
  readonly size: number;
}

/** A block of queries beside the keys and values of the whole row, of which it sees one block. */
export interface BlockInputs {
  /** [batch, kvHeads, groups, query, headDim] */
  readonly q: Tensor;
  /** [batch, kvHeads, time, headDim] */
  readonly k: Tensor;
  readonly v: Tensor;
  /** int32 [batch, time] */
  readonly seg: Tensor;
  readonly scale: number;
  readonly queries: Block;
  readonly keys: Block;
}

/** Softmax so far over the keys seen: row maxima, Σ exp(score − max), and Σ exp(score − max)·v. */
export interface Running {
  readonly max: Tensor;
  readonly sum: Tensor;
  readonly acc: Tensor;
}

export const f32 = (x: Tensor): Tensor => lax.convertElementType(x, "float32");

function part(x: Tensor, { start, size }: Block, axis: number): Tensor {
  if (typeof start !== "number") return lax.dynamicSliceInDim(x, start, size, axis);
  return start === 0 && size === x.shape[axis] ? x : lax.sliceInDim(x, start, start + size, { axis });
}

const rowWise = (row: Tensor, like: Tensor): Tensor => lax.broadcastInDim(row, like.shape, [0, 1, 2, 3]);

/** Σ over dimensions `a` of x and `b` of y, for each batch and key-value head; f32. */
function perHead(x: Tensor, a: readonly number[], y: Tensor, b: readonly number[]): Tensor {
  const heads = [0, 1];
  const dimensions = [
    [a, b],
    [heads, heads],
  ] as const;
  return lax.dotGeneral(x, y, dimensions, { preferredElementType: "float32" });
}

/** Scaled scores [batch, kvHeads, groups, query, key], masked. */
function scores({ q, k, seg, scale, queries, keys }: BlockInputs): Tensor {
  const s = perHead(q, [4], part(k, keys, 2), [3]);
  const seen = lax.broadcastInDim(visible(seg, queries, keys), s.shape, [0, 3, 4]);
  return lax.select(seen, lax.mul(s, scale), lax.fullLike(s, masked));
}

/** bool [batch, query, key]: keys of the query's own segment up to itself. */
function visible(seg: Tensor, queries: Block, keys: Block): Tensor {
  const shape = [seg.shape[0]!, queries.size, keys.size];
  const same = lax.eq(
    lax.broadcastInDim(part(seg, queries, 1), shape, [0, 1]),
    lax.broadcastInDim(part(seg, keys, 1), shape, [0, 2]),
  );
  const wide = (x: number | Tensor) => (typeof x === "number" ? x : lax.broadcastInDim(x, shape, []));
  const at = (dim: number, from: number | Tensor) => lax.add(lax.broadcastedIota("int32", shape, dim), wide(from));
  return lax.bitwiseAnd(same, lax.ge(at(1, queries.start), at(2, keys.start)));
}

/** The softmax of these queries after they saw this block of keys; `running` is what they saw before. */
export function seeBlock(x: BlockInputs, running?: Running): Running {
  const s = scores(x);
  const rowMax = lax.reduceMax(s, [4]);
  const max = running ? lax.max(running.max, rowMax) : rowMax;
  const p = lax.exp(lax.sub(s, rowWise(max, s)));
  const acc = perHead(lax.convertElementType(p, x.v.dtype), [4], part(x.v, x.keys, 2), [2]);
  const sum = lax.reduceSum(p, [4]);
  if (running === undefined) return { max, sum, acc };
  const shrink = lax.exp(lax.sub(running.max, max));
  return {
    max,
    sum: lax.add(lax.mul(running.sum, shrink), sum),
    acc: lax.add(lax.mul(running.acc, rowWise(shrink, acc)), acc),
  };
}

/** What is attended, as `dtype`, and log Σ exp of each row of scores, [batch, kvHeads, groups, query]. */
export const finish = ({ max, sum, acc }: Running, dtype: Tensor["dtype"]): [Tensor, Tensor] => [
  lax.convertElementType(lax.div(acc, rowWise(sum, acc)), dtype),
  lax.add(max, lax.log(sum)),
];

export interface BlockCotangents {
  readonly dq: Tensor;
  readonly dk: Tensor;
  readonly dv: Tensor;
}

/**
 * What this block adds to the cotangents, in f32, of `ct` as what was attended. `delta` is Σ ct·attended of each row;
 * without it the block must be all that the queries see.
 */
export function backBlock(x: BlockInputs, ct: Tensor, lse: Tensor, delta?: Tensor): BlockCotangents {
  const { q, keys } = x;
  const s = scores(x);
  const p = lax.exp(lax.sub(s, rowWise(lse, s)));
  const dp = perHead(ct, [4], part(x.v, keys, 2), [3]);
  // Σ ct·attended = Σ p·dp: a row's mean of dp, which the softmax's derivative subtracts.
  const mean = delta ?? lax.reduceSum(lax.mul(p, dp), [4]);
  const ds = lax.convertElementType(lax.mul(lax.mul(p, lax.sub(dp, rowWise(mean, dp))), x.scale), q.dtype);
  return {
    dq: perHead(ds, [4], part(x.k, keys, 2), [2]),
    dk: perHead(ds, [2, 3], q, [2, 3]),
    dv: perHead(lax.convertElementType(p, x.v.dtype), [2, 3], ct, [2, 3]),
  };
}
