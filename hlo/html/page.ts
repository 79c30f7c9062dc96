// One page about one program: its text, searchable and foldable, and all that is measured of it. It asks nothing of a network.
import { printCallGraph } from "../call-graph.ts";
import { HloOrigins } from "../hlo-lines.ts";
import { lineOf, unknownLine } from "../lines.ts";
import { Module, type Operation } from "../module.ts";
import type { HloInstruction, HloModule } from "../optimized.ts";
import { bytesText, countText, shareText } from "../report/numbers.ts";
import { placeText } from "../report/print-report.ts";
import { type Report, type ReportOptions, report } from "../report/report.ts";
import { hloTextLines, textLines } from "../text-lines.ts";
import { chartWidth, memoryCurve, type Sample } from "./curve.ts";
import { pageScript } from "./script.ts";
import { pageStyle } from "./style.ts";

export interface HtmlOptions extends Omit<ReportOptions, "onStep"> {
  /** The page's title; the program's name by default. */
  readonly title?: string;
  /** Rows of each table; 30 by default. */
  readonly top?: number;
  readonly form?: "pretty" | "generic";
}

/** Longer lines (constants) are cut on the page. */
const longest = 2000;

/** Text as HTML: nothing in it is markup. */
export const escapeHtml = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");

/** JSON inside a script element: no `<` stands in it. */
export const scriptJson = (data: unknown): string =>
  JSON.stringify(data).replaceAll("<", "\\u003c").replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");

interface Line {
  readonly text: string;
  /** `file:line`, or `unknown`. */
  readonly place: string;
  readonly operation: string | undefined;
  /** What starts here. */
  readonly start: Operation | HloInstruction | undefined;
}

function linesOf(program: Module | HloModule, form: "pretty" | "generic"): Line[] {
  if (program instanceof Module)
    return textLines(program, form).map(({ text, operation }) => ({
      text,
      place: operation === undefined ? unknownLine : lineOf(operation.location),
      operation: operation?.name,
      start: operation,
    }));
  const origins = new HloOrigins(program);
  return hloTextLines(program).map(({ text, instruction }) => {
    const at = instruction && origins.of(instruction);
    return {
      text,
      place: at === undefined ? unknownLine : `${at.file}:${at.line}`,
      operation: instruction?.opcode,
      start: instruction,
    };
  });
}

/** Groups of lines that a click on a row of a table marks. */
class Groups {
  readonly lists: (readonly number[])[] = [];

  /** A cell that marks these lines. */
  cell(text: string, lines: readonly number[]): string {
    if (lines.length === 0) return escapeHtml(text);
    this.lists.push(lines);
    return `<span data-lines="${this.lists.length - 1}">${escapeHtml(text)}</span>`;
  }
}

type Cell = string | { readonly html: string };

function table(titles: readonly string[], rows: readonly (readonly Cell[])[], top: number): string {
  const numeric = (k: number) => (titles[k]!.startsWith("#") ? ' class="n"' : "");
  const head = titles.map((title, k) => `<th${numeric(k)}>${escapeHtml(title.replace("#", ""))}</th>`).join("");
  const body = rows.slice(0, top).map((row) => {
    const cells = row.map(
      (cell, k) => `<td${numeric(k)}>${typeof cell === "string" ? escapeHtml(cell) : cell.html}</td>`,
    );
    return `<tr>${cells.join("")}</tr>`;
  });
  const more = rows.length > top ? `<p class="note">… and ${rows.length - top} more</p>` : "";
  return `<table><tr>${head}</tr>${body.join("")}</table>${more}`;
}

function byKey<T>(lines: readonly Line[], key: (line: Line) => T | undefined): Map<T, number[]> {
  const found = new Map<T, number[]>();
  lines.forEach((line, i) => {
    const own = key(line);
    if (own === undefined) return;
    const list = found.get(own);
    if (list === undefined) found.set(own, [i]);
    else list.push(i);
  });
  return found;
}

