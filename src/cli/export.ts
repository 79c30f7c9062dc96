// `jorts export`: a run's result, or a model with an adapter, as a Hugging Face directory or a PEFT adapter.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import type { DType } from "../core/dtype.ts";
import { exportMerged, listCheckpoints, loadConfig } from "../finetune/index.ts";
import { CheckpointError } from "../io/index.ts";
import { saveAdapter } from "../llama/index.ts";
import { dtypeOption } from "./arguments.ts";
import { UsageError } from "./failure.ts";
import { openModelAndAdapter } from "./models.ts";
import { Status } from "./progress.ts";

type Form = "hf" | "peft";

interface Options {
  model?: string;
  adapter?: string;
  output: string;
  as: Form;
  dtype?: DType;
  replace?: true;
}

export function exportCommand(): Command {
  return new Command("export")
    .description("Write a run's result, or a model with or without an adapter, for other programs.")
    .argument("[run]", "a run's directory (its newest checkpoint is taken) or one of its checkpoints")
    .option("--model <path>", "Hugging Face directory or GGUF file; of a run, where its base lies now")
    .option("--adapter <dir>", "PEFT adapter directory, in place of a run")
    .requiredOption("--output <dir>", "the directory to write")
    .option("--as <form>", "hf: the model, adapter merged; peft: the adapter alone", formOption, "hf")
    .option("--dtype <type>", "f32, bf16 or f16 on disk, for hf; as in the base by default", dtypeOption)
    .option("--replace", "overwrite a directory that is there")
    .action(run);
}

function formOption(text: string): Form {
  if (text !== "hf" && text !== "peft") throw new UsageError(`--as ${text}: expected hf or peft.`);
  return text;
}

async function run(path: string | undefined, options: Options): Promise<void> {
  const { output, as, dtype, replace = false } = options;
  if (as === "peft" && dtype !== undefined) throw new UsageError("--dtype is for --as hf; adapters stay float32.");
  const from = path === undefined ? named(options) : await fromRun(path, options);
  if (as === "peft" && from.adapter === undefined)
    throw new UsageError("--as peft needs an adapter: give a run or --adapter.");
  const { model, lora } = await openModelAndAdapter(from, new Status());
  if (as === "peft") {
    await saveAdapter(output, lora!, model.config, { replace, baseModel: from.model });
    process.stdout.write(`PEFT adapter: ${output}\n`);
    return;
  }
  const notes = await exportMerged(output, model, lora, { replace, ...(dtype ? { dtype } : {}) });
  process.stdout.write([`Hugging Face model: ${output}`, ...notes.map((n) => `Note: ${n}`), ""].join("\n"));
}

function named({ model, adapter }: Options): { model: string; adapter?: string | undefined } {
  if (model === undefined) throw new UsageError("Give a run's directory, or --model with or without --adapter.");
  return { model, adapter };
}

/** The base and the adapter of a run's newest checkpoint, or of the checkpoint at `path`. */
async function fromRun(path: string, { model, adapter }: Options): Promise<{ model: string; adapter: string }> {
  if (adapter !== undefined) throw new UsageError("Give a run or --adapter, not both.");
  const isCheckpoint = existsSync(join(path, "run.json"));
  const checkpoint = isCheckpoint ? path : listCheckpoints(path).at(-1);
  if (checkpoint === undefined)
    throw new CheckpointError(path, {
      found: existsSync(path) ? "no checkpoint" : "no such directory",
      expected: "the directory of a run, with checkpoints/step-…",
      fix: "Give output.dir of the run's configuration.",
    });
  const root = isCheckpoint ? join(path, "..", "..") : path;
  const base = model ?? (await loadConfig(join(root, "config.yaml"))).model;
  return { model: base, adapter: join(checkpoint, "adapter") };
}
