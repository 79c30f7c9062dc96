// Attention that never forms the whole score matrix: blocks of keys with a running softmax, and its own derivative.
import { customVjp } from "../lib/custom.ts";
import * as lax from "../lib/lax.ts";
import { foriLoop, scan } from "../lib/loops.ts";
import type { Tensor } from "../lib/tensor.ts";

/** Positions up to which one block does: the scores of one block are formed at a time. */
export const defaultBlock = 512;

export interface AttentionInputs {
  /** [batch, kvHeads, groups, time, headDim] */
  readonly q: Tensor;
  /** [batch, kvHeads, time, headDim] */
  readonly k: Tensor;
  readonly v: Tensor;
  /** int32 [batch, time]; a position sees earlier positions of its own segment. */
  readonly segmentIds: Tensor;
}

const masked = -0.7 * 3.4028234663852886e38;

/** softmax(q·kᵀ·scale + mask)·v for causal attention within segments; result as `q`. Dao et al., FlashAttention, 2022. */
export function attention({ q, k, v, segmentIds }: AttentionInputs, scale: number, block = defaultBlock): Tensor {
  return blockwise(scale, block)(q, k, v, segmentIds);
}

type Rule = (q: Tensor, k: Tensor, v: Tensor, segmentIds: Tensor) => Tensor;
const rules = new Map<string, Rule>();

function blockwise(scale: number, block: number): Rule {
  const key = `${scale} ${block}`;
  let rule = rules.get(key);
  if (rule === undefined) {
    const f = customVjp((q: Tensor, k: Tensor, v: Tensor, seg: Tensor) => forward(q, k, v, seg, scale, block)[0]);
    f.defvjp(
      (q: Tensor, k: Tensor, v: Tensor, seg: Tensor) => {
        const [out, lse] = forward(q, k, v, seg, scale, block);
        return [out, { q, k, v, seg, out, lse }];
      },
      (r: Residuals, ct: Tensor) => [...backward(r, ct, scale, block), null],
    );
    rule = f as unknown as Rule;
    rules.set(key, rule);
  }
  return rule;
}

interface Residuals {
  readonly q: Tensor;
  readonly k: Tensor;
  readonly v: Tensor;
  readonly seg: Tensor;
  readonly out: Tensor;
  /** log Σ exp of each row of scores: [batch, kvHeads, groups, time] */
  readonly lse: Tensor;
}

/** Positions from `start` on; a tensor where a loop counts it. */
interface Block {
  readonly start: number | Tensor;
  readonly size: number;
}

/** Up to this many blocks the pairs are written out, which the compiler can fuse; beyond, they are loops. */
const unrolledBlocks = 1;

function rows(x: Tensor, { start, size }: Block, axis: number): Tensor {
  if (typeof start !== "number") return lax.dynamicSliceInDim(x, start, size, axis);
  return start === 0 && size === x.shape[axis] ? x : lax.sliceInDim(x, start, start + size, { axis });
}

/** Scaled scores [b, kv, g, query, key] in f32, masked. */
function scores(q: Tensor, k: Tensor, seg: Tensor, scale: number, qs: Block, ks: Block): Tensor {
  const s = lax.dotGeneral(
    q,
    k,
    [
      [[4], [3]],
      [
        [0, 1],
        [0, 1],
      ],
    ],
    { preferredElementType: "float32" },
  );
  const wide = lax.broadcastInDim(visible(seg, qs, ks), s.shape, [0, 3, 4]);
  return lax.select(wide, lax.mul(s, scale), lax.fullLike(s, masked));
}

/** bool [batch, query, key] */
function visible(seg: Tensor, qs: Block, ks: Block): Tensor {
  const shape = [seg.shape[0]!, qs.size, ks.size];
  const same = lax.eq(
    lax.broadcastInDim(rows(seg, qs, 1), shape, [0, 1]),
    lax.broadcastInDim(rows(seg, ks, 1), shape, [0, 2]),
  );
  if (typeof qs.start === "number" && typeof ks.start === "number" && ks.start + ks.size - 1 <= qs.start) return same;
  const at = (dim: number, from: number | Tensor) =>
    lax.add(lax.broadcastedIota("int32", shape, dim), wideAs(from, shape));
  return lax.bitwiseAnd(same, lax.ge(at(1, qs.start), at(2, ks.start)));
}

