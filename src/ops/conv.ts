// conv_general_dilated: windows of the left operand contracted with the right one.
import { attr } from "../../hlo/attributes.ts";
import { type Aval, avalOf, longAval } from "../core/aval.ts";
import type { DType } from "../core/dtype.ts";
import { DTypeError, ShapeError } from "../core/errors.ts";
import { typeOf } from "../core/lowering.ts";
import { defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind1 } from "../core/trace.ts";
import { batchConv } from "./conv-batch.ts";
import { cotangentOfLeft, cotangentOfRight } from "./conv-transpose.ts";
import { requireDType } from "./elementwise.ts";
import { type KnownPrecision, precisionConfig } from "./precision.ts";
import { dilated, isPositive, isWhole, type Padding, showPadding, windowsIn } from "./window-geometry.ts";

type Dims = readonly number[];

/**
 * Which dimension of each operand is what: `lhs` is [batch, feature, …spatial], `rhs` is [out feature, in feature,
 * …spatial], `out` is [batch, feature, …spatial].
 */
export interface ConvDimensions {
  readonly lhs: Dims;
  readonly rhs: Dims;
  readonly out: Dims;
}

export interface ConvParams {
  readonly strides: Dims;
  readonly padding: Padding;
  readonly lhsDilation: Dims;
  readonly rhsDilation: Dims;
  readonly dims: ConvDimensions;
  /** Features of both operands in groups, each convolved by itself. */
  readonly featureGroups: number;
  /** Examples of the left operand and features of the right one in groups. */
  readonly batchGroups: number;
  /** An algorithm means the default here. */
  readonly precision: KnownPrecision;
  /** The dtype of the sums and of the result. */
  readonly dtype: DType;
}
type Two = readonly [Tensor, Tensor];

const isPermutation = (dims: Dims, rank: number): boolean =>
  dims.length === rank && new Set(dims).size === rank && dims.every((d) => isWhole(d) && d >= 0 && d < rank);

function requireConv(x: Aval, y: Aval, p: ConvParams): void {
  const rank = x.shape.length;
  const fail = (got: string, expected: string): never => {
    throw new ShapeError(
      `conv_general_dilated: got ${longAval(x)} and ${longAval(y)} with ${got}; expected ${expected}.`,
    );
  };
  if (rank < 2 || y.shape.length !== rank) fail("these ranks", "equal ranks of at least 2");
  for (const [name, dims] of Object.entries(p.dims))
    if (!isPermutation(dims, rank)) fail(`${name} dimensions [${dims}]`, `a permutation of ${rank} dimensions`);
  const spatial = rank - 2;
  for (const [name, values] of [
    ["strides", p.strides],
    ["left dilation", p.lhsDilation],
    ["right dilation", p.rhsDilation],
  ] as const)
    if (values.length !== spatial || !values.every(isPositive))
      fail(`${name} [${values}]`, `a positive whole number for each of ${spatial} spatial dimensions`);
  if (p.padding.length !== spatial || !p.padding.every((pair) => pair.length === 2 && pair.every(isWhole)))
    fail(`padding ${showPadding(p.padding)}`, `a pair [low, high] for each of ${spatial} spatial dimensions`);
  const groups = `${p.featureGroups} feature groups and ${p.batchGroups} batch groups`;
  if (!isPositive(p.featureGroups) || !isPositive(p.batchGroups) || (p.featureGroups > 1 && p.batchGroups > 1))
    fail(groups, "positive numbers, at most one of them above 1");
  const [batch, features] = [x.shape[p.dims.lhs[0]!]!, x.shape[p.dims.lhs[1]!]!];
  const [outFeatures, inFeatures] = [y.shape[p.dims.rhs[0]!]!, y.shape[p.dims.rhs[1]!]!];
  if (features !== inFeatures * p.featureGroups)
    fail(
      `${features} features on the left, ${inFeatures} on the right and ${groups}`,
      "features on the left = features on the right × feature groups",
    );
  if (outFeatures % p.featureGroups !== 0 || outFeatures % p.batchGroups !== 0 || batch % p.batchGroups !== 0)
    fail(
      `${outFeatures} output features, ${batch} examples and ${groups}`,
      "output features that both numbers of groups divide, and examples that the batch groups divide",
    );
}

