// What a run tells: an event for everything that happens, a record for each step, a line in the log.
import type { FinetuneConfig } from "../config/resolve.ts";
import type { PreparedData } from "../data/dataset.ts";
import { describeExample } from "../data/tokenize.ts";
import type { Tokenizer } from "../data/tokenizer.ts";
import { type TrainEvent, TrainEvents } from "../metrics/events.ts";
import type { MetricsLog } from "../metrics/log.ts";
import type { MetricsRecord } from "../metrics/record.ts";
import { StepClock } from "./clock.ts";
import type { Evaluation } from "./evaluate.ts";
import { TrainError } from "./remedy.ts";
import type { StepMetrics } from "./step.ts";
import { disposeTree, scalar } from "./transfer.ts";

/** What is known of a step before its numbers arrive. */
export type StepFacts = Pick<MetricsRecord, "step" | "tokens" | "supervisedTokens">;

export class Reporter {
  /** One record for each step, oldest first. */
  readonly history: MetricsRecord[] = [];
  readonly clock = new StepClock();
  private readonly events = new TrainEvents();
  private readonly config: FinetuneConfig;
  private readonly totalSteps: number;
  private readonly stepsPerEpoch: number;

  constructor(
    config: FinetuneConfig,
    length: { readonly totalSteps: number; readonly stepsPerEpoch: number },
    listener: ((event: TrainEvent) => void) | undefined,
  ) {
    this.config = config;
    this.totalSteps = length.totalSteps;
    this.stepsPerEpoch = length.stepsPerEpoch;
    if (listener) this.events.on(listener);
  }

  /** Says what will be trained on. */
  announce({ train, evaluation }: PreparedData, tokenizer: Tokenizer): void {
    this.events.emit({
      type: "data",
      train: train.report,
      evaluation: evaluation?.report ?? null,
      maxSeqLen: this.config.data.maxSeqLen,
      example: describeExample(train.examples[0]!, tokenizer),
    });
  }

  start(
    step: number,
    rows: { readonly train: number; readonly evaluation: number },
    trainableParameters: number,
  ): void {
    const { totalSteps, stepsPerEpoch } = this;
    this.events.emit({
      type: "start",
      step,
      totalSteps,
      stepsPerEpoch,
      trainRows: rows.train,
      evalRows: rows.evaluation,
      trainableParameters,
    });
  }

  /**
   * Waits for a step's numbers, frees them and tells them; `stepTokens` is the size of its batch.
   * @throws TrainError for a loss or gradient that is no finite number
   */
  async step(metrics: StepMetrics, facts: StepFacts, stepTokens: number, log: MetricsLog): Promise<void> {
    const [loss, gradNorm, learningRate] = await Promise.all(
      [metrics.loss, metrics.gradNorm, metrics.learningRate].map(scalar),
    );
    disposeTree(metrics);
    const { step } = facts;
    for (const [name, value] of Object.entries({ loss, "gradient norm": gradNorm }))
      if (!Number.isFinite(value))
        throw new TrainError(
          `the ${name} became ${value} at step ${step}. Lower training.learningRate, or set training.maxGradNorm; ` +
            `checkpoints in ${this.config.output.dir} are kept.`,
        );
    const { stepSeconds, meanSeconds } = this.clock.tick();
    const record: MetricsRecord = {
      ...facts,
      totalSteps: this.totalSteps,
      epoch: step / this.stepsPerEpoch,
      loss: loss!,
      learningRate: learningRate!,
      gradNorm: gradNorm!,
      tokensPerSecond: stepTokens / stepSeconds,
      elapsedSeconds: this.clock.elapsed,
      remainingSeconds: (this.totalSteps - step) * meanSeconds,
    };
    this.history.push(record);
    if (step % this.config.training.logEvery === 0 || step === this.totalSteps) log.write(record);
    this.events.emit({ type: "step", metrics: record });
  }

  /** With a log, writes the last step's record again with the loss found. */
  evaluation(step: number, { loss, supervisedTokens }: Evaluation, log: MetricsLog | undefined): void {
    this.clock.pause();
    this.events.emit({ type: "eval", step, loss, supervisedTokens });
    if (log === undefined) return;
    const previous = this.history.at(-1);
    if (previous !== undefined) log.write({ ...previous, step, evalLoss: loss });
  }

  checkpoint(step: number, path: string): void {
    this.clock.pause();
    this.events.emit({ type: "checkpoint", step, path });
  }

  /** `path` is the checkpoint from which the run can go on. */
  interrupted(step: number, path: string, signal: string): void {
    this.events.emit({ type: "interrupted", step, path, signal });
  }

  done(step: number, evalLoss: number | null): void {
    const loss = this.history.at(-1)?.loss ?? Number.NaN;
    this.events.emit({ type: "done", step, loss, evalLoss, elapsedSeconds: this.clock.elapsed });
  }
}
