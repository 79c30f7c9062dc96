// Polynomials as vectors of coefficients, the highest power first.

import { needConcrete } from "../../core/concrete.ts";
import { epsilon } from "../../core/dtype.ts";
import { ConcretizationTypeError, ShapeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { expandDims, iota, reshape, sliceInDim } from "../../ops/shape.ts";
import { addAt, slice } from "../indexing.ts";
import { broadcastShapes, broadcastTo, cast, owning, promoteDTypes, settle, tensorOf } from "../promote.ts";
import { elements } from "../tensor-print.ts";
import type { TensorLike } from "../types.ts";
import { integer } from "./axes.ts";
import { add, divide, multiply, power, subtract } from "./binary.ts";
import { convolve } from "./convolve.ts";
import { array, full, ones, zeros } from "./create.ts";
import { trimZeros } from "./edit.ts";
import { concatenate } from "./join.ts";
import { eigvals } from "./linalg/factor.ts";
import { inv, lstsq } from "./linalg/solve.ts";
import { dot, outer } from "./matmul.ts";
import { sum } from "./reduce.ts";
import { atleast1d, transpose } from "./shape.ts";
import { negative, sqrt } from "./unary.ts";

function coefficients(name: string, ps: readonly TensorLike[], how: "same" | "inexact" = "inexact"): Tensor[] {
  return promoteDTypes(name, ps, how).map((p) => {
    if (p.ndim !== 1) throw new ShapeError(`${name}: got coefficients of shape [${p.shape}], expected a vector.`);
    return settle(p);
  });
}

/** The matrix of powers of a vector: n columns (as many as elements by default), falling unless `increasing`. */
export const vander = owning(function vander(
  x: TensorLike,
  n: number | null = null,
  options: { readonly increasing?: boolean } = {},
): Tensor {
  const t = tensorOf(x, "vander");
  if (t.ndim !== 1) throw new ShapeError(`vander: got shape [${t.shape}], expected a vector.`);
  const columns = n === null ? t.size : integer(n, "vander: n", ConcretizationTypeError);
  if (columns < 0) throw new ShapeError(`vander: got n = ${columns}, expected 0 or more.`);
  const rising = iota("int32", [columns]);
  const exponents = options.increasing ? rising : subtract(columns - 1, rising);
  return power(expandDims(t, [1]), cast(exponents, t.dtype));
});

/** The value of the polynomial at each `x`, by Horner's rule. Further dimensions of `p` broadcast with `x`. */
export const polyval = owning(function polyval(p: TensorLike, x: TensorLike): Tensor {
  const [c, t] = promoteDTypes("polyval", [p, x]) as [Tensor, Tensor];
  if (c.ndim === 0) throw new ShapeError("polyval: got a scalar, expected coefficients along the first dimension.");
  const shape = broadcastShapes("polyval", [c.shape.slice(1), t.shape]);
  let y: Tensor = full(shape, 0, t.dtype);
  for (let i = 0; i < c.shape[0]!; i++)
    y = add(multiply(y, t), reshape(sliceInDim(settle(c), i, i + 1, 0), c.shape.slice(1)));
  return y;
});

/** The sum of two polynomials. */
export const polyadd = owning(function polyadd(p: TensorLike, q: TensorLike): Tensor {
  const [a, b] = coefficients("polyadd", [p, q], "same") as [Tensor, Tensor];
  const [long, short] = a.size >= b.size ? [a, b] : [b, a];
  return short.size === 0 ? long : addAt(long, [slice(long.size - short.size)], short);
});
/** The difference of two polynomials. */
export const polysub = owning(function polysub(p: TensorLike, q: TensorLike): Tensor {
  const [a, b] = coefficients("polysub", [p, q], "same") as [Tensor, Tensor];
  return polyadd(a, negative(b));
});

export interface TrimOptions {
  /** Zeros in front are left out, which needs the values. */
  readonly trimLeadingZeros?: boolean;
}
/** The product of two polynomials. */
export const polymul = owning(function polymul(p: TensorLike, q: TensorLike, options: TrimOptions = {}): Tensor {
  const both = coefficients("polymul", [p, q]) as [Tensor, Tensor];
  const trims = options.trimLeadingZeros && both.some((c) => c.size > 1);
  const [a, b] = both.map((c) => {
    const kept = trims ? trimZeros(c, "f") : c;
    return kept.size === 0 ? zeros([1], c.dtype) : kept;
  }) as [Tensor, Tensor];
  return convolve(a, b);
});
/** Quotient and remainder; the remainder has the length of `p`, unless zeros in front are left out. */
export const polydiv = owning(function polydiv(
  p: TensorLike,
  q: TensorLike,
  options: TrimOptions = {},
): [quotient: Tensor, remainder: Tensor] {
  const [u, v] = coefficients("polydiv", [p, q]) as [Tensor, Tensor];
  if (v.size === 0) throw new ShapeError("polydiv: got an empty divisor, expected coefficients.");
  const steps = u.size - v.size + 1;
  const head = (t: Tensor, i: number) => sliceInDim(t, i, i + 1, 0);
  const scale = divide(1, head(v, 0));
  let rest = u;
  const quotient: Tensor[] = [];
  for (let k = 0; k < steps; k++) {
    const d = multiply(scale, head(rest, k));
    quotient.push(d);
    rest = addAt(rest, [slice(k, k + v.size)], negative(multiply(d, v)));
  }
  const whole = quotient.length === 0 ? zeros([1], u.dtype) : concatenate(quotient);
  return [whole, options.trimLeadingZeros ? trimmed(rest) : rest];
});
/** Without what is nearly zero in front. */
function trimmed(t: Tensor): Tensor {
  const values = elements(needConcrete(t, "polydiv with trimLeadingZeros", ConcretizationTypeError)).map(Number);
  const first = values.findIndex((v) => !(Math.abs(v) < Math.sqrt(epsilon(t.dtype))));
  return sliceInDim(t, first < 0 ? t.size : first, t.size, 0);
}

/** Products n·(n−1)·…·(n−m+1) for the powers n from `from` down to `to`. */
const falling = (from: number, to: number, m: number): Tensor =>
  array(
    Float64Array.from({ length: Math.max(0, from - to + 1) }, (_, i) => {
      let y = 1;
      for (let k = 0; k < m; k++) y *= Math.max(1, from - i - k);
      return y;
    }),
  );
/** The `m`-th derivative. */
export const polyder = owning(function polyder(p: TensorLike, m = 1): Tensor {
  const [c] = coefficients("polyder", [p]) as [Tensor];
  const times = integer(m, "polyder: m", ConcretizationTypeError);
  if (times < 0) throw new ShapeError(`polyder: got m = ${times}, expected 0 or more.`);
  if (times === 0) return c;
  const kept = Math.max(0, c.size - times);
  return multiply(sliceInDim(c, 0, kept, 0), cast(falling(c.size - 1, times, times), c.dtype));
});
/** The `m`-th integral with the constants `k` (one for each step, or one for all). */
export const polyint = owning(function polyint(p: TensorLike, m = 1, k: TensorLike | null = null): Tensor {
  const [c, given] = promoteDTypes("polyint", [p, k ?? 0], "inexact") as [Tensor, Tensor];
  const times = integer(m, "polyint: m", ConcretizationTypeError);
  if (times < 0) throw new ShapeError(`polyint: got m = ${times}, expected 0 or more.`);
  const constants = atleast1d(cast(given, c.dtype));
  if (constants.ndim !== 1 || (constants.size !== 1 && constants.size !== times))
    throw new ShapeError(`polyint: got constants of shape [${given.shape}], expected a scalar or [${times}].`);
  if (times === 0) return settle(c);
  const ends = broadcastTo("polyint", constants, [times]);
  return divide(concatenate([settle(c), settle(ends)]), cast(falling(c.size + times - 1, 0, times), c.dtype));
});

/** The polynomial with the given roots, or of a square matrix with its eigenvalues; its highest coefficient is 1. */
export const poly = owning(function poly(roots: TensorLike): Tensor {
  const [given] = promoteDTypes("poly", [roots], "inexact") as [Tensor];
  const square = given.ndim === 2 && given.shape[0] === given.shape[1] && given.size > 0;
  const t = square ? eigvals(given) : atleast1d(given);
  if (t.ndim !== 1)
    throw new ShapeError(`poly: got shape [${given.shape}], expected a vector of roots or a square matrix.`);
  if (t.size === 0) return ones([], t.dtype);
  let y = ones([1], t.dtype);
  for (let i = 0; i < t.size; i++) {
    const root = sliceInDim(t, i, i + 1, 0);
    const zero = zeros([1], t.dtype);
    y = subtract(concatenate([y, zero]), multiply(concatenate([zero, y]), root));
  }
  return y;
});

export interface FitOptions {
  /** Singular values smaller than this share of the largest count as 0; n·eps by default. */
  readonly rcond?: number | null;
  /** With the sums of squared residuals, the rank, the singular values and rcond. */
  readonly full?: boolean;
  /** How much each point counts: the residuals are multiplied by it. */
  readonly w?: TensorLike;
  /** With the covariance of the coefficients, scaled by the residuals or not. */
  readonly cov?: boolean | "unscaled";
}
/**
 * The polynomial of degree `deg` nearest to the points (x, y) by least squares; for several columns of `y` one column
 * each. As `jax.numpy.polyfit`.
 */
export function polyfit(
  x: TensorLike,
  y: TensorLike,
  deg: number,
  options: FitOptions & ({ readonly full: true } | { readonly cov: true | "unscaled" }),
): Tensor[];
export function polyfit(x: TensorLike, y: TensorLike, deg: number, options?: FitOptions): Tensor;
export function polyfit(x: TensorLike, y: TensorLike, deg: number, options: FitOptions = {}): Tensor | Tensor[] {
  const all = fitted(x, y, deg, options);
  return all.length === 1 ? all[0]! : all;
}
const fitted = owning((x: TensorLike, y: TensorLike, deg: number, options: FitOptions): Tensor[] => {
  const [places, values] = promoteDTypes("polyfit", [x, y], "inexact") as [Tensor, Tensor];
  const order = integer(deg, "polyfit: deg", ConcretizationTypeError) + 1;
  if (order < 1) throw new ShapeError(`polyfit: got degree ${deg}, expected 0 or more.`);
  const n = places.size;
  if (places.ndim !== 1 || n === 0 || values.ndim < 1 || values.ndim > 2 || values.shape[0] !== n)
    throw new ShapeError(
      `polyfit: got x of shape [${places.shape}] and y of shape [${values.shape}]; expected a vector that is not empty, and ` +
        "as many rows.",
    );
  const rcond = options.rcond ?? n * epsilon(places.dtype);
  let left = vander(places, order);
  let right = settle(values);
  if (options.w !== undefined) {
    const [w] = promoteDTypes("polyfit", [options.w], "inexact") as [Tensor];
    if (w.ndim !== 1 || w.size !== n)
      throw new ShapeError(`polyfit: got weights of shape [${w.shape}] for ${n} points, expected [${n}].`);
    const column = expandDims(w, [1]);
    left = multiply(left, column);
    right = multiply(right, values.ndim === 2 ? column : w);
  }
  const scale = sqrt(sum(multiply(left, left), 0));
  left = divide(left, scale);
  const [c, residuals, rank, singular] = lstsq(left, right, rcond) as [Tensor, Tensor, Tensor, Tensor];
  const coefficients = divide(c, c.ndim > 1 ? expandDims(scale, [1]) : scale);
  if (options.full) return [coefficients, residuals, rank, singular, full([], rcond, places.dtype)];
  if (!options.cov) return [coefficients];
  const base = divide(inv(dot(transpose(left), left)), outer(scale, scale));
  if (options.cov !== "unscaled" && n <= order)
    throw new ShapeError(`polyfit: got ${n} points for ${order} coefficients, expected more to scale the covariance.`);
  const factor = options.cov === "unscaled" ? ones([1], c.dtype) : divide(residuals, n - order);
  const spread = values.ndim === 1 ? factor : reshape(atleast1d(factor), [1, 1, factor.size]);
  return [coefficients, multiply(values.ndim === 1 ? base : expandDims(base, [2]), spread)];
});
