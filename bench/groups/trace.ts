// Trace and lower of the SmolLM2 step, again and again with cold caches in a warm process. Ours prints the text as well.
import { alternate } from "../alternate.ts";
import type { Group } from "../group.ts";
import type { Peer } from "../peer.ts";
import { SMOLLM2, sharedInputs, startProgram, startReference } from "../reference.ts";
import { startJax, startOurs } from "./sides.ts";

/** Passes of one sample; the fastest counts. */
const PASSES = 5;
/** Equations of the unrolled programs, and seconds of one sample of them. */
const [FEW, MANY] = [2000, 50_000];
const SECONDS = 0.4;

export const trace: Group = {
  name: "trace",
  async run(context) {
    const inputs = await sharedInputs(await context.python(), SMOLLM2);
    const args = ["--trace-only"];
    await using ours = await startOurs(context, { workload: SMOLLM2, inputs, args });
    // No client takes part in tracing, so one JAX is enough.
    await using jax = await startJax(context, "own", { workload: SMOLLM2, args });
    const parts: Record<"ours" | "jax", unknown[]> = { ours: [], jax: [] };
    const sample = (peer: Peer, side: "ours" | "jax") => async () => {
      const times = await peer.ask("retrace", { retrace: PASSES });
      parts[side].push(times);
      return times.total_ms;
    };
    const result = await alternate({
      ours: sample(ours, "ours"),
      theirs: { jax: sample(jax, "jax") },
      rounds: context.rounds,
      warmup: 1,
    });
    await using unrolled = await startProgram({ name: "jorts", program: "unrolled", plugin: context.plugin() });
    await using unrolledJax = await startReference({ python: await context.python(), script: "unrolled_jax.py" });
    const per =
      (peer: Peer, equations: number, seconds = SECONDS) =>
      async () =>
        (await peer.ask("run", { run: `unrolled_${equations}`, seconds })).min_us / 1000;
    const beside = await alternate({
      ours: per(unrolled, FEW),
      theirs: { jax: per(unrolledJax, FEW) },
      rounds: context.rounds,
      warmup: 1,
    });
    const long = await alternate({
      ours: async () => (1000 * (await per(unrolled, MANY, 5 * SECONDS)())) / MANY,
      theirs: { few: async () => (1000 * (await per(unrolled, FEW)())) / FEW },
      rounds: context.rounds,
    });
    return [
      {
        target: "trace.unrolled",
        ours: beside.ours.min,
        theirs: beside.theirs.jax.min,
        against: "JAX",
        detail: { ...beside },
      },
      {
        target: "trace.linear",
        ours: long.ours.min,
        theirs: long.theirs.few.min,
        against: "jorts, 2,000 equations",
        detail: { ...long },
      },
      {
        target: "trace.total",
        ours: result.ours.min,
        theirs: result.theirs.jax.min,
        against: "JAX",
        detail: { ours: result.ours, theirs: result.theirs, parts },
      },
    ];
  },
};
