// How much memory a run will take: its largest training step is compiled from shapes alone, and the compiler asked.
import * as hlo from "../../hlo/data.ts";
import { config as settings } from "../compile/config.ts";
import { gpuTopology } from "../compile/topology.ts";
import { itemSize } from "../core/dtype.ts";
import { shardShape } from "../core/mesh.ts";
import { Mesh, NamedSharding, P, type Sharding } from "../lib/mesh.ts";
import { makeMesh } from "../lib/sharding.ts";
import type { ShapeDtypeStruct } from "../lib/tensor.ts";
import * as tree from "../lib/tree.ts";
import { requireFit } from "../llama/weights.ts";
import type { FinetuneConfig } from "./config/resolve.ts";
import { ConfigError } from "./errors.ts";
import { type AbstractModel, abstractInputs, abstractModel } from "./estimate-inputs.ts";
import { computeDtype, makeOptimizer, makeSchedule } from "./train/setup.ts";
import { makeTrainStep } from "./train/step.ts";

export type EstimateTarget = "cpu" | "h100";

export interface EstimateOptions {
  /** What to compile for; H100s need not be there. CPU by default. */
  readonly target?: EstimateTarget;
  /** Numbers of devices; `mesh.data` of the configuration stays, the rest is its tensor axis. Its own mesh by default. */
  readonly devices?: readonly number[];
  /** Positions a row; `data.maxSeqLen` by default. */
  readonly seq?: number;
  /** Told of what the first use for absent GPUs fetches. */
  readonly onProgress?: Parameters<typeof gpuTopology>[2];
}

/** Sizes are bytes per device. */
export interface Estimate {
  readonly devices: number;
  readonly mesh: { readonly data: number; readonly tensor: number };
  readonly weights: number;
  /** The adapter and the optimizer's moments. */
  readonly state: number;
  /** Activations, gradients and everything else that lives during a step. */
  readonly temporaries: number;
  readonly total: number;
  /** Collectives of the compiled program by kind; those of a loop's body count once. */
  readonly collectives: Readonly<Record<string, number>>;
  /** Tracing, lowering and compiling, in ms. */
  readonly compileMs: number;
}

/**
 * For each number of devices, what one training step takes on each of them. Of the model only config.json (or the
 * GGUF header) is read; of the data nothing. Estimates come one by one, as they are compiled; all meshes are checked
 * before the first.
 *
 * @throws CheckpointError, ModelConfigError, ConfigError, ShardingError naming the sizes that fit, PluginError
 */
export async function* estimate(
  config: FinetuneConfig,
  options: EstimateOptions = {},
): AsyncGenerator<Estimate, void, void> {
  const { target = "cpu", devices = [config.mesh.data * config.mesh.tensor], seq = config.data.maxSeqLen } = options;
  const model = abstractModel(config);
  settings.platform = "cpu";
  const most = Math.max(...devices);
  if (target === "cpu" && most > settings.numCpuDevices) settings.numCpuDevices = most;
  const meshes: (Mesh | undefined)[] = [];
  for (const n of devices) meshes.push(await meshFor(config, model, target, n, options.onProgress));
  for (const [i, n] of devices.entries()) {
    // Lets progress be drawn and signals be handled between programs.
    await new Promise((resolve) => setImmediate(resolve));
    yield compileStep(config, model, target, n, meshes[i], seq);
  }
}

async function meshFor(
  config: FinetuneConfig,
  model: AbstractModel,
  target: EstimateTarget,
  n: number,
  onProgress: EstimateOptions["onProgress"],
): Promise<Mesh | undefined> {
  const { data } = config.mesh;
  if (n % data !== 0)
    throw new ConfigError("estimate", [
      { path: "mesh.data", message: `${n} devices are not a multiple of it (${data}); give multiples of ${data}` },
    ]);
  const sizes = [data, n / data];
  const names = ["data", "tensor"];
  const mesh =
    target === "cpu"
      ? n === 1
        ? undefined
        : makeMesh(sizes, names)
      : new Mesh((await gpuTopology(target, n, onProgress)).slice(0, n), names, sizes);
  if (mesh !== undefined) requireFit(model.config, mesh);
  return mesh;
}

function compileStep(
  config: FinetuneConfig,
  model: AbstractModel,
  target: EstimateTarget,
  devices: number,
  mesh: Mesh | undefined,
  time: number,
): Estimate {
  // The schedule changes numbers of the program only, whatever the run's length.
  const schedule = makeSchedule(config, config.training.steps ?? 1000);
  const optimizer = makeOptimizer(config, schedule);
  const inputs = abstractInputs(config, model, optimizer, mesh, time);
  const { rank, alpha, dropout, rsLora } = config.lora;
  const scale = alpha / (rsLora ? Math.sqrt(rank) : rank);
  const outShardings =
    inputs.shardings === undefined
      ? undefined
      : [tree.unflatten(tree.structure(inputs.state), [...inputs.shardings]), new NamedSharding(mesh!, P())];
  const step = makeTrainStep({
    config: model.config,
    lora: { rank, alpha, dropout, rsLora, scale },
    optimizer,
    schedule,
    computeDtype: computeDtype(config, model.dtype, target === "cpu" ? "cpu" : "cuda"),
    remat: config.training.remat,
    mesh,
    outShardings,
  });
  const start = performance.now();
  const { state, params, batch, key, maxSupervised } = inputs;
  using compiled = step.lower(state, params, batch, key, 0n, maxSupervised).compile();
  const compileMs = performance.now() - start;
  const memory = compiled.memoryAnalysis();
  const total =
    memory.argumentSizeInBytes + memory.outputSizeInBytes - memory.aliasSizeInBytes + memory.tempSizeInBytes;
  const [weights, held] = [bytesPerDevice(params), bytesPerDevice(state)];
  const program = hlo.fromProto(compiled.executable.optimizedProgram().code);
  const collectives = Object.entries(hlo.hloCollectives(program)).map(([kind, { count }]) => [kind, count] as const);
  const { data } = config.mesh;
  return {
    devices,
    mesh: { data, tensor: devices / data },
    weights,
    state: held,
    temporaries: total - weights - held,
    total,
    collectives: Object.fromEntries(collectives),
    compileMs,
  };
}

/** Bytes of a tree of shapes on each device. */
function bytesPerDevice(shapes: unknown): number {
  return tree.leaves(shapes).reduce((sum: number, leaf) => {
    const { shape, dtype, sharding } = leaf as unknown as ShapeDtypeStruct & { sharding?: Sharding };
    const piece = sharding === undefined || sharding === null ? shape : shardShape(sharding, shape);
    return sum + piece.reduce((a, b) => a * b, itemSize(dtype));
  }, 0);
}
