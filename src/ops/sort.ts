// Sorting: several operands by the first of them, and the k largest of each row.
import { attr } from "../../hlo/attributes.ts";
import type { Value } from "../../hlo/module.ts";
import { type Aval, avalOf, longAval, sameShape, withShape } from "../core/aval.ts";
import { type DType, isComplex, isFloat, isInteger, isNarrow, kindOf, realOf } from "../core/dtype.ts";
import { ShapeError } from "../core/errors.ts";
import { type LoweringContext, typeOf } from "../core/lowering.ts";
import { defineOp, type Maybe, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind } from "../core/trace.ts";
import { batchAt, batchFront, shifted } from "./batching.ts";
import { comparison } from "./compare.ts";
import { requireDType } from "./elementwise.ts";
import { takeAlong } from "./gather.ts";
import { iota } from "./shape.ts";

export interface SortParams {
  readonly dimension: number;
  /** How many leading operands are compared, the first one first. */
  readonly numKeys: number;
  /** Elements with equal keys keep their order. */
  readonly stable: boolean;
}
type Many = readonly Tensor[];

/** `x < y` and `x = y` in the order of sorting: −0 equals 0, all NaN are equal and last. */
function ordering(c: LoweringContext, dtype: DType) {
  const scalar = typeOf({ shape: [], dtype });
  const bool = typeOf({ shape: [], dtype: "bool" });
  const compare = (x: Value, direction: "LT" | "EQ" | "NE", y: Value, type: string) =>
    c.one("stablehlo.compare", [x, y], bool, {
      comparison_direction: attr.enum("comparison_direction", direction),
      compare_type: attr.enum("comparison_type", type),
    });
  /** One zero and one NaN, so that the total order of the bits is the order of sorting. */
  const canonical = (x: Value): Value => {
    if (!isFloat(dtype)) return x;
    const zero = c.constant(scalar, 0);
    const nonzero = c.one("stablehlo.select", [compare(x, "EQ", zero, "FLOAT"), zero, x], scalar);
    return c.one("stablehlo.select", [compare(x, "NE", x, "FLOAT"), c.constant(scalar, Number.NaN), nonzero], scalar);
  };
  const type = isFloat(dtype) ? "TOTALORDER" : comparison(dtype);
  return (x: Value, y: Value) => {
    const [a, b] = [canonical(x), canonical(y)];
    return { less: () => compare(a, "LT", b, type), equal: () => compare(a, "EQ", b, type) };
  };
}

/** What two elements are compared by, the first one first: complex ones by their real and their imaginary parts. */
function keysOf(c: LoweringContext, dtype: DType, x: Value, y: Value) {
  if (!isComplex(dtype)) return [{ dtype, x, y }];
  const type = typeOf({ shape: [], dtype: realOf(dtype) });
  const part = (name: string, v: Value) => c.one(`stablehlo.${name}`, [v], type);
  return ["real", "imag"].map((p) => ({ dtype: realOf(dtype), x: part(p, x), y: part(p, y) }));
}

/** Sorts as JAX does, and says where each element came from. */
function sortWithTangents(operands: Many, tangents: readonly Maybe[], p: SortParams) {
  const { shape } = operands[0]!;
  const results = bind(sortOp, [...operands, iota("int32", shape, p.dimension)], p);
  const order = results.pop()!;
  return [results, tangents.map((t) => t && takeAlong(t, order, p.dimension))] as const;
}

