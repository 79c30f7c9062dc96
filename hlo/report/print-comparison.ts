// The measures of two programs beside each other.
import { bytesText, countText, tableText } from "./numbers.ts";
import type { Report } from "./report.ts";

/** `+3`, `−12%`, or nothing where the two are equal. */
function change(a: number | undefined, b: number | undefined): string {
  if (a === undefined || b === undefined || a === b) return "";
  if (a === 0) return "new";
  const percent = (100 * (b - a)) / a;
  if (Math.abs(percent) < 0.05) return "<0.1%";
  const text = Math.abs(percent) >= 10 ? percent.toFixed(0) : percent.toFixed(1);
  return `${percent > 0 ? "+" : ""}${text}%`.replace("-", "−");
}

/** Totals of both, then the operations whose number differs, the largest differences first. */
export function printComparison(a: Report, b: Report, { top = 10 }: { readonly top?: number } = {}): string {
  const row = (
    name: string,
    of: (report: Report) => number | undefined,
    text: (value: number) => string = countText,
  ): string[] => {
    const [x, y] = [of(a), of(b)];
    return [name, x === undefined ? "–" : text(x), y === undefined ? "–" : text(y), change(x, y)];
  };
  const totals = [
    row("operations", (r) => r.operations),
    row(a.form === "hlo" ? "computations" : "functions", (r) => r.functions),
    row("FLOPs", (r) => r.flops),
    row("bytes accessed", (r) => r.bytesAccessed, bytesText),
    row("peak memory", (r) => r.memory?.peakBytes, bytesText),
    row("collectives", (r) => r.collectives?.sites.length),
  ];
  const places = (r: Report) => new Map(r.ops.map(({ name, places: count }) => [name, count]));
  const [before, after] = [places(a), places(b)];
  const differing = [...new Set([...before.keys(), ...after.keys()])]
    .map((name) => ({ name, x: before.get(name) ?? 0, y: after.get(name) ?? 0 }))
    .filter(({ x, y }) => x !== y)
    .sort((p, q) => Math.abs(q.y - q.x) - Math.abs(p.y - p.x) || (p.name < q.name ? -1 : 1));
  const ops = differing.slice(0, top).map(({ name, x, y }) => [name, countText(x), countText(y), change(x, y)]);
  const columns = [
    { title: "" },
    { title: "a", align: "right" as const },
    { title: "b", align: "right" as const },
    { title: "change", align: "right" as const },
  ];
  const more = differing.length > top ? `… and ${differing.length - top} more operations\n` : "";
  return tableText(columns, [...totals, ...ops]) + more;
}
