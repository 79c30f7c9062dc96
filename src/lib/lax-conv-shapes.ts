// lax: shapes of convolutions and windows, and convolutions taken apart into patches.
import { longAval } from "../core/aval.ts";
import type { DType } from "../core/dtype.ts";
import { ShapeError } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import { eq } from "../ops/compare.ts";
import { dotGeneral } from "../ops/dot.ts";
import type { PrecisionName } from "../ops/precision.ts";
import { broadcastInDim, iota, reshape, transpose } from "../ops/shape.ts";
import { convert } from "../ops/unary.ts";
import {
  dilated,
  type Padding,
  type PaddingName,
  paddingOf,
  transposePadding,
  windowsIn,
} from "../ops/window-geometry.ts";
import {
  type ConvDimensionNumbers,
  type ConvDimensionSpec,
  convDimensionNumbers,
  convGeneralDilated,
} from "./lax-conv.ts";
import { owning, settle, tensorOf } from "./promote.ts";
import type { TensorLike } from "./types.ts";

type Dims = readonly number[];
type Specs = readonly [string, string, string];
const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const productOf = (dims: Dims) => dims.reduce((n, d) => n * d, 1);

/** The pairs that a name of a padding means. As `jax.lax.padtype_to_pads`. @throws ShapeError for another name */
export const padtypeToPads = (
  inShape: Dims,
  windowShape: Dims,
  windowStrides: Dims,
  padding: PaddingName,
): (readonly [number, number])[] => [...paddingOf("padtypeToPads", padding, inShape, windowShape, windowStrides)];

/** The shape of windows over `operandShape`. As `jax.lax.reduce_window_shape_tuple`. */
export function reduceWindowShapeTuple(
  operandShape: Dims,
  windowDimensions: Dims,
  windowStrides: Dims,
  padding: Padding,
  baseDilation?: Dims | null,
  windowDilation?: Dims | null,
): number[] {
  const base = operandShape.map((n, d) => dilated(n, baseDilation?.[d] ?? 1));
  const window = windowDimensions.map((n, d) => dilated(n, windowDilation?.[d] ?? 1));
  return base.map((n, d) => windowsIn(n + padding[d]![0] + padding[d]![1], window[d]!, windowStrides[d]!));
}

/** The shape of a convolution of [N, C, …] with [O, I, …]. As `jax.lax.conv_shape_tuple`. @throws ShapeError */
export function convShapeTuple(
  lhsShape: Dims,
  rhsShape: Dims,
  strides: Dims,
  pads: PaddingName | Padding,
  batchGroupCount = 1,
): number[] {
  const name = "convShapeTuple";
  const [space, window] = [lhsShape.slice(2), rhsShape.slice(2)];
  const pairs = typeof pads === "string" ? paddingOf(name, pads, space, window, strides) : pads;
  if (pairs.length !== space.length)
    throw new ShapeError(
      `${name}: got ${pairs.length} pairs of padding for shape [${lhsShape}]; expected ${space.length}.`,
    );
  const padded = space.map((n, d) => n + pairs[d]![0] + pairs[d]![1]);
  if (padded.some((n) => n < 0))
    throw new ShapeError(
      `${name}: got padding [${pairs.map((p) => `[${p}]`)}], which removes more than [${space}] has.`,
    );
  if (lhsShape[0]! % batchGroupCount !== 0)
    throw new ShapeError(`${name}: got ${batchGroupCount} groups of ${lhsShape[0]} examples; expected a divisor.`);
  return [lhsShape[0]! / batchGroupCount, rhsShape[0]!, ...padded.map((n, d) => windowsIn(n, window[d]!, strides[d]!))];
}

/** Where batch, feature and each spatial dimension stand, in the kernel's order of letters. As `jax.lax.conv_general_permutations`. */
export function convGeneralPermutations(dimensionNumbers: Specs): [lhs: number[], rhs: number[], out: number[]] {
  const ones = range(dimensionNumbers[1].length).map(() => 1);
  const { lhsSpec, rhsSpec, outSpec } = convDimensionNumbers(ones, ones, dimensionNumbers);
  return [[...lhsSpec], [...rhsSpec], [...outSpec]];
}

function arranged(shape: (lhs: Dims, rhs: Dims) => Dims, lhsShape: Dims, rhsShape: Dims, specs: Specs): number[] {
  const [lhs, rhs, out] = convGeneralPermutations(specs);
  const plain = shape(
    lhs.map((d) => lhsShape[d]!),
    rhs.map((d) => rhsShape[d]!),
  );
  const shown = new Array<number>(plain.length);
  out.forEach((d, i) => {
    shown[d] = plain[i]!;
  });
  return shown;
}

/** `convShapeTuple` for other orders of the dimensions. As `jax.lax.conv_general_shape_tuple`. */
export const convGeneralShapeTuple = (
  lhsShape: Dims,
  rhsShape: Dims,
  windowStrides: Dims,
  padding: PaddingName | Padding,
  dimensionNumbers: Specs,
): number[] =>
  arranged((lhs, rhs) => convShapeTuple(lhs, rhs, windowStrides, padding), lhsShape, rhsShape, dimensionNumbers);

