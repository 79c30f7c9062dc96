// Comparisons, boolean logic and selection.
import { isComplex, isInexact } from "../../core/dtype.ts";
import { ShapeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import * as ops from "../../ops/binary.ts";
import { select as choose, compare, type Direction } from "../../ops/compare.ts";
import { imag, real } from "../../ops/complex.ts";
import { requireDType } from "../../ops/elementwise.ts";
import { beside } from "../../ops/literal.ts";
import { reduceAnd } from "../../ops/reduce.ts";
import { abs, not } from "../../ops/unary.ts";
import {
  broadcastShapes,
  broadcastTo,
  cast,
  owning,
  promote,
  promoteDTypes,
  settle,
  tensorOf,
  truth,
} from "../promote.ts";
import type { TensorLike } from "../types.ts";
import type { Binary } from "./binary.ts";
import { nonzero, type PlacesOptions } from "./places.ts";

const comparing = (name: string, direction: Direction): Binary =>
  owning((x, y) => {
    const [a, b] = promote(name, [x, y]) as [Tensor, Tensor];
    return settle(isComplex(a.dtype) ? compareComplex(a, direction, b) : compare(a, direction, b));
  });
/** By real part, and where these are equal by imaginary part. */
function compareComplex(x: Tensor, direction: Direction, y: Tensor): Tensor {
  if (direction === "EQ" || direction === "NE") return compare(x, direction, y);
  const same = compare(real(x), "EQ", real(y));
  return choose(same, compare(imag(x), direction, imag(y)), compare(real(x), direction, real(y)));
}
export const equal = comparing("equal", "EQ");
export const notEqual = comparing("notEqual", "NE");
export const less = comparing("less", "LT");
export const lessEqual = comparing("lessEqual", "LE");
export const greater = comparing("greater", "GT");
export const greaterEqual = comparing("greaterEqual", "GE");

const logical = (name: string, op: (x: Tensor, y: Tensor) => Tensor): Binary =>
  owning((x, y) => {
    const [a, b] = promote(name, [truth(x, name), truth(y, name)]) as [Tensor, Tensor];
    return settle(op(a, b));
  });
export const logicalAnd = logical("logicalAnd", ops.and);
export const logicalOr = logical("logicalOr", ops.or);
export const logicalXor = logical("logicalXor", ops.xor);
export const logicalNot = owning((x: TensorLike): Tensor => settle(not(truth(x, "logicalNot"))));
/** Every bit turned; booleans negated. @throws DTypeError for floats */
export const bitwiseNot = owning((x: TensorLike): Tensor => settle(not(tensorOf(x, "bitwiseNot"))));
export { bitwiseNot as bitwiseInvert, bitwiseNot as invert };

/**
 * `x` where `condition` holds, else `y`; all three broadcast together, `x` and `y` are promoted. Of a condition alone: the
 * places where it holds, as `nonzero`.
 */
export function where(condition: TensorLike, x: TensorLike, y: TensorLike): Tensor;
export function where(condition: TensorLike, options?: PlacesOptions): Tensor[];
export function where(condition: TensorLike, x?: TensorLike | PlacesOptions, y?: TensorLike): Tensor | Tensor[] {
  if (y !== undefined) return chosen(condition, x as TensorLike, y);
  if (x === undefined || isOptions(x)) return nonzero(condition, x);
  throw new ShapeError("where: got one choice, expected two (for where it holds and where it does not), or none.");
}
const isOptions = (x: TensorLike | PlacesOptions): x is PlacesOptions =>
  typeof x === "object" &&
  ("size" in x ? typeof x.size === "number" && Object.getPrototypeOf(x) === Object.prototype : "fillValue" in x);
const chosen = owning((condition: TensorLike, x: TensorLike, y: TensorLike): Tensor => {
  const test = truth(condition, "where");
  const [a, b] = promoteDTypes("where", [x, y]) as [Tensor, Tensor];
  const shape = broadcastShapes("where", [test.shape, a.shape, b.shape]);
  const which = test.ndim === 0 ? test : broadcastTo("where", test, shape);
  return settle(choose(which, broadcastTo("where", a, shape), broadcastTo("where", b, shape)));
});

/** The first choice whose condition holds, else `otherwise`. @throws ShapeError for lists of different lengths */
export const select = owning(function select(
  conditions: readonly TensorLike[],
  choices: readonly TensorLike[],
  otherwise: TensorLike = 0,
): Tensor {
  if (conditions.length !== choices.length || choices.length === 0)
    throw new ShapeError(
      `select: got ${conditions.length} conditions and ${choices.length} choices; expected as many, at least one.`,
    );
  const values = promoteDTypes("select", [...choices, otherwise]);
  return conditions.reduceRight<Tensor>((rest, c, i) => where(c, values[i]!, rest), values.at(-1)!);
});

/** `x` held between `min` and `max`, either of which may be null. */
export const clip = owning(function clip(
  x: TensorLike,
  min: TensorLike | null = null,
  max: TensorLike | null = null,
): Tensor {
  let t = tensorOf(x, "clip");
  // The bounds do not widen an array by its own scalar bound's kind: one promotion over all three.
  const [value, ...bounds] = promote("clip", [x, ...[min, max].filter((b): b is TensorLike => b !== null)]) as [
    Tensor,
    ...Tensor[],
  ];
  t = value;
  requireDType("clip", t.aval, "ordered");
  let next = 0;
  if (min !== null) t = ops.max(beside(t, bounds[next++]!), t);
  if (max !== null) t = ops.min(beside(t, bounds[next++]!), t);
  return settle(t);
});

interface Tolerance {
  readonly rtol?: number;
  readonly atol?: number;
  readonly equalNan?: boolean;
}

/** |x − y| ≤ atol + rtol·|y|, elementwise; infinities must be equal. */
export const isclose = owning(function isclose(x: TensorLike, y: TensorLike, options: Tolerance = {}): Tensor {
  const [a, b] = promote("isclose", [x, y]) as [Tensor, Tensor];
  const same = compare(a, "EQ", b);
  if (!isInexact(a.dtype)) {
    const [c, d] = [cast(a, "float32"), cast(b, "float32")];
    return settle(ops.or(same, near(c, d, options)));
  }
  const close = ops.or(same, ops.and(near(a, b, options), compare(abs(b), "LT", Number.POSITIVE_INFINITY)));
  if (!options.equalNan) return settle(close);
  return settle(ops.or(close, ops.and(compare(a, "NE", a), compare(b, "NE", b))));
});
const near = (a: Tensor, b: Tensor, { rtol = 1e-5, atol = 1e-8 }: Tolerance) =>
  compare(abs(ops.sub(a, b)), "LE", ops.add(ops.mul(abs(b), rtol), atol));

const everywhere = (t: Tensor): Tensor => reduceAnd(t, [...t.shape.keys()]);
/** A scalar bool: `isclose` everywhere. */
export const allclose = owning(
  (x: TensorLike, y: TensorLike, options: Tolerance = {}): Tensor => settle(everywhere(isclose(x, y, options))),
);
/** A scalar bool: equal shapes and elements. */
export const arrayEqual = owning(function arrayEqual(
  x: TensorLike,
  y: TensorLike,
  options: { readonly equalNan?: boolean } = {},
): Tensor {
  const [a, b] = promoteDTypes("arrayEqual", [x, y]) as [Tensor, Tensor];
  if (a.shape.join() !== b.shape.join()) return settle(tensorOf(false, "arrayEqual"));
  let same = compare(a, "EQ", b);
  if (options.equalNan && isInexact(a.dtype)) same = ops.or(same, ops.and(compare(a, "NE", a), compare(b, "NE", b)));
  return settle(everywhere(same));
});
/** A scalar bool: shapes that broadcast, and equal elements. */
export const arrayEquiv = owning(function arrayEquiv(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = promoteDTypes("arrayEquiv", [x, y]) as [Tensor, Tensor];
  const rank = Math.max(a.ndim, b.ndim);
  const size = (t: Tensor, d: number) => t.shape[d - rank + t.ndim] ?? 1;
  const fit = Array.from({ length: rank }, (_, d) => [size(a, d), size(b, d)]);
  if (fit.some(([n, m]) => n !== m && n !== 1 && m !== 1)) return settle(tensorOf(false, "arrayEquiv"));
  return settle(everywhere(tensorOf(equal(a, b), "arrayEquiv")));
});
