// A report as text: aligned tables, the dearest rows first.
import { printCallGraph } from "../call-graph.ts";
import { bytesText, type Column, countText, plural, shareText, shortened, tableText } from "./numbers.ts";
import type { Report } from "./report.ts";

export const sectionNames = ["ops", "lines", "collectives", "memory", "calls"] as const;
export type SectionName = (typeof sectionNames)[number];

export interface PrintReportOptions {
  /** Rows of each table; 10 by default. */
  readonly top?: number;
  /** All by default. */
  readonly sections?: readonly SectionName[];
  /** Files below this directory are shown relative to it. */
  readonly directory?: string;
  /** Styles headings. */
  readonly heading?: (text: string) => string;
}

/** Characters of a name, a type or a file in a table. */
const widest = 60;

const right = (title: string): Column => ({ title, align: "right" });
const left = (title: string): Column => ({ title });
const short = (text: string): string => shortened(text, widest);

export const placeText = (file: string | undefined, line: number | undefined): string =>
  file === undefined ? "unknown" : `${file}:${line}`;

/** Rows beyond `top` are counted, not dropped silently. */
function topRows(columns: readonly Column[], rows: readonly (readonly string[])[], top: number): string {
  const left = rows.length - top;
  return tableText(columns, rows.slice(0, top)) + (left > 0 ? `… and ${left.toLocaleString("en")} more\n` : "");
}

function ops({ ops: rows, flops = 0 }: Report, top: number): string {
  const columns = [left("operation"), right("places"), right("runs"), right("FLOPs"), right("share"), right("bytes")];
  const cells = rows.map(({ name, places, cost }) => [
    short(name),
    countText(places),
    cost ? countText(cost.count) : "–",
    cost ? countText(cost.flops) : "–",
    cost ? shareText(cost.flops, flops) : "–",
    cost ? bytesText(cost.bytes) : "–",
  ]);
  return topRows(columns, cells, top);
}

type Place = (file: string | undefined, line: number | undefined) => string;

function lines({ lines: rows = [], flops = 0 }: Report, top: number, place: Place): string {
  if (rows.every(({ file }) => file === undefined))
    return "No operation has a location; lower with debug information to see the lines.\n";
  const columns = [left("line"), right("runs"), right("FLOPs"), right("share"), right("bytes")];
  const cells = rows.map(({ file, line, count, flops: own, bytes }) => [
    short(place(file, line)),
    countText(count),
    countText(own),
    shareText(own, flops),
    bytesText(bytes),
  ]);
  return topRows(columns, cells, top);
}

function collectives({ collectives: found, form, partitions }: Report, top: number): string {
  const groups = found?.groups ?? [];
  if (groups.length === 0)
    return form === "stablehlo" && partitions > 1
      ? "None is written; the partitioner adds its own: look at the optimised program.\n"
      : "None.\n";
  const columns = [left("kind"), left("axes"), right("devices"), right("places"), right("runs"), right("bytes")];
  const cells = groups.map(({ kind, axes, groupSize, sites, executions, bytes }) => [
    kind,
    short(axes),
    String(groupSize),
    String(sites),
    countText(executions),
    bytesText(bytes),
  ]);
  return topRows(columns, cells, top);
}

function memory({ memory: profile, form }: Report, top: number, place: Place): string {
  if (profile === undefined) return "";
  const { peakBytes, argumentBytes, constantBytes, outputBytes, aliasedBytes, points, peakAt, alive } = profile;
  const sigil = form === "hlo" ? "%" : "@";
  const at = points[peakAt];
  const where =
    at === undefined ? "" : ` at step ${peakAt + 1} of ${points.length}, ${at.operation} in ${sigil}${at.function}`;
  const sizes = [
    `arguments ${bytesText(argumentBytes)}`,
    `constants ${bytesText(constantBytes)}`,
    `results ${bytesText(outputBytes)}${aliasedBytes > 0 ? ` (${bytesText(aliasedBytes)} in donated arguments)` : ""}`,
  ];
  const notes = [
    profile.foldedCalls > 0 ? `${plural(profile.foldedCalls, "call")} not followed, one step each.\n` : "",
    profile.dynamicValues > 0 ? `${plural(profile.dynamicValues, "value")} of dynamic size, which counts as 1.\n` : "",
  ];
  const columns = [right("bytes"), left("value"), left("type"), left("made by"), left("line")];
  const cells = alive.map(({ bytes, name, type, madeBy, function: within, kind, file, line }) => [
    bytesText(bytes),
    short(`${sigil}${within} ${name}`),
    short(type),
    short(madeBy),
    kind === "argument" && file === undefined ? "–" : short(place(file, line)),
  ]);
  return `Peak ${bytesText(peakBytes)}${where}: ${sizes.join(", ")}.\n${notes.join("")}${topRows(columns, cells, top)}`;
}

function calls({ calls: graph }: Report, top: number): string {
  if (graph === undefined) return "";
  const tree = printCallGraph(graph).trimEnd().split("\n");
  // A function in a tree is worth more lines than a row in a table.
  const shown = tree.slice(0, 4 * top);
  const rest = tree.length - shown.length;
  return `${shown.map((text) => shortened(text, 160)).join("\n")}\n${rest > 0 ? `… and ${rest} more\n` : ""}`;
}

const titles: Readonly<Record<SectionName, string>> = {
  ops: "Operations",
  lines: "Source lines",
  collectives: "Collectives",
  memory: "Memory",
  calls: "Calls",
};
const bodies = { ops, lines, collectives, memory, calls };

function head(report: Report): string {
  const { form, name, partitions, replicas, functions, operations, flops, bytesAccessed } = report;
  const what = form === "stablehlo" ? `StableHLO module @${name}` : `Optimised program ${name}`;
  const devices = partitions * replicas > 1 ? `, ${partitions * replicas} devices` : "";
  const part = form === "stablehlo" ? "function" : "computation";
  const cost =
    flops === undefined || bytesAccessed === undefined
      ? ""
      : `${countText(flops)} FLOPs, ${bytesText(bytesAccessed)} accessed ` +
        `${form === "stablehlo" ? "in all, before fusion" : "on each device"}\n`;
  const loops = report.unknownTripCounts;
  const notes = [
    loops > 0 ? `${plural(loops, "loop")} of unknown length, counted as one trip\n` : "",
    report.notCounted.length > 0 ? `Not counted: ${shortened(report.notCounted.join(", "), 2 * widest)}\n` : "",
  ];
  const counts = `${plural(functions, part)}, ${plural(operations, "operation")}${devices}`;
  return `${what}: ${counts}\n${cost}${notes.join("")}`;
}

/** The report as people read it. A section that could not be measured says why. */
export function printReport(report: Report, options: PrintReportOptions = {}): string {
  const { top = 10, sections = sectionNames, heading = (text: string) => text, directory } = options;
  const start = directory === undefined ? "" : `${directory.replace(/\/$/, "")}/`;
  const place: Place = (file, line) =>
    placeText(start !== "" && file?.startsWith(start) ? file.slice(start.length) : file, line);
  const texts = sections.map((section) => {
    const problem = report.problems.find((found) => found.section === section);
    const body = problem === undefined || section === "ops" ? bodies[section](report, top, place) : "";
    const missing = problem === undefined ? "" : `Not measured: ${problem.message}\n`;
    return `\n${heading(titles[section])}\n${body}${missing}`;
  });
  return head(report) + texts.join("");
}
