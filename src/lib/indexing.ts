// Reading and writing by index: t.at(…), t.set([…], v), t.addAt([…], v) and their function forms.
import { longAval, withShape } from "../core/aval.ts";
import { isInteger, itemSize, kindOf } from "../core/dtype.ts";
import { DTypeError, ShapeError } from "../core/errors.ts";
import { promoteTypes } from "../core/promotion.ts";
import { Literal, type Tensor } from "../core/tensor.ts";
import { bind1 } from "../core/trace.ts";
import { add, max, min, mul } from "../ops/binary.ts";
import { lt, select } from "../ops/compare.ts";
import { dynamicUpdateSlice } from "../ops/dynamic.ts";
import { defaultFill, type GatherParams, gather, type IndexMode } from "../ops/gather.ts";
import * as scatters from "../ops/scatter.ts";
import { broadcastInDim, concatenate, slice as cut, expandDims, iota, reshape, rev } from "../ops/shape.ts";
import { type Index, type Item, parse } from "./indexing-parse.ts";
import { broadcastShapes, broadcastTo, cast, literalAs, owning, settle, tensorOf } from "./promote.ts";
import type { TensorLike } from "./types.ts";

export { ellipsis, type Index, Slice, slice } from "./indexing-parse.ts";

/** What to do with places outside: `fill` (reads give NaN or the extreme integer), `drop` (writes vanish), `clip`. */
export type OutOfBounds = IndexMode | "drop";
export interface IndexOptions {
  readonly mode?: OutOfBounds;
  readonly fillValue?: number | bigint | boolean;
  readonly indicesAreSorted?: boolean;
  readonly uniqueIndices?: boolean;
}
const modeOf = (mode: OutOfBounds): IndexMode => (mode === "drop" ? "fill" : mode);

type SliceItem = Extract<Item, { kind: "slice" }>;
const isFull = (i: SliceItem, n: number) => i.start === 0 && i.step === 1 && i.size === n;

/**
 * The part of `x` that the entries name: basic and integer-tensor indexing by NumPy's rules. Places outside are read at
 * the nearest one inside and have no gradient, unless `mode` says otherwise.
 * @throws ShapeError for too many entries or a host number outside; NonConcreteBooleanIndexError for a traced mask
 */
export const at = owning(function at(x: TensorLike, entries: readonly Index[], options: IndexOptions = {}): Tensor {
  const t = tensorOf(x, "at");
  const items = parse("at", t.shape, entries);
  const sliced = readSlices(t, items);
  if (!items.some((i) => i.kind === "tensor")) return settle(reshape(sliced, shapeOfItems(items)));
  const plan = planOf(sliced, items.map(asFull));
  const read = gather(sliced, plan.indices, {
    ...plan.params,
    mode: modeOf(options.mode ?? "promiseInBounds"),
    fill: options.fillValue ?? defaultFill(t.dtype),
    sorted: options.indicesAreSorted ?? false,
    unique: options.uniqueIndices ?? false,
  });
  return settle(reshape(read, plan.shape));
});

const asFull = (i: Item): Item => (i.kind === "slice" ? { kind: "slice", start: 0, size: i.size, step: 1 } : i);
const shapeOfItems = (items: readonly Item[]): number[] =>
  items.flatMap((i) => (i.kind === "slice" ? [i.size] : i.kind === "new" ? [1] : []));
const perDimension = (items: readonly Item[]) => items.filter((i) => i.kind !== "new");

/** The static part of reading: slices, and whole numbers as slices of size 1 unless tensors stand beside them. */
function readSlices(x: Tensor, items: readonly Item[]): Tensor {
  const advanced = items.some((i) => i.kind === "tensor");
  const ranges = perDimension(items).map((i, d): SliceItem => {
    if (i.kind === "slice") return i;
    if (i.kind === "integer" && !advanced) return { kind: "slice", start: i.at, size: 1, step: 1 };
    return { kind: "slice", start: 0, size: x.shape[d]!, step: 1 };
  });
  const sizes = ranges.map((r) => r.size);
  if (x instanceof Literal) return new Literal(x.value, withShape(x.aval, sizes));
  if (ranges.every((r, d) => isFull(r, x.shape[d]!))) return x;
  const lowest = ranges.map((r) => (r.size === 0 ? 0 : r.step > 0 ? r.start : r.start + (r.size - 1) * r.step));
  const strides = ranges.map((r) => Math.abs(r.step));
  const limits = ranges.map((r, d) => (r.size === 0 ? 0 : lowest[d]! + (r.size - 1) * strides[d]! + 1));
  const part = cut(x, lowest, limits, strides);
  const backwards = ranges.flatMap((r, d) => (r.step < 0 && r.size > 1 ? [d] : []));
  return backwards.length > 0 ? rev(part, backwards) : part;
}

