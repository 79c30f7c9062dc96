// `jorts hlo FILE [FILE2]`: what a program costs, holds and calls; its text; a page about it; what differs between two.
import { writeFileSync } from "node:fs";
import { Command, InvalidArgumentError, Option } from "commander";
import type { HloComputation, HloModule, Mesh, Module, Report, SectionName } from "../../hlo/data.ts";
import { numberOption } from "./arguments.ts";
import { exitCodes, reportError, UsageError } from "./failure.ts";
import { type Input, readProgram } from "./hlo-input.ts";
import { paint } from "./terminal.ts";

type Form = "pretty" | "generic" | "hlo";

interface Options {
  section?: readonly SectionName[];
  top: number;
  json?: true;
  html?: string;
  print?: Form;
  debugInfo?: true;
  mesh?: readonly Mesh[];
  diff?: true;
  columns?: true;
  context: number;
  verbose?: boolean;
}

// As `sectionNames` of the hlo room, which is loaded only when a command runs.
const sections = ["ops", "lines", "collectives", "memory", "calls"] as const satisfies readonly SectionName[];

export function hloCommand(): Command {
  return new Command("hlo")
    .description("Look into a program: StableHLO text, an exported program, or an optimised program's HLO module.")
    .argument(
      "<file>",
      "a .mlir file, an exported program or a .hlo.pb file, told apart by content; - reads standard input",
    )
    .argument("[other]", "a second program: the two are compared")
    .option("--section <names>", `parts of the summary: ${sections.join(",")}`, sectionList)
    .option("--top <rows>", "rows of each table", numberOption({ whole: true, min: 1 }), 10)
    .option("--json", "print everything as JSON")
    .option("--html <out>", "write one self-contained page instead")
    .addOption(new Option("--print <form>", "print the program's text instead").choices(["pretty", "generic", "hlo"]))
    .option("--debug-info", "with --print: locations too")
    .option(
      "--mesh <axes>",
      "of an optimised program, such as data=2,model=4: names the axes of its collectives",
      meshOption,
    )
    .option("--diff", "compare two programs, as happens when two are given; exit code 1 if they differ")
    .option("--columns", "compare side by side")
    .option("--context <lines>", "unchanged lines around a difference", numberOption({ whole: true, min: 0 }), 3)
    .action(run);
}

function sectionList(text: string): SectionName[] {
  return text.split(",").map((part) => {
    const name = sections.find((section) => section === part.trim());
    if (name === undefined) throw new InvalidArgumentError(`Expected some of ${sections.join(",")}.`);
    return name;
  });
}

function meshOption(text: string): readonly Mesh[] {
  const axes = text.split(",").map((part) => {
    const match = /^\s*([A-Za-z_]\w*)=([1-9]\d*)\s*$/.exec(part);
    if (match === null) throw new InvalidArgumentError("Expected axes and sizes, such as data=2,model=4.");
    return { name: match[1]!, size: Number(match[2]) };
  });
  return [{ name: "mesh", axes }];
}

async function run(file: string, other: string | undefined, options: Options): Promise<void> {
  refuseContradictions(other, options);
  const first = await readProgram(file);
  complain(first, options);
  if (other !== undefined) {
    const second = await readProgram(other);
    complain(second, options);
    await compare(first, second, options);
  } else if (options.print !== undefined) await printText(first.program, options.print, options.debugInfo === true);
  else if (options.html !== undefined) await writePage(first, options.html, options);
  else await summarise(first, options);
}

function refuseContradictions(other: string | undefined, options: Options): void {
  if (other === undefined && (options.diff || options.columns))
    throw new UsageError("--diff and --columns compare two programs; give a second file.");
  if (other !== undefined && (options.print !== undefined || options.html !== undefined))
    throw new UsageError("--print and --html are for one program; give one file.");
  if (options.print !== undefined && (options.html !== undefined || options.json))
    throw new UsageError("Give one of --print, --html and --json.");
  if (options.html !== undefined && options.json) throw new UsageError("Give one of --html and --json.");
  if (options.debugInfo && options.print === undefined) throw new UsageError("--debug-info is for --print.");
}

