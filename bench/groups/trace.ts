// Trace and lower of the SmolLM2 step, again and again with cold caches in a warm process. Ours prints the text as well.
import { alternate } from "../alternate.ts";
import type { Group } from "../group.ts";
import type { Peer } from "../peer.ts";
import { SMOLLM2, sharedInputs } from "../reference.ts";
import { startJax, startOurs } from "./sides.ts";

/** Passes of one sample; the fastest counts. */
const PASSES = 5;

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
    return [
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
