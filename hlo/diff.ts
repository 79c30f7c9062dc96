// Two programs side by side: functions matched, operations aligned whatever their values are called.
import { align } from "./align.ts";
import type { Module } from "./module.ts";
import type { HloModule } from "./optimized.ts";
import { hloTextLines, textLines } from "./text-lines.ts";

export type Change = "same" | "changed" | "added" | "removed";

/** One row: a line of the first program, of the second, or of both. */
export interface DiffLine {
  readonly change: Change;
  readonly a: string | undefined;
  readonly b: string | undefined;
  /** Line numbers in the printed programs, from 1. */
  readonly lineA: number | undefined;
  readonly lineB: number | undefined;
}

export interface FunctionDiff {
  readonly change: Change;
  /** Names in the two programs; undefined where one lacks the function. Undefined in both: the module's own lines. */
  readonly a: string | undefined;
  readonly b: string | undefined;
  readonly lines: readonly DiffLine[];
}

export interface ProgramDiff {
  /** Alike but for the names of values and functions. */
  readonly equal: boolean;
  readonly functions: readonly FunctionDiff[];
  /** Lines. */
  readonly same: number;
  readonly changed: number;
  readonly added: number;
  readonly removed: number;
  /** Some functions differ so much that their shortest difference was not looked for. */
  readonly bounded: boolean;
}

export interface DiffOptions {
  /** Edits after which one search for the shortest difference ends; 1000 by default. */
  readonly bound?: number;
}

interface Section {
  readonly name: string | undefined;
  readonly lines: readonly string[];
  readonly first: number;
  readonly keys: Int32Array;
}

/** Strings stay as they are; `%x`, `%x#1` and `@f` are names. */
const tokens = /"(?:[^"\\]|\\.)*"|([%@])([\w$.-]+)(?::\d+(?= =))?/g;
/** After a name: it is defined here (`%0 = `, `%arg0: `). */
const defining = /^(?: =|: |:\d+ =| \()/;

/** The lines of a program by function. Numbers stand for lines that are alike but for names. */
function sections(
  lines: readonly { readonly text: string; readonly function: string | undefined }[],
  symbols: ReadonlySet<string>,
  numbers: Map<string, number>,
): Section[] {
  const found: { name: string | undefined; lines: string[]; first: number; keys: number[] }[] = [];
  lines.forEach((line, i) => {
    if (found.length === 0 || found.at(-1)!.name !== line.function)
      found.push({ name: line.function, lines: [], first: i + 1, keys: [] });
    const key = line.text.replace(tokens, (token, sigil: string | undefined, name: string) =>
      sigil === "%" || (sigil === "@" && symbols.has(name)) ? sigil : token,
    );
    let number = numbers.get(key);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(key, number);
    }
    const section = found.at(-1)!;
    section.lines.push(line.text);
    section.keys.push(number);
  });
  // The module's own lines stand before and between its functions: one section.
  const own = found.filter(({ name }) => name === undefined);
  const merged =
    own.length > 0 ? [{ ...own[0]!, lines: own.flatMap((s) => s.lines), keys: own.flatMap((s) => s.keys) }] : [];
  return [...merged, ...found.filter(({ name }) => name !== undefined)].map(({ keys, ...section }) => ({
    ...section,
    keys: Int32Array.from(keys),
  }));
}

/** Functions compared with each other, of those whose names do not match. */
const mostCompared = 200;

