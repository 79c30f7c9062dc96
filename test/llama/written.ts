// Directories as jorts writes them, for the comparison with transformers and PEFT and with what those accepted.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { jit, type Tensor } from "../../src/index.ts";
import { memorySource, writeSafetensors } from "../../src/io/index.ts";
import * as llama from "../../src/llama/index.ts";

export interface Written {
  /** Hugging Face directory with the adapter merged. */
  readonly merged: string;
  /** PEFT directory. */
  readonly adapter: string;
  /** safetensors with `input_ids`. */
  readonly ids: string;
  /** safetensors with `merged` and `adapter`: logits that jorts computed. */
  readonly logits: string;
}

/** Writes the merged model and the adapter under `root`, and the logits of both for `ids` [batch, time]. */
export async function writeBoth(
  root: string,
  { params, config, files }: llama.LoadedLlama,
  lora: llama.Lora,
  ids: Tensor,
  options: llama.SaveOptions = {},
): Promise<Written> {
  const merged = llama.merge(params, lora);
  const out = {
    merged: join(root, "merged"),
    adapter: join(root, "adapter"),
    ids: join(root, "ids.safetensors"),
    logits: join(root, "logits.safetensors"),
  };
  await llama.save(out.merged, merged, config, files, options);
  await llama.saveAdapter(out.adapter, lora, config, { baseModel: "model" });
  const plain = jit((p: llama.LlamaParams<Tensor>, ids: Tensor) => llama.forward(p, ids, config));
  const adapted = jit((p: llama.LlamaParams<Tensor>, l: llama.LoraParams, ids: Tensor) =>
    llama.forward(p, ids, config, { lora: { ...lora, params: l } }),
  );
  const logits = { merged: plain(merged, ids), adapter: adapted(params, lora.params, ids) };
  const source = async (name: string, t: Tensor) =>
    memorySource(name, t.dtype, t.shape, (await t.data()) as Int32Array | Float32Array);
  writeSafetensors(out.ids, [await source("input_ids", ids)]);
  writeSafetensors(out.logits, [await source("merged", logits.merged), await source("adapter", logits.adapter)]);
  return out;
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** The header of a safetensors file by name, with `bytes` the tensors' bytes too. */
export function summarised(path: string, bytes: boolean): Record<string, unknown> {
  const file = readFileSync(path);
  const start = 8 + Number(file.readBigUInt64LE(0));
  const { __metadata__: _, ...header } = JSON.parse(file.toString("utf8", 8, start)) as Record<string, Entry>;
  return Object.fromEntries(
    Object.entries(header).map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [from, to],
        },
      ]) => [
        name,
        bytes ? { dtype, shape, bytes: file.subarray(start + from, start + to).toString("base64") } : { dtype, shape },
      ],
    ),
  );
}

/** What of written directories does not depend on the machine's arithmetic, by file name. */
export function acceptedText({ merged, adapter }: Written): Record<string, string> {
  const read = (...path: string[]) => readFileSync(join(...path), "utf8");
  const lines = (path: string) =>
    Object.entries(summarised(path, false))
      .map(([name, facts]) => `${name} ${JSON.stringify(facts)}\n`)
      .join("");
  return {
    "merged/config.json": read(merged, "config.json"),
    "merged/generation_config.json": read(merged, "generation_config.json"),
    "merged/tensors.txt": lines(join(merged, "model.safetensors")),
    "adapter/adapter_config.json": read(adapter, "adapter_config.json"),
    "adapter/tensors.txt": lines(join(adapter, "adapter_model.safetensors")),
  };
}
