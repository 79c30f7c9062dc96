// Small tokenizers for tests: metadata of a SentencePiece and of a byte-level GGUF model.

import type { GgufLike } from "../../src/io/gguf-config.ts";
import type { GgufValue } from "../../src/io/gguf-format.ts";
import { ggufTokenizer } from "../../src/io/gguf-tokenizer.ts";
import { Tokenizer } from "../../src/io/tokenizer.ts";

/** What the tokenizer reader needs of a file, from metadata alone. */
export const metadataOnly = (metadata: Record<string, GgufValue>): GgufLike => ({
  path: "tiny.gguf",
  metadata: new Map(Object.entries(metadata)),
  names: [],
  has: () => false,
  tensor: () => {
    throw new Error("no tensors");
  },
  close: () => {},
  [Symbol.dispose]: () => {},
});

const hex = (n: number) => `<0x${n.toString(16).toUpperCase().padStart(2, "0")}>`;

/** `<unk> <s> </s>`, 256 bytes, then the pieces; scores fall with the order unless given. */
export function sentencePiece(
  pieces: readonly string[],
  more: Record<string, GgufValue> = {},
  scores: readonly number[] = pieces.map((_, i) => -i),
): Tokenizer {
  const metadata = {
    "tokenizer.ggml.model": "llama",
    "tokenizer.ggml.tokens": ["<unk>", "<s>", "</s>", ...Array.from({ length: 256 }, (_, i) => hex(i)), ...pieces],
    "tokenizer.ggml.scores": [0, 0, 0, ...new Array<number>(256).fill(0), ...scores],
    "tokenizer.ggml.token_type": [2, 3, 3, ...new Array<number>(256).fill(6), ...pieces.map(() => 1)],
    "tokenizer.ggml.bos_token_id": 1,
    "tokenizer.ggml.eos_token_id": 2,
    "tokenizer.ggml.unknown_token_id": 0,
    ...more,
  };
  return new Tokenizer(ggufTokenizer(metadataOnly(metadata))!, "tiny.gguf");
}

/** Characters, then `<|begin|>` and `<|end|>` as control tokens; merges as given. */
export const byteLevelMetadata = (merges: readonly string[], more: Record<string, GgufValue> = {}) => {
  const chars = [..."ĠĊabcdefghijklmnopqrstuvwxyz0123456789,.!Ã©"];
  const merged = merges.map((m) => m.replace(" ", ""));
  const tokens = ["<|begin|>", "<|end|>", ...chars, ...merged];
  return {
    "tokenizer.ggml.model": "gpt2",
    "tokenizer.ggml.pre": "gpt-2",
    "tokenizer.ggml.tokens": tokens,
    "tokenizer.ggml.token_type": [3, 3, ...[...chars, ...merged].map(() => 1)],
    "tokenizer.ggml.merges": [...merges],
    "tokenizer.ggml.bos_token_id": 0,
    "tokenizer.ggml.eos_token_id": 1,
    ...more,
  };
};

export const byteLevel = (merges: readonly string[], more: Record<string, GgufValue> = {}): Tokenizer =>
  new Tokenizer(ggufTokenizer(metadataOnly(byteLevelMetadata(merges, more)))!, "tiny.gguf");
