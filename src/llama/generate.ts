// Generation with a key-value cache: one program for the prompt, one for each further token.
import { jit } from "../lib/jit.ts";
import * as lax from "../lib/lax.ts";
import * as np from "../lib/np.ts";
import * as random from "../lib/random.ts";
import type { DType, Tensor } from "../lib/tensor.ts";
import type { LlamaConfig } from "./config.ts";
import type { Lora } from "./lora.ts";
import { type Attend, type ForwardOptions, headProduct, runLayers } from "./model.ts";
import { type SamplingOptions, sampleToken } from "./sampling.ts";
import type { LlamaParams } from "./weights.ts";

export interface GenerateOptions extends SamplingOptions {
  readonly maxNewTokens?: number;
  /** Generation of a row ends at any of these; the configuration's by default. */
  readonly eosTokenId?: number | readonly number[];
  /** uint32[2]; needed when temperature > 0. */
  readonly key?: Tensor;
  readonly lora?: Lora | undefined;
  readonly computeDtype?: DType;
  /** Called with each token as it is made. */
  readonly onToken?: (token: number, row: number) => void;
  readonly signal?: AbortSignal;
}

/** Keys and values of all layers: [layers, batch, kvHeads, length, headDim]. */
interface Cache {
  readonly k: Tensor;
  readonly v: Tensor;
}

interface State {
  readonly cache: Cache;
  /** Which tokens each row has seen: bool [batch, vocab]. */
  readonly seen: Tensor;
  readonly token: Tensor;
}

/** Cache lengths and prompt lengths are rounded up to multiples of this, so that few programs are compiled. */
const bucket = 64;
const roundUp = (n: number): number => Math.ceil(n / bucket) * bucket;

/**
 * Continues each prompt (lists of token ids, of any lengths) and returns the new tokens of each row, without the end
 * token. Greedy at temperature 0, the default.
 */
export async function generate(
  params: LlamaParams<Tensor>,
  prompts: readonly (readonly number[])[],
  config: LlamaConfig,
  options: GenerateOptions = {},
): Promise<number[][]> {
  const { maxNewTokens = 128 } = options;
  const eos = new Set([options.eosTokenId ?? config.eosTokenIds].flat());
  const batch = prompts.length;
  const longest = Math.max(1, ...prompts.map((p) => p.length));
  const length = roundUp(longest);
  const programs = programsFor(config, options, roundUp(longest + maxNewTokens));
  // Prompts are padded on the left, so that every row's last position is its last token.
  const ids = new Int32Array(batch * length);
  const starts = new Int32Array(batch);
  prompts.forEach((p, row) => {
    starts[row] = length - p.length;
    ids.set(p, row * length + length - p.length);
  });
  const trained = { params, lora: options.lora?.params ?? {} };
  const start = np.array(starts);
  const key = options.key ?? np.zeros([2], { dtype: "uint32" });
  let state = programs.prefill(trained, np.array(ids, { shape: [batch, length] }), start, key);
  const out: number[][] = prompts.map(() => []);
  const done = prompts.map(() => false);
  try {
    for (let step = 0; ; step++) {
      const tokens = await state.token.data();
      for (let row = 0; row < batch; row++) {
        const token = Number(tokens[row]);
        if (done[row]) continue;
        if (eos.has(token)) done[row] = true;
        else {
          out[row]!.push(token);
          options.onToken?.(token, row);
        }
      }
      if (done.every(Boolean) || step + 1 >= maxNewTokens || options.signal?.aborted) return out;
      state = programs.step(trained, state, start, BigInt(length + step), key);
    }
  } finally {
    for (const t of [state.cache.k, state.cache.v, state.seen, state.token, start]) t.dispose();
  }
}

interface Trained {
  readonly params: LlamaParams<Tensor>;
  readonly lora: Lora["params"];
}

interface Programs {
  prefill(trained: Trained, ids: Tensor, start: Tensor, key: Tensor): State;
  step(trained: Trained, state: State, start: Tensor, position: bigint, key: Tensor): State;
}

const compiled = new WeakMap<LlamaConfig, Map<string, Programs>>();

function programsFor(config: LlamaConfig, options: GenerateOptions, capacity: number): Programs {
  const { temperature, topK, topP, repetitionPenalty, computeDtype, lora } = options;
  const key = JSON.stringify([temperature, topK, topP, repetitionPenalty, computeDtype, lora?.scale, capacity]);
  let known = compiled.get(config);
  if (known === undefined) {
    known = new Map();
    compiled.set(config, known);
  }
  let programs = known.get(key);
  if (programs === undefined) {
    programs = makePrograms(config, options, capacity);
    known.set(key, programs);
  }
  return programs;
}

