// `jorts check`: trace safety of TypeScript source.
import { readFileSync } from "node:fs";
import { Command, Option } from "commander";
import { exitCodes, UsageError } from "./failure.ts";
import { packageFile } from "./package-root.ts";
import { hasColours } from "./terminal.ts";

interface Options {
  readonly project?: string;
  readonly fix?: boolean;
  readonly json?: boolean;
  readonly sarif?: boolean;
}

export function checkCommand(): Command {
  return new Command("check")
    .description("Find in TypeScript source what JavaScript cannot trap while a function is traced.")
    .argument("[paths...]", "files, directories or globs; all files of the project by default")
    .option("--project <tsconfig>", "the tsconfig.json to use; the nearest one by default")
    .option("--fix", "make the edits that are safe")
    .addOption(new Option("--json", "print the findings as JSON").conflicts("sarif"))
    .addOption(new Option("--sarif", "print the findings as SARIF 2.1.0"))
    .action(async (paths: string[], options: Options) => {
      // The TypeScript compiler takes a while to load.
      const { check, CheckProjectError, formatJson, formatSarif, formatText } = await import("../check/index.ts");
      const { project, fix = false } = options;
      try {
        const result = check({ paths, project, fix });
        process.stdout.write(
          options.json
            ? formatJson(result)
            : options.sarif
              ? formatSarif(result, version())
              : formatText(result, { colours: hasColours(process.stdout) }),
        );
        if (result.problems.length > 0) process.exitCode = exitCodes.usage;
        else if (result.findings.length > 0) process.exitCode = exitCodes.failed;
      } catch (error) {
        if (error instanceof CheckProjectError) throw new UsageError(error.message, { cause: error });
        throw error;
      }
    });
}

const version = (): string =>
  (JSON.parse(readFileSync(packageFile("package.json"), "utf8")) as { version: string }).version;
