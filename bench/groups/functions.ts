// Very many small functions, traced, lowered and forgotten: nothing may be left of them.
import type { Group } from "../group.ts";
import { startProgram } from "../reference.ts";

const HOUR = 60 * 60_000;

export const functions: Group = {
  name: "functions",
  async run(context) {
    await using ours = await startProgram({ name: "jorts", program: "unrolled", plugin: context.plugin() });
    const after = async (steps: number) => {
      await ours.ask("steps", { steps }, HOUR);
      return await ours.ask("memory", { memory: true });
    };
    // Every fiftieth is compiled: 500 of them after 25,000.
    const at25000 = await after(25_000);
    context.log("functions: 25,000 …");
    const at50000 = await after(25_000);
    context.log("functions: 50,000 …");
    const at100000 = await after(50_000);
    const detail = { at25000, at50000, at100000 };
    return [
      { target: "functions.memory", ours: at100000.rss_mb / at25000.rss_mb - 1, theirs: null, detail },
      { target: "functions.buffers", ours: at100000.live_buffers - at25000.live_buffers, theirs: null, detail },
    ];
  },
};
