// Concrete tensors as text, in the manner of NumPy.
import type { ArrayTensor } from "../compile/array.ts";
import { encodeValues, scalars } from "../compile/encoding.ts";
import { toBytes } from "../compile/place.ts";
import { longAval } from "../core/aval.ts";
import type { Complex, HostScalar } from "../core/complex.ts";
import { concreteValue } from "../core/concrete.ts";
import { isFloat } from "../core/dtype.ts";
import type { Tensor } from "../core/tensor.ts";
import { Literal } from "../core/tensor.ts";
import { Tracer } from "../core/trace.ts";

/** The elements of a concrete tensor in row-major order. */
export function elements(t: Tensor): HostScalar[] {
  if (t instanceof Literal)
    return new Array<HostScalar>(t.size).fill(scalars(encodeValues([t.value], t.dtype), t.dtype)[0]!);
  return scalars(toBytes(t as ArrayTensor), t.dtype);
}

export type NestedScalars = HostScalar | readonly NestedScalars[];

/** Flat elements as nested arrays. */
export function nest(flat: readonly HostScalar[], shape: readonly number[]): NestedScalars {
  let position = 0;
  const build = (d: number): NestedScalars =>
    d === shape.length ? flat[position++]! : Array.from({ length: shape[d]! }, () => build(d + 1));
  return build(0);
}

const edge = 3;
const threshold = 1000;

/** `[[1, 2], [3, 4]]`; large tensors show the ends of each dimension. */
export function printValues(t: Tensor): string {
  const flat = elements(t);
  const abbreviated = t.size > threshold;
  const strides = t.shape.map((_, d) => t.shape.slice(d + 1).reduce((n, s) => n * s, 1));
  const show = (v: HostScalar) => {
    if (typeof v === "object") return complex(v);
    return typeof v === "number" && isFloat(t.dtype) ? float(v) : String(v);
  };
  const part = (d: number, start: number, indent: string): string => {
    if (d === t.ndim) return show(flat[start]!);
    const n = t.shape[d]!;
    const inner = `${indent} `;
    const all = Array.from({ length: n }, (_, i) => i);
    const cut = abbreviated && n > 2 * edge;
    const shown = cut ? [...all.slice(0, edge), -1, ...all.slice(n - edge)] : all;
    const parts = shown.map((i) => (i < 0 ? "…" : part(d + 1, start + i * strides[d]!, inner)));
    return d === t.ndim - 1 ? `[${parts.join(", ")}]` : `[${parts.join(`,\n${inner}`)}]`;
  };
  return part(0, 0, "");
}

/** As many digits as a float32 can tell apart. */
function float(v: number): string {
  if (Object.is(v, -0)) return "-0";
  return Number.isFinite(v) ? String(Number(v.toPrecision(7))) : v > 0 ? "inf" : v < 0 ? "-inf" : "nan";
}

/** `1+2j`, as NumPy has it. */
function complex({ re, im }: Complex): string {
  const part = float(im);
  return `${float(re)}${part.startsWith("-") ? "" : "+"}${part}j`;
}

/** The values of a concrete tensor; of a traced one what it is and where it is traced. Never throws. */
export function printTensor(t: Tensor): string {
  if (t instanceof Tracer) {
    const head = `Traced<${longAval(t.aval)}>`;
    if (t.trace.closed) return `${head} of a trace that has ended`;
    return `${head} in ${t.trace.describe()}`;
  }
  if ("isDeleted" in t && t.isDeleted) return `deleted ${longAval(t.aval)}`;
  return printValues(concreteValue(t)!);
}