/** The shape of a transposed convolution. As `jax.lax.conv_transpose_shape_tuple`. */
export const convTransposeShapeTuple = (
  lhsShape: Dims,
  rhsShape: Dims,
  windowStrides: Dims,
  padding: PaddingName | Padding,
  dimensionNumbers: Specs,
): number[] =>
  arranged(
    (lhs, rhs) => {
      const window = rhs.slice(2);
      const pairs =
        typeof padding === "string" ? window.map((k, d) => transposePadding(k, windowStrides[d]!, padding)) : padding;
      const space = lhs
        .slice(2)
        .map((n, d) => (n - 1) * windowStrides[d]! - window[d]! + 2 + pairs[d]![0] + pairs[d]![1]);
      return [lhs[0]!, rhs[0]!, ...space];
    },
    lhsShape,
    rhsShape,
    dimensionNumbers,
  );

export interface ConvPatchesOptions {
  readonly lhsDilation?: Dims | null;
  readonly rhsDilation?: Dims | null;
  readonly dimensionNumbers?: ConvDimensionSpec | null;
  readonly precision?: PrecisionName;
  /** The dtype of the sums and of the result; the operand's by default. */
  readonly preferredElementType?: DType;
}

const numbersOf = (x: Tensor, filterShape: Dims, given: ConvDimensionSpec | null | undefined): ConvDimensionNumbers =>
  convDimensionNumbers(x.shape, [1, 1, ...filterShape], given);

/**
 * The patch of `lhs` under each place of a window of `filterShape`, as features: channel by channel, the window's elements
 * in the kernel's order. As `jax.lax.conv_general_dilated_patches`.
 */
export const convGeneralDilatedPatches = owning(function convGeneralDilatedPatches(
  lhs: TensorLike,
  filterShape: Dims,
  windowStrides: Dims,
  padding: PaddingName | Padding,
  options: ConvPatchesOptions = {},
): Tensor {
  const x = tensorOf(lhs, "convGeneralDilatedPatches");
  const numbers = numbersOf(x, filterShape, options.dimensionNumbers);
  const size = productOf(filterShape);
  const channels = x.shape[numbers.lhsSpec[1]!]!;
  const unit = convert(eq(iota("int32", [size, size], 0), iota("int32", [size, size], 1)), x.dtype);
  const kernels = reshape(broadcastInDim(unit, [channels, size, size], [1, 2]), [channels * size, 1, ...filterShape]);
  // Output and input features go where the kernel has them; the window's dimensions stay in order.
  const [o, i] = numbers.rhsSpec as readonly [number, number];
  const space = range(kernels.ndim - 2).map((d) => d + 2);
  const order = range(kernels.ndim).map((d) => (d === o ? 0 : d === i ? 1 : space.shift()!));
  const { precision } = options;
  return convGeneralDilated(x, transpose(kernels, order), windowStrides, padding, {
    lhsDilation: options.lhsDilation ?? null,
    rhsDilation: options.rhsDilation ?? null,
    dimensionNumbers: numbers,
    featureGroupCount: channels,
    ...(precision && { precision: [precision, "default"] }),
    ...(options.preferredElementType && { preferredElementType: options.preferredElementType }),
  });
});

/**
 * A convolution with another kernel at every place: the spatial dimensions of `rhs` are places of the result, and its
 * input features are the patches of `convGeneralDilatedPatches`. As `jax.lax.conv_general_dilated_local`.
 * @throws ShapeError for kernels that do not fit
 */
export const convGeneralDilatedLocal = owning(function convGeneralDilatedLocal(
  lhs: TensorLike,
  rhs: TensorLike,
  windowStrides: Dims,
  padding: PaddingName | Padding,
  filterShape: Dims,
  options: Omit<ConvPatchesOptions, "preferredElementType"> = {},
): Tensor {
  const name = "convGeneralDilatedLocal";
  const [x, y] = [tensorOf(lhs, name), tensorOf(rhs, name)];
  if (x.ndim !== y.ndim)
    throw new ShapeError(`${name}: got ${longAval(x.aval)} and ${longAval(y.aval)}, expected equal ranks.`);
  const patches = convGeneralDilatedPatches(x, filterShape, windowStrides, padding, options);
  const { rhsSpec, outSpec } = numbersOf(x, filterShape, options.dimensionNumbers);
  const at = outSpec.slice(2);
  const rising = range(at.length).sort((p, q) => at[p]! - at[q]!);
  const [left, right] = [rising.map((k) => at[k]!), rising.map((k) => rhsSpec[k + 2]!)];
  const product = dotGeneral(patches, y, [[outSpec[1]!], [rhsSpec[1]!]], [left, right], options);
  // Places, then examples, then features.
  const [n, c] = [product.ndim - 2, product.ndim - 1];
  const space = range(product.ndim - 2);
  const order = range(product.ndim).map((d) => (d === outSpec[0] ? n : d === outSpec[1] ? c : space.shift()!));
  return settle(transpose(product, order));
});
