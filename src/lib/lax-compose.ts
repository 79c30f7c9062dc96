// lax: functions made of other primitives, and the general reduction.
import type { AnyFunction } from "../compile/stage.ts";
import { betainc as incompleteBeta } from "../control/incomplete-beta.ts";
import * as gammas from "../control/incomplete-gamma.ts";
import { longAval, sameShape } from "../core/aval.ts";
import { bitsOf, type DType, isInteger, kindOf, maxValue } from "../core/dtype.ts";
import { DTypeError, ShapeError } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import { flatten, unflatten } from "../core/tree.ts";
import { besselI0e as scaledI0 } from "../ops/bessel.ts";
import { add, and, mul, shiftRightArithmetic, shiftRightLogical } from "../ops/binary.ts";
import { highest, lowest } from "../ops/literal.ts";
import * as reductions from "../ops/reduce.ts";
import * as ops from "../ops/shape.ts";
import { convert, neg, polygamma as polygammaOf, besselI1e as scaledI1, zeta as zetaOf } from "../ops/unary.ts";
import { type GatherOptions, type ScatterDimensionNumbers, scatterAdd } from "./lax-dynamic.ts";
import * as elementwise from "./lax-elementwise.ts";
import { operandsOf } from "./lax-operands.ts";
import { concatenate, full, split } from "./lax-shape.ts";
import { reduceWindow } from "./lax-window.ts";
import { run } from "./nn/composite.ts";
import { axesOf, axisOf, shapeOf } from "./np/axes.ts";
import { broadcastTo, owning, settle, tensorOf } from "./promote.ts";
import type { Like, Tensors } from "./trees.ts";
import type { TensorLike } from "./types.ts";

type Dims = readonly number[];

/** The dtype that a value has here. As `jax.lax.dtype`. */
export const dtype = (x: TensorLike): DType => tensorOf(x, "dtype").dtype;

/** New leading dimensions of size 1 up to `rank`. As `jax.lax.broadcast_to_rank`. @throws ShapeError for a lower rank */
export function broadcastToRank(x: TensorLike, rank: number): Tensor {
  const t = tensorOf(x, "broadcastToRank");
  if (rank < t.ndim)
    throw new ShapeError(`broadcastToRank: got ${longAval(t.aval)} and rank ${rank}, expected at least ${t.ndim}.`);
  return settle(ops.expandDims(t, [...Array(rank - t.ndim).keys()]));
}

/** `x` repeated to the shape of `like`, by NumPy's rule. As `jax.lax.broadcast_like`. @throws ShapeError */
export const broadcastLike = (x: TensorLike, like: TensorLike): Tensor =>
  settle(broadcastTo("broadcastLike", tensorOf(x, "broadcastLike"), tensorOf(like, "broadcastLike").shape));

/** Tensors of one shape along a new axis. As `jax.lax.stack`. @throws ShapeError if the shapes differ or there is none */
export const stack = owning(function stack(xs: readonly TensorLike[], axis = 0): Tensor {
  const tensors = xs.map((x) => tensorOf(x, "stack"));
  const first = tensors[0];
  if (first === undefined || tensors.some((t) => !sameShape(t.shape, first.shape)))
    throw new ShapeError(
      `stack: got ${tensors.map((t) => longAval(t.aval)).join(", ") || "no tensors"}; expected one shape, of at least one tensor.`,
    );
  const at = axisOf("stack", axis, first.ndim + 1);
  return concatenate(
    tensors.map((t) => ops.expandDims(t, [at])),
    at,
  );
});

/** The slices along an axis, without it. As `jax.lax.unstack`. */
export const unstack = owning(function unstack(x: TensorLike, axis = 0): Tensor[] {
  const t = tensorOf(x, "unstack");
  const at = axisOf("unstack", axis, t.ndim);
  const sizes = new Array<number>(t.shape[at]!).fill(1);
  return split(t, sizes, at).map((s) => settle(ops.squeeze(s, [at])));
});

