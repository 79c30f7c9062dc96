// Choosing the next token: penalties and filters in the order of Hugging Face's generate.
import { JortsError } from "../core/errors.ts";
import * as lax from "../lib/lax.ts";
import * as nn from "../lib/nn.ts";
import * as np from "../lib/np.ts";
import * as random from "../lib/random.ts";
import type { Tensor } from "../lib/tensor.ts";

/** A prompt or an option of `generate` that makes no sense. */
export class GenerationError extends JortsError {}

export interface SamplingOptions {
  /** 0, the default, is greedy. */
  readonly temperature?: number;
  /** Only the k likeliest tokens; 0, the default, is all. Not used by greedy choice. */
  readonly topK?: number;
  /** The smallest set of likeliest tokens whose probability reaches this; 1, the default, is all. */
  readonly topP?: number;
  /** Divides the scores of tokens already seen (multiplies negative ones); 1 by default. Keskar et al., CTRL, 2019. */
  readonly repetitionPenalty?: number;
}

/** What of the options makes a program of its own. */
export interface SamplingPlan {
  readonly greedy: boolean;
  readonly topK: number;
  readonly nucleus: boolean;
  readonly penalised: boolean;
}

/** What a program is called with. */
export interface SamplingValues {
  readonly temperature: number | Tensor;
  readonly topP: number | Tensor;
  readonly repetitionPenalty: number | Tensor;
}

/** @throws GenerationError naming the option */
export function planSampling(options: SamplingOptions): [SamplingPlan, SamplingValues] {
  const { temperature = 0, topK = 0, topP = 1, repetitionPenalty = 1 } = options;
  const demand = (ok: boolean, name: string, value: number, expected: string) => {
    if (!ok) throw new GenerationError(`llama.generate: ${name} is ${value}, expected ${expected}.`);
  };
  demand(
    temperature >= 0 && Number.isFinite(temperature),
    "temperature",
    temperature,
    "0 (greedy) or a positive number",
  );
  demand(topK >= 0 && Number.isInteger(topK), "topK", topK, "0 (all tokens) or a positive whole number");
  demand(topP > 0 && topP <= 1, "topP", topP, "a number above 0 and up to 1");
  const penalty = repetitionPenalty;
  demand(penalty > 0 && Number.isFinite(penalty), "repetitionPenalty", penalty, "a positive number");
  const greedy = temperature === 0;
  return [
    { greedy, topK: greedy ? 0 : topK, nucleus: !greedy && topP < 1, penalised: penalty !== 1 },
    { temperature, topP, repetitionPenalty },
  ];
}

const excluded = Number.NEGATIVE_INFINITY;

/**
 * Next tokens int32 [batch] from logits [batch, vocab]. `seen`: bool [batch, vocab], needed for a penalty; `key`:
 * uint32[2], needed unless greedy.
 */
export function sampleToken(
  logits: Tensor,
  seen: Tensor | null,
  key: Tensor | null,
  plan: SamplingPlan,
  values: SamplingValues,
): Tensor {
  const penalised = plan.penalised ? penalise(logits, seen!, values.repetitionPenalty) : logits;
  if (plan.greedy) return lax.convertElementType(np.argmax(penalised, { axis: -1 }), "int32");
  const scores = filtered(penalised, values.temperature, plan.topK, plan.nucleus ? values.topP : 1);
  return lax.convertElementType(random.categorical(key!, scores), "int32");
}

/** Scores of tokens in `seen` over the penalty, or times it where negative. */
export function penalise(logits: Tensor, seen: Tensor, penalty: number | Tensor): Tensor {
  const lowered = np.where(np.less(logits, 0), np.mul(logits, penalty), np.div(logits, penalty));
  return np.where(seen, lowered, logits);
}

/** Scores [batch, vocab] over the temperature, with the unlikely tokens at −∞. */
export function filtered(logits: Tensor, temperature: number | Tensor, topK: number, topP: number | Tensor): Tensor {
  let scores = np.div(logits, temperature);
  const vocab = logits.shape[1]!;
  if (topK > 0 && topK < vocab) {
    const [best] = lax.topK(scores, topK);
    const least = lax.sliceInDim(best, topK - 1, topK, { axis: 1 });
    scores = np.where(np.less(scores, least), excluded, scores);
  }
  if (topP !== 1) {
    const descending = np.neg(np.sort(np.neg(scores), { axis: -1 }));
    const probabilities = nn.softmax(descending, { axis: -1 });
    // A token stays while the probability before it is below topP; the likeliest always stays.
    const before = np.sub(np.cumsum(probabilities, { axis: -1 }), probabilities);
    const kept = np.where(np.less(before, topP), descending, Number.POSITIVE_INFINITY);
    scores = np.where(np.less(scores, np.min(kept, { axis: -1, keepdims: true })), excluded, scores);
  }
  return scores;
}