interface Plan {
  readonly params: Pick<GatherParams, "dims" | "sizes">;
  readonly indices: Tensor;
  /** Of what gather reads or scatter writes. */
  readonly window: readonly number[];
  /** With new dimensions. */
  readonly shape: readonly number[];
}

/** The gather that reads `items` of `x`, and the scatter that writes there. Slices that are not full become indices. */
function planOf(x: Tensor, items: readonly Item[]): Plan {
  let dim = 0;
  const placed = items.map((item) => ({ item, dim: item.kind === "new" ? -1 : dim++ }));
  const isAdvanced = (i: Item) =>
    i.kind === "tensor" || (i.kind === "integer" && items.some((j) => j.kind === "tensor"));
  const advanced = placed.filter((p) => isAdvanced(p.item));
  const tensors = advanced.map(({ item, dim: d }) =>
    item.kind === "tensor" ? wrapped(item.indices, x.shape[d]!) : int32((item as { at: number }).at),
  );
  const common = broadcastShapes(
    "at",
    tensors.map((t) => t.shape),
  );
  const first = placed.findIndex((p) => isAdvanced(p.item));
  const adjacent = advanced.length > 0 && placed.slice(first, first + advanced.length).every((p) => isAdvanced(p.item));
  const group = adjacent ? first : 0;

  // Walk the result's dimensions in order: windows are full slices, all else are dimensions of the indices.
  const shape: number[] = [];
  const window: number[] = [];
  const offset: number[] = [];
  const batch: number[] = [];
  const components: { dim: number; values: Tensor; at: number }[] = [];
  const visitGroup = () => {
    advanced.forEach((p, i) => {
      components.push({ dim: p.dim, values: tensors[i]!, at: batch.length + common.length });
    });
    for (const n of common) {
      shape.push(n);
      window.push(n);
      batch.push(n);
    }
  };
  placed.forEach(({ item, dim: d }, i) => {
    if (i === group && advanced.length > 0) visitGroup();
    if (item.kind === "new") shape.push(1);
    else if (item.kind === "integer" && advanced.length === 0)
      components.push({ dim: d, values: int32(item.at), at: batch.length });
    else if (item.kind === "slice") {
      if (isFull(item, x.shape[d]!)) offset.push(window.length);
      else {
        batch.push(item.size);
        components.push({ dim: d, values: counted(item), at: batch.length });
      }
      shape.push(item.size);
      window.push(item.size);
    }
  });
  if (placed.length === 0 && advanced.length > 0) visitGroup();
  const dims = components.map((c) => c.dim).sort((a, b) => a - b);
  const ordered = dims.map((d) => components.find((c) => c.dim === d)!);
  return {
    params: {
      dims: { offset, collapsed: dims, startIndexMap: dims, operandBatch: [], indicesBatch: [] },
      sizes: x.shape.map((n, d) => (dims.includes(d) ? 1 : n)),
    },
    indices: vectors(ordered, batch),
    window,
    shape,
  };
}

const int32 = (value: number) => literalAs("at", value, [], { dtype: "int32", weakType: false });

/** start, start + step, … */
function counted({ start, size, step }: SliceItem): Tensor {
  const places = iota("int32", [size]);
  return add(step === 1 ? places : mul(places, step), start);
}

/** Indices in int32 or wider, negative ones from the end. */
function wrapped(t: Tensor, size: number): Tensor {
  const i = itemSize(t.dtype) < 4 ? cast(t, "int32") : t;
  if (kindOf(i.dtype) === "uint" || kindOf(t.dtype) === "uint") return i;
  const wide = itemSize(i.dtype) === 8;
  return select(lt(i, wide ? 0n : 0), add(i, wide ? BigInt(size) : size), i);
}

