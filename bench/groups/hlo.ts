// StableHLO as data: a module of 5 MB parsed and printed, beside the plugin's own parse-and-compile of it.
import { alternate } from "../alternate.ts";
import type { Group } from "../group.ts";
import { startProgram } from "../reference.ts";
import type { Measurement } from "../verdict.ts";

/** Seconds of one sample. */
const SECONDS = 1;

export const hlo: Group = {
  name: "hlo",
  async run(context) {
    await using program = await startProgram({ name: "jorts", program: "hlo", plugin: context.plugin() });
    const megabytes = Number(program.facts.bytes) / 1e6;
    const seconds = (name: string) => async () =>
      (await program.ask("run", { run: name, seconds: SECONDS })).min_us / 1e6;
    const measured: Measurement[] = [];
    for (const name of ["parse", "print"] as const) {
      const beside = await alternate({
        ours: seconds(name),
        theirs: { plugin: seconds("compile") },
        rounds: context.rounds,
        warmup: 1,
      });
      measured.push({
        target: `hlo.${name}`,
        ours: megabytes / beside.ours.min,
        theirs: megabytes / beside.theirs.plugin.min,
        against: "the plugin, parse and compile",
        detail: { megabytes, ...beside },
      });
    }
    return measured;
  },
};
