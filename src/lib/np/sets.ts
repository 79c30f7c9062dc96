import type { Tensor } from "../../core/tensor.ts";
import { and, or, sub } from "../../ops/binary.ts";
import { eq, lt, ne, select } from "../../ops/compare.ts";
import { like } from "../../ops/literal.ts";
import { reduceMax, reduceMin, reduceOr } from "../../ops/reduce.ts";
import { expandDims, iota, reshape, sliceInDim } from "../../ops/shape.ts";
import { sort as sortAll } from "../../ops/sort.ts";
import { not } from "../../ops/unary.ts";
import { broadcastTo, cast, owning, promoteDTypes, settle, tensorOf } from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { axisOf, integer, shapeGiving } from "./axes.ts";
import { full, ones } from "./create.ts";
import { distinct, int32, type SetOptions, type UniqueOptions } from "./distinct.ts";
import { concatenate } from "./join.ts";
import { nonzero } from "./places.ts";
import { countNonzero } from "./reduce.ts";
import { searchsorted } from "./search.ts";
import { moveaxis, ravel } from "./shape.ts";
import { take } from "./take.ts";

export type { SetOptions, UniqueOptions };

const collected = owning((name: string, x: TensorLike, options: UniqueOptions): Tensor[] => {
  const whole = tensorOf(x, name);
  if (options.size === undefined) shapeGiving(name, whole, "size");
  else integer(options.size, `${name}: size`);
  const axis = options.axis ?? null;
  const at = axis === null ? 0 : axisOf(name, axis, whole.ndim);
  const t = settle(axis === null ? reshape(whole, [whole.size]) : moveaxis(whole, at, 0));
  const { values, indices, inverse, counts } = distinct(name, t, options);
  const extras: Tensor[] = [];
  if (options.returnIndex) extras.push(settle(indices));
  if (options.returnInverse) extras.push(settle(axis === null ? reshape(inverse, whole.shape) : inverse));
  if (options.returnCounts) extras.push(settle(counts));
  return [moveaxis(values, 0, at), ...extras];
});

type Extras = { readonly returnIndex: true } | { readonly returnInverse: true } | { readonly returnCounts: true };
/**
 * The different elements, rising, NaN last; with what the options ask for behind them, in the order places, inverse,
 * counts. As `jax.numpy.unique`: with `size`, missing ones are the smallest or `fillValue`, and their counts 0.
 * @throws ConcretizationTypeError for a traced tensor without `size`
 */
export function unique(x: TensorLike, options: UniqueOptions & Extras): Tensor[];
export function unique(x: TensorLike, options?: UniqueOptions): Tensor;
export function unique(x: TensorLike, options: UniqueOptions = {}): Tensor | Tensor[] {
  const found = collected("unique", x, options);
  return found.length === 1 ? found[0]! : found;
}

/** Different elements with places, inverse and counts; every NaN is one of its own. The array API's `unique_all`. */
export function uniqueAll(x: TensorLike, options: SetOptions = {}) {
  const all = { ...options, equalNan: false, returnIndex: true, returnInverse: true, returnCounts: true } as const;
  const [values, indices, inverseIndices, counts] = unique(x, all) as [Tensor, Tensor, Tensor, Tensor];
  return { values, indices, inverseIndices, counts };
}
/** Different elements and how often each occurs; every NaN is one of its own. */
export function uniqueCounts(x: TensorLike, options: SetOptions = {}) {
  const [values, counts] = unique(x, { ...options, equalNan: false, returnCounts: true }) as [Tensor, Tensor];
  return { values, counts };
}
/** Different elements and the place of each element among them; every NaN is one of its own. */
export function uniqueInverse(x: TensorLike, options: SetOptions = {}) {
  const [values, inverseIndices] = unique(x, { ...options, equalNan: false, returnInverse: true }) as [Tensor, Tensor];
  return { values, inverseIndices };
}
/** Different elements; every NaN is one of its own. */
export const uniqueValues = (x: TensorLike, options: SetOptions = {}): Tensor =>
  unique(x, { ...options, equalNan: false });

/** The different elements of both, rising. @throws ConcretizationTypeError for traced tensors without `size` */
export const union1d = owning((x: TensorLike, y: TensorLike, options: SetOptions = {}): Tensor => {
  const parts = promoteDTypes("union1d", [x, y]).map((t) => ravel(t));
  return collected("union1d", concatenate(parts), options)[0]!;
});

