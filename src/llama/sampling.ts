// Choosing the next token: penalties and filters in the order of Hugging Face's generate.
import * as lax from "../lib/lax.ts";
import * as nn from "../lib/nn.ts";
import * as np from "../lib/np.ts";
import * as random from "../lib/random.ts";
import type { Tensor } from "../lib/tensor.ts";

export interface SamplingOptions {
  /** 0, the default, is greedy. */
  readonly temperature?: number;
  /** Only the k likeliest tokens; 0 is all. */
  readonly topK?: number;
  /** The smallest set of likeliest tokens whose probability reaches this; 1 is all. */
  readonly topP?: number;
  /** Divides the scores of tokens already seen (multiplies negative ones). Keskar et al., CTRL, 2019. */
  readonly repetitionPenalty?: number;
}

const excluded = Number.NEGATIVE_INFINITY;

/** Next tokens int32 [batch] from logits [batch, vocab]; `seen`: bool [batch, vocab]. */
export function sampleToken(logits: Tensor, seen: Tensor, key: Tensor, options: SamplingOptions): Tensor {
  const { temperature = 0, topK = 0, topP = 1, repetitionPenalty = 1 } = options;
  const penalised = repetitionPenalty === 1 ? logits : penalise(logits, seen, repetitionPenalty);
  if (temperature === 0) return np.argmax(penalised, { axis: -1 });
  return lax.convertElementType(random.categorical(key, filtered(penalised, temperature, topK, topP)), "int32");
}

function penalise(logits: Tensor, seen: Tensor, penalty: number): Tensor {
  const lowered = np.where(np.less(logits, 0), np.mul(logits, penalty), np.div(logits, penalty));
  return np.where(seen, lowered, logits);
}

/** Scores with the unlikely tokens at −∞. */
export function filtered(logits: Tensor, temperature: number, topK: number, topP: number): Tensor {
  let scores = np.div(logits, temperature);
  const vocab = logits.shape[1]!;
  if (topK > 0 && topK < vocab) {
    const [best] = lax.topK(scores, topK);
    const least = lax.sliceInDim(best, topK - 1, topK, { axis: 1 });
    scores = np.where(np.less(scores, least), excluded, scores);
  }
  if (topP < 1) {
    const descending = np.neg(np.sort(np.neg(scores), { axis: -1 }));
    const probabilities = nn.softmax(descending, { axis: -1 });
    // A token stays while the probability before it is below topP; the likeliest always stays.
    const before = np.sub(np.cumsum(probabilities, { axis: -1 }), probabilities);
    const kept = np.where(np.less(before, topP), descending, Number.POSITIVE_INFINITY);
    scores = np.where(np.less(scores, np.min(kept, { axis: -1, keepdims: true })), excluded, scores);
  }
  return scores;
}
