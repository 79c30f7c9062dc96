// 300 training steps of `tiny` through the jitted function: nothing may be left behind.
import type { Group } from "../group.ts";
import type { Peer } from "../peer.ts";
import { sharedInputs, TINY } from "../reference.ts";
import { startOurs } from "./sides.ts";

async function memoryAfter(peer: Peer, steps: number) {
  await peer.ask("steps", { steps }, 30 * 60_000);
  return await peer.ask("memory", { memory: true });
}

export const steps300: Group = {
  name: "steps300",
  async run(context) {
    const inputs = await sharedInputs(await context.python(), TINY);
    await using ours = await startOurs(context, { workload: TINY, inputs, ourArgs: ["--jitted"] });
    const at10 = await memoryAfter(ours, 10);
    const at100 = await memoryAfter(ours, 90);
    context.log("steps300: 100 steps made …");
    const at200 = await memoryAfter(ours, 100);
    context.log("steps300: 200 steps made …");
    const at300 = await memoryAfter(ours, 100);
    const detail = { at10, at100, at200, at300 };
    return [
      { target: "steps300.buffers", ours: at300.live_buffers - at10.live_buffers, theirs: null, detail },
      { target: "steps300.memory", ours: at300.rss_mb / at100.rss_mb - 1, theirs: null, detail },
    ];
  },
};
