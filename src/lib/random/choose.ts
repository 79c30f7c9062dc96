// Draws among given things: categorical, permutation, choice.
import { longAval } from "../../core/aval.ts";
import { isFloat } from "../../core/dtype.ts";
import { DTypeError, ShapeError } from "../../core/errors.ts";
import { Tensor } from "../../core/tensor.ts";
import { moveDim } from "../../ops/batching.ts";
import { add, mul, sub } from "../../ops/binary.ts";
import { lt } from "../../ops/compare.ts";
import { cumsum } from "../../ops/cumulative.ts";
import { takeRows } from "../../ops/gather.ts";
import { like } from "../../ops/literal.ts";
import { argmax, reduceSum } from "../../ops/reduce.ts";
import { broadcastInDim, iota, reshape, sliceInDim } from "../../ops/shape.ts";
import { sort, topK } from "../../ops/sort.ts";
import { convert, log } from "../../ops/unary.ts";
import { run } from "../nn/composite.ts";
import { axisOf, type Shape, shapeOf } from "../np/axes.ts";
import { broadcastShapes, broadcastTo, tensorOf } from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { drawBits, drawUnit } from "./bits.ts";
import { drawGumbel, type GumbelMode, requireMode } from "./gumbel.ts";
import { keyTensor, subkeys, type Words, wordsOf } from "./key.ts";
import { randint } from "./randint.ts";

const product = (shape: readonly number[]) => shape.reduce((n, d) => n * d, 1);

/**
 * Indices, int32, drawn with probabilities softmax(logits) along `axis`. `shape` is that of the result; its last
 * dimensions broadcast with the other dimensions of `logits`, which it is by default. Without replacement the draws
 * along the leading dimensions of `shape`, which then must end in exactly the others, are different. As
 * `jax.random.categorical`: the largest of logits + Gumbel noise (`mode` as in `gumbel`).
 *
 * @throws DTypeError if the logits are no floats; ShapeError if `shape` does not fit, or asks for more different draws
 * than there are categories
 */
export function categorical(
  key: Tensor,
  logits: Tensor,
  axis = -1,
  shape?: Shape,
  replace = true,
  mode: GumbelMode = "low",
): Tensor {
  const name = "random.categorical";
  const x = tensorOf(logits, name);
  if (!isFloat(x.dtype)) throw new DTypeError(`${name}: got logits of ${longAval(x.aval)}, expected floats.`);
  requireMode(name, mode);
  const at = axisOf(name, axis, x.ndim);
  const others = x.shape.filter((_, d) => d !== at);
  const sizes = shape === undefined ? others : shapeOf(name, shape);
  const prefix = sizes.length - others.length;
  const ends = !replace && prefix >= 0 ? sizes.slice(prefix).join() === others.join() : replace;
  if (prefix < 0 || !ends || broadcastShapes(name, [sizes, others]).some((n, d) => n !== sizes[d]))
    throw new ShapeError(
      `${name}: got shape [${sizes}] for logits of ${longAval(x.aval)} along axis ${at}; expected one that ends in [${others}].`,
    );
  const [k, categories] = [keyTensor(name, key), x.shape[at]!];
  if (!replace) {
    const draws = product(sizes.slice(0, prefix));
    if (draws > categories)
      throw new ShapeError(`${name}: got ${draws} draws without replacement from ${categories} categories.`);
    const body = (t: Tensor, l: Tensor) => {
      const noisy = add(drawGumbel(wordsOf(t), l.shape, l.dtype, mode), l);
      const [, places] = topK(moveDim(noisy, at, l.ndim - 1), draws);
      return reshape(moveDim(places, places.ndim - 1, 0), sizes);
    };
    return run(name, (t, l) => body(t!, l!), [k, x]);
  }
  const drawn = [...sizes];
  drawn.splice(prefix + at, 0, categories);
  const body = (t: Tensor, l: Tensor) =>
    argmax(add(drawGumbel(wordsOf(t), drawn, l.dtype, mode), broadcastTo(name, l, drawn)), prefix + at);
  return run(name, (t, l) => body(t!, l!), [k, x]);
}

/** `x` shuffled along `axis`, each row by itself: sorted by random keys, often enough that ties do not matter. */
function shuffle(words: Words, x: Tensor, axis: number): Tensor {
  const exponent = 3;
  const rounds = Math.ceil((exponent * Math.log(Math.max(1, x.size))) / Math.log(2 ** 32 - 1));
  let [current, result] = [words, x];
  for (let round = 0; round < rounds; round++) {
    const [next, used] = subkeys(current, 2) as [Words, Words];
    result = sort([drawBits(used, x.shape, 32), result], axis)[1]!;
    current = next;
  }
  return result;
}

function take(x: Tensor, ids: Tensor, axis: number): Tensor {
  const rows = takeRows(moveDim(x, axis, 0), ids);
  // The index's dimensions lead; they belong where `axis` was.
  let result = rows;
  for (let d = 0; d < ids.ndim; d++) result = moveDim(result, ids.ndim - 1, ids.ndim - 1 + axis);
  return result;
}

