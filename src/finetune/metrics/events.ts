// What a run tells while it goes: the events, and the emitter that hands them to listeners.

import type { TokenizeReport } from "../data/tokenize.ts";
import type { MetricsRecord } from "./record.ts";

/** One thing that happened in a run. `step` counts finished optimizer steps. */
export type TrainEvent =
  | {
      type: "data";
      /** What became of the rows. */
      train: TokenizeReport;
      evaluation: TokenizeReport | null;
      /** Tokens; longer rows were dropped or cut. */
      maxSeqLen: number;
      /** One row as it is trained on: what is read, and what is learnt. */
      example: { prompt: string; supervised: string };
    }
  | {
      type: "start";
      /** 0, or the step that the run was resumed at. */
      step: number;
      totalSteps: number;
      stepsPerEpoch: number;
      trainRows: number;
      evalRows: number;
      trainableParameters: number;
    }
  | { type: "step"; metrics: MetricsRecord }
  | { type: "eval"; step: number; loss: number; supervisedTokens: number }
  | { type: "checkpoint"; step: number; path: string }
  | { type: "done"; step: number; loss: number; evalLoss: number | null; elapsedSeconds: number }
  /** The run was stopped from outside; `path` is the checkpoint that was written, from which it resumes. */
  | { type: "interrupted"; step: number; path: string; signal: string };

export type TrainListener = (event: TrainEvent) => void;

/** Hands events to listeners at once and in the order of their registration. What a listener throws reaches `emit`. */
export class TrainEvents {
  readonly #listeners = new Set<TrainListener>();

  /** Adds a listener; the result removes it. */
  on(listener: TrainListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  emit(event: TrainEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}
