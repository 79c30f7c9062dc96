// `tiny`, tensor-parallel over virtual CPU devices: memory, collectives, time, and the losses of one device.
import type { Group } from "../group.ts";
import { liveBytes } from "../protocol.ts";
import { sharedInputs, TINY } from "../reference.ts";
import type { Measurement } from "../verdict.ts";
import {
  againstBetter,
  againstSmaller,
  alternateSteps,
  collectivesOf,
  firstLossOf,
  MIB,
  memoryOf,
  type Sides,
  withSides,
} from "./sides.ts";

const SIZES = [1, 2, 4, 8];

const each = ({ ours, own, plugin }: Sides, f: (facts: Sides["ours"]["facts"]) => number) =>
  [f(ours.facts), { own: f(own.facts), plugin: f(plugin.facts) }] as const;

/** The largest |a − b| / |b|. */
const farthest = (a: readonly number[], b: readonly number[]) =>
  Math.max(...a.map((x, i) => Math.abs(x - b[i]!) / Math.abs(b[i]!)));

export const mesh: Group = {
  name: "mesh",
  async run(context) {
    const inputs = await sharedInputs(await context.python(), TINY);
    const measured: Measurement[] = [];
    let alone: readonly number[] | undefined;
    for (const n of SIZES) {
      context.log(`mesh: ${n} …`);
      await withSides(context, { workload: TINY, inputs, args: ["--tensor", String(n)] }, async (sides) => {
        const stepped = await alternateSteps(sides, context.rounds);
        const { ours: losses } = stepped.losses;
        measured.push(
          againstSmaller(`mesh.${n}.memory`, ...each(sides, (facts) => liveBytes(memoryOf(facts)) / MIB)),
          againstSmaller(`mesh.${n}.collectives`, ...each(sides, collectivesOf)),
          againstBetter(`mesh.${n}.time`, stepped.time),
        );
        if (alone === undefined) {
          alone = losses;
          measured.push(firstLossOf("mesh.1.first-loss", stepped));
        } else {
          const difference = farthest(losses, alone);
          measured.push({ target: `mesh.${n}.losses`, ours: difference, theirs: null, detail: { losses, alone } });
        }
      });
    }
    return measured;
  },
};
