// Cross-entropy of rows with the vocabulary projection, in chunks of rows: whole logits never exist.
import { customVjp } from "../lib/custom.ts";
import * as lax from "../lib/lax.ts";
import { scan } from "../lib/loops.ts";
import type { Mesh } from "../lib/mesh.ts";
import type { Tensor } from "../lib/tensor.ts";
import { place } from "./model.ts";
import { joinPieces, lossOf } from "./row-softmax.ts";
import { tensorSize } from "./weights.ts";

/** Labels of this value are not supervised. */
export const ignoredLabel = -100;

export interface Head {
  /** [vocab, hidden] where it is a tied embedding, else [hidden, vocab]. */
  readonly weight: Tensor;
  readonly tied: boolean;
  readonly mesh: Mesh | undefined;
}

/** The loss of rows [shards, n, hidden] with targets [shards, n], and if asked its derivative by the rows. */
export type RowLoss = (rows: Tensor, head: Head, targets: Tensor, withGradient: boolean) => [Tensor, Tensor | null];

/**
 * Σ over rows [shards, n, hidden] of −log softmax(row · head)[target], `chunk` rows at a time. Its derivative by the
 * rows is made in the forward pass, chunk by chunk, so that the logits are computed once. The head is frozen.
 */
export function frozenHeadLoss(rowLoss: RowLoss, chunk: number, { tied, mesh }: Omit<Head, "weight">) {
  const f = customVjp(
    (rows: Tensor, weight: Tensor, targets: Tensor) =>
      inRowChunks(rowLoss, chunk, rows, { weight, tied, mesh }, targets, false)[0],
  );
  f.defvjp(
    (rows: Tensor, weight: Tensor, targets: Tensor) => {
      const [sum, gradient] = inRowChunks(rowLoss, chunk, rows, { weight, tied, mesh }, targets, true);
      return [sum, gradient!];
    },
    (gradient: Tensor, ct: Tensor) => [
      lax.mul(gradient, lax.broadcastInDim(lax.convertElementType(ct, gradient.dtype), gradient.shape, [])),
      null,
      null,
    ],
  );
  return f as unknown as (rows: Tensor, weight: Tensor, targets: Tensor) => Tensor;
}

/** `rowLoss` of `chunk` rows at a time; the last chunk is filled up with rows that do not count. */
export function inRowChunks(
  rowLoss: RowLoss,
  chunk: number,
  rows: Tensor,
  head: Head,
  targets: Tensor,
  withGradient: boolean,
): [Tensor, Tensor | null] {
  const [shards, n, hidden] = rows.shape as [number, number, number];
  const chunks = Math.ceil(n / chunk);
  if (chunks === 1) return rowLoss(rows, head, targets, withGradient);
  const byChunk = (x: Tensor, fill: number) => {
    const rest = x.shape.slice(2);
    const tail = rest.map((): [number, number, number] => [0, 0, 0]);
    const padded = chunks * chunk === n ? x : lax.pad(x, fill, [[0, 0, 0], [0, chunks * chunk - n, 0], ...tail]);
    const cut = lax.reshape(padded, [shards, chunks, chunk, ...rest]);
    return lax.transpose(cut, [1, 0, 2, ...rest.map((_, i) => i + 3)]);
  };
  const [sum, gradients] = scan(
    (total: Tensor, x: { rows: Tensor; targets: Tensor }): [Tensor, Tensor | null] => {
      const [s, gradient] = rowLoss(x.rows, head, x.targets, withGradient);
      return [lax.add(total, s), gradient];
    },
    lax.full([], 0, "float32"),
    { rows: byChunk(rows, 0), targets: byChunk(targets, ignoredLabel) },
  );
  if (gradients === null) return [sum, null];
  const joined = lax.reshape(lax.transpose(gradients as Tensor, [1, 0, 2, 3]), [shards, chunks * chunk, hidden]);
  return [sum, chunks * chunk === n ? joined : lax.sliceInDim(joined, 0, n, { axis: 1 })];
}

/** The loss with the logits of these rows over the whole vocabulary; the head's dtype is the rows'. */
export const wholeRowLoss: RowLoss = (rows, { weight, tied, mesh }, targets, withGradient) => {
  const over = (dimension: number, of: number) =>
    [
      [[of], [dimension]],
      [[], []],
    ] as const;
  const contract = tied ? 1 : 0;
  const product = lax.dotGeneral(rows, weight, over(contract, 2), { preferredElementType: "float32" });
  const logits = place(product, mesh, "data", null, "tensor");
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
  const sum = lossOf(whole, counted);
  if (!withGradient) return [sum, null];
  const weights = lax.convertElementType(counted, "float32");
  const share = lax.div(weights, whole.sums);
  const factor =
    whole.shrink === null ? share : lax.mul(whole.shrink, lax.broadcastInDim(share, whole.shrink.shape, [0, 1]));
  const probabilities = lax.mul(exps, along(factor));
  const minus = lax.select(isTarget, overRows(weights), lax.fullLike(probabilities, 0));
  const dLogits = lax.reshape(lax.convertElementType(lax.sub(probabilities, minus), rows.dtype), logits.shape);
  return [sum, place(lax.dotGeneral(dLogits, weight, over(1 - contract, 2)), mesh, "data", null, null)];
};

/** The token of each element of logits [shards, n, vocab] or [shards, n, pieces, vocab / pieces]: int32, as `logits`. */
function tokenIds({ shape }: Tensor, pieces: number): Tensor {
  const last = shape.length - 1;
  const inside = lax.broadcastedIota("int32", shape, last);
  return pieces === 1 ? inside : lax.add(lax.mul(lax.broadcastedIota("int32", shape, 2), shape[last]!), inside);
}
