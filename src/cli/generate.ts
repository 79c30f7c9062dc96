// `jorts generate`: text from a model, with or without an adapter.
import { Command } from "commander";
import { generateText, type Prompt, type Template } from "../finetune/index.ts";
import { numberOption } from "./arguments.ts";
import { UsageError } from "./failure.ts";
import { catchInterrupt } from "./interrupt.ts";
import { openModelAndAdapter } from "./models.ts";
import { Status } from "./progress.ts";

interface Options {
  model: string;
  adapter?: string;
  prompt?: string;
  instruction?: string;
  input?: string;
  template: Template;
  maxNewTokens: number;
  temperature: number;
  topK?: number;
  topP?: number;
  repetitionPenalty?: number;
  seed: number;
  stream?: true;
}

export function generateCommand(): Command {
  return new Command("generate")
    .description("Continue a prompt, or answer an instruction.")
    .requiredOption("--model <path>", "Hugging Face directory or GGUF file")
    .option("--adapter <dir>", "PEFT adapter directory")
    .option("--prompt <text>", "a text to continue as it stands")
    .option("--instruction <text>", "an instruction, put into the template")
    .option("--input <text>", "the instruction's input")
    .option("--template <name>", "for instructions: alpaca or chat (the model's own)", templateName, "alpaca")
    .option("--max-new-tokens <n>", "stop after so many tokens", numberOption({ whole: true, min: 1 }), 128)
    .option("--temperature <t>", "0 takes the likeliest token each time", numberOption({ min: 0 }), 0)
    .option("--top-k <k>", "sample among the k likeliest tokens", numberOption({ whole: true, min: 1 }))
    .option("--top-p <p>", "sample among the likeliest that make up p", numberOption({ above: 0, max: 1 }))
    .option("--repetition-penalty <r>", "above 1: tokens seen before are less likely", numberOption({ above: 0 }))
    .option("--seed <n>", "decides the draws", numberOption({ whole: true, min: 0 }), 0)
    .option("--stream", "print the text as it is made")
    .action(run);
}

function templateName(text: string): Template {
  if (text !== "alpaca" && text !== "chat") throw new UsageError(`--template ${text}: expected alpaca or chat.`);
  return text;
}

async function run(options: Options): Promise<void> {
  const { model: path, adapter, prompt, instruction, input, stream, ...rest } = options;
  const asked = readPrompt({ prompt, instruction, input });
  const { model, lora } = await openModelAndAdapter({ model: path, adapter }, new Status());
  using interrupt = catchInterrupt(() => {});
  const text = await generateText(model, asked, {
    ...rest,
    signal: interrupt.signal,
    lora: lora ?? undefined,
    ...(stream ? { onText: (piece: string) => process.stdout.write(piece) } : {}),
  });
  process.stdout.write(stream ? "\n" : `${text}\n`);
  if (interrupt.signal.aborted) process.exitCode = interrupt.exitCode();
}

function readPrompt({ prompt, instruction, input }: Pick<Options, "prompt" | "instruction" | "input">): Prompt {
  if ((prompt === undefined) === (instruction === undefined))
    throw new UsageError("Give one of --prompt and --instruction.");
  if (prompt !== undefined) {
    if (input !== undefined) throw new UsageError("--input belongs to --instruction; a --prompt stands alone.");
    return prompt;
  }
  return { instruction: instruction!, ...(input === undefined ? {} : { input }) };
}
