// The groups' arithmetic and the step program's command line. Whole groups run by `npm run bench`.
import { describe, expect, test } from "vitest";
import {
  againstBetter,
  againstSmaller,
  alternateSteps,
  collectivesOf,
  firstLossOf,
  memoryOf,
  Stepper,
} from "../../bench/groups/sides.ts";
import { groups } from "../../bench/groups.ts";
import { programFile } from "../../bench/paths.ts";
import { Peer } from "../../bench/peer.ts";
import { defaultSupervised } from "../../bench/programs/inputs.ts";
import { stepOptions } from "../../bench/programs/step-options.ts";
import { DEFAULT_GROUPS, GROUPS } from "../../bench/targets.ts";

/** A Node child that serves steps: step i takes `times[i]` ms and its loss is `loss` − i. */
function stepping(times: readonly number[], loss: number): Promise<Peer> {
  const source = `console.log(JSON.stringify({ ready: { bench: "child" } }));
    const times = ${JSON.stringify(times)}; let i = 0;
    require("node:readline").createInterface({ input: process.stdin }).on("line", () => {
      const ms = times[i], loss = ${loss} - i++;
      console.log(JSON.stringify({ ms, loss, times_ms: [ms], losses: [loss] }));
    });`;
  return Peer.start({ name: "child", command: process.execPath, args: ["-e", source] });
}

describe("comparisons", () => {
  test("steps alternate, the first of each is not timed, and every loss is kept", async () => {
    await using ours = await stepping([100, 6, 5], 8);
    await using own = await stepping([100, 9, 7], 8.5);
    await using plugin = await stepping([100, 4, 8], 8.25);
    const stepped = await alternateSteps({ ours, own, plugin }, 2);
    expect(stepped.time).toMatchObject({ ours: { samples: [6, 5], min: 5 }, best: "plugin", ratio: 1.25 });
    expect(stepped.losses).toEqual({ ours: [8, 7, 6], own: [8.5, 7.5, 6.5], plugin: [8.25, 7.25, 6.25] });
    expect(againstBetter("x.time", stepped.time)).toMatchObject({ ours: 5, theirs: 4, against: "JAX, same plugin" });
    expect(firstLossOf("x.loss", stepped)).toMatchObject({ ours: 0.5, theirs: null });
  });

  test("a first loss needs a step", async () => {
    await using peer = await stepping([1], 3);
    const stepper = new Stepper(peer);
    expect(() => stepper.firstLoss).toThrow("before the first step");
    expect(await stepper.sample()).toBe(1);
    expect(stepper.firstLoss).toBe(3);
  });

  test("the smaller of JAX's clients counts", () => {
    expect(againstSmaller("x", 2, { own: 4, plugin: 5 })).toMatchObject({ theirs: 4, against: "JAX, own client" });
    expect(againstSmaller("x", 2, { own: 4, plugin: 3 })).toMatchObject({ theirs: 3, against: "JAX, same plugin" });
  });

  test("collectives of every kind are added; what was not compiled has neither them nor memory", () => {
    expect(collectivesOf({ bench: "b", collectives: { "all-reduce": 9, "all-gather": 2 } })).toBe(11);
    expect(collectivesOf({ bench: "b", collectives: {} })).toBe(0);
    expect(() => collectivesOf({ bench: "b" })).toThrow("b told no collectives");
    expect(() => memoryOf({ bench: "b" })).toThrow("b told no memory");
  });
});

test("every group is registered, and the slow one is left out unless it is named", () => {
  expect(groups.map((g) => g.name)).toEqual([...GROUPS]);
  expect(GROUPS.filter((name) => !DEFAULT_GROUPS.includes(name))).toEqual(["h100"]);
});

test("from source there is no program to start", () => {
  expect(() => programFile("llama-step")).toThrow(/programs\/llama-step\.js is not there; build first/);
});

test("positions that the reference's default batch supervises", () => {
  expect([defaultSupervised(4, 256), defaultSupervised(8, 256), defaultSupervised(1, 512)]).toEqual([726, 1436, 384]);
});

describe("the step program's options", () => {
  test("defaults are the reference programs'", () => {
    expect(stepOptions([])).toMatchObject({
      config: { layers: 4, hiddenSize: 256 },
      batch: 8,
      seq: 256,
      dtype: "float32",
      compute: "float32",
      rank: 16,
      learningRate: 1e-3,
      remat: "none",
    });
  });

  test("computes in f32 on the CPU and in the storage type on a GPU, unless told", () => {
    const compute = (...args: string[]) => stepOptions(["--dtype", "bf16", ...args]).compute;
    expect([compute(), compute("--target", "h100"), compute("--compute", "bf16")]).toEqual([
      "float32",
      "bfloat16",
      "bfloat16",
    ]);
  });

  test("XLA options are booleans, numbers or text", () => {
    const { compilerOptions } = stepOptions(["--xla", "a=true", "--xla", "b=12", "--xla", "c=x=y"]);
    expect(compilerOptions).toEqual({ a: true, b: 12, c: "x=y" });
  });

  test.each([
    [["--remat", "dots"], "--remat dots: expected one of none, layer"],
    [["--tensor", "1.5"], "--tensor 1.5: expected an integer"],
    [["--batch", "0"], "--batch 0: expected a positive number"],
    [["--weights", "w"], "give --weights and --batch-file together"],
    [["--xla", "fast"], "--xla fast: expected NAME=VALUE"],
    [["--supervised", "all"], "Unknown option '--supervised'"],
  ])("%j is refused", (args, message) => {
    expect(() => stepOptions(args)).toThrow(message);
  });
});
