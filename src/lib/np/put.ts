// Writing by place: flat places, along an axis, under a mask, on the diagonal. The results are new tensors.
import { ShapeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { reshape } from "../../ops/shape.ts";
import { type OutOfBounds, set } from "../indexing.ts";
import { broadcastTo, owning, settle, tensorOf, truth } from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { axisOf } from "./axes.ts";
import { remainder } from "./binary.ts";
import { full } from "./create.ts";
import { indices } from "./grids.ts";
import { clip } from "./logic.ts";
import { diagIndices, nonzero, unravelIndex } from "./places.ts";
import { repeatedTo } from "./repeated.ts";
import { ravel } from "./shape.ts";

/**
 * `x` with `values` (repeated as needed) at flat places. Negative places count from the end, and those outside are moved
 * inside; `clip` moves negative ones too, `wrap` counts round.
 */
export const put = owning(function put(
  x: TensorLike,
  places: TensorLike,
  values: TensorLike,
  options: { readonly mode?: "clip" | "wrap" | null } = {},
): Tensor {
  const t = tensorOf(x, "put");
  const ids = ravel(tensorOf(typeof places === "number" ? BigInt(places) : places, "put"));
  const v = typeof values === "number" ? full([1], values, t.dtype) : ravel(values);
  if (t.size === 0 || ids.size === 0 || v.size === 0) return settle(t);
  const { mode = null } = options;
  if (mode !== null && mode !== "clip" && mode !== "wrap")
    throw new ShapeError(`put: got mode ${String(mode)}, expected "clip", "wrap" or none.`);
  const inside =
    mode === "clip"
      ? clip(ids, 0, t.size - 1)
      : mode === "wrap"
        ? remainder(ids, t.size)
        : unravelIndex(ids, t.size)[0]!;
  const line = set(reshape(t, [t.size]), [inside], repeatedTo(v, ids.size), { mode: "promiseInBounds" });
  return settle(reshape(line, t.shape));
});

/**
 * `x` with `values` (which broadcast to the indices) written along `axis` where `takeAlongAxis` would read; null means
 * flattened. @throws ShapeError for different ranks
 */
export const putAlongAxis = owning(function putAlongAxis(
  x: TensorLike,
  places: TensorLike,
  values: TensorLike,
  axis: number | null,
  options: { readonly mode?: OutOfBounds } = {},
): Tensor {
  const name = "putAlongAxis";
  const whole = tensorOf(x, name);
  const t = axis === null ? reshape(whole, [whole.size]) : whole;
  const ids = tensorOf(places, name);
  if (t.ndim !== ids.ndim)
    throw new ShapeError(`${name}: got shape [${t.shape}] and indices of shape [${ids.shape}], expected equal ranks.`);
  const at = axisOf(name, axis ?? 0, t.ndim);
  const others = indices(t.shape, { sparse: true });
  const entries = others.map((p, d) => (d === at ? settle(ids) : p));
  const v = typeof values === "object" ? broadcastTo(name, tensorOf(values, name), ids.shape) : values;
  return settle(reshape(set(settle(t), entries, v, options), whole.shape));
});

/** `x` with `values`, in order and repeated as needed, where `mask` (as many elements as `x`) holds. */
export const place = owning(function place(x: TensorLike, mask: TensorLike, values: TensorLike): Tensor {
  const t = tensorOf(x, "place");
  const where = truth(mask, "place");
  const v = typeof values === "object" ? ravel(values) : full([1], values, t.dtype);
  if (where.size !== t.size)
    throw new ShapeError(
      `place: got a mask of shape [${where.shape}] for shape [${t.shape}], expected as many elements.`,
    );
  if (v.size === 0) throw new ShapeError("place: got no values, expected at least one.");
  if (t.size === 0) return settle(t);
  const [places] = nonzero(reshape(where, [t.size]), { size: t.size, fillValue: t.size }) as [Tensor];
  const line = set(reshape(t, [t.size]), [places], repeatedTo(v, t.size), { mode: "drop" });
  return settle(reshape(line, t.shape));
});

/** `x` with `value` (a scalar, or elements repeated as needed) on its main diagonal. */
export const fillDiagonal = owning(function fillDiagonal(x: TensorLike, value: TensorLike): Tensor {
  const t = tensorOf(x, "fillDiagonal");
  if (t.ndim < 2 || (t.ndim > 2 && t.shape.some((n) => n !== t.shape[0])))
    throw new ShapeError(`fillDiagonal: got shape [${t.shape}], expected a matrix, or more than two equal dimensions.`);
  const n = Math.min(...t.shape);
  const v = typeof value === "object" ? tensorOf(value, "fillDiagonal") : value;
  const along = typeof v === "object" && v.ndim > 0 ? repeatedTo(v, n) : v;
  return set(settle(t), diagIndices(n, t.ndim), along, { uniqueIndices: true });
});
