// Next-token cross-entropy over supervised positions, in chunks: whole logits never exist.
import { checkpoint } from "../lib/checkpoint.ts";
import { customVjp } from "../lib/custom.ts";
import * as lax from "../lib/lax.ts";
import { scan } from "../lib/loops.ts";
import type { Mesh } from "../lib/mesh.ts";
import type { Tensor } from "../lib/tensor.ts";
import { frozen } from "../ops/frozen.ts";
import type { LlamaConfig } from "./config.ts";
import { dense, type ForwardOptions, hiddenStates, place } from "./model.ts";
import { dataSize, type LlamaParams, tensorSize } from "./weights.ts";

export interface LossOptions extends ForwardOptions {
  /** At most this many positions of a batch shard are supervised; all of them by default. The caller makes sure. */
  readonly maxSupervised?: number | undefined;
  /** Positions whose logits exist at a time. */
  readonly chunk?: number | undefined;
  /** Lets the head (or a tied embedding) be differentiated, at the price of computing the logits twice. */
  readonly trainHead?: boolean | undefined;
}

/** Labels of this value are not supervised. */
export const ignoredLabel = -100;

/** Bytes that one chunk's logits may take by default. */
const chunkBytes = 64 * 2 ** 20;

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
  const chunk = Math.min(size, options.chunk ?? Math.max(1, 2 ** Math.floor(Math.log2(limit))));
  const head = params.lmHead ?? params.embed;
  const tied = params.lmHead === undefined;
  const wide = dense(head, h.dtype);
  const sum = options.trainHead
    ? checkpoint((r: Tensor, w: Tensor, t: Tensor) => chunked(r, w, t, tied, chunk, mesh, false)[0])(
        kept,
        wide,
        keptTargets,
      )
    : crossEntropy(tied, chunk, mesh)(kept, frozen(wide, frozenHead), keptTargets);
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

type Rule = (rows: Tensor, head: Tensor, targets: Tensor) => Tensor;

/**
 * Σ over rows [shards, n, hidden] of −log softmax(row · head)[target]. Its derivative by the rows is made in the forward
 * pass, chunk by chunk, so that the logits are computed once. The head is frozen.
 */
function crossEntropy(tied: boolean, chunk: number, mesh: Mesh | undefined): Rule {
  const f = customVjp(
    (rows: Tensor, head: Tensor, targets: Tensor) => chunked(rows, head, targets, tied, chunk, mesh, false)[0],
  );
  f.defvjp(
    (rows: Tensor, head: Tensor, targets: Tensor) => {
      const [sum, gradient] = chunked(rows, head, targets, tied, chunk, mesh, true);
      return [sum, gradient!];
    },
    (gradient: Tensor, ct: Tensor) => [
      lax.mul(gradient, lax.broadcastInDim(lax.convertElementType(ct, gradient.dtype), gradient.shape, [])),
      null,
      null,
    ],
  );
  return f as unknown as Rule;
}

function chunked(
  rows: Tensor,
  head: Tensor,
  targets: Tensor,
  tied: boolean,
  chunk: number,
  mesh: Mesh | undefined,
  withGradient: boolean,
): [Tensor, Tensor | null] {
  const [shards, n, hidden] = rows.shape as [number, number, number];
  const chunks = Math.ceil(n / chunk);
  const padded = chunks * chunk;
  const padding = padded - n;
  const wide =
    padding === 0
      ? rows
      : lax.pad(rows, 0, [
          [0, 0, 0],
          [0, padding, 0],
          [0, 0, 0],
        ]);
  const wideTargets =
    padding === 0
      ? targets
      : lax.pad(targets, ignoredLabel, [
          [0, 0, 0],
          [0, padding, 0],
        ]);
  const one = (r: Tensor, t: Tensor) => chunkLoss(r, head, t, tied, mesh, withGradient);
  if (chunks === 1) {
    const [sum, gradient] = one(wide, wideTargets);
    return [sum, gradient];
  }
  const split = lax.transpose(lax.reshape(wide, [shards, chunks, chunk, hidden]), [1, 0, 2, 3]);
  const splitTargets = lax.transpose(lax.reshape(wideTargets, [shards, chunks, chunk]), [1, 0, 2]);
  const [sum, gradients] = scan(
    (total: Tensor, x: { r: Tensor; t: Tensor }): [Tensor, Tensor | null] => {
      const [s, g] = one(x.r, x.t);
      return [lax.add(total, s), g];
    },
    lax.full([], 0, "float32"),
    { r: split, t: splitTargets },
  );
  if (gradients === null) return [sum, null];
  const joined = lax.reshape(lax.transpose(gradients as Tensor, [1, 0, 2, 3]), [shards, padded, hidden]);
  return [sum, padding === 0 ? joined : lax.sliceInDim(joined, 0, n, { axis: 1 })];
}

