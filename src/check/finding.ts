// What the analyser says: findings, the edits that mend them, and problems that kept it from looking.

export type Severity = "error" | "warning" | "note";

/** What every rule declares about itself; the table in docs/check.md is made of these. */
export interface RuleInfo {
  /** Stable: it never comes to mean something else. */
  readonly code: string;
  readonly name: string;
  readonly severity: Severity;
  /** What is wrong. */
  readonly sentence: string;
  /** How to mend it. */
  readonly fix: string;
}

/** A part of a rewriting: [start, end) becomes `text`. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Beginning, middle or end of what is rewritten; tells in which order edits at one place go. */
  readonly part: "open" | "middle" | "close";
  /** Length of the whole that is rewritten. */
  readonly width: number;
}

export interface Position {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
}

export interface Finding {
  readonly code: string;
  readonly name: string;
  readonly severity: Severity;
  readonly message: string;
  readonly fix: string;
  /** Relative to the directory of the run, with forward slashes. */
  readonly file: string;
  readonly start: Position;
  readonly end: Position;
  /** Offsets in the file. */
  readonly range: readonly [start: number, end: number];
  /** The transformation that traces the function around it, as `jit at train.ts:12`. */
  readonly trace: string | undefined;
  /** The source line of the start. */
  readonly source: string;
  /** Undefined where no edit is safe. */
  readonly edits: readonly Edit[] | undefined;
}

/** Something that kept a part of the project from being checked. */
export interface Problem {
  readonly message: string;
  readonly file: string | undefined;
  readonly start: Position | undefined;
}

export interface CheckResult {
  readonly findings: readonly Finding[];
  readonly problems: readonly Problem[];
  /** Files looked at. */
  readonly files: readonly string[];
  /** Findings that `fix` has mended. */
  readonly fixed: readonly Finding[];
}