/** `x` repeated `reps[d]` times along each dimension. As `jax.lax.tile`. @throws ShapeError for another number of them */
export const tile = owning(function tile(x: TensorLike, reps: Dims): Tensor {
  const t = tensorOf(x, "tile");
  const counts = shapeOf("tile", reps);
  if (counts.length !== t.ndim)
    throw new ShapeError(`tile: got reps [${reps}] for ${longAval(t.aval)}, expected one for each dimension.`);
  const pairs = t.shape.flatMap((n, d) => [counts[d]!, n]);
  const places = t.shape.map((_, d) => 2 * d + 1);
  return settle(
    ops.reshape(
      ops.broadcastInDim(t, pairs, places),
      t.shape.map((n, d) => n * counts[d]!),
    ),
  );
});

/** A tensor whose elements nobody should read before writing them: zeros here. As `jax.lax.empty`. */
export const empty = (shape: Dims, type: DType): Tensor =>
  full(shape, type === "bool" ? false : type.endsWith("int64") ? 0n : 0, type);

/**
 * The upper half of the bits of the product of integers, which has twice as many. As `jax.lax.mulhi`.
 * @throws DTypeError for other dtypes
 */
export const mulhi = owning(function mulhi(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = operandsOf("mulhi", [x, y]) as [Tensor, Tensor];
  if (!isInteger(a.dtype) || a.dtype !== b.dtype)
    throw new DTypeError(`mulhi: got ${longAval(a.aval)} and ${longAval(b.aval)}, expected integers of one dtype.`);
  const bits = bitsOf(a.dtype);
  const signed = kindOf(a.dtype) === "int";
  const shift = signed ? shiftRightArithmetic : shiftRightLogical;
  const wide = signed ? "int64" : "uint64";
  if (bits < 64)
    return run("mulhi", (p, q) => convert(shift(mul(convert(p!, wide), convert(q!, wide)), BigInt(bits)), a.dtype), [
      a,
      b,
    ]);
  // By halves of 32 bits: (p₁ 2³² + p₀) (q₁ 2³² + q₀), the lower halves unsigned.
  return run(
    "mulhi",
    (p, q) => {
      const low = (t: Tensor) => and(t, 0xffffffffn);
      const high = (t: Tensor) => shift(t, 32n);
      const carry = shiftRightLogical(mul(low(p!), low(q!)), 32n);
      const first = add(mul(high(p!), low(q!)), carry);
      const second = add(mul(low(p!), high(q!)), low(first));
      return add(add(mul(high(p!), high(q!)), high(first)), high(second));
    },
    [a, b],
  );
});

/** Subtracts updates. As `jax.lax.scatter_sub`. */
export const scatterSub = owning(function scatterSub(
  x: TensorLike,
  indices: TensorLike,
  updates: TensorLike,
  dims: ScatterDimensionNumbers,
  options: GatherOptions = {},
): Tensor {
  return scatterAdd(x, indices, neg(tensorOf(updates, "scatterSub")), dims, options);
});

/** Regularised lower incomplete gamma function P(a, x). As `jax.lax.igamma`. */
export const igamma = special("igamma", gammas.igamma);
/** Regularised upper incomplete gamma function Q(a, x). As `jax.lax.igammac`. */
export const igammac = special("igammac", gammas.igammac);
/** ∂P(a, x) / ∂a. As `jax.lax.igamma_grad_a`. */
export const igammaGradA = special("igammaGradA", gammas.igammaGradA);
/** dx/da of a sample x of Gamma(a) at a fixed quantile. As `jax.lax.random_gamma_grad`. */
export const randomGammaGrad = special("randomGammaGrad", gammas.randomGammaGrad);

function special(name: string, op: (a: Tensor, x: Tensor) => Tensor): elementwise.Binary {
  return owning((a, x) => {
    const [p, q] = operandsOf(name, [a, x]) as [Tensor, Tensor];
    return settle(op(p, q));
  });
}

/** The derivative of digamma of order `m`, a whole number from 0 (or floats of them). As `jax.lax.polygamma`. */
export const polygamma = special("polygamma", polygammaOf);
/** Hurwitz's zeta function ζ(x, q) = Σ (q + k)⁻ˣ; not differentiable, as in JAX. As `jax.lax.zeta`. */
export const zeta = special("zeta", zetaOf);
/** e^−|x| I₀(x) of the modified Bessel function. As `jax.lax.bessel_i0e`. */
export const besselI0e: elementwise.Unary = owning((x) => settle(scaledI0(tensorOf(x, "besselI0e"))));
/** e^−|x| I₁(x) of the modified Bessel function. As `jax.lax.bessel_i1e`. */
export const besselI1e: elementwise.Unary = owning((x) => settle(scaledI1(tensorOf(x, "besselI1e"))));
/** The regularised incomplete beta function I(x; a, b), differentiable by x. As `jax.lax.betainc`. */
export const betainc = owning(function betainc(a: TensorLike, b: TensorLike, x: TensorLike): Tensor {
  return settle(incompleteBeta(...(operandsOf("betainc", [a, b, x]) as [Tensor, Tensor, Tensor])));
});

