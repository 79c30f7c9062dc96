// Running reductions along one axis: each element of the result reduces all operands up to it.
import { attr } from "../../hlo/attributes.ts";
import { avalOf, longAval } from "../core/aval.ts";
import { type DType, isComplex } from "../core/dtype.ts";
import { ShapeError } from "../core/errors.ts";
import type { Graph } from "../core/graph.ts";
import { typeOf } from "../core/lowering.ts";
import { defineOp, type Op, type Transpose } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind1, traceGraph } from "../core/trace.ts";
import { shifted } from "./batching.ts";
import { add, max, min, mul, rem, sub, tieShare } from "./binary.ts";
import { eq, lt, ne, select } from "./compare.ts";
import { complex, imag, real } from "./complex.ts";
import { type Accepts, requireDType } from "./elementwise.ts";
import { highest, like, lowest, zeroOf } from "./literal.ts";
import { concatenate, pad, rev, sliceInDim } from "./shape.ts";
import { abs, exp, log1p, neg } from "./unary.ts";

export interface CumulativeParams {
  readonly axis: number;
  /** From the last element to the first. */
  readonly reverse: boolean;
}
type One = readonly [Tensor];
export type CumulativeOp = Op<CumulativeParams, One>;
type Elements = readonly Tensor[];

interface CumulativeSpec {
  readonly accepts: Accepts;
  readonly combine: (a: Tensor, b: Tensor) => Tensor;
  /** What `combine` leaves alone. */
  readonly identity: (dtype: DType) => number | bigint | boolean;
  /** Tangent of `z = combine(a, b)`; `linear` when it is `combine` of the tangents. */
  readonly tangent: "linear" | ((ta: Tensor, tb: Tensor, a: Tensor, b: Tensor, z: Tensor) => Tensor);
}

/**
 * All prefixes of an associative `combine` along `axis`: work O(n), depth O(log n).
 *
 * Neighbours are combined in pairs, the half as long sequence is scanned, and the elements between are filled in
 * (Blelloch, "Prefix sums and their applications", 1990); the pairing is JAX's, so that sums round alike.
 */
export function associativeScan(
  combine: (a: Elements, b: Elements) => Elements,
  elements: Elements,
  axis: number,
): Elements {
  const n = elements[0]!.shape[axis]!;
  if (n < 2) return elements;
  const part = (xs: Elements, start: number, limit: number, stride = 1) =>
    xs.map((x) => sliceInDim(x, start, limit, axis, stride));
  const odd = associativeScan(combine, combine(part(elements, 0, n - 1, 2), part(elements, 1, n, 2)), axis);
  const first = part(elements, 0, 1);
  if (n === 2) return first.map((x, i) => concatenate([x, odd[i]!], axis));
  const half = odd[0]!.shape[axis]!;
  const even = combine(n % 2 === 0 ? part(odd, 0, half - 1) : odd, part(elements, 2, n, 2));
  return odd.map((x, i) => interleave(concatenate([first[i]!, even[i]!], axis), x, axis));
}

/** Elements of `a` at even places, of `b` at odd ones. */
function interleave(a: Tensor, b: Tensor, axis: number): Tensor {
  const at = (n: number) => a.shape.map((_, d) => (d === axis ? n : 0));
  const zero = zeroOf(a.dtype);
  const longer = a.shape[axis]! > b.shape[axis]! ? 1 : 0;
  return add(pad(a, zero, at(0), at(1 - longer), at(1)), pad(b, zero, at(1), at(longer), at(1)));
}

const reversing = (xs: Elements, { axis, reverse }: CumulativeParams): Elements =>
  reverse ? xs.map((x) => rev(x, [axis])) : xs;

const scan = (combine: (a: Elements, b: Elements) => Elements, xs: Elements, p: CumulativeParams): Elements =>
  reversing(associativeScan(combine, reversing(xs, p), p.axis), p);

