// Reductions over axes.
import { attr } from "../../hlo/attributes.ts";
import type { Value } from "../../hlo/module.ts";
import { avalOf, longAval, withDType, withShape } from "../core/aval.ts";
import { type DType, isBigInteger, isFloat, isInteger, isNarrow, kindOf, maxValue } from "../core/dtype.ts";
import { ShapeError } from "../core/errors.ts";
import { type LoweringContext, typeOf } from "../core/lowering.ts";
import { defineOp, type Op, type OperandDerivative, type Transpose } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind1 } from "../core/trace.ts";
import { shifted } from "./batching.ts";
import { div, larger, mul, smaller } from "./binary.ts";
import { comparison, eq } from "./compare.ts";
import { cumprod } from "./cumulative.ts";
import { type Accepts, requireDType } from "./elementwise.ts";
import { highest, lowest } from "./literal.ts";
import { broadcastInDim, pad } from "./shape.ts";
import { convert } from "./unary.ts";

interface ReduceParams {
  readonly axes: readonly number[];
}
export type ReduceOp = Op<ReduceParams, readonly [Tensor]>;
type One = readonly [Tensor];

interface ReductionSpec {
  readonly accepts: Accepts;
  /** StableHLO name of the reducer, or a rule on scalars. */
  readonly lower: string | ((c: LoweringContext, x: Value, y: Value, dtype: DType) => Value);
  readonly initial: (dtype: DType) => number | bigint | boolean;
  readonly derivative: OperandDerivative<ReduceParams, One>;
  readonly transpose: Transpose<ReduceParams, One> | null;
}

const kept = (rank: number, axes: readonly number[]) =>
  Array.from({ length: rank }, (_, i) => i).filter((i) => !axes.includes(i));

function reduction(name: string, spec: ReductionSpec): ReduceOp {
  const op: ReduceOp = defineOp({
    name,
    shape: ([x], { axes }) => {
      requireDType(name, x, spec.accepts);
      if (axes.some((a) => !(a >= 0 && a < x.shape.length)) || new Set(axes).size !== axes.length)
        throw new ShapeError(
          `${name}: got axes [${axes}] for ${longAval(x)}; expected different axes below ${x.shape.length}.`,
        );
      return [
        withShape(
          x,
          kept(x.shape.length, axes).map((d) => x.shape[d]!),
        ),
      ];
    },
    derivative: [spec.derivative],
    transpose: spec.transpose,
    batch: ({ operands: [x], dims: [d], params: { axes } }) => {
      const result = bind1(op, [x], { axes: axes.map((a) => shifted(a, d!)) });
      return { results: [result], dims: [d! - axes.filter((a) => a < d!).length] };
    },
    effect: "none",
    cost: "costly",
    lower: (c, [x], { axes }) => {
      const { dtype } = c.results[0]!;
      const scalar = typeOf({ shape: [], dtype });
      const initial = c.constant(scalar, spec.initial(dtype));
      const { lower } = spec;
      const body = c.region([scalar, scalar], (a, b) => [
        typeof lower === "string" ? c.one(lower, [a!, b!], scalar) : lower(c, a!, b!, dtype),
      ]);
      return c.op(
        "stablehlo.reduce",
        [x, initial],
        [typeOf(c.results[0]!)],
        { dimensions: attr.i64s([...axes].sort((a, b) => a - b)) },
        [body],
      );
    },
  });
  return op;
}

const apply = (op: ReduceOp) => (x: Tensor, axes: readonly number[]) =>
  axes.length === 0 ? x : bind1(op, [x], { axes });

/** `y`, reduced over `axes`, back in the shape of `x`. */
export function spread(y: Tensor, x: { readonly shape: readonly number[] }, axes: readonly number[]): Tensor {
  return broadcastInDim(y, x.shape, kept(x.shape.length, axes));
}

const unit = (n: 0 | 1) => (d: DType) => (isBigInteger(d) ? BigInt(n) : d === "bool" ? n === 1 : n);