/** What stands before an error is shown; the error is said, and the exit code is that of a failure. */
function complain({ error }: Input, { verbose = false }: Options): void {
  if (error !== undefined) process.exitCode = reportError(error, { verbose });
}

const isModule = (program: Module | HloModule): program is Module => "funcs" in program;

async function printText(program: Module | HloModule, form: Form, debugInfo: boolean): Promise<void> {
  const hlo = await import("../../hlo/data.ts");
  if (isModule(program) && form === "hlo")
    throw new UsageError("--print hlo is for an optimised program; this is StableHLO: give pretty or generic.");
  if (!isModule(program) && form !== "hlo")
    throw new UsageError(`--print ${form} is for StableHLO; this is an optimised program: give hlo.`);
  if (isModule(program)) process.stdout.write(hlo.print(program, { form: form as "pretty" | "generic", debugInfo }));
  else process.stdout.write(hlo.printHlo(debugInfo ? program : withoutOrigins(program)));
}

/** Without metadata and the tables that it points into. */
function withoutOrigins(program: HloModule): HloModule {
  const bare = (computation: HloComputation): HloComputation => {
    const instructions = computation.instructions.map((instruction) => ({ ...instruction, metadata: {} }));
    return { ...computation, instructions, root: instructions[computation.instructions.indexOf(computation.root)]! };
  };
  const computations = program.computations.map(bare);
  return { ...program, computations, entry: computations[program.computations.indexOf(program.entry)]!, tables: [] };
}

async function writePage({ program, name }: Input, out: string, { mesh, top }: Options): Promise<void> {
  const hlo = await import("../../hlo/data.ts");
  const page = hlo.html(program, {
    title: `@${program.name} · ${name}`,
    top: Math.max(top, 30),
    ...(mesh === undefined ? {} : { meshes: mesh }),
  });
  writeFileSync(out, page);
  process.stdout.write(`${out}\n`);
}

async function summarise({ program, error }: Input, { section, top, json, mesh }: Options): Promise<void> {
  const hlo = await import("../../hlo/data.ts");
  const report = hlo.report(program, mesh === undefined ? {} : { meshes: mesh });
  if (report.problems.length > 0) process.exitCode = exitCodes.failed;
  if (json)
    process.stdout.write(`${JSON.stringify({ error: error?.message ?? null, ...chosen(report, section) }, null, 2)}\n`);
  else
    process.stdout.write(
      hlo.printReport(report, {
        top,
        directory: process.cwd(),
        heading: paint(process.stdout, "bold"),
        ...(section === undefined ? {} : { sections: section }),
      }),
    );
}

function chosen(report: Report, only: readonly SectionName[] | undefined): Partial<Report> {
  if (only === undefined) return report;
  const left = sections.filter((section) => !only.includes(section));
  return Object.fromEntries(Object.entries(report).filter(([key]) => !(left as readonly string[]).includes(key)));
}

const changeStyles = { same: "dim", changed: "yellow", added: "green", removed: "red" } as const;

async function compare(a: Input, b: Input, { json, columns, context, section, top }: Options): Promise<void> {
  if (isModule(a.program) !== isModule(b.program))
    throw new UsageError("One file is StableHLO, the other an optimised program; give two of a kind.");
  const hlo = await import("../../hlo/data.ts");
  const [before, after] = [a, b].map(({ program }) => hlo.report(program)) as [Report, Report];
  const found =
    isModule(a.program) && isModule(b.program)
      ? hlo.diff(a.program, b.program)
      : hlo.hloDiff(a.program as HloModule, b.program as HloModule);
  if (!found.equal) process.exitCode = exitCodes.failed;
  if (json) {
    const both = { a: chosen(before, section), b: chosen(after, section) };
    process.stdout.write(`${JSON.stringify({ ...both, diff: found }, null, 2)}\n`);
    return;
  }
  process.stdout.write(`${hlo.printComparison(before, after, { top })}\n`);
  process.stdout.write(
    hlo.printDiff(found, {
      layout: columns ? "columns" : "unified",
      context,
      width: process.stdout.columns ?? 160,
      names: [a.name, b.name],
      style: (change, text) => paint(process.stdout, changeStyles[change])(text),
    }),
  );
}
