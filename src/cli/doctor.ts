// `jorts doctor`: what this machine has of what jorts needs, and what to do about the rest.
import { Command } from "commander";
import { checkMachine, type Finding } from "./checks.ts";
import { exitCodes } from "./failure.ts";
import { paint } from "./terminal.ts";

export function doctorCommand(): Command {
  return new Command("doctor")
    .description("Check Node, the plugin and its devices, the cache, the disk and Python; say what to do.")
    .option("--cuda", "check the CUDA plugin and NVIDIA's libraries too")
    .option("--json", "print the findings as JSON")
    .action(async ({ cuda = false, json = false }: { cuda?: boolean; json?: boolean }) => {
      const findings = await checkMachine({ cuda });
      if (json) process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
      else for (const finding of findings) process.stdout.write(`${describe(finding)}\n`);
      if (findings.some(({ state }) => state === "broken")) process.exitCode = exitCodes.failed;
    });
}

const labels = { good: "ok     ", warning: "note   ", broken: "problem" } as const;
const styles = { good: "green", warning: "yellow", broken: "red" } as const;

function describe({ state, what, remedy }: Finding): string {
  const label = paint(process.stdout, styles[state])(labels[state]);
  const indented = (text: string) => text.replaceAll("\n", `\n${" ".repeat(9)}`);
  return `${label}  ${indented(what)}${remedy === undefined ? "" : `\n${" ".repeat(9)}${indented(remedy)}`}`;
}
