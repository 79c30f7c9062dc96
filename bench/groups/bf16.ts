// Base weights stored in bf16, computed with in bf16 as JAX's run does and in f32: beside jorts' own f32 step, and JAX.
import { alternate, type Series } from "../alternate.ts";
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
    const inputs = await sharedInputs(python, workload);
    await using narrow = await startOurs(context, { workload, inputs, ourArgs: ["--compute", "bf16"] });
    await using widened = await startOurs(context, { workload, inputs, ourArgs: ["--compute", "f32"] });
    await using f32 = await startOurs(context, { workload: SMOLLM2, inputs: await sharedInputs(python, SMOLLM2) });
    const steppers = { narrow: new Stepper(narrow), widened: new Stepper(widened), f32: new Stepper(f32) };
    const { ours, theirs } = await alternate({
      ours: steppers.f32.sample,
      theirs: { narrow: steppers.narrow.sample, widened: steppers.widened.sample },
      rounds: context.rounds,
      warmup: 1,
    });
    const jax = await jaxFacts(context, { workload });
    const measured = (id: string, times: Series, { facts, losses }: { facts: Facts; losses: readonly number[] }) => [
      {
        target: `bf16.${id}time`,
        ours: times.min,
        theirs: ours.min,
        against: "jorts, f32",
        detail: { ours: times, theirs: ours, losses: { bf16: losses, f32: steppers.f32.losses } },
      },
      againstSmaller(`bf16.${id}memory`, live(facts), { own: live(jax.own), plugin: live(jax.plugin) }),
    ];
    return [
      ...measured("", theirs.narrow, { facts: narrow.facts, losses: steppers.narrow.losses }),
      ...measured("widened.", theirs.widened, { facts: widened.facts, losses: steppers.widened.losses }),
    ];
  },
};
