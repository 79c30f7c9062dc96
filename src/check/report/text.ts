// Findings for people: place, what, source line, how to mend it.
import { styleText } from "node:util";
import type { CheckResult, Finding, Problem, Severity } from "../finding.ts";

export interface TextOptions {
  /** ANSI colours. */
  readonly colours?: boolean;
}

const styles = { error: "red", warning: "yellow", note: "cyan" } as const;
type Paint = (style: Parameters<typeof styleText>[0], text: string) => string;

export function formatText(result: CheckResult, { colours = false }: TextOptions = {}): string {
  const paint: Paint = (style, text) => (colours ? styleText(style, text) : text);
  const parts = [
    ...result.problems.map((p) => problem(p, paint)),
    ...result.findings.map((f) => finding(f, paint)),
    summary(result, paint),
  ];
  return `${parts.join("\n")}\n`;
}

function problem({ message, file, start }: Problem, paint: Paint): string {
  const place = file === undefined ? "" : `${paint("bold", start ? `${file}:${start.line}:${start.column}` : file)} `;
  return `${place}${paint("red", "problem")}: ${message}\n`;
}

function finding(f: Finding, paint: Paint): string {
  const place = paint("bold", `${f.file}:${f.start.line}:${f.start.column}-${f.end.line}:${f.end.column}`);
  const number = String(f.start.line);
  const gutter = " ".repeat(number.length);
  // Tabs stay tabs, so that the caret stands under its column.
  const indent = f.source.slice(0, f.start.column - 1).replace(/[^\t]/g, " ");
  const last = f.end.line === f.start.line ? f.end.column - 1 : f.source.length;
  const marks = "^".repeat(Math.max(1, last - f.start.column + 1));
  return [
    `${place} ${paint(styles[f.severity], `${f.severity} ${f.code}`)} ${f.message}`,
    `  ${number} | ${f.source}`,
    `  ${gutter} | ${indent}${paint(styles[f.severity], marks)}`,
    `  ${gutter} = fix: ${f.fix}${f.edits === undefined ? "" : " (--fix does it)"}`,
    ...(f.trace === undefined ? [] : [`  ${gutter} = traced by ${f.trace}`]),
    "",
  ].join("\n");
}

function summary({ findings, problems, files, fixed }: CheckResult, paint: Paint): string {
  const counted = (["error", "warning", "note"] as const satisfies readonly Severity[])
    .map((s) => [s, findings.filter((f) => f.severity === s).length] as const)
    .filter(([, n]) => n > 0)
    .map(([s, n]) => paint(styles[s], count(n, s)));
  const said = counted.length === 0 ? paint("green", "no findings") : counted.join(", ");
  const mended = fixed.length === 0 ? "" : `; ${count(fixed.length, "finding")} fixed`;
  const unseen = problems.length === 0 ? "" : `; ${count(problems.length, "problem")}`;
  return `${count(files.length, "file")}: ${said}${mended}${unseen}`;
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;
