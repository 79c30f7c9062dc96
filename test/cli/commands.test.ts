// The built command as users meet it: what it prints, what it refuses and with which exit code.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { random } from "jorts";
import * as llama from "jorts/llama";
import { beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { makeTinyModel, writeRows } from "./tiny-model.ts";
import { type Finished, jorts, requireBuild, Workspace } from "./workspace.ts";

beforeAll(requireBuild);
const workspace = new Workspace();

/** One message, no stack, exit code 1 unless told. */
function expectFailure({ code, stderr }: Finished, message: RegExp, expected = 1): void {
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(code).toBe(expected);
}

let configs = 0;
const yaml = (settings: object) => workspace.write(`config-${configs++}.yaml`, stringify(settings));

describe("bad input", () => {
  test.concurrent("an unknown key: where it is and what was meant", async () => {
    const path = workspace.write("unknown.yaml", `model: ${workspace.model}\ntraining:\n  larningRate: 1e-4\n`);
    const said = await jorts(["finetune", path]);
    expectFailure(
      said,
      /unknown\.yaml:3:3: training\.larningRate: unknown key; did you mean "training\.learningRate"\?/,
    );
  });

  test.concurrent("--set: an unknown setting, a wrong value, and no setting at all", async () => {
    const path = yaml(workspace.settings("never"));
    const said = await jorts(["finetune", path, "--set", "training.stps=5", "--set", "lora.rank=many"]);
    expectFailure(said, /--set training\.stps=5: training\.stps: unknown key; did you mean "training\.steps"\?/);
    expectFailure(said, /--set lora\.rank="many": lora\.rank: expected a number, got "many"/);
    expectFailure(await jorts(["finetune", path, "--set", "steps"]), /Expected SETTING=VALUE/, 2);
  });

  test.concurrent("no configuration, no model, no field in config.json", async () => {
    expectFailure(await jorts(["finetune", workspace.at("none.yaml")]), /none\.yaml: no such file/);
    const missing = yaml({ ...workspace.settings("never"), model: workspace.at("nowhere") });
    expectFailure(await jorts(["finetune", missing]), /nowhere.*(no such file|not found|found no)/);
    const model = workspace.at("incomplete");
    makeTinyModel(model);
    const { rms_norm_eps: _, ...rest } = JSON.parse(readFileSync(join(model, "config.json"), "utf8"));
    writeFileSync(join(model, "config.json"), JSON.stringify(rest));
    expectFailure(await jorts(["generate", "--model", model, "--prompt", "a"]), /rms_norm_eps is missing/);
  });

  test.concurrent("a row without output", async () => {
    const rows = writeRows(workspace.at("bad.jsonl"), [{ instruction: "a", output: "b" }, { instruction: "c" }]);
    const path = yaml(workspace.settings("never", { data: { path: rows } }));
    expectFailure(
      await jorts(["finetune", path]),
      /bad\.jsonl:2, row 2, field "output": missing; the row has "instruction"/,
    );
  });

  test.concurrent("no supervised tokens", async () => {
    const path = yaml(workspace.settings("never", { data: { maxSeqLen: 4 } }));
    expectFailure(await jorts(["finetune", path]), /no supervised tokens: of 18 rows, 18 were dropped/);
  });

  test.concurrent("heads that do not divide by the tensor axis: the sizes that do", async () => {
    const path = yaml({ ...workspace.settings("never"), mesh: { tensor: 3 } });
    expectFailure(
      await jorts(["finetune", path]),
      /tensor = 3 does not divide the 4 attention heads; sizes that fit: 1, 2, 4\./,
    );
  });

  test.concurrent("no plugin where the environment points", async () => {
    const env = { JORTS_PJRT_PLUGIN_PATH: workspace.at("no-plugin.so") };
    expectFailure(await jorts(["generate", "--model", workspace.model, "--prompt", "a"], { env }), /no-plugin\.so/);
    const doctor = await jorts(["doctor"], { env });
    expect(doctor.stdout).toMatch(/problem .*no-plugin\.so.*\n?.*jorts plugin install/);
    expect(doctor.code).toBe(1);
  });

  test.concurrent("wrong use: exit code 2", async () => {
    expectFailure(await jorts(["finetun"]), /unknown command 'finetun'[\s\S]*finetune/, 2);
    expectFailure(await jorts(["generate", "--model", "m"]), /Give one of --prompt and --instruction/, 2);
    expectFailure(await jorts(["plugin", "install", "tpu"]), /Allowed choices are cpu, cuda12, cuda13/, 2);
    const topP = ["generate", "--model", "m", "--prompt", "a", "--top-p", "2"];
    expectFailure(await jorts(topP), /Expected a number above 0 and of at most 1/, 2);
    expectFailure(await jorts(["export", "--output", "o"]), /Give a run's directory, or --model/, 2);
  });
});

test.concurrent("doctor: all is well here", async () => {
  const { code, stdout } = await jorts(["doctor", "--json"]);
  const findings = JSON.parse(stdout) as { state: string; what: string }[];
  expect(findings.filter(({ state }) => state === "broken")).toEqual([]);
  expect(findings.map(({ what }) => what).join("\n")).toMatch(
    /Node 2\d[\s\S]*StableHLO \d+\.\d+\.\d+[\s\S]*1 cpu device/,
  );
  expect(code).toBe(0);
});

test("merge, export and generate agree on what an adapter does; nothing is overwritten unasked", async () => {
  const model = await llama.load(workspace.model);
  const lora = llama.initLora(random.key(1), model.config, { rank: 2, alpha: 4, targets: ["q", "o", "down"] });
  const params = Object.fromEntries(
    Object.entries(lora.params).map(([name, pair]) => [
      name,
      { a: pair.a, b: random.normal(random.key(2), pair.b.shape) },
    ]),
  );
  const adapter = workspace.at("adapter");
  await llama.saveAdapter(adapter, { ...lora, params }, model.config);
  const from = ["--model", workspace.model, "--adapter", adapter];
  const merged = workspace.at("merged");
  expect(await jorts(["merge", ...from, "--output", merged])).toMatchObject({ code: 0 });
  expectFailure(await jorts(["merge", ...from, "--output", merged]), /merged: found a directory that is not empty/);
  const exported = workspace.at("exported");
  expect(await jorts(["export", ...from, "--output", exported, "--dtype", "bf16"])).toMatchObject({ code: 0 });
  expect(readdirSync(exported).sort()).toEqual(readdirSync(merged).sort());
  expect(JSON.parse(readFileSync(join(exported, "config.json"), "utf8")).torch_dtype).toBe("bfloat16");
  const again = workspace.at("again");
  expect(await jorts(["export", ...from, "--output", again, "--as", "peft"])).toMatchObject({ code: 0 });
  const weights = "adapter_model.safetensors";
  expect(readFileSync(join(again, weights))).toEqual(readFileSync(join(adapter, weights)));

  const ask = ["--prompt", "Q: After c?\nA:", "--max-new-tokens", "12"];
  const withAdapter = await jorts(["generate", ...from, ...ask]);
  expect(withAdapter.stdout.length, withAdapter.stderr).toBeGreaterThan(1);
  const streamed = await jorts(["generate", "--model", merged, ...ask, "--stream"]);
  expect(streamed.stdout).toBe(withAdapter.stdout);
  const drawn = ["generate", ...from, ...ask, "--temperature", "1", "--top-k", "20", "--seed"];
  const [a, b, c] = await Promise.all(["1", "1", "2"].map((seed) => jorts([...drawn, seed])));
  expect(a!.stdout).toBe(b!.stdout);
  expect(a!.stdout).not.toBe(c!.stdout);
  expect(existsSync(workspace.at("never"))).toBe(false);
}, 300_000);
