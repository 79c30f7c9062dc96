// Tokenizers rebuilt from GGUF metadata: SentencePiece against its own algorithm, templates, spans, segments.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ggufTokenizer, mergesFromScores } from "../../src/io/gguf-tokenizer.ts";
import { TokenSpanError } from "../../src/io/token-spans.ts";
import { Tokenizer } from "../../src/io/tokenizer.ts";
import { withUnicodeSpaces } from "../../src/io/tokenizer-engine.ts";
import { expectRefusal } from "./temp.ts";
import { byteLevel, byteLevelMetadata, metadataOnly, sentencePiece } from "./tiny-tokenizers.ts";

const pieces = ["▁a", "ab", "▁ab", "ba", "aba", "▁▁", "▁", "a", "b", "c", "bc", "abc", "cc", "▁c"];
const strings = fc.string({ unit: fc.constantFrom("a", "b", "c", " "), maxLength: 14 });

describe("SentencePiece", () => {
  /** SentencePiece's BPE: merge the adjacent pair whose piece scores best, leftmost first, until none is left. */
  function reference(text: string, scores: ReadonlyMap<string, number>): string[] {
    const parts = [...text.replaceAll(" ", "▁")];
    for (;;) {
      let best = -1;
      for (let i = 0; i + 1 < parts.length; i++) {
        const score = scores.get(parts[i]! + parts[i + 1]!);
        if (score !== undefined && (best < 0 || score > scores.get(parts[best]! + parts[best + 1]!)!)) best = i;
      }
      if (best < 0) return parts;
      parts.splice(best, 2, parts[best]! + parts[best + 1]!);
    }
  }

  test("encodes as SentencePiece's algorithm does, for any scores", () => {
    const order = fc.shuffledSubarray(pieces, { minLength: pieces.length });
    fc.assert(
      fc.property(order, fc.array(strings, { minLength: 1, maxLength: 6 }), (ranked, texts) => {
        const scores = new Map(ranked.map((p, i) => [p, -i]));
        const tokenizer = sentencePiece(
          pieces,
          {},
          pieces.map((p) => scores.get(p)!),
        );
        for (const text of texts.filter((t) => t !== "")) {
          const ids = tokenizer.encode(text, { addSpecialTokens: false });
          expect(ids.map((id) => tokenizer.idToToken(id))).toEqual(reference(` ${text}`, scores));
          expect(tokenizer.decode(ids)).toBe(text);
        }
      }),
      { numRuns: 60 },
    );
  });

  const tokenizer = sentencePiece(pieces);

  test("BOS by default, bytes for unknown characters, special tokens in the text", () => {
    expect(tokenizer.addBos).toBe(true);
    expect(tokenizer.addEos).toBe(false);
    const ids = tokenizer.encode("é</s>a");
    expect(ids.map((id) => tokenizer.idToToken(id))).toEqual(["<s>", "▁", "<0xC3>", "<0xA9>", "</s>", "▁a"]);
    expect(tokenizer.decode(ids, { skipSpecialTokens: true })).toContain("é");
  });

  test("add_bos_token and add_eos_token", () => {
    const both = sentencePiece(pieces, { "tokenizer.ggml.add_eos_token": true });
    expect(both.encode("a").map((id) => both.idToToken(id))).toEqual(["<s>", "▁a", "</s>"]);
    expect(both.addEos).toBe(true);
    const none = sentencePiece(pieces, { "tokenizer.ggml.add_bos_token": false });
    expect(none.addBos).toBe(false);
    expect(none.encode("a")).toEqual(none.encode("a", { addSpecialTokens: false }));
  });

  test("spans leave out the space that is put before", () => {
    const { ids, spans } = tokenizer.encodeWithSpans(" ab é</s>c");
    const text = " ab é</s>c";
    const tokens = ["<s>", "▁", "▁ab", "▁", "<0xC3>", "<0xA9>", "</s>", "▁c"];
    expect(ids.map((id) => tokenizer.idToToken(id))).toEqual(tokens);
    expect(spans.map(([a, b]) => text.slice(a, b))).toEqual(["", "", " ab", " ", "é", "é", "</s>", "c"]);
  });

  test("segments: the answer is a continuation, without a space of its own", () => {
    const { ids, segments } = tokenizer.encodeSegments(["ab", "ab", " c"]);
    expect(ids.map((id) => tokenizer.idToToken(id))).toEqual(["<s>", "▁ab", "ab", "▁c"]);
    expect(segments).toEqual([-1, 0, 1, 2]);
    fc.assert(
      fc.property(strings, strings, (prompt, answer) => {
        const cut = tokenizer.encodeSegments([prompt, answer]);
        const alone = tokenizer.encode(prompt);
        expect(cut.ids.slice(0, alone.length)).toEqual(alone);
        if (prompt !== "") expect(tokenizer.decode(cut.ids, { skipSpecialTokens: true })).toBe(prompt + answer);
      }),
    );
  });

  /** The same pieces with Hugging Face's newer spelling of the prefix. */
  const metaspace = (fields: object) => {
    const pre_tokenizer = { type: "Metaspace", replacement: "▁", ...fields };
    return new Tokenizer(
      { ...tokenizer.files, tokenizer: { ...tokenizer.files.tokenizer, normalizer: null, pre_tokenizer } },
      "x",
    );
  };

  test.each([
    ["always", false, ["▁a", "</s>", "▁▁", "c"], ["a", "</s>", "  ", "c"]],
    ["first", false, ["▁a", "</s>", "▁▁", "c"], ["a", "</s>", "  ", "c"]],
    ["never", false, ["a", "</s>", "▁▁", "c"], ["a", "</s>", "  ", "c"]],
    ["first", true, ["▁a", "</s>", "▁", "▁c"], ["a", "</s>", " ", " c"]],
  ])("Metaspace with prefix %s, split %s", (prepend_scheme, split, tokens, cuts) => {
    const t = metaspace({ prepend_scheme, split });
    const text = "a</s>  c";
    const { ids, spans } = t.encodeWithSpans(text, { addSpecialTokens: false });
    expect(ids.map((id) => t.idToToken(id))).toEqual(tokens);
    expect(spans.map(([a, b]) => text.slice(a, b))).toEqual(cuts);
    expect(t.encodeContinuation("ab").map((id) => t.idToToken(id))).toEqual(["ab"]);
  });

  test.each([
    ["always", ["</s>", "▁a"], ["</s>", "a"]],
    ["first", ["</s>", "a"], ["</s>", "a"]],
  ])("Metaspace with prefix %s after an added token", (prepend_scheme, tokens, cuts) => {
    const t = metaspace({ prepend_scheme, split: false });
    const { ids, spans } = t.encodeWithSpans("</s>a", { addSpecialTokens: false });
    expect(ids.map((id) => t.idToToken(id))).toEqual(tokens);
    expect(spans.map(([a, b]) => "</s>a".slice(a, b))).toEqual(cuts);
  });

  test("merges: best score first, then longer left part", () => {
    expect(mergesFromScores(["a", "b", "ab", "aba", "ba"], [0, 0, -1, -3, -2])).toEqual([
      ["a", "b"],
      ["b", "a"],
      ["ab", "a"],
      ["a", "ba"],
    ]);
  });

  test("missing scores are refused", () => {
    expectRefusal(() => sentencePiece(pieces, { "tokenizer.ggml.scores": [1] }), /1 tokenizer.ggml.scores; expected/);
  });
});

