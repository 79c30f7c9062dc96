// Attention that never forms the whole score matrix: blocks of keys with a running softmax, and its own derivative.
import { customVjp } from "../lib/custom.ts";
import * as lax from "../lib/lax.ts";
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

/** Bounds of blocks of about `block` positions. */
function blocks(time: number, block: number): [number, number][] {
  const n = Math.ceil(time / block);
  const size = Math.ceil(time / n);
  return Array.from({ length: n }, (_, i) => [i * size, Math.min(time, (i + 1) * size)]);
}

const rows = (x: Tensor, from: number, to: number, axis: number): Tensor =>
  from === 0 && to === x.shape[axis] ? x : lax.sliceInDim(x, from, to, { axis });

/** Scaled scores [b, kv, g, query, key] in f32, masked. */
function scores(
  q: Tensor,
  k: Tensor,
  seg: Tensor,
  scale: number,
  qs: readonly number[],
  ks: readonly number[],
): Tensor {
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
  const allowed = visible(seg, qs, ks);
  const wide = lax.broadcastInDim(allowed, s.shape, [0, 3, 4]);
  return lax.select(wide, lax.mul(s, scale), lax.fullLike(s, masked));
}

/** bool [batch, query, key] */
function visible(seg: Tensor, [q0, q1]: readonly number[], [k0, k1]: readonly number[]): Tensor {
  const [batch] = seg.shape;
  const shape = [batch!, q1! - q0!, k1! - k0!];
  const same = lax.eq(
    lax.broadcastInDim(rows(seg, q0!, q1!, 1), shape, [0, 1]),
    lax.broadcastInDim(rows(seg, k0!, k1!, 1), shape, [0, 2]),
  );
  if (k1! - 1 <= q0!) return same;
  const at = (dim: number, from: number) => lax.add(lax.broadcastedIota("int32", shape, dim), from);
  return lax.bitwiseAnd(same, lax.ge(at(1, q0!), at(2, k0!)));
}

const over = (row: Tensor, like: Tensor): Tensor => lax.broadcastInDim(row, like.shape, [0, 1, 2, 3]);

function forward(q: Tensor, k: Tensor, v: Tensor, seg: Tensor, scale: number, block: number): [Tensor, Tensor] {
  const bounds = blocks(q.shape[3]!, block);
  const outs: Tensor[] = [];
  const lses: Tensor[] = [];
  for (const qs of bounds) {
    const qb = rows(q, qs[0], qs[1], 3);
    let running: { max: Tensor; sum: Tensor; acc: Tensor } | undefined;
    for (const ks of bounds) {
      if (ks[0] >= qs[1]) break;
      const s = scores(qb, rows(k, ks[0], ks[1], 2), seg, scale, qs, ks);
      const rowMax = lax.reduceMax(s, [4]);
      const max = running ? lax.max(running.max, rowMax) : rowMax;
      const p = lax.exp(lax.sub(s, over(max, s)));
      const vb = rows(v, ks[0], ks[1], 2);
      const pv = product(lax.convertElementType(p, v.dtype), vb, "float32");
      const sum = lax.reduceSum(p, [4]);
      if (running === undefined) running = { max, sum, acc: pv };
      else {
        const shrink = lax.exp(lax.sub(running.max, max));
        running = {
          max,
          sum: lax.add(lax.mul(running.sum, shrink), sum),
          acc: lax.add(lax.mul(running.acc, over(shrink, pv)), pv),
        };
      }
    }
    const { max, sum, acc } = running!;
    outs.push(lax.convertElementType(lax.div(acc, over(sum, acc)), q.dtype));
    lses.push(lax.add(max, lax.log(sum)));
  }
  return [lax.concatenate(outs, 3), lax.concatenate(lses, 3)];
}

/** [b, kv, g, query, key] · [b, kv, key, d] */
const product = (p: Tensor, v: Tensor, dtype: Tensor["dtype"]): Tensor =>
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
    { preferredElementType: dtype },
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

function backward(r: Residuals, ct: Tensor, scale: number, block: number): [Tensor, Tensor, Tensor] {
  const { q, k, v, seg } = r;
  const bounds = blocks(q.shape[3]!, block);
  const f32 = (x: Tensor) => lax.convertElementType(x, "float32");
  // Row sums of ct · out are what the softmax's derivative subtracts.
  const delta = lax.reduceSum(lax.mul(f32(ct), f32(r.out)), [4]);
  const dqs: Tensor[] = [];
  const dks: (Tensor | undefined)[] = bounds.map(() => undefined);
  const dvs: (Tensor | undefined)[] = bounds.map(() => undefined);
  const plus = (a: Tensor | undefined, b: Tensor) => (a === undefined ? b : lax.add(a, b));
  bounds.forEach((qs) => {
    const qb = rows(q, qs[0], qs[1], 3);
    const ctb = rows(ct, qs[0], qs[1], 3);
    let dq: Tensor | undefined;
    bounds.forEach((ks, j) => {
      if (ks[0] >= qs[1]) return;
      const kb = rows(k, ks[0], ks[1], 2);
      const vb = rows(v, ks[0], ks[1], 2);
      const s = scores(qb, kb, seg, scale, qs, ks);
      const p = lax.exp(lax.sub(s, over(rows(r.lse, qs[0], qs[1], 3), s)));
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
      const centred = lax.sub(dp, over(rows(delta, qs[0], qs[1], 3), dp));
      const ds = lax.convertElementType(lax.mul(lax.mul(p, centred), scale), q.dtype);
      dvs[j] = plus(dvs[j], productOverQueries(lax.convertElementType(p, v.dtype), ctb));
      dks[j] = plus(dks[j], productOverQueries(ds, qb));
      dq = plus(dq, product(ds, kb, "float32"));
    });
    dqs.push(dq!);
  });
  const join = (parts: readonly (Tensor | undefined)[], axis: number, like: Tensor) =>
    lax.convertElementType(lax.concatenate(parts as Tensor[], axis), like.dtype);
  return [join(dqs, 3, q), join(dks, 2, k), join(dvs, 2, v)];
}
