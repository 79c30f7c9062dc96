// One LoRA training step of jorts as a served bench program: the counterpart of bench/reference/llama_lora_jax.py.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as hlo from "../../hlo/index.ts";
import { makeTrainStep, type TrainState, type TrainStep } from "../../src/finetune/train/step.ts";
import { type Compiled, liveBuffers, optim, config as settings, type Tensor } from "../../src/index.ts";
import { type Facts, serve, stepHandlers } from "../protocol.ts";
import { meshOf, stepInputs } from "./step-inputs.ts";
import { stepOptions } from "./step-options.ts";

const options = stepOptions(process.argv.slice(2));
const { config, rank } = options;
const virtual = options.data * options.tensor;
if (virtual > 1 && options.target === undefined) settings.numCpuDevices = virtual;
if (options.dump !== undefined) settings.dumpDir = options.dump;

const optimizer = optim.chain(optim.clipByGlobalNorm(1), optim.adamw(options.learningRate, { weightDecay: 0.01 }));
const mesh = await meshOf(options);
const { params, batch, key, maxSupervised, supervised, outShardings, ...start } = stepInputs(options, mesh, optimizer);

/** A new jitted step: nothing of it is cached. */
const makeStep = () =>
  makeTrainStep({
    config,
    lora: { rank, alpha: 16, rsLora: false, dropout: 0, scale: 16 / rank },
    optimizer,
    schedule: optim.constantSchedule(options.learningRate),
    computeDtype: options.compute,
    remat: options.remat,
    mesh,
    outShardings,
  });

/** Traces, lowers, prints and compiles a new step. Lowering ends when the text stands that the compiler is given. */
function stage(compiling: boolean) {
  const jitted = makeStep();
  const t0 = performance.now();
  const traced = jitted.trace(start.state, params, batch, key, 0n as unknown as Tensor, maxSupervised);
  const t1 = performance.now();
  const lowered = traced.lower();
  const text = lowered.asText();
  const t2 = performance.now();
  const compiled = compiling ? lowered.compile({ compilerOptions: options.compilerOptions }) : undefined;
  const times = { trace_ms: t1 - t0, lower_ms: t2 - t1, ...(compiling ? { compile_ms: performance.now() - t2 } : {}) };
  return { text, compiled, times };
}

async function retrace({ compile }: { compile: boolean }) {
  const { compiled, times } = stage(compile);
  compiled?.[Symbol.dispose]();
  return times;
}

function compiledFacts(compiled: Compiled): Pick<Facts, "memory_per_device" | "collectives"> {
  const memory = compiled.memoryAnalysis();
  const optimized = hlo.fromProto(compiled.executable.optimizedProgram().code);
  return {
    memory_per_device: {
      argument: memory.argumentSizeInBytes,
      output: memory.outputSizeInBytes,
      alias: memory.aliasSizeInBytes,
      temp: memory.tempSizeInBytes,
      peak: memory.peakMemoryInBytes,
    },
    collectives: Object.fromEntries(Object.entries(hlo.hloCollectives(optimized)).map(([k, use]) => [k, use.count])),
  };
}

const first = stage(!options.traceOnly);
const ready: Facts = {
  bench: "jorts-llama-step",
  ...first.times,
  ...(first.compiled === undefined ? {} : compiledFacts(first.compiled)),
  stablehlo_bytes: Buffer.byteLength(first.text),
  supervised_positions: supervised,
};

const jitted = makeStep() as unknown as TrainStep;
const call = (state: TrainState, step: bigint) =>
  options.jitted
    ? jitted(state, params, batch, key, step, maxSupervised)
    : (first.compiled!.call(state, params, batch, key, step) as ReturnType<TrainStep>);

let state = start.state;
let steps = 0n;

/** One step, timed until its loss is here. */
async function step() {
  const t = performance.now();
  const [next, metrics] = call(state, steps++);
  state = next;
  const [loss] = await metrics.loss.data();
  const ms = performance.now() - t;
  for (const metric of Object.values(metrics)) (metric as Tensor).dispose();
  return { ms, loss: Number(loss) };
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

async function memory() {
  collect();
  const { count, bytes } = liveBuffers();
  return { rss_mb: process.memoryUsage.rss() / 2 ** 20, live_buffers: count, live_bytes: bytes };
}

const runs = options.files !== undefined && !options.traceOnly;
const handlers = stepHandlers({ step, retrace });
if (options.serve) await serve({ ready, handlers: runs ? { ...handlers, memory } : { retrace: handlers.retrace } });
else {
  console.log(JSON.stringify(ready));
  console.log(JSON.stringify(await retrace({ compile: false })));
  for (let i = 0; runs && i < options.steps; i++) console.log(JSON.stringify(await step()));
}
