// Tensors as NumPy's str shows them: aligned columns, the shortest digits that tell values apart, 75 columns.
import type { HostScalar } from "../core/complex.ts";
import { isFloat } from "../core/dtype.ts";
import type { Tensor } from "../core/tensor.ts";
import { elements } from "./tensor-print.ts";

export interface PrintOptions {
  /** Most digits after the point. */
  readonly precision: number;
  /** Tensors of more elements show the ends of each dimension only, `edgeitems` on either side. */
  readonly threshold: number;
  readonly edgeitems: number;
  /** Columns. */
  readonly linewidth: number;
  /** Never with an exponent. */
  readonly suppress: boolean;
  readonly nanstr: string;
  readonly infstr: string;
}
/** How tensors are shown; `np.setPrintoptions` changes it. */
export const printing: { current: PrintOptions } = {
  current: {
    precision: 8,
    threshold: 1000,
    edgeitems: 3,
    linewidth: 75,
    suppress: false,
    nanstr: "nan",
    infstr: "inf",
  },
};
/** What stands between elements, and before and behind the text, which it is wrapped for. */
export interface Surroundings {
  readonly separator?: string;
  readonly prefix?: string;
  readonly suffix?: string;
}

/** A float as Python prints it: `1.0`, `1e-07`, `inf`. */
export function pythonFloat(v: number): string {
  if (!Number.isFinite(v)) return Number.isNaN(v) ? "nan" : v > 0 ? "inf" : "-inf";
  if (Object.is(v, -0)) return "-0.0";
  const size = Math.abs(v);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) return v.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  return Number.isInteger(v) ? `${v}.0` : String(v);
}

export function numpyText(t: Tensor, around: Surroundings = {}): string {
  const { separator = " ", prefix = "", suffix = "" } = around;
  const { threshold, edgeitems: edge, linewidth } = printing.current;
  const { shape, dtype, ndim } = t;
  const flat = elements(t);
  if (t.size === 0) return "[]";
  const cut = t.size > threshold;
  const strides = shape.map((_, d) => shape.slice(d + 1).reduce((n, s) => n * s, 1));
  /** Indices along dimension `d` that are shown; -1 for those left out. */
  const shownAlong = (d: number): number[] => {
    const n = shape[d]!;
    const all = Array.from({ length: n }, (_, i) => i);
    return cut && n > 2 * edge ? [...all.slice(0, edge), -1, ...all.slice(n - edge)] : all;
  };
  const shown: HostScalar[] = [];
  const collect = (d: number, start: number): void => {
    if (d === ndim) shown.push(flat[start]!);
    else for (const i of shownAlong(d)) if (i >= 0) collect(d + 1, start + i * strides[d]!);
  };
  collect(0, 0);
  const word = isFloat(dtype) ? floatWords(shown as number[], dtype === "float64") : plainWords(shown);

  const part = (d: number, start: number, indent: string, width: number): string => {
    if (d === ndim) return word(flat[start]!);
    const items = shownAlong(d).map((i) =>
      i < 0 ? "..." : part(d + 1, start + i * strides[d]!, `${indent} `, width - 1),
    );
    if (d < ndim - 1) {
      const lines = items.map((item) => indent + item).join(separator.trimEnd() + "\n".repeat(ndim - 1 - d));
      return `[${lines.slice(indent.length)}]`;
    }
    let done = "";
    let line = indent;
    items.forEach((item, i) => {
      if (line.length > indent.length && line.length + item.length > width - 1) {
        done += `${line.trimEnd()}\n`;
        line = indent;
      }
      line += item + (i < items.length - 1 ? separator : "");
    });
    return `[${(done + line).slice(indent.length)}]`;
  };
  return part(0, 0, " ".repeat(prefix.length + 1), linewidth - suffix.length);
}

/** Integers and booleans, right-justified. */
function plainWords(shown: readonly HostScalar[]): (v: HostScalar) => string {
  const text = (v: HostScalar) => (typeof v === "boolean" ? (v ? "True" : "False") : String(v));
  const width = Math.max(...shown.map((v) => text(v).length));
  return (v) => text(v).padStart(width);
}

/** Sign, digits before and after the point, exponent. */
interface Digits {
  readonly whole: string;
  readonly fraction: string;
  readonly exponent: string;
}

/** Infinities and NaN as the settings have them. */
function special(v: number): string {
  const { nanstr, infstr } = printing.current;
  return Number.isNaN(v) ? nanstr : v > 0 ? infstr : `-${infstr}`;
}

/** The fewest digits that give the value back in its precision. */
function shortest(v: number, double: boolean): number {
  if (double) return v;
  for (let p = 1; p <= 9; p++) {
    const n = Number(v.toPrecision(p));
    if (Math.fround(n) === v) return n;
  }
  return v;
}

function fixed(v: number, double: boolean): Digits {
  const { precision } = printing.current;
  const n = shortest(v, double);
  const [, plain = ""] = fixedText(n).split(".");
  const text = plain.length > precision ? fixedText(Number(n.toFixed(precision))) : fixedText(n);
  const [whole = "", fraction = ""] = text.split(".");
  return { whole: Object.is(v, -0) ? "-0" : whole, fraction, exponent: "" };
}

/** Without exponent, for values that fixed notation is used for. */
function fixedText(n: number): string {
  const s = String(n);
  if (!s.includes("e")) return s;
  return n.toFixed(20).replace(/0+$/, "").replace(/\.$/, "");
}

function scientific(v: number, double: boolean): Digits {
  const { precision } = printing.current;
  const n = shortest(v, double);
  const full = n.toExponential();
  return splitExponential(full.split("e")[0]!.length - (n < 0 ? 3 : 2) > precision ? n.toExponential(precision) : full);
}

/** With `right` digits after the point: beyond the shortest ones, those of the exact value. */
function exponential(v: number, double: boolean, right: number): Digits {
  const short = scientific(v, double);
  return short.fraction.length >= right ? short : splitExponential(v.toExponential(right));
}

function splitExponential(text: string): Digits {
  const [mantissa = "", power = ""] = text.split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  return { whole, fraction, exponent: `e${power[0]}${power.slice(1).padStart(2, "0")}` };
}

function floatWords(shown: readonly number[], double: boolean): (v: HostScalar) => string {
  const finite = shown.filter(Number.isFinite);
  const sizes = finite.filter((v) => v !== 0).map(Math.abs);
  const most = Math.max(...sizes);
  const least = Math.min(...sizes);
  const useExponent =
    !printing.current.suppress && sizes.length > 0 && (most >= 1e8 || least < 1e-4 || most / least > 1000);
  const digits = (v: number) => (useExponent ? scientific(v, double) : fixed(v, double));
  const all = finite.map(digits);
  const longest = (lengths: readonly number[]) => Math.max(0, ...lengths);
  const right = longest(all.map((d) => d.fraction.length));
  const tail = longest(all.map((d) => d.exponent.length));
  const others = shown.filter((v) => !Number.isFinite(v)).map((v) => special(v).length);
  const after = right + tail + 1;
  const left = longest([...all.map((d) => d.whole.length), ...others.map((n) => n - after)]);
  const width = all.length === 0 ? longest(others) : left + after;
  return (value) => {
    const v = value as number;
    if (!Number.isFinite(v)) return special(v).padStart(width);
    const { whole, fraction, exponent } = useExponent ? exponential(v, double, right) : digits(v);
    const pad = fraction.padEnd(right);
    return `${whole.padStart(left)}.${pad}${exponent.padStart(tail)}`;
  };
}