function makePrograms(config: LlamaConfig, options: GenerateOptions, capacity: number): Programs {
  const { computeDtype } = options;
  const forwardOptions = (t: Trained): ForwardOptions => ({
    computeDtype,
    lora: options.lora === undefined ? undefined : { ...options.lora, params: t.lora, dropout: 0 },
  });
  const choose = (params: LlamaParams, hidden: Tensor, seen: Tensor, key: Tensor) => {
    const logits = headProduct(params, lax.sliceInDim(hidden, hidden.shape[1]! - 1, hidden.shape[1]!, { axis: 1 }));
    const token = sampleToken(np.squeeze(logits, 1), seen, key, options);
    return { token, seen: markSeen(seen, lax.reshape(token, [token.shape[0]!, 1])) };
  };
  const prefill = jit(function prefill(t: Trained, ids: Tensor, start: Tensor, key: Tensor): State {
    const [batch, time] = ids.shape as [number, number];
    const at = lax.broadcastedIota("int32", [batch, time], 1);
    const first = lax.broadcastInDim(start, [batch, time], [0]);
    const positions = lax.max(lax.sub(at, first), 0);
    const real = lax.ge(at, first);
    const attend: Attend<null, Cache> = (q, k, v) => {
      const allowed = np.logicalAnd(np.expandDims(real, 1), lax.ge(at2(time, 0), at2(time, 1)));
      const fill = (x: Tensor) =>
        lax.pad(x, 0, [
          [0, 0, 0],
          [0, 0, 0],
          [0, capacity - time, 0],
          [0, 0, 0],
        ]);
      return [masked(q, k, v, allowed, config), { k: fill(k), v: fill(v) }];
    };
    const [hidden, cache] = runLayers(t.params, ids, config, { ...forwardOptions(t), positions }, attend, null);
    const nothing = lax.full([batch, config.vocabSize], false, "bool");
    const seen = markSeen(nothing, ids, real);
    return { cache, ...choose(t.params, hidden, seen, random.foldIn(key, 0)) };
  });
  const step = jit(
    function step(t: Trained, state: State, start: Tensor, position: Tensor, key: Tensor): State {
      const batch = state.token.shape[0]!;
      const ids = lax.reshape(state.token, [batch, 1]);
      const positions = lax.sub(lax.broadcastInDim(position, [batch, 1], []), lax.reshape(start, [batch, 1]));
      const attend: Attend<Cache, Cache> = (q, k, v, cache) => {
        const put = (old: Tensor, x: Tensor) => lax.dynamicUpdateSlice(old, x, [0n, 0n, position, 0n]);
        const all = { k: put(cache.k, k), v: put(cache.v, v) };
        const at = lax.broadcastedIota("int32", [batch, 1, capacity], 2);
        const allowed = np.logicalAnd(np.lessEqual(at, position), lax.ge(at, lax.broadcastInDim(start, at.shape, [0])));
        return [masked(q, all.k, all.v, allowed, config), all];
      };
      const [hidden, cache] = runLayers(
        t.params,
        ids,
        config,
        { ...forwardOptions(t), positions },
        attend,
        state.cache,
      );
      return { cache, ...choose(t.params, hidden, state.seen, random.foldIn(key, position)) };
    },
    { donateArgnums: 1 },
  );
  return { prefill, step: step as unknown as Programs["step"] };
}

const at2 = (time: number, dim: number): Tensor => lax.broadcastedIota("int32", [1, time, time], dim + 1);

/** Attention of q [b, kv, g, t, d] over k, v [b, kv, s, d] where `allowed` [b, t, s]. */
function masked(q: Tensor, k: Tensor, v: Tensor, allowed: Tensor, config: LlamaConfig): Tensor {
  const s = lax.dotGeneral(
    q,
    k,
    [
      [[4], [3]],
      [
        [0, 1],
        [0, 1],
      ],
    ],
    { preferredElementType: "float32" },
  );
  const scaled = lax.mul(s, config.headDim ** -0.5);
  const wide = lax.broadcastInDim(np.broadcastTo(allowed, [s.shape[0]!, s.shape[3]!, s.shape[4]!]), s.shape, [0, 3, 4]);
  const logits = lax.select(wide, scaled, lax.fullLike(s, -2e38));
  const max = lax.reduceMax(logits, [4]);
  const over = (x: Tensor) => lax.broadcastInDim(x, logits.shape, [0, 1, 2, 3]);
  const exps = lax.exp(lax.sub(logits, over(max)));
  const p = lax.div(exps, over(lax.reduceSum(exps, [4])));
  return lax.convertElementType(
    lax.dotGeneral(
      lax.convertElementType(p, v.dtype),
      v,
      [
        [[4], [2]],
        [
          [0, 1],
          [0, 1],
        ],
      ],
      { preferredElementType: "float32" },
    ),
    q.dtype,
  );
}

/** `seen` with the tokens `ids` [batch, n] marked, where `real`. */
function markSeen(seen: Tensor, ids: Tensor, real?: Tensor): Tensor {
  const [batch, vocab] = seen.shape as [number, number];
  const at = real === undefined ? ids : lax.select(real, ids, lax.fullLike(ids, vocab));
  const rows = lax.broadcastedIota("int32", [batch, ids.shape[1]!], 0);
  return np.set(seen, [rows, at], true, { mode: "drop" });
}
