// A Hugging Face tokenizer: text to ids and back, special ids, spans, exact segment boundaries, chat template.

import { createHash } from "node:crypto";
import { type ChatMessage, type ChatOptions, ChatTemplate, templateSource } from "./chat-template.ts";
import { CheckpointError } from "./errors.ts";
import type { JsonObject } from "./json.ts";
import type { TokenizerFiles } from "./model-files.ts";
import { type Spelling, tokenSpans } from "./token-spans.ts";
import { continuationEngine, type Engine, makeEngine, run, spellingOf } from "./tokenizer-engine.ts";

export interface EncodeOptions {
  /** Lets the tokenizer's template put BOS and EOS around the text (default true). */
  readonly addSpecialTokens?: boolean;
}

export interface Spanned {
  readonly ids: number[];
  /** Characters [start, end) of each id, in UTF-16 units; empty for ids that the template added. */
  readonly spans: [number, number][];
}

export interface Segmented {
  readonly ids: number[];
  /** Which segment each id comes from; −1 for ids that the template added. */
  readonly segments: number[];
}

/** Lone surrogates as U+FFFD, which is what UTF-8 encoding makes of them. */
const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, "\uFFFD");

/**
 * A tokenizer made from its parsed files, through `@huggingface/tokenizers`.
 * Ids are those of the files; nothing is guessed: a special id that the files do not name is `null`.
 */
export class Tokenizer {
  /** The files it was made from; write these to export it. */
  readonly files: TokenizerFiles;
  /** SHA-256 (hex) of both files' JSON: the identity of the tokenizer in a run's records. */
  readonly sha256: string;
  /** One more than the largest id. */
  readonly vocabSize: number;
  readonly bosId: number | null;
  /** The tokenizer's own EOS. */
  readonly eosId: number | null;
  /** Every id that ends generation: the `eos_token_id` that the constructor was given, else the tokenizer's EOS. */
  readonly eosIds: readonly number[];
  readonly padId: number | null;
  readonly unkId: number | null;
  /** Whether the template puts BOS before a text (then a chat template that writes BOS must be encoded without it). */
  readonly addBos: boolean;
  readonly addEos: boolean;
  /**
   * Messages as text by the model's chat template; absent when it has none. The template writes BOS itself, if any:
   * encode with `addSpecialTokens: false`. Throws `CheckpointError` when the template refuses the messages.
   */
  readonly applyChatTemplate?: (messages: readonly ChatMessage[], options?: ChatOptions) => string;
  readonly #engine: Engine;
  readonly #spelling: Spelling;
  readonly #path: string;
  readonly #template: { before: number; after: number };
  #continuation: Engine | null = null;

