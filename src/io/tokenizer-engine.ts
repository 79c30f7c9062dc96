// The tokenizer library behind `Tokenizer`: how it is made to agree with Hugging Face's own, and what it spells.

import { Tokenizer as Library } from "@huggingface/tokenizers";
import type { JsonObject } from "./json.ts";
import type { Spelling } from "./token-spans.ts";

export type Engine = Library;

/** What the engine returns of an encoding; its own types do not resolve under NodeNext. */
export interface Encoding {
  readonly ids: readonly (number | undefined)[];
  readonly tokens: readonly string[];
}

/** Encodes by the library, with its types made whole. */
export const run = (engine: Engine, text: string, addSpecialTokens: boolean): Encoding =>
  engine.encode(text, { add_special_tokens: addSpecialTokens });

type Stage = JsonObject & { type?: string };

/** Every stage of a pipeline part, with sequences flattened. */
function stages(part: unknown): Stage[] {
  if (typeof part !== "object" || part === null) return [];
  const stage = part as Stage;
  const inner = stage.normalizers ?? stage.pretokenizers ?? stage.decoders ?? stage.processors;
  return Array.isArray(inner) ? inner.flatMap(stages) : [stage];
}

/** How this tokenizer spells text; `isAdded` tells added tokens. */
export function spellingOf(tokenizer: JsonObject, isAdded: (token: string) => boolean): Spelling {
  const pre = stages(tokenizer.pre_tokenizer);
  const bytes = pre.find((s) => s.type === "ByteLevel");
  if (bytes !== undefined)
    return { alphabet: "byte-level", prefix: bytes.add_prefix_space === true ? "unless-space" : "never", isAdded };
  const meta = pre.find((s) => s.type === "Metaspace");
  const scheme = meta === undefined ? "never" : (meta.prepend_scheme ?? "always");
  const prefix = stages(tokenizer.normalizer).some((s) => s.type === "Prepend")
    ? "always"
    : scheme === "always"
      ? "unless-space"
      : scheme === "first"
        ? "first-unless-space"
        : "never";
  return { alphabet: "sentencepiece", prefix, isAdded };
}

/** White space of Unicode, as Rust's and Oniguruma's `\s` have it: JavaScript's lacks U+0085 and adds U+FEFF. */
const WHITE_SPACE = "\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

/** GPT-2's split, which the ByteLevel pre-tokenizer implies (`tokenizers`, pre_tokenizers/byte_level.rs). */
const GPT2_SPLIT = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

/** A pattern whose `\s` and `\S` mean Unicode's white space. */
export function withUnicodeSpaces(pattern: string): string {
  let inClass = false;
  return pattern.replace(/\\.|[[\]]/gs, (part) => {
    if (part === "[" || part === "]") inClass = part === "[";
    if (part === "\\s") return inClass ? WHITE_SPACE : `[${WHITE_SPACE}]`;
    return part === "\\S" && !inClass ? `[^${WHITE_SPACE}]` : part;
  });
}

const split = (pattern: string): Stage => ({
  type: "Split",
  pattern: { Regex: withUnicodeSpaces(pattern) },
  behavior: "Isolated",
  invert: false,
});

/**
 * tokenizer.json as the engine must see it, where it and Hugging Face's own tokenizers differ: the engine's `Digits`
 * knows ASCII digits only, its white space is JavaScript's, and its `Metaspace` does not split. They are spelled as
 * patterns instead.
 */
function forEngine(tokenizer: JsonObject): JsonObject {
  const spell = (part: unknown): unknown => {
    if (typeof part !== "object" || part === null) return part;
    const stage = part as Stage;
    if (Array.isArray(stage.pretokenizers)) return { ...stage, pretokenizers: stage.pretokenizers.map(spell) };
    if (stage.type === "Digits") return split(stage.individual_digits === true ? "\\p{N}" : "\\p{N}+");
    const pattern = (stage.pattern as { Regex?: unknown } | undefined)?.Regex;
    if (stage.type === "Split" && typeof pattern === "string")
      return { ...stage, pattern: { Regex: withUnicodeSpaces(pattern) } };
    if (stage.type === "Metaspace" && stage.split !== false)
      return { type: "Sequence", pretokenizers: [stage, split("▁[^▁]*")] };
    if (stage.type === "ByteLevel" && stage.use_regex !== false && stage.add_prefix_space !== true)
      return { type: "Sequence", pretokenizers: [split(GPT2_SPLIT), { ...stage, use_regex: false }] };
    return stage;
  };
  return { ...tokenizer, pre_tokenizer: spell(tokenizer.pre_tokenizer) };
}

/** The same tokenizer.json without the space that is put before a text: for text that continues other text. */
function withoutPrefix(tokenizer: JsonObject): JsonObject {
  const strip = (part: unknown): unknown => {
    if (typeof part !== "object" || part === null) return part;
    const stage: Stage = { ...(part as Stage) };
    for (const list of ["normalizers", "pretokenizers"])
      if (Array.isArray(stage[list]))
        stage[list] = (stage[list] as Stage[]).filter((s) => s.type !== "Prepend").map(strip);
    if (stage.type === "Prepend") return null;
    if (stage.type === "Metaspace") return { ...stage, prepend_scheme: "never" };
    if (stage.type === "ByteLevel") return { ...stage, add_prefix_space: false };
    return stage;
  };
  return { ...tokenizer, normalizer: strip(tokenizer.normalizer), pre_tokenizer: strip(tokenizer.pre_tokenizer) };
}

/** Refuses what the library would pass over in silence. */
function refuseIgnored(tokenizer: JsonObject): void {
  for (const stage of stages(tokenizer.pre_tokenizer)) {
    const { type, behavior, invert } = stage;
    if (type === "Split" && behavior !== "Removed" && (behavior !== "Isolated" || invert === true))
      throw new TypeError(`Split with behavior ${String(behavior)}${invert === true ? ", inverted" : ""}`);
  }
  const model = (tokenizer.model ?? {}) as JsonObject;
  for (const field of ["dropout", "continuing_subword_prefix", "end_of_word_suffix"])
    if (model[field] !== undefined && model[field] !== null && model[field] !== "" && model[field] !== 0)
      throw new TypeError(`model.${field} = ${JSON.stringify(model[field])}`);
  const added = Array.isArray(tokenizer.added_tokens) ? (tokenizer.added_tokens as JsonObject[]) : [];
  const single = added.find((token) => token.single_word === true);
  if (single !== undefined) throw new TypeError(`added token ${JSON.stringify(single.content)} with single_word`);
}

/** Throws the library's error when the files do not make a tokenizer, and `TypeError` for what it would ignore. */
export function makeEngine(tokenizer: JsonObject, config: JsonObject): Engine {
  refuseIgnored(tokenizer);
  return new Library(forEngine(tokenizer), { clean_up_tokenization_spaces: false, ...config });
}

/** An engine for text that follows other text; it shares `engine`'s vocabulary. */
export function continuationEngine(engine: Engine, tokenizer: JsonObject, config: JsonObject): Engine {
  const model = { ...(tokenizer.model as JsonObject), vocab: {}, merges: [] };
  const continuation = makeEngine({ ...withoutPrefix(tokenizer), model }, config);
  continuation.model = engine.model;
  return continuation;
}
