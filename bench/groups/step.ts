// The LoRA step of SmolLM2-135M: time, the compiler's temporary memory with and without remat, peak memory, first loss.
import type { Group } from "../group.ts";
import { SMOLLM2, sharedInputs } from "../reference.ts";
import {
  againstBetter,
  againstSmaller,
  alternateSteps,
  firstLossOf,
  jaxFacts,
  MIB,
  memoryOf,
  startOurs,
  withSides,
} from "./sides.ts";

export const step: Group = {
  name: "step",
  async run(context) {
    const inputs = await sharedInputs(await context.python(), SMOLLM2);
    const options = { workload: SMOLLM2, inputs };
    const measured = await withSides(context, options, async (sides) => {
      const { ours, own, plugin } = sides;
      const stepped = await alternateSteps(sides, context.rounds);
      const temporary = (peer: typeof ours) => memoryOf(peer.facts).temp / MIB;
      return [
        againstBetter("step.time", stepped.time),
        againstSmaller("step.temporary.remat-none", temporary(ours), {
          own: temporary(own),
          plugin: temporary(plugin),
        }),
        againstSmaller("step.peak-rss", ours.peakRssMb(), { own: own.peakRssMb(), plugin: plugin.peakRssMb() }),
        firstLossOf("step.first-loss", stepped),
      ];
    });
    context.log("step: per-layer remat …");
    const args = ["--remat", "layer"];
    await using ours = await startOurs(context, { ...options, args });
    const theirs = await jaxFacts(context, { workload: SMOLLM2, args });
    const remat = againstSmaller("step.temporary.remat-layer", memoryOf(ours.facts).temp / MIB, {
      own: memoryOf(theirs.own).temp / MIB,
      plugin: memoryOf(theirs.plugin).temp / MIB,
    });
    return [...measured, remat];
  },
};
