// The functions of jax.lax that the fixtures call, spelled with the primitives of src/ops.
import { type DType, itemSize } from "../../src/core/dtype.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { bind1 } from "../../src/core/trace.ts";
import * as binary from "../../src/ops/binary.ts";
import * as compare from "../../src/ops/compare.ts";
import * as parts from "../../src/ops/complex.ts";
import * as cumulative from "../../src/ops/cumulative.ts";
import { dotGeneral } from "../../src/ops/dot.ts";
import { dynamicSlice, dynamicUpdateSlice } from "../../src/ops/dynamic.ts";
import { type FftKind, fft } from "../../src/ops/fft.ts";
import { defaultFill, type GatherParams, gather, type IndexMode } from "../../src/ops/gather.ts";
import * as reduce from "../../src/ops/reduce.ts";
import { scatterAddOp } from "../../src/ops/scatter.ts";
import * as shape from "../../src/ops/shape.ts";
import { sort, topK } from "../../src/ops/sort.ts";
import * as unary from "../../src/ops/unary.ts";
import type { Json } from "../fixtures.ts";

type Params = { readonly [key: string]: Json };
export type LaxFunction = (inputs: readonly Tensor[], params: Params) => Tensor | readonly Tensor[];

const ints = (p: Json | undefined): number[] => p as number[];
const one =
  (f: (x: Tensor) => Tensor): LaxFunction =>
  ([x]) =>
    f(x!);
const two =
  (f: (x: Tensor, y: Tensor) => Tensor): LaxFunction =>
  ([x, y]) =>
    f(x!, y!);
const reducing =
  (f: (x: Tensor, axes: readonly number[]) => Tensor): LaxFunction =>
  ([x], p) =>
    f(x!, ints(p.axes));
const running =
  (f: (x: Tensor, axis: number, reverse: boolean) => Tensor): LaxFunction =>
  ([x], p) =>
    f(x!, p.axis as number, p.reverse as boolean);
/** lax broadcasts scalars beside tensors. */
const spreadTo = (x: Tensor, y: Tensor): Tensor =>
  shape.broadcastInDim(x, y.shape, x.ndim === 0 ? [] : [...x.shape.keys()]);

interface DimensionNumbers {
  offset_dims?: number[];
  collapsed_slice_dims?: number[];
  start_index_map?: number[];
  update_window_dims?: number[];
  inserted_window_dims?: number[];
  scatter_dims_to_operand_dims?: number[];
  operand_batching_dims: number[];
  start_indices_batching_dims?: number[];
  scatter_indices_batching_dims?: number[];
}
function gatherParams(p: Params, sizes: readonly number[], dtype: DType): GatherParams {
  const d = p.dimension_numbers as unknown as DimensionNumbers;
  const modes: Record<string, IndexMode> = { clip: "clip", fill: "fill", promise_in_bounds: "promiseInBounds" };
  return {
    dims: {
      offset: (d.offset_dims ?? d.update_window_dims)!,
      collapsed: (d.collapsed_slice_dims ?? d.inserted_window_dims)!,
      startIndexMap: (d.start_index_map ?? d.scatter_dims_to_operand_dims)!,
      operandBatch: d.operand_batching_dims,
      indicesBatch: (d.start_indices_batching_dims ?? d.scatter_indices_batching_dims)!,
    },
    sizes,
    mode: modes[p.mode as string]!,
    fill: defaultFill(dtype),
    sorted: false,
    unique: false,
  };
}

/** Starts below zero count from the end, before they are clamped; narrow types cannot hold the sum. */
const fromEnd = (x: Tensor, starts: readonly Tensor[]): Tensor[] =>
  starts.map((s, d) => (itemSize(s.dtype) === 1 ? s : compare.select(compare.lt(s, 0), binary.add(s, x.shape[d]!), s)));