export const reduceSumOp = reduction("reduce_sum", {
  accepts: "number",
  lower: "stablehlo.add",
  initial: unit(0),
  derivative: "linear",
  transpose: ({ cotangents: [ct], avals: [x], params: { axes } }) => [ct && spread(ct, x, axes)],
});
export const reduceSum = apply(reduceSumOp);

/** Along each reduced axis in turn: the tangent times the product of what is before and of what is after. */
const productRule: OperandDerivative<ReduceParams, One> = (t, [x], _results, { axes }) => {
  let [value, tangent] = [x, t];
  for (const axis of [...axes].sort((a, b) => b - a)) {
    const others = mul(exclusiveProduct(value, axis, false), exclusiveProduct(value, axis, true));
    tangent = reduceSum(mul(tangent, others), [axis]);
    value = reduceProd(value, [axis]);
  }
  return tangent;
};

/** The product of the elements before each one along `axis`, or after it. */
function exclusiveProduct(x: Tensor, axis: number, after: boolean): Tensor {
  const n = x.shape[axis]!;
  if (n === 0) return x;
  const at = (p: number) => x.shape.map((_, d) => (d === axis ? p : 0));
  const shift = after ? [at(-1), at(1)] : [at(1), at(-1)];
  return cumprod(pad(x, 1, shift[0]!, shift[1]!), axis, after);
}
export const reduceProdOp = reduction("reduce_prod", {
  accepts: "number",
  lower: "stablehlo.multiply",
  initial: unit(1),
  derivative: productRule,
  transpose: null,
});
export const reduceProd = apply(reduceProdOp);

/** Ties share the derivative equally. */
const extreme: OperandDerivative<ReduceParams, One> = (t, [x], [y], { axes }) => {
  const where = convert(eq(x, spread(y!, x, axes)), x.dtype);
  return div(reduceSum(mul(t, where), axes), reduceSum(where, axes));
};
export const reduceMaxOp = reduction("reduce_max", {
  accepts: "any",
  lower: (c, x, y, dtype) => larger(c, x, y, typeOf({ shape: [], dtype })),
  initial: lowest,
  derivative: extreme,
  transpose: null,
});
export const reduceMax = apply(reduceMaxOp);
export const reduceMinOp = reduction("reduce_min", {
  accepts: "any",
  lower: (c, x, y, dtype) => smaller(c, x, y, typeOf({ shape: [], dtype })),
  initial: highest,
  derivative: extreme,
  transpose: null,
});
export const reduceMin = apply(reduceMinOp);
const logical = (name: string, lower: string, one: boolean) =>
  reduction(name, { accepts: "bits", lower, initial: (d) => identity(d, one), derivative: "none", transpose: null });
const identity = (d: DType, ones: boolean) => {
  if (d === "bool") return ones;
  const all = kindOf(d) === "uint" ? maxValue(d) : -1;
  const value = ones ? all : 0;
  return d.endsWith("int64") ? BigInt(value) : value;
};
export const reduceAndOp = logical("reduce_and", "stablehlo.and", true);
export const reduceAnd = apply(reduceAndOp);
export const reduceOrOp = logical("reduce_or", "stablehlo.or", false);
export const reduceOr = apply(reduceOrOp);
export const reduceXorOp = logical("reduce_xor", "stablehlo.xor", false);
export const reduceXor = apply(reduceXorOp);

interface ArgParams {
  readonly axis: number;
  readonly indexDtype: DType;
}

