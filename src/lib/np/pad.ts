// Padding: more elements before and behind along each axis, in NumPy's modes.
import { isInteger } from "../../core/dtype.ts";
import { DTypeError, ShapeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { concatenate, pad as padWith, rev, sliceInDim, squeeze } from "../../ops/shape.ts";
import { at, slice } from "../indexing.ts";
import { broadcastTo, cast, owning, settle, tensorOf } from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { applyAlongAxis } from "./apply.ts";
import { integer } from "./axes.ts";
import { multiply, subtract } from "./binary.ts";
import { full } from "./create.ts";
import { median } from "./quantile.ts";
import { linspace } from "./ranges.ts";
import { max, mean, min } from "./reduce.ts";
import { round } from "./unary.ts";

type Pair<T> = readonly [before: T, after: T];
/** One value for all, one pair for all axes, or a pair for each axis. */
export type PerAxis<T> = T | readonly [T] | Pair<T> | readonly Pair<T>[];

const modes = [
  "constant",
  "edge",
  "empty",
  "linearRamp",
  "maximum",
  "mean",
  "median",
  "minimum",
  "reflect",
  "symmetric",
  "wrap",
] as const;
export type PadMode = (typeof modes)[number];
/** Of a line padded with zeros, and how much was padded: the line with other values there. */
export type Padder = (line: Tensor, width: Pair<number>, axis: number) => Tensor;
export interface PadOptions {
  readonly mode?: PadMode | Padder;
  /** `constant`: what stands there, 0 by default. */
  readonly constantValues?: PerAxis<TensorLike>;
  /** `linearRamp`: where the ramps begin and end, 0 by default. */
  readonly endValues?: PerAxis<TensorLike>;
  /** `maximum`, `mean`, `median`, `minimum`: of how many elements at each end; all by default. */
  readonly statLength?: PerAxis<number> | null;
  /** `reflect`, `symmetric`: mirrored (`even`), or turned round the end (`odd`). */
  readonly reflectType?: "even" | "odd";
}
/** The modes that take an option. */
const uses: Readonly<Record<Exclude<keyof PadOptions, "mode">, readonly string[]>> = {
  constantValues: ["constant"],
  endValues: ["linearRamp"],
  statLength: ["maximum", "mean", "median", "minimum"],
  reflectType: ["reflect", "symmetric"],
};

function pairs<T>(what: string, value: PerAxis<T>, rank: number): Pair<T>[] {
  const all = (a: T, b: T): Pair<T>[] => Array.from({ length: rank }, () => [a, b]);
  if (!Array.isArray(value)) return all(value as T, value as T);
  const list = value as readonly unknown[];
  if (!list.some(Array.isArray) && (list.length === 1 || list.length === 2)) return all(list[0] as T, list.at(-1) as T);
  const rows = list as readonly Pair<T>[];
  if (rows.every((r) => Array.isArray(r) && r.length === 2)) {
    if (rows.length === rank) return [...rows];
    if (rows.length === 1) return all(...rows[0]!);
  }
  throw new ShapeError(
    `pad: got ${what} for ${list.length} axes, expected one value, one pair, or ${rank} pairs of values.`,
  );
}

const statistics = { maximum: max, mean, median, minimum: min } as const;
type Statistic = keyof typeof statistics;

/** `x` with elements before and behind: one width for all, one pair for all axes, or a pair for each. As `jax.numpy.pad`. */
export const pad = owning(function pad(
  x: TensorLike,
  width: PerAxis<number>,
  mode: PadMode | Padder | PadOptions = {},
  given: PadOptions = {},
): Tensor {
  const t = settle(tensorOf(x, "pad"));
  const options: PadOptions = typeof mode === "object" ? mode : { ...given, mode };
  const how = options.mode ?? "constant";
  const widths = pairs("widths", width, t.ndim);
  for (const w of widths.flat())
    if (integer(w, "pad: a width") < 0)
      throw new ShapeError(`pad: got widths [${widths.join("; ")}], expected 0 or more.`);
  if (typeof how === "function") return byFunction(t, widths, how);
  if (!modes.includes(how)) throw new DTypeError(`pad: got mode ${String(how)}, expected one of ${modes.join(", ")}.`);
  for (const [option, fitting] of Object.entries(uses))
    if (option in options && !fitting.includes(how))
      throw new DTypeError(`pad: got ${option} for mode ${how}, which belongs to ${fitting.join(", ")}.`);
  if (how === "constant" && !Array.isArray(options.constantValues)) {
    const value = cast(tensorOf((options.constantValues as TensorLike | undefined) ?? 0, "pad"), t.dtype);
    const part = (i: 0 | 1) => widths.map((w) => w[i]);
    return widths.flat().every((w) => w === 0) ? t : settle(padWith(t, value, part(0), part(1)));
  }
  return widths.reduce<Tensor>((y, w, d) => (w[0] === 0 && w[1] === 0 ? y : along(y, w, d, how, options)), t);
});

function byFunction(t: Tensor, widths: readonly Pair<number>[], f: Padder): Tensor {
  const zeros = pad(t, widths);
  return widths.reduce<Tensor>((y, w, d) => applyAlongAxis((line) => f(line, w, d), d, y), zeros);
}

function along(y: Tensor, width: Pair<number>, d: number, mode: PadMode, options: PadOptions): Tensor {
  const [before, after] = width;
  const n = y.shape[d]!;
  const rank = y.ndim;
  const sized = (size: number) => y.shape.map((s, i) => (i === d ? size : s));
  const joined = (parts: readonly (Tensor | null)[]) =>
    concatenate(
      parts.flatMap((p) => (p === null ? [] : [settle(p)])),
      d,
    );
  const repeated = (value: Tensor, size: number) =>
    size === 0 ? null : broadcastTo("pad", cast(value, y.dtype), sized(size));
  if (mode === "constant" || mode === "empty") {
    const [a, b] = pairs("constantValues", options.constantValues ?? 0, rank)[d]!;
    const side = (value: TensorLike, size: number) => (size === 0 ? null : full(sized(size), value, y.dtype));
    return joined([side(a, before), y, side(b, after)]);
  }
  if (n === 0) throw new ShapeError(`pad: got mode ${mode} for an empty axis ${d}, expected elements to repeat.`);
  if (mode === "linearRamp") {
    const [a, b] = pairs("endValues", options.endValues ?? 0, rank)[d]!;
    const ramp = (from: TensorLike, edge: number, size: number) =>
      linspace(from, squeeze(sliceInDim(y, edge, edge + 1, d), [d]), size, {
        endpoint: false,
        dtype: y.dtype,
        axis: d,
      });
    return joined([before ? ramp(a, 0, before) : null, y, after ? rev(ramp(b, n - 1, after), [d]) : null]);
  }
  if (mode in statistics) {
    const lengths = pairs("statLength", options.statLength ?? n, rank)[d]!;
    if (lengths.some((l) => l < 1))
      throw new ShapeError("pad: got a statLength below 1, expected elements to take it of.");
    const [a, b] = lengths.map((l) => Math.min(l, n)) as [number, number];
    const of = (part: Tensor) => {
      const value = statistics[mode as Statistic](part, d, { keepdims: true });
      return isInteger(y.dtype) && !isInteger(value.dtype) ? round(value) : value;
    };
    return joined([repeated(of(sliceInDim(y, 0, a, d)), before), y, repeated(of(sliceInDim(y, n - b, n, d)), after)]);
  }
  if (options.reflectType === "odd") return turned(y, width, d, mode === "reflect");
  const lead = Array.from({ length: d }, () => slice());
  const places = Array.from({ length: before + n + after }, (_, i) => source(mode as Repeating, i - before, n));
  return at(y, [...lead, Int32Array.from(places)]);
}

type Repeating = "edge" | "wrap" | "symmetric" | "reflect";
/** The place whose element stands at `i`, beyond the ends of an axis of `n`. */
function source(mode: Repeating, i: number, n: number): number {
  if (mode === "edge") return Math.min(Math.max(i, 0), n - 1);
  const turn = (period: number) => ((i % period) + period) % period;
  if (mode === "wrap") return turn(n);
  if (mode === "symmetric") return Math.min(turn(2 * n), 2 * n - 1 - turn(2 * n));
  if (n === 1) return 0;
  const r = turn(2 * n - 2);
  return Math.min(r, 2 * n - 2 - r);
}

/** Mirrored and negated about the end's value, 2·end − x, again and again until the width is reached. */
function turned(y: Tensor, [before, after]: Pair<number>, d: number, skipEnd: boolean): Tensor {
  const offset = skipEnd ? 1 : 0;
  let t = y;
  const n = y.shape[d]!;
  for (const [width, front] of [
    [before, true],
    [after, false],
  ] as const) {
    let open = width;
    while (open > 0) {
      const size = t.shape[d]!;
      const count = n === 1 ? 1 : Math.min(open, size - offset);
      const edge = front ? sliceInDim(t, 0, 1, d) : sliceInDim(t, size - 1, size, d);
      const from = n === 1 ? 0 : front ? offset : size - offset - count;
      const part = rev(sliceInDim(t, from, from + count, d), [d]);
      const next = settle(subtract(multiply(edge, 2), part));
      t = concatenate(front ? [next, t] : [t, next], d);
      open -= count;
    }
  }
  return t;
}