export const lax: Readonly<Record<string, LaxFunction>> = {
  neg: one(unary.neg),
  sign: one(unary.sign),
  abs: one(unary.abs),
  square: one(unary.square),
  sqrt: one(unary.sqrt),
  rsqrt: one(unary.rsqrt),
  cbrt: one(unary.cbrt),
  exp: one(unary.exp),
  exp2: one(unary.exp2),
  expm1: one(unary.expm1),
  log: one(unary.log),
  log1p: one(unary.log1p),
  logistic: one(unary.logistic),
  tanh: one(unary.tanh),
  sin: one(unary.sin),
  cos: one(unary.cos),
  tan: one(unary.tan),
  asin: one(unary.asin),
  acos: one(unary.acos),
  atan: one(unary.atan),
  sinh: one(unary.sinh),
  cosh: one(unary.cosh),
  asinh: one(unary.asinh),
  acosh: one(unary.acosh),
  atanh: one(unary.atanh),
  erf: one(unary.erf),
  erfc: one(unary.erfc),
  lgamma: one(unary.lgamma),
  digamma: one(unary.digamma),
  floor: one(unary.floor),
  ceil: one(unary.ceil),
  clz: one(unary.clz),
  erf_inv: one(unary.erfInv),
  bitwise_not: one(unary.not),
  population_count: one(unary.populationCount),
  is_finite: one(unary.finite),
  stop_gradient: one(unary.stopGradientTensor),
  round: ([x], p) => (p.rounding_method === "AWAY_FROM_ZERO" ? unary.roundAway : unary.round)(x!),
  reduce_precision: ([x], p) => unary.reducePrecision(x!, p.exponent_bits as number, p.mantissa_bits as number),
  integer_pow: ([x], p) => unary.integerPow(x!, p.y as number),
  real: one(parts.real),
  imag: one(parts.imag),
  conj: one(parts.conj),
  complex: two(parts.complex),
  fft: ([x], p) => fft(x!, p.fft_type as FftKind, ints(p.fft_lengths)),
  add: two(binary.add),
  sub: two(binary.sub),
  mul: two(binary.mul),
  div: two(binary.div),
  rem: two(binary.rem),
  max: two(binary.max),
  min: two(binary.min),
  atan2: two(binary.atan2),
  nextafter: two(binary.nextafter),
  pow: ([x, y]) => binary.pow(x!, unary.convert(y!, x!.dtype)),
  bitwise_and: two(binary.and),
  bitwise_or: two(binary.or),
  bitwise_xor: two(binary.xor),
  shift_left: two(binary.shiftLeft),
  shift_right_logical: two(binary.shiftRightLogical),
  shift_right_arithmetic: two(binary.shiftRightArithmetic),
  eq: two(compare.eq),
  ne: two(compare.ne),
  lt: two(compare.lt),
  le: two(compare.le),
  gt: two(compare.gt),
  ge: two(compare.ge),
  select_n: ([which, ...cases]) => {
    if (which!.dtype === "bool") return compare.select(which!, cases[1]!, cases[0]!);
    return cases.reduceRight((rest, c, i) => compare.select(compare.eq(which!, i), c, rest));
  },
  clamp: ([low, x, high]) => compare.clamp(spreadTo(low!, x!), x!, spreadTo(high!, x!)),
  convert_element_type: ([x], p) => unary.convert(x!, p.new_dtype as DType),
  bitcast_convert_type: ([x], p) => unary.bitcast(x!, p.new_dtype as DType),
  reduce_sum: reducing(reduce.reduceSum),
  reduce_prod: reducing(reduce.reduceProd),
  reduce_max: reducing(reduce.reduceMax),
  reduce_min: reducing(reduce.reduceMin),
  reduce_and: reducing(reduce.reduceAnd),
  reduce_or: reducing(reduce.reduceOr),
  reduce_xor: reducing(reduce.reduceXor),
  argmax: ([x], p) => reduce.argmax(x!, ints(p.axes)[0]!, p.index_dtype as DType),
  argmin: ([x], p) => reduce.argmin(x!, ints(p.axes)[0]!, p.index_dtype as DType),
  cumsum: running(cumulative.cumsum),
  cumprod: running(cumulative.cumprod),
  cummax: running(cumulative.cummax),
  cummin: running(cumulative.cummin),
  cumlogsumexp: running(cumulative.cumlogsumexp),
  sort: (xs, p) => sort(xs, p.dimension as number, { numKeys: p.num_keys as number, stable: p.is_stable as boolean }),
  top_k: ([x], p) => topK(x!, p.k as number),
  dot_general: ([x, y], p) => {
    const [contract, batch] = p.dimension_numbers as unknown as [[number[], number[]], [number[], number[]]];
    return dotGeneral(
      x!,
      y!,
      contract,
      batch,
      p.preferred_element_type ? { dtype: p.preferred_element_type as DType } : {},
    );
  },
  broadcast_in_dim: ([x], p) => shape.broadcastInDim(x!, ints(p.shape), ints(p.broadcast_dimensions)),
  reshape: ([x], p) => shape.reshape(x!, ints(p.new_sizes)),
  transpose: ([x], p) => shape.transpose(x!, ints(p.permutation)),
  slice: ([x], p) =>
    shape.slice(x!, ints(p.start_indices), ints(p.limit_indices), p.strides ? ints(p.strides) : undefined),
  concatenate: (xs, p) => shape.concatenate(xs, p.dimension as number),
  pad: ([x, value], p) => {
    const [low, high, interior] = [0, 1, 2].map((i) => (p.padding_config as unknown as number[][]).map((c) => c[i]!));
    return shape.pad(x!, value!, low!, high!, interior!);
  },
  rev: ([x], p) => shape.rev(x!, ints(p.dimensions)),
  squeeze: ([x], p) => shape.squeeze(x!, ints(p.dimensions)),
  expand_dims: ([x], p) => shape.expandDims(x!, ints(p.dimensions)),
  split: ([x], p) => {
    let at = 0;
    return ints(p.sizes).map((n) => {
      at += n;
      return shape.sliceInDim(x!, at - n, at, p.axis as number);
    });
  },
  broadcasted_iota: (_inputs, p) => shape.iota(p.dtype as DType, ints(p.shape), p.dimension as number),
  dynamic_slice: ([x, ...starts], p) => dynamicSlice(x!, fromEnd(x!, starts), ints(p.slice_sizes)),
  dynamic_slice_p: ([x, ...starts], p) => dynamicSlice(x!, starts, ints(p.slice_sizes)),
  dynamic_update_slice: ([x, update, ...starts]) => dynamicUpdateSlice(x!, update!, fromEnd(x!, starts)),
  dynamic_update_slice_p: ([x, update, ...starts]) => dynamicUpdateSlice(x!, update!, starts),
  gather: ([x, indices], p) => gather(x!, indices!, gatherParams(p, ints(p.slice_sizes), x!.dtype)),
  scatter_add: ([x, indices, updates], p) => {
    const inserted = (p.dimension_numbers as unknown as DimensionNumbers).inserted_window_dims!;
    return bind1(
      scatterAddOp,
      [x!, indices!, updates!],
      gatherParams(
        p,
        x!.shape.map((n, d) => (inserted.includes(d) ? 1 : n)),
        x!.dtype,
      ),
    );
  },
};
