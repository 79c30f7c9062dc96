// A difference of two programs as text: unified, or in two columns.
import type { Change, DiffLine, FunctionDiff, ProgramDiff } from "../diff.ts";
import { shortened } from "./numbers.ts";

export interface PrintDiffOptions {
  /** `"unified"` by default; `"columns"` puts the two programs side by side. */
  readonly layout?: "unified" | "columns";
  /** Unchanged lines around each change; 3 by default. */
  readonly context?: number;
  /** Characters of a row in columns; 160 by default. */
  readonly width?: number;
  /** What the two programs are called; `a` and `b` by default. */
  readonly names?: readonly [string, string];
  /** Styles a line. */
  readonly style?: (change: Change, text: string) => string;
}

/** Runs of lines to show: those near a change. */
function* hunks(lines: readonly DiffLine[], context: number): Generator<readonly DiffLine[]> {
  let start = -1;
  let end = -1;
  for (let i = 0; i < lines.length; i++) {
    if (lines[i]!.change === "same") continue;
    if (start >= 0 && i - context > end) {
      yield lines.slice(start, end);
      start = -1;
    }
    if (start < 0) start = Math.max(0, i - context, end);
    end = Math.min(lines.length, i + context + 1);
  }
  if (start >= 0) yield lines.slice(start, end);
}

function title({ a, b, change }: FunctionDiff): string {
  if (a === undefined && b === undefined) return "module";
  if (a === b) return `@${a}`;
  if (change === "added") return `@${b} (added)`;
  return change === "removed" ? `@${a} (removed)` : `@${a} → @${b}`;
}

const range = (lines: readonly DiffLine[], side: "lineA" | "lineB"): string => {
  const numbers = lines.map((line) => line[side]).filter((n) => n !== undefined);
  return `${numbers[0] ?? 0},${numbers.length}`;
};

function unified(lines: readonly DiffLine[], style: (change: Change, text: string) => string): string[] {
  const out: string[] = [];
  // Removed lines of a run come before the added ones, as patch programs write them.
  let added: string[] = [];
  const flush = () => {
    out.push(...added);
    added = [];
  };
  for (const { change, a, b } of lines) {
    if (change === "same") {
      flush();
      out.push(style("same", ` ${b}`));
      continue;
    }
    if (a !== undefined) out.push(style("removed", `-${a}`));
    if (b !== undefined) added.push(style("added", `+${b}`));
  }
  flush();
  return out;
}

const marks: Readonly<Record<Change, string>> = { same: " ", changed: "|", added: ">", removed: "<" };

function columns(lines: readonly DiffLine[], width: number, style: (change: Change, text: string) => string): string[] {
  const half = Math.max(10, Math.floor((width - 3) / 2));
  const cell = (text: string | undefined) => shortened(text ?? "", half).padEnd(half);
  return lines.map(({ change, a, b }) => style(change, `${cell(a)} ${marks[change]} ${cell(b)}`.trimEnd()));
}

/** How many lines differ, in one line. */
export function diffSummary({ equal, same, changed, added, removed, bounded }: ProgramDiff): string {
  if (equal) return `The programs are the same (${same.toLocaleString("en")} lines).`;
  const counts = `${changed} changed, ${added} added, ${removed} removed, ${same.toLocaleString("en")} the same`;
  return `${counts}.${bounded ? " They differ so much that a shortest difference was not looked for." : ""}`;
}

/** The differing parts of two programs; equal programs give the summary alone. */
export function printDiff(diff: ProgramDiff, options: PrintDiffOptions = {}): string {
  const { layout = "unified", context = 3, width = 160, names = ["a", "b"], style = (_, text) => text } = options;
  const out: string[] = [];
  if (!diff.equal) out.push(style("removed", `--- ${names[0]}`), style("added", `+++ ${names[1]}`));
  for (const part of diff.functions) {
    if (part.change === "same") continue;
    for (const hunk of hunks(part.lines, context)) {
      out.push(`@@ -${range(hunk, "lineA")} +${range(hunk, "lineB")} @@ ${title(part)}`);
      out.push(...(layout === "unified" ? unified(hunk, style) : columns(hunk, width, style)));
    }
  }
  return `${out.map((line) => `${line}\n`).join("")}${diffSummary(diff)}\n`;
}
