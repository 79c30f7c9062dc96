// A whole tiny model directory: a random Llama of test/fixtures with a byte-level tokenizer made here, and data for it.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const fixtures = fileURLToPath(new URL("../fixtures/llama/", import.meta.url));

const bos = "<s>";
const eos = "</s>";
const special = (id: number, content: string) => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
});

/** Printable ASCII, space and line feed as GPT-2 spells bytes; no merges, so each character is a token. */
function tokenizerJson(vocabSize: number) {
  const characters = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i));
  const tokens = ["<pad>", bos, eos, "Ġ", "Ċ", ...characters];
  while (tokens.length < vocabSize) tokens.push(`<${tokens.length}>`);
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  return {
    version: "1.0",
    added_tokens: [special(0, "<pad>"), special(1, bos), special(2, eos)],
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: {
      type: "TemplateProcessing",
      single: [{ SpecialToken: { id: bos, type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
      pair: [{ Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 1 } }],
      special_tokens: { [bos]: { id: bos, ids: [1], tokens: [bos] } },
    },
    decoder: byteLevel,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: [],
    },
  };
}

/** Writes the model into `directory`, which is made. */
export function makeTinyModel(directory: string, name: "gqa-tied" | "mha-untied" = "mha-untied"): string {
  mkdirSync(directory, { recursive: true });
  cpSync(join(fixtures, name, "model"), directory, { recursive: true });
  const write = (file: string, value: object) => writeFileSync(join(directory, file), JSON.stringify(value));
  const config = JSON.parse(readFileSync(join(directory, "config.json"), "utf8")) as { vocab_size: number };
  write("tokenizer.json", tokenizerJson(config.vocab_size));
  write("tokenizer_config.json", { bos_token: bos, eos_token: eos, pad_token: "<pad>" });
  return directory;
}

/** Rows to learn: what follows a letter. */
export const tinyRows = Array.from({ length: 20 }, (_, i) => {
  const letter = String.fromCharCode(97 + i);
  return { instruction: `After ${letter}?`, output: String.fromCharCode(98 + i).repeat(1 + (i % 5)) };
});

/** Writes `rows` as JSON Lines. */
export function writeRows(path: string, rows: readonly object[] = tinyRows): string {
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  return path;
}

/** Short prompts, so that a row is a few dozen tokens. */
export const tinyTemplate = { prompt: "Q: {instruction}\nA:" };