/** Reorders all operands alike, along one dimension, so that the keys rise. */
export const sortOp: Op<SortParams, Many> = defineOp({
  name: "sort",
  shape: (operands, { dimension, numKeys }) => {
    const [first] = operands;
    if (first === undefined || !(numKeys >= 1 && numKeys <= operands.length))
      throw new ShapeError(
        `sort: got ${numKeys} keys among ${operands.length} operands; expected from 1 to the number of operands.`,
      );
    if (operands.some((a) => !sameShape(a.shape, first.shape)))
      throw new ShapeError(
        `sort: got ${operands.map(longAval).join(", ")}; expected equal shapes. Broadcast them first.`,
      );
    if (!(dimension >= 0 && dimension < first.shape.length))
      throw new ShapeError(
        `sort: got dimension ${dimension} for ${longAval(first)}; expected a dimension below ${first.shape.length}.`,
      );
    return operands;
  },
  derivative: { structured: { jvp: sortWithTangents, linearize: sortWithTangents } },
  transpose: null,
  batch: ({ operands, dims, size, params }) => {
    const at = dims.find((d) => d !== null)!;
    const moved = operands.map((x, i) => batchAt(x, dims[i] ?? null, at, size));
    const results = bind(sortOp, moved, { ...params, dimension: shifted(params.dimension, at) });
    return { results, dims: results.map(() => at) };
  },
  effect: "none",
  cost: "costly",
  lower: (c, operands, { dimension, numKeys, stable }) => {
    const types = c.operands.flatMap((a) => [a, a]).map((a) => typeOf({ shape: [], dtype: a.dtype }));
    const body = c.region(types, (...args) => {
      const bool = typeOf({ shape: [], dtype: "bool" });
      let before: Value | undefined;
      const keys = c.operands.slice(0, numKeys).flatMap((a, i) => keysOf(c, a.dtype, args[2 * i]!, args[2 * i + 1]!));
      for (const { dtype, x, y } of keys.reverse()) {
        const { less, equal } = ordering(c, dtype)(x, y);
        const later = before && c.one("stablehlo.and", [equal(), before], bool);
        before = later ? c.one("stablehlo.or", [less(), later], bool) : less();
      }
      return [before!];
    });
    const attributes = { dimension: attr.i64(dimension), is_stable: attr.bool(stable) };
    return c.op("stablehlo.sort", operands, c.results.map(typeOf), attributes, [body]);
  },
});
/** The operands, reordered along `dimension` so that the first `numKeys` of them rise. */
export const sort = (operands: Many, dimension: number, options: { numKeys?: number; stable?: boolean } = {}) =>
  bind(sortOp, operands, { dimension, numKeys: options.numKeys ?? 1, stable: options.stable ?? true });

/** The `k` largest elements along the last dimension, falling, and their places. NaN counts as largest. */
export const topKOp: Op<{ k: number }, readonly [Tensor]> = defineOp({
  name: "top_k",
  shape: ([x], { k }) => {
    requireDType("top_k", x, "ordered");
    const n = x.shape.at(-1);
    if (n === undefined || !Number.isInteger(k) || k < 0 || k > n)
      throw new ShapeError(
        `top_k: got k = ${k} for ${longAval(x)}; expected a whole number from 0 to the size of the last dimension.`,
      );
    const shape = [...x.shape.slice(0, -1), k];
    return [withShape(x, shape), avalOf(shape, "int32")];
  },
  derivative: { joint: ([t], _operands, [, places]) => [t && takeAlong(t, places!, t.ndim - 1), null] },
  transpose: null,
  batch: ({ operands: [x], dims: [d], size, params }) => ({
    results: bind(topKOp, [batchFront(x, d, size)], params),
    dims: [0, 0],
  }),
  effect: "none",
  cost: "costly",
  lower: (c, [x], { k }) => {
    const [values, places] = c.results as readonly [Aval, Aval];
    const { dtype } = values;
    if (!isInteger(dtype) || !isNarrow(dtype))
      return c.op("chlo.top_k", [x], c.results.map(typeOf), { k: attr.i64(k) });
    // XLA's kernel takes whole bytes only.
    const wide = kindOf(dtype) === "uint" ? "uint8" : "int8";
    const operand = c.one("stablehlo.convert", [x], typeOf({ shape: c.operands[0]!.shape, dtype: wide }));
    const types = [typeOf({ shape: values.shape, dtype: wide }), typeOf(places)];
    const [top, at] = c.op("chlo.top_k", [operand], types, { k: attr.i64(k) });
    return [c.one("stablehlo.convert", [top!], typeOf(values)), at!];
  },
});
export function topK(x: Tensor, k: number): [values: Tensor, places: Tensor] {
  const [values, places] = bind(topKOp, [x], { k });
  return [values!, places!];
}
