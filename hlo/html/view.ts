// What the page's script computes: plain functions without imports, whose own text becomes part of the page.

/** A piece of a line. `value`, `symbol` and `string` are what they are in MLIR and HLO text. */
export interface Piece {
  text: string;
  kind: "plain" | "value" | "symbol" | "string" | "op" | "type";
}

/** Spaces before a line's first character; a blank line has as many as a number can say. */
export function indentOf(line: string): number {
  const at = line.search(/\S/);
  return at < 0 ? 1e9 : at;
}

/** For each line, the last of the lines below it that stand further in, or −1: what folding it hides. */
export function foldRanges(indents: ArrayLike<number>): Int32Array {
  const ends = new Int32Array(indents.length).fill(-1);
  const open: number[] = [];
  for (let i = 0; i <= indents.length; i++) {
    const indent = i < indents.length ? indents[i]! : -1;
    while (open.length > 0 && indents[open[open.length - 1]!]! >= indent) {
      const start = open.pop()!;
      if (i - 1 > start) ends[start] = i - 1;
    }
    open.push(i);
  }
  return ends;
}

/** The lines that are shown when those in `folded` hide theirs. */
export function visibleLines(ends: ArrayLike<number>, folded: { has(line: number): boolean }): number[] {
  const shown: number[] = [];
  for (let i = 0; i < ends.length; i++) {
    shown.push(i);
    if (folded.has(i) && ends[i]! > i) i = ends[i]!;
  }
  return shown;
}

/** Cuts a line into pieces to be coloured. */
export function piecesOf(line: string): Piece[] {
  const pattern =
    /("(?:[^"\\]|\\.)*")|(%[\w$.-]+(?:#\d+)?)|(@(?:[\w$.-]+|"(?:[^"\\]|\\.)*"))|((?:\b(?:stablehlo|chlo|func|sdy|mhlo|builtin)\.[\w.]+|(?<= )[a-z][\w-]*(?=\()))|(tensor<[^<>]*(?:<[^<>]*>)?[^<>]*>|\b(?:pred|token|[bsufc]\w*\d+\w*)\[[^\]]*\](?:\{[\d,]*\})?)/g;
  const kinds = ["string", "value", "symbol", "op", "type"] as const;
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of line.matchAll(pattern)) {
    if (match.index > end) pieces.push({ text: line.slice(end, match.index), kind: "plain" });
    const kind = kinds[[1, 2, 3, 4, 5].findIndex((group) => match[group] !== undefined)]!;
    pieces.push({ text: match[0], kind });
    end = match.index + match[0].length;
  }
  if (end < line.length) pieces.push({ text: line.slice(end), kind: "plain" });
  return pieces;
}

/** `%3` of `%3#1`. */
export function valueName(text: string): string {
  const at = text.indexOf("#");
  return at < 0 ? text : text.slice(0, at);
}

/** How a line speaks of a value: not at all, as a use, or as its definition (`%0 = `, `%1:2 = `, `%arg0: `). */
export function mentions(line: string, name: string): "none" | "use" | "definition" {
  let found: "none" | "use" = "none";
  for (let at = line.indexOf(name); at >= 0; at = line.indexOf(name, at + 1)) {
    const rest = line.slice(at + name.length, at + name.length + 16);
    if (/^[\w$.-]/.test(rest)) continue;
    if (/^(?::\d+)? = |^: |^, %[\w$.-]+ = /.test(rest)) return "definition";
    found = "use";
  }
  return found;
}

/**
 * The line that defines the value that line `at` mentions: the nearest above it, in a region around it. −1 where there is
 * none.
 */
export function definitionLine(lines: ArrayLike<string>, indents: ArrayLike<number>, at: number, name: string): number {
  let indent = indents[at]!;
  for (let i = at; i >= 0; i--) {
    if (indents[i]! > indent) continue;
    if (mentions(lines[i]!, name) === "definition") return i;
    if (indents[i]! < indent) indent = indents[i]!;
    if (indent === 0 && i < at) break;
  }
  return -1;
}

/** The lines that mention the value that line `from` defines, itself included, to the end of its region. */
export function mentionLines(
  lines: ArrayLike<string>,
  indents: ArrayLike<number>,
  from: number,
  name: string,
): number[] {
  const found = [from];
  for (let i = from + 1; i < lines.length && indents[i]! >= indents[from]!; i++) {
    const how = mentions(lines[i]!, name);
    if (how === "definition" && indents[i] === indents[from]) break;
    if (how !== "none") found.push(i);
    // The function of a header, or the computation: its end.
    if (lines[i]!.trimStart().startsWith("}") && indents[i]! <= 2 && indents[i] === indents[from]) break;
  }
  return found;
}

/** Lines that contain the text, whatever the case of its letters; all of them for an empty text is none. */
export function searchLines(lines: ArrayLike<string>, query: string): number[] {
  const found: number[] = [];
  if (query === "") return found;
  const wanted = query.toLowerCase();
  for (let i = 0; i < lines.length; i++) if (lines[i]!.toLowerCase().includes(wanted)) found.push(i);
  return found;
}

/** The rows that a window of `height` pixels shows at `top`, with some above and below. */
export function windowOf(top: number, height: number, row: number, count: number): { first: number; last: number } {
  const first = Math.max(0, Math.floor(top / row) - 20);
  return { first, last: Math.min(count, Math.ceil((top + height) / row) + 20) };
}

/** Number of the element of an ascending list nearest to `x`. */
export function nearest(list: ArrayLike<number>, x: number): number {
  let low = 0;
  let high = list.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (list[middle]! <= x) low = middle;
    else high = middle;
  }
  return Math.abs(list[high]! - x) < Math.abs(list[low]! - x) ? high : low;
}
