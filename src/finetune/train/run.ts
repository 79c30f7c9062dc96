// A training run: data to devices, steps, evaluation, checkpoints, metrics; the host is always one step ahead.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { writeBytesAtomic } from "../../io/index.ts";
import { type Mesh, NamedSharding, P, type Sharding } from "../../lib/mesh.ts";
import * as np from "../../lib/np.ts";
import * as random from "../../lib/random.ts";
import { devicePut } from "../../lib/sharding.ts";
import type { Tensor } from "../../lib/tensor.ts";
import * as tree from "../../lib/tree.ts";
import type { LoadedLlama } from "../../llama/load.ts";
import { initLora, type Lora } from "../../llama/lora.ts";
import { onMesh, requireFit } from "../../llama/weights.ts";
import { configHash, configToYaml } from "../config/define.ts";
import type { FinetuneConfig } from "../config/resolve.ts";
import type { Batch } from "../data/batch.ts";
import { type Dataset, type PreparedData, prepareDataset } from "../data/dataset.ts";
import { BatchLoader, type LoaderOptions } from "../data/loader.ts";
import { describeExample } from "../data/tokenize.ts";
import { DataError } from "../errors.ts";
import { type TrainEvent, TrainEvents } from "../metrics/events.ts";
import { MetricsLog, readMetrics } from "../metrics/log.ts";
import type { MetricsRecord } from "../metrics/record.ts";
import { listCheckpoints, type RunRecord, readRecord, readState, writeCheckpoint } from "./checkpoint.ts";
import { StepClock } from "./clock.ts";
import { TrainError, withRemedy } from "./remedy.ts";
import { applyDevice, computeDtype, loadModel, makeOptimizer, makeSchedule, meshOf, stateShardings } from "./setup.ts";
import { makeEvalStep, makeTrainStep, type StepBatch, type StepMetrics, type TrainState } from "./step.ts";

export interface TrainOptions {
  /** Told what happens, at once. */
  readonly onEvent?: (event: TrainEvent) => void;
  /** Stops the run after the step in progress; a checkpoint is written. */
  readonly signal?: AbortSignal;
  /** A model that is loaded already. It stays the caller's. */
  readonly model?: LoadedLlama;
  /** Progress of loading. */
  readonly onLoad?: (done: number, total: number) => void;
}

export interface TrainResult {
  readonly model: LoadedLlama;
  /** The trained adapter. */
  readonly lora: Lora;
  readonly history: readonly MetricsRecord[];
  /** Mean loss over held-out rows before and after; null when none are held out. */
  readonly evalBefore: number | null;
  readonly evalAfter: number | null;
  readonly interrupted: boolean;
  readonly steps: number;
  readonly mesh: Mesh | undefined;
}

/**
 * Fine-tunes `config.model` on `dataset`. Checkpoints, metrics and config.yaml go to `config.output.dir`.
 *
 * @throws DataError, ConfigError, CheckpointError, ShardingError, PjrtError with what to change when memory ran out
 */
export async function runTraining(
  config: FinetuneConfig,
  dataset: Dataset,
  options: TrainOptions = {},
): Promise<TrainResult> {
  applyDevice(config);
  const given = options.model;
  let model = given;
  let run: Run | undefined;
  try {
    model ??= await loadModel(config, options.onLoad);
    const mesh = meshOf(config);
    if (mesh !== undefined) requireFit(model.config, mesh);
    if (model.tokenizer === null)
      throw new DataError(`${config.model} has no tokenizer; training text needs tokenizer.json beside the weights.`);
    const prepared = prepareDataset(dataset, model.tokenizer, config);
    run = new Run(config, model, mesh, prepared, options);
    return await run.train();
  } catch (error) {
    run?.dispose();
    if (given === undefined && model !== undefined) disposeTree(model.params);
    throw withRemedy(error, config);
  }
}

