// Joining and splitting.
import { ShapeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import * as ops from "../../ops/shape.ts";
import { at, ellipsis, slice } from "../indexing.ts";
import { owning, promoteDTypes, settle, tensorOf } from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { axisOf, type DTypeArgument, integer } from "./axes.ts";
import { astype, atleast1d, atleast2d, atleast3d, ravel } from "./shape.ts";

type Many = readonly TensorLike[] | Tensor;
const listOf = (name: string, xs: Many): readonly TensorLike[] => {
  const list = Array.isArray(xs) ? (xs as readonly TensorLike[]) : unstack(xs as Tensor);
  if (list.length === 0) throw new ShapeError(`${name}: got no tensors, expected at least one.`);
  return list;
};
interface JoinOptions {
  readonly axis?: number | null;
  readonly dtype?: DTypeArgument;
}
const joinOptions = (axis: number | null | JoinOptions): JoinOptions =>
  typeof axis === "object" && axis !== null ? axis : { axis };

/** Joined along `axis`, which must exist; null flattens all first. Dtypes are promoted. */
export const concatenate = owning(function concatenate(xs: Many, axis: number | null | JoinOptions = 0): Tensor {
  const options = joinOptions(axis);
  const along = options.axis === undefined ? 0 : options.axis;
  const list = listOf("concatenate", xs);
  const ts = promoteDTypes("concatenate", along === null ? list.map((x) => ravel(x)) : list);
  if (ts.some((t) => t.ndim === 0))
    throw new ShapeError("concatenate: got a scalar, expected tensors of one dimension or more. Use np.stack.");
  const joined = ops.concatenate(ts, axisOf("concatenate", along ?? 0, ts[0]!.ndim));
  return options.dtype === undefined ? settle(joined) : astype(joined, options.dtype);
});
export { concatenate as concat };

/** Joined along a new axis of the result. @throws ShapeError for different shapes */
export const stack = owning(function stack(xs: Many, axis: number | JoinOptions = 0): Tensor {
  const options = joinOptions(axis);
  const ts = promoteDTypes("stack", listOf("stack", xs));
  const first = ts[0]!.shape;
  if (ts.some((t) => t.shape.join() !== first.join()))
    throw new ShapeError(`stack: got shapes ${ts.map((t) => `[${t.shape}]`).join(", ")}, expected equal ones.`);
  const at = axisOf("stack", options.axis ?? 0, first.length + 1);
  const joined = ops.concatenate(
    ts.map((t) => ops.expandDims(t, [at])),
    at,
  );
  return options.dtype === undefined ? settle(joined) : astype(joined, options.dtype);
});
/** Joined as rows: matrices one above the other. */
export const vstack = owning((xs: Many): Tensor => concatenate(listOf("vstack", xs).map(atleast2d), 0));
/** Joined side by side: vectors along their only axis, all else along the second. */
export const hstack = owning(function hstack(xs: Many): Tensor {
  const ts = listOf("hstack", xs).map(atleast1d);
  return concatenate(ts, ts[0]!.ndim === 1 ? 0 : 1);
});
/** Joined along the third axis. */
export const dstack = owning((xs: Many): Tensor => concatenate(listOf("dstack", xs).map(atleast3d), 2));
/** Vectors as columns of a matrix. */
export const columnStack = owning(function columnStack(xs: Many): Tensor {
  const columns = listOf("columnStack", xs).map((x) => {
    const t = tensorOf(x, "columnStack");
    return t.ndim < 2 ? ops.reshape(t, [t.size, 1]) : t;
  });
  return concatenate(columns, 1);
});
/** `values` joined behind `x`; flattened unless an axis is given. */
export const append = owning(
  (x: TensorLike, values: TensorLike, axis: number | null = null): Tensor => concatenate([x, values], axis),
);

/** The slices along `axis`, without it. */
export const unstack = owning(function unstack(x: TensorLike, axis: number | { readonly axis?: number } = 0): Tensor[] {
  const t = tensorOf(x, "unstack");
  const d = axisOf("unstack", typeof axis === "number" ? axis : (axis.axis ?? 0), t.ndim);
  const index = t.shape.map((_, i) => (i < d ? slice() : null)).filter((s) => s !== null);
  return Array.from({ length: t.shape[d]! }, (_, i) => at(t, [...index, i]));
});

/** Cut along `axis` into equal pieces, or at the given places. @throws ShapeError for pieces that do not divide */
export const split = owning(function split(
  x: TensorLike,
  sections: number | readonly number[],
  axis: number | { axis?: number } = 0,
): Tensor[] {
  return pieces("split", x, sections, axis, true);
});
/** As `split`; the first pieces are one longer where the size does not divide. */
export const arraySplit = owning(
  (x: TensorLike, sections: number | readonly number[], axis: number | { axis?: number } = 0): Tensor[] =>
    pieces("arraySplit", x, sections, axis, false),
);
export const hsplit = owning((x: TensorLike, sections: number | readonly number[]): Tensor[] =>
  split(x, sections, tensorOf(x, "hsplit").ndim === 1 ? 0 : 1),
);
export const vsplit = owning((x: TensorLike, sections: number | readonly number[]): Tensor[] => split(x, sections, 0));
export const dsplit = owning((x: TensorLike, sections: number | readonly number[]): Tensor[] => split(x, sections, 2));

function pieces(
  name: string,
  x: TensorLike,
  sections: number | readonly number[],
  axis: number | { axis?: number },
  equal: boolean,
): Tensor[] {
  const t = tensorOf(x, name);
  const d = axisOf(name, typeof axis === "number" ? axis : (axis.axis ?? 0), t.ndim);
  const n = t.shape[d]!;
  let places: number[];
  if (typeof sections === "number") {
    const count = integer(sections, `${name}: the number of pieces`);
    if (count < 1 || (equal && n % count !== 0))
      throw new ShapeError(
        `${name}: got ${count} pieces for axis ${d} of shape [${t.shape}], expected a divisor of ${n}. Use np.arraySplit.`,
      );
    const [short, longer] = [Math.floor(n / count), n % count];
    places = Array.from({ length: count - 1 }, (_, i) => (i + 1) * short + Math.min(i + 1, longer));
  } else places = [...sections];
  const bounds = [0, ...places, n];
  const before = Array.from({ length: d }, () => slice());
  return bounds.slice(1).map((end, i) => at(t, [...before, slice(bounds[i]!, end), ellipsis]));
}
