// What a run begins with: loaders, the first state, and the jitted steps.
import { type Mesh, NamedSharding, P, type Sharding } from "../../lib/mesh.ts";
import * as random from "../../lib/random.ts";
import { devicePut } from "../../lib/sharding.ts";
import type { Tensor } from "../../lib/tensor.ts";
import * as tree from "../../lib/tree.ts";
import type { LoadedLlama } from "../../llama/load.ts";
import { initLora, type Lora } from "../../llama/lora.ts";
import type { FinetuneConfig } from "../config/resolve.ts";
import type { PreparedData } from "../data/dataset.ts";
import { BatchLoader, type LoaderOptions } from "../data/loader.ts";
import { computeDtype, makeOptimizer, makeSchedule, stateShardings } from "./setup.ts";
import { makeEvalStep, makeTrainStep, type TrainState } from "./step.ts";

export type JittedTrainStep = ReturnType<typeof makeTrainStep>;
export type JittedEvalStep = ReturnType<typeof makeEvalStep>;

/** The owner of `key`, `state` and the programs frees them. */
export interface Assembly {
  readonly loader: BatchLoader;
  /** Null when no rows are held out. */
  readonly evalLoader: BatchLoader | null;
  readonly totalSteps: number;
  /** Root of all random numbers of the run. */
  readonly key: Tensor;
  /** Rank, scale and dropout; the parameters are part of the state. */
  readonly lora: Omit<Lora, "params">;
  readonly state: TrainState;
  /** Of the state's leaves; undefined on one device. */
  readonly shardings: Sharding[] | undefined;
  readonly trainStep: JittedTrainStep;
  readonly evalStep: JittedEvalStep;
}

/** @throws DataError, ShardingError */
export function assemble(
  config: FinetuneConfig,
  model: LoadedLlama,
  mesh: Mesh | undefined,
  prepared: PreparedData,
): Assembly {
  const { training } = config;
  const padId = model.tokenizer!.padId ?? 0;
  const loader = new BatchLoader(prepared.train.examples, loaderOptions(config, padId, true));
  const evalLoader =
    prepared.evaluation === null
      ? null
      : new BatchLoader(prepared.evaluation.examples, loaderOptions(config, padId, false));
  const totalSteps = training.steps ?? Math.ceil(training.epochs! * loader.stepsPerEpoch);
  const schedule = makeSchedule(config, totalSteps);
  const optimizer = makeOptimizer(config, schedule);
  const key = random.key(training.seed);
  const { params, ...lora } = firstLora(config, model, key);
  const onHost: TrainState = { lora: params, opt: optimizer.init(params) };
  const shardings = mesh === undefined ? undefined : stateShardings(onHost, model, mesh);
  const placement = shardings && tree.unflatten(tree.structure(onHost), shardings);
  const state = placement === undefined ? onHost : (devicePut(onHost, placement) as TrainState);
  const shared = { config: model.config, lora, computeDtype: computeDtype(config, model.params.embed.dtype), mesh };
  const outShardings = mesh === undefined ? undefined : [placement, new NamedSharding(mesh, P())];
  const trainStep = makeTrainStep({ ...shared, optimizer, schedule, remat: training.remat, outShardings });
  const evalStep = makeEvalStep(shared);
  return { loader, evalLoader, totalSteps, key, lora, state, shardings, trainStep, evalStep };
}

function firstLora({ lora }: FinetuneConfig, model: LoadedLlama, key: Tensor): Lora {
  return initLora(random.foldIn(key, 0x10fa), model.config, {
    rank: lora.rank,
    alpha: lora.alpha,
    dropout: lora.dropout,
    rsLora: lora.rsLora,
    targets: lora.targets === "all-linear" ? "all-linear" : [...lora.targets],
  });
}

function loaderOptions({ data, training: t, mesh }: FinetuneConfig, padId: number, training: boolean): LoaderOptions {
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
    padId,
  };
}
