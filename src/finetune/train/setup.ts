// What a run is set up with: devices, model, compute type, optimizer, and where the state lies.
import { config as settings } from "../../compile/config.ts";
import { type Mesh, NamedSharding, P, type Sharding } from "../../lib/mesh.ts";
import * as optim from "../../lib/optim.ts";
import { makeMesh } from "../../lib/sharding.ts";
import type { DType, Tensor } from "../../lib/tensor.ts";
import * as tree from "../../lib/tree.ts";
import { type LoadedLlama, load } from "../../llama/load.ts";
import { type LoraParams, loraShardings } from "../../llama/lora.ts";
import type { FinetuneConfig } from "../config/resolve.ts";
import type { TrainState } from "./step.ts";

const storageDtype = (c: FinetuneConfig): DType | undefined =>
  ({ f32: "float32", bf16: "bfloat16", auto: undefined })[c.dtypes.storage] as DType | undefined;

/** Loads the model as `config` says: storage type, mesh. */
export async function loadModel(
  config: FinetuneConfig,
  onProgress?: (done: number, total: number) => void,
): Promise<LoadedLlama> {
  applyDevice(config);
  const mesh = meshOf(config);
  const dtype = storageDtype(config);
  return load(config.model, {
    ...(mesh === undefined ? {} : { mesh }),
    ...(dtype === undefined ? {} : { dtype }),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
}

/** Passes what `config` says of devices on to the process. @throws ConfigError once they are open */
export function applyDevice({ device, mesh, dumpHlo }: FinetuneConfig): void {
  if (device.platform !== "auto") settings.platform = device.platform;
  if (device.memoryFraction !== null) settings.memoryFraction = device.memoryFraction;
  if (device.preallocate) settings.preallocate = true;
  if (dumpHlo !== null) settings.dumpDir = dumpHlo;
  const count = mesh.data * mesh.tensor;
  if (count > 1 && settings.platform === "cpu" && settings.numCpuDevices < count) settings.numCpuDevices = count;
}

export function meshOf({ mesh }: FinetuneConfig): Mesh | undefined {
  return mesh.data * mesh.tensor === 1 ? undefined : makeMesh([mesh.data, mesh.tensor], ["data", "tensor"]);
}

export function computeDtype(c: FinetuneConfig, stored: DType, platform: "cpu" | "cuda" = settings.platform): DType {
  if (c.dtypes.compute === "f32") return "float32";
  if (c.dtypes.compute === "bf16") return "bfloat16";
  return platform === "cpu" || stored === "float16" ? "float32" : stored;
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
  return optim.joinSchedules(
    [optim.linearSchedule(learningRate / warmupSteps, learningRate, Math.max(1, warmupSteps - 1)), main],
    [warmupSteps],
  );
}

export function makeOptimizer(config: FinetuneConfig, schedule: optim.Schedule): optim.Transformation {
  const { beta1, beta2, epsilon, weightDecay, maxGradNorm } = config.training;
  const adamw = optim.adamw(schedule, { b1: beta1, b2: beta2, eps: epsilon, weightDecay });
  return maxGradNorm === null ? adamw : optim.chain(optim.clipByGlobalNorm(maxGradNorm), adamw);
}

/** Shardings of all leaves of a state: moments lie as what they belong to, scalars everywhere. */
export function stateShardings(state: TrainState, model: Pick<LoadedLlama, "config">, mesh: Mesh): Sharding[] {
  const lora = loraShardings(model.config, state.lora, mesh);
  const whole = new NamedSharding(mesh, P());
  return tree.leavesWithPath(state).map(({ path, leaf }) => {
    const match = /\.(q|k|v|o|gate|up|down)\.(a|b)$/.exec(path);
    if (match === null || (leaf as Tensor).ndim !== 3) return whole;
    return lora[match[1] as keyof LoraParams]![match[2] as "a" | "b"];
  });
}
