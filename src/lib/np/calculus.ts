// Differences, gradients, integrals and running sums of sampled values.
import { isInteger } from "../../core/dtype.ts";
import { ShapeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { sliceInDim } from "../../ops/shape.ts";
import { broadcastTo, owning, promoteDTypes, settle, tensorOf } from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { sumDType } from "./accumulate.ts";
import { type Axis, axesOf, axisOf, integer, plainOptions } from "./axes.ts";
import { add, divide, floorDivide, multiply, remainder, subtract } from "./binary.ts";
import { full } from "./create.ts";
import { concatenate } from "./join.ts";
import { equal, greater, less, logicalAnd, notEqual, where } from "./logic.ts";
import { cumprod, cumsum, type RunOptions } from "./order.ts";
import { sum } from "./reduce.ts";
import { astype, expandDims, moveaxis, ravel } from "./shape.ts";
import { abs } from "./unary.ts";

export interface DiffOptions {
  readonly axis?: number;
  /** Values before and behind those of `x` along the axis; a scalar is one value. */
  readonly prepend?: TensorLike;
  readonly append?: TensorLike;
}
/** The differences of neighbours along `axis`, `n` times; booleans differ where they are not equal. */
export const diff = owning(function diff(
  x: TensorLike,
  n = 1,
  axis: number | DiffOptions = -1,
  given: DiffOptions = {},
): Tensor {
  const options = typeof axis === "number" ? given : axis;
  const t = tensorOf(x, "diff");
  const times = integer(n, "diff: n");
  if (times < 0) throw new ShapeError(`diff: got n = ${times}, expected 0 or more.`);
  if (times === 0) return settle(t);
  if (t.ndim === 0) throw new ShapeError("diff: got a scalar, expected one dimension or more.");
  const d = axisOf("diff", typeof axis === "number" ? axis : (axis.axis ?? -1), t.ndim);
  const side = (value: TensorLike | undefined): Tensor[] => {
    if (value === undefined) return [];
    const v = tensorOf(value, "diff");
    return [
      v.ndim === 0
        ? broadcastTo(
            "diff",
            v,
            t.shape.map((m, i) => (i === d ? 1 : m)),
          )
        : v,
    ];
  };
  const parts = [...side(options.prepend), t, ...side(options.append)];
  let y = parts.length === 1 ? settle(t) : concatenate(parts, d);
  for (let i = 0; i < times; i++) {
    const m = y.shape[d]!;
    const later = sliceInDim(y, Math.min(1, m), m, d);
    const earlier = sliceInDim(y, 0, Math.max(0, m - 1), d);
    y = y.dtype === "bool" ? notEqual(later, earlier) : subtract(later, earlier);
  }
  return y;
});

/** The differences of neighbours of the flattened tensor, between `toBegin` and `toEnd` (brought to its dtype). */
export const ediff1d = owning(function ediff1d(
  x: TensorLike,
  options: { readonly toEnd?: TensorLike; readonly toBegin?: TensorLike } = {},
): Tensor {
  const t = ravel(x);
  const end = (v: TensorLike | undefined) => (v === undefined ? [] : [ravel(astype(v, t.dtype))]);
  const m = t.size;
  const middle = subtract(sliceInDim(t, Math.min(1, m), m, 0), sliceInDim(t, 0, Math.max(0, m - 1), 0));
  return concatenate([...end(options.toBegin), middle, ...end(options.toEnd)]);
});

/**
 * Derivatives of sampled values: central differences inside, one-sided ones at the ends. Spacings are one number for all
 * axes, or for each axis a number or a vector of the places; with several axes the result is a list, one for each.
 * @throws ShapeError for an axis of fewer than two samples
 */
export function gradient(
  f: TensorLike,
  ...spacings: readonly (TensorLike | { readonly axis?: Axis })[]
): Tensor | Tensor[] {
  const [steps, options] = plainOptions<{ readonly axis?: Axis }>(spacings);
  const all = slopes(f, steps as TensorLike[], options.axis);
  return all.length === 1 ? all[0]! : all;
}
const slopes = owning((f: TensorLike, steps: readonly TensorLike[], axis: Axis | undefined): Tensor[] => {
  const [t, ...given] = promoteDTypes("gradient", [f, ...steps], "inexact") as [Tensor, ...Tensor[]];
  const axes = axesOf("gradient", axis, t.ndim);
  if (axes.some((a) => t.shape[a]! < 2))
    throw new ShapeError(`gradient: got shape [${t.shape}], expected two samples or more along axes [${axes}].`);
  if (given.length > 1 && given.length !== axes.length)
    throw new ShapeError(
      `gradient: got ${given.length} spacings for axes [${axes}], expected none, one or one for each.`,
    );
  return axes.map((a, i) => slope(settle(t), given.length === 0 ? undefined : given[given.length === 1 ? 0 : i]!, a));
});
function slope(t: Tensor, h: Tensor | undefined, axis: number): Tensor {
  const n = t.shape[axis]!;
  const part = (x: Tensor, from: number, to: number, d: number) => sliceInDim(x, from, to, d);
  const first = subtract(part(t, 1, 2, axis), part(t, 0, 1, axis));
  const last = subtract(part(t, n - 1, n, axis), part(t, n - 2, n - 1, axis));
  if (h === undefined || h.ndim === 0) {
    const by = (x: Tensor) => (h === undefined ? x : divide(x, h));
    const inner = by(multiply(subtract(part(t, 2, n, axis), part(t, 0, n - 2, axis)), 0.5));
    return concatenate([by(first), inner, by(last)], axis);
  }
  if (h.ndim !== 1 || h.size !== n)
    throw new ShapeError(
      `gradient: got a spacing of shape [${h.shape}] along an axis of ${n}; expected a number or [${n}].`,
    );
  const places = expandDims(
    h,
    t.shape.map((_, d) => d).filter((d) => d !== axis),
  );
  const gap = subtract(part(places, 1, n, axis), part(places, 0, n - 1, axis));
  const [d1, d2] = [part(gap, 0, n - 2, axis), part(gap, 1, n - 1, axis)];
  // The parabola through three neighbours, differentiated in the middle.
  const both = add(d1, d2);
  const a = divide(multiply(d2, -1), multiply(d1, both));
  const b = divide(subtract(d2, d1), multiply(d1, d2));
  const c = divide(d1, multiply(d2, both));
  const inner = add(
    add(multiply(a, part(t, 0, n - 2, axis)), multiply(b, part(t, 1, n - 1, axis))),
    multiply(c, part(t, 2, n, axis)),
  );
  const end = (x: Tensor, from: number) => divide(x, part(gap, from, from + 1, axis));
  return concatenate([end(first, 0), inner, end(last, n - 2)], axis);
}

/** The integral of samples along `axis` by trapezia: at the places `x`, or `dx` (1) apart. */
export const trapezoid = owning(function trapezoid(
  y: TensorLike,
  x: TensorLike | null = null,
  options: { readonly dx?: TensorLike; readonly axis?: number } = {},
): Tensor {
  const axis = options.axis ?? -1;
  const [values, places] = promoteDTypes("trapezoid", x === null ? [y] : [y, x], "inexact") as [Tensor, Tensor?];
  const t = moveaxis(values, axis, -1);
  let gap: TensorLike = options.dx ?? 1;
  if (places !== undefined) gap = places.ndim === 1 ? diff(places) : moveaxis(diff(places, 1, axis), axis, -1);
  else if (typeof gap === "object" && tensorOf(gap, "trapezoid").ndim > 0) {
    const dx = tensorOf(gap, "trapezoid");
    const wide = expandDims(
      dx,
      Array.from({ length: Math.max(0, t.ndim - dx.ndim) }, (_, i) => i),
    );
    gap = moveaxis(wide, axis, -1);
  }
  const n = t.shape.at(-1)!;
  const last = t.ndim - 1;
  const pairs = add(sliceInDim(t, Math.min(1, n), n, last), sliceInDim(t, 0, Math.max(0, n - 1), last));
  return sum(multiply(multiply(gap, pairs), 0.5), -1);
});

/** Phases with jumps of more than `discont` (half the period) along `axis` taken back by whole periods (2π). */
export const unwrap = owning(function unwrap(
  x: TensorLike,
  options: { readonly discont?: TensorLike | null; readonly axis?: number; readonly period?: TensorLike } = {},
): Tensor {
  const [t, period] = promoteDTypes("unwrap", [x, options.period ?? 2 * Math.PI]) as [Tensor, Tensor];
  const d = axisOf("unwrap", options.axis ?? -1, t.ndim);
  const n = t.shape[d]!;
  if (n === 0) return settle(t);
  const half = isInteger(t.dtype) ? floorDivide(period, 2) : divide(period, 2);
  const gaps = diff(t, 1, d);
  const turned = subtract(remainder(add(gaps, half), period), half);
  const low = multiply(half, -1);
  const mended = where(logicalAnd(equal(turned, low), greater(gaps, 0)), half, turned);
  const limit = options.discont ?? divide(period, 2);
  const correction = where(less(abs(gaps), limit), 0, subtract(mended, gaps));
  const rest = add(sliceInDim(settle(t), 1, n, d), cumsum(correction, d));
  return concatenate([sliceInDim(settle(t), 0, 1, d), rest], d);
});

export interface CumulativeOptions {
  /** Needed for more than one dimension. */
  readonly axis?: number | null;
  readonly dtype?: RunOptions["dtype"];
  /** The empty sum or product comes first. */
  readonly includeInitial?: boolean;
}
const cumulative = (name: string, run: typeof cumsum, unit: number, promotes: boolean) =>
  owning((x: TensorLike, options: CumulativeOptions = {}): Tensor => {
    const t = tensorOf(x, name);
    const { axis = null } = options;
    if (t.ndim === 0) throw new ShapeError(`${name}: got a scalar, expected one dimension or more.`);
    if (axis === null && t.ndim > 1)
      throw new ShapeError(`${name}: got shape [${t.shape}] and no axis, expected one for more than one dimension.`);
    const d = axisOf(name, axis ?? 0, t.ndim);
    const given = options.dtype;
    const dtype = given ?? (promotes ? sumDType(t.dtype) : undefined);
    const y = run(t, d, dtype === undefined ? {} : { dtype });
    if (!options.includeInitial) return y;
    return concatenate(
      [
        full(
          t.shape.map((n, i) => (i === d ? 1 : n)),
          unit,
          y.dtype,
        ),
        y,
      ],
      d,
    );
  });
/** Sums of all elements up to each along `axis`; narrow integers in 32 bits. The array API's `cumulative_sum`. */
export const cumulativeSum = cumulative("cumulativeSum", cumsum, 0, true);
/** Products of all elements up to each along `axis`. The array API's `cumulative_prod`. */
export const cumulativeProd = cumulative("cumulativeProd", cumprod, 1, false);
