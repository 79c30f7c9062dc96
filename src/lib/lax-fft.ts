// lax: the discrete Fourier transform.
import { complexOf, inexact, isComplex } from "../core/dtype.ts";
import { DTypeError } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import { type FftKind, fft as transform } from "../ops/fft.ts";
import { cast, owning, settle, tensorOf } from "./promote.ts";
import type { TensorLike } from "./types.ts";

const kinds: readonly FftKind[] = ["FFT", "IFFT", "RFFT", "IRFFT"];

/**
 * The transform over the last dimensions, of sizes `lengths` (up to three; none gives `x`): `"FFT"` and `"IFFT"` complex
 * to complex, `"RFFT"` real to the first half of a spectrum, `"IRFFT"` such a half to real. Inverses divide by the
 * sizes. Other operands become complex first. As `jax.lax.fft`.
 * @throws ShapeError, DTypeError
 */
export const fft = owning(function fft(
  x: TensorLike,
  kind: FftKind | Lowercase<FftKind>,
  lengths: readonly number[],
): Tensor {
  const t = tensorOf(x, "fft");
  const type = kinds.find((k) => k === String(kind).toUpperCase());
  if (type === undefined) throw new DTypeError(`fft: got kind ${String(kind)}, expected one of ${kinds.join(", ")}.`);
  if (type === "RFFT" && isComplex(t.dtype))
    throw new DTypeError(`fft: got ${t.dtype} for RFFT, expected a real dtype. Use FFT, or take np.real first.`);
  const operand = cast(t, type === "RFFT" ? inexact(t.dtype) : complexOf(t.dtype));
  return settle(lengths.length === 0 ? operand : transform(operand, type, lengths));
});
