// `jorts merge`: an adapter into the weights of its base, as a Hugging Face directory.
import { Command } from "commander";
import type { DType } from "../core/dtype.ts";
import { exportMerged } from "../finetune/index.ts";
import { dtypeOption } from "./arguments.ts";
import { openModelAndAdapter } from "./models.ts";
import { Status } from "./progress.ts";

interface Options {
  model: string;
  adapter: string;
  output: string;
  dtype?: DType;
  replace?: true;
}

export function mergeCommand(): Command {
  return new Command("merge")
    .description("Merge a PEFT adapter into its base model and write a Hugging Face directory.")
    .requiredOption("--model <path>", "the base: Hugging Face directory or GGUF file")
    .requiredOption("--adapter <dir>", "PEFT adapter directory")
    .requiredOption("--output <dir>", "the directory to write")
    .option("--dtype <type>", "f32, bf16 or f16 on disk; as in the base by default", dtypeOption)
    .option("--replace", "overwrite a directory that is there")
    .action(async ({ output, dtype, replace = false as true, ...from }: Options) => {
      const { model, lora } = await openModelAndAdapter(from, new Status());
      const notes = await exportMerged(output, model, lora, { replace, ...(dtype ? { dtype } : {}) });
      process.stdout.write([`Merged Hugging Face model: ${output}`, ...notes.map((n) => `Note: ${n}`), ""].join("\n"));
    });
}
