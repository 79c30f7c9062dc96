// The same step where a third of the positions counts, and where all count.
import type { Group } from "../group.ts";
import { SMOLLM2, sharedInputs } from "../reference.ts";
import type { Measurement } from "../verdict.ts";
import { againstBetter, alternateSteps, firstLossOf, withSides } from "./sides.ts";

export const supervised: Group = {
  name: "supervised",
  async run(context) {
    const measured: Measurement[] = [];
    for (const share of [0.33, "all"] as const) {
      context.log(`supervised: ${share} …`);
      const workload = { ...SMOLLM2, supervised: share };
      const inputs = await sharedInputs(await context.python(), workload);
      const stepped = await withSides(context, { workload, inputs }, (sides) => alternateSteps(sides, context.rounds));
      measured.push(
        againstBetter(`supervised.${share}.time`, stepped.time),
        firstLossOf(`supervised.${share}.first-loss`, stepped),
      );
    }
    return measured;
  },
};