describe("byte-level", () => {
  const merges = ["h e", "l l", "he ll", "Ġ w", "Ġw o"];
  const spelled = (t: Tokenizer, text: string) => t.encode(text).map((id) => t.idToToken(id));

  test("merges inside words only; special tokens stand alone", () => {
    const t = byteLevel(merges);
    expect(spelled(t, "hello wo<|end|>hell")).toEqual(["hell", "o", "Ġwo", "<|end|>", "hell"]);
    expect(t.decode(t.encode("hello wo, é!"))).toBe("hello wo, é!");
    expect(t.decode(t.encode("a<|end|>b"), { skipSpecialTokens: true })).toBe("ab");
    expect(t.decode([])).toBe("");
  });

  test("llama-bpe: BOS, groups of three digits, whole words before merges", () => {
    const t = byteLevel([...merges, "1 2", "12 3"], {
      "tokenizer.ggml.pre": "llama-bpe",
    });
    expect(t.addBos).toBe(true);
    expect(spelled(t, "1231 23")).toEqual(["<|begin|>", "123", "1", "Ġ", "2", "3"]);
    expect(t.encodeSegments(["hell", "o"]).segments).toEqual([-1, 0, 1]);
  });

  test("smollm splits single digits, all of Unicode's", () => {
    const t = byteLevel([...merges, "1 2"], { "tokenizer.ggml.pre": "smollm" });
    expect(spelled(t, "12 12")).toEqual(["1", "2", "Ġ", "1", "2"]);
  });

  test.each<[string, Record<string, string | number | string[] | number[]>, RegExp]>([
    ["a pre-tokenizer", { "tokenizer.ggml.pre": "qwen2" }, /tokenizer.ggml.pre = qwen2; expected one of default gpt-2/],
    ["a prototype's name", { "tokenizer.ggml.pre": "toString" }, /tokenizer.ggml.pre = toString/],
    ["a model", { "tokenizer.ggml.model": "bert" }, /tokenizer.ggml.model = bert; expected gpt2 or llama/],
    ["a merge", { "tokenizer.ggml.merges": ["ab"] }, /the merge "ab"; expected two tokens/],
    ["a special id", { "tokenizer.ggml.eos_token_id": 9999 }, /eos_token_id = 9999; expected an id below/],
    ["token types", { "tokenizer.ggml.token_type": [1] }, /1 token types/],
    [
      "equal tokens",
      { "tokenizer.ggml.tokens": ["a", "a"], "tokenizer.ggml.token_type": [1, 1] },
      /the same token twice/,
    ],
  ])("refuses %s it cannot rebuild", (_, more, message) => {
    expectRefusal(() => ggufTokenizer(metadataOnly(byteLevelMetadata(merges, more))), message);
  });

  test("no tokenizer is null", () => {
    expect(ggufTokenizer(metadataOnly({}))).toBeNull();
  });

  test("the rebuilt vocabulary keeps names of Object.prototype", () => {
    const tokens = ["a", "b", "__proto__", "constructor"];
    const files = ggufTokenizer(
      metadataOnly({
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.merges": ["a b"],
      }),
    )!;
    const t = new Tokenizer(JSON.parse(JSON.stringify(files)), "x");
    expect(t.vocabSize).toBe(4);
    expect(tokens.map((token) => t.tokenToId(token))).toEqual([0, 1, 2, 3]);
  });
});

