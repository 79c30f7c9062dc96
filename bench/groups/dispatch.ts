// What a jitted call costs: beside JAX, and beside the bare executable in the same process.
import { type Alternation, alternate } from "../alternate.ts";
import type { Group, GroupContext } from "../group.ts";
import type { Peer } from "../peer.ts";
import { startProgram, startReference } from "../reference.ts";
import type { Measurement } from "../verdict.ts";
import { againstBetter, type Client } from "./sides.ts";

/** Seconds of one sample; the fastest of its calls counts. */
const SECONDS = 0.4;
const COUNTS = [1, 10, 100, 1000];
/** Cases of JAX's own api_benchmark.py. */
const MIRRORED = ["trivial", "simple", "small_matmul", "big_matmul", "pruned_1000", "device_put"];

const startJax = async (context: GroupContext, client: Client) =>
  startReference({
    python: await context.python(),
    script: "dispatch_jax.py",
    ...(client === "plugin" ? { plugin: context.plugin() } : {}),
  });

/** Microseconds of the fastest call of a case. */
const sample = (peer: Peer, name: string) => async () =>
  (await peer.ask("run", { run: name, seconds: SECONDS })).min_us;

export const dispatch: Group = {
  name: "dispatch",
  async run(context) {
    const { rounds } = context;
    await using ours = await startProgram({ name: "jorts", program: "dispatch", plugin: context.plugin() });
    await using own = await startJax(context, "own");
    await using plugin = await startJax(context, "plugin");
    const theirs = (name: string) => ({ own: sample(own, name), plugin: sample(plugin, name) });
    const measured: Measurement[] = [];
    for (const n of COUNTS) {
      const name = `many_args_${n}`;
      const all = await alternate({
        ours: sample(ours, name),
        theirs: { ...theirs(name), koffi: sample(ours, `koffi_${n}`) },
        rounds,
        warmup: 1,
      });
      const { koffi, ...jax } = all.theirs;
      const best: Client = jax.plugin.min < jax.own.min ? "plugin" : "own";
      const beside: Alternation<Client> = { ours: all.ours, theirs: jax, best, ratio: all.ours.min / jax[best].min };
      measured.push(againstBetter(`dispatch.${n}.jax`, beside), {
        target: `dispatch.${n}.koffi`,
        ours: all.ours.min,
        theirs: koffi.min,
        against: "bare koffi",
        detail: { ours: all.ours, koffi },
      });
    }
    const besideJax = (name: string) =>
      alternate<Client>({ ours: sample(ours, name), theirs: theirs(name), rounds, warmup: 1 });
    const nested = await alternate({
      ours: sample(ours, "pytree_300"),
      theirs: { koffi: sample(ours, "koffi_300") },
      rounds,
      warmup: 1,
    });
    for (const name of MIRRORED) measured.push(againstBetter(`dispatch.${name}`, await besideJax(name)));
    return [
      ...measured,
      againstBetter("dispatch.pytree-300", await besideJax("pytree_300")),
      {
        target: "dispatch.pytree-300.koffi",
        ours: nested.ours.min,
        theirs: nested.theirs.koffi.min,
        against: "bare koffi",
        detail: { ...nested },
      },
      againstBetter("dispatch.donated-300", await besideJax("donated_300")),
      againstBetter("dispatch.eager-add", await besideJax("eager_add")),
    ];
  },
};
