// Base weights stored in bf16 and computed with in f32: time beside jorts' own f32 step, memory beside JAX's bf16 run.
import { alternate } from "../alternate.ts";
import type { Group } from "../group.ts";
import type { Facts } from "../protocol.ts";
import { SMOLLM2, sharedInputs } from "../reference.ts";
import { againstSmaller, jaxFacts, MIB, memoryOf, Stepper, startOurs } from "./sides.ts";

const live = (facts: Facts) => (memoryOf(facts).argument + memoryOf(facts).temp) / MIB;

export const bf16: Group = {
  name: "bf16",
  async run(context) {
    const python = await context.python();
    const workload = { ...SMOLLM2, dtype: "bf16" } as const;
    await using narrow = await startOurs(context, { workload, inputs: await sharedInputs(python, workload) });
    await using wide = await startOurs(context, { workload: SMOLLM2, inputs: await sharedInputs(python, SMOLLM2) });
    const steppers = { narrow: new Stepper(narrow), wide: new Stepper(wide) };
    const { ours, theirs } = await alternate({
      ours: steppers.narrow.sample,
      theirs: { f32: steppers.wide.sample },
      rounds: context.rounds,
      warmup: 1,
    });
    const jax = await jaxFacts(context, { workload });
    const losses = { bf16: steppers.narrow.losses, f32: steppers.wide.losses };
    return [
      {
        target: "bf16.time",
        ours: ours.min,
        theirs: theirs.f32.min,
        against: "jorts, f32",
        detail: { ours, theirs, losses },
      },
      againstSmaller("bf16.memory", live(narrow.facts), { own: live(jax.own), plugin: live(jax.plugin) }),
    ];
  },
};
