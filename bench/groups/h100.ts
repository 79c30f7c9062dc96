// Llama-2-7B compiled for H100s that are not here. Slow: half a minute for each compile, eight points, two sides.
import { installCudaTools, installPlugin } from "../../runtime/index.ts";
import { alternate } from "../alternate.ts";
import { BenchError } from "../errors.ts";
import type { Group, GroupContext } from "../group.ts";
import type { Peer } from "../peer.ts";
import type { Facts } from "../protocol.ts";
import type { Workload } from "../reference.ts";
import type { Measurement } from "../verdict.ts";
import { collectivesOf, MIB, memoryOf, type RunOptions, startJax, startOurs } from "./sides.ts";

const SEQUENCES = [512, 2048];
const SIZES = [1, 2, 4, 8];
/** MiB of the bf16 weights on all devices together. */
const WEIGHTS = 12_853;
/** A compile varies little beside the time that it takes. */
const MOST_ROUNDS = 2;

/** MiB of one device at its fullest, less its share of the weights. Throws BenchError when no peak was told. */
function beyondWeights(facts: Facts, devices: number): number {
  const { peak } = memoryOf(facts);
  if (peak === undefined) throw new BenchError(`${facts.bench} told no peak memory`);
  return peak / MIB - WEIGHTS / devices;
}

function totalMs({ bench, trace_ms, lower_ms, compile_ms }: Facts): number {
  if (trace_ms === undefined || lower_ms === undefined || compile_ms === undefined)
    throw new BenchError(`${bench} told no times of tracing, lowering and compiling`);
  return trace_ms + lower_ms + compile_ms;
}

/** Every sample is a process of its own: what it said when it had compiled is kept. */
function fresh(start: () => Promise<Peer>) {
  const kept: Facts[] = [];
  const sample = async () => {
    await using peer = await start();
    kept.push(peer.facts);
    return totalMs(peer.facts);
  };
  return { kept, sample };
}

async function point(context: GroupContext, cuda: readonly string[], seq: number, n: number): Promise<Measurement[]> {
  const workload: Workload = { config: "llama2-7b", batch: 1, seq, dtype: "bf16" };
  const options: RunOptions = { workload, args: ["--tensor", String(n), "--remat", "layer", "--target", "h100"] };
  const ours = fresh(() => startOurs(context, options));
  const jax = fresh(() => startJax(context, "own", { ...options, args: [...options.args!, ...cuda] }));
  const time = await alternate({
    ours: ours.sample,
    theirs: { jax: jax.sample },
    rounds: Math.min(context.rounds, MOST_ROUNDS),
  });
  const [mine, other] = [ours.kept[0]!, jax.kept[0]!];
  const compared = (what: string, a: number, b: number, detail: unknown): Measurement => ({
    target: `h100.${seq}.${n}.${what}`,
    ours: a,
    theirs: b,
    against: "JAX",
    detail,
  });
  return [
    compared("memory", beyondWeights(mine, n), beyondWeights(other, n), [
      mine.memory_per_device,
      other.memory_per_device,
    ]),
    compared("collectives", collectivesOf(mine), collectivesOf(other), [mine.collectives, other.collectives]),
    compared("compile", time.ours.min, time.theirs.jax.min, [ours.kept, jax.kept]),
  ];
}

export const h100: Group = {
  name: "h100",
  async run(context) {
    const cuda = ["--cuda-plugin", await installPlugin("cuda13"), "--cuda-data", await installCudaTools()];
    const measured: Measurement[] = [];
    for (const seq of SEQUENCES)
      for (const n of SIZES) {
        context.log(`h100: 1 × ${seq} on ${n} …`);
        measured.push(...(await point(context, cuda, seq, n)));
      }
    return measured;
  },
};
