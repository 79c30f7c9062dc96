// Attention over several blocks: loops over blocks of queries, and of keys up to them.
import * as lax from "../lib/lax.ts";
import { foriLoop, scan } from "../lib/loops.ts";
import type { Tensor } from "../lib/tensor.ts";
import { type BlockCotangents, backBlock, f32, finish, masked, type Running, seeBlock } from "./attention-block.ts";

/** `time` padded to whole blocks. */
function padded(x: Tensor, axis: number, block: number, fill = 0): Tensor {
  const padding = Math.ceil(x.shape[axis]! / block) * block - x.shape[axis]!;
  if (padding === 0) return x;
  return lax.pad(
    x,
    fill,
    x.shape.map((_, d): [number, number, number] => [0, d === axis ? padding : 0, 0]),
  );
}

/** Blocks of `axis` as a new leading dimension, for a loop over them. */
function split(x: Tensor, axis: number, block: number): Tensor {
  const n = x.shape[axis]! / block;
  const cut = lax.reshape(x, [...x.shape.slice(0, axis), n, block, ...x.shape.slice(axis + 1)]);
  return lax.transpose(cut, [axis, ...cut.shape.map((_, d) => d).filter((d) => d !== axis)]);
}

function unsplit(x: Tensor, axis: number): Tensor {
  const order = x.shape.map((_, d) => d).slice(1);
  order.splice(axis, 0, 0);
  const back = lax.transpose(x, order);
  return lax.reshape(back, [
    ...back.shape.slice(0, axis),
    back.shape[axis]! * back.shape[axis + 1]!,
    ...back.shape.slice(axis + 2),
  ]);
}

export interface Whole {
  /** [batch, kvHeads, groups, time, headDim] */
  readonly q: Tensor;
  /** [batch, kvHeads, time, headDim] */
  readonly k: Tensor;
  readonly v: Tensor;
  /** int32 [batch, time] */
  readonly seg: Tensor;
}

/** Keys, values and segments in whole blocks; padding is a segment of its own. */
const keysOf = ({ k, v, seg }: Whole, block: number) => ({
  k: padded(k, 2, block),
  v: padded(v, 2, block),
  seg: padded(seg, 1, block, -1),
});

const blockAt = (i: Tensor, block: number) => ({ start: lax.mul(i, block), size: block });

/** The first `time` positions of blocks [block, …] that a loop stacked. */
function joined(x: Tensor, axis: number, time: number): Tensor {
  const all = unsplit(x, axis);
  return all.shape[axis] === time ? all : lax.sliceInDim(all, 0, time, { axis });
}

/** What is attended, as `q`, and log Σ exp of each row of scores: f32 [batch, kvHeads, groups, time]. */
export function forwardLoop(inputs: Whole, scale: number, block: number): [out: Tensor, lse: Tensor] {
  const { q } = inputs;
  const keys = keysOf(inputs, block);
  const [batch, kv, groups, time, depth] = q.shape as [number, number, number, number, number];
  const row = [batch, kv, groups, block];
  const nothing: Running = {
    max: lax.full(row, masked, "float32"),
    sum: lax.full(row, 0, "float32"),
    acc: lax.full([...row, depth], 0, "float32"),
  };
  const [, parts] = scan(
    (i: Tensor, qBlock: Tensor): [Tensor, [Tensor, Tensor]] => {
      const see = (j: Tensor, running: Running) =>
        seeBlock({ q: qBlock, ...keys, scale, queries: blockAt(i, block), keys: blockAt(j, block) }, running);
      const running = foriLoop(0n, lax.add(i, 1), see, nothing) as Running;
      return [lax.add(i, 1), finish(running, q.dtype)];
    },
    lax.full([], 0, "int32"),
    split(padded(q, 3, block), 3, block),
  );
  const [outs, lses] = parts as [Tensor, Tensor];
  return [joined(outs, 3, time), joined(lses, 3, time)];
}

/** Cotangents of q, k and v. */
export function backwardLoop(
  residuals: Whole & { readonly out: Tensor; readonly lse: Tensor },
  ct: Tensor,
  scale: number,
  block: number,
): [dq: Tensor, dk: Tensor, dv: Tensor] {
  type Sums = Omit<BlockCotangents, "dq">;
  type Loop = { i: Tensor; sums: Sums };
  type QueryBlock = Record<"q" | "ct" | "lse" | "delta", Tensor>;
  const { q, k, v, lse, out } = residuals;
  const time = q.shape[3]!;
  const keys = keysOf(residuals, block);
  const delta = lax.reduceSum(lax.mul(f32(ct), f32(out)), [4]);
  const byQueries = (x: Tensor) => split(padded(x, 3, block), 3, block);
  const zeros = (x: Tensor) => lax.full(x.shape, 0, "float32");
  const addAt = (sum: Tensor, x: Tensor, start: Tensor) =>
    lax.dynamicUpdateSliceInDim(sum, lax.add(lax.dynamicSliceInDim(sum, start, block, 2), x), start, 2);
  const seeQueries = ({ i, sums }: Loop, x: QueryBlock): [Loop, Tensor] => {
    const seeKeys = (j: Tensor, s: BlockCotangents): BlockCotangents => {
      const at = blockAt(j, block);
      const d = backBlock({ q: x.q, ...keys, scale, queries: blockAt(i, block), keys: at }, x.ct, x.lse, x.delta);
      return { dq: lax.add(s.dq, d.dq), dk: addAt(s.dk, d.dk, at.start), dv: addAt(s.dv, d.dv, at.start) };
    };
    const { dq, ...rest } = foriLoop(0n, lax.add(i, 1), seeKeys, { ...sums, dq: zeros(x.q) }) as BlockCotangents;
    return [{ i: lax.add(i, 1), sums: rest }, dq];
  };
  const [{ sums }, dqs] = scan(
    seeQueries,
    { i: lax.full([], 0, "int32"), sums: { dk: zeros(keys.k), dv: zeros(keys.v) } },
    { q: byQueries(q), ct: byQueries(ct), lse: byQueries(lse), delta: byQueries(delta) },
  ) as [Loop, Tensor];
  const as = (x: Tensor, like: Tensor) => lax.convertElementType(x, like.dtype);
  const cut = (x: Tensor) => lax.sliceInDim(x, 0, time, { axis: 2 });
  return [as(joined(dqs, 3, time), q), as(cut(sums.dk), k), as(cut(sums.dv), v)];
}
