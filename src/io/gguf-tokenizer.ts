// The tokenizer inside a GGUF file, rebuilt as Hugging Face's tokenizer.json, tokenizer_config.json and special tokens.

import { GgufFields, type GgufLike } from "./gguf-config.ts";
import type { JsonObject } from "./json.ts";
import type { TokenizerFiles } from "./model-files.ts";

/** ggml's token types (`tokenizer.ggml.token_type`). */
const NORMAL = 1;
const UNKNOWN = 2;
const CONTROL = 3;
const USER_DEFINED = 4;

interface Vocabulary {
  readonly tokens: readonly string[];
  readonly types: readonly number[];
}

const byteLevel = (useRegex: boolean) => ({
  type: "ByteLevel",
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: useRegex,
});

/** The split of Llama 3's tokenizer (`meta-llama/Meta-Llama-3-8B`, tokenizer.json). */
const LLAMA3_SPLIT =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

interface ByteLevelKind {
  readonly preTokenizer: JsonObject;
  readonly ignoreMerges: boolean;
  readonly addsBos: boolean;
}

const gpt2: ByteLevelKind = { preTokenizer: byteLevel(true), ignoreMerges: false, addsBos: false };
const llama3: ByteLevelKind = {
  preTokenizer: {
    type: "Sequence",
    pretokenizers: [
      { type: "Split", pattern: { Regex: LLAMA3_SPLIT }, behavior: "Isolated", invert: false },
      byteLevel(false),
    ],
  },
  ignoreMerges: true,
  addsBos: true,
};

/** Byte-level BPE by `tokenizer.ggml.pre`; `addsBos` is llama.cpp's default when the file does not say. */
const byteLevelKinds: Readonly<Record<string, ByteLevelKind>> = {
  default: gpt2,
  "gpt-2": gpt2,
  smollm: {
    preTokenizer: {
      type: "Sequence",
      pretokenizers: [{ type: "Digits", individual_digits: true }, byteLevel(true)],
    },
    ignoreMerges: false,
    addsBos: false,
  },
  "llama-bpe": llama3,
  llama3,
  "llama-v3": llama3,
};

/** Adds BOS and EOS around a sequence as tokenizers' TemplateProcessing. */
function template(tokens: readonly string[], bos: number | undefined, eos: number | undefined): JsonObject | null {
  if (bos === undefined && eos === undefined) return null;
  const special = (id: number | undefined, type_id: number) =>
    id === undefined ? [] : [{ SpecialToken: { id: tokens[id], type_id } }];
  const around = (id: string, type: number) => [
    ...special(bos, type),
    { Sequence: { id, type_id: type } },
    ...special(eos, type),
  ];
  const used = [bos, eos].filter((id) => id !== undefined);
  return {
    type: "TemplateProcessing",
    single: around("A", 0),
    pair: [...around("A", 0), ...around("B", 1)],
    special_tokens: Object.fromEntries(
      used.map((id) => [tokens[id], { id: tokens[id], ids: [id], tokens: [tokens[id]] }]),
    ),
  };
}

/**
 * Merges of a SentencePiece vocabulary: every way to cut a piece into two pieces, best score first; equal scores by
 * longer left part, then longer right part (as transformers' `GGUFLlamaConverter` orders them).
 */
export function mergesFromScores(tokens: readonly string[], scores: readonly number[]): [string, string][] {
  const ids = new Map(tokens.map((t, i) => [t, i]));
  const found: { left: string; right: string; score: number; sizes: [number, number] }[] = [];
  tokens.forEach((token, id) => {
    const chars = Array.from(token);
    const cuts: typeof found = [];
    let at = 0;
    for (let i = 1; i < chars.length; i++) {
      at += chars[i - 1]!.length;
      const [left, right] = [token.slice(0, at), token.slice(at)];
      if (ids.has(left) && ids.has(right)) cuts.push({ left, right, score: scores[id]!, sizes: [i, chars.length - i] });
    }
    cuts.sort((a, b) => ids.get(a.left)! - ids.get(b.left)! || ids.get(a.right)! - ids.get(b.right)!);
    found.push(...cuts);
  });
  found.sort((a, b) => b.score - a.score || b.sizes[0] - a.sizes[0] || b.sizes[1] - a.sizes[1]);
  return found.map(({ left, right }) => [left, right]);
}

function bpeModel(vocabulary: Vocabulary, merges: [string, string][], fields: JsonObject): JsonObject {
  return {
    type: "BPE",
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: false,
    byte_fallback: false,
    ignore_merges: false,
    ...fields,
    vocab: Object.fromEntries(vocabulary.tokens.map((t, i) => [t, i])),
    merges,
  };
}

function byteLevelPipeline(fields: GgufFields, vocabulary: Vocabulary, ends: Ends): JsonObject {
  const pre = fields.optionalString("tokenizer.ggml.pre") ?? "default";
  const kind = Object.hasOwn(byteLevelKinds, pre) ? byteLevelKinds[pre] : undefined;
  if (kind === undefined)
    return fields.fail(
      `tokenizer.ggml.pre = ${pre}`,
      `one of ${Object.keys(byteLevelKinds).join(" ")}`,
      "Use the model's Hugging Face directory, which has its tokenizer.json.",
    );
  const merges = fields.strings("tokenizer.ggml.merges").map((line): [string, string] => {
    const cut = line.indexOf(" ", 1);
    if (cut < 1)
      fields.fail(`the merge ${JSON.stringify(line)}`, "two tokens with a space between", "The file is corrupt.");
    return [line.slice(0, cut), line.slice(cut + 1)];
  });
  const around = template(vocabulary.tokens, ends.addBos(kind.addsBos), ends.addEos());
  return {
    normalizer: null,
    pre_tokenizer: kind.preTokenizer,
    post_processor: around ?? { ...byteLevel(true), trim_offsets: false },
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: bpeModel(vocabulary, merges, { ignore_merges: kind.ignoreMerges }),
  };
}

