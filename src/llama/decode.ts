// The two programs of generation: the prompt into a key-value cache, and one further token.
import { jit } from "../lib/jit.ts";
import * as lax from "../lib/lax.ts";
import * as np from "../lib/np.ts";
import * as random from "../lib/random.ts";
import type { DType, Tensor } from "../lib/tensor.ts";
import { attention } from "./attention.ts";
import type { LlamaConfig } from "./config.ts";
import type { Lora } from "./lora.ts";
import { type Attend, type ForwardOptions, headProduct, runLayers } from "./model.ts";
import { type SamplingPlan, type SamplingValues, sampleToken } from "./sampling.ts";
import type { LlamaParams } from "./weights.ts";

/** Keys and values of all layers: [layers, batch, kvHeads, capacity, headDim]. */
interface Cache {
  readonly k: Tensor;
  readonly v: Tensor;
}

export interface DecodeState {
  readonly cache: Cache;
  /** Which tokens each row has seen, where a penalty asks for it: bool [batch, vocab]. */
  readonly seen: Tensor | null;
  /** The newest token of each row: int32 [batch]. */
  readonly token: Tensor;
}

export interface DecodeWeights {
  readonly params: LlamaParams<Tensor>;
  readonly lora: Lora["params"];
}

export interface DecodeSettings {
  readonly config: LlamaConfig;
  /** An adapter without its parameters. */
  readonly lora: Omit<Lora, "params"> | undefined;
  readonly computeDtype: DType | undefined;
  readonly plan: SamplingPlan;
  /** Positions of the cache. */
  readonly capacity: number;
}

/** Sampling values and, unless greedy, the key: uint32[2]. */
export interface Draw extends SamplingValues {
  readonly key: Tensor | null;
}

export interface DecodePrograms {
  /** `ids`: int32 [batch, time], padded on the left up to `start` [batch]. */
  prefill(weights: DecodeWeights, ids: Tensor, start: Tensor, draw: Draw): DecodeState;
  /** `position`: the place in the cache of the state's token. The state is donated. */
  step(weights: DecodeWeights, state: DecodeState, start: Tensor, position: bigint, draw: Draw): DecodeState;
}

