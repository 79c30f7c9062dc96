// What to change when a run fails for want of memory.
import { PjrtError } from "../../compile/door.ts";
import { JortsError } from "../../core/errors.ts";
import type { FinetuneConfig } from "../config/resolve.ts";

/** A run that could not go on for a reason that its settings can change. */
export class TrainError extends JortsError {}

/** `error`, or for RESOURCE_EXHAUSTED one that says which settings take less memory. */
export function withRemedy(error: unknown, config: FinetuneConfig): unknown {
  if (!(error instanceof PjrtError) || error.code !== "RESOURCE_EXHAUSTED") return error;
  const { training, data, dtypes } = config;
  const advice = [
    training.microBatchSize > 1 ? `training.microBatchSize below ${training.microBatchSize}` : null,
    training.remat !== "layer" ? "training.remat: layer" : null,
    `data.maxSeqLen below ${data.maxSeqLen}`,
    dtypes.storage !== "bf16" ? "dtypes.storage: bf16" : null,
    "a larger mesh.tensor",
  ].filter((a) => a !== null);
  return new TrainError(
    `The devices have too little memory: ${error.message}\nThese settings need less: ${advice.join("; ")}.`,
    {
      cause: error,
    },
  );
}