describe("Tokenizer", () => {
  const files = ggufTokenizer(metadataOnly(byteLevelMetadata(["a b"])))!;

  test("ids that end generation: a list, a number, or the tokenizer's", () => {
    expect(new Tokenizer(files, "x", { eos_token_id: [1, 0] }).eosIds).toEqual([1, 0]);
    expect(new Tokenizer(files, "x", { eos_token_id: 0 }).eosIds).toEqual([0]);
    expect(new Tokenizer(files, "x").eosIds).toEqual([1]);
    expectRefusal(() => new Tokenizer(files, "x", { eos_token_id: "1" }), /eos_token_id "1"; expected a token id/);
  });

  test("special tokens as objects, or from special_tokens_map.json", () => {
    const config = { ...files.config, eos_token: { content: "<|begin|>" }, bos_token: undefined };
    const t = new Tokenizer({ ...files, config, specialTokensMap: { bos_token: "<|end|>" } }, "x");
    expect([t.bosId, t.eosId, t.padId]).toEqual([1, 0, null]);
  });

  test("the hash names the tokenizer", () => {
    const again = new Tokenizer(JSON.parse(JSON.stringify(files)), "elsewhere");
    expect(again.sha256).toBe(new Tokenizer(files, "x").sha256);
    expect(byteLevel(["a c"]).sha256).not.toBe(again.sha256);
  });

  test("ids outside the vocabulary are refused", () => {
    const t = new Tokenizer(files, "x");
    expect(() => t.decode([0, t.vocabSize])).toThrow(/token id \d+ is not in the vocabulary of \d+ of x/);
  });

  test("a normaliser that changes the text leaves no exact spans", () => {
    const tokenizer = { ...files.tokenizer, normalizer: { type: "Lowercase" } };
    const t = new Tokenizer({ ...files, tokenizer }, "x");
    expect(t.encodeWithSpans("ab").spans).toEqual([[0, 2]]);
    expect(() => t.encodeWithSpans("aB")).toThrow(TokenSpanError);
  });

  test("characters that a vocabulary lacks are dropped by the tokenizer and reported by spans", () => {
    const t = new Tokenizer(files, "x");
    expect(() => t.encodeWithSpans("aЖ")).toThrow(TokenSpanError);
  });

  test("white space in patterns is Unicode's, as in Hugging Face's tokenizers", () => {
    const pattern = new RegExp(withUnicodeSpaces("^(?:\\s|[a\\s]x|\\Sy|\\\\s)$"), "u");
    for (const text of ["\u0085", "\u00a0", "\n", "\u3000x", "ax", "\ufeffy", "\\s"]) expect(text).toMatch(pattern);
    for (const text of ["\ufeff", "\ufeffx", "\u0085y", "sx"]) expect(text).not.toMatch(pattern);
  });

  test("a broken tokenizer.json", () => {
    expectRefusal(
      () => new Tokenizer({ ...files, tokenizer: {} }, "dir"),
      /dir: found a tokenizer.json that cannot be used/,
    );
  });

  test.each<[object, RegExp]>([
    [
      { pre_tokenizer: { type: "Split", pattern: { Regex: "a" }, behavior: "MergedWithNext" } },
      /Split with behavior MergedWithNext/,
    ],
    [
      { pre_tokenizer: { type: "Split", pattern: { Regex: "a" }, behavior: "Isolated", invert: true } },
      /Isolated, inverted/,
    ],
    [{ model: { ...(files.tokenizer.model as object), dropout: 0.1 } }, /model.dropout = 0.1/],
    [{ added_tokens: [{ id: 0, content: "<|begin|>", single_word: true }] }, /"<\|begin\|>" with single_word/],
  ])("what the library would ignore is refused: %j", (change, message) => {
    expectRefusal(() => new Tokenizer({ ...files, tokenizer: { ...files.tokenizer, ...change } }, "x"), message);
  });

  describe("chat template", () => {
    const withTemplate = (chat_template: unknown) =>
      new Tokenizer({ ...files, config: { ...files.config, chat_template } }, "x");

    test("renders with special tokens and variables", () => {
      const t = withTemplate(
        "{{ bos_token }}{% for m in messages %}[{{ m['role'] }}]{{ m['content'] }}{% endfor %}{{ extra }}{% if add_generation_prompt %}>{% endif %}",
      );
      const messages = [{ role: "user", content: "hi" }];
      expect(t.applyChatTemplate!(messages)).toBe("<|begin|>[user]hi");
      expect(t.applyChatTemplate!(messages, { addGenerationPrompt: true, variables: { extra: "!" } })).toBe(
        "<|begin|>[user]hi!>",
      );
    });

    test("the default of a named list; absent without one", () => {
      const named = withTemplate([
        { name: "tool_use", template: "T" },
        { name: "default", template: "D" },
      ]);
      expect(named.applyChatTemplate!([])).toBe("D");
      expect(withTemplate(undefined).applyChatTemplate).toBeUndefined();
      expectRefusal(() => withTemplate([{ name: "rag", template: "" }]), /chat_template with the names rag/);
    });

    test("bad Jinja and refused messages are clear errors", () => {
      expectRefusal(() => withTemplate("{% if %}"), /a chat template that fails/);
      const strict = withTemplate("{{ raise_exception('roles must alternate') }}");
      expectRefusal(() => strict.applyChatTemplate!([]), /roles must alternate/);
    });
  });
});
