// `jorts finetune run.yaml`: load, train, write what the configuration asks for.
import { Command } from "commander";
import {
  type FinetuneRun,
  listCheckpoints,
  loadConfig,
  loadDataset,
  type Overrides,
  train,
} from "../finetune/index.ts";
import { collectSetting } from "./arguments.ts";
import { catchInterrupt } from "./interrupt.ts";
import { loadProgress, Status, trainProgress } from "./progress.ts";

interface Options {
  resume?: true | string;
  set: Overrides;
  dumpHlo?: string;
  json?: true;
}

export function finetuneCommand(): Command {
  return new Command("finetune")
    .description("Fine-tune a Llama with LoRA as a YAML file says (docs/finetune.md lists its settings).")
    .argument("<run.yaml>", "the configuration")
    .option("--resume [checkpoint]", "continue from the newest checkpoint in output.dir, or from the one given")
    .option(
      "--set <setting=value>",
      "replace a setting, such as training.steps=50; may be repeated",
      collectSetting,
      {},
    )
    .option("--dump-hlo <dir>", "write the StableHLO and the optimised HLO of every compiled program")
    .option("--json", "print every event as a line of JSON")
    .action(finetune);
}

async function finetune(path: string, options: Options): Promise<void> {
  const config = await loadConfig(path, {
    ...options.set,
    ...(options.resume === undefined ? {} : { resume: options.resume }),
    ...(options.dumpHlo === undefined ? {} : { dumpHlo: options.dumpHlo }),
  });
  const dataset = await loadDataset(config);
  const status = new Status();
  const printJson = (event: object) => process.stdout.write(`${JSON.stringify(event)}\n`);
  using interrupt = catchInterrupt((name) => {
    status.stop();
    status.line(`${name}: stopping after this step and writing a checkpoint. Once more ends at once.`);
  });
  try {
    using run = await train(config, dataset, {
      signal: interrupt.signal,
      onEvent: options.json ? printJson : trainProgress(status),
      ...(options.json ? {} : { onLoad: loadProgress(status) }),
    });
    if (run.interrupted) {
      process.stderr.write(resumeHint(config.output.dir));
      process.exitCode = interrupt.exitCode();
      return;
    }
    const { notes, ...written } = await run.export(config.output.dir, { replace: true });
    if (options.json) printJson({ type: "exported", ...written, notes });
    else {
      printResult(run, written, notes);
      if (written.adapter !== null)
        process.stdout.write(
          `Try it: jorts generate --model ${config.model} --adapter ${written.adapter} --instruction "…"\n`,
        );
    }
  } finally {
    status.stop();
  }
}

/** What to type to continue a run. */
export function resumeHint(dir: string): string {
  const newest = listCheckpoints(dir).at(-1);
  return `Stopped. Checkpoint: ${newest}\nContinue with: jorts finetune ${dir}/config.yaml --resume\n`;
}

/** Losses before and after, and where things are. */
export function printResult(
  run: FinetuneRun,
  written: { adapter: string | null; merged: string | null },
  notes: readonly string[],
): void {
  const { evalBefore, evalAfter, steps } = run;
  const lines = [`Trained ${steps} steps.`];
  if (evalBefore !== null && evalAfter !== null) {
    const change = (100 * (evalAfter - evalBefore)) / evalBefore;
    const sign = change > 0 ? "+" : "−";
    lines.push(
      `Held-out loss: ${evalBefore.toFixed(4)} before, ${evalAfter.toFixed(4)} after (${sign}${Math.abs(change).toFixed(0)} %).`,
    );
  }
  if (written.adapter !== null) lines.push(`PEFT adapter: ${written.adapter}`);
  if (written.merged !== null) lines.push(`Merged Hugging Face model: ${written.merged}`);
  for (const note of notes) lines.push(`Note: ${note}`);
  process.stdout.write(`${lines.join("\n")}\n`);
}