/** Index of the extreme element along one axis: the first NaN if there is one, else the first of equals. */
function argExtreme(name: string, direction: "GT" | "LT", worst: (d: DType) => number | bigint | boolean) {
  const op: Op<ArgParams, One> = defineOp({
    name,
    shape: ([x], { axis, indexDtype }) => {
      requireDType(name, x, "ordered");
      if (!(axis >= 0 && axis < x.shape.length) || x.shape[axis] === 0)
        throw new ShapeError(`${name}: got axis ${axis} for ${longAval(x)}; expected an axis that is not empty.`);
      return [
        avalOf(
          x.shape.filter((_, i) => i !== axis),
          indexDtype,
        ),
      ];
    },
    derivative: ["none"],
    transpose: null,
    batch: ({ operands: [x], dims: [d], params: { axis, indexDtype } }) => ({
      results: [bind1(op, [x], { axis: shifted(axis, d!), indexDtype })],
      dims: [d! - (axis < d! ? 1 : 0)],
    }),
    effect: "none",
    cost: "costly",
    lower: (c, [given], { axis, indexDtype }) => {
      const own = c.operands[0]!;
      // XLA's expander of such reductions takes whole bytes only.
      const narrow = isInteger(own.dtype) && isNarrow(own.dtype);
      const a = narrow ? withDType(own, kindOf(own.dtype) === "uint" ? "uint8" : "int8") : own;
      const x = narrow ? c.one("stablehlo.convert", [given], typeOf(a)) : given;
      const index = typeOf({ shape: [], dtype: indexDtype });
      const value = typeOf({ shape: [], dtype: a.dtype });
      const indices = c.one("stablehlo.iota", [], typeOf({ shape: a.shape, dtype: indexDtype }), {
        iota_dimension: attr.i64(axis),
      });
      const zero = indexDtype.endsWith("int64") ? 0n : 0;
      const initial = [c.constant(value, worst(a.dtype)), c.constant(index, zero)];
      const body = c.region([value, index, value, index], (x0, i0, x1, i1) => {
        const bool = typeOf({ shape: [], dtype: "bool" });
        const test = (p: typeof x, direction: string, q: typeof x, type: string) =>
          c.one("stablehlo.compare", [p, q], bool, {
            comparison_direction: attr.enum("comparison_direction", direction),
            compare_type: attr.enum("comparison_type", type),
          });
        const kind = comparison(a.dtype);
        const indexKind = kindOf(indexDtype) === "uint" ? "UNSIGNED" : "SIGNED";
        const both = (name: string, p: typeof x, q: typeof x) => c.one(`stablehlo.${name}`, [p, q], bool);
        let better = test(x0!, direction, x1!, kind);
        if (isFloat(a.dtype)) better = both("or", better, test(x0!, "NE", x0!, kind));
        let tie = test(x0!, "EQ", x1!, kind);
        if (isFloat(a.dtype))
          tie = both("or", tie, both("and", test(x0!, "NE", x0!, kind), test(x1!, "NE", x1!, kind)));
        const earlier = both("and", tie, test(i0!, "LT", i1!, indexKind));
        const bothNaN = isFloat(a.dtype) ? both("and", test(x0!, "NE", x0!, kind), test(x1!, "NE", x1!, kind)) : null;
        const strictly = bothNaN ? both("and", better, c.one("stablehlo.not", [bothNaN], bool)) : better;
        const first = both("or", strictly, earlier);
        return [
          c.one("stablehlo.select", [better, x0!, x1!], value),
          c.one("stablehlo.select", [first, i0!, i1!], index),
        ];
      });
      const results = c.op(
        "stablehlo.reduce",
        [x, indices, ...initial],
        [typeOf({ shape: c.results[0]!.shape, dtype: a.dtype }), typeOf(c.results[0]!)],
        { dimensions: attr.i64s([axis]) },
        [body],
      );
      return [results[1]!];
    },
  });
  return op;
}
export const argmaxOp = argExtreme("argmax", "GT", lowest);
export const argmax = (x: Tensor, axis: number, indexDtype: DType = "int32"): Tensor =>
  bind1(argmaxOp, [x], { axis, indexDtype });
export const argminOp = argExtreme("argmin", "LT", highest);
export const argmin = (x: Tensor, axis: number, indexDtype: DType = "int32"): Tensor =>
  bind1(argminOp, [x], { axis, indexDtype });
