// Evaluation: the mean loss over held-out rows.
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Mesh } from "../../lib/mesh.ts";
import type { LoadedLlama } from "../../llama/load.ts";
import type { LoraParams } from "../../llama/lora.ts";
import type { BatchLoader } from "../data/loader.ts";
import type { JittedEvalStep } from "./assemble.ts";
import { disposeTree, placeBatch, scalar } from "./transfer.ts";

export interface Evaluator {
  readonly loader: BatchLoader;
  readonly evalStep: JittedEvalStep;
  readonly model: LoadedLlama;
  readonly mesh: Mesh | undefined;
  /** Asked before each batch. */
  readonly stopped: () => boolean;
}

export interface Evaluation {
  /** In nats, over supervised tokens. */
  readonly loss: number;
  readonly supervisedTokens: number;
}

/** Null if it was stopped before the last batch. */
export async function evaluateLoss(e: Evaluator, lora: LoraParams): Promise<Evaluation | null> {
  let sum = 0;
  let supervisedTokens = 0;
  for (const batch of e.loader.epoch(0)) {
    if (e.stopped()) return null;
    const device = placeBatch(batch, 1, e.mesh);
    const out = e.evalStep(lora, e.model.params, device, batch.maxSupervised);
    const [s, c] = await Promise.all([out.sum, out.count].map(scalar));
    disposeTree([device, out]);
    sum += s!;
    supervisedTokens += c!;
    // Gives signals and progress displays their turn.
    await nextTurn();
  }
  return { loss: sum / supervisedTokens, supervisedTokens };
}
