// The command line of the benches: `bench [groups…]`, `bench targets`, `bench venv`.
import { resolve } from "node:path";
import { Argument, Command, InvalidArgumentError } from "commander";
import { JortsError } from "../base/errors.ts";
import { findPlugin } from "../runtime/index.ts";
import type { Group, GroupContext } from "./group.ts";
import { groups } from "./groups.ts";
import { describeMachine, machine } from "./machine.ts";
import { writeReport } from "./report.ts";
import { DEFAULT_GROUPS, GROUPS, type GroupName, targets } from "./targets.ts";
import { type Environment, ensureVenv } from "./venv.ts";
import { boundText, formatColumns, formatTable, judgeAll, type Measurement } from "./verdict.ts";

interface RunOptions {
  rounds: number;
  plugin?: string;
  out?: string;
}

const log = (line: string) => console.error(line);

function context({ rounds, plugin }: RunOptions): GroupContext {
  let python: Promise<string> | undefined;
  return {
    rounds,
    log,
    plugin: () => resolve(plugin ?? findPlugin("cpu").path),
    python: () => (python ??= ensureVenv("jax", { log })),
  };
}

/** A group that fails says why and is not measured; the others are. */
async function measure(group: Group, shared: GroupContext): Promise<Measurement[]> {
  try {
    return await group.run(shared);
  } catch (error) {
    if (!(error instanceof JortsError)) throw error;
    log(`${group.name}: ${error.name}: ${error.message}`);
    return [];
  }
}

/** Runs the chosen groups and prints their table; true when every target of theirs was measured and reached. */
async function run(names: readonly GroupName[], options: RunOptions, known: readonly Group[]): Promise<boolean> {
  const chosen = names.length === 0 ? DEFAULT_GROUPS : names;
  const started = new Date().toISOString();
  const here = machine();
  const shared = context(options);
  const measurements: Measurement[] = [];
  log(describeMachine(here));
  for (const name of chosen) {
    const group = known.find((g) => g.name === name);
    log(group === undefined ? `${name}: not registered in bench/groups.ts, so not measured` : `${name} …`);
    if (group !== undefined) measurements.push(...(await measure(group, shared)));
  }
  const rows = judgeAll(
    targets.filter((t) => chosen.includes(t.group)),
    measurements,
  );
  console.log(formatTable(rows));
  if (options.out !== undefined) await writeReport(options.out, { started, machine: here, rows });
  return rows.every((row) => row.verdict === "ok");
}

function listTargets(): string {
  const lines = targets.map((t) => [t.id, boundText(t.bound, t.unit), t.unit, t.compared]);
  return formatColumns([["name", "target", "unit", "compared"], ...lines], ["left", "left", "left", "left"]);
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("expected an integer of at least 1");
  return value;
}

const program = new Command("bench").description("Measures jorts beside the reference programs, alternating.");
program
  .command("run", { isDefault: true })
  .description("measure groups of targets (default: all but h100); exit code 1 when one is over or not measured")
  .addArgument(new Argument("[groups...]", "what to measure").choices(GROUPS))
  .option("--rounds <n>", "alternated rounds", count, 5)
  .option("--plugin <file>", "the PJRT CPU plugin (default: as jorts finds it)")
  .option("--out <file>", "write a JSON report")
  .action(async (names: GroupName[], options: RunOptions) => {
    if (!(await run(names, options, groups))) process.exitCode = 1;
  });
program
  .command("targets")
  .description("list what must be reached")
  .action(() => console.log(listTargets()));
program
  .command("venv")
  .description("make the Python environment of the reference programs and print its interpreter")
  .option("--torch", "the one with torch, transformers and peft (about 3 GB) instead")
  .action(async ({ torch = false }: { torch?: boolean }) => {
    const kind: Environment = torch ? "torch" : "jax";
    console.log(await ensureVenv(kind, { log }));
  });

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof JortsError)) throw error;
  console.error(`${error.name}: ${error.message}`);
  process.exitCode = 1;
}
