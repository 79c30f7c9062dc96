// The loop of a run: steps, evaluations and checkpoints in their order; the host is always one step ahead.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { writeBytesAtomic } from "../../io/index.ts";
import type { Mesh } from "../../lib/mesh.ts";
import type { Tensor } from "../../lib/tensor.ts";
import * as tree from "../../lib/tree.ts";
import type { LoadedLlama } from "../../llama/load.ts";
import { configHash, configToYaml } from "../config/define.ts";
import type { FinetuneConfig } from "../config/resolve.ts";
import type { Batch } from "../data/batch.ts";
import type { PreparedData } from "../data/dataset.ts";
import { MetricsLog, readMetrics } from "../metrics/log.ts";
import type { MetricsRecord } from "../metrics/record.ts";
import { type Assembly, assemble } from "./assemble.ts";
import { listCheckpoints, type RunRecord, readRecord, readState, writeCheckpoint } from "./checkpoint.ts";
import { evaluateLoss } from "./evaluate.ts";
import { Reporter } from "./report.ts";
import type { TrainOptions, TrainResult } from "./run.ts";
import type { StepMetrics, TrainState } from "./step.ts";
import { disposeTree, placeBatch } from "./transfer.ts";

/** Owns the state and the programs. The model stays the caller's. */
export class Run {
  private readonly config: FinetuneConfig;
  private readonly model: LoadedLlama;
  private readonly mesh: Mesh | undefined;
  private readonly prepared: PreparedData;
  private readonly signal: AbortSignal | undefined;
  private readonly parts: Omit<Assembly, "state">;
  private readonly reporter: Reporter;
  private state: TrainState;
  private tokens = 0;
  private supervised = 0;
  private resumedAt = 0;
  private evaluationDue = false;

  constructor(
    config: FinetuneConfig,
    model: LoadedLlama,
    mesh: Mesh | undefined,
    prepared: PreparedData,
    options: TrainOptions,
  ) {
    this.config = config;
    this.model = model;
    this.mesh = mesh;
    this.prepared = prepared;
    this.signal = options.signal;
    const { state, ...parts } = assemble(config, model, mesh, prepared);
    this.state = state;
    this.parts = parts;
    const { totalSteps, loader } = parts;
    this.reporter = new Reporter(config, { totalSteps, stepsPerEpoch: loader.stepsPerEpoch }, options.onEvent);
  }

  async train(): Promise<TrainResult> {
    const { config, reporter } = this;
    const { loader, evalLoader, totalSteps } = this.parts;
    const root = config.output.dir;
    mkdirSync(root, { recursive: true });
    const record = this.restore(root);
    // Resuming where there is no checkpoint yet starts anew, over the lines of the run that was cut off.
    const logged = record?.step ?? (config.resume === true ? 0 : null);
    using log = new MetricsLog(join(root, "metrics.jsonl"), logged);
    if (record !== null) reporter.history.push(...trained(readMetrics(join(root, "metrics.jsonl"))));
    writeBytesAtomic(join(root, "config.yaml"), Buffer.from(configToYaml(config)));
    this.announce();
    const evalBefore = this.resumedAt === 0 ? (record?.evalBefore ?? (await this.evaluate(0))) : record!.evalBefore;
    reporter.clock.start(record?.elapsedSeconds ?? 0);
    let cursor = record?.cursor ?? loader.start();
    const batches = loader.batches(cursor);
    let pending: (() => Promise<void>) | undefined;
    const settle = async () => {
      await pending?.();
      pending = undefined;
    };
    let step = this.resumedAt;
    let evalAfter = record?.evaluationDue && step > 0 ? await this.evaluate(step, log) : null;
    while (step < totalSteps && !this.aborted) {
      const { batch, next } = batches.next().value;
      const metrics = this.dispatch(batch, step);
      step++;
      cursor = next;
      const facts = { step, tokens: this.tokens, supervisedTokens: this.supervised };
      await settle();
      pending = () => reporter.step(metrics, facts, batch.tokens, log);
      // Gives signals and progress displays their turn.
      await nextTurn();
      const last = step === totalSteps;
      const epochEnd = next.step === 0;
      if (due(config.training.evalEvery, step, epochEnd, last) && evalLoader) {
        await settle();
        evalAfter = await this.evaluate(step, log);
      }
      if (due(config.training.saveEvery, step, epochEnd, last)) {
        await settle();
        await this.save(step, cursor, evalBefore);
      }
    }
    await settle();
    const interrupted = step < totalSteps;
    if (interrupted) {
      const path = await this.save(step, cursor, evalBefore);
      reporter.interrupted(step, path, String(this.signal?.reason ?? "abort"));
    } else {
      evalAfter ??= await this.evaluate(step);
      reporter.done(step, evalAfter);
    }
    this.release();
    const { model, mesh } = this;
    const lora = { ...this.parts.lora, params: this.state.lora };
    return { model, lora, history: reporter.history, evalBefore, evalAfter, interrupted, steps: step, mesh };
  }

