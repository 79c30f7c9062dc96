// Cotangents of a convolution's operands, which are convolutions.
import type { Aval } from "../core/aval.ts";
import type { Tensor } from "../core/tensor.ts";
import { type ConvParams, conv } from "./conv.ts";
import { mergeGroups, splitGroups } from "./conv-batch.ts";
import { zeros } from "./literal.ts";
import { rev } from "./shape.ts";
import { convert } from "./unary.ts";
import { dilated, type Padding } from "./window-geometry.ts";

type Dims = readonly number[];

/** The first two dimensions exchanged: features are summed over instead of examples. */
const exchanged = ([a, b, ...rest]: Dims): Dims => [b!, a!, ...rest];

/** Sizes along the spatial dimensions with their holes. */
const extents = (shape: Dims, dims: Dims, dilation: Dims): number[] =>
  dims.slice(2).map((d, i) => dilated(shape[d]!, dilation[i]!));

/**
 * The left operand's: the cotangent, dilated by the strides, with the kernel reversed. Its padding completes the windows
 * at both ends: low' = kernel − 1 − low, and high' so that the result has the left operand's size.
 */
export function cotangentOfLeft(ct: Tensor, y: Tensor, x: Aval, p: ConvParams): Tensor {
  if (ct.size === 0 || y.size === 0) return zeros(x);
  const groups = Math.max(p.featureGroups, p.batchGroups);
  // Output features [group, rest] × input features → output features [rest], input features [group × input].
  const kernel = groups > 1 ? mergeGroups(splitGroups(y, p.dims.rhs[0]!, groups), p.dims.rhs[0]!, p.dims.rhs[1]!) : y;
  const input = extents(x.shape, p.dims.lhs, p.lhsDilation);
  const window = extents(y.shape, p.dims.rhs, p.rhsDilation);
  const output = extents(ct.shape, p.dims.out, p.strides);
  const padding: Padding = input.map((n, i) => {
    const low = window[i]! - 1 - p.padding[i]![0];
    return [low, n + window[i]! - 1 - output[i]! - low];
  });
  const cotangent = conv(convert(ct, y.dtype), rev(kernel, p.dims.rhs.slice(2)), {
    ...p,
    strides: p.lhsDilation,
    lhsDilation: p.strides,
    padding,
    dims: { lhs: p.dims.out, rhs: exchanged(p.dims.rhs), out: p.dims.lhs },
    featureGroups: groups,
    batchGroups: 1,
    dtype: x.dtype,
  });
  if (p.batchGroups === 1) return cotangent;
  return mergeGroups(splitGroups(cotangent, p.dims.lhs[1]!, groups), p.dims.lhs[1]!, p.dims.lhs[0]!);
}

/** The right operand's: the left operand with the cotangent as kernel, summed over examples. */
export function cotangentOfRight(ct: Tensor, x: Tensor, y: Aval, p: ConvParams): Tensor {
  if (ct.size === 0 || x.size === 0) return zeros(y);
  const input = extents(x.shape, p.dims.lhs, p.lhsDilation);
  const window = extents(y.shape, p.dims.rhs, p.rhsDilation);
  const output = extents(ct.shape, p.dims.out, p.strides);
  const padding: Padding = input.map((n, i) => {
    const low = p.padding[i]![0];
    return [low, output[i]! - n + window[i]! - 1 - low];
  });
  return conv(x, convert(ct, x.dtype), {
    ...p,
    strides: p.rhsDilation,
    rhsDilation: p.strides,
    padding,
    dims: { lhs: exchanged(p.dims.lhs), rhs: exchanged(p.dims.out), out: exchanged(p.dims.rhs) },
    featureGroups: p.batchGroups,
    batchGroups: p.featureGroups,
    dtype: y.dtype,
  });
}
