// One run of the command line: from arguments to an exit code. Nothing is thrown, and nobody's process is ended.
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { checkCommand } from "./check.ts";
import { doctorCommand } from "./doctor.ts";
import { estimateCommand } from "./estimate.ts";
import { exportCommand } from "./export.ts";
import { exitCodes, reportError } from "./failure.ts";
import { finetuneCommand } from "./finetune.ts";
import { generateCommand } from "./generate.ts";
import { hloCommand } from "./hlo.ts";
import { mergeCommand } from "./merge.ts";
import { packageFile } from "./package-root.ts";
import { pluginCommand } from "./plugin.ts";
import { quickstartCommand } from "./quickstart.ts";

/** All commands. */
export function makeProgram(): Command {
  const { version } = JSON.parse(readFileSync(packageFile("package.json"), "utf8")) as { version: string };
  const program = new Command("jorts")
    .description("Fine-tune Llama models with LoRA: TypeScript traced to XLA.")
    .version(version)
    .option("--verbose", "show stack traces of errors");
  const commands = [
    finetuneCommand(),
    generateCommand(),
    mergeCommand(),
    exportCommand(),
    estimateCommand(),
    hloCommand(),
    checkCommand(),
    doctorCommand(),
    pluginCommand(),
    quickstartCommand(),
  ];
  for (const command of commands) program.addCommand(command);
  // Every command throws instead of ending the process, shows its help after a wrong use, and knows --verbose.
  const prepare = (command: Command): void => {
    command.exitOverride().showHelpAfterError("(see --help)").showSuggestionAfterError();
    for (const inner of command.commands) prepare(inner);
    if (command !== program && command.commands.length === 0)
      command.option("--verbose", "show stack traces of errors");
  };
  prepare(program);
  return program;
}

/** A reader that goes away (`jorts … | head`) is no error. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit(exitCodes.done);
  throw error;
}

/** Runs the command that `args` name; resolves to the exit code. */
export async function runCli(args: readonly string[]): Promise<number> {
  if (!process.stdout.listeners("error").includes(endWithReader)) process.stdout.on("error", endWithReader);
  process.exitCode = exitCodes.done;
  try {
    await makeProgram().parseAsync([...args], { from: "user" });
    return Number(process.exitCode);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    return reportError(error, { verbose: args.includes("--verbose") });
  }
}
