// A training run: data to devices, steps, evaluation, checkpoints, metrics; the host is always one step ahead.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { writeBytesAtomic } from "../../io/index.ts";
import { config as settings } from "../../compile/config.ts";
import { devicePut, makeMesh } from "../../lib/sharding.ts";
import { type Mesh, NamedSharding, P, type Sharding } from "../../lib/mesh.ts";
import * as np from "../../lib/np.ts";
import * as optim from "../../lib/optim.ts";
import * as random from "../../lib/random.ts";
import type { DType, Tensor } from "../../lib/tensor.ts";
import * as tree from "../../lib/tree.ts";
import { initLora, type Lora, type LoraParams, loraShardings } from "../../llama/lora.ts";
import { type LoadedLlama, load } from "../../llama/load.ts";
import { onMesh, requireFit } from "../../llama/weights.ts";
import { configHash, configToYaml } from "../config/define.ts";
import type { FinetuneConfig } from "../config/resolve.ts";
import type { Batch } from "../data/batch.ts";
import { BatchLoader, type LoaderOptions } from "../data/loader.ts";
import { type Dataset, prepareDataset } from "../data/dataset.ts";
import { DataError } from "../errors.ts";
import { type TrainEvent, TrainEvents } from "../metrics/events.ts";
import { MetricsLog } from "../metrics/log.ts";
import type { MetricsRecord } from "../metrics/record.ts";
import { listCheckpoints, readRecord, readState, type RunRecord, writeCheckpoint } from "./checkpoint.ts";
import { withRemedy } from "./remedy.ts";
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

const storageDtype = (c: FinetuneConfig): DType | undefined => ({ f32: "float32", bf16: "bfloat16", auto: undefined }[c.dtypes.storage] as DType | undefined);

