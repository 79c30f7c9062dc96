// `jorts quickstart`: the whole way on a small real model, from nothing to a merged checkpoint.
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { fetchPinned, installPlugin, pinnedSmolLm2 } from "../../runtime/index.ts";
import {
  type AlpacaRow,
  alpacaDataset,
  type ConfigInput,
  defineConfig,
  generateText,
  loadModel,
  train,
} from "../finetune/index.ts";
import { numberOption } from "./arguments.ts";
import { printResult, resumeHint } from "./finetune.ts";
import { catchInterrupt } from "./interrupt.ts";
import { packageFile } from "./package-root.ts";
import { fetchProgress, loadProgress, Status, trainProgress } from "./progress.ts";
import { duration, paint } from "./terminal.ts";

/** Chosen so that the whole takes a few minutes on two cores. */
const settings = {
  data: { lengthBuckets: 1, supervisedLevels: 1, maxSeqLen: 128 },
  lora: { rank: 16, alpha: 32, dropout: 0 },
  training: { steps: 30, batchSize: 8, microBatchSize: 8, learningRate: 2e-3, warmup: 3 },
} as const satisfies Partial<ConfigInput>;

interface Options {
  steps: number;
  output: string;
}

export function quickstartCommand(): Command {
  return new Command("quickstart")
    .description("Fetch SmolLM2-135M and fine-tune it on examples/data/lanternfold.jsonl.")
    .option("--steps <n>", "optimizer steps", numberOption({ whole: true, min: 1 }), settings.training.steps)
    .option("--output <dir>", "runs go into numbered directories below it", "runs")
    .action(quickstart);
}

async function quickstart({ steps, output }: Options): Promise<void> {
  const started = performance.now();
  const status = new Status();
  using interrupt = catchInterrupt((name) => {
    status.stop();
    status.line(`${name}: stopping. Once more ends at once.`);
  });
  try {
    await installPlugin("cpu", fetchProgress(status));
    const weights = await fetchPinned(pinnedSmolLm2, fetchProgress(status));
    status.stop();
    const config = defineConfig({
      ...settings,
      model: weights,
      data: { ...settings.data, path: packageFile("examples/data/lanternfold.jsonl") },
      training: { ...settings.training, steps, warmup: Math.min(settings.training.warmup, steps - 1) },
      output: { dir: freshDirectory(output, "quickstart"), merged: true },
      device: { platform: "cpu" },
    });
    const dataset = await alpacaDataset(config.data.path!, config);
    const model = await loadModel(config, loadProgress(status));
    const row = shownRow(dataset.evaluation as readonly AlpacaRow[]);
    const question = { instruction: row.instruction };
    status.line("Asking the model about something that it has not read …");
    const before = await generateText(model, question, { maxNewTokens: 40, signal: interrupt.signal });
    using run = await train(config, dataset, { model, signal: interrupt.signal, onEvent: trainProgress(status) });
    if (run.interrupted) {
      process.stderr.write(resumeHint(config.output.dir));
      process.exitCode = interrupt.exitCode();
      return;
    }
    const after = await run.generate(question, { maxNewTokens: 40 });
    const { notes, ...written } = await run.export();
    const bold = paint(process.stdout, "bold");
    process.stdout.write(
      [
        "",
        `${bold("Asked")} (held out of training): ${row.instruction}`,
        `${bold("Before")}:   ${oneLine(before)}`,
        `${bold("After")}:    ${oneLine(after)}`,
        `${bold("Expected")}: ${oneLine(row.output)}`,
        "",
        "",
      ].join("\n"),
    );
    printResult(run, written, notes);
    process.stdout.write(
      [
        `Configuration, metrics and checkpoints: ${config.output.dir} (took ${duration((performance.now() - started) / 1000)})`,
        `Ask it more: npx jorts generate --model ${written.merged} --instruction "…"`,
        "",
      ].join("\n"),
    );
  } finally {
    status.stop();
  }
}

/** `parent/name-N` with the first N that is free. */
export function freshDirectory(parent: string, name: string): string {
  const taken = existsSync(parent) ? readdirSync(parent) : [];
  const numbers = taken.map((entry) => Number(new RegExp(`^${name}-(\\d+)$`).exec(entry)?.[1] ?? 0));
  const path = join(parent, `${name}-${Math.max(0, ...numbers) + 1}`);
  mkdirSync(path, { recursive: true });
  return path;
}

/** The first held-out question without an input. */
function shownRow(rows: readonly AlpacaRow[]): AlpacaRow {
  return rows.find(({ input }) => input === undefined) ?? rows[0]!;
}

const oneLine = (text: string): string => text.trim().replace(/\s+/g, " ");