export interface PairOptions extends SetOptions {
  /** Neither operand has an element twice. */
  readonly assumeUnique?: boolean;
}

export interface IsinOptions {
  readonly invert?: boolean;
  readonly assumeUnique?: boolean;
  /** All pairs compared (`auto`, `compareAll`), a binary search, or by sorting: all give the same. */
  readonly method?: "auto" | "compareAll" | "binarySearch" | "sort";
}
/** For each element of `x` whether it is among `elements`. NaN is equal to nothing. */
export const isin = owning(function isin(x: TensorLike, elements: TensorLike, options: IsinOptions = {}): Tensor {
  const [a, b] = promoteDTypes("isin", [x, elements]) as [Tensor, Tensor];
  const { invert = false, method = "auto" } = options;
  if (a.size === 0 || b.size === 0) return full(a.shape, invert);
  const line = reshape(a, [a.size]);
  const among = reshape(b, [b.size]);
  let found: Tensor;
  if (method === "auto" || method === "compareAll") {
    const shape = [a.size, b.size];
    const pairs = eq(
      broadcastTo("isin", expandDims(line, [1]), shape),
      broadcastTo("isin", expandDims(among, [0]), shape),
    );
    found = reduceOr(pairs, [1]);
  } else {
    const [sorted] = sortAll([settle(among)], 0) as [Tensor];
    found = eq(line, take(sorted, searchsorted(sorted, line), 0, { mode: "clip" }));
  }
  return settle(reshape(invert ? not(found) : found, a.shape));
});

const sizes = (size: number | undefined) => (size === undefined ? {} : { size });

/** `values` where `mask` holds: as many as do, or `size`, filled up. */
function chosen(name: string, values: Tensor, mask: Tensor, size: number | undefined, fill: (found: Tensor) => Tensor) {
  if (size === undefined) shapeGiving(name, mask, "size");
  const [places] = nonzero(mask, sizes(size)) as [Tensor];
  const found = take(values, places, 0, { mode: "clip" });
  if (size === undefined) return { found, places, valid: undefined };
  const valid = lt(iota("int32", [size]), broadcastTo(name, countNonzero(mask), [size]));
  return { found: values.size === 0 ? fill(found) : select(valid, found, fill(found)), places, valid };
}

/** The different elements of `x` that are not in `y`, rising. Missing ones are 0 unless `fillValue` says otherwise. */
export const setdiff1d = owning(function setdiff1d(x: TensorLike, y: TensorLike, options: PairOptions = {}): Tensor {
  const name = "setdiff1d";
  const t = settle(ravel(x));
  const { size, fillValue = 0, assumeUnique = false } = options;
  if (size === undefined) shapeGiving(name, t, "size");
  const blank = cast(tensorOf(fillValue, name), t.dtype);
  if (t.size === 0) return full([size ?? 0], blank, t.dtype);
  const found = assumeUnique ? undefined : distinct(name, t, size === undefined ? {} : { size: t.size });
  const values = found?.values ?? t;
  let mask = isin(values, y, { invert: true });
  if (found) mask = and(mask, lt(iota("int32", mask.shape), broadcastTo(name, found.number, mask.shape)));
  return settle(chosen(name, values, mask, size, (v) => broadcastTo(name, blank, v.shape)).found);
});

interface Merged {
  /** Of both operands, rising; what does not count is last. */
  readonly values: Tensor;
  /** Whether it counts. */
  readonly counts: Tensor;
  /** Its place in both operands, one behind the other. */
  readonly order: Tensor;
}
/** Both operands' different elements in one rising line. */
function merged(name: string, a: Tensor, b: Tensor, assumeUnique: boolean): Merged {
  const each = [a, b].map((t) => {
    const all = { values: t, indices: iota("int32", t.shape), number: int32(t.size) };
    return assumeUnique || t.size === 0 ? all : distinct(name, settle(t), { size: t.size });
  });
  const valid = each.map(({ values, number }) =>
    lt(iota("int32", values.shape), broadcastTo(name, number, values.shape)),
  );
  const offset = [0, a.size];
  const order = each.map(({ indices }, i) => (offset[i] === 0 ? indices : sub(indices, -offset[i]!)));
  const hidden = not(concatenate(valid));
  const line = concatenate(each.map(({ values }) => settle(values)));
  const [skip, values, places] = sortAll([hidden, line, concatenate(order.map(settle))], 0, { numKeys: 2 }) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  return { values, counts: not(skip), order: places };
}
/** What stands where results are missing: the smallest result, as JAX has it. */
const smallest = (name: string, v: Tensor, valid: Tensor): Tensor => {
  const among = select(valid, v, broadcastTo(name, reduceMax(v, [0]), v.shape));
  return broadcastTo(name, reduceMin(among, [0]), v.shape);
};
function filled(name: string, found: Tensor, valid: Tensor | undefined, fillValue: TensorLike | undefined): Tensor {
  if (valid === undefined || found.size === 0) return found;
  const other =
    fillValue === undefined
      ? smallest(name, found, valid)
      : broadcastTo(name, cast(tensorOf(fillValue, name), found.dtype), found.shape);
  return select(valid, found, other);
}