type Reduction = (x: Tensor, axes: Dims) => Tensor;
type Identity = (d: DType) => number | bigint | boolean;
const zero: Identity = (d) => (d === "bool" ? false : d.endsWith("int64") ? 0n : 0);
const unit: Identity = (d) => (d.endsWith("int64") ? 1n : 1);
const ones: Identity = (d) => (d === "bool" ? true : kindOf(d) === "uint" ? maxValue(d) : d === "int64" ? -1n : -1);

/** Reductions that have an operation of their own, with every derivative. */
const known: readonly (readonly [f: unknown, reduce: Reduction, identity: Identity])[] = [
  [elementwise.add, reductions.reduceSum, zero],
  [elementwise.mul, reductions.reduceProd, unit],
  [elementwise.max, reductions.reduceMax, lowest],
  [elementwise.min, reductions.reduceMin, highest],
  [elementwise.bitwiseAnd, reductions.reduceAnd, ones],
  [elementwise.bitwiseOr, reductions.reduceOr, zero],
  [elementwise.bitwiseXor, reductions.reduceXor, zero],
];

/**
 * Reduces `dimensions` of `operands` (a tensor, or a tree of tensors of one shape, reduced together) with the
 * associative `computation(a, b)` of scalars, beginning with `initValues`, its neutral values. The primitives `lax.add`,
 * `mul`, `max`, `min`, `bitwiseAnd`, `bitwiseOr` and `bitwiseXor` with their neutral numbers are the operations
 * `reduceSum` and so on; others have forward derivatives only. As `jax.lax.reduce`.
 *
 * @throws ShapeError, DTypeError, TreeError for dimensions, initial values or results that do not fit
 */
export function reduce<const T>(
  operands: T,
  initValues: Like<NoInfer<T>>,
  computation: (a: Tensors<NoInfer<T>>, b: Tensors<NoInfer<T>>) => Like<NoInfer<T>>,
  dimensions: Dims,
): Tensors<T> {
  const { leaves, def } = flatten(operands, "operands");
  const tensors = leaves.map((l) => tensorOf(l as TensorLike, "reduce"));
  const first = tensors[0];
  if (first === undefined || tensors.some((t) => !sameShape(t.shape, first.shape)))
    throw new ShapeError(
      `reduce: got ${tensors.map((t) => longAval(t.aval)).join(", ") || "no tensors"}; expected one shape, of at least one tensor.`,
    );
  const axes = axesOf("reduce", dimensions, first.ndim);
  const own = known.find(([f]) => f === computation);
  const init: unknown = initValues;
  if (own !== undefined && tensors.length === 1 && isNeutral(init, own[2](first.dtype)))
    return unflatten(def, [settle(own[1](first, axes))]) as Tensors<T>;
  const window = first.shape.map((n, d) => (axes.includes(d) ? n : 1));
  if (window.includes(0)) {
    const shape = first.shape.filter((_, d) => !axes.includes(d));
    const starts = flatten(initValues, "initValues").leaves;
    return unflatten(
      def,
      tensors.map((t, i) => full(shape, starts[i] as TensorLike, t.dtype)),
    ) as Tensors<T>;
  }
  const whole = reduceWindow(operands, initValues, computation as AnyFunction as never, window);
  const reduced = flatten(whole, "result").leaves.map((l) => settle(ops.squeeze(l as Tensor, axes)));
  return unflatten(def, reduced) as Tensors<T>;
}

/** Whether a host scalar is the neutral value. */
const isNeutral = (init: unknown, neutral: number | bigint | boolean): boolean =>
  (typeof init === "number" || typeof init === "bigint" || typeof init === "boolean") &&
  Number(init) === Number(neutral);
