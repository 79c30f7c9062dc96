// Cross-entropy over chunks of the vocabulary with a running softmax: a narrow head is widened a chunk at a time.
import * as lax from "../lib/lax.ts";
import { foriLoop } from "../lib/loops.ts";
import type { Tensor } from "../lib/tensor.ts";
import { type Head, ignoredLabel, type RowLoss } from "./cross-entropy.ts";
import { dense, place } from "./model.ts";
import { joinPieces, locate, lossOf } from "./row-softmax.ts";
import { tensorSize } from "./weights.ts";

/** Bytes that the logits of these rows over one chunk of the vocabulary may take by default. */
const defaultBytes = 8 * 2 ** 20;

/** Over the chunks seen, [shards, n, pieces]: as a softmax; the target's logit; Σ exp(logit − max) · head, pieces first. */
interface Running {
  readonly max: Tensor;
  readonly sums: Tensor;
  readonly picked: Tensor;
  readonly mixed: Tensor;
}

/**
 * The loss over chunks of the vocabulary with a running softmax. Its derivative by a row is attention with the head as
 * keys and values, softmax(row · headᵀ) · head, less the target's own row: it needs each logit once. That difference
 * cancels where the model is sure, so the rows must be f32.
 */
export const vocabularyRowLoss =
  (chunkBytes = defaultBytes): RowLoss =>
  (rows, head, targets, withGradient) => {
    const pieces = head.mesh === undefined ? 1 : tensorSize(head.mesh);
    const [shards, n, hidden] = rows.shape as [number, number, number];
    const split = splitHead(head, pieces);
    const { size } = split;
    const limit = Math.max(1, Math.floor(chunkBytes / (4 * n)));
    const chunk = Math.ceil(size / Math.ceil(size / limit));
    const { holds, at } = locate(targets, pieces, size);
    const see = (start: number | Tensor, length: number, r: Running): Running => {
      const w = dense(split.rows(start, length), rows.dtype);
      const logits = place(lax.dotGeneral(rows, w, split.logits, f32), head.mesh, "data", null, "tensor", null);
      const over = (x: Tensor) => lax.broadcastInDim(x, logits.shape, [0, 1, 2]);
      const max = lax.max(r.max, lax.reduceMax(logits, [3]));
      const exps = lax.exp(lax.sub(logits, over(max)));
      const token = lax.add(lax.broadcastedIota("int32", logits.shape, 3), start);
      const own = lax.select(lax.eq(token, over(at)), logits, lax.fullLike(logits, 0));
      const shrink = lax.exp(lax.sub(r.max, max));
      const mixed = () => {
        const more = lax.dotGeneral(lax.convertElementType(exps, w.dtype), w, split.mixed, f32);
        return lax.add(lax.mul(r.mixed, acrossHidden(shrink, more.shape)), more);
      };
      return {
        max,
        sums: lax.add(lax.mul(r.sums, shrink), lax.reduceSum(exps, [3])),
        picked: lax.add(r.picked, lax.reduceSum(own, [3])),
        mixed: withGradient ? mixed() : r.mixed,
      };
    };
    const stat = (value: number) => lax.full([shards, n, pieces], value, "float32");
    const nothing = {
      max: stat(-Infinity),
      sums: stat(0),
      picked: stat(0),
      mixed: lax.full(withGradient ? [pieces, shards, n, hidden] : [], 0, "float32"),
    };
    const loops = Math.floor(size / chunk);
    const looped = foriLoop(0, loops, (i: Tensor, r: Running) => see(lax.mul(i, chunk), chunk, r), nothing) as Running;
    const running = loops * chunk === size ? looped : see(loops * chunk, size - loops * chunk, looped);
    const picked = lax.select(holds, lax.sub(running.picked, running.max), stat(0));
    const whole = joinPieces({ ...running, picked }, targets, size, head.mesh);
    const counted = lax.ne(targets, ignoredLabel);
    const sum = lossOf(whole, counted);
    if (!withGradient) return [sum, null];
    const share = lax.div(whole.shrink, lax.broadcastInDim(whole.sums, whole.shrink.shape, [0, 1]));
    const mean = lax.mul(running.mixed, acrossHidden(share, running.mixed.shape));
    const here = acrossHidden(holds, mean.shape);
    const target = lax.convertElementType(split.target(lax.clamp(0, at, size - 1)), "float32");
    const each = lax.sub(mean, lax.select(here, target, lax.fullLike(target, 0)));
    const gradient = lax.reduceSum(each, [0]);
    const kept = lax.select(lax.broadcastInDim(counted, gradient.shape, [0, 1]), gradient, lax.fullLike(gradient, 0));
    return [sum, place(lax.convertElementType(kept, rows.dtype), head.mesh, "data", null, null)];
  };

const f32 = { preferredElementType: "float32" } as const;

/** [shards, n, pieces] as [pieces, shards, n, hidden] */
const acrossHidden = (x: Tensor, shape: readonly number[]): Tensor =>
  lax.broadcastInDim(lax.transpose(x, [2, 0, 1]), shape, [0, 1, 2]);

/** The head in `pieces` of `size` tokens, and how to take from it. */
interface SplitHead {
  readonly size: number;
  /** Tokens `start` … of each piece, still narrow. */
  rows(start: number | Tensor, length: number): Tensor;
  /** Rows of the head [pieces, shards, n, hidden] at places [shards, n, pieces]. */
  target(at: Tensor): Tensor;
  /** Dimension numbers of rows [shards, n, hidden] · chunk → [shards, n, pieces, length]. */
  readonly logits: lax.DotDimensionNumbers;
  /** Of exps [shards, n, pieces, length] · chunk → [pieces, shards, n, hidden]. */
  readonly mixed: lax.DotDimensionNumbers;
}

function splitHead({ weight, tied, mesh }: Head, pieces: number): SplitHead {
  const axes = tied ? { piece: 0, token: 1, hidden: 2 } : { hidden: 0, piece: 1, token: 2 };
  const [vocab, hidden] = (tied ? weight.shape : [...weight.shape].reverse()) as [number, number];
  const size = vocab / pieces;
  const shape = tied ? [pieces, size, hidden] : [hidden, pieces, size];
  const split = place(lax.reshape(weight, shape), mesh, ...(tied ? ["tensor", null, null] : [null, "tensor", null]));
  const sliced = shape.map((_, d) => (d === axes.hidden ? hidden : 1));
  return {
    size,
    rows: (start, length) =>
      typeof start === "number"
        ? lax.sliceInDim(split, start, start + length, { axis: axes.token })
        : lax.dynamicSliceInDim(split, start, length, axes.token),
    target: (at) => {
      const indices = lax.expandDims(lax.transpose(at, [2, 0, 1]), [3]);
      const dims = {
        offsetDims: [3],
        collapsedSliceDims: [axes.token],
        startIndexMap: [axes.token],
        operandBatchingDims: [axes.piece],
        startIndicesBatchingDims: [0],
      };
      return lax.gather(split, indices, dims, sliced, { mode: "promiseInBounds" });
    },
    logits: [
      [[2], [axes.hidden]],
      [[], []],
    ],
    mixed: [
      [[3], [axes.token]],
      [[2], [axes.piece]],
    ],
  };
}
