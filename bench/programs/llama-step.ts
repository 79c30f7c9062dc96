// One LoRA training step of jorts as a served bench program: the counterpart of bench/reference/llama_lora_jax.py.
import { parseArgs } from "node:util";
import * as hlo from "../../hlo/index.ts";
import { gpuTopology } from "../../src/compile/topology.ts";
import { makeTrainStep, type TrainState } from "../../src/finetune/train/step.ts";
import {
  devicePut,
  evalShape,
  Mesh,
  makeMesh,
  NamedSharding,
  optim,
  P,
  random,
  ShapeDtypeStruct,
  type Sharding,
  config as settings,
  type Tensor,
  tree,
} from "../../src/index.ts";
import { SafetensorsFile } from "../../src/io/index.ts";
import { loraShardings } from "../../src/llama/lora.ts";
import { dataSize } from "../../src/llama/weights.ts";
import { serve, stepHandlers } from "../protocol.ts";
import { abstractInputs, configs, readBatch, readLora, readParams } from "./inputs.ts";

const { values: a } = parseArgs({
  options: {
    config: { type: "string", default: "tiny" },
    batch: { type: "string", default: "8" },
    seq: { type: "string", default: "256" },
    dtype: { type: "string", default: "f32" },
    data: { type: "string", default: "1" },
    tensor: { type: "string", default: "1" },
    rank: { type: "string", default: "16" },
    lr: { type: "string", default: "1e-3" },
    remat: { type: "string", default: "none" },
    compute: { type: "string", default: "" },
    weights: { type: "string" },
    "batch-file": { type: "string" },
    target: { type: "string" },
    steps: { type: "string", default: "3" },
    serve: { type: "boolean", default: false },
    dump: { type: "string" },
    xla: { type: "string", multiple: true, default: [] },
  },
});

const config = configs[a.config!]!;
const stored = a.dtype === "bf16" ? "bfloat16" : "float32";
const compute = a.compute ? (a.compute === "bf16" ? "bfloat16" : "float32") : a.target ? stored : "float32";
const [data, tensor] = [Number(a.data), Number(a.tensor)];
if (data * tensor > 1 && !a.target) settings.numCpuDevices = data * tensor;
if (a.dump) settings.dumpHlo = a.dump;

const sizes = [data, tensor];
const names = ["data", "tensor"];
const mesh = a.target
  ? new Mesh((await gpuTopology("h100", data * tensor)).slice(0, data * tensor), names, sizes)
  : data * tensor > 1
    ? makeMesh(sizes, names)
    : undefined;

const optimizer = optim.chain(optim.clipByGlobalNorm(1), optim.adamw(Number(a.lr), { weightDecay: 0.01 }));
const rank = Number(a.rank);
const facts = { rank, alpha: 16, rsLora: false, dropout: 0, scale: 16 / rank };
const whole = mesh && new NamedSharding(mesh, P());

/** Moments lie as what they belong to. */
function shardingList(state: unknown, places: ReturnType<typeof loraShardings>): Sharding[] {
  return tree.leavesWithPath(state).map(({ path, leaf }): Sharding => {
    const match = /\.(q|v)\.(a|b)$/.exec(path);
    if (match === null || (leaf as Tensor).ndim !== 3) return whole!;
    return places[match[1] as "q" | "v"]![match[2] as "a" | "b"];
  });
}

const stateShardings = (state: unknown, places: ReturnType<typeof loraShardings>): unknown =>
  tree.unflatten(tree.structure(state), shardingList(state, places));

/** The same shapes, placed. */
const withShardings = (shapes: unknown, places: readonly Sharding[]): unknown =>
  tree.unflatten(
    tree.structure(shapes),
    tree.leaves(shapes).map((s, i) => {
      const { shape, dtype } = s as unknown as ShapeDtypeStruct;
      return new ShapeDtypeStruct(shape, dtype, { sharding: places[i]! });
    }),
  );

interface Inputs {
  state: TrainState;
  params: never;
  batch: never;
  key: Tensor;
  maxSupervised: number;
  supervised: number;
}