function cumulative(name: string, spec: CumulativeSpec): CumulativeOp {
  const { combine, tangent } = spec;
  const scalarGraphs = new Map<DType, Graph>();
  /** `combine` of two scalars. */
  const scalarGraph = (dtype: DType): Graph => {
    let graph = scalarGraphs.get(dtype);
    if (graph === undefined) {
      const scalar = avalOf([], dtype);
      const body = (a: Tensor, b: Tensor) => [combine(a, b)];
      graph = traceGraph(name, body, [scalar, scalar], { what: name, ambient: true }).graph;
      scalarGraphs.set(dtype, graph);
    }
    return graph;
  };
  const transpose: Transpose<CumulativeParams, One> = ({ cotangents: [ct], params: { axis, reverse } }) => [
    ct && bind1(op, [ct], { axis, reverse: !reverse }),
  ];
  const op: CumulativeOp = defineOp({
    name,
    shape: ([x], { axis }) => {
      requireDType(name, x, spec.accepts);
      if (!(axis >= 0 && axis < x.shape.length))
        throw new ShapeError(`${name}: got axis ${axis} for ${longAval(x)}; expected an axis below ${x.shape.length}.`);
      return [x];
    },
    derivative: [
      tangent === "linear"
        ? "linear"
        : (t, [x], _r, p) =>
            scan(
              ([a, ta], [b, tb]) => {
                const z = combine(a!, b!);
                return [z, tangent(ta!, tb!, a!, b!, z)];
              },
              [x, t],
              p,
            )[1]!,
    ],
    transpose: tangent === "linear" ? transpose : null,
    batch: ({ operands: [x], dims: [d], params: { axis, reverse } }) => ({
      results: [bind1(op, [x], { axis: shifted(axis, d!), reverse })],
      dims: [d],
    }),
    effect: "none",
    cost: "costly",
    // XLA knows such windows, as long as their dimension, for running reductions, and computes them by blocks.
    lower: (c, [x], { axis, reverse }) => {
      const { shape, dtype } = c.operands[0]!;
      const n = shape[axis]!;
      if (n < 2) return [x];
      const scalar = typeOf({ shape: [], dtype });
      const body = c.region([scalar, scalar], (a, b) => c.inline(scalarGraph(dtype), [a!, b!]));
      const before = Math.max(n - 1, 0);
      const padding = shape.flatMap((_, d) => (d !== axis ? [0, 0] : reverse ? [0, before] : [before, 0]));
      const attributes = {
        window_dimensions: attr.i64s(shape.map((_, d) => (d === axis ? n : 1))),
        padding: attr.dense({ kind: "tensor", shape: [shape.length, 2], element: "i64" }, padding),
      };
      const initial = c.constant(scalar, spec.identity(dtype));
      return c.op("stablehlo.reduce_window", [x, initial], [typeOf(c.results[0]!)], attributes, [body]);
    },
  });
  return op;
}

const apply =
  (op: CumulativeOp) =>
  (x: Tensor, axis: number, reverse = false): Tensor =>
    bind1(op, [x], { axis, reverse });

export const cumsumOp = cumulative("cumsum", {
  accepts: "number",
  identity: () => 0,
  combine: (a, b) => add(a, b),
  tangent: "linear",
});
export const cumsum = apply(cumsumOp);
export const cumprodOp = cumulative("cumprod", {
  accepts: "number",
  identity: () => 1,
  combine: (a, b) => mul(a, b),
  tangent: (ta, tb, a, b) => add(mul(ta, b), mul(tb, a)),
});
export const cumprod = apply(cumprodOp);

/** Ties share the derivative equally, pair by pair. */
const winner: Exclude<CumulativeSpec["tangent"], "linear"> = (ta, tb, a, b, z) =>
  add(mul(ta, tieShare(a, b, z)), mul(tb, tieShare(b, a, z)));
export const cummaxOp = cumulative("cummax", {
  accepts: "number",
  identity: lowest,
  combine: (a, b) => max(a, b),
  tangent: winner,
});
export const cummax = apply(cummaxOp);
export const cumminOp = cumulative("cummin", {
  accepts: "number",
  identity: highest,
  combine: (a, b) => min(a, b),
  tangent: winner,
});
export const cummin = apply(cumminOp);

/** log(exp(a) + exp(b)) = max + log1p(exp(−|a − b|)); where a − b is NaN (equal infinities, NaN) it is a + b. */
function logAddExp(a: Tensor, b: Tensor): Tensor {
  if (isComplex(a.dtype)) return complexLogAddExp(a, b);
  const difference = sub(a, b);
  const finite = add(max(a, b), log1p(exp(neg(abs(difference)))));
  return select(ne(difference, difference), add(a, b), finite);
}
/** As for real numbers, with the larger by real part in front, and the imaginary part brought between −π and π. */
function complexLogAddExp(a: Tensor, b: Tensor): Tensor {
  const larger = max(a, b);
  const sum = add(larger, log1p(exp(sub(add(a, b), mul(larger, 2)))));
  const turned = rem(add(imag(sum), Math.PI), 2 * Math.PI);
  const angle = sub(select(lt(turned, 0), add(turned, 2 * Math.PI), turned), Math.PI);
  return complex(real(sum), angle);
}
const unlessInfinite = (x: Tensor): Tensor => select(eq(x, Number.POSITIVE_INFINITY), like(x, 0), x);
export const cumlogsumexpOp = cumulative("cumlogsumexp", {
  accepts: "inexact",
  identity: () => Number.NEGATIVE_INFINITY,
  combine: (a, b) => logAddExp(a, b),
  tangent: (ta, tb, a, b, z) => {
    const total = unlessInfinite(z);
    return add(mul(ta, exp(sub(unlessInfinite(a), total))), mul(tb, exp(sub(unlessInfinite(b), total))));
  },
});
export const cumlogsumexp = apply(cumlogsumexpOp);