const wholeSize = (name: string, n: number): number => {
  if (!Number.isInteger(n) || n < 0) throw new ShapeError(`${name}: got ${n} things, expected a whole number ≥ 0.`);
  return n;
};

function shuffled(words: Words, x: Tensor | number, axis: number, independent: boolean): Tensor {
  if (typeof x === "number") return shuffle(words, iota("int32", [x]), 0);
  if (independent || x.ndim === 1) return shuffle(words, x, axis);
  return take(x, shuffle(words, iota("int32", [x.shape[axis]!]), 0), axis);
}

/**
 * 0 … x−1 in random order (int32) for a number `x`; else `x` with its slices along `axis` in random order, or, with
 * `independent`, every row along it in an order of its own. As `jax.random.permutation`.
 */
export function permutation(
  key: Tensor,
  x: number | Tensor,
  axis = 0,
  options: { readonly independent?: boolean } = {},
): Tensor {
  const name = "random.permutation";
  const k = keyTensor(name, key);
  if (typeof x === "number") {
    const n = wholeSize(name, x);
    return run(name, (t) => shuffled(wordsOf(t!), n, 0, false), [k]);
  }
  const values = tensorOf(x, name);
  const at = axisOf(name, axis, values.ndim);
  const body = (t: Tensor, v: Tensor) => shuffled(wordsOf(t), v, at, options.independent ?? false);
  return run(name, (t, v) => body(t!, v!), [k, values]);
}

export interface ChoiceOptions {
  /** The same thing may come more than once; true by default. */
  readonly replace?: boolean;
  /** Probabilities of the things, a float vector; uniform by default. */
  readonly p?: TensorLike;
  /** The axis of `a` along which the things lie. */
  readonly axis?: number;
  /** Of the noise that chooses without replacement by `p`, as in `gumbel`. */
  readonly mode?: GumbelMode;
}

/**
 * `shape` things drawn from 0 … a−1 for a number `a`, else from the slices of `a` along an axis. As
 * `jax.random.choice`.
 *
 * @throws ShapeError if there are no things, or fewer than are asked for without replacement
 */
export function choice(key: Tensor, a: number | Tensor, shape: Shape = [], options: ChoiceOptions = {}): Tensor {
  const name = "random.choice";
  const { replace = true, mode = "low" } = options;
  requireMode(name, mode);
  const k = keyTensor(name, key);
  const sizes = shapeOf(name, shape);
  const draws = product(sizes);
  const values = a instanceof Tensor ? tensorOf(a, name) : undefined;
  const axis = values === undefined ? 0 : axisOf(name, options.axis ?? 0, values.ndim);
  const n = values === undefined ? wholeSize(name, a as number) : values.shape[axis]!;
  if (draws > 0 && n === 0) throw new ShapeError(`${name}: got no things to choose from.`);
  if (!replace && draws > n)
    throw new ShapeError(`${name}: got ${draws} draws without replacement from ${n} things; draw at most ${n}.`);
  const weights = options.p === undefined ? undefined : tensorOf(options.p, name);
  if (weights !== undefined && (!isFloat(weights.dtype) || weights.ndim !== 1 || weights.size !== n))
    throw new ShapeError(`${name}: got p of ${longAval(weights.aval)}, expected ${n} floats, one for each thing.`);
  const pick = (ids: Tensor, v: Tensor | undefined): Tensor => (v === undefined ? ids : take(v, ids, axis));
  const body = (t: Tensor, v: Tensor | undefined, p: Tensor | undefined): Tensor => {
    if (p !== undefined) return pick(reshape(weighted(wordsOf(t), p, sizes, draws, replace, mode), sizes), v);
    if (replace) return pick(randint(t, sizes, 0, Math.max(n, 1)), v);
    const first = sliceInDim(shuffled(wordsOf(t), v ?? n, axis, false), 0, draws, axis);
    return reshape(first, [...first.shape.slice(0, axis), ...sizes, ...first.shape.slice(axis + 1)]);
  };
  const inputs = [k, ...(values ? [values] : []), ...(weights ? [weights] : [])];
  return run(name, (t, ...rest) => body(t!, values && rest[0], weights && rest.at(-1)), inputs);
}

/** Indices drawn with probabilities `p`. */
function weighted(
  words: Words,
  p: Tensor,
  shape: readonly number[],
  draws: number,
  replace: boolean,
  mode: GumbelMode,
): Tensor {
  const n = p.size;
  // The k largest of log p + Gumbel noise are a sample without replacement.
  if (!replace) return topK(add(drawGumbel(words, [n], p.dtype, mode), log(p)), draws)[1];
  const sums = cumsum(p, 0);
  const total = broadcastInDim(reshape(sliceInDim(sums, n - 1, n, 0), []), shape, []);
  const u = drawUnit(words, shape, p.dtype);
  const r = mul(sub(like(u, 1), u), total);
  // The first place whose running sum reaches r: as many as lie below it.
  const wide = [...shape, n];
  const below = lt(
    broadcastInDim(sums, wide, [shape.length]),
    broadcastInDim(
      r,
      wide,
      shape.map((_, d) => d),
    ),
  );
  return reduceSum(convert(below, "int32"), [shape.length]);
}
