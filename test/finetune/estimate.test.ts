// Memory before the run: read from config.json alone, and the same as the compiler says of the real step.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ConfigInput, defineConfig, type Estimate, estimate } from "../../src/finetune/index.ts";
import { config as settings } from "../../src/index.ts";

const model = {
  architectures: ["LlamaForCausalLM"],
  model_type: "llama",
  hidden_act: "silu",
  hidden_size: 64,
  intermediate_size: 128,
  max_position_embeddings: 128,
  num_attention_heads: 4,
  num_hidden_layers: 8,
  num_key_value_heads: 4,
  rms_norm_eps: 1e-5,
  rope_theta: 10000,
  tie_word_embeddings: false,
  torch_dtype: "bfloat16",
  vocab_size: 256,
};
/** Elements of its weights: those of every device, and those that are divided. */
const norms = 64 + 8 * 2 * 64;
const matrices = 2 * 256 * 64 + 8 * (4 * 64 * 64 + 3 * 64 * 128);
/** Of rank 4 on q and v. */
const [loraA, loraB] = [2 * 8 * 64 * 4, 2 * 8 * 4 * 64];

const root = mkdtempSync(join(tmpdir(), "jorts-estimate-"));
const directory = (name: string, changes: object = {}): string => {
  mkdirSync(join(root, name));
  writeFileSync(join(root, name, "config.json"), JSON.stringify({ ...model, ...changes }));
  return join(root, name);
};
afterAll(() => rmSync(root, { recursive: true, force: true }));

let bf16 = "";
beforeAll(() => {
  settings.numCpuDevices = 4;
  bf16 = directory("bf16");
});

const run = (input: Partial<ConfigInput> = {}) =>
  defineConfig({
    model: bf16,
    data: { path: "absent.json", maxSeqLen: 64 },
    lora: { rank: 4, dropout: 0 },
    training: { batchSize: 1, remat: "layer" },
    ...input,
  });

async function all(rows: AsyncIterable<Estimate>): Promise<Estimate[]> {
  const out: Estimate[] = [];
  for await (const row of rows) out.push(row);
  return out;
}

describe("estimate", () => {
  it("gives weights, state and temporaries of each device, without weights or data on disk", async () => {
    const [one, four] = (await all(estimate(run(), { devices: [1, 4] }))) as [Estimate, Estimate];
    const steps = 4 + 4; // counts of the schedule and of Adam
    expect(one.weights).toBe(2 * (matrices + norms));
    expect(one.state - 3 * 4 * (loraA + loraB)).toBeLessThanOrEqual(steps);
    expect(four.weights).toBe(2 * (matrices / 4 + norms));
    expect(four.state - 3 * 4 * (loraA + loraB / 4)).toBeLessThanOrEqual(steps);
    expect(four.mesh).toEqual({ data: 1, tensor: 4 });
    expect(one.collectives).toEqual({});
    expect(Object.keys(four.collectives).sort()).toEqual(["all-gather", "all-reduce"]);
    for (const row of [one, four]) {
      expect(row.total).toBe(row.weights + row.state + row.temporaries);
      expect(row.temporaries).toBeGreaterThan(0);
    }
    expect(four.temporaries).toBeLessThan(one.temporaries);
  });

  it("grows with the rows' length and follows the settings", async () => {
    const total = async (config = run(), options = {}) => (await all(estimate(config, options)))[0]!.total;
    const usual = await total();
    expect(await total(run(), { seq: 128 })).toBeGreaterThan(usual);
    const kept = run({ training: { batchSize: 1, remat: "none" } });
    expect(await total(kept)).toBeGreaterThan(usual);
    const stored = run({ dtypes: { storage: "f32" } });
    expect((await all(estimate(stored)))[0]!.weights).toBe(4 * (matrices + norms));
  });

  it("names the sizes that fit before anything is compiled", async () => {
    const rows = estimate(run(), { devices: [1, 3] });
    await expect(rows.next()).rejects.toThrow(
      "mesh: tensor = 3 does not divide the 4 attention heads; sizes that fit: 1, 2, 4.",
    );
    const data = run({ mesh: { data: 2 }, training: { batchSize: 2 } });
    await expect(all(estimate(data, { devices: [3] }))).rejects.toThrow(
      "mesh.data: 3 devices are not a multiple of it (2)",
    );
  });

  it("says what of the model is missing or unfit", async () => {
    const of = (name: string) => all(estimate(run({ model: name })));
    await expect(of(root)).rejects.toThrow("no config.json");
    await expect(of(directory("gptq", { quantization_config: { quant_method: "gptq" } }))).rejects.toThrow(
      "pre-quantised",
    );
    await expect(of(directory("fp8", { torch_dtype: "float8_e4m3fn" }))).rejects.toThrow("dtypes.storage");
    const { rms_norm_eps: _, ...rest } = model;
    mkdirSync(join(root, "partial"));
    writeFileSync(join(root, "partial", "config.json"), JSON.stringify(rest));
    await expect(of(join(root, "partial"))).rejects.toThrow("rms_norm_eps");
  });
});