function realInputs(): Inputs {
  using weights = new SafetensorsFile(a.weights!);
  using batchFile = new SafetensorsFile(a["batch-file"]!);
  const params = readParams(weights, config, mesh);
  const lora = readLora(weights, config, mesh);
  let state: TrainState = { lora, opt: optimizer.init(lora) };
  if (mesh) state = devicePut(state, stateShardings(state, loraShardings(config, lora, mesh)));
  const { batch, maxSupervised, supervised } = readBatch(batchFile, mesh, mesh ? dataSize(mesh) : 1);
  return { state, params: params as never, batch: batch as never, key: random.key(0), maxSupervised, supervised };
}

function abstract(): Inputs {
  const [rows, time] = [Number(a.batch), Number(a.seq)];
  const { params, lora, batch } = abstractInputs(config, stored, rows, time, rank, mesh);
  const bare = { lora, opt: evalShape((l: unknown) => optimizer.init(l), lora as never) };
  const state = mesh ? withShardings(bare, shardingList(bare, loraShardings(config, lora as never, mesh))) : bare;
  const key = new ShapeDtypeStruct([2], "uint32", whole ? { sharding: whole } : {});
  const supervised = Math.floor(rows * time * 0.74);
  return {
    state: state as never,
    params: params as never,
    batch: batch as never,
    key: key as never,
    maxSupervised: supervised,
    supervised,
  };
}

const inputs = a.weights ? realInputs() : abstract();
const { params, batch, key, maxSupervised } = inputs;
let { state } = inputs;
const outShardings = mesh ? [stateShardings(state, loraShardings(config, state.lora, mesh)), whole] : undefined;
const make = () =>
  makeTrainStep({
    config,
    lora: facts,
    optimizer,
    schedule: optim.constantSchedule(Number(a.lr)),
    computeDtype: compute,
    remat: a.remat === "layer" ? "layer" : "none",
    mesh,
    outShardings,
  });
const now = () => performance.now();

/** `--xla name=value` */
const compilerOptions = Object.fromEntries(
  a.xla!.map((o) => {
    const [name, value] = o.split("=") as [string, string];
    return [name, value === "true" ? true : value === "false" ? false : Number.isNaN(Number(value)) ? value : Number(value)];
  }),
);

function stage(compile: boolean) {
  const jitted = make();
  const t0 = now();
  const traced = jitted.trace(state as never, params, batch, key as never, 0n as never, maxSupervised);
  const t1 = now();
  const lowered = traced.lower();
  const text = lowered.asText();
  const t2 = now();
  const compiled = compile ? lowered.compile({ compilerOptions }) : undefined;
  return {
    jitted,
    traced,
    lowered,
    text,
    compiled,
    times: { trace_ms: t1 - t0, lower_ms: t2 - t1, compile_ms: now() - t2 },
  };
}

const first = stage(true);
const memory = first.compiled!.memoryAnalysis();
const optimized = hlo.fromProto(first.compiled!.executable.optimizedProgram().code);
const collectives = Object.fromEntries(Object.entries(hlo.hloCollectives(optimized)).map(([k, v]) => [k, v.count]));
const about = {
  bench: "jorts-llama-step",
  ...first.times,
  memory_per_device: {
    argument: memory.argumentSizeInBytes,
    output: memory.outputSizeInBytes,
    alias: memory.aliasSizeInBytes,
    temp: memory.tempSizeInBytes,
    peak: memory.peakMemoryInBytes,
  },
  collectives,
  stablehlo_bytes: first.text.length,
  supervised_positions: inputs.supervised,
};
first.compiled![Symbol.dispose]();

const { jitted } = first;
let count = 0;
async function step() {
  const t = now();
  const [next, metrics] = jitted(state, params, batch, key, BigInt(count++) as never, maxSupervised);
  state = next;
  const [loss] = await (metrics.loss as Tensor).data();
  const ms = now() - t;
  for (const m of Object.values(metrics)) (m as Tensor).dispose();
  return { ms, loss: Number(loss) };
}
async function retrace({ compile }: { compile: boolean }) {
  const s = stage(compile);
  s.compiled?.[Symbol.dispose]();
  const { trace_ms, lower_ms, compile_ms } = s.times;
  return compile ? { trace_ms, lower_ms, compile_ms } : { trace_ms, lower_ms };
}

if (a.serve) serve({ ready: about, handlers: stepHandlers({ step, retrace }) });
else {
  console.log(JSON.stringify(about));
  for (let i = 0; i < 3; i++) console.log(JSON.stringify(await retrace({ compile: false })));
  if (a.weights) for (let i = 0; i < Number(a.steps); i++) console.log(JSON.stringify(await step()));
}
