// Text with braces as in Python's str.format, for tensors and scalars.
import type { HostScalar } from "../core/complex.ts";
import { isFloat } from "../core/dtype.ts";
import { JortsError } from "../core/errors.ts";
import { Tensor } from "../core/tensor.ts";
import { numpyText, pythonFloat } from "./numpy-text.ts";
import { elements, printValues } from "./tensor-print.ts";

export type Piece = string | { readonly field: string | number; readonly spec: string };

/** @throws JortsError for a lone brace */
export function parseFormat(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let next = 0;
  let at = 0;
  const pattern = /\{\{|\}\}|\{([^{}:]*)(?::([^{}]*))?\}|[{}]/g;
  for (const match of text.matchAll(pattern)) {
    pieces.push(text.slice(at, match.index));
    at = match.index + match[0].length;
    if (match[0] === "{{" || match[0] === "}}") pieces.push(match[0][0]!);
    else if (match[1] === undefined)
      throw new JortsError(`debug.print: a single ${match[0]} in ${JSON.stringify(text)}; write it twice to print it.`);
    else {
      const name = match[1].trim();
      const field = name === "" ? next++ : /^\d+$/.test(name) ? Number(name) : name;
      pieces.push({ field, spec: match[2] ?? "" });
    }
  }
  pieces.push(text.slice(at));
  return pieces;
}

/** @throws JortsError naming what the text asks for and is not given, and what is given and not used */
export function checkFormat(pieces: readonly Piece[], positional: number, names: readonly string[]): void {
  const used = new Set<string | number>();
  for (const p of pieces) {
    if (typeof p === "string") continue;
    const given = typeof p.field === "number" ? p.field < positional : names.includes(p.field);
    if (!given)
      throw new JortsError(
        typeof p.field === "number"
          ? `debug.print: the text asks for argument ${p.field}, got ${positional} positional ones.`
          : `debug.print: the text asks for {${p.field}}, got ${names.length === 0 ? "no named values" : names.join(", ")}.`,
      );
    parseSpec(p.spec);
    used.add(p.field);
  }
  const unused = Array.from({ length: positional }, (_, i) => i).filter((i) => !used.has(i));
  if (unused.length > 0)
    throw new JortsError(`debug.print: unused positional arguments ${unused.join(", ")}; the text has no {} for them.`);
  const extra = names.filter((n) => !used.has(n));
  if (extra.length > 0)
    throw new JortsError(
      `debug.print: unused named values ${extra.join(", ")}. A template string (\`\${x}\`) was perhaps given; give a plain ` +
        "one with {x} instead.",
    );
}

export const format = (
  pieces: readonly Piece[],
  positional: readonly unknown[],
  named: Readonly<Record<string, unknown>>,
): string =>
  pieces
    .map((p) =>
      typeof p === "string" ? p : show(typeof p.field === "number" ? positional[p.field] : named[p.field], p.spec),
    )
    .join("");

function show(value: unknown, spec: string): string {
  if (value instanceof Tensor && value.ndim === 0) return scalar(value, elements(value)[0]!, spec);
  if (spec !== "" && typeof value !== "string")
    throw new JortsError(`debug.print: the format ${spec} is for scalars and strings, got ${text(value)}.`);
  return spec === "" ? text(value) : padded(text(value), parseSpec(spec), "<");
}

function text(value: unknown): string {
  if (value instanceof Tensor) return value.dtype.startsWith("complex") ? printValues(value) : numpyText(value);
  if (Array.isArray(value)) return `[${value.map(text).join(", ")}]`;
  if (typeof value === "object" && value !== null)
    return `{${Object.entries(value)
      .map(([k, v]) => `${k}: ${text(v)}`)
      .join(", ")}}`;
  return String(value);
}

function scalar(t: Tensor, value: HostScalar, spec: string): string {
  if (spec === "") {
    if (typeof value === "boolean") return value ? "True" : "False";
    if (typeof value === "number" && isFloat(t.dtype)) return pythonFloat(value);
    return typeof value === "object" ? printValues(t) : String(value);
  }
  const s = parseSpec(spec);
  if (typeof value === "object") throw new JortsError(`debug.print: no format for complex numbers, got ${spec}.`);
  return padded(digits(Number(value), value, s), s, ">");
}

interface Spec {
  readonly fill: string;
  readonly align: string | undefined;
  readonly sign: string;
  readonly width: number;
  readonly precision: number | undefined;
  readonly type: string;
}

function parseSpec(spec: string): Spec {
  const match = /^(?:(.)?([<>^]))?([+\- ])?(0)?(\d+)?(?:\.(\d+))?([dfegs%])?$/.exec(spec);
  if (match === null)
    throw new JortsError(
      `debug.print: the format "${spec}" is not understood, expected [[fill]align][sign][0][width][.precision][type] with ` +
        "type d, f, e, g, % or s.",
    );
  const [, fill, align, sign = "-", zero, width, precision, type = ""] = match;
  return {
    fill: fill ?? (zero ? "0" : " "),
    align,
    sign,
    width: Number(width ?? 0),
    precision: precision === undefined ? undefined : Number(precision),
    type,
  };
}

function digits(n: number, value: HostScalar, { type, precision, sign }: Spec): string {
  const plus = sign !== "-" && n >= 0 ? sign : "";
  if (!Number.isFinite(n)) return plus + pythonFloat(n);
  const exponent = (s: string) => s.replace(/e([+-])(\d)$/, "e$10$2");
  switch (type) {
    case "f":
      return plus + n.toFixed(precision ?? 6);
    case "e":
      return plus + exponent(n.toExponential(precision ?? 6));
    case "%":
      return `${plus}${(n * 100).toFixed(precision ?? 6)}%`;
    case "g": {
      const p = precision === 0 ? 1 : (precision ?? 6);
      const e = n === 0 ? 0 : Number(n.toExponential(p - 1).split("e")[1]);
      const out = e < -4 || e >= p ? n.toExponential(p - 1) : n.toFixed(p - 1 - e);
      return plus + exponent(out.replace(/(\.\d*?)0+($|e)/, "$1$2").replace(/\.($|e)/, "$1"));
    }
    default:
      return plus + (precision === undefined ? String(value) : String(Number(n.toPrecision(precision))));
  }
}

function padded(body: string, { fill, align, width }: Spec, otherwise: string): string {
  const missing = width - body.length;
  if (missing <= 0) return body;
  const side = align ?? otherwise;
  if (fill === "0" && align === undefined && /^[+\- ]/.test(body))
    return body[0]! + "0".repeat(missing) + body.slice(1);
  const left = side === ">" ? missing : side === "^" ? Math.floor(missing / 2) : 0;
  return fill.repeat(left) + body + fill.repeat(missing - left);
}