/** Share of lines that two functions have in common (Dice). */
function similarity(a: Section, b: Section): number {
  const counts = new Map<number, number>();
  for (const key of a.keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  let common = 0;
  for (const key of b.keys) {
    const left = counts.get(key) ?? 0;
    if (left > 0) {
      common++;
      counts.set(key, left - 1);
    }
  }
  return (2 * common) / (a.keys.length + b.keys.length);
}

/** Pairs by name, then by equal content, then by likeness; the others stay alone. */
function matchSections(
  a: readonly Section[],
  b: readonly Section[],
): (readonly [Section | undefined, Section | undefined])[] {
  const partners = new Map<Section, Section>();
  const free = new Set(b);
  const pair = (x: Section, y: Section) => {
    partners.set(x, y);
    free.delete(y);
  };
  const byName = new Map(b.map((section) => [section.name, section]));
  for (const x of a) {
    const y = byName.get(x.name);
    if (y !== undefined && free.has(y)) pair(x, y);
  }
  const byContent = new Map<string, Section[]>();
  for (const y of free) {
    const key = y.keys.join();
    byContent.set(key, [...(byContent.get(key) ?? []), y]);
  }
  for (const x of a) {
    if (partners.has(x)) continue;
    const y = byContent.get(x.keys.join())?.find((section) => free.has(section));
    if (y !== undefined) pair(x, y);
  }
  const left = a.filter((x) => !partners.has(x)).slice(0, mostCompared);
  const candidates = [...free].slice(0, mostCompared);
  const scores = left.flatMap((x) => candidates.map((y) => ({ x, y, score: similarity(x, y) })));
  for (const { x, y, score } of scores.sort((p, q) => q.score - p.score))
    if (score >= 0.5 && !partners.has(x) && free.has(y)) pair(x, y);
  return [...a.map((x) => [x, partners.get(x)] as const), ...[...free].map((y) => [undefined, y] as const)];
}

/** Follows names through both programs: which value of the second stands for which of the first. */
class Renaming {
  readonly #names = new Map<string, string>();

  /** Takes the definitions of two lines; false where they use values that do not correspond. */
  follow(a: string, b: string): boolean {
    const [left, right] = [[...a.matchAll(tokens)], [...b.matchAll(tokens)]];
    const names = (list: typeof left) => list.filter((match) => match[1] !== undefined);
    const [from, to] = [names(left), names(right)];
    let agree = from.length === to.length;
    from.forEach((match, i) => {
      const other = to[i];
      if (other === undefined) return;
      const name = `${match[1]}${match[2]}`;
      const partner = `${other[1]}${other[2]}`;
      const defines =
        match[1] === "%" && (match[0].includes(":") || defining.test(a.slice(match.index + match[0].length)));
      if (defines || !this.#names.has(name)) this.#names.set(name, partner);
      else if (this.#names.get(name) !== partner) agree = false;
    });
    return agree;
  }

  bind(a: string, b: string): void {
    this.#names.set(a, b);
  }
}

const stem = (line: string): string => /^\s*(?:[%\w$.:#, -]+ = )?"?([\w.]+)/.exec(line)?.[1] ?? line;

/** How far ahead a removed line looks for the added one that it became. */
const reach = 50;

function sectionDiff(
  a: Section,
  b: Section,
  renaming: Renaming,
  bound: number,
): { lines: DiffLine[]; bounded: boolean } {
  const { pairs, bounded } = align(a.keys, b.keys, bound);
  const lines: DiffLine[] = [];
  const row = (change: Change, i: number | undefined, j: number | undefined) =>
    lines.push({
      change,
      a: i === undefined ? undefined : a.lines[i],
      b: j === undefined ? undefined : b.lines[j],
      lineA: i === undefined ? undefined : a.first + i,
      lineB: j === undefined ? undefined : b.first + j,
    });
  let [i, j] = [0, 0];
  /** Lines between two pairs: those of one operation are one that changed. */
  const gap = (endA: number, endB: number) => {
    while (i < endA) {
      const wanted = stem(a.lines[i]!);
      let at = j;
      while (at < endB && at < j + reach && stem(b.lines[at]!) !== wanted) at++;
      if (at < endB && at < j + reach) {
        while (j < at) row("added", undefined, j++);
        renaming.follow(a.lines[i]!, b.lines[j]!);
        row("changed", i++, j++);
      } else row("removed", i++, undefined);
    }
    while (j < endB) row("added", undefined, j++);
  };
  for (const [x, y] of pairs) {
    gap(x, y);
    const agree = renaming.follow(a.lines[x]!, b.lines[y]!);
    row(agree ? "same" : "changed", i++, j++);
  }
  gap(a.lines.length, b.lines.length);
  return { lines, bounded };
}

const alone = (section: Section, change: "added" | "removed"): DiffLine[] =>
  section.lines.map((text, i) => ({
    change,
    a: change === "removed" ? text : undefined,
    b: change === "added" ? text : undefined,
    lineA: change === "removed" ? section.first + i : undefined,
    lineB: change === "added" ? section.first + i : undefined,
  }));

function compare(a: readonly Section[], b: readonly Section[], sigil: "@" | "%", bound: number): ProgramDiff {
  const renaming = new Renaming();
  const matched = matchSections(a, b);
  for (const [x, y] of matched) if (x?.name && y?.name) renaming.bind(`${sigil}${x.name}`, `${sigil}${y.name}`);
  const functions: FunctionDiff[] = [];
  const counts = { same: 0, changed: 0, added: 0, removed: 0 };
  let isBounded = false;
  for (const [x, y] of matched) {
    if (x === undefined || y === undefined) {
      const change = x === undefined ? "added" : "removed";
      functions.push({ change, a: x?.name, b: y?.name, lines: alone((x ?? y)!, change) });
    } else {
      const { lines, bounded } = sectionDiff(x, y, renaming, bound);
      isBounded ||= bounded;
      const change = lines.every((line) => line.change === "same") ? "same" : "changed";
      functions.push({ change, a: x.name, b: y.name, lines });
    }
    for (const { change } of functions.at(-1)!.lines) counts[change]++;
  }
  return { equal: functions.every(({ change }) => change === "same"), functions, ...counts, bounded: isBounded };
}

/**
 * Compares two programs: functions are matched by name, then by likeness; their operations are aligned by name, types and
 * attributes (a longest common subsequence, see `align`), and one is the same only if its operands correspond too. Names
 * of values do not matter. Equal programs cost their length.
 * @throws HloPrintError for a module that cannot be printed
 */
export function diff(a: Module, b: Module, { bound = 1000 }: DiffOptions = {}): ProgramDiff {
  const numbers = new Map<string, number>();
  const read = (module: Module) => sections(textLines(module), new Set(module.funcs.map(({ name }) => name)), numbers);
  return compare(read(a), read(b), "@", bound);
}

/** The same for two optimised programs; where instructions come from (their metadata) does not matter. */
export function hloDiff(a: HloModule, b: HloModule, { bound = 1000 }: DiffOptions = {}): ProgramDiff {
  const numbers = new Map<string, number>();
  const read = (module: HloModule) => {
    const lines = hloTextLines({ ...module, tables: [] });
    const bare = lines.map(({ text, instruction, function: name }) => ({
      text: instruction ? text.replace(metadata, "") : text.replace(parameterNames, "$1"),
      function: name,
    }));
    return sections(bare, new Set(), numbers);
  };
  return compare(read(a), read(b), "%", bound);
}

/** In the header of a computation: `(x: f32[2], y: f32[2])`. */
const parameterNames = /([(,] ?(?:\/\*index=\d+\*\/)?)[\w.-]+: /g;
/** `, metadata={…}`; strings inside may hold braces. */
const metadata = /, metadata=\{(?:[^"{}]|"(?:[^"\\]|\\.)*")*\}/;
