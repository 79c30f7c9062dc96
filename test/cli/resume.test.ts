// A run by the built command that is interrupted, meets a full disk, and still ends bit for bit as an undisturbed one.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { listCheckpoints, loadDataset, readMetrics, train } from "jorts/finetune";
import { beforeAll, expect, test } from "vitest";
import { stringify } from "yaml";
import { jorts, numbers, requireBuild, Workspace } from "./workspace.ts";

beforeAll(requireBuild);
const workspace = new Workspace();
const parts = {
  lora: { rank: 32, dropout: 0.2 },
  training: { steps: 200, batchSize: 3, microBatchSize: 3, saveEvery: 10, evalEvery: 40, keepCheckpoints: null },
};

test("Ctrl-C writes a checkpoint and exits with 130; a full disk loses nothing; resuming ends bit for bit the same", async () => {
  const undisturbed = workspace.configure("undisturbed", parts);
  using whole = await train(undisturbed, await loadDataset(undisturbed));
  await whole.export();

  const dir = workspace.at("disturbed");
  const yaml = workspace.write("run.yaml", stringify(workspace.settings("disturbed", parts)));
  let sent = false;
  const first = await jorts(["finetune", yaml, "--json"], {
    onStdout: (text, kill) => {
      if (sent || !text.includes('"step":7,')) return;
      sent = true;
      kill("SIGINT");
    },
  });
  expect(first.stderr).toContain("SIGINT: stopping after this step");
  expect(first.code, first.stderr).toBe(130);
  const [stopped] = listCheckpoints(dir).slice(-1);
  expect(first.stderr).toContain(`Continue with: jorts finetune ${dir}/config.yaml --resume`);
  const { step } = JSON.parse(readFileSync(join(stopped!, "run.json"), "utf8"));
  expect(step).toBeGreaterThanOrEqual(7);
  expect(step).toBeLessThan(200);
  expect(existsSync(join(dir, "adapter"))).toBe(false);

  // No file may grow beyond 64 kB: the checkpoint's state does not fit.
  const before = listCheckpoints(dir);
  const full = await jorts(["finetune", join(dir, "config.yaml"), "--resume", "--json"], { maxFileBlocks: 128 });
  expect(full.code).toBe(1);
  expect(full.stderr).toMatch(/error: .*state\.safetensors: found a file size limit reached/);
  expect(full.stderr).not.toMatch(/\n\s+at /);
  expect(listCheckpoints(dir)).toEqual(before);
  expect(readdirSync(join(dir, "checkpoints"))).toHaveLength(before.length);

  const dump = workspace.at("dump");
  const last = await jorts(["finetune", join(dir, "config.yaml"), "--resume", "--json", "--dump-hlo", dump]);
  expect(last.code, last.stderr).toBe(0);
  const events = last.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string; adapter?: string });
  expect(events.at(-1)).toMatchObject({ type: "exported", adapter: join(dir, "adapter"), merged: null });
  for (const file of ["adapter_model.safetensors", "adapter_config.json"])
    expect(readFileSync(join(dir, "adapter", file))).toEqual(
      readFileSync(join(undisturbed.output.dir, "adapter", file)),
    );
  const records = (of: string) => numbers(readMetrics(join(of, "metrics.jsonl")));
  expect(records(dir)).toEqual(records(undisturbed.output.dir));

  const dumped = readdirSync(dump).filter((name) => name.includes("trainStep"));
  expect(dumped.map((name) => name.replace(/^\d+/, "N"))).toEqual([
    "N.jit_trainStep.jaxpr.txt",
    "N.jit_trainStep.json",
    "N.jit_trainStep.optimized.hlo.pb",
    "N.jit_trainStep.optimized.txt",
    "N.jit_trainStep.stablehlo.mlir",
  ]);
  expect(readFileSync(join(dump, dumped[3]!), "utf8")).toMatch(/^HloModule/);
  expect(readFileSync(join(dump, dumped[4]!), "utf8")).toMatch(/^module @jit_trainStep/);
}, 300_000);