/** Loss and, if asked, its derivative by the rows, for rows [shards, chunk, hidden]. */
function chunkLoss(
  rows: Tensor,
  head: Tensor,
  targets: Tensor,
  tied: boolean,
  mesh: Mesh | undefined,
  withGradient: boolean,
): [Tensor, Tensor | null] {
  const contract = tied ? 1 : 0;
  const logits = place(
    lax.dotGeneral(
      rows,
      head,
      [
        [[2], [contract]],
        [[], []],
      ],
      { preferredElementType: "float32" },
    ),
    mesh,
    "data",
    null,
    "tensor",
  );
  const pieces = mesh === undefined ? 1 : tensorSize(mesh);
  const [shards, n, vocab] = logits.shape as [number, number, number];
  const cut = pieces === 1 ? logits : lax.reshape(logits, [shards, n, pieces, vocab / pieces]);
  const last = cut.ndim - 1;
  const overRows = (x: Tensor) => lax.broadcastInDim(x, cut.shape, [0, 1]);
  const along = (x: Tensor) => lax.broadcastInDim(x, cut.shape, [0, 1, 2].slice(0, last));
  const max = lax.stopGradient(lax.reduceMax(cut, [last]));
  const shifted = lax.sub(cut, along(max));
  const exps = lax.exp(shifted);
  // The label is picked by comparison, not by gather: that stays local where the vocabulary is split.
  const isTarget = lax.eq(tokenIds(cut, pieces), overRows(targets));
  const picked = lax.reduceSum(lax.select(isTarget, shifted, lax.fullLike(shifted, 0)), [last]);
  const softmax = { max, sums: lax.reduceSum(exps, [last]), picked };
  const whole = pieces === 1 ? { ...softmax, shrink: null } : joinPieces(softmax, targets, vocab / pieces, mesh);
  const counted = lax.ne(targets, ignoredLabel);
  const each = lax.select(counted, lax.sub(lax.log(whole.sums), whole.picked), lax.fullLike(whole.sums, 0));
  const sum = lax.reduceSum(each, [0, 1]);
  if (!withGradient) return [sum, null];
  const weight = lax.convertElementType(counted, "float32");
  const share = lax.div(weight, whole.sums);
  const factor =
    whole.shrink === null ? share : lax.mul(whole.shrink, lax.broadcastInDim(share, whole.shrink.shape, [0, 1]));
  const probabilities = lax.mul(exps, along(factor));
  const minus = lax.select(isTarget, overRows(weight), lax.fullLike(probabilities, 0));
  const dLogits = lax.convertElementType(lax.sub(probabilities, minus), rows.dtype);
  const gradient = lax.dotGeneral(pieces === 1 ? dLogits : lax.reshape(dLogits, logits.shape), head, [
    [[2], [1 - contract]],
    [[], []],
  ]);
  return [sum, place(gradient, mesh, "data", null, null)];
}

/** The token of each element of logits [shards, n, vocab] or [shards, n, pieces, vocab / pieces]: int32, as `logits`. */
function tokenIds({ shape }: Tensor, pieces: number): Tensor {
  const last = shape.length - 1;
  const inside = lax.broadcastedIota("int32", shape, last);
  return pieces === 1 ? inside : lax.add(lax.mul(lax.broadcastedIota("int32", shape, 2), shape[last]!), inside);
}

/** What the softmax of a row needs to know: its maximum, Σ exp(logit − max), and the target's logit − max. */
interface RowSoftmax {
  readonly max: Tensor;
  readonly sums: Tensor;
  readonly picked: Tensor;
}

/**
 * The softmax of whole rows [shards, n] from that of pieces of the vocabulary [shards, n, pieces], one a device, which
 * travel together once. `shrink` [shards, n, pieces] is exp(piece's max − max).
 */
function joinPieces(
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
  const wide = (x: Tensor) => lax.broadcastInDim(x, maxima.shape, [0, 1]);
  const joined = lax.reduceMax(maxima, [2]);
  const below = lax.sub(maxima, wide(joined));
  const shrink = everywhere(lax.exp(below));
  const first = lax.mul(lax.broadcastedIota("int32", maxima.shape, 2), size);
  const offset = lax.sub(wide(targets), first);
  const holds = everywhere(lax.bitwiseAnd(lax.ge(offset, 0), lax.lt(offset, size)));
  return {
    max: joined,
    sums: lax.reduceSum(lax.mul(row(1), shrink), [2]),
    picked: lax.reduceSum(lax.select(holds, lax.add(row(2), below), lax.fullLike(below, 0)), [2]),
    shrink,
  };
}
