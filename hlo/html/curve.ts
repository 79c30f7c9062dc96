// The memory curve of the page: an SVG, and for each of its samples what is alive there.
import { bytesText, shortened } from "../report/numbers.ts";
import type { LiveValue, MemoryProfile } from "../timeline.ts";

export const chartWidth = 640;
const [height, top, bottom] = [150, 14, 134];
const mostSamples = 800;
const mostAlive = 8;

/** One place of the curve. All texts are plain. */
export interface Sample {
  readonly x: number;
  readonly bytes: string;
  readonly step: string;
  readonly alive: readonly string[];
  /** The line of the text where this step stands, or −1. */
  readonly line: number;
}

const about = ({ bytes, name, type, madeBy, function: within, file, line }: LiveValue): string =>
  `${bytesText(bytes)}  ${within} ${name} ${shortened(type, 60)} ${madeBy}${file === undefined ? "" : `, ${file}:${line}`}`;

/** The steps to show: at most `mostSamples`, of each run of steps the one that holds most. */
function sampled({ points }: MemoryProfile): number[] {
  const size = Math.max(1, Math.ceil(points.length / mostSamples));
  const found: number[] = [];
  for (let start = 0; start < points.length; start += size) {
    let best = start;
    for (let i = start; i < Math.min(points.length, start + size); i++)
      if (points[i]!.bytes > points[best]!.bytes) best = i;
    found.push(best);
  }
  return found;
}

/** The largest values alive at each of the ascending steps. */
function aliveAt(values: readonly LiveValue[], steps: readonly number[]): LiveValue[][] {
  const starting = [...values].sort((a, b) => a.from - b.from);
  const alive = new Set<LiveValue>();
  let next = 0;
  return steps.map((step) => {
    while (next < starting.length && starting[next]!.from <= step) alive.add(starting[next++]!);
    const largest: LiveValue[] = [];
    for (const value of alive) {
      if (value.to < step) alive.delete(value);
      else if (largest.length < mostAlive || value.bytes > largest.at(-1)!.bytes) {
        let at = largest.length;
        while (at > 0 && largest[at - 1]!.bytes < value.bytes) at--;
        largest.splice(at, 0, value);
        largest.length = Math.min(largest.length, mostAlive);
      }
    }
    return largest;
  });
}

/** The curve and its samples; `lineOf` finds the line of a step. */
export function memoryCurve(
  profile: MemoryProfile,
  lineOf: (step: number) => number,
): { svg: string; samples: readonly Sample[] } {
  const steps = sampled(profile);
  const { points, peakBytes, peakAt } = profile;
  const x = (step: number) => Math.round((10 * (step * chartWidth)) / Math.max(1, points.length - 1)) / 10;
  const y = (bytes: number) => Math.round(10 * (bottom - ((bottom - top) * bytes) / Math.max(1, peakBytes))) / 10;
  const alive = aliveAt(profile.values, steps);
  const samples = steps.map((step, i): Sample => {
    const { operation, name, function: within, file, line, bytes } = points[step]!;
    const place = file === undefined ? "" : `, ${file}:${line}`;
    return {
      x: x(step),
      bytes: bytesText(bytes),
      step: `step ${step + 1} of ${points.length}: ${operation} ${name} in ${within}${place}`,
      alive: alive[i]!.map(about),
      line: lineOf(step),
    };
  });
  const path = steps.map((step) => `L${x(step)} ${y(points[step]!.bytes)}`).join("");
  const start = `M0 ${y(points[steps[0] ?? 0]?.bytes ?? 0)}`;
  const peak = x(peakAt);
  const svg =
    `<svg id="chart" viewBox="0 0 ${chartWidth} ${height}" role="img" aria-label="Memory over the steps of the program">` +
    `<path class="area" d="${start}${path}L${chartWidth} ${bottom}L0 ${bottom}Z"/><path class="curve" d="${start}${path}"/>` +
    `<line class="peak" x1="${peak}" x2="${peak}" y1="${top}" y2="${bottom}"/>` +
    `<line id="cursor" x1="-1" x2="-1" y1="${top}" y2="${bottom}"/>` +
    `<text x="0" y="10">${bytesText(peakBytes)}</text><text x="0" y="${height - 4}">step 1</text>` +
    `<text x="${chartWidth}" y="${height - 4}" text-anchor="end">step ${points.length}</text></svg>`;
  return { svg, samples };
}