/** The elements that are in one operand only, rising. @throws ConcretizationTypeError for traced ones without `size` */
export const setxor1d = owning(function setxor1d(x: TensorLike, y: TensorLike, options: PairOptions = {}): Tensor {
  const name = "setxor1d";
  const [a, b] = promoteDTypes(name, [x, y]).map((t) => settle(ravel(t))) as [Tensor, Tensor];
  if (options.size === undefined) for (const t of [a, b]) shapeGiving(name, t, "size");
  if (a.size + b.size === 0) return full([options.size ?? 0], options.fillValue ?? 0, a.dtype);
  const { values, counts } = merged(name, a, b, options.assumeUnique ?? false);
  const n = values.size;
  // A new value begins at both ends, and where neighbours differ or stop counting.
  const edge = ones([1], "bool");
  const inner = or(ne(sliceInDim(values, 1, n, 0), sliceInDim(values, 0, n - 1, 0)), not(sliceInDim(counts, 1, n, 0)));
  const change = concatenate([edge, inner, edge]);
  const alone = and(and(sliceInDim(change, 1, n + 1, 0), sliceInDim(change, 0, n, 0)), counts);
  const { found, valid } = chosen(name, values, alone, options.size, (v) => v);
  return settle(filled(name, found, valid, options.fillValue));
});

type Indexed = PairOptions & { readonly returnIndices: true };
/**
 * The elements that are in both operands, rising; with `returnIndices` also their places in each. Missing ones are the
 * smallest or `fillValue`, their places the operand's size.
 * @throws ConcretizationTypeError for traced tensors without `size`
 */
export function intersect1d(x: TensorLike, y: TensorLike, options: Indexed): Tensor[];
export function intersect1d(x: TensorLike, y: TensorLike, options?: PairOptions): Tensor;
export function intersect1d(
  x: TensorLike,
  y: TensorLike,
  options: PairOptions & { readonly returnIndices?: boolean } = {},
): Tensor | Tensor[] {
  const all = common(x, y, options);
  return options.returnIndices ? all : all[0]!;
}
const common = owning(
  (x: TensorLike, y: TensorLike, options: PairOptions & { readonly returnIndices?: boolean }): Tensor[] => {
    const name = "intersect1d";
    const [a, b] = promoteDTypes(name, [x, y]).map((t) => settle(ravel(t))) as [Tensor, Tensor];
    const { size, returnIndices = false } = options;
    if (size === undefined) for (const t of [a, b]) shapeGiving(name, t, "size");
    const { values, counts, order } = merged(name, a, b, options.assumeUnique ?? false);
    const n = values.size;
    const m = Math.max(0, n - 1);
    const [earlier, later] = [sliceInDim(values, 0, m, 0), sliceInDim(values, Math.min(1, n), n, 0)];
    const both = and(eq(earlier, later), sliceInDim(counts, Math.min(1, n), n, 0));
    const { found, places, valid } = chosen(name, earlier, both, size, (v) => v);
    const result = settle(filled(name, found, valid, options.fillValue));
    if (!returnIndices) return [result];
    const place = (shift: 0 | 1, of: Tensor, before: number): Tensor => {
      const at = take(order, shift === 0 ? places : sub(places, -1), 0, { mode: "clip" });
      const own = before === 0 ? at : sub(at, before);
      return settle(valid === undefined ? own : select(valid, own, like(own, of.size)));
    };
    return [result, place(0, a, 0), place(1, b, a.size)];
  },
);
