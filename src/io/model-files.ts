// What a model on disk offers, whatever its format: configuration, tensors, tokenizer.

import type { JsonObject } from "./json.ts";
import type { TensorStore } from "./source.ts";

/** The tokenizer's files as parsed JSON, ready to be used or written. */
export interface TokenizerFiles {
  /** `tokenizer.json`. */
  readonly tokenizer: JsonObject;
  /** `tokenizer_config.json`, the chat template included. */
  readonly config: JsonObject;
  /** `special_tokens_map.json`, or `null` when there is none. */
  readonly specialTokensMap: JsonObject | null;
}

/** An open model. Owns its files: dispose it when the tensors are read. */
export interface ModelFiles {
  /** The directory or file it was opened from. */
  readonly path: string;
  readonly format: "huggingface" | "gguf";
  /** `config.json` as it stands; `src/llama` gives it meaning. */
  readonly config: JsonObject;
  /** `generation_config.json`, or `null` when there is none. */
  readonly generationConfig: JsonObject | null;
  /** Tensors under their Hugging Face names. */
  readonly tensors: TensorStore;
  /** `null` when the model comes without a tokenizer. */
  readonly tokenizerFiles: TokenizerFiles | null;
  close(): void;
  [Symbol.dispose](): void;
}