  private get aborted(): boolean {
    return this.signal?.aborted ?? false;
  }

  private announce(): void {
    const { loader, evalLoader } = this.parts;
    this.reporter.announce(this.prepared, this.model.tokenizer!);
    const trainable = tree.leaves(this.state.lora).reduce<number>((n, t) => n + (t as Tensor).size, 0);
    this.reporter.start(this.resumedAt, { train: loader.rows, evaluation: evalLoader?.rows ?? 0 }, trainable);
  }

  /** Frees all but the adapter: optimizer state and programs. */
  private release(): void {
    const { key, trainStep, evalStep } = this.parts;
    disposeTree(this.state.opt);
    key.dispose();
    trainStep.clearCache();
    evalStep.clearCache();
  }

  /** Frees the adapter too. */
  dispose(): void {
    this.release();
    disposeTree(this.state.lora);
  }

  /** Goes back to a checkpoint if the configuration says so. */
  private restore(root: string): RunRecord | null {
    const { resume } = this.config;
    if (resume === false) return null;
    const path = typeof resume === "string" ? resume : listCheckpoints(root).at(-1);
    if (path === undefined) return null;
    const record = readRecord(path, configHash(this.config));
    const old = this.state;
    this.state = readState(path, old, this.parts.shardings);
    disposeTree(old);
    this.resumedAt = record.step;
    this.tokens = record.tokens;
    this.supervised = record.supervisedTokens;
    return record;
  }

  private dispatch(batch: Batch, step: number): StepMetrics {
    const device = placeBatch(batch, this.config.training.accumulate, this.mesh);
    const [state, metrics] = this.parts.trainStep(
      this.state,
      this.model.params,
      device,
      this.parts.key,
      BigInt(step) as unknown as Tensor,
      batch.maxSupervised,
    );
    this.state = state;
    for (const t of Object.values(device)) t.dispose();
    this.tokens += batch.tokens;
    this.supervised += batch.supervisedTokens;
    return metrics;
  }

  /** Mean loss over the held-out rows; null when there are none or the run was stopped meanwhile. */
  private async evaluate(step: number, log?: MetricsLog): Promise<number | null> {
    const { evalLoader: loader, evalStep } = this.parts;
    if (loader === null) return null;
    const { model, mesh } = this;
    const found = await evaluateLoss({ loader, evalStep, model, mesh, stopped: () => this.aborted }, this.state.lora);
    this.evaluationDue = found === null;
    if (found === null) return null;
    this.reporter.evaluation(step, found, log);
    return found.loss;
  }

  private async save(step: number, cursor: RunRecord["cursor"], evalBefore: number | null): Promise<string> {
    const { config } = this;
    const record: RunRecord = {
      format: 1,
      step,
      cursor,
      configHash: configHash(config),
      tokens: this.tokens,
      supervisedTokens: this.supervised,
      elapsedSeconds: this.reporter.clock.elapsed,
      evalBefore,
      evaluationDue: this.evaluationDue,
    };
    const path = await writeCheckpoint(config.output.dir, this.state, this.parts.lora, this.model.config, record, {
      keep: config.training.keepCheckpoints,
      baseModel: config.model,
    });
    this.reporter.checkpoint(step, path);
    return path;
  }
}

const due = (every: number | null, step: number, epochEnd: boolean, last: boolean): boolean =>
  last || (every === null ? epochEnd : step % every === 0);
/** The records of steps, as a run without interruption holds them. */
const trained = (records: readonly MetricsRecord[]) => records.filter((r) => r.evalLoss === undefined);