function sections(r: Report, lines: readonly Line[], groups: Groups, top: number, curve: string): string {
  const byOp = byKey(lines, ({ operation }) => operation);
  const byPlace = byKey(lines, ({ place }) => (place === unknownLine ? undefined : place));
  const link = (text: string, list: readonly number[] | undefined): Cell => ({ html: groups.cell(text, list ?? []) });
  const flops = r.flops ?? 0;
  const parts: [string, string][] = [];
  if (r.memory !== undefined) {
    const alive = r.memory.alive.map(({ bytes, name, type, madeBy, function: within, file, line }): Cell[] => [
      bytesText(bytes),
      `${within} ${name}`,
      type,
      madeBy,
      link(placeText(file, line), byPlace.get(placeText(file, line))),
    ]);
    const columns = ["#bytes", "value", "type", "made by", "line"];
    const { peakBytes, argumentBytes, outputBytes } = r.memory;
    const sizes = `Peak ${bytesText(peakBytes)}; arguments ${bytesText(argumentBytes)}, results ${bytesText(outputBytes)}. Alive at the peak:`;
    parts.push(["Memory", `${curve}<p>${sizes}</p>${table(columns, alive, top)}`]);
  }
  const hot = (r.lines ?? []).map(({ file, line, count, flops: own, bytes }): Cell[] => [
    link(placeText(file, line), byPlace.get(placeText(file, line))),
    countText(count),
    countText(own),
    shareText(own, flops),
    bytesText(bytes),
  ]);
  parts.push(["Source lines", table(["line", "#runs", "#FLOPs", "#share", "#bytes"], hot, top)]);
  const ops = r.ops.map(({ name, places, cost }): Cell[] => [
    link(name, byOp.get(name)),
    countText(places),
    cost ? countText(cost.count) : "–",
    cost ? countText(cost.flops) : "–",
    cost ? bytesText(cost.bytes) : "–",
  ]);
  parts.push(["Operations", table(["operation", "#places", "#runs", "#FLOPs", "#bytes"], ops, top)]);
  const collectives = (r.collectives?.groups ?? []).map((group): Cell[] => [
    link(group.kind, byOp.get(r.form === "hlo" ? group.kind : `stablehlo.${group.kind.replaceAll("-", "_")}`)),
    group.axes,
    String(group.groupSize),
    countText(group.executions),
    bytesText(group.bytes),
  ]);
  const none = '<p class="note">None.</p>';
  const kinds = ["kind", "axes", "#devices", "#runs", "#bytes"];
  parts.push(["Collectives", collectives.length === 0 ? none : table(kinds, collectives, top)]);
  if (r.calls !== undefined) parts.push(["Calls", `<pre>${escapeHtml(printCallGraph(r.calls))}</pre>`]);
  const problems = r.problems.map(({ section, message }) => `<p>Not measured (${section}): ${escapeHtml(message)}</p>`);
  if (problems.length > 0) parts.push(["Not measured", problems.join("")]);
  return parts.map(([title, body]) => `<section><h2>${title}</h2>${body}</section>`).join("\n");
}

const cut = (text: string): string =>
  text.length <= longest ? text : `${text.slice(0, longest)} … (${text.length - longest} more characters)`;

/**
 * A self-contained page about a program, a StableHLO module or an optimised one: its text (searchable, values highlighted
 * on click, regions and functions foldable, drawn as it is scrolled), the memory curve with what is alive at each place,
 * costs by source line and by operation, collectives and the call graph. Nothing is fetched; everything from the program
 * is shown as text.
 * @throws HloPrintError for a module that cannot be printed in this form
 */
export function html(program: Module | HloModule, options: HtmlOptions = {}): string {
  const { top = 30, form = "pretty", title = program.name } = options;
  const steps: (Operation | HloInstruction)[] = [];
  const r = report(program, { ...options, onStep: (operation) => steps.push(operation) });
  const lines = linesOf(program, form);
  const groups = new Groups();
  const lineNumbers = new Map(lines.map(({ start }, i) => [start, i]));
  /** The line of a step; a reducer that is printed as its name alone stands where its operation does. */
  const lineAt = (step: number): number => {
    for (let i = step; i >= 0; i--) {
      const line = lineNumbers.get(steps[i]);
      if (line !== undefined) return line;
    }
    return -1;
  };
  const { svg, samples } = r.memory ? memoryCurve(r.memory, lineAt) : { svg: "", samples: [] as readonly Sample[] };
  const body = sections(r, lines, groups, top, svg);
  const places = [...new Set(lines.map(({ place }) => place).filter((place) => place !== unknownLine))];
  const placeNumbers = new Map(places.map((place, i) => [place, i]));
  const data = {
    lines: lines.map(({ text }) => cut(text)),
    places,
    placeOf: lines.map(({ place }) => placeNumbers.get(place) ?? -1),
    groups: groups.lists,
    samples,
    width: chartWidth,
  };
  const flops =
    r.flops === undefined ? "" : ` · ${countText(r.flops)} FLOPs · ${bytesText(r.bytesAccessed ?? 0)} accessed`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${pageStyle}</style>
</head>
<body>
<header><h1>${escapeHtml(title)}</h1>
<span class="soft">${countText(r.operations)} operations in ${countText(r.functions)} ${r.form === "hlo" ? "computations" : "functions"}${flops}</span>
<span class="find"><input id="search" type="search" placeholder="Search ( / )" aria-label="Search"><span id="matches" class="soft"></span>
<button id="previous" type="button" title="Previous match">↑</button><button id="next" type="button" title="Next match">↓</button>
<button id="fold" type="button">Fold</button><button id="unfold" type="button">Unfold</button></span></header>
<aside>${body}</aside>
<main id="code"><div id="rows"></div></main>
<div id="tip" hidden></div>
<script type="application/json" id="data">${scriptJson(data)}</script>
<script>${pageScript()}</script>
</body>
</html>
`;
}
