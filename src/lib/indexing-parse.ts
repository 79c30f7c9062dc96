// Index entries as users write them, brought to one item for each dimension.

import { needConcrete } from "../core/concrete.ts";
import { isInteger } from "../core/dtype.ts";
import { DTypeError, NonConcreteBooleanIndexError, ShapeError } from "../core/errors.ts";
import { Tensor } from "../core/tensor.ts";
import type { TypedArray } from "../core/tree.ts";
import { integer } from "./np/axes.ts";
import { array, type Nested } from "./np/create.ts";
import { tensorOf } from "./promote.ts";
import { elements } from "./tensor-print.ts";

/** Places `start`, `start + step`, … before `stop`; made by `slice`. */
export class Slice {
  readonly start: number | null;
  readonly stop: number | null;
  readonly step: number;
  constructor(start: number | null, stop: number | null, step: number) {
    this.start = start;
    this.stop = stop;
    this.step = step;
  }
}

/**
 * An index that keeps a range of a dimension, as Python's `start:stop:step`: null is an open end, negative numbers count
 * from the end, ends beyond the dimension are cut, a negative step goes backwards.
 */
export const slice = (start: number | null = null, stop: number | null = null, step: number | null = null): Slice =>
  new Slice(start, stop, step ?? 1);

/** As an index, all dimensions that the other entries leave over. */
export const ellipsis: unique symbol = Symbol("jorts.ellipsis");

/**
 * One entry of an index: a whole number (negative from the end) drops its dimension, `slice` and `ellipsis` keep, null
 * adds a dimension of size 1, an integer tensor takes places by value, and a boolean tensor whose value is known takes
 * the places where it is true.
 */
export type Index = number | bigint | null | Slice | typeof ellipsis | Tensor | TypedArray | readonly Nested[];

/** What happens to one dimension of the operand, or a new one. */
export type Item =
  | { readonly kind: "new" }
  | { readonly kind: "integer"; readonly at: number }
  | { readonly kind: "slice"; readonly start: number; readonly size: number; readonly step: number }
  | { readonly kind: "tensor"; readonly indices: Tensor };

/** One item for each dimension of `shape`, new dimensions between. @throws ShapeError, DTypeError */
export function parse(name: string, shape: readonly number[], entries: readonly Index[]): Item[] {
  const expanded = entries.flatMap((e, i) => expandMask(name, e, i, shape));
  const ellipses = expanded.filter((e) => e === ellipsis).length;
  if (ellipses > 1) throw new ShapeError(`${name}: got ${ellipses} ellipses in one index, expected one at most.`);
  const used = expanded.filter((e) => e !== null && e !== ellipsis).length;
  if (used > shape.length)
    throw new ShapeError(`${name}: got ${used} indices for shape [${shape}], expected at most ${shape.length}.`);
  const rest = Array.from({ length: shape.length - used }, () => slice());
  const at = expanded.indexOf(ellipsis);
  const full = at < 0 ? [...expanded, ...rest] : [...expanded.slice(0, at), ...rest, ...expanded.slice(at + 1)];
  let dim = 0;
  return full.map((e) => (e === null ? { kind: "new" } : item(name, e, shape, dim++)));
}

type Entry = Exclude<Index, null>;

function item(name: string, entry: Entry, shape: readonly number[], dim: number): Item {
  const size = shape[dim]!;
  if (entry instanceof Slice) return range(name, entry, size);
  if (typeof entry === "number" || typeof entry === "bigint") {
    const i = integer(Number(entry), `${name}: an index`);
    if (i < -size || i >= size)
      throw new ShapeError(
        `${name}: got index ${i} for dimension ${dim} of shape [${shape}], expected ${-size} to ${size - 1}. ` +
          "An integer tensor as an index is not checked.",
      );
    return { kind: "integer", at: i < 0 ? i + size : i };
  }
  const indices = indexTensor(name, entry as Exclude<Entry, Slice | number | bigint | typeof ellipsis>);
  if (!isInteger(indices.dtype))
    throw new DTypeError(
      `${name}: got an index of ${indices.dtype}, expected integers or bool. Convert it with astype("int32").`,
    );
  return { kind: "tensor", indices };
}

function indexTensor(name: string, entry: Tensor | TypedArray | readonly Nested[]): Tensor {
  if (Array.isArray(entry)) return array(entry as Nested, holdsNumbers(entry as Nested) ? { dtype: "int32" } : {});
  return tensorOf(entry as Tensor | TypedArray, name);
}
const holdsNumbers = (x: Nested): boolean => (Array.isArray(x) ? x.every(holdsNumbers) : typeof x === "number");

/** Python's slice.indices. */
function range(name: string, s: Slice, size: number): Item {
  const step = integer(s.step, `${name}: a step`);
  if (step === 0) throw new ShapeError(`${name}: got a slice with step 0, expected another.`);
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const bound = (b: number | null, open: number) => {
    if (b === null) return open;
    const i = integer(b, `${name}: a bound of a slice`);
    return Math.min(Math.max(i < 0 ? i + size : i, low), high);
  };
  const start = bound(s.start, step > 0 ? low : high);
  const stop = bound(s.stop, step > 0 ? high : low);
  return { kind: "slice", start, size: Math.max(0, Math.ceil((stop - start) / step)), step };
}

/** A boolean mask as one integer tensor for each of its dimensions. @throws NonConcreteBooleanIndexError */
function expandMask(name: string, entry: Index, position: number, shape: readonly number[]): Index[] {
  const mask = entry instanceof Tensor ? entry : undefined;
  if (mask?.dtype !== "bool") return [entry];
  const known = needConcrete(mask, `${name}: a boolean mask as an index`, NonConcreteBooleanIndexError);
  const matches = mask.shape.every((n) => shape.includes(n));
  if (mask.ndim === 0 || !matches)
    throw new ShapeError(
      `${name}: got a mask of shape [${mask.shape}] as entry ${position} for shape [${shape}]; expected the sizes of the ` +
        "dimensions that it stands for.",
    );
  const places = elements(known).flatMap((v, i) => (v ? [i] : []));
  let stride = mask.size;
  return mask.shape.map((n) => {
    stride /= n;
    return array(Int32Array.from(places, (p) => Math.floor(p / stride) % n));
  });
}
