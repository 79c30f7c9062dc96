// Complex numbers: their parts, conjugates and angles.
import { inexact, isComplex } from "../../core/dtype.ts";
import type { Tensor } from "../../core/tensor.ts";
import * as binary from "../../ops/binary.ts";
import { ne } from "../../ops/compare.ts";
import * as ops from "../../ops/complex.ts";
import { splat, zerosLike } from "../../ops/literal.ts";
import { not } from "../../ops/unary.ts";
import { cast, owning, settle, tensorOf } from "../promote.ts";
import type { TensorLike } from "../types.ts";

/** The real part; a real tensor as it is. */
export const real = owning(function real(x: TensorLike): Tensor {
  const t = tensorOf(x, "real");
  return settle(isComplex(t.dtype) ? ops.real(t) : t);
});
/** The imaginary part; zeros of a real tensor. */
export const imag = owning(function imag(x: TensorLike): Tensor {
  const t = tensorOf(x, "imag");
  return settle(isComplex(t.dtype) ? ops.imag(t) : zerosLike(t));
});
/** The complex conjugate; a real tensor as it is. */
export const conjugate = owning(function conjugate(x: TensorLike): Tensor {
  const t = tensorOf(x, "conjugate");
  return settle(isComplex(t.dtype) ? ops.conj(t) : t);
});
export { conjugate as conj };

/** The angle from the positive real axis in (−π, π], or in degrees. */
export const angle = owning(function angle(x: TensorLike, deg: boolean | { readonly deg?: boolean } = false): Tensor {
  const t = tensorOf(x, "angle");
  const [re, im] = isComplex(t.dtype) ? [ops.real(t), ops.imag(t)] : [t, zerosLike(t)];
  const dtype = inexact(re.dtype);
  const turn = binary.atan2(cast(im, dtype), cast(re, dtype));
  const inDegrees = typeof deg === "object" ? (deg.deg ?? false) : deg;
  return settle(inDegrees ? binary.mul(turn, 180 / Math.PI) : turn);
});

/** Where the imaginary part is not zero. */
export const iscomplex = owning(function iscomplex(x: TensorLike): Tensor {
  const t = tensorOf(x, "iscomplex");
  return settle(isComplex(t.dtype) ? ne(ops.imag(t), 0) : splat(false, t.shape, "bool"));
});
/** Where the imaginary part is zero. */
export const isreal = owning(function isreal(x: TensorLike): Tensor {
  const t = tensorOf(x, "isreal");
  return settle(isComplex(t.dtype) ? not(ne(ops.imag(t), 0)) : splat(true, t.shape, "bool"));
});
/** Whether the dtype is complex, whatever the values. */
export const iscomplexobj = (x: TensorLike): boolean => isComplex(tensorOf(x, "iscomplexobj").dtype);
/** Whether the dtype is not complex, whatever the values. */
export const isrealobj = (x: TensorLike): boolean => !iscomplexobj(x);
