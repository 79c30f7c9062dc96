// Generation, seen from the host: prompts in, tokens out, until each row has ended.
import * as np from "../lib/np.ts";
import type { DType, Tensor } from "../lib/tensor.ts";
import type { LlamaConfig } from "./config.ts";
import { type DecodePrograms, type DecodeState, decodePrograms } from "./decode.ts";
import type { Lora } from "./lora.ts";
import { GenerationError, planSampling, type SamplingOptions, type SamplingPlan } from "./sampling.ts";
import type { LlamaParams } from "./weights.ts";

export interface GenerateOptions extends SamplingOptions {
  /** 128 by default. */
  readonly maxNewTokens?: number;
  /** Generation of a row ends at any of these; the configuration's by default. `[]` never ends early. */
  readonly eosTokenId?: number | readonly number[];
  /** uint32[2]; needed when temperature > 0. */
  readonly key?: Tensor;
  readonly lora?: Lora | undefined;
  /** The dtype of activations; the embedding's by default. */
  readonly computeDtype?: DType;
  /** Called with each token as it is made. */
  readonly onToken?: (token: number, row: number) => void;
  /** Ends generation early; what has been made so far is returned. */
  readonly signal?: AbortSignal | undefined;
}

/** Cache lengths and prompt lengths are rounded up to multiples of this, so that few programs are compiled. */
const bucket = 64;
const roundUp = (n: number): number => Math.ceil(n / bucket) * bucket;

/**
 * Continues each prompt (lists of token ids, of any lengths) and returns the new tokens of each row, without the end
 * token. Greedy at temperature 0, the default.
 *
 * @throws GenerationError for a prompt without tokens or with ids outside the vocabulary, for options out of range, and
 *   where prompt and answer exceed the model's positions
 */
export async function generate(
  params: LlamaParams<Tensor>,
  prompts: readonly (readonly number[])[],
  config: LlamaConfig,
  options: GenerateOptions = {},
): Promise<number[][]> {
  const { maxNewTokens = 128 } = options;
  const [plan, values] = planSampling(options);
  check(prompts, config, maxNewTokens, plan, options);
  const eos = new Set([options.eosTokenId ?? config.eosTokenIds].flat());
  const batch = prompts.length;
  const longest = Math.max(...prompts.map((p) => p.length));
  const length = roundUp(longest);
  // The last token made needs no place in the cache.
  const programs = programsFor(config, options, plan, roundUp(length + maxNewTokens - 1));
  const weights = { params, lora: options.lora?.params ?? {} };
  const draw = { ...values, key: plan.greedy ? null : options.key! };
  const [ids, start] = padded(prompts, length);
  const out: number[][] = prompts.map(() => []);
  const done = prompts.map(() => false);
  let state: DecodeState | undefined;
  try {
    state = programs.prefill(weights, ids, start, draw);
    for (let step = 0; ; step++) {
      const tokens = await state.token.data();
      for (let row = 0; row < batch; row++) {
        if (done[row]) continue;
        const token = Number(tokens[row]);
        if (eos.has(token)) done[row] = true;
        else {
          out[row]!.push(token);
          options.onToken?.(token, row);
        }
      }
      if (done.every(Boolean) || step + 1 >= maxNewTokens || options.signal?.aborted) return out;
      state = programs.step(weights, state, start, BigInt(length + step), draw);
    }
  } finally {
    for (const t of [ids, start, state?.cache.k, state?.cache.v, state?.seen, state?.token]) t?.dispose();
  }
}

/** Prompts padded on the left, so that every row's last position is its last token; and where each begins. */
function padded(prompts: readonly (readonly number[])[], length: number): [ids: Tensor, start: Tensor] {
  const ids = new Int32Array(prompts.length * length);
  prompts.forEach((p, row) => {
    ids.set(p, (row + 1) * length - p.length);
  });
  const starts = Int32Array.from(prompts, (p) => length - p.length);
  return [np.array(ids, { shape: [prompts.length, length] }), np.array(starts)];
}

function check(
  prompts: readonly (readonly number[])[],
  config: LlamaConfig,
  maxNewTokens: number,
  plan: SamplingPlan,
  options: GenerateOptions,
): void {
  const fail = (message: string): never => {
    throw new GenerationError(`llama.generate: ${message}`);
  };
  if (!Number.isInteger(maxNewTokens) || maxNewTokens < 1)
    fail(`maxNewTokens is ${maxNewTokens}, expected a positive whole number.`);
  if (!plan.greedy && options.key === undefined)
    fail("temperature is above 0 and there is no key; pass key: random.key(seed).");
  if (prompts.length === 0) fail("there are no prompts; pass a list of token ids for each row.");
  prompts.forEach((prompt, row) => {
    if (prompt.length === 0) fail(`prompt ${row} is empty; begin with at least one token, such as bos.`);
    const foreign = prompt.find((id) => !(Number.isInteger(id) && id >= 0 && id < config.vocabSize));
    if (foreign !== undefined)
      fail(`prompt ${row} holds ${foreign}; token ids of this model are 0 to ${config.vocabSize - 1}.`);
    if (prompt.length + maxNewTokens > config.maxPositions)
      fail(
        `prompt ${row} of ${prompt.length} tokens and maxNewTokens ${maxNewTokens} exceed the model's ` +
          `${config.maxPositions} positions; shorten the prompt or lower maxNewTokens.`,
      );
  });
}

const compiled = new WeakMap<LlamaConfig, Map<string, DecodePrograms>>();

/** Programs are kept with the configuration; only what changes them is part of the key. */
function programsFor(
  config: LlamaConfig,
  { lora, computeDtype }: GenerateOptions,
  plan: SamplingPlan,
  capacity: number,
): DecodePrograms {
  const key = JSON.stringify([plan, computeDtype, lora?.scale, capacity]);
  let known = compiled.get(config);
  if (known === undefined) {
    known = new Map();
    compiled.set(config, known);
  }
  let programs = known.get(key);
  if (programs === undefined) {
    programs = decodePrograms({ config, lora: lora && withoutParams(lora), computeDtype, plan, capacity });
    known.set(key, programs);
  }
  return programs;
}

/** The programs outlive the call; they must not hold the adapter's tensors. */
const withoutParams = ({ params: _, ...facts }: Lora): Omit<Lora, "params"> => facts;
