// lax: convolutions and their dimension numbers.
import type { DType } from "../core/dtype.ts";
import { ShapeError } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import { type ConvDimensions, conv as convolve } from "../ops/conv.ts";
import { type Precision, precisionOf } from "../ops/precision.ts";
import { rev, transpose } from "../ops/shape.ts";
import { dilated, type Padding, type PaddingName, paddingOf, transposePadding } from "../ops/window-geometry.ts";
import { integer } from "./np/axes.ts";
import { settle, tensorOf } from "./promote.ts";
import type { TensorLike } from "./types.ts";

type Dims = readonly number[];

/**
 * Which dimension is what, as lists: `lhsSpec` and `outSpec` are [batch, feature, …spatial], `rhsSpec` is
 * [out feature, in feature, …spatial].
 */
export interface ConvDimensionNumbers {
  readonly lhsSpec: Dims;
  readonly rhsSpec: Dims;
  readonly outSpec: Dims;
}
/**
 * Three strings such as `["NHWC", "HWIO", "NHWC"]` (N batch, C feature, I and O input and output feature, any other
 * letter spatial), lists as `ConvDimensionNumbers` has them, or nothing for "NC…", "OI…", "NC…".
 */
export type ConvDimensionSpec = readonly [string, string, string] | readonly [Dims, Dims, Dims] | ConvDimensionNumbers;

const range = (n: number) => Array.from({ length: n }, (_, i) => i);

/**
 * Dimension numbers as lists. As `jax.lax.conv_dimension_numbers`.
 * @throws ShapeError for ranks that differ, or letters that do not fit
 */
export function convDimensionNumbers(
  lhsShape: Dims,
  rhsShape: Dims,
  dimensionNumbers?: ConvDimensionSpec | null,
): ConvDimensionNumbers {
  const rank = lhsShape.length;
  if (rank < 2 || rhsShape.length !== rank)
    throw new ShapeError(
      `convDimensionNumbers: got shapes [${lhsShape}] and [${rhsShape}], expected equal ranks of at least 2.`,
    );
  const spec = dimensionNumbers ?? [range(rank), range(rank), range(rank)];
  if ("lhsSpec" in spec) return spec;
  if (spec.length !== 3)
    throw new ShapeError(
      `convDimensionNumbers: got ${spec.length} specifications, expected three: left, right, result.`,
    );
  const [lhs, rhs, out] = spec;
  if (typeof lhs !== "string" || typeof rhs !== "string" || typeof out !== "string")
    return { lhsSpec: lhs as Dims, rhsSpec: rhs as Dims, outSpec: out as Dims };
  const order = spatialLetters(rhs, "I", "O");
  for (const [text, a, b] of [
    [lhs, "N", "C"],
    [rhs, "O", "I"],
    [out, "N", "C"],
  ] as const) {
    const letters = spatialLetters(text, a, b);
    if (
      text.length !== rank ||
      new Set(text).size !== rank ||
      ![a, b].every((l) => text.includes(l)) ||
      [...letters].sort().join() !== [...order].sort().join()
    )
      throw new ShapeError(
        `convDimensionNumbers: got "${text}" beside "${rhs}" for ${rank} dimensions; expected ${a}, ${b} and the same ` +
          "spatial letters, each once.",
      );
  }
  const places = (text: string, a: string, b: string) => [a, b, ...order].map((letter) => text.indexOf(letter));
  return { lhsSpec: places(lhs, "N", "C"), rhsSpec: places(rhs, "O", "I"), outSpec: places(out, "N", "C") };
}
const spatialLetters = (text: string, a: string, b: string): string[] => [...text].filter((l) => l !== a && l !== b);

const dimsOf = (d: ConvDimensionNumbers): ConvDimensions => ({ lhs: d.lhsSpec, rhs: d.rhsSpec, out: d.outSpec });

export interface ConvOptions {
  readonly precision?: Precision;
  /** The dtype of the sums and of the result; the operands' by default. */
  readonly preferredElementType?: DType;
}
export interface ConvGeneralDilatedOptions extends ConvOptions {
  /** Holes between the elements of the left operand: a transposed convolution. */
  readonly lhsDilation?: Dims | null;
  /** Holes between the elements of the right operand: an atrous convolution. */
  readonly rhsDilation?: Dims | null;
  readonly dimensionNumbers?: ConvDimensionSpec | null;
  readonly featureGroupCount?: number;
  readonly batchGroupCount?: number;
}

const spatial = (t: Tensor, dims: Dims): number[] => dims.slice(2).map((d) => t.shape[d]!);

/**
 * Windows of `lhs` times `rhs`, summed over features: XLA's convolution, which does not reverse the kernel. `padding` is
 * a name or `[low, high]` for each spatial dimension. As `jax.lax.conv_general_dilated`.
 * @throws ShapeError, DTypeError for operands that do not fit, or a named padding beside a dilated left operand
 */