class Run {
  private readonly config: FinetuneConfig;
  private readonly model: LoadedLlama;
  private readonly mesh: Mesh | undefined;
  private readonly options: TrainOptions;
  private readonly loader: BatchLoader;
  private readonly evalLoader: BatchLoader | null;
  private readonly totalSteps: number;
  private readonly lora: Lora;
  private readonly events = new TrainEvents();
  private readonly history: MetricsRecord[] = [];
  private readonly trainStep: ReturnType<typeof makeTrainStep>;
  private readonly evalStep: ReturnType<typeof makeEvalStep>;
  private readonly key: Tensor;
  private readonly shardings: Sharding[] | undefined;
  private state: TrainState;
  private tokens = 0;
  private supervised = 0;
  private resumedAt = 0;
  private evaluationDue = false;
  private readonly prepared: PreparedData;
  private readonly clock = new StepClock();

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
    this.options = options;
    this.prepared = prepared;
    if (options.onEvent) this.events.on(options.onEvent);
    const { training, lora } = config;
    this.loader = new BatchLoader(prepared.train.examples, this.loaderOptions(true));
    this.evalLoader =
      prepared.evaluation === null ? null : new BatchLoader(prepared.evaluation.examples, this.loaderOptions(false));
    this.totalSteps = training.steps ?? Math.ceil(training.epochs! * this.loader.stepsPerEpoch);
    const schedule = makeSchedule(config, this.totalSteps);
    const optimizer = makeOptimizer(config, schedule);
    this.key = random.key(training.seed);
    this.lora = initLora(random.foldIn(this.key, 0x10fa), model.config, {
      rank: lora.rank,
      alpha: lora.alpha,
      dropout: lora.dropout,
      rsLora: lora.rsLora,
      targets: lora.targets === "all-linear" ? "all-linear" : [...lora.targets],
    });
    const state: TrainState = { lora: this.lora.params, opt: optimizer.init(this.lora.params) };
    this.shardings = mesh === undefined ? undefined : stateShardings(state, model, mesh);
    this.state =
      this.shardings === undefined
        ? state
        : (devicePut(state, tree.unflatten(tree.structure(state), this.shardings)) as TrainState);
    const dtype = computeDtype(config, model.params.embed.dtype);
    const { params: _, ...facts } = this.lora;
    const shared = { config: model.config, lora: facts, computeDtype: dtype, mesh };
    const whole = mesh === undefined ? undefined : new NamedSharding(mesh, P());
    const outShardings =
      this.shardings === undefined ? undefined : [tree.unflatten(tree.structure(state), this.shardings), whole];
    this.trainStep = makeTrainStep({ ...shared, optimizer, schedule, remat: training.remat, outShardings });
    this.evalStep = makeEvalStep(shared);
  }

  private loaderOptions(training: boolean): LoaderOptions {
    const { data, training: t, mesh } = this.config;
    return {
      batchSize: training ? t.batchSize : t.microBatchSize * mesh.data,
      accumulate: training ? t.accumulate : 1,
      dataShards: mesh.data,
      maxSeqLen: data.maxSeqLen,
      lengthBuckets: data.lengthBuckets,
      bucketMultiple: data.bucketMultiple,
      supervisedLevels: training ? data.supervisedLevels : 1,
      packing: data.packing,
      shuffle: training,
      seed: t.seed,
      padId: this.model.tokenizer!.padId ?? 0,
    };
  }

  async train(): Promise<TrainResult> {
    const { config, loader } = this;
    const root = config.output.dir;
    mkdirSync(root, { recursive: true });
    const record = this.restore(root);
    // Resuming where there is no checkpoint yet starts anew, over the lines of the run that was cut off.
    const logged = record?.step ?? (config.resume === true ? 0 : null);
    using log = new MetricsLog(join(root, "metrics.jsonl"), logged);
    if (record !== null) this.history.push(...trained(readMetrics(join(root, "metrics.jsonl"))));
    writeBytesAtomic(join(root, "config.yaml"), Buffer.from(configToYaml(config)));
    this.announce();
    const evalBefore = this.resumedAt === 0 ? (record?.evalBefore ?? (await this.evaluate(0))) : record!.evalBefore;
    this.clock.start(record?.elapsedSeconds ?? 0);
    let cursor = record?.cursor ?? loader.start();
    const batches = loader.batches(cursor);
    let pending: (() => Promise<void>) | undefined;
    const settle = async () => {
      await pending?.();
      pending = undefined;
    };
    let step = this.resumedAt;
    let evalAfter = record?.evaluationDue && step > 0 ? await this.evaluate(step, log) : null;
    while (step < this.totalSteps && !this.aborted) {
      const { batch, next } = batches.next().value;
      const metrics = this.dispatch(batch, step);
      step++;
      cursor = next;
      const facts = { step, tokens: this.tokens, supervisedTokens: this.supervised };
      await settle();
      pending = () => this.report(metrics, facts, batch.tokens, log);
      // Gives signals and progress displays their turn.
      await new Promise((resolve) => setImmediate(resolve));
      const last = step === this.totalSteps;
      const epochEnd = next.step === 0;
      if (due(this.config.training.evalEvery, step, epochEnd, last) && this.evalLoader) {
        await settle();
        evalAfter = await this.evaluate(step, log);
      }
      if (due(this.config.training.saveEvery, step, epochEnd, last)) {
        await settle();
        await this.save(step, cursor, evalBefore);
      }
    }
    await settle();
    const interrupted = step < this.totalSteps;
    if (interrupted) {
      const path = await this.save(step, cursor, evalBefore);
      this.events.emit({ type: "interrupted", step, path, signal: String(this.options.signal?.reason ?? "abort") });
    } else {
      evalAfter ??= await this.evaluate(step);
      const loss = this.history.at(-1)?.loss ?? Number.NaN;
      this.events.emit({ type: "done", step, loss, evalLoss: evalAfter, elapsedSeconds: this.clock.elapsed });
    }
    this.release();
    const lora = { ...this.lora, params: this.state.lora };
    return {
      model: this.model,
      lora,
      history: this.history,
      evalBefore,
      evalAfter,
      interrupted,
      steps: step,
      mesh: this.mesh,
    };
  }

  private get aborted(): boolean {
    return this.options.signal?.aborted ?? false;
  }

  /** Says what will be trained on. */
  private announce(): void {
    const { train, evaluation } = this.prepared;
    this.events.emit({
      type: "data",
      train: train.report,
      evaluation: evaluation?.report ?? null,
      maxSeqLen: this.config.data.maxSeqLen,
      example: describeExample(train.examples[0]!, this.model.tokenizer!),
    });
    this.events.emit({
      type: "start",
      step: this.resumedAt,
      totalSteps: this.totalSteps,
      stepsPerEpoch: this.loader.stepsPerEpoch,
      trainRows: this.loader.rows,
      evalRows: this.evalLoader?.rows ?? 0,
      trainableParameters: tree.leaves(this.state.lora).reduce<number>((n, t) => n + (t as Tensor).size, 0),
    });
  }

  /** Frees all but the adapter: optimizer state and programs. */
  private release(): void {
    disposeTree(this.state.opt);
    this.key.dispose();
    this.trainStep.clearCache();
    this.evalStep.clearCache();
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
    this.state = readState(path, old, this.shardings);
    disposeTree(old);
    this.resumedAt = record.step;
    this.tokens = record.tokens;
    this.supervised = record.supervisedTokens;
    return record;
  }

  private dispatch(batch: Batch, step: number): StepMetrics {
    const device = this.toDevice(batch, this.config.training.accumulate);
    const before = this.state;
    const [state, metrics] = this.trainStep(
      before,
      this.model.params,
      device,
      this.key,
      BigInt(step) as unknown as Tensor,
      batch.maxSupervised,
    );
    this.state = state;
    for (const t of Object.values(device)) t.dispose();
    this.tokens += batch.tokens;
    this.supervised += batch.supervisedTokens;
    return metrics;
  }

  private toDevice(batch: Batch, accumulate: number): StepBatch {
    const [rows, time] = batch.shape;
    const shape = [accumulate, rows / accumulate, time];
    const put = (x: Int32Array): Tensor => {
      const t = np.array(x, { shape });
      if (this.mesh === undefined) return t;
      const placed = devicePut(t, new NamedSharding(this.mesh, onMesh(this.mesh, [null, "data", null])));
      t.dispose();
      return placed;
    };
    return {
      ids: put(batch.ids),
      labels: put(batch.labels),
      positions: put(batch.positions),
      segmentIds: put(batch.segmentIds),
    };
  }

  private async report(
    metrics: StepMetrics,
    facts: Pick<MetricsRecord, "step" | "tokens" | "supervisedTokens">,
    stepTokens: number,
    log: MetricsLog,
  ): Promise<void> {
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
      epoch: step / this.loader.stepsPerEpoch,
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

  /** Mean loss over the held-out rows; null when there are none or the run was stopped meanwhile. */
  private async evaluate(step: number, log?: MetricsLog): Promise<number | null> {
    if (this.evalLoader === null) return null;
    let sum = 0;
    let count = 0;
    for (const batch of this.evalLoader.epoch(0)) {
      if (this.aborted) {
        this.evaluationDue = true;
        return null;
      }
      const device = this.toDevice(batch, 1);
      const out = this.evalStep(this.state.lora, this.model.params, device, batch.maxSupervised);
      const [s, c] = await Promise.all([out.sum, out.count].map(scalar));
      disposeTree([device, out]);
      sum += s!;
      count += c!;
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.evaluationDue = false;
    const loss = sum / count;
    this.clock.pause();
    this.events.emit({ type: "eval", step, loss, supervisedTokens: count });
    if (log !== undefined) {
      const previous = this.history.at(-1);
      if (previous !== undefined) log.write({ ...previous, step, evalLoss: loss });
    }
    return loss;
  }

  private async save(step: number, cursor: RunRecord["cursor"], evalBefore: number | null): Promise<string> {
    const { params: _, ...facts } = this.lora;
    const record: RunRecord = {
      format: 1,
      step,
      cursor,
      configHash: configHash(this.config),
      tokens: this.tokens,
      supervisedTokens: this.supervised,
      elapsedSeconds: this.clock.elapsed,
      evalBefore,
      evaluationDue: this.evaluationDue,
    };
    const keep = this.config.training.keepCheckpoints;
    const path = await writeCheckpoint(this.config.output.dir, this.state, facts, this.model.config, record, {
      keep,
      baseModel: this.config.model,
    });
    this.clock.pause();
    this.events.emit({ type: "checkpoint", step, path });
    return path;
  }
}

const due = (every: number | null, step: number, epochEnd: boolean, last: boolean): boolean =>
  last || (every === null ? epochEnd : step % every === 0);
/** The records of steps, as a run without interruption holds them. */
const trained = (records: readonly MetricsRecord[]) => records.filter((r) => r.evalLoss === undefined);

function disposeTree(values: unknown): void {
  for (const t of tree.leaves(values)) if (!(t as Tensor & { isDeleted: boolean }).isDeleted) (t as Tensor).dispose();
}

const scalar = async (t: Tensor): Promise<number> => Number((await t.data())[0]);
