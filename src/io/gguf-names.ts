// Tensor names of GGUF Llama files as Hugging Face names, and the row order of their rotary projections.

import { itemSize } from "../core/dtype.ts";
import { CheckpointError } from "./errors.ts";
import { rowBytes, type TensorSource, unitSource } from "./source.ts";

const whole: Readonly<Record<string, string>> = {
  token_embd: "model.embed_tokens",
  output: "lm_head",
  output_norm: "model.norm",
};

const perLayer: Readonly<Record<string, string>> = {
  attn_norm: "input_layernorm",
  ffn_norm: "post_attention_layernorm",
  attn_q: "self_attn.q_proj",
  attn_k: "self_attn.k_proj",
  attn_v: "self_attn.v_proj",
  attn_output: "self_attn.o_proj",
  ffn_gate: "mlp.gate_proj",
  ffn_up: "mlp.up_proj",
  ffn_down: "mlp.down_proj",
};

/** `blk.3.attn_q.weight` → `model.layers.3.self_attn.q_proj.weight`; `null` for a name that Llama does not have. */
export function hfTensorName(name: string): string | null {
  const match = /^(?:blk\.(\d+)\.)?([a-z_]+)\.(weight|bias)$/.exec(name);
  if (match === null) return null;
  const [, layer, part, kind] = match as unknown as [string, string | undefined, string, string];
  const table = layer === undefined ? whole : perLayer;
  if (!Object.hasOwn(table, part)) return null;
  return `${layer === undefined ? "" : `model.layers.${layer}.`}${table[part]}.${kind}`;
}

/**
 * Undoes the row permutation of `attn_q` and `attn_k` (llama.cpp `convert_hf_to_gguf.py`, `permute`): inside each of
 * `heads` heads of size d, rows lie as interleaved pairs (2i + s) and come out in halves (s·d/2 + i).
 * `source` is [heads·d, in] or [heads·d]. Throws `CheckpointError` when the rows do not divide into even heads.
 */
export function unpermuteRotaryRows(source: TensorSource, heads: number): TensorSource {
  const rows = source.shape[0] ?? 0;
  const headSize = rows / heads;
  if (!Number.isInteger(headSize) || headSize % 2 !== 0)
    throw new CheckpointError(source.file, {
      found: `${rows} rows in ${source.name} for ${heads} heads`,
      expected: "an even number of rows for each head",
      fix: "Give the number of heads of this projection (the key/value heads for k).",
    });
  const row = rowBytes(source);
  const half = headSize / 2;
  return unitSource(
    { name: source.name, dtype: source.dtype, shape: source.shape, file: source.file },
    (headSize * row) / itemSize(source.dtype),
    (out, firstHead, count) => {
      const stored = new Uint8Array(count * headSize * row);
      source.readInto(stored, firstHead * headSize * row, (firstHead + count) * headSize * row);
      for (let h = 0; h < count; h++)
        for (let s = 0; s < 2; s++)
          for (let i = 0; i < half; i++) {
            const from = (h * headSize + 2 * i + s) * row;
            out.set(stored.subarray(from, from + row), (h * headSize + s * half + i) * row);
          }
    },
  );
}
