// Findings for programs, as plain JSON.
import type { CheckResult, Finding } from "../finding.ts";

/** One object: `findings`, `problems`, `files`, `fixed`; places as in the text output, edits as offsets in the file. */
export function formatJson({ findings, problems, files, fixed }: CheckResult): string {
  const plain = (f: Finding) => ({
    ...{ code: f.code, name: f.name, severity: f.severity, message: f.message, fix: f.fix, file: f.file },
    ...{ start: f.start, end: f.end, range: f.range, trace: f.trace ?? null },
    edits: f.edits?.map(({ start, end, text }) => ({ start, end, text })) ?? null,
  });
  const whole = { version: 1, files, findings: findings.map(plain), fixed: fixed.map(plain), problems };
  return `${JSON.stringify(whole, null, 2)}\n`;
}