export function convGeneralDilated(
  lhs: TensorLike,
  rhs: TensorLike,
  windowStrides: Dims,
  padding: PaddingName | Padding,
  options: ConvGeneralDilatedOptions = {},
): Tensor {
  const name = "convGeneralDilated";
  const [x, y] = [tensorOf(lhs, name), tensorOf(rhs, name)];
  const numbers = convDimensionNumbers(x.shape, y.shape, options.dimensionNumbers);
  const ones = range(x.ndim - 2).map(() => 1);
  const lhsDilation = options.lhsDilation ?? ones;
  const rhsDilation = options.rhsDilation ?? ones;
  let pads: Padding;
  if (typeof padding === "string") {
    if (lhsDilation.some((d) => d !== 1))
      throw new ShapeError(
        `${name}: got padding "${padding}" with left dilation [${lhsDilation}]; expected pairs. Give the padding in ` +
          "numbers, or use convTranspose.",
      );
    const windows = spatial(y, numbers.rhsSpec).map((n, i) => dilated(n, rhsDilation[i] ?? 1));
    pads = paddingOf(name, padding, spatial(x, numbers.lhsSpec), windows, windowStrides);
  } else pads = padding.map(([low, high]) => [integer(low, name), integer(high, name)] as const);
  return settle(
    convolve(x, y, {
      strides: windowStrides,
      padding: pads,
      lhsDilation,
      rhsDilation,
      dims: dimsOf(numbers),
      featureGroups: options.featureGroupCount ?? 1,
      batchGroups: options.batchGroupCount ?? 1,
      precision: precisionOf(name, options.precision),
      dtype: options.preferredElementType ?? x.dtype,
    }),
  );
}

/** A convolution of [N, C, …] with [O, I, …]. As `jax.lax.conv`. */
export const conv = (
  lhs: TensorLike,
  rhs: TensorLike,
  windowStrides: Dims,
  padding: PaddingName,
  options: ConvOptions = {},
): Tensor => convGeneralDilated(lhs, rhs, windowStrides, padding, options);

/** As `conv`, with padding in pairs and dilations. As `jax.lax.conv_with_general_padding`. */
export const convWithGeneralPadding = (
  lhs: TensorLike,
  rhs: TensorLike,
  windowStrides: Dims,
  padding: PaddingName | Padding,
  lhsDilation: Dims | null,
  rhsDilation: Dims | null,
  options: ConvOptions = {},
): Tensor => convGeneralDilated(lhs, rhs, windowStrides, padding, { ...options, lhsDilation, rhsDilation });

export interface ConvTransposeOptions extends ConvOptions {
  readonly rhsDilation?: Dims | null;
  /** `["NHWC", "HWIO", "NHWC"]` and its like by default. */
  readonly dimensionNumbers?: ConvDimensionSpec | null;
  /** Reverses the kernel and exchanges its features: the gradient of a convolution by its input. */
  readonly transposeKernel?: boolean;
  /** Pairs are the padding of the forward convolution too, as names are. */
  readonly useConsistentPadding?: boolean;
}

/**
 * A convolution of a left operand dilated by `strides`, so that the result is larger by them. Names of paddings are those
 * of the forward convolution; pairs are taken as they are. As `jax.lax.conv_transpose`.
 */
export function convTranspose(
  lhs: TensorLike,
  rhs: TensorLike,
  strides: Dims,
  padding: PaddingName | Padding,
  options: ConvTransposeOptions = {},
): Tensor {
  const name = "convTranspose";
  const [x, y] = [tensorOf(lhs, name), tensorOf(rhs, name)];
  const numbers = convDimensionNumbers(x.shape, y.shape, options.dimensionNumbers ?? channelsLast(x.ndim));
  const ones = range(x.ndim - 2).map(() => 1);
  const rhsDilation = options.rhsDilation ?? ones;
  const named = padding === "SAME" || padding === "VALID";
  const forward = named || (options.useConsistentPadding ?? false);
  const windows = spatial(y, numbers.rhsSpec).map((n, i) => dilated(n, rhsDilation[i] ?? 1));
  const pads = forward
    ? windows.map((k, i) => transposePadding(k, strides[i]!, typeof padding === "string" ? padding : padding[i]!))
    : padding;
  const [o, i] = numbers.rhsSpec as [number, number];
  const exchange = y.shape.map((_, d) => (d === o ? i : d === i ? o : d));
  const kernel = options.transposeKernel ? transpose(rev(y, numbers.rhsSpec.slice(2)), exchange) : y;
  return convGeneralDilated(x, kernel, ones, pads, {
    ...(options.precision && { precision: options.precision }),
    ...(options.preferredElementType && { preferredElementType: options.preferredElementType }),
    lhsDilation: strides,
    rhsDilation,
    dimensionNumbers: numbers,
  });
}

function channelsLast(rank: number): readonly [string, string, string] {
  const letters = ["", "H", "HW", "HWD"][rank - 2];
  if (letters === undefined)
    throw new ShapeError(
      `convTranspose: got ${rank} dimensions and no dimensionNumbers; expected 2 to 5, or give them.`,
    );
  return [`N${letters}C`, `${letters}IO`, `N${letters}C`];
}
