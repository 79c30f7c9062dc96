// Convolution and correlation of vectors.
import type { DType } from "../../core/dtype.ts";
import { ShapeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Precision } from "../../ops/dot.ts";
import { reshape, rev } from "../../ops/shape.ts";
import { convGeneralDilated } from "../lax-conv.ts";
import { owning, promoteDTypes, settle } from "../promote.ts";
import type { TensorLike } from "../types.ts";

/** `full`: all overlaps; `same`: as many as the longer vector has elements; `valid`: where one lies in the other. */
export type ConvolveMode = "full" | "same" | "valid";
export interface ConvolveOptions {
  readonly precision?: Precision;
  /** The dtype of the sums and of the result; without it integers are computed in floating point, as in JAX. */
  readonly preferredElementType?: DType;
}

/** The longer vector and the shorter one, slid over it without reversal. */
function slide(name: string, x: Tensor, y: Tensor, mode: ConvolveMode, options: ConvolveOptions): Tensor {
  const n = y.size;
  const before = { full: n - 1, same: Math.floor(n / 2), valid: 0 }[mode];
  if (before === undefined)
    throw new ShapeError(`${name}: got mode "${String(mode)}", expected "full", "same" or "valid".`);
  const after = mode === "same" ? n - before - 1 : before;
  const wide = (t: Tensor) => reshape(t, [1, 1, t.size]);
  const result = convGeneralDilated(wide(x), wide(y), [1], [[before, after]], options);
  return reshape(result, [result.size]);
}

function vectors(name: string, x: TensorLike, y: TensorLike, options: ConvolveOptions): [Tensor, Tensor] {
  const how = options.preferredElementType === undefined ? "inexact" : "same";
  const [a, b] = promoteDTypes(name, [x, y], how) as [Tensor, Tensor];
  if (a.ndim !== 1 || b.ndim !== 1 || a.size === 0 || b.size === 0)
    throw new ShapeError(`${name}: got shapes [${a.shape}] and [${b.shape}], expected vectors that are not empty.`);
  return [a, b];
}

/** Sums of a[i] v[k − i]. As `jax.numpy.convolve`. @throws ShapeError */
export const convolve = owning(function convolve(
  a: TensorLike,
  v: TensorLike,
  mode: ConvolveMode = "full",
  options: ConvolveOptions = {},
): Tensor {
  const [x, y] = vectors("convolve", a, v, options);
  const [long, short] = x.size < y.size ? [y, x] : [x, y];
  return settle(slide("convolve", long, rev(short, [0]), mode, options));
});

/** Sums of a[i + k] v[i]. As `jax.numpy.correlate`. @throws ShapeError */
export const correlate = owning(function correlate(
  a: TensorLike,
  v: TensorLike,
  mode: ConvolveMode = "valid",
  options: ConvolveOptions = {},
): Tensor {
  const [x, y] = vectors("correlate", a, v, options);
  if (x.size >= y.size) return settle(slide("correlate", x, y, mode, options));
  return settle(rev(slide("correlate", y, x, mode, options), [0]));
});