const wideAs = (x: number | Tensor, shape: readonly number[]) =>
  typeof x === "number" ? x : lax.broadcastInDim(x, shape, []);
const over = (row: Tensor, like: Tensor): Tensor => lax.broadcastInDim(row, like.shape, [0, 1, 2, 3]);
const f32 = (x: Tensor): Tensor => lax.convertElementType(x, "float32");

/** [b, kv, g, query, key] · [b, kv, key, d] */
const product = (p: Tensor, v: Tensor): Tensor =>
  lax.dotGeneral(
    p,
    v,
    [
      [[4], [2]],
      [
        [0, 1],
        [0, 1],
      ],
    ],
    { preferredElementType: "float32" },
  );

/** Σ over groups and queries of p[b, kv, g, query, key] · x[b, kv, g, query, d]: [b, kv, key, d] */
const productOverQueries = (p: Tensor, x: Tensor): Tensor =>
  lax.dotGeneral(
    p,
    x,
    [
      [
        [2, 3],
        [2, 3],
      ],
      [
        [0, 1],
        [0, 1],
      ],
    ],
    { preferredElementType: "float32" },
  );

/** Softmax so far over the keys seen: row maxima, Σ exp(score − max), and Σ exp(score − max)·v. */
interface Running {
  readonly max: Tensor;
  readonly sum: Tensor;
  readonly acc: Tensor;
}

function seeBlock(
  running: Running | undefined,
  qb: Tensor,
  k: Tensor,
  v: Tensor,
  seg: Tensor,
  scale: number,
  qs: Block,
  ks: Block,
): Running {
  const s = scores(qb, rows(k, ks, 2), seg, scale, qs, ks);
  const rowMax = lax.reduceMax(s, [4]);
  const max = running ? lax.max(running.max, rowMax) : rowMax;
  const p = lax.exp(lax.sub(s, over(max, s)));
  const pv = product(lax.convertElementType(p, v.dtype), rows(v, ks, 2));
  const sum = lax.reduceSum(p, [4]);
  if (running === undefined) return { max, sum, acc: pv };
  const shrink = lax.exp(lax.sub(running.max, max));
  return {
    max,
    sum: lax.add(lax.mul(running.sum, shrink), sum),
    acc: lax.add(lax.mul(running.acc, over(shrink, pv)), pv),
  };
}

const finish = ({ max, sum, acc }: Running, dtype: Tensor["dtype"]): [Tensor, Tensor] => [
  lax.convertElementType(lax.div(acc, over(sum, acc)), dtype),
  lax.add(max, lax.log(sum)),
];

function forward(q: Tensor, k: Tensor, v: Tensor, seg: Tensor, scale: number, block: number): [Tensor, Tensor] {
  const time = q.shape[3]!;
  const bounds = blocks(time, block);
  if (bounds.length > unrolledBlocks) return forwardLoop(q, k, v, seg, scale, block);
  const parts = bounds.map((qs) => {
    const qb = rows(q, qs, 3);
    let running: Running | undefined;
    for (const ks of bounds) if (ks.start <= qs.start) running = seeBlock(running, qb, k, v, seg, scale, qs, ks);
    return finish(running!, q.dtype);
  });
  const join = (i: 0 | 1) =>
    lax.concatenate(
      parts.map((p) => p[i]),
      3,
    );
  return [join(0), join(1)];
}

/** Blocks of equal size, the last one smaller. */
function blocks(time: number, block: number): { start: number; size: number }[] {
  const n = Math.ceil(time / block);
  const size = Math.ceil(time / n);
  return Array.from({ length: n }, (_, i) => ({ start: i * size, size: Math.min(size, time - i * size) }));
}

