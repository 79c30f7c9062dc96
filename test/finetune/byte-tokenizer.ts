// A tokenizer of bytes for the tests: three special ids, then one id a byte.

import type { Tokenizer } from "../../src/finetune/data/tokenizer.ts";

export const bos = 1;
export const eos = 2;

/** Ids 0 pad, 1 BOS `<s>`, 2 EOS `</s>`, then bytes from 3 on. */
export function byteTokenizer(overrides: Partial<Tokenizer> = {}): Tokenizer {
  const encode = (text: string) =>
    text
      .split(/(<s>|<\/s>)/)
      .flatMap((part) =>
        part === "<s>" ? [bos] : part === "</s>" ? [eos] : [...Buffer.from(part)].map((byte) => byte + 3),
      );
  return {
    vocabSize: 259,
    bosId: bos,
    eosId: eos,
    padId: 0,
    addBos: true,
    encode,
    encodeContinuation: encode,
    decode(ids) {
      const parts = ids.map((id) => (id === bos ? "<s>" : id === eos ? "</s>" : String.fromCharCode(id - 3)));
      return parts.join("");
    },
    ...overrides,
  };
}
