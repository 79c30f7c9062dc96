// Which characters of the text each token covers, found by matching the tokens' bytes against the text's.

import { JortsError } from "../../base/errors.ts";

/** The text and its tokens do not spell the same bytes. */
export class TokenSpanError extends JortsError {}

/** How a tokenizer spells bytes as token strings. */
export interface Spelling {
  /** GPT-2's byte alphabet, or SentencePiece's "▁" for spaces and <0xNN> for bytes. */
  readonly alphabet: "byte-level" | "sentencepiece";
  /** When a space that is not in the text is put before a stretch of text between added tokens. */
  readonly prefix: "never" | "always" | "unless-space" | "first-unless-space";
  /** Added tokens, spelled by their content. */
  readonly isAdded: (token: string) => boolean;
}

/** GPT-2's printable stand-in of every byte: itself if printable in Latin-1, else U+0100 onwards in order. */
const byteOfChar = new Map<string, number>();
for (let byte = 0, next = 256; byte < 256; byte++) {
  const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  byteOfChar.set(String.fromCodePoint(printable ? byte : next++), byte);
}

const utf8 = new TextEncoder();

function tokenBytes(token: string, { alphabet, isAdded }: Spelling): Uint8Array {
  if (isAdded(token)) return utf8.encode(token);
  if (alphabet === "byte-level")
    return Uint8Array.from(token, (c) => {
      const byte = byteOfChar.get(c);
      if (byte === undefined) throw new TokenSpanError(`token ${JSON.stringify(token)} is not byte-level text`);
      return byte;
    });
  const byte = /^<0x([0-9A-F]{2})>$/.exec(token);
  return byte === null ? utf8.encode(token.replaceAll("▁", " ")) : Uint8Array.of(Number.parseInt(byte[1]!, 16));
}

/** UTF-16 index of the character that holds each UTF-8 byte of `text`; one more entry for the end. */
function charOfByte(text: string, byteLength: number): Uint32Array {
  const index = new Uint32Array(byteLength + 1);
  let at = 0;
  let char = 0;
  for (const c of text) {
    const code = c.codePointAt(0)!;
    const bytes = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    index.fill(char, at, at + bytes);
    at += bytes;
    char += c.length;
  }
  index[byteLength] = char;
  return index;
}

/**
 * Spans [start, end) in UTF-16 units, one for each of `tokens`, which must spell `text` exactly. A token that holds
 * part of a character spans all of it. Throws `TokenSpanError` when they do not (a normaliser changed the text).
 */
export function tokenSpans(text: string, tokens: readonly string[], spelling: Spelling): [number, number][] {
  const bytes = utf8.encode(text);
  const char = charOfByte(text, bytes.length);
  let at = 0;
  let sectionStart = true;
  let firstSection = true;
  const spans = tokens.map((token): [number, number] => {
    let surface = tokenBytes(token, spelling);
    if (spelling.isAdded(token)) {
      sectionStart = true;
      firstSection = false;
    } else if (sectionStart) {
      const { prefix } = spelling;
      const spaceThere = bytes[at] === 0x20;
      const prefixed =
        prefix === "always" ||
        (prefix === "unless-space" && !spaceThere) ||
        (prefix === "first-unless-space" && firstSection && !spaceThere);
      if (prefixed) surface = surface.subarray(1);
      sectionStart = false;
    }
    const from = at;
    for (const byte of surface)
      if (bytes[at++] !== byte)
        throw new TokenSpanError(
          `token ${JSON.stringify(token)} does not spell the text at character ${char[from]}; ` +
            "the tokenizer changes this text, so its tokens have no exact places in it",
        );
    return [char[from]!, at === from ? char[from]! : char[at - 1]! + charLength(text, char[at - 1]!)];
  });
  if (at !== bytes.length)
    throw new TokenSpanError(`the tokens end at character ${char[at]} of ${text.length}; the tokenizer drops the rest`);
  return spans;
}

const charLength = (text: string, at: number): number => (text.codePointAt(at)! > 0xffff ? 2 : 1);
