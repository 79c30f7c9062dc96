// Next-token cross-entropy over supervised positions, in chunks: whole logits never exist.
import { checkpoint } from "../lib/checkpoint.ts";
import * as lax from "../lib/lax.ts";
import type { Mesh } from "../lib/mesh.ts";
import { Tensor } from "../lib/tensor.ts";
import { frozen } from "../ops/frozen.ts";
import type { LlamaConfig } from "./config.ts";
import { frozenHeadLoss, ignoredLabel, inRowChunks, wholeRowLoss } from "./cross-entropy.ts";
import { dense, type ForwardOptions, hiddenStates, place } from "./model.ts";
import { vocabularyRowLoss } from "./vocabulary-chunks.ts";
import { dataSize, type LlamaParams } from "./weights.ts";

export interface LossOptions extends ForwardOptions {
  /** At most this many positions of a batch shard are supervised; all of them by default. The caller makes sure. */
  readonly maxSupervised?: number | undefined;
  /** Positions whose logits exist at a time. */
  readonly chunk?: number | undefined;
  /** Lets the head (or a tied embedding) be differentiated, at the price of computing the logits twice. */
  readonly trainHead?: boolean | undefined;
}

export { ignoredLabel };

/** Bytes that one chunk's logits may take by default. */
const chunkBytes = 64 * 2 ** 20;
/** Rows that see chunks of the vocabulary together: enough that widening a chunk costs little beside its products. */
const vocabularyRows = 2048;

/**
 * Sum of the losses of supervised positions, and their number, both f32. `labels`: int32 [batch, time], the token at
 * each position or −100; position t predicts label t + 1, as in Hugging Face.
 */
export function lossSum(
  params: LlamaParams,
  ids: Tensor,
  labels: Tensor,
  config: LlamaConfig,
  options: LossOptions = {},
): [sum: Tensor, count: Tensor] {
  const h = hiddenStates(params, ids, config, options);
  return headLoss(params, h, shiftLabels(labels, options.segmentIds), config, options);
}

/** Mean loss over supervised positions. */
export function loss(
  params: LlamaParams,
  ids: Tensor,
  labels: Tensor,
  config: LlamaConfig,
  options: LossOptions = {},
): Tensor {
  const [sum, count] = lossSum(params, ids, labels, config, options);
  return lax.div(sum, count);
}

/** The label that each position predicts: the next one of its own segment; the last position predicts none. */
export function shiftLabels(labels: Tensor, segmentIds?: Tensor): Tensor {
  const [batch, time] = labels.shape as [number, number];
  const after = (x: Tensor) => lax.sliceInDim(x, 1, time, { axis: 1 });
  const before = (x: Tensor) => lax.sliceInDim(x, 0, time - 1, { axis: 1 });
  const next = after(labels);
  const same = segmentIds === undefined ? undefined : lax.eq(before(segmentIds), after(segmentIds));
  const own = same === undefined ? next : lax.select(same, next, lax.fullLike(next, ignoredLabel));
  return lax.concatenate([own, lax.full([batch, 1], ignoredLabel, "int32")], 1);
}

/** As `lossSum`, from final hidden states [batch, time, hidden] and targets [batch, time] that are already shifted. */
export function headLoss(
  params: LlamaParams,
  h: Tensor,
  targets: Tensor,
  config: LlamaConfig,
  options: LossOptions = {},
): [sum: Tensor, count: Tensor] {
  const { mesh } = options;
  const [batch, time, hidden] = h.shape as [number, number, number];
  const shards = mesh === undefined ? 1 : dataSize(mesh);
  const perShard = (batch / shards) * time;
  const size = Math.min(options.maxSupervised ?? perShard, perShard);
  const rows = place(lax.reshape(h, [shards, perShard, hidden]), mesh, "data", null, null);
  const flat = place(lax.reshape(targets, [shards, perShard]), mesh, "data", null);
  const [kept, keptTargets] = size === perShard ? [rows, flat] : compact(rows, flat, size, mesh);
  const limit = Math.max(1, Math.floor(chunkBytes / (4 * config.vocabSize * shards)));
  const tied = params.lmHead === undefined;
  const stored = params.lmHead ?? params.embed;
  const head = { tied, mesh };
  const rowsAtATime = (most: number) => Math.min(size, options.chunk ?? most);
  const widenAll = () => dense(stored, h.dtype);
  const whole = rowsAtATime(Math.max(1, 2 ** Math.floor(Math.log2(limit))));
  let sum: Tensor;
  if (options.trainHead)
    sum = checkpoint(
      (r: Tensor, weight: Tensor, t: Tensor) => inRowChunks(wholeRowLoss, whole, r, { ...head, weight }, t, false)[0],
    )(kept, widenAll(), keptTargets);
  else if (stored instanceof Tensor && h.dtype === "float32")
    sum = frozenHeadLoss(vocabularyRowLoss(), rowsAtATime(vocabularyRows), head)(
      kept,
      frozen(stored, frozenHead),
      keptTargets,
    );
  else sum = frozenHeadLoss(wholeRowLoss, whole, head)(kept, frozen(widenAll(), frozenHead), keptTargets);
  const supervised = lax.convertElementType(lax.ne(flat, ignoredLabel), "float32");
  return [sum, lax.reduceSum(supervised, [0, 1])];
}

const frozenHead =
  "llama.loss: the vocabulary projection is frozen, so its derivative is not computed. Pass trainHead: true to train it.";

/** `size` rows of each shard [shards, n, hidden], those with a target first, and their targets. */
function compact(rows: Tensor, targets: Tensor, size: number, mesh: Mesh | undefined): [Tensor, Tensor] {
  const [shards, n, hidden] = rows.shape as [number, number, number];
  const unsupervised = lax.convertElementType(lax.eq(targets, ignoredLabel), "int32");
  const [, order] = lax.sortKeyVal(unsupervised, lax.broadcastedIota("int32", [shards, n], 1), { dimension: 1 });
  const chosen = lax.expandDims(lax.sliceInDim(order, 0, size, { axis: 1 }), [2]);
  const dims = { startIndexMap: [1], operandBatchingDims: [0], startIndicesBatchingDims: [0], collapsedSliceDims: [1] };
  const options = { mode: "promiseInBounds", uniqueIndices: true } as const;
  const kept = lax.gather(rows, chosen, { ...dims, offsetDims: [2] }, [1, 1, hidden], options);
  return [
    place(kept, mesh, "data", null, null),
    lax.gather(targets, chosen, { ...dims, offsetDims: [] }, [1, 1], options),
  ];
}
