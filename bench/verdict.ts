// Measurements against their targets: arithmetic, and the table that is printed.
import { BenchError } from "./errors.ts";
import type { Bound, Target } from "./targets.ts";

/** What a group measured for one target, in the target's unit. */
export interface Measurement {
  /** The target's id. */
  readonly target: string;
  readonly ours: number;
  /** What it is compared with; null for an absolute bound that has no opponent. */
  readonly theirs: number | null;
  /** Whose number `theirs` is, such as `JAX, own client`. */
  readonly against?: string;
  /** Anything worth keeping in the JSON report. */
  readonly detail?: unknown;
}

export interface Row {
  readonly target: Target;
  readonly measured: Measurement | null;
  /** ours / theirs; null where there is none. */
  readonly ratio: number | null;
  readonly verdict: "ok" | "over" | "not measured";
}

/** Holds one measurement against its target. Throws BenchError for a number that is not finite or a missing opponent. */
export function judge(target: Target, measured: Measurement | null): Row {
  if (measured === null) return { target, measured, ratio: null, verdict: "not measured" };
  const { ours, theirs } = measured;
  for (const [side, value] of [["ours", ours] as const, ["theirs", theirs] as const]) {
    if (value !== null && !Number.isFinite(value)) {
      throw new BenchError(`${target.id}: ${side} is ${value}, expected a finite number`);
    }
  }
  const ratio = theirs === null || theirs === 0 ? null : ours / theirs;
  return { target, measured, ratio, verdict: reached(target, ours, theirs) ? "ok" : "over" };
}

function reached({ id, bound }: Target, ours: number, theirs: number | null): boolean {
  if (bound.kind === "absolute") return ours <= bound.limit;
  if (theirs === null) throw new BenchError(`${id} is a ratio and needs what ours is compared with; theirs is null`);
  if (bound.kind === "atLeast") return ours >= bound.factor * theirs;
  return ours <= bound.factor * theirs + (bound.plus ?? 0);
}

/**
 * One row for each target, in their order; what was not measured says so.
 * Throws BenchError for a measurement of an unknown target or two of the same.
 */
export function judgeAll(targets: readonly Target[], measurements: readonly Measurement[]): Row[] {
  const byId = new Map<string, Measurement>();
  for (const m of measurements) {
    if (!targets.some((t) => t.id === m.target)) {
      throw new BenchError(`measured ${m.target}, which is not among the targets of this run; see bench/targets.ts`);
    }
    if (byId.has(m.target)) throw new BenchError(`measured ${m.target} twice; a target takes one measurement`);
    byId.set(m.target, m);
  }
  return targets.map((target) => judge(target, byId.get(target.id) ?? null));
}

/** `≤ 0.95 ×`, `≤ 1.25 × + 2 µs`, `≤ 1e-5`. */
export function boundText(bound: Bound, unit: string): string {
  if (bound.kind === "absolute") return `≤ ${formatNumber(bound.limit)}`;
  if (bound.kind === "atLeast") return `≥ ${bound.factor} ×`;
  return `≤ ${bound.factor} ×` + (bound.plus === undefined ? "" : ` + ${formatNumber(bound.plus)} ${unit}`);
}

/** Four significant digits, without an exponent where the number can be read without. */
export function formatNumber(x: number): string {
  const size = Math.abs(x);
  if (Number.isInteger(x)) return String(x);
  if (size < 1e-3) return x.toExponential(Number(x.toPrecision(1)) === x ? 0 : 1);
  return size >= 1000 ? x.toFixed(0) : String(Number(x.toPrecision(4)));
}

/** The rows as aligned text: name, ours, theirs, ratio, target, verdict. */
export function formatTable(rows: readonly Row[]): string {
  const header = ["name", "ours", "theirs", "ratio", "target", "verdict"];
  const body = rows.map(({ target, measured, ratio, verdict }) => {
    const value = (x: number | null | undefined) =>
      x === null || x === undefined ? "–" : `${formatNumber(x)} ${target.unit}`;
    const theirs = value(measured?.theirs) + (measured?.against === undefined ? "" : ` (${measured.against})`);
    const quotient = ratio === null ? "–" : ratio.toFixed(3);
    return [target.id, value(measured?.ours), theirs, quotient, boundText(target.bound, target.unit), verdict];
  });
  return formatColumns([header, ...body], ["left", "right", "right", "right", "left", "left"]);
}

/** Columns as wide as their widest cell, two spaces between; a rule under the first line. */
export function formatColumns(lines: readonly (readonly string[])[], align: readonly ("left" | "right")[]): string {
  const widths = align.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  const print = (line: readonly string[]) =>
    line
      .map((cell, i) => (align[i] === "right" ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join("  ")
      .trimEnd();
  const [header, ...body] = lines;
  const rule = widths.map((w) => "─".repeat(w)).join("  ");
  return [print(header!), rule, ...body.map(print)].join("\n");
}