/** Index vectors: the components broadcast to `batch`, the last dimension ending at `at`, side by side. */
function vectors(components: readonly { values: Tensor; at: number }[], batch: readonly number[]): Tensor {
  const dtypes = new Set(components.map((c) => c.values.dtype));
  const dtype = dtypes.size === 1 ? [...dtypes][0]! : [...dtypes].some((d) => itemSize(d) === 8) ? "int64" : "int32";
  const columns = components.map(({ values, at: end }) => {
    const t = cast(values, dtype);
    const from = end - t.ndim;
    const spread = t.shape.map((_, d) => d + from);
    const wide =
      t instanceof Literal ? new Literal(t.value, withShape(t.aval, batch)) : broadcastInDim(t, batch, spread);
    return expandDims(wide, [batch.length]);
  });
  return concatenate(columns, batch.length);
}

interface Writing {
  readonly name: string;
  readonly op: typeof scatters.scatterOp;
  /** The new elements from those there and the updates. */
  readonly combine: (old: Tensor, update: Tensor) => Tensor;
}

function writing({ name, op, combine }: Writing) {
  return owning((x: TensorLike, entries: readonly Index[], value: TensorLike, options: IndexOptions = {}): Tensor => {
    const t = tensorOf(x, name);
    const items = parse(name, t.shape, entries);
    const block = contiguous(items);
    if (block) {
      const update = updateFor(name, t, value, shapeOfItems(items));
      const sizes = block.map((b) => b.size);
      const flat = reshape(update, sizes);
      if (flat.size === 0) return settle(t);
      const starts = block.map((b) => b.start);
      const old = () => readSlices(t, block);
      const next = op === scatters.scatterOp ? flat : combine(old(), flat);
      if (sizes.every((n, d) => n === t.shape[d])) return settle(next);
      return settle(dynamicUpdateSlice(t, next, starts));
    }
    const plan = planOf(t, items);
    const update = updateFor(name, t, value, plan.shape);
    const exact = !items.some((i) => i.kind === "tensor");
    const params: GatherParams = {
      ...plan.params,
      mode: exact ? "promiseInBounds" : modeOf(options.mode ?? "fill"),
      fill: 0,
      sorted: options.indicesAreSorted ?? false,
      unique: exact || (options.uniqueIndices ?? false),
    };
    return settle(bind1(op, [t, plan.indices, reshape(update, plan.window)], params));
  });
}

/** The slices of a write that is one block of `x`. */
function contiguous(items: readonly Item[]): SliceItem[] | undefined {
  const block: SliceItem[] = [];
  for (const i of items) {
    if (i.kind === "tensor" || (i.kind === "slice" && i.step !== 1)) return undefined;
    if (i.kind === "slice") block.push(i);
    if (i.kind === "integer") block.push({ kind: "slice", start: i.at, size: 1, step: 1 });
  }
  return block;
}

function updateFor(name: string, t: Tensor, value: TensorLike, shape: readonly number[]): Tensor {
  if (typeof value !== "object") return literalAs(name, value, shape, t.aval);
  const v = tensorOf(value, name);
  if (promoteTypes([t.aval, v.aval]).dtype !== t.dtype && !(isInteger(t.dtype) && isInteger(v.dtype)))
    throw new DTypeError(
      `${name}: got a value of ${longAval(v.aval)} for ${longAval(t.aval)}, which would lose information. ` +
        `Convert one of them with astype first.`,
    );
  const lead = v.ndim - shape.length;
  if (lead > 0 && v.shape.slice(0, lead).some((n) => n !== 1))
    throw new ShapeError(`${name}: got a value of shape [${v.shape}] for the indexed shape [${shape}].`);
  const trimmed = lead > 0 ? reshape(v, v.shape.slice(lead)) : v;
  return broadcastTo(name, cast(trimmed, t.dtype), shape);
}

/** `x` with `value` at the index; where two values go to one place, one of them stays. Places outside are dropped. */
export const set = writing({ name: "set", op: scatters.scatterOp, combine: (_old, v) => v });
/** `x` with `value` added at the index; values for one place add up. Places outside are dropped. */
export const addAt = writing({ name: "addAt", op: scatters.scatterAddOp, combine: add });
/** `x` multiplied by `value` at the index. */
export const mulAt = writing({ name: "mulAt", op: scatters.scatterMulOp, combine: mul });
/** The smaller of `x` and `value` at the index. */
export const minAt = writing({ name: "minAt", op: scatters.scatterMinOp, combine: min });
/** The larger of `x` and `value` at the index. */
export const maxAt = writing({ name: "maxAt", op: scatters.scatterMaxOp, combine: max });
