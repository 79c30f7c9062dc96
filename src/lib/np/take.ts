// Reading by integer tensors along one axis.
import { isInteger } from "../../core/dtype.ts";
import { DTypeError, ShapeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { add } from "../../ops/binary.ts";
import { clamp, lt, select } from "../../ops/compare.ts";
import { defaultFill, type GatherDims, gather } from "../../ops/gather.ts";
import { expandDims, reshape } from "../../ops/shape.ts";
import { broadcastShapes, broadcastTo, cast, owning, settle, tensorOf } from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { type Axis, axisAndOptions, axisOf } from "./axes.ts";
import { remainder } from "./binary.ts";

/** Outside: `fill` (NaN, or the extreme integer; negative places count from the end), `clip`, or `wrap` around. */
export type TakeMode = "fill" | "clip" | "wrap" | "promiseInBounds";
export interface TakeOptions {
  readonly axis?: number | null;
  readonly mode?: TakeMode | null;
  readonly fillValue?: number | bigint | boolean;
  /** Promises about the indices. */
  readonly uniqueIndices?: boolean;
  readonly indicesAreSorted?: boolean;
}

function requireInteger(name: string, t: Tensor): Tensor {
  if (!isInteger(t.dtype))
    throw new DTypeError(`${name}: got indices of ${t.dtype}, expected integers. Convert them with astype("int32").`);
  return t.dtype.endsWith("64") ? t : cast(t, "int32");
}
/** A number of the dtype of `t`. */
const num = (t: Tensor, n: number) => (t.dtype.endsWith("64") ? BigInt(n) : n);

function resolved(indices: Tensor, size: number, mode: TakeMode): Tensor {
  if (mode === "wrap") return remainder(indices, num(indices, size));
  if (mode === "clip") return size === 0 ? indices : clamp(num(indices, 0), indices, num(indices, size - 1));
  return fromEnd(indices, size);
}
/** Negative places count from the end. */
function fromEnd(indices: Tensor, size: number): Tensor {
  if (indices.dtype === "uint64") return indices;
  return select(lt(indices, num(indices, 0)), add(indices, num(indices, size)), indices);
}

const takeArguments = (axis: number | null | TakeOptions | undefined, given: TakeOptions | undefined) =>
  axisAndOptions<Omit<TakeOptions, "axis"> & { readonly axis?: Axis }>(axis as Axis, given as { axis?: Axis });

/**
 * The slices of `x` at `indices` along `axis`: the indices' shape stands in place of the axis. Without an axis `x` is
 * taken flattened. Places outside are NaN (`fill`) unless `mode` says otherwise.
 */
export const take = owning(function take(
  x: TensorLike,
  indices: TensorLike,
  axis?: number | null | TakeOptions,
  given?: TakeOptions,
): Tensor {
  const { axis: along, options } = takeArguments(axis, given);
  const whole = tensorOf(x, "take");
  const flat = along === null || along === undefined;
  const t = flat ? reshape(whole, [whole.size]) : whole;
  const a = axisOf("take", flat ? 0 : along, t.ndim);
  const mode = options.mode ?? "fill";
  const size = t.shape[a]!;
  const ids = resolved(
    requireInteger("take", tensorOf(typeof indices === "number" ? BigInt(indices) : indices, "take")),
    size,
    mode,
  );
  if (size === 0 && ids.size > 0 && mode !== "fill")
    throw new ShapeError(`take: got an empty axis ${a} of shape [${t.shape}]; there is nothing to take.`);
  const offset = t.shape
    .map((_, d) => d)
    .filter((d) => d !== a)
    .map((d) => (d < a ? d : d - 1 + ids.ndim));
  const dims: GatherDims = { offset, collapsed: [a], startIndexMap: [a], operandBatch: [], indicesBatch: [] };
  return settle(
    gather(t, expandDims(ids, [ids.ndim]), {
      dims,
      sizes: t.shape.map((n, d) => (d === a ? 1 : n)),
      mode: mode === "wrap" || mode === "clip" ? "promiseInBounds" : mode,
      fill: options.fillValue ?? defaultFill(t.dtype),
      sorted: options.indicesAreSorted ?? false,
      unique: options.uniqueIndices ?? false,
    }),
  );
});

/** Along `axis`, the element of `x` that each index names; the other axes go along with those of the indices. */
export const takeAlongAxis = owning(function takeAlongAxis(
  x: TensorLike,
  indices: TensorLike,
  axis?: number | null | TakeOptions,
  given?: TakeOptions,
): Tensor {
  const { axis: along, options } = takeArguments(axis, given);
  const name = "takeAlongAxis";
  let t = tensorOf(x, name);
  let ids = requireInteger(name, tensorOf(indices, name));
  const flat = along === null;
  if (flat) {
    t = reshape(t, [t.size]);
    ids = reshape(ids, [ids.size]);
  }
  if (t.ndim !== ids.ndim)
    throw new ShapeError(`${name}: got shape [${t.shape}] and indices of shape [${ids.shape}], expected equal ranks.`);
  const a = axisOf(name, flat ? 0 : (along ?? -1), t.ndim);
  const mode = options.mode ?? "fill";
  const size = t.shape[a]!;
  const places = resolved(mode === "clip" ? fromEnd(ids, size) : ids, size, mode);
  const common = broadcastShapes(
    name,
    [t.shape, ids.shape].map((s) => s.map((n, d) => (d === a ? 1 : n))),
  );
  const wide = broadcastTo(
    name,
    t,
    common.map((n, d) => (d === a ? t.shape[a]! : n)),
  );
  const spread = broadcastTo(
    name,
    places,
    common.map((n, d) => (d === a ? ids.shape[a]! : n)),
  );
  const others = [...t.shape.keys()].filter((d) => d !== a);
  const dims: GatherDims = {
    offset: [],
    collapsed: [a],
    startIndexMap: [a],
    operandBatch: others,
    indicesBatch: others,
  };
  return settle(
    gather(wide, expandDims(spread, [spread.ndim]), {
      dims,
      sizes: t.shape.map(() => 1),
      mode: mode === "wrap" || mode === "clip" ? "promiseInBounds" : mode,
      fill: options.fillValue ?? defaultFill(t.dtype),
      sorted: false,
      unique: false,
    }),
  );
});
