// Attention that never forms the whole score matrix: blocks of keys with a running softmax, and its own derivative.
import { customVjp } from "../lib/custom.ts";
import * as lax from "../lib/lax.ts";
import type { Tensor } from "../lib/tensor.ts";
import { backBlock, finish, seeBlock } from "./attention-block.ts";
import { backwardLoop, forwardLoop } from "./attention-loop.ts";

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

/** softmax(q·kᵀ·scale + mask)·v for causal attention within segments; result as `q`. Dao et al., FlashAttention, 2022. */
export function attention({ q, k, v, segmentIds }: AttentionInputs, scale: number, block = defaultBlock): Tensor {
  const size = Math.min(block, q.shape[3]!);
  return rule(scale, size, size === q.shape[3])(q, k, v, segmentIds);
}

type Rule = (q: Tensor, k: Tensor, v: Tensor, seg: Tensor) => Tensor;
const rules = new Map<string, Rule>();

/** One function for each setting, so that equal calls trace once. */
function rule(scale: number, block: number, single: boolean): Rule {
  const key = `${scale} ${block} ${single}`;
  const known = rules.get(key);
  if (known !== undefined) return known;
  const made = single ? oneBlock(scale) : manyBlocks(scale, block);
  rules.set(key, made);
  return made;
}

/** The scores fit whole; the derivative needs only the inputs and the rows' log Σ exp. */
function oneBlock(scale: number): Rule {
  const inputs = (q: Tensor, k: Tensor, v: Tensor, seg: Tensor) => {
    const all = { start: 0, size: q.shape[3]! };
    return { q, k, v, seg, scale, queries: all, keys: all };
  };
  const forward = (q: Tensor, k: Tensor, v: Tensor, seg: Tensor) => finish(seeBlock(inputs(q, k, v, seg)), q.dtype);
  const f = customVjp((...args: Parameters<Rule>) => forward(...args)[0]);
  f.defvjp(
    (q: Tensor, k: Tensor, v: Tensor, seg: Tensor) => {
      const [out, lse] = forward(q, k, v, seg);
      return [out, { q, k, v, seg, lse }];
    },
    ({ q, k, v, seg, lse }: Record<"q" | "k" | "v" | "seg" | "lse", Tensor>, ct: Tensor) => {
      const { dq, dk, dv } = backBlock(inputs(q, k, v, seg), ct, lse);
      return [as(dq, q), as(dk, k), as(dv, v), null];
    },
  );
  return f as unknown as Rule;
}

const as = (x: Tensor, like: Tensor) => lax.convertElementType(x, like.dtype);

function manyBlocks(scale: number, block: number): Rule {
  const f = customVjp((q: Tensor, k: Tensor, v: Tensor, seg: Tensor) => forwardLoop({ q, k, v, seg }, scale, block)[0]);
  f.defvjp(
    (q: Tensor, k: Tensor, v: Tensor, seg: Tensor) => {
      const [out, lse] = forwardLoop({ q, k, v, seg }, scale, block);
      return [out, { q, k, v, seg, out, lse }];
    },
    (residuals: Record<"q" | "k" | "v" | "seg" | "out" | "lse", Tensor>, ct: Tensor) => [
      ...backwardLoop(residuals, ct, scale, block),
      null,
    ],
  );
  return f as unknown as Rule;
}