function resultShape(x: Dims, y: Dims, p: ConvParams): Dims {
  const shape = new Array<number>(x.length);
  shape[p.dims.out[0]!] = x[p.dims.lhs[0]!]! / p.batchGroups;
  shape[p.dims.out[1]!] = y[p.dims.rhs[0]!]!;
  p.strides.forEach((stride, i) => {
    const [low, high] = p.padding[i]!;
    const size = low + dilated(x[p.dims.lhs[i + 2]!]!, p.lhsDilation[i]!) + high;
    if (size < 0)
      throw new ShapeError(
        `conv_general_dilated: got padding ${showPadding(p.padding)} for spatial size ${x[p.dims.lhs[i + 2]!]}; expected ` +
          "negative padding to remove no more than there is.",
      );
    shape[p.dims.out[i + 2]!] = windowsIn(size, dilated(y[p.dims.rhs[i + 2]!]!, p.rhsDilation[i]!), stride);
  });
  return shape;
}

/** StableHLO's `convolution`; cotangents are convolutions again. As `jax.lax.conv_general_dilated`. */
export const convOp: Op<ConvParams, Two> = defineOp({
  name: "conv_general_dilated",
  shape: ([x, y], p) => {
    requireDType("conv_general_dilated", x, "number");
    if (x.dtype !== y.dtype)
      throw new DTypeError(
        `conv_general_dilated: got ${longAval(x)} and ${longAval(y)}; expected equal dtypes. Use astype.`,
      );
    requireConv(x, y, p);
    return [avalOf(resultShape(x.shape, y.shape, p), p.dtype, x.weakType && y.weakType && p.dtype === x.dtype)];
  },
  derivative: ["multilinear", "multilinear"],
  transpose: ({ cotangents: [ct], operands: [x, y], avals, params }) =>
    ct ? [y && cotangentOfLeft(ct, y, avals[0], params), x && cotangentOfRight(ct, x, avals[1], params)] : [null, null],
  batch: ({ operands, dims, size, params }) => batchConv(operands, dims, size, params),
  effect: "none",
  cost: "costly",
  lower: (c, [x, y], p) => {
    const spatial = p.strides.length;
    const window = {
      window_strides: attr.i64s(p.strides),
      padding: attr.dense({ kind: "tensor", shape: [spatial, 2], element: "i64" }, p.padding.flat()),
      lhs_dilation: attr.i64s(p.lhsDilation),
      rhs_dilation: attr.i64s(p.rhsDilation),
    };
    return [
      c.one("stablehlo.convolution", [x, y], typeOf(c.results[0]!), {
        ...(spatial > 0 ? window : {}),
        dimension_numbers: attr.struct("conv", {
          input_batch_dimension: p.dims.lhs[0]!,
          input_feature_dimension: p.dims.lhs[1]!,
          input_spatial_dimensions: p.dims.lhs.slice(2),
          kernel_input_feature_dimension: p.dims.rhs[1]!,
          kernel_output_feature_dimension: p.dims.rhs[0]!,
          kernel_spatial_dimensions: p.dims.rhs.slice(2),
          output_batch_dimension: p.dims.out[0]!,
          output_feature_dimension: p.dims.out[1]!,
          output_spatial_dimensions: p.dims.out.slice(2),
        }),
        feature_group_count: attr.i64(p.featureGroups),
        batch_group_count: attr.i64(p.batchGroups),
        precision_config: precisionConfig(p.precision),
      }),
    ];
  },
});

export const conv = (x: Tensor, y: Tensor, params: ConvParams): Tensor => bind1(convOp, [x, y], params);
