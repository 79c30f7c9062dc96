// Makes the safe edits: those after which the program type-checks no worse than before.
import { resolve } from "node:path";
import { ts } from "ts-morph";
import type { Edit, Finding } from "./finding.ts";
import type { Sources } from "./sources.ts";

/** An edit can make room for another. */
const passes = 5;

/** Edits of `text`, outer ones around inner ones. @throws nothing; undefined where two edits overlap */
export function applied(text: string, edits: readonly Edit[]): string | undefined {
  const rank = { close: 0, middle: 1, open: 2 } as const;
  const sorted = [
    ...new Map(edits.map((e) => [`${e.start} ${e.end} ${e.part} ${e.width} ${e.text}`, e])).values(),
  ].sort(
    (a, b) =>
      a.start - b.start || rank[a.part] - rank[b.part] || (a.part === "close" ? a.width - b.width : b.width - a.width),
  );
  let result = "";
  let at = 0;
  for (const { start, end, text: replacement } of sorted) {
    if (start < at) return undefined;
    result += text.slice(at, start) + replacement;
    at = end;
  }
  return result + text.slice(at);
}

export interface Mended {
  /** What is left. */
  readonly findings: readonly Finding[];
  readonly fixed: readonly Finding[];
  /** Absolute paths of what has changed; nothing is written to disk. */
  readonly files: readonly string[];
}

/** Edits `sources`; `look` finds what there is to mend. */
export function mend(sources: Sources, directory: string, look: () => readonly Finding[]): Mended {
  const fixed: Finding[] = [];
  const files = new Set<string>();
  const refused = new Set<string>();
  let findings = look();
  for (let pass = 0; pass < passes; pass++) {
    const jobs = jobsOf(
      sources,
      directory,
      findings.filter((f) => f.edits !== undefined && !refused.has(identity(f))),
    );
    const made = jobs.length === 0 ? [] : mendAll(sources, jobs);
    for (const { file, findings } of made) {
      fixed.push(...findings);
      files.add(file);
    }
    const done = new Set(made.flatMap((m) => m.findings));
    for (const f of jobs.flatMap((j) => j.findings)) if (!done.has(f)) refused.add(identity(f));
    if (made.length === 0) break;
    findings = look();
  }
  return { findings, fixed, files: [...files] };
}

/** A file, its text before, and what to mend in it. */
interface Job {
  readonly file: string;
  readonly before: string;
  readonly findings: readonly Finding[];
}

function jobsOf(sources: Sources, directory: string, findings: readonly Finding[]): Job[] {
  const byFile = new Map<string, Finding[]>();
  for (const f of findings) byFile.set(f.file, [...(byFile.get(f.file) ?? []), f]);
  return [...byFile].map(([name, list]) => {
    const file = resolve(directory, name);
    return { file, before: sources.text(file), findings: list };
  });
}

/** The same finding in another pass, though lines above have changed. */
const identity = ({ file, code, source, start }: Finding): string => `${file} ${code} ${start.column} ${source}`;

/** All files at once; then those alone that type errors point to, statement by statement. */
function mendAll(sources: Sources, jobs: readonly Job[]): Job[] {
  const concerned = [...new Set(jobs.flatMap(({ file }) => [file, ...sources.importersOf(file)]))];
  const known = errorsOf(sources, concerned);
  let good = jobs.filter((job) => write(sources, job, job.findings));
  for (;;) {
    const worse = errorsOf(sources, concerned).filter((e, i) => !isNoWorse(known[i]!, e));
    if (worse.length === 0) break;
    const suspects = new Set(worse.flatMap(({ file }) => [file, ...sources.importedBy(file)]));
    const kept = good.filter(({ file }) => !suspects.has(file));
    for (const job of good) if (!kept.includes(job)) sources.replace(job.file, job.before);
    // A worse file that no edit reaches directly: nothing is kept.
    good = kept.length === good.length ? [] : kept;
    if (good.length === 0) for (const job of jobs) sources.replace(job.file, job.before);
  }
  const rest = jobs.filter((job) => !good.includes(job));
  return [...good, ...rest.flatMap((job) => mendStatements(sources, job) ?? [])];
}

/** False where edits overlap, or change nothing. */
function write(sources: Sources, { file, before }: Job, findings: readonly Finding[]): boolean {
  const edits = findings.flatMap((f) => f.edits ?? []);
  const text = applied(before, edits);
  if (text === undefined || text === before) return false;
  sources.replace(file, text);
  return true;
}

function mendStatements(sources: Sources, job: Job): Job | undefined {
  const { file, before, findings } = job;
  const concerned = [file, ...sources.importersOf(file)];
  const known = errorsOf(sources, concerned);
  const attempt = (chosen: readonly Finding[]): boolean =>
    write(sources, job, chosen) && errorsOf(sources, concerned).every((e, i) => isNoWorse(known[i]!, e));
  let made: readonly Finding[] = [];
  for (const group of byStatement(before, findings)) if (attempt([...made, ...group])) made = [...made, ...group];
  if (made.length > 0 && write(sources, job, made)) return { ...job, findings: made };
  sources.replace(file, before);
  return undefined;
}

/** Findings of one statement are mended together or not at all. */
function byStatement(text: string, list: readonly Finding[]): Finding[][] {
  const file = ts.createSourceFile("before.ts", text, ts.ScriptTarget.Latest, true);
  const groups = new Map<number, Finding[]>();
  for (const f of list) {
    let key = f.range[0];
    const visit = (node: ts.Node): void => {
      if (node.getStart(file) > f.range[0] || node.end < f.range[1]) return;
      if (ts.isStatement(node) && !ts.isBlock(node)) key = node.pos;
      ts.forEachChild(node, visit);
    };
    visit(file);
    groups.set(key, [...(groups.get(key) ?? []), f]);
  }
  return [...groups.values()];
}

interface Errors {
  readonly file: string;
  /** How often each message stands. */
  readonly counts: ReadonlyMap<string, number>;
}

function errorsOf(sources: Sources, files: readonly string[]): Errors[] {
  const program = sources.program();
  return files.map((file) => {
    const counts = new Map<string, number>();
    const source = program.getSourceFile(file);
    const found =
      source === undefined
        ? []
        : [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    for (const d of found) {
      const key = `${d.code} ${ts.flattenDiagnosticMessageText(d.messageText, " ")}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return { file, counts };
  });
}

const isNoWorse = (before: Errors, after: Errors): boolean =>
  [...after.counts].every(([key, n]) => n <= (before.counts.get(key) ?? 0));
