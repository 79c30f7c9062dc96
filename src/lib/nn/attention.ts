// Scaled dot-product attention with grouped heads, bias and masks.
import { longAval } from "../../core/aval.ts";
import { type DType, isFloat, maxValue } from "../../core/dtype.ts";
import { DTypeError, ShapeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { add, and, mul, sub } from "../../ops/binary.ts";
import { ge, le, lt, select } from "../../ops/compare.ts";
import { dotGeneral } from "../../ops/dot.ts";
import { splat } from "../../ops/literal.ts";
import { broadcastInDim, expandDims, iota, reshape, transpose } from "../../ops/shape.ts";
import { convert, stopGradientTensor } from "../../ops/unary.ts";
import { runTogether } from "../function-graph.ts";
import { broadcastTo, cast, settle, tensorOf } from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { logsumexp, softmax } from "./softmax.ts";

export interface AttentionOptions {
  /** Added to the scaled logits; broadcasts to [B, N, T, S]. */
  readonly bias?: TensorLike;
  /** Where false, a query does not see a key; boolean, broadcasts to [B, N, T, S]. */
  readonly mask?: TensorLike;
  /** Factor of the logits; 1/√H by default. */
  readonly scale?: number;
  /** Query t sees the keys 0 … t. */
  readonly isCausal?: boolean;
  /** int32 [B]: queries from here on give 0. */
  readonly querySeqLengths?: Tensor;
  /** int32 [B]: keys from here on are not seen. */
  readonly keyValueSeqLengths?: Tensor;
  /** How many keys a query sees before and after its own place. */
  readonly localWindowSize?: number | readonly [before: number, after: number];
  /** Also returns the logarithm of the sum of the exponentials of each query's logits, without a derivative. */
  readonly returnResidual?: boolean;
}

interface Sizes {
  readonly batch: number;
  readonly queries: number;
  readonly keys: number;
  readonly heads: number;
  /** Key and value heads; each serves `group` query heads. */
  readonly kvHeads: number;
  readonly group: number;
  readonly width: number;
}

function sizesOf(query: Tensor, key: Tensor, value: Tensor): Sizes {
  const [batch, keys, kvHeads, width] = key.shape as [number, number, number, number];
  const [, queries, heads] = query.shape as [number, number, number];
  const got = `query ${longAval(query.aval)}, key ${longAval(key.aval)}, value ${longAval(value.aval)}`;
  if (!isFloat(key.dtype) || query.dtype !== key.dtype || value.dtype !== key.dtype)
    throw new DTypeError(`nn.dotProductAttention: got ${got}; expected one floating dtype. Use astype.`);
  const fits = query.shape[0] === batch && query.shape[3] === width && value.shape.join() === key.shape.join();
  if (!fits || heads % kvHeads !== 0)
    throw new ShapeError(
      `nn.dotProductAttention: got ${got}; expected query [B, T, N, H] and key and value [B, S, K, H] with N a ` +
        "multiple of K.",
    );
  return { batch, queries, keys, heads, kvHeads, group: heads / kvHeads, width };
}

const four = (name: string, t: Tensor): Tensor => {
  if (t.ndim > 4)
    throw new ShapeError(`nn.dotProductAttention: ${name} is ${longAval(t.aval)}, expected rank 4 or less.`);
  return expandDims(t, [...Array(4 - t.ndim).keys()]);
};

/** A bias or mask [B, N, T, S] (sizes 1 allowed) as [B, K, T, G, S], the order of the logits. */
function grouped(name: string, t: Tensor, s: Sizes): Tensor {
  const [b, n, q, k] = four(name, t).shape as [number, number, number, number];
  const split = reshape(t, n === s.heads ? [b, s.kvHeads, s.group, q, k] : [b, n, 1, q, k]);
  return broadcastTo(`nn.dotProductAttention: ${name}`, transpose(split, [0, 1, 3, 2, 4]), [
    s.batch,
    s.kvHeads,
    s.queries,
    s.group,
    s.keys,
  ]);
}

/** Which keys each query sees, as [B, K, T, G, S]; undefined if all. */
function visibility(s: Sizes, mask: Tensor | undefined, lengths: Lengths, options: AttentionOptions) {
  const shape = [s.batch, s.kvHeads, s.queries, s.group, s.keys];
  const masks: Tensor[] = mask === undefined ? [] : [grouped("mask", mask, s)];
  const query = () => iota("int32", shape, 2);
  const key = () => iota("int32", shape, 4);
  const perExample = (length: Tensor) => broadcastInDim(length, shape, [0]);
  if (options.isCausal) masks.push(ge(query(), key()));
  if (options.localWindowSize !== undefined) {
    const size = options.localWindowSize;
    const [before, after] = typeof size === "number" ? [size, size] : size;
    const distance = sub(query(), key());
    masks.push(le(distance, before), ge(distance, -after));
  }
  if (lengths.query) masks.push(lt(query(), perExample(lengths.query)));
  if (lengths.key) masks.push(lt(key(), perExample(lengths.key)));
  return masks.length === 0 ? undefined : masks.reduce((a, b) => and(a, b));
}

interface Lengths {
  readonly query: Tensor | undefined;
  readonly key: Tensor | undefined;
}

/**
 * softmax(scale · q kᵀ + bias) v for each head. query [B, T, N, H]; key and value [B, S, K, H], with N a multiple of K;
 * the result is [B, T, N, H], of the query's dtype. Without B in all three, B is 1. Logits are summed, and the softmax
 * is formed, in at least float32. As `jax.nn.dot_product_attention` with XLA's implementation; a query that sees no key
 * averages all values. With `returnResidual` the result is [that, log Σ eˡᵒᵍⁱᵗ [B, T, N], of the key's dtype].
 *
 * @throws ShapeError, DTypeError
 */
export function dotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: AttentionOptions & { readonly returnResidual: true },
): [encoded: Tensor, residual: Tensor];
export function dotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options?: AttentionOptions & { readonly returnResidual?: false },
): Tensor;
export function dotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: AttentionOptions = {},
): Tensor | [encoded: Tensor, residual: Tensor] {
  const name = "nn.dotProductAttention";
  const [q, k, v] = [query, key, value].map((t) => four("an operand", tensorOf(t, name))) as [Tensor, Tensor, Tensor];
  const s = sizesOf(q, k, v);
  const optional = [options.bias, options.mask, options.querySeqLengths, options.keyValueSeqLengths].map((t) =>
    t === undefined ? undefined : tensorOf(t, name),
  );
  const mask = optional[1];
  if (mask !== undefined && mask.dtype !== "bool")
    throw new DTypeError(`${name}: the mask is ${longAval(mask.aval)}, expected bool. Compare it first, or use bias.`);
  for (const length of optional.slice(2))
    if (length !== undefined && (length.dtype !== "int32" || length.shape.join() !== String(s.batch)))
      throw new ShapeError(`${name}: got sequence lengths ${longAval(length.aval)}, expected int32[${s.batch}].`);
  const present = optional.filter((t) => t !== undefined);
  const results = runTogether(
    "dot_product_attention",
    (...inputs) => {
      const rest = inputs.slice(3);
      const [bias, seen, queryLengths, keyLengths] = optional.map((t) => (t === undefined ? undefined : rest.shift()));
      const lengths = { query: queryLengths, key: keyLengths };
      return attend(
        s,
        inputs as [Tensor, Tensor, Tensor],
        bias,
        visibility(s, seen, lengths, options),
        lengths,
        options,
      );
    },
    [q, k, v, ...present],
  ).map(settle);
  const { shape } = tensorOf(query, name);
  const encoded = reshape(results[0]!, shape);
  return options.returnResidual ? [encoded, reshape(results[1]!, shape.slice(0, -1))] : encoded;
}

