// Written directories: read back with the same logits, as PEFT merges, and as transformers and PEFT once accepted them.
import fs, { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { jit, np, type Tensor, tree } from "../../src/index.ts";
import { CheckpointError } from "../../src/io/index.ts";
import * as llama from "../../src/llama/index.ts";
import { makeTinyModel } from "../cli/tiny-model.ts";
import { fixturePath, numbersOf } from "../fixtures.ts";
import { adapters, batchOf, directoryOf, factsOf, numbers, recorded, unmasked } from "./tools.ts";
import { acceptedText, summarised, type Written, writeBoth } from "./written.ts";

const root = mkdtempSync(join(tmpdir(), "jorts-llama-"));
const source = makeTinyModel(join(root, "model"), "gqa-tied");
const { ids, mask } = batchOf("gqa-tied");
let model: llama.LoadedLlama;
let lora: llama.Lora;
let written: Written;
let forward: (p: llama.LlamaParams<Tensor>) => Tensor;
const json = (...path: string[]) => JSON.parse(readFileSync(join(...path), "utf8"));

beforeAll(async () => {
  model = await llama.load(source);
  const { config } = model;
  lora = llama.loadAdapter(directoryOf("gqa-tied", "adapter-all"), config);
  written = await writeBoth(root, model, lora, ids);
  forward = jit((p: llama.LlamaParams<Tensor>) => llama.forward(p, ids, config));
  return () => rmSync(root, { recursive: true });
});

async function expectSameWeights(a: llama.LlamaParams<Tensor>, b: llama.LlamaParams<Tensor>): Promise<void> {
  const pairs: [Tensor, Tensor][] = tree.leaves(a).map((t, i) => [t as Tensor, tree.leaves(b)[i] as Tensor]);
  for (const [x, y] of pairs) {
    expect(x.aval).toBe(y.aval);
    expect(await numbers(x)).toEqual(await numbers(y));
  }
}

describe("a merged directory", () => {
  it("is read back bit for bit, with the logits of the applied adapter", async () => {
    const again = await llama.load(written.merged);
    await expectSameWeights(again.params, llama.merge(model.params, lora));
    const logits = await numbers(forward(again.params));
    const applied = recorded("gqa-tied", "outputs").get("logits.all")!;
    const [a, b] = [unmasked(logits, mask), unmasked(numbersOf(applied), mask)];
    expect(Math.max(...a.map((x, i) => Math.abs(x - b[i]!)))).toBeLessThan(1e-4);
    const { source: _source, ...config } = again.config;
    const { source: _before, ...before } = model.config;
    expect(config).toEqual(before);
  });

  it("carries the tokenizer and generation_config.json along", () => {
    for (const file of ["tokenizer.json", "tokenizer_config.json", "generation_config.json"])
      expect(json(written.merged, file)).toEqual(json(source, file));
    expect(readdirSync(written.merged).sort()).toEqual([
      "config.json",
      "generation_config.json",
      "model.safetensors",
      "tokenizer.json",
      "tokenizer_config.json",
    ]);
  });

  it("can be bfloat16 on disk", async () => {
    const dir = join(root, "bf16");
    await llama.save(dir, model.params, model.config, model.files, { dtype: "bfloat16" });
    expect(json(dir, "config.json")).toMatchObject({ dtype: "bfloat16", torch_dtype: "bfloat16" });
    const { params } = await llama.load(dir);
    expect(params.layers.q.dtype).toBe("bfloat16");
    for (const p of ["q", "down", "attnNorm"] as const)
      expect(await numbers(params.layers[p])).toEqual(await numbers(model.params.layers[p].astype("bfloat16")));
  });

  it("can be in several files", async () => {
    const dir = join(root, "sharded");
    await llama.save(dir, model.params, model.config, model.files, { maxShardBytes: 100_000 });
    expect(readdirSync(dir).filter((f) => f.endsWith(".safetensors"))).toHaveLength(3);
    expect(existsSync(join(dir, "model.safetensors.index.json"))).toBe(true);
    await expectSameWeights((await llama.load(dir)).params, model.params);
  });

  it("writes an untied head", async () => {
    const untied = await llama.load(directoryOf("mha-untied", "model"));
    const dir = join(root, "untied");
    await llama.save(dir, untied.params, untied.config, untied.files);
    await expectSameWeights((await llama.load(dir)).params, untied.params);
  });
});

describe("an adapter directory", () => {
  it.each(adapters)("is read back bit for bit: %s", async (name) => {
    const peft = directoryOf("gqa-tied", `adapter-${name}`);
    const first = llama.loadAdapter(peft, model.config);
    const dir = join(root, `adapter-${name}`);
    await llama.saveAdapter(dir, first, model.config, { baseModel: "model" });
    const again = llama.loadAdapter(dir, model.config);
    expect(factsOf(again)).toEqual(factsOf(first));
    expect(Object.keys(again.params)).toEqual(Object.keys(first.params));
    // PEFT's own file: the same tensors under the same names, and the same meaning of every field that we write.
    const of = (d: string) => summarised(join(d, "adapter_model.safetensors"), true);
    expect(of(dir)).toEqual(of(peft));
    const { target_modules: ours, ...config } = json(dir, "adapter_config.json");
    const { target_modules: theirs, ...expected } = json(peft, "adapter_config.json");
    expect(expected).toMatchObject(config);
    // PEFT may spell out each module; the suffixes are the same.
    const suffixes = (names: string[]) => [...new Set(names.map((n) => n.split(".").at(-1)!))].sort();
    expect(ours).toEqual(suffixes(theirs));
  });

  it("is refused over another model", () => {
    const other = directoryOf("mha-untied", "adapter-qv");
    expect(() => llama.loadAdapter(other, model.config)).toThrow(llama.ModelConfigError);
    expect(() => llama.loadAdapter(other, model.config)).toThrow(/no weights for model\.layers\.2\.self_attn\.q_proj/);
    const deeper = directoryOf("gqa-tied", "adapter-qv");
    const shallow = { ...model.config, layers: 2 };
    expect(() => llama.loadAdapter(deeper, shallow)).toThrow(
      /the adapter changes model\.layers\.2\.self_attn\.\w_proj/,
    );
    const wide = { ...model.config, hiddenSize: 64 };
    expect(() => llama.loadAdapter(deeper, wide)).toThrow(
      /lora_A\.weight has shape \[4, 48\], this model needs \[4, 64\]/,
    );
  });
});

describe("what was written", () => {
  it("is what transformers and PEFT accepted", async () => {
    for (const [file, text] of Object.entries(acceptedText(written)))
      await expect(text).toMatchFileSnapshot(fixturePath(`llama/written/${file}`));
  });
});

describe("interrupted writing", () => {
  const { writeSync } = fs;
  const dir = join(root, "full");
  let room = Number.POSITIVE_INFINITY;
  beforeEach(() => {
    room = Number.POSITIVE_INFINITY;
    // The disk is full once `room` bytes have been written.
    fs.writeSync = ((fd: number, bytes: Uint8Array, ...rest: [number, number]) => {
      room -= bytes.length;
      if (room < 0)
        throw Object.assign(new Error("ENOSPC: no space left on device, write"), {
          code: "ENOSPC",
          errno: -28,
          syscall: "write",
        });
      return writeSync(fd, bytes, ...rest);
    }) as typeof fs.writeSync;
    syncBuiltinESMExports();
  });
  afterEach(() => {
    fs.writeSync = writeSync;
    syncBuiltinESMExports();
  });

  it("leaves nothing half on a full disk, and what was there before", async () => {
    const before = readdirSync(root).sort();
    room = 100_000;
    const save = llama.save(dir, model.params, model.config, model.files);
    await expect(save).rejects.toThrow(CheckpointError);
    await expect(save).rejects.toThrow(/no space left on the disk/);
    room = 6_000;
    await expect(llama.saveAdapter(dir, lora, model.config)).rejects.toThrow(/no space left on the disk/);
    expect(readdirSync(root).sort()).toEqual(before);
    room = Number.POSITIVE_INFINITY;
    await llama.saveAdapter(dir, lora, model.config);
    const kept = readFileSync(join(dir, "adapter_model.safetensors"));
    room = 6_000;
    const replaced = llama.saveAdapter(dir, lora, model.config, { replace: true, baseModel: "other" });
    await expect(replaced).rejects.toThrow(CheckpointError);
    expect(readFileSync(join(dir, "adapter_model.safetensors")).equals(kept)).toBe(true);
  });

  it("does not write over a directory unless asked", async () => {
    const save = llama.save(written.merged, model.params, model.config, model.files);
    await expect(save).rejects.toThrow(/a directory that is not empty/);
  });

  it("leaves nothing half where a weight is gone", async () => {
    const before = readdirSync(root).sort();
    const gone = np.zeros([3, 80, 48]);
    gone.dispose();
    const params = { ...model.params, layers: { ...model.params.layers, down: gone } };
    await expect(llama.save(join(root, "gone"), params, model.config, model.files)).rejects.toThrow(/has been deleted/);
    expect(readdirSync(root).sort()).toEqual(before);
  });
});