/** Loads the model as `config` says: storage type, mesh. */
export async function loadModel(config: FinetuneConfig, onProgress?: (done: number, total: number) => void): Promise<{ model: LoadedLlama; mesh: Mesh | undefined }> {
  applyDevice(config);
  const mesh = meshOf(config);
  const dtype = storageDtype(config);
  const model = await load(config.model, {
    ...(mesh === undefined ? {} : { mesh }),
    ...(dtype === undefined ? {} : { dtype }),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  return { model, mesh };
}

function applyDevice({ device, mesh, dumpHlo }: FinetuneConfig): void {
  if (device.platform !== "auto") settings.platform = device.platform;
  if (device.memoryFraction !== null) settings.memoryFraction = device.memoryFraction;
  if (device.preallocate) settings.preallocate = true;
  if (dumpHlo !== null) settings.dumpHlo = dumpHlo;
  const count = mesh.data * mesh.tensor;
  if (count > 1 && settings.platform === "cpu" && settings.numCpuDevices < count) settings.numCpuDevices = count;
}

export function meshOf({ mesh }: FinetuneConfig): Mesh | undefined {
  return mesh.data * mesh.tensor === 1 ? undefined : makeMesh([mesh.data, mesh.tensor], ["data", "tensor"]);
}

function computeDtype(c: FinetuneConfig, stored: DType): DType {
  if (c.dtypes.compute === "f32") return "float32";
  if (c.dtypes.compute === "bf16") return "bfloat16";
  return settings.platform === "cpu" || stored === "float16" ? "float32" : stored;
}

export function makeSchedule(config: FinetuneConfig, totalSteps: number): optim.Schedule {
  const { learningRate, schedule, warmup } = config.training;
  const warmupSteps = warmup < 1 ? Math.round(warmup * totalSteps) : warmup;
  const rest = Math.max(1, totalSteps - warmupSteps);
  const main =
    schedule === "constant"
      ? optim.constantSchedule(learningRate)
      : schedule === "linear"
        ? optim.linearSchedule(learningRate, 0, rest)
        : optim.cosineDecaySchedule(learningRate, rest);
  // Warm-up starts one step up, so that the first step trains.
  if (warmupSteps === 0) return main;
  return optim.joinSchedules([optim.linearSchedule(learningRate / warmupSteps, learningRate, Math.max(1, warmupSteps - 1)), main], [warmupSteps]);
}

export function makeOptimizer(config: FinetuneConfig, schedule: optim.Schedule): optim.Transformation {
  const { beta1, beta2, epsilon, weightDecay, maxGradNorm } = config.training;
  const adamw = optim.adamw(schedule, { b1: beta1, b2: beta2, eps: epsilon, weightDecay });
  return maxGradNorm === null ? adamw : optim.chain(optim.clipByGlobalNorm(maxGradNorm), adamw);
}

/** Shardings of all leaves of a state: moments lie as what they belong to, scalars everywhere. */
function stateShardings(state: TrainState, model: LoadedLlama, mesh: Mesh): Sharding[] {
  const lora = loraShardings(model.config, state.lora, mesh);
  const whole = new NamedSharding(mesh, P());
  return tree.leavesWithPath(state).map(({ path, leaf }) => {
    const match = /\.(q|k|v|o|gate|up|down)\.(a|b)$/.exec(path);
    if (match === null || (leaf as Tensor).ndim !== 3) return whole;
    return lora[match[1] as keyof LoraParams]![match[2] as "a" | "b"];
  });
}

/**
 * Fine-tunes `config.model` on `dataset`. Checkpoints, metrics and config.yaml go to `config.output.dir`.
 *
 * @throws DataError, ConfigError, CheckpointError, ShardingError, PjrtError with what to change when memory ran out
 */
export async function runTraining(config: FinetuneConfig, dataset: Dataset, options: TrainOptions = {}): Promise<TrainResult> {
  const given = options.model;
  const { model, mesh } = given === undefined ? await loadModel(config, options.onLoad) : { model: given, mesh: meshOf(config) };
  if (mesh !== undefined) requireFit(model.config, mesh);
  if (model.tokenizer === null) throw new DataError(`${config.model} has no tokenizer; training text needs tokenizer.json beside the weights.`);
  const prepared = prepareDataset(dataset, model.tokenizer, config);
  const run = new Run(config, model, mesh, prepared, options);
  try {
    return await run.train();
  } catch (error) {
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
  private elapsedBefore = 0;
  private started = 0;
  private resumedAt = 0;

  constructor(config: FinetuneConfig, model: LoadedLlama, mesh: Mesh | undefined, prepared: ReturnType<typeof prepareDataset>, options: TrainOptions) {
    this.config = config;
    this.model = model;
    this.mesh = mesh;
    this.options = options;
    if (options.onEvent) this.events.on(options.onEvent);
    const { training, lora } = config;
    this.loader = new BatchLoader(prepared.train.examples, this.loaderOptions(true));
    this.evalLoader = prepared.evaluation === null ? null : new BatchLoader(prepared.evaluation.examples, this.loaderOptions(false));
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
    this.state = this.shardings === undefined ? state : (devicePut(state, tree.unflatten(tree.structure(state), this.shardings)) as TrainState);
    const dtype = computeDtype(config, model.params.embed.dtype);
    const { params: _, ...facts } = this.lora;
    const shared = { config: model.config, lora: facts, computeDtype: dtype, mesh };
    const remat = training.remat === "layer" ? "layer" : "none";
    const whole = mesh === undefined ? undefined : new NamedSharding(mesh, P());
    const outShardings = this.shardings === undefined ? undefined : [tree.unflatten(tree.structure(state), this.shardings), whole];
    this.trainStep = makeTrainStep({ ...shared, optimizer, schedule, remat, outShardings });
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
    using log = new MetricsLog(join(root, "metrics.jsonl"), record?.step ?? null);
    writeBytesAtomic(join(root, "config.yaml"), Buffer.from(configToYaml(config)));
    this.events.emit({
      type: "start",
      step: this.resumedAt,
      totalSteps: this.totalSteps,
      stepsPerEpoch: loader.stepsPerEpoch,
      trainRows: loader.rows,
      evalRows: this.evalLoader?.rows ?? 0,
      trainableParameters: tree.leaves(this.state.lora).reduce((n, t) => n + (t as Tensor).size, 0),
    });
    const evalBefore = record ? record.evalBefore : await this.evaluate(0);
    this.started = performance.now();
    const batches = loader.batches(record?.cursor ?? loader.start());
    let cursor = record?.cursor ?? loader.start();
    let pending: (() => Promise<void>) | undefined;
    let evalAfter: number | null = evalBefore;
    let step = this.resumedAt;
    while (step < this.totalSteps && !this.options.signal?.aborted) {
      const { batch, next } = batches.next().value;
      const metrics = this.dispatch(batch, step);
      step++;
      cursor = next;
      await pending?.();
      pending = () => this.report(metrics, batch, step, log);
      // Gives signals and progress displays their turn.
      await new Promise((resolve) => setImmediate(resolve));
      const last = step === this.totalSteps;
      const epochEnd = next.step === 0;
      if (due(this.config.training.evalEvery, step, epochEnd, last) && this.evalLoader) {
        await pending();
        pending = undefined;
        evalAfter = await this.evaluate(step, log);
      }
      if (due(this.config.training.saveEvery, step, epochEnd, last)) {
        await pending?.();
        pending = undefined;
        await this.save(step, cursor, evalBefore);
      }
    }
    await pending?.();
    const interrupted = step < this.totalSteps;
    if (interrupted) {
      const path = await this.save(step, cursor, evalBefore);
      this.events.emit({ type: "interrupted", step, path, signal: String(this.options.signal?.reason ?? "abort") });
    } else {
      const loss = this.history.at(-1)?.loss ?? Number.NaN;
      this.events.emit({ type: "done", step, loss, evalLoss: evalAfter, elapsedSeconds: this.elapsed() });
    }
    const lora = { ...this.lora, params: this.state.lora };
    return { model: this.model, lora, history: this.history, evalBefore, evalAfter, interrupted, steps: step, mesh: this.mesh };
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
    for (const t of tree.leaves(old)) (t as Tensor).dispose();
    this.resumedAt = record.step;
    this.tokens = record.tokens;
    this.supervised = record.supervisedTokens;
    this.elapsedBefore = record.elapsedSeconds;
    return record;
  }

  private dispatch(batch: Batch, step: number): StepMetrics {
    const device = this.toDevice(batch, this.config.training.accumulate);
    const before = this.state;
    const [state, metrics] = this.trainStep(before, this.model.params, device, this.key, BigInt(step) as unknown as Tensor, batch.maxSupervised);
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
    return { ids: put(batch.ids), labels: put(batch.labels), positions: put(batch.positions), segmentIds: put(batch.segmentIds) };
  }

  private async report(metrics: StepMetrics, batch: Batch, step: number, log: MetricsLog): Promise<void> {
    const [loss, gradNorm, learningRate] = await Promise.all([metrics.loss, metrics.gradNorm, metrics.learningRate].map(scalar));
    for (const t of Object.values(metrics)) (t as Tensor).dispose();
    if (!Number.isFinite(loss!))
      throw new DataError(
        `the loss became ${loss} at step ${step}. Lower training.learningRate, or set training.maxGradNorm; checkpoints in ` +
          `${this.config.output.dir} are kept.`,
      );
    const elapsed = this.elapsed();
    const rate = (step - this.resumedAt) / Math.max(1e-9, elapsed - this.elapsedBefore);
    const record: MetricsRecord = {
      step,
      totalSteps: this.totalSteps,
      epoch: step / this.loader.stepsPerEpoch,
      loss: loss!,
      learningRate: learningRate!,
      gradNorm: gradNorm!,
      tokens: this.tokens,
      supervisedTokens: this.supervised,
      tokensPerSecond: batch.tokens * rate,
      elapsedSeconds: elapsed,
      remainingSeconds: (this.totalSteps - step) / rate,
    };
    this.history.push(record);
    if (step % this.config.training.logEvery === 0 || step === this.totalSteps) log.write(record);
    this.events.emit({ type: "step", metrics: record });
  }

  private elapsed(): number {
    return this.elapsedBefore + (performance.now() - this.started) / 1000;
  }

  private async evaluate(step: number, log?: MetricsLog): Promise<number | null> {
    if (this.evalLoader === null) return null;
    let sum = 0;
    let count = 0;
    for (const batch of this.evalLoader.epoch(0)) {
      const device = this.toDevice(batch, 1);
      const out = this.evalStep(this.state.lora, this.model.params, device, batch.maxSupervised);
      const [s, c] = await Promise.all([out.sum, out.count].map(scalar));
      for (const t of [...Object.values(device), out.sum, out.count]) (t as Tensor).dispose();
      sum += s!;
      count += c!;
      await new Promise((resolve) => setImmediate(resolve));
    }
    const loss = sum / count;
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
      elapsedSeconds: this.elapsed(),
      evalBefore,
    };
    const keep = this.config.training.keepCheckpoints;
    const path = await writeCheckpoint(this.config.output.dir, this.state, facts, this.model.config, record, { keep, baseModel: this.config.model });
    this.events.emit({ type: "checkpoint", step, path });
    return path;
  }
}

const due = (every: number | null, step: number, epochEnd: boolean, last: boolean): boolean => last || (every === null ? epochEnd : step % every === 0);
const scalar = async (t: Tensor): Promise<number> => Number((await t.data())[0]);