function attend(
  s: Sizes,
  [query, key, value]: readonly [Tensor, Tensor, Tensor],
  bias: Tensor | undefined,
  visible: Tensor | undefined,
  lengths: Lengths,
  options: AttentionOptions,
): Tensor[] {
  const dtype = query.dtype === "float64" ? "float64" : "float32";
  const split = reshape(query, [s.batch, s.queries, s.kvHeads, s.group, s.width]);
  // [B, T, K, G, H] · [B, S, K, H] → [B, K, T, G, S]
  let logits = dotGeneral(
    split,
    key,
    [[4], [3]],
    [
      [0, 2],
      [0, 2],
    ],
    { dtype },
  );
  logits = mul(logits, options.scale ?? 1 / Math.sqrt(s.width));
  if (bias !== undefined) logits = add(logits, grouped("bias", cast(bias, dtype), s));
  // Finite, so that a query that sees no key gets no NaN.
  if (visible !== undefined) logits = select(visible, logits, -0.7 * Number(maxValue("float32")));
  const weights = convert(softmax(logits), value.dtype);
  // [B, K, T, G, S] · [B, S, K, H] → [B, K, T, G, H] → [B, T, N, H]
  const heads = transpose(
    dotGeneral(
      weights,
      value,
      [[4], [1]],
      [
        [0, 1],
        [0, 2],
      ],
    ),
    [0, 2, 1, 3, 4],
  );
  const encoded = reshape(heads, [s.batch, s.queries, s.heads, s.width]);
  const residual = options.returnResidual ? [residualOf(s, logits, key.dtype)] : [];
  if (lengths.query === undefined) return [encoded, ...residual];
  const inside = lt(iota("int32", encoded.shape, 1), broadcastInDim(lengths.query, encoded.shape, [0]));
  return [select(inside, encoded, splat(0, encoded.shape, encoded.dtype)), ...residual];
}

/** log Σ e^logits of [B, K, T, G, S] as [B, T, N]. */
function residualOf(s: Sizes, logits: Tensor, dtype: DType): Tensor {
  const sums = transpose(convert(logsumexp(logits, -1), dtype), [0, 2, 1, 3]);
  return stopGradientTensor(reshape(sums, [s.batch, s.queries, s.heads]));
}