export function decodePrograms(s: DecodeSettings): DecodePrograms {
  const { config, plan, capacity } = s;
  const scale = config.headDim ** -0.5;
  const options = (w: DecodeWeights, positions: Tensor): ForwardOptions => ({
    computeDtype: s.computeDtype,
    lora: s.lora === undefined ? undefined : { ...s.lora, params: w.lora, dropout: 0 },
    positions,
  });
  const choose = (w: DecodeWeights, hidden: Tensor, seen: Tensor | null, draw: Draw, at: number | Tensor) => {
    const [batch, time, width] = hidden.shape as [number, number, number];
    const last = lax.reshape(lax.sliceInDim(hidden, time - 1, time, { axis: 1 }), [batch, width]);
    const key = draw.key === null ? null : random.foldIn(draw.key, at);
    const token = sampleToken(headProduct(w.params, last), seen, key, plan, draw);
    return { token, seen: seen === null ? null : mark(seen, lax.reshape(token, [batch, 1])) };
  };

  function prefill(w: DecodeWeights, ids: Tensor, start: Tensor, draw: Draw): DecodeState {
    const [batch, time] = ids.shape as [number, number];
    const at = lax.broadcastedIota("int32", [batch, time], 1);
    const first = lax.broadcastInDim(start, [batch, time], [0]);
    const real = lax.ge(at, first);
    const segmentIds = lax.convertElementType(real, "int32");
    const attend: Attend<null, Cache> = (q, k, v) => {
      const room: [number, number, number] = [0, capacity - time, 0];
      const fill = (x: Tensor) => lax.pad(x, 0, [[0, 0, 0], [0, 0, 0], room, [0, 0, 0]]);
      return [attention({ q, k, v, segmentIds }, scale), { k: fill(k), v: fill(v) }];
    };
    const positions = lax.max(lax.sub(at, first), lax.fullLike(at, 0));
    const [hidden, cache] = runLayers(w.params, ids, config, options(w, positions), attend, null);
    const none = () => lax.full([batch, config.vocabSize], false, "bool");
    return { cache, ...choose(w, hidden, plan.penalised ? mark(none(), ids, real) : null, draw, 0) };
  }

  function step(w: DecodeWeights, state: DecodeState, start: Tensor, position: Tensor, draw: Draw): DecodeState {
    const batch = state.token.shape[0]!;
    const ids = lax.reshape(state.token, [batch, 1]);
    const at = lax.broadcastedIota("int32", [batch, 1, capacity], 2);
    const earlier = lax.lt(at, lax.broadcastInDim(position, at.shape, []));
    const past = lax.bitwiseAnd(earlier, lax.ge(at, lax.broadcastInDim(start, at.shape, [0])));
    // The loop over layers only reads the cache; all layers' new keys and values are written at once, in place.
    const attend: Attend<Cache, Cache> = (q, k, v, cache) => [attendTo(q, { k, v }, cache, past, scale), { k, v }];
    const positions = lax.sub(lax.broadcastInDim(position, [batch, 1], []), lax.reshape(start, [batch, 1]));
    const [hidden, made] = runLayers(w.params, ids, config, options(w, positions), attend, state.cache);
    const put = (old: Tensor, x: Tensor) => lax.dynamicUpdateSlice(old, x, [0n, 0n, 0n, position, 0n]);
    const cache = { k: put(state.cache.k, made.k), v: put(state.cache.v, made.v) };
    return { cache, ...choose(w, hidden, state.seen, draw, position) };
  }

  return {
    prefill: jit(prefill),
    step: jit(step, { donateArgnums: 1 }) as unknown as DecodePrograms["step"],
  };
}

/** Attention of q [b, kv, g, 1, d] over a cache [b, kv, s, d], where `past` [b, 1, s], and over its own place. */
function attendTo(q: Tensor, own: Cache, cache: Cache, past: Tensor, scale: number): Tensor {
  const byHead: [number[], number[]] = [
    [0, 1],
    [0, 1],
  ];
  const f32 = { preferredElementType: "float32" } as const;
  const scores = (k: Tensor) => lax.mul(lax.dotGeneral(q, k, [[[4], [3]], byHead], f32), scale);
  const old = scores(cache.k);
  const masked = lax.select(lax.broadcastInDim(past, old.shape, [0, 3, 4]), old, lax.fullLike(old, -2e38));
  const all = lax.concatenate([masked, scores(own.k)], 4);
  const over = (x: Tensor) => lax.broadcastInDim(x, all.shape, [0, 1, 2, 3]);
  const exps = lax.exp(lax.sub(all, over(lax.reduceMax(all, [4]))));
  const p = lax.convertElementType(lax.div(exps, over(lax.reduceSum(exps, [4]))), q.dtype);
  const size = old.shape[4]!;
  const mix = (v: Tensor, from: number, to: number) =>
    lax.dotGeneral(lax.sliceInDim(p, from, to, { axis: 4 }), v, [[[4], [2]], byHead], f32);
  return lax.convertElementType(lax.add(mix(cache.v, 0, size), mix(own.v, size, size + 1)), q.dtype);
}

/** `seen` with the tokens `ids` [batch, n] marked, where `real`. */
function mark(seen: Tensor, ids: Tensor, real?: Tensor): Tensor {
  const [batch, vocab] = seen.shape as [number, number];
  const at = real === undefined ? ids : lax.select(real, ids, lax.fullLike(ids, vocab));
  const rows = lax.broadcastedIota("int32", [batch, ids.shape[1]!], 0);
  return np.set(seen, [rows, at], true, { mode: "drop" });
}
