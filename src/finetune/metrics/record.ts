// One line of a run's metrics, and its JSON.

/** One line of `metrics.jsonl`: what LlamaBoard's log has, and more. A line has `loss`, `evalLoss` or both. */
export interface MetricsRecord {
  /** Finished optimizer steps. */
  step: number;
  totalSteps: number;
  /** Passes over the training rows so far, with a fraction. */
  epoch: number;
  /** Mean over the step's supervised tokens, nats. */
  loss?: number;
  /** Mean over the held-out rows' supervised tokens, nats. */
  evalLoss?: number;
  learningRate: number;
  /** Global norm before clipping. */
  gradNorm?: number;
  /** Tokens trained on since the run began, padding excluded. */
  tokens: number;
  /** Those of them that the loss counts. */
  supervisedTokens: number;
  /** Padding excluded. */
  tokensPerSecond: number;
  elapsedSeconds: number;
  remainingSeconds: number;
  /** Most device memory in use so far, where the plugin tells. */
  peakBytes?: number;
}

/** One line of JSON. NaN and infinities, which JSON lacks, are written as the strings `"NaN"`, `"Infinity"`. */
export function formatRecord(record: MetricsRecord): string {
  return JSON.stringify(record, (_, value: unknown) =>
    typeof value === "number" && !Number.isFinite(value) ? String(value) : value,
  );
}

/** Reads a line of `formatRecord`; `null` when it is not one. */
export function parseRecord(line: string): MetricsRecord | null {
  let value: unknown;
  try {
    value = JSON.parse(line, (_, member: unknown) =>
      member === "NaN" || member === "Infinity" || member === "-Infinity" ? Number(member) : member,
    );
  } catch {
    return null;
  }
  const record = value as MetricsRecord | null;
  return typeof record === "object" && Number.isInteger(record?.step) ? record : null;
}
