// `// jorts-check-ignore JC101: reason`: findings of the next line that are meant.
import { ts } from "ts-morph";
import type { Finding, RuleInfo } from "./finding.ts";

export const unusedSuppression: RuleInfo = {
  code: "JC901",
  name: "unused-suppression",
  severity: "warning",
  sentence: "A comment suppresses a finding that there is not.",
  fix: "Remove the code from the comment, or move the comment to the line before the finding.",
};

export const unknownSuppression: RuleInfo = {
  code: "JC902",
  name: "unknown-suppression",
  severity: "warning",
  sentence: "A suppressing comment names no code that exists, or gives no reason.",
  fix: "Write `// jorts-check-ignore JC101: reason`; `jorts-check-ignore-file` is for the whole file.",
};

interface Suppression {
  readonly code: string;
  /** Line that it is for, from 1; undefined for the whole file. */
  readonly line: number | undefined;
  readonly start: number;
  readonly end: number;
  used: boolean;
}

const comment = /\/\/[ \t]*jorts-check-ignore(-file)?\b([^\n\r]*)/g;
const written = /^\s+((?:JC\d+)(?:\s*,\s*JC\d+)*)\s*:\s*\S/;

/** Text inside strings, templates and other comments is no comment of its own. */
function isComment(file: ts.SourceFile, position: number): boolean {
  const before = file.text.slice(file.text.lastIndexOf("\n", position) + 1, position);
  if (/\/[/*]|^\s*\*/.test(before)) return false;
  let node: ts.Node = file;
  for (;;) {
    const inner: ts.Node | undefined = ts.forEachChild(node, (child) =>
      child.getStart(file) <= position && position < child.end ? child : undefined,
    );
    if (inner === undefined) break;
    node = inner;
  }
  return (
    !ts.isLiteralExpression(node) &&
    !ts.isTemplateMiddleOrTemplateTail(node) &&
    node.kind !== ts.SyntaxKind.TemplateHead
  );
}

/** The line that a comment in `line` is for: its own, or the first below that is no comment. Both from 0. */
function lineFor(file: ts.SourceFile, line: number): number {
  const starts = file.getLineStarts();
  const textOf = (n: number) => file.text.slice(starts[n]!, starts[n + 1] ?? file.text.length).trim();
  if (!textOf(line).startsWith("//")) return line;
  let at = line + 1;
  while (at < starts.length && (textOf(at) === "" || textOf(at).startsWith("//"))) at++;
  return at;
}

export type ReportAt = (rule: RuleInfo, start: number, end: number) => Finding;

/** `findings` of `file` without the suppressed ones, and with what is wrong about its comments. */
export function suppressed(
  file: ts.SourceFile,
  findings: readonly Finding[],
  codes: ReadonlySet<string>,
  report: ReportAt,
): Finding[] {
  if (!file.text.includes("jorts-check-ignore")) return [...findings];
  const own: Finding[] = [];
  const all: Suppression[] = [];
  for (const match of file.text.matchAll(comment)) {
    const [text, whole, rest] = match;
    const start = match.index;
    const end = start + text.trimEnd().length;
    if (!isComment(file, start)) continue;
    const named = written.exec(rest!)?.[1]?.split(/\s*,\s*/) ?? [];
    if (named.length === 0 || named.some((code) => !codes.has(code))) own.push(report(unknownSuppression, start, end));
    const { line } = file.getLineAndCharacterOfPosition(start);
    const target = whole === undefined ? lineFor(file, line) + 1 : undefined;
    for (const code of named) if (codes.has(code)) all.push({ code, line: target, start, end, used: false });
  }
  const kept = findings.filter((f) => {
    const by = all.filter((s) => s.code === f.code && (s.line === undefined || s.line === f.start.line));
    for (const s of by) s.used = true;
    return by.length === 0;
  });
  return [...kept, ...own, ...all.filter((s) => !s.used).map((s) => report(unusedSuppression, s.start, s.end))];
}
