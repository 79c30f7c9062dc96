// Blockwise attention against plain attention: values, derivatives, written out and looped, with segments.

import { grad, jit, lax, nn, np, random, type Tensor } from "jorts";
import { describe, expect, it } from "vitest";
import { attention } from "../../src/llama/attention.ts";

function plain(q: Tensor, k: Tensor, v: Tensor, seg: Tensor, scale: number): Tensor {
  const time = q.shape[3]!;
  const s = lax.mul(
    lax.dotGeneral(q, k, [
      [[4], [3]],
      [
        [0, 1],
        [0, 1],
      ],
    ]),
    scale,
  );
  const same = np.equal(np.expandDims(seg, 2), np.expandDims(seg, 1));
  const allowed = np.logicalAnd(same, np.tril(np.ones([time, time], { dtype: "bool" })));
  const masked = np.where(np.expandDims(allowed, [1, 2]), s, -1e30);
  return lax.dotGeneral(nn.softmax(masked, { axis: -1 }), v, [
    [[4], [2]],
    [
      [0, 1],
      [0, 1],
    ],
  ]);
}

function inputs(time: number) {
  const [batch, kv, groups, depth] = [2, 2, 3, 8];
  const keys = Array.from({ length: 4 }, (_, i) => random.key(i));
  return {
    q: random.normal(keys[0]!, [batch, kv, groups, time, depth]),
    k: random.normal(keys[1]!, [batch, kv, time, depth]),
    v: random.normal(keys[2]!, [batch, kv, time, depth]),
    w: random.normal(keys[3]!, [batch, kv, groups, time, depth]),
    seg: np.array(
      Int32Array.from({ length: batch * time }, (_, i) => (i % time < time * 0.4 ? 1 : i % time < time * 0.9 ? 2 : 0)),
      { shape: [batch, time] },
    ),
  };
}

const difference = (a: Tensor, b: Tensor): number => Number(np.max(np.abs(np.sub(a, b))).item());

describe("attention", () => {
  for (const [time, block] of [
    [20, 64],
    [37, 16],
    [100, 16],
    [96, 16],
  ] as const)
    it(`agrees with plain attention: ${time} positions in blocks of ${block}`, () => {
      const { q, k, v, w, seg } = inputs(time);
      const ours = (q: Tensor, k: Tensor, v: Tensor) => attention({ q, k, v, segmentIds: seg }, 0.35, block);
      const theirs = (q: Tensor, k: Tensor, v: Tensor) => plain(q, k, v, seg, 0.35);
      expect(difference(jit(ours)(q, k, v), jit(theirs)(q, k, v))).toBeLessThan(2e-6);
      const loss = (f: typeof ours) => (q: Tensor, k: Tensor, v: Tensor) => np.sum(np.mul(f(q, k, v), w));
      const mine = jit(grad(loss(ours), { argnums: [0, 1, 2] }))(q, k, v) as readonly Tensor[];
      const other = jit(grad(loss(theirs), { argnums: [0, 1, 2] }))(q, k, v) as readonly Tensor[];
      mine.forEach((g, i) => {
        expect(difference(g, other[i]!)).toBeLessThan(1e-5);
      });
    });
});
