// What the training step is called with: the reference's numbers on devices, or only their shapes.
import { gpuTopology } from "../../src/compile/topology.ts";
import type { StepBatch, TrainState } from "../../src/finetune/train/step.ts";
import {
  devicePut,
  evalShape,
  Mesh,
  makeMesh,
  NamedSharding,
  type optim,
  P,
  random,
  ShapeDtypeStruct,
  type Sharding,
  type Tensor,
  tree,
} from "../../src/index.ts";
import { SafetensorsFile } from "../../src/io/index.ts";
import { type LoraParams, loraShardings } from "../../src/llama/lora.ts";
import { dataSize, type LlamaParams } from "../../src/llama/weights.ts";
import { BenchError } from "../errors.ts";
import { abstractInputs, defaultSupervised, readBatch, readLora, readParams } from "./inputs.ts";
import type { StepProgramOptions } from "./step-options.ts";

export interface StepInputs {
  readonly state: TrainState;
  readonly params: LlamaParams<Tensor>;
  readonly batch: StepBatch;
  readonly key: Tensor;
  /** On the fullest data shard; static in the program. */
  readonly maxSupervised: number;
  readonly supervised: number;
  /** Where the new state and the metrics go; undefined without a mesh. */
  readonly outShardings: unknown;
}

/** A mesh of this machine's devices or of a target's; undefined for one device of this machine. */
export async function meshOf({ data, tensor, target }: StepProgramOptions): Promise<Mesh | undefined> {
  const names = ["data", "tensor"];
  if (target !== undefined) {
    const devices = await gpuTopology(target, data * tensor);
    return new Mesh(devices.slice(0, data * tensor), names, [data, tensor]);
  }
  return data * tensor > 1 ? makeMesh([data, tensor], names) : undefined;
}

/** Throws BenchError for shapes without a target, JortsError for files that do not fit. */
export function stepInputs(
  options: StepProgramOptions,
  mesh: Mesh | undefined,
  optimizer: optim.Transformation,
): StepInputs {
  const inputs = options.files === undefined ? shapes(options, mesh, optimizer) : read(options, mesh, optimizer);
  const places = mesh && loraShardings(options.config, inputs.state.lora, mesh);
  const whole = mesh && new NamedSharding(mesh, P());
  const outShardings = places && [likeLora(inputs.state, places, whole!), whole];
  return { ...inputs, outShardings };
}

type Unplaced = Omit<StepInputs, "outShardings">;

function read(
  { config, files }: StepProgramOptions,
  mesh: Mesh | undefined,
  optimizer: optim.Transformation,
): Unplaced {
  using weights = new SafetensorsFile(files!.weights);
  using batchFile = new SafetensorsFile(files!.batch);
  const params = readParams(weights, config, mesh);
  const lora = readLora(weights, config, mesh);
  const opt = optimizer.init(lora);
  const state: TrainState = {
    lora,
    opt:
      mesh === undefined
        ? opt
        : devicePut(opt, likeLora(opt, loraShardings(config, lora, mesh), new NamedSharding(mesh, P()))),
  };
  const counts = readBatch(batchFile, mesh, mesh === undefined ? 1 : dataSize(mesh));
  return { state, params, key: random.key(0), ...counts };
}

/** Shapes stand where tensors would: the program is traced with them as it would be with tensors. */
function shapes(options: StepProgramOptions, mesh: Mesh | undefined, optimizer: optim.Transformation): Unplaced {
  const { config, dtype, batch: rows, seq, rank } = options;
  if (mesh !== undefined && dataSize(mesh) > 1)
    throw new BenchError("shapes are given for --data 1 only; give --weights and --batch-file");
  const { params, lora, batch } = abstractInputs(config, dtype, rows, seq, rank, mesh);
  const bare = { lora, opt: evalShape((l: LoraParams) => optimizer.init(l), lora as never) };
  const whole = mesh && new NamedSharding(mesh, P());
  const places = mesh && loraShardings(config, lora as never, mesh);
  const state = places === undefined ? bare : placed(bare, leafPlaces(bare, places, whole!));
  const key = new ShapeDtypeStruct([2], "uint32", whole === undefined ? {} : { sharding: whole });
  const supervised = defaultSupervised(rows, seq);
  return { state, params, batch, key, maxSupervised: supervised, supervised } as unknown as Unplaced;
}

/** Moments lie as the parameters that they belong to; whatever is not of that rank is whole everywhere. */
function leafPlaces(state: unknown, places: ReturnType<typeof loraShardings>, whole: Sharding): Sharding[] {
  return tree.leavesWithPath(state).map(({ path, leaf }): Sharding => {
    const match = /\.(q|v)\.(a|b)$/.exec(path);
    if (match === null || (leaf as Tensor).ndim !== 3) return whole;
    return places[match[1] as "q" | "v"]![match[2] as "a" | "b"];
  });
}

/** The same as a tree. */
function likeLora(state: unknown, places: ReturnType<typeof loraShardings>, whole: Sharding): unknown {
  return tree.unflatten(tree.structure(state), leafPlaces(state, places, whole));
}

/** The same shapes with these shardings. */
function placed(state: unknown, shardings: readonly Sharding[]): unknown {
  const structs = tree.leaves(state) as unknown as readonly ShapeDtypeStruct[];
  return tree.unflatten(
    tree.structure(state),
    structs.map(({ shape, dtype }, i) => new ShapeDtypeStruct(shape, dtype, { sharding: shardings[i]! })),
  );
}
