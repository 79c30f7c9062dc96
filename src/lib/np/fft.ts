// np.fft: transforms along any axes, with sizes, norms, frequencies and shifts.
import type { DType } from "../../core/dtype.ts";
import { inexact, realOf } from "../../core/dtype.ts";
import { ShapeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { mul } from "../../ops/binary.ts";
import type { FftKind } from "../../ops/fft.ts";
import { pad, slice } from "../../ops/shape.ts";
import { fft as transform } from "../lax-fft.ts";
import { cast, owning, settle, tensorOf } from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { axesOf, axisOf, dtypeFrom, integer } from "./axes.ts";
import { divide, multiply } from "./binary.ts";
import { conjugate } from "./complex.ts";
import { array } from "./create.ts";
import { roll } from "./repeat.ts";
import { moveaxis } from "./shape.ts";

/**
 * Where the factor 1/N stands: at the inverse transform (`backward`, the default), at the forward one, or its root at
 * both (`ortho`).
 */
export type FftNorm = "backward" | "ortho" | "forward";

export interface FftOptions {
  /** Size of the transform (of the whole side, for transforms from or to real); the operand is cut or padded with zeros. */
  readonly n?: number | null;
  readonly axis?: number;
  readonly norm?: FftNorm | null;
}
export interface FftnOptions {
  /** Sizes along `axes`; the operand is cut or padded with zeros. */
  readonly s?: readonly number[] | null;
  /** All axes by default; with `s` alone, the last ones. */
  readonly axes?: readonly number[] | null;
  readonly norm?: FftNorm | null;
}
type One = (x: TensorLike, n?: number | null | FftOptions, axis?: number, norm?: FftNorm | null) => Tensor;
type Many = (
  x: TensorLike,
  s?: readonly number[] | null | FftnOptions,
  axes?: readonly number[] | null,
  norm?: FftNorm | null,
) => Tensor;

/** What a transform in the direction of `inverse` is multiplied by. */
function scaleOf(name: string, norm: FftNorm | null, sizes: readonly number[], inverse: boolean): number {
  const total = sizes.reduce((n, s) => n * s, 1);
  switch (norm) {
    case null:
    case "backward":
      return 1;
    case "ortho":
      return inverse ? Math.sqrt(total) : 1 / Math.sqrt(total);
    case "forward":
      return inverse ? total : 1 / total;
    default:
      throw new ShapeError(`${name}: got norm ${String(norm)}, expected "backward", "ortho" or "forward".`);
  }
}

const half = (n: number) => Math.floor(n / 2) + 1;

/** `x` with its last dimensions cut or padded with zeros to `sizes`. */
function resized(x: Tensor, sizes: readonly number[]): Tensor {
  const lead = x.ndim - sizes.length;
  const wanted = x.shape.map((n, d) => (d < lead ? n : sizes[d - lead]!));
  const cut = slice(
    x,
    x.shape.map(() => 0),
    x.shape.map((n, d) => Math.min(n, wanted[d]!)),
  );
  return pad(
    cut,
    0,
    wanted.map(() => 0),
    wanted.map((n, d) => n - cut.shape[d]!),
  );
}

/** XLA transforms up to three dimensions at once; more are done in turns. */
function overLast(x: Tensor, kind: FftKind, sizes: readonly number[]): Tensor {
  if (sizes.length <= 3) return transform(x, kind, sizes);
  const inner = sizes.length === 4 ? 2 : 3;
  const rest = sizes.slice(0, -inner);
  const outer = Array.from({ length: rest.length }, (_, i) => i - sizes.length);
  const last = Array.from({ length: rest.length }, (_, i) => i - rest.length);
  const turned = (t: Tensor, k: FftKind) => moveaxis(overLast(moveaxis(t, outer, last), k, rest), last, outer);
  if (kind === "FFT" || kind === "RFFT") return turned(transform(x, kind, sizes.slice(-inner)), "FFT");
  return transform(turned(x, "IFFT"), kind, sizes.slice(-inner));
}

function core(name: string, kind: FftKind, x: TensorLike, { s = null, axes = null, norm = null }: FftnOptions): Tensor {
  const t = tensorOf(x, name);
  const sizes = s?.map((n) => integer(n, `${name}: a size`)) ?? null;
  if (sizes?.some((n) => n < 1)) throw new ShapeError(`${name}: got sizes [${sizes}], expected positive ones.`);
  if (sizes !== null && axes !== null && sizes.length !== axes.length)
    throw new ShapeError(`${name}: got ${sizes.length} sizes for ${axes.length} axes, expected as many.`);
  if (sizes !== null && sizes.length > t.ndim)
    throw new ShapeError(`${name}: got ${sizes.length} sizes for a tensor of ${t.ndim} dimensions.`);
  const all = Array.from({ length: t.ndim }, (_, d) => d);
  const chosen = axes === null ? all.slice(sizes === null ? 0 : t.ndim - sizes.length) : axesOf(name, axes, t.ndim);
  const last = all.slice(t.ndim - chosen.length);
  const moved = moveaxis(t, chosen, last);
  const own = last.map((d) => moved.shape[d]!);
  const whole = sizes ?? own.map((n, i) => (kind === "IRFFT" && i === own.length - 1 ? 2 * (n - 1) : n));
  if (whole.some((n) => n < 1))
    throw new ShapeError(
      `${name}: got ${whole.join(" × ")} data points for shape [${t.shape}], expected at least one.`,
    );
  const read = kind === "IRFFT" ? whole.map((n, i) => (i === whole.length - 1 ? half(n) : n)) : whole;
  const result = overLast(sizes === null ? moved : resized(moved, read), kind, whole);
  const scale = scaleOf(name, norm, whole, /^i/.test(name));
  return moveaxis(settle(scale === 1 ? result : mul(result, scale)), last, chosen);
}

const optionsOf = (n: number | null | undefined | FftOptions, axis?: number, norm?: FftNorm | null) =>
  typeof n === "object" && n !== null ? n : { n: n ?? null, axis: axis ?? -1, norm: norm ?? null };

function along(name: string, kind: FftKind): One {
  return owning((x, n, axis, norm) => {
    const o = optionsOf(n, axis, norm);
    const size = o.n === undefined || o.n === null ? null : [o.n];
    return core(name, kind, x, { s: size, axes: [o.axis ?? -1], norm: o.norm ?? null });
  });
}

function over(name: string, kind: FftKind, count?: 2): Many {
  return owning((x, s, axes, norm) => {
    const given: FftnOptions =
      typeof s === "object" && s !== null && !Array.isArray(s)
        ? (s as FftnOptions)
        : { s: (s as readonly number[] | undefined) ?? null, axes: axes ?? null, norm: norm ?? null };
    if (count === undefined) return core(name, kind, x, given);
    const two = given.axes ?? [-2, -1];
    if (two.length !== 2) throw new ShapeError(`${name}: got axes [${two}], expected two. Use ${name.slice(0, -1)}n.`);
    return core(name, kind, x, { ...given, axes: two });
  });
}

/** Along one axis, complex to complex. As `numpy.fft.fft`. */
export const fft = along("fft", "FFT");
/** The inverse of `fft`. */
export const ifft = along("ifft", "IFFT");
/** Of real numbers along one axis: the first n/2 + 1 terms. @throws DTypeError for complex ones */
export const rfft = along("rfft", "RFFT");
/** The inverse of `rfft`: real numbers from half a spectrum; `n` says how many (2(m − 1) by default). */
export const irfft = along("irfft", "IRFFT");
/** Over two axes (the last), complex to complex. */
export const fft2 = over("fft2", "FFT", 2);
/** The inverse of `fft2`. */
export const ifft2 = over("ifft2", "IFFT", 2);
/** Of real numbers over two axes; the last of them is halved. */
export const rfft2 = over("rfft2", "RFFT", 2);
/** The inverse of `rfft2`. */
export const irfft2 = over("irfft2", "IRFFT", 2);
/** Over several axes, complex to complex. */
export const fftn = over("fftn", "FFT");
/** The inverse of `fftn`. */
export const ifftn = over("ifftn", "IFFT");
/** Of real numbers over several axes; the last of them is halved. */
export const rfftn = over("rfftn", "RFFT");
/** The inverse of `rfftn`. */
export const irfftn = over("irfftn", "IRFFT");

/** The real spectrum of a signal that is Hermitian, given by its first half. */
export const hfft: One = owning((x, n, axis, norm) => {
  const o = optionsOf(n, axis, norm);
  const t = tensorOf(x, "hfft");
  const at = axisOf("hfft", o.axis ?? -1, t.ndim);
  const size = o.n ?? 2 * (t.shape[at]! - 1);
  const options = { s: o.n === undefined || o.n === null ? null : [o.n], axes: [at], norm: o.norm ?? null };
  return settle(mul(core("hfft", "IRFFT", conjugate(t), options), size));
});
/** The inverse of `hfft`: the first half of a Hermitian signal. */
export const ihfft: One = owning((x, n, axis, norm) => {
  const o = optionsOf(n, axis, norm);
  const t = tensorOf(x, "ihfft");
  const at = axisOf("ihfft", o.axis ?? -1, t.ndim);
  const size = o.n ?? t.shape[at]!;
  const options = { s: o.n === undefined || o.n === null ? null : [o.n], axes: [at], norm: o.norm ?? null };
  return settle(mul(conjugate(core("ihfft", "RFFT", t, options)), 1 / size));
});

interface FrequencyOptions {
  /** float32 by default. */
  readonly dtype?: DType;
}
function frequencies(name: string, count: (n: number) => readonly number[]) {
  return owning((n: number, d: TensorLike = 1, options: FrequencyOptions = {}): Tensor => {
    const size = integer(n, `${name}: n`);
    if (size < 1) throw new ShapeError(`${name}: got n = ${size}, expected at least 1.`);
    const wanted = dtypeFrom(name, options, "float32");
    const dtype = realOf(inexact(wanted));
    const step = typeof d === "number" ? array(d * size, { dtype }) : cast(tensorOf(multiply(d, size), name), dtype);
    return settle(cast(divide(array([...count(size)], { dtype }), step), wanted));
  });
}
/** The frequencies of the terms of `fft` of n samples at distance d: 0, 1, …, −2, −1 over d·n. */
export const fftfreq = frequencies("fftfreq", (n) =>
  Array.from({ length: n }, (_, i) => ((i + Math.floor(n / 2)) % n) - Math.floor(n / 2)),
);
/** The frequencies of the terms of `rfft`: 0, 1, …, ⌊n/2⌋ over d·n. */
export const rfftfreq = frequencies("rfftfreq", (n) => Array.from({ length: half(n) }, (_, i) => i));

function shifted(name: string, by: (n: number) => number) {
  return owning((x: TensorLike, axes: number | readonly number[] | null = null): Tensor => {
    const t = tensorOf(x, name);
    const chosen = axesOf(name, axes, t.ndim);
    return roll(
      t,
      chosen.map((d) => by(t.shape[d]!)),
      chosen,
    );
  });
}
/** The term of frequency 0 moved to the middle of `axes` (all by default). */
export const fftshift = shifted("fftshift", (n) => Math.floor(n / 2));
/** The inverse of `fftshift`. */
export const ifftshift = shifted("ifftshift", (n) => -Math.floor(n / 2));
