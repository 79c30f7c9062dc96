// Keys of the counter-based generator: uint32[2] tensors, made from seeds, split and folded.
import { fromBytes } from "../../compile/place.ts";
import { avalOf, longAval } from "../../core/aval.ts";
import { isInteger, itemSize } from "../../core/dtype.ts";
import { DTypeError, ShapeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { hasAmbient } from "../../core/trace.ts";
import { shiftRightLogical } from "../../ops/binary.ts";
import { counters } from "../../ops/counters.ts";
import { splat } from "../../ops/literal.ts";
import type { Words } from "../../ops/random-floats.ts";
import { broadcastInDim, concatenate, reshape, sliceInDim } from "../../ops/shape.ts";
import { threefry2x32 } from "../../ops/threefry.ts";
import { convert, copy } from "../../ops/unary.ts";
import { run } from "../nn/composite.ts";
import { type Shape, shapeOf } from "../np/axes.ts";
import { tensorOf } from "../promote.ts";
import type { TensorLike } from "../types.ts";

export type { Words };

const host = (x: unknown): x is number | bigint => typeof x === "number" || typeof x === "bigint";

function wholeNumber(name: string, what: string, value: number | bigint): bigint {
  if (typeof value === "number" && !Number.isSafeInteger(value))
    throw new DTypeError(`${name}: got ${what} ${value}, expected a whole number below 2^53, or a bigint.`);
  return BigInt(value);
}

/**
 * A key for the Threefry generator: uint32[2], the high and the low word of `seed`. As `jax.random.key_data(key(seed))`.
 *
 * A host seed from −2³¹ to 2³²−1 fills the low word only, as in JAX with its default of 32-bit integers; one beyond
 * that fills both words, as in JAX with 64-bit integers enabled, and so does an int64 or uint64 tensor.
 *
 * @throws DTypeError if the seed is no integer or has more than 64 bits; ShapeError if it is no scalar
 */
export function key(seed: number | bigint | Tensor): Tensor {
  if (host(seed)) {
    const n = wholeNumber("random.key", "seed", seed);
    if (n < -(2n ** 63n) || n >= 2n ** 64n)
      throw new DTypeError(`random.key: the seed ${n} has more than 64 bits; use one from −2^63 to 2^64 − 1.`);
    const narrow = n >= -(2n ** 31n) && n < 2n ** 32n;
    const low = Number(BigInt.asUintN(32, n));
    const high = narrow ? 0 : Number(BigInt.asUintN(64, n) >> 32n);
    if (hasAmbient()) return concatenate([splat(high, [1], "uint32"), splat(low, [1], "uint32")], 0);
    return fromBytes(new Uint8Array(new Uint32Array([high, low]).buffer), avalOf([2], "uint32"));
  }
  const t = tensorOf(seed, "random.key");
  if (!isInteger(t.dtype))
    throw new DTypeError(`random.key: got a seed of ${longAval(t.aval)}, expected an integer scalar.`);
  if (t.ndim !== 0)
    throw new ShapeError(
      `random.key: got a seed of ${longAval(t.aval)}, expected a scalar. For one key per seed use vmap(random.key).`,
    );
  return run("random.key", (s) => concatenate(seedWords(s!), 0), [t]);
}

/** An integer scalar as two words, each uint32[1]. */
function seedWords(seed: Tensor): [Tensor, Tensor] {
  const wide = itemSize(seed.dtype) === 8;
  const high = wide ? convert(shiftRightLogical(seed, 32n), "uint32") : splat(0, [], "uint32");
  return [reshape(high, [1]), reshape(convert(seed, "uint32"), [1])];
}

/** @throws DTypeError or ShapeError if `key` is none */
export function keyTensor(name: string, key: TensorLike): Tensor {
  const t = tensorOf(key, name);
  if (t.dtype !== "uint32" || t.ndim === 0 || t.shape.at(-1) !== 2)
    throw new DTypeError(
      `${name}: got a key of ${longAval(t.aval)}, expected uint32[2]. Make one with random.key(seed).`,
    );
  if (t.ndim !== 1)
    throw new ShapeError(
      `${name}: got keys of ${longAval(t.aval)}, expected one key, uint32[2]. Take one of them, or use vmap.`,
    );
  return t;
}

/**
 * The words of keys, uint32[..., 2]. Keys are raw words here, so these are the same tensor: freeing one frees both. As
 * `jax.random.key_data`. @throws DTypeError if `keys` are none
 */
export const keyData = (keys: Tensor): Tensor => keysTensor("random.keyData", keys);

/** Words uint32[..., 2] as keys: the same tensor, checked. As `jax.random.wrap_key_data` for Threefry. */
export const wrapKeyData = (words: TensorLike): Tensor => keysTensor("random.wrapKeyData", words);

/** Keys of the same words in memory of their own. As `jax.random.clone`; a key may be used twice without it. */
export const clone = (keys: Tensor): Tensor => run("random.clone", (k) => copy(k!), [keysTensor("random.clone", keys)]);

function keysTensor(name: string, keys: TensorLike): Tensor {
  const t = tensorOf(keys, name);
  if (t.dtype !== "uint32" || t.shape.at(-1) !== 2)
    throw new DTypeError(`${name}: got ${longAval(t.aval)}, expected keys, uint32[..., 2].`);
  return t;
}

export const wordsOf = (key: Tensor): Words => [sliceInDim(key, 0, 1, 0), sliceInDim(key, 1, 2, 0)];

/** The cipher: one operation, or its rounds in a loop, which compiles faster inside loops. */
export type Cipher = typeof threefry2x32;

/** Random words for every element of `shape`. */
export function encipher([k0, k1]: Words, shape: readonly number[], cipher: Cipher = threefry2x32): [Tensor, Tensor] {
  const spread = (word: Tensor): Tensor =>
    shape.length === 0 ? reshape(word, []) : broadcastInDim(word, shape, [shape.length - 1]);
  return cipher(spread(k0), spread(k1), ...counters(shape));
}

/** The words of `n` new keys. */
export function subkeys(words: Words, n: number, cipher?: Cipher): Words[] {
  const [a, b] = encipher(words, [n], cipher);
  return Array.from({ length: n }, (_, i) => [sliceInDim(a, i, i + 1, 0), sliceInDim(b, i, i + 1, 0)]);
}

/**
 * New keys, independent of each other and of `key`: uint32[num, 2], or [...shape, 2] for a shape. As
 * `jax.random.split`. Take them apart with `np.unstack` or `.at(i)`.
 */
export function split(key: Tensor, num: Shape = 2): Tensor {
  const shape = shapeOf("random.split", num);
  return run("random.split", (k) => concatenate([...encipher(wordsOf(k!), [...shape, 1])], shape.length), [
    keyTensor("random.split", key),
  ]);
}

/**
 * A new key that depends on `key` and on `data`: a whole number from 0 to 2³² − 1, or an integer scalar tensor. As
 * `jax.random.fold_in`.
 */
export function foldIn(key: Tensor, data: number | bigint | Tensor): Tensor {
  const name = "random.foldIn";
  let folded: Tensor;
  if (host(data)) {
    const n = wholeNumber(name, "data", data);
    if (n < 0n || n >= 2n ** 32n) throw new DTypeError(`${name}: got data ${n}, expected 0 to 2^32 − 1.`);
    folded = splat(Number(n), [1], "uint32");
  } else {
    const t = tensorOf(data, name);
    if (!isInteger(t.dtype) || t.ndim !== 0)
      throw new DTypeError(`${name}: got data of ${longAval(t.aval)}, expected an integer scalar.`);
    folded = t;
  }
  const body = (k: Tensor, d: Tensor) =>
    concatenate(threefry2x32(...wordsOf(k), splat(0, [1], "uint32"), reshape(convert(d, "uint32"), [1])), 0);
  return run(name, (k, d) => body(k!, d!), [keyTensor(name, key), folded]);
}
