// Covariance and correlation.
import { type DType, isInexact, isInteger } from "../../core/dtype.ts";
import { DTypeError, ShapeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { complex } from "../../ops/complex.ts";
import { expandDims } from "../../ops/shape.ts";
import { cast, owning, promoteDTypes, settle, tensorOf } from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { divide, multiply, subtract } from "./binary.ts";
import { conjugate, imag, iscomplexobj, real } from "./complex.ts";
import { full } from "./create.ts";
import { concatenate } from "./join.ts";
import { clip } from "./logic.ts";
import { diagonal, matmul } from "./matmul.ts";
import { mean, sum } from "./reduce.ts";
import { atleast2d, squeeze, transpose } from "./shape.ts";
import { abs, sqrt } from "./unary.ts";

export interface CorrelationOptions {
  /** Rows are variables and columns observations (the default), or the other way round. */
  readonly rowvar?: boolean;
  /** Of the computation and the result. */
  readonly dtype?: DType;
}
export interface CovarianceOptions extends CorrelationOptions {
  /** Divide by the number of observations, not by one less. */
  readonly bias?: boolean;
  /** The divisor is the number of observations minus `ddof`: 1, or 0 with `bias`. */
  readonly ddof?: number | null;
  /** How often each observation counts: integers. */
  readonly fweights?: TensorLike;
  /** How much each observation counts. */
  readonly aweights?: TensorLike;
}

function observations(name: string, x: TensorLike, y: TensorLike | null, rowvar: boolean): Tensor {
  const [m, n] = promoteDTypes(name, y === null ? [x] : [x, y], "inexact") as [Tensor, Tensor?];
  for (const t of [m, n])
    if (t !== undefined && t.ndim > 2)
      throw new ShapeError(`${name}: got shape [${t.shape}], expected one or two dimensions.`);
  const rows = !rowvar && m.ndim !== 1 ? transpose(m) : atleast2d(m);
  if (n === undefined) return rows;
  const more = atleast2d(n);
  return concatenate([rows, !rowvar && more.shape[0] !== 1 ? transpose(more) : more]);
}
function weightsOf(name: string, w: TensorLike | undefined, count: number, whole: boolean): Tensor | undefined {
  if (w === undefined) return undefined;
  const t = tensorOf(w, name);
  if (t.ndim !== 1 || t.size !== count)
    throw new ShapeError(`${name}: got weights of shape [${t.shape}] for ${count} observations, expected [${count}].`);
  if (whole && !isInteger(t.dtype))
    throw new DTypeError(`${name}: got fweights of ${t.dtype}, expected integers. Use aweights.`);
  return abs(t);
}

/**
 * The covariance matrix of variables (rows) over observations (columns), those of `y` behind those of `x`; of one variable
 * a scalar. As `jax.numpy.cov`.
 */
export const cov = owning(function cov(
  x: TensorLike,
  y: TensorLike | null = null,
  options: CovarianceOptions = {},
): Tensor {
  const name = "cov";
  const { rowvar = true, bias = false, dtype } = options;
  if (dtype !== undefined && !isInexact(dtype))
    throw new DTypeError(`${name}: got dtype ${dtype}, expected a float or complex one.`);
  const given = observations(name, x, y, rowvar);
  const [variables, count] = given.shape as [number, number];
  if (variables === 0) return full([0, 0], 0, given.dtype);
  if (count === 0) return full(variables === 1 ? [] : [variables, variables], Number.NaN, given.dtype);
  const t = dtype === undefined ? given : settle(cast(given, dtype));
  const often = weightsOf(name, options.fweights, count, true);
  const much = weightsOf(name, options.aweights, count, false);
  const both = often && much ? multiply(often, much) : (often ?? much);
  const w = both && dtype !== undefined ? cast(both, dtype) : both;
  const ddof = options.ddof ?? (bias ? 0 : 1);
  const total = w && sum(w);
  let divisor: TensorLike = count - ddof;
  if (w && total) {
    if (ddof === 0) divisor = total;
    else if (much === undefined) divisor = subtract(total, ddof);
    else divisor = subtract(total, divide(multiply(ddof, sum(multiply(w, much))), total));
  }
  const centre = w && total ? divide(sum(multiply(t, w), 1), total) : mean(t, 1);
  const away = subtract(t, expandDims(centre, [1]));
  const weighed = w === undefined ? away : multiply(away, w);
  return squeeze(divide(matmul(away, conjugate(transpose(weighed))), divisor));
});

/** Pearson's correlation coefficients of variables over observations; of one variable a scalar. */
export const corrcoef = owning(function corrcoef(
  x: TensorLike,
  y: TensorLike | null = null,
  options: CorrelationOptions = {},
): Tensor {
  const c = cov(x, y, options);
  if (c.ndim === 0) return divide(c, c);
  const deviation = sqrt(real(diagonal(c)));
  const r = divide(divide(c, expandDims(deviation, [1])), expandDims(deviation, [0]));
  const inside = clip(real(r), -1, 1);
  return iscomplexobj(r) ? complex(inside, clip(imag(r), -1, 1)) : inside;
});