  /**
   * @param path where the files come from, for messages
   * @param generation generation_config.json or config.json, whose `eos_token_id` (a number or a list) is used
   * Throws `CheckpointError` when the files do not make a tokenizer.
   */
  constructor(files: TokenizerFiles, path: string, generation: JsonObject | null = null) {
    this.files = files;
    this.#path = path;
    const { tokenizer, config } = files;
    try {
      this.#engine = makeEngine(tokenizer, config);
    } catch (error) {
      throw new CheckpointError(
        path,
        {
          found: `a tokenizer.json that cannot be used (${(error as Error).message})`,
          expected: "a tokenizer of a kind that @huggingface/tokenizers reads",
          fix: "Check that the file is complete and from a Llama model.",
        },
        { cause: error },
      );
    }
    this.sha256 = createHash("sha256")
      .update(JSON.stringify([tokenizer, config]))
      .digest("hex");
    const vocab = this.#engine.get_vocab();
    this.vocabSize = Math.max(-1, ...this.#engine.get_added_tokens_decoder().keys()) + 1;
    for (const id of vocab.values()) if (id >= this.vocabSize) this.vocabSize = id + 1;
    const text = (name: string): string | null => {
      const value = config[name] ?? files.specialTokensMap?.[name];
      if (typeof value === "string") return value;
      const content = (value as { content?: unknown } | null | undefined)?.content;
      return typeof content === "string" ? content : null;
    };
    const id = (name: string): number | null => {
      const token = text(name);
      return token === null ? null : this.tokenToId(token);
    };
    this.bosId = id("bos_token");
    this.eosId = id("eos_token");
    this.padId = id("pad_token");
    this.unkId = id("unk_token");
    this.eosIds = this.#endIds(generation);
    const added = new Set([...this.#engine.get_added_tokens_decoder().values()].map((token) => token.content));
    this.#spelling = spellingOf(tokenizer, (token) => added.has(token));
    const bare = run(this.#engine, "a", false).ids;
    const full = run(this.#engine, "a", true).ids;
    const before = full.findIndex((_, i) => bare.every((x, j) => full[i + j] === x));
    this.#template = { before, after: full.length - before - bare.length };
    this.addBos = this.bosId !== null && full.slice(0, before).includes(this.bosId);
    this.addEos = this.eosId !== null && full.slice(before + bare.length).includes(this.eosId);
    const source = templateSource(config, path);
    const tokens = Object.fromEntries(
      ["bos_token", "eos_token", "unk_token", "pad_token"].flatMap((n) => (text(n) === null ? [] : [[n, text(n)]])),
    );
    if (source !== null) {
      const compiled = new ChatTemplate(source, tokens, path);
      this.applyChatTemplate = (messages, options) => compiled.render(messages, options);
    }
  }

  #endIds(generation: JsonObject | null): readonly number[] {
    const value = generation?.eos_token_id ?? this.eosId ?? [];
    const ids = Array.isArray(value) ? value : [value];
    for (const id of ids)
      if (!Number.isInteger(id) || id < 0)
        throw new CheckpointError(this.#path, {
          found: `eos_token_id ${JSON.stringify(value)}`,
          expected: "a token id or a list of them",
          fix: "Correct generation_config.json or config.json.",
        });
    return ids as number[];
  }

  /** The ids of a text. A lone surrogate becomes U+FFFD, as UTF-8 requires. */
  encode(text: string, { addSpecialTokens = true }: EncodeOptions = {}): number[] {
    return this.#checked(run(this.#engine, wellFormed(text), addSpecialTokens).ids, text);
  }

  /** The ids of a text that follows other text: no BOS or EOS, and no space put before it. */
  encodeContinuation(text: string): number[] {
    if (text === "") return [];
    if (this.#spelling.prefix === "never") return this.encode(text, { addSpecialTokens: false });
    this.#continuation ??= continuationEngine(this.#engine, this.files.tokenizer, this.files.config);
    return this.#checked(run(this.#continuation, wellFormed(text), false).ids, text);
  }

  /**
   * Encodes a text with the characters that each id covers. Throws `TokenSpanError` when the tokenizer changes the
   * text (Unicode normalisation, dropped characters), because then there are no exact spans.
   */
  encodeWithSpans(text: string, { addSpecialTokens = true }: EncodeOptions = {}): Spanned {
    const plain = wellFormed(text);
    const { ids, tokens } = run(this.#engine, plain, addSpecialTokens);
    const before = addSpecialTokens ? this.#template.before : 0;
    const end = tokens.length - (addSpecialTokens ? this.#template.after : 0);
    const spans = tokenSpans(plain, tokens.slice(before, end), this.#spelling);
    return {
      ids: this.#checked(ids, text),
      spans: [
        ...tokens.slice(0, before).map((): [number, number] => [0, 0]),
        ...spans,
        ...tokens.slice(end).map((): [number, number] => [text.length, text.length]),
      ],
    };
  }

  /**
   * Encodes consecutive segments (prompt, answer, …) so that no id crosses a boundary: the first as a text of its own,
   * the others as continuations. The ids of the first are therefore exactly those that generation starts from.
   * Template BOS and EOS go around the whole.
   */
  encodeSegments(texts: readonly string[], { addSpecialTokens = true }: EncodeOptions = {}): Segmented {
    const first = this.encode(texts[0] ?? "", { addSpecialTokens });
    const { before, after } = addSpecialTokens ? this.#template : { before: 0, after: 0 };
    const cut = first.length - after;
    const ids = first.slice(0, cut);
    const segments: number[] = ids.map((_, i) => (i < before ? -1 : 0));
    texts.slice(1).forEach((text, i) => {
      for (const id of this.encodeContinuation(text)) {
        ids.push(id);
        segments.push(i + 1);
      }
    });
    for (const id of first.slice(cut)) {
      ids.push(id);
      segments.push(-1);
    }
    return { ids, segments };
  }

  /** The text of ids. Throws `RangeError` for an id that is not in the vocabulary. */
  decode(ids: ArrayLike<number>, { skipSpecialTokens = false } = {}): string {
    const list = Array.from(ids);
    for (const id of list) this.idToToken(id);
    return list.length === 0 ? "" : this.#engine.decode(list, { skip_special_tokens: skipSpecialTokens });
  }

  /** The id of a token string, or `null`. */
  tokenToId(token: string): number | null {
    return this.#engine.token_to_id(token) ?? null;
  }

  /** The token string of an id. Throws `RangeError` for an id that is not in the vocabulary. */
  idToToken(id: number): string {
    const token = this.#engine.id_to_token(id);
    if (token === undefined)
      throw new RangeError(`token id ${id} is not in the vocabulary of ${this.vocabSize} of ${this.#path}`);
    return token;
  }

  #checked(ids: readonly (number | undefined)[], text: string): number[] {
    if (ids.includes(undefined))
      throw new CheckpointError(this.#path, {
        found: `text with a character that the tokenizer has no token for: ${JSON.stringify(text.slice(0, 60))}`,
        expected: "a token or an unknown token for every character",
        fix: "Remove the character or use a tokenizer with byte fallback.",
      });
    return ids as number[];
  }
}
