// The discrete Fourier transform over the last dimensions.
import { attr } from "../../hlo/attributes.ts";
import type { Value } from "../../hlo/module.ts";
import { avalOf, longAval, sameShape } from "../core/aval.ts";
import { complexOf, isComplex, realOf } from "../core/dtype.ts";
import { DTypeError, ShapeError } from "../core/errors.ts";
import { type LoweringContext, typeOf } from "../core/lowering.ts";
import { defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind1 } from "../core/trace.ts";
import { batchFront } from "./batching.ts";
import { div, mul, or } from "./binary.ts";
import { eq, select } from "./compare.ts";
import { conj } from "./complex.ts";
import { splat } from "./literal.ts";
import { broadcastInDim, iota } from "./shape.ts";

/** Forward and inverse, complex to complex; forward from real; inverse to real. */
export type FftKind = "FFT" | "IFFT" | "RFFT" | "IRFFT";
export interface FftParams {
  readonly kind: FftKind;
  /** Sizes of the transformed dimensions, the last ones, on the side where they are whole. */
  readonly lengths: readonly number[];
}
type One = readonly [Tensor];

const product = (dims: readonly number[]) => dims.reduce((n, d) => n * d, 1);
/** How many terms of a real signal's spectrum are kept: the others are their conjugates. */
const half = (n: number) => Math.floor(n / 2) + 1;

/** X_k = Σ x_j exp(∓2πi jk/n) along each of the last dimensions; the inverse divides by their sizes. StableHLO's fft. */
export const fftOp: Op<FftParams, One> = defineOp({
  name: "fft",
  shape: ([x], { kind, lengths }) => {
    const n = lengths.length;
    if (n < 1 || n > 3 || n > x.shape.length || lengths.some((l) => !Number.isInteger(l) || l < 1))
      throw new ShapeError(
        `fft: got lengths [${lengths}] for ${longAval(x)}; expected 1 to 3 positive ones, no more than dimensions.`,
      );
    const real = kind === "RFFT";
    if (real ? x.dtype !== "float32" && x.dtype !== "float64" : !isComplex(x.dtype))
      throw new DTypeError(
        `fft: got ${longAval(x)} for ${kind}, expected ${real ? "float32 or float64" : "complex64 or complex128"}. ` +
          "Convert it with astype first.",
      );
    const lead = x.shape.slice(0, -n);
    const own = x.shape.slice(-n);
    const halved = [...lengths.slice(0, -1), half(lengths[n - 1]!)];
    // Of the last dimension of an inverse to real, the lengths alone say how much is read.
    const fits = kind === "IRFFT" ? sameShape(own, halved) : sameShape(own, lengths);
    if (!fits)
      throw new ShapeError(
        `fft: got ${longAval(x)} for ${kind} of lengths [${lengths}]; expected last dimensions ` +
          `[${kind === "IRFFT" ? halved : lengths}]. Cut or pad it first (np.fft functions do).`,
      );
    if (kind === "RFFT") return [avalOf([...lead, ...halved], complexOf(x.dtype), x.weakType)];
    return [kind === "IRFFT" ? avalOf([...lead, ...lengths], realOf(x.dtype), x.weakType) : x];
  },
  derivative: ["linear"],
  transpose: ({ cotangents: [ct], params: { kind, lengths } }) => {
    if (!ct) return [null];
    if (kind === "FFT" || kind === "IFFT") return [fft(ct, kind, lengths)];
    return [kind === "RFFT" ? transposeRfft(ct, lengths) : transposeIrfft(ct, lengths)];
  },
  batch: ({ operands: [x], dims: [d], size, params }) => ({
    results: [bind1(fftOp, [batchFront(x, d, size)], params)],
    dims: [0],
  }),
  effect: "none",
  cost: "costly",
  lower: (c, [x], { kind, lengths }) =>
    kind === "IRFFT" && lengths.length > 1 && (c.platform === "cuda" || c.platform === "rocm")
      ? [inverseByAxes(c, x, lengths)]
      : [transform(c, x, kind, lengths, c.results[0]!)],
});

export const fft = (x: Tensor, kind: FftKind, lengths: readonly number[]): Tensor =>
  bind1(fftOp, [x], { kind, lengths });

/** 1 for terms that stand for themselves (the first, and the last of an even length), 2 for those with a conjugate. */
function multiplicity(x: Tensor, n: number): Tensor {
  const count = half(n);
  const k = iota("int32", [count]);
  const single = n % 2 === 0 ? or(eq(k, 0), eq(k, count - 1)) : eq(k, 0);
  const twice = select(single, splat(1, [count], x.dtype), splat(2, [count], x.dtype));
  return broadcastInDim(twice, x.shape, [x.ndim - 1]);
}

/** N · irfft(c̄t / multiplicity) */
function transposeRfft(ct: Tensor, lengths: readonly number[]): Tensor {
  const terms = div(conj(ct), multiplicity(ct, lengths.at(-1)!));
  return mul(fft(terms, "IRFFT", lengths), product(lengths));
}

/** The conjugate of multiplicity · rfft(ct) / N */
function transposeIrfft(ct: Tensor, lengths: readonly number[]): Tensor {
  const terms = fft(ct, "RFFT", lengths);
  return conj(mul(mul(terms, multiplicity(terms, lengths.at(-1)!)), 1 / product(lengths)));
}

function transform(
  c: LoweringContext,
  x: Value,
  kind: FftKind,
  lengths: readonly number[],
  result: Parameters<typeof typeOf>[0],
): Value {
  const attributes = { fft_type: attr.enum("fft_type", kind), fft_length: attr.i64s(lengths) };
  return c.one("stablehlo.fft", [x], typeOf(result), attributes);
}

/**
 * An inverse to real over several dimensions, as complex inverses over the outer ones and a real one over the last:
 * cuFFT takes symmetry along all dimensions for granted, which NumPy asks of the last one only.
 */
function inverseByAxes(c: LoweringContext, x: Value, lengths: readonly number[]): Value {
  const { shape, dtype } = c.operands[0]!;
  const rank = shape.length;
  const first = rank - lengths.length;
  const all = shape.map((_, d) => d);
  const toFront = [...all.slice(0, first), rank - 1, ...all.slice(first, -1)];
  const back = [...all.slice(0, first), ...all.slice(first + 1), first];
  const moved = toFront.map((d) => shape[d]!);
  const permute = (v: Value, permutation: readonly number[], to: readonly number[]) =>
    c.one("stablehlo.transpose", [v], typeOf({ shape: to, dtype }), { permutation: attr.i64s(permutation) });
  const outer = transform(c, permute(x, toFront, moved), "IFFT", lengths.slice(0, -1), { shape: moved, dtype });
  return transform(c, permute(outer, back, shape), "IRFFT", lengths.slice(-1), c.results[0]!);
}