/** `time` padded to whole blocks; the padding is a segment of its own. */
function whole(time: number, block: number, arrays: { x: Tensor; axis: number; fill: number }[]): Tensor[] {
  const padding = Math.ceil(time / block) * block - time;
  if (padding === 0) return arrays.map((a) => a.x);
  return arrays.map(({ x, axis, fill }) =>
    lax.pad(
      x,
      fill,
      x.shape.map((_, d): [number, number, number] => [0, d === axis ? padding : 0, 0]),
    ),
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

function forwardLoop(q0: Tensor, k0: Tensor, v0: Tensor, seg0: Tensor, scale: number, block: number): [Tensor, Tensor] {
  const time = q0.shape[3]!;
  const [q, k, v, seg] = whole(time, block, [
    { x: q0, axis: 3, fill: 0 },
    { x: k0, axis: 2, fill: 0 },
    { x: v0, axis: 2, fill: 0 },
    { x: seg0, axis: 1, fill: -1 },
  ]) as [Tensor, Tensor, Tensor, Tensor];
  const qBlocks = split(q, 3, block);
  const [batch, kv, groups, , depth] = q.shape as [number, number, number, number, number];
  const row = [batch, kv, groups, block];
  const empty = (): Running => ({
    max: lax.full(row, masked, "float32"),
    sum: lax.full(row, 0, "float32"),
    acc: lax.full([...row, depth], 0, "float32"),
  });
  const [, parts] = scan(
    (i: Tensor, qb: Tensor): [Tensor, [Tensor, Tensor]] => {
      const qs = { start: lax.mul(i, block), size: block };
      const running = foriLoop(
        0n,
        lax.add(i, 1),
        (j: Tensor, r: Running) => seeBlock(r, qb, k, v, seg, scale, qs, { start: lax.mul(j, block), size: block }),
        empty(),
      );
      return [lax.add(i, 1), finish(running as Running, q.dtype)];
    },
    lax.full([], 0, "int32"),
    qBlocks,
  );
  const [outs, lses] = parts as [Tensor, Tensor];
  const cut = (x: Tensor) => (x.shape[3] === time ? x : lax.sliceInDim(x, 0, time, { axis: 3 }));
  return [cut(unsplit(outs, 3)), cut(unsplit(lses, 3))];
}

/** Cotangents of one block of queries with one block of keys. */
function backBlock(
  qb: Tensor,
  ctb: Tensor,
  lse: Tensor,
  delta: Tensor,
  k: Tensor,
  v: Tensor,
  seg: Tensor,
  scale: number,
  qs: Block,
  ks: Block,
) {
  const kb = rows(k, ks, 2);
  const vb = rows(v, ks, 2);
  const s = scores(qb, kb, seg, scale, qs, ks);
  const p = lax.exp(lax.sub(s, over(lse, s)));
  const dp = lax.dotGeneral(
    ctb,
    vb,
    [
      [[4], [3]],
      [
        [0, 1],
        [0, 1],
      ],
    ],
    { preferredElementType: "float32" },
  );
  const ds = lax.convertElementType(lax.mul(lax.mul(p, lax.sub(dp, over(delta, dp))), scale), qb.dtype);
  return {
    dq: product(ds, kb),
    dk: productOverQueries(ds, qb),
    dv: productOverQueries(lax.convertElementType(p, v.dtype), ctb),
  };
}

function backward(r: Residuals, ct: Tensor, scale: number, block: number): [Tensor, Tensor, Tensor] {
  const { q, k, v, seg } = r;
  const bounds = blocks(q.shape[3]!, block);
  // Row sums of ct · out are what the softmax's derivative subtracts.
  const delta = lax.reduceSum(lax.mul(f32(ct), f32(r.out)), [4]);
  if (bounds.length > unrolledBlocks) return backwardLoop(r, ct, delta, scale, block);
  const dqs: Tensor[] = [];
  const dks: (Tensor | undefined)[] = bounds.map(() => undefined);
  const dvs: (Tensor | undefined)[] = bounds.map(() => undefined);
  const plus = (a: Tensor | undefined, b: Tensor) => (a === undefined ? b : lax.add(a, b));
  for (const qs of bounds) {
    const of = (x: Tensor) => rows(x, qs, 3);
    let dq: Tensor | undefined;
    bounds.forEach((ks, j) => {
      if (ks.start > qs.start) return;
      const d = backBlock(of(q), of(ct), of(r.lse), of(delta), k, v, seg, scale, qs, ks);
      dq = plus(dq, d.dq);
      dks[j] = plus(dks[j], d.dk);
      dvs[j] = plus(dvs[j], d.dv);
    });
    dqs.push(dq!);
  }
  const join = (parts: readonly (Tensor | undefined)[], axis: number, like: Tensor) =>
    lax.convertElementType(lax.concatenate(parts as Tensor[], axis), like.dtype);
  return [join(dqs, 3, q), join(dks, 2, k), join(dvs, 2, v)];
}

function backwardLoop(
  r: Residuals,
  ct0: Tensor,
  delta0: Tensor,
  scale: number,
  block: number,
): [Tensor, Tensor, Tensor] {
  const time = r.q.shape[3]!;
  const [q, k, v, seg, lse, ct, delta] = whole(time, block, [
    { x: r.q, axis: 3, fill: 0 },
    { x: r.k, axis: 2, fill: 0 },
    { x: r.v, axis: 2, fill: 0 },
    { x: r.seg, axis: 1, fill: -1 },
    { x: r.lse, axis: 3, fill: 0 },
    { x: ct0, axis: 3, fill: 0 },
    { x: delta0, axis: 3, fill: 0 },
  ]) as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
  type Sums = { dk: Tensor; dv: Tensor };
  type Inner = Sums & { dq: Tensor };
  interface Slice {
    q: Tensor;
    ct: Tensor;
    lse: Tensor;
    delta: Tensor;
  }
  const zeros = (x: Tensor) => lax.full(x.shape, 0, "float32");
  const slices: Slice = {
    q: split(q, 3, block),
    ct: split(ct, 3, block),
    lse: split(lse, 3, block),
    delta: split(delta, 3, block),
  };
  const addAt = (sum: Tensor, x: Tensor, start: Tensor) =>
    lax.dynamicUpdateSliceInDim(sum, lax.add(lax.dynamicSliceInDim(sum, start, block, 2), x), start, 2);
  const [{ sums }, dq] = scan(
    (c: { i: Tensor; sums: Sums }, x: Slice): [{ i: Tensor; sums: Sums }, Tensor] => {
      const qs = { start: lax.mul(c.i, block), size: block };
      const inner = foriLoop(
        0n,
        lax.add(c.i, 1),
        (j: Tensor, s: Inner): Inner => {
          const ks = { start: lax.mul(j, block), size: block };
          const d = backBlock(x.q, x.ct, x.lse, x.delta, k, v, seg, scale, qs, ks);
          return { dq: lax.add(s.dq, d.dq), dk: addAt(s.dk, d.dk, ks.start), dv: addAt(s.dv, d.dv, ks.start) };
        },
        { ...c.sums, dq: zeros(x.q) },
      ) as Inner;
      return [{ i: lax.add(c.i, 1), sums: { dk: inner.dk, dv: inner.dv } }, inner.dq];
    },
    { i: lax.full([], 0, "int32"), sums: { dk: zeros(k), dv: zeros(v) } },
    slices,
  ) as [{ sums: Sums }, Tensor];
  const cut = (x: Tensor, axis: number, like: Tensor) =>
    lax.convertElementType(lax.sliceInDim(x, 0, time, { axis }), like.dtype);
  return [cut(unsplit(dq, 3), 3, q), cut(sums.dk, 2, k), cut(sums.dv, 2, v)];
}