function sentencePiecePipeline(fields: GgufFields, vocabulary: Vocabulary, ends: Ends): JsonObject {
  const scores = fields.optionalNumbers("tokenizer.ggml.scores") ?? [];
  const { tokens, types } = vocabulary;
  if (scores.length !== tokens.length)
    fields.fail(`${scores.length} tokenizer.ggml.scores`, `${tokens.length}, one a token`, "Convert the model again.");
  const pieces = tokens.flatMap((_, i) => (types[i] === NORMAL ? [i] : []));
  const merges = mergesFromScores(
    pieces.map((i) => tokens[i]!),
    pieces.map((i) => scores[i]!),
  );
  const prefix = fields.optionalBoolean("tokenizer.ggml.add_space_prefix") ?? true;
  const spaces = { type: "Replace", pattern: { String: " " }, content: "▁" };
  const unknown = types.indexOf(UNKNOWN);
  return {
    normalizer: prefix ? { type: "Sequence", normalizers: [{ type: "Prepend", prepend: "▁" }, spaces] } : spaces,
    pre_tokenizer: null,
    post_processor: template(tokens, ends.addBos(true), ends.addEos()),
    decoder: {
      type: "Sequence",
      decoders: [
        { type: "Replace", pattern: { String: "▁" }, content: " " },
        { type: "ByteFallback" },
        { type: "Fuse" },
        ...(prefix ? [{ type: "Strip", content: " ", start: 1, stop: 0 }] : []),
      ],
    },
    model: bpeModel(vocabulary, merges, {
      unk_token: unknown < 0 ? null : tokens[unknown],
      fuse_unk: true,
      byte_fallback: true,
    }),
  };
}

/** Which ids the template puts around a text. */
interface Ends {
  addBos(byDefault: boolean): number | undefined;
  addEos(): number | undefined;
}

/**
 * The tokenizer files of a GGUF model, or `null` when it carries none. Throws `CheckpointError` for a kind of
 * tokenizer or pre-tokenizer that cannot be rebuilt, and for inconsistent metadata.
 */
export function ggufTokenizer(file: GgufLike): TokenizerFiles | null {
  const fields = new GgufFields(file);
  const kind = fields.optionalString("tokenizer.ggml.model");
  if (kind === undefined || kind === "no_vocab") return null;
  const tokens = fields.strings("tokenizer.ggml.tokens");
  const types = fields.optionalNumbers("tokenizer.ggml.token_type") ?? tokens.map(() => NORMAL);
  if (types.length !== tokens.length)
    fields.fail(`${types.length} token types`, `${tokens.length}, one a token`, "Convert the model again.");
  if (new Set(tokens).size !== tokens.length)
    fields.fail("the same token twice", "distinct tokens", "Convert the model again.");
  const idOf = (name: string): number | undefined => {
    const id = fields.optionalNumber(`tokenizer.ggml.${name}_token_id`);
    if (id !== undefined && tokens[id] === undefined)
      fields.fail(
        `tokenizer.ggml.${name}_token_id = ${id}`,
        `an id below ${tokens.length}`,
        "Convert the model again.",
      );
    return id;
  };
  const special = { bos: idOf("bos"), eos: idOf("eos"), unk: idOf("unknown"), pad: idOf("padding") };
  const wanted = (flag: string, byDefault: boolean) => fields.optionalBoolean(`tokenizer.ggml.${flag}`) ?? byDefault;
  const ends: Ends = {
    addBos: (byDefault) => (wanted("add_bos_token", byDefault) ? special.bos : undefined),
    addEos: () => (wanted("add_eos_token", false) ? special.eos : undefined),
  };
  const vocabulary = { tokens, types };
  const pipeline =
    kind === "gpt2"
      ? byteLevelPipeline(fields, vocabulary, ends)
      : kind === "llama"
        ? sentencePiecePipeline(fields, vocabulary, ends)
        : fields.fail(`tokenizer.ggml.model = ${kind}`, "gpt2 or llama", "Use the model's Hugging Face directory.");
  const addedTokens = tokens.flatMap((content, id) =>
    types[id] === UNKNOWN || types[id] === CONTROL || types[id] === USER_DEFINED
      ? [
          {
            id,
            content,
            single_word: false,
            lstrip: false,
            rstrip: false,
            normalized: false,
            special: types[id] !== USER_DEFINED,
          },
        ]
      : [],
  );
  const { model, ...stages } = pipeline;
  const names = Object.fromEntries(
    Object.entries(special).flatMap(([name, id]) => (id === undefined ? [] : [[`${name}_token`, tokens[id]!]])),
  );
  const chatTemplate = fields.optionalString("tokenizer.chat_template");
  return {
    tokenizer: { version: "1.0", truncation: null, padding: null, added_tokens: addedTokens, ...stages, model },
    config: {
      added_tokens_decoder: Object.fromEntries(addedTokens.map(({ id, ...token }) => [String(id), token])),
      ...names,
      ...(chatTemplate === undefined ? {} : { chat_template: chatTemplate }),
      clean_up_tokenization_spaces: false,
      model_max_length: fields.optionalNumber("llama.context_length") ?? 1e30,
      tokenizer_class: "PreTrainedTokenizerFast",
    },
    specialTokensMap: names,
  };
}
