// Templates and tokenised examples: exact prompts, one BOS, labels on answer and EOS, overlong rows.

import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import { describeReport } from "../../../src/finetune/data/report.ts";
import { renderPrompt, type Template, templateProblem } from "../../../src/finetune/data/template.ts";
import {
  describeExample,
  encodePrompt,
  type TokenizeOptions,
  tokenizeRows,
} from "../../../src/finetune/data/tokenize.ts";
import type { Tokenizer } from "../../../src/finetune/data/tokenizer.ts";
import { DataError } from "../../../src/finetune/errors.ts";
import type { Tokenizer as ModelTokenizer } from "../../../src/io/tokenizer.ts";
import { bos, byteTokenizer, eos } from "../byte-tokenizer.ts";

const tokenizer = byteTokenizer();
const options: TokenizeOptions = { template: { prompt: "{instruction}:" }, maxSeqLen: 1000, overlong: "drop" };
const row = (instruction: string, output: string) => ({ instruction, output });

/** ChatML, as Jinja would render it. */
const chatml: Tokenizer["applyChatTemplate"] = (messages, { addGenerationPrompt }) =>
  messages.map(({ role, content }) => `<|${role}|>\n${content}</s>\n`).join("") +
  (addGenerationPrompt ? "<|assistant|>\n" : "");

describe("templates", () => {
  it("renders Stanford Alpaca's prompts exactly", () => {
    expect(renderPrompt({ instruction: "Do it." }, "alpaca", tokenizer).prompt).toBe(
      "Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n### Instruction:\nDo it.\n\n### Response:",
    );
    expect(renderPrompt({ instruction: "Do it.", input: "x" }, "alpaca", tokenizer).prompt).toBe(
      "Below is an instruction that describes a task, paired with an input that provides further context. Write a response that appropriately completes the request.\n\n### Instruction:\nDo it.\n\n### Input:\nx\n\n### Response:",
    );
  });

  it("fills placeholders once, whatever the row contains", () => {
    const template = { prompt: "{instruction} | {input} {x}" };
    expect(renderPrompt({ instruction: "{input} $& {instruction}", input: "$1" }, template, tokenizer).prompt).toBe(
      "{input} $& {instruction} | $1 {x}",
    );
    expect(renderPrompt({ instruction: "a" }, template, tokenizer).prompt).toBe("a |  {x}");
    const two = { prompt: "{instruction}", promptWithInput: "{input}{instruction}" };
    expect(renderPrompt({ instruction: "a", input: "b" }, two, tokenizer).prompt).toBe("ba");
  });

  it("refuses a template that would lose text", () => {
    expect(templateProblem({ prompt: "x" })).toContain('"{instruction}" in "prompt"');
    expect(templateProblem({ prompt: "{instruction}", promptWithInput: "{instruction}" })).toContain('"{input}"');
    expect(templateProblem({ prompt: "{instruction}" })).toBeNull();
    const rows = [row("a", "b"), { instruction: "a", input: "i", output: "o" }];
    expect(() => tokenizeRows(rows, tokenizer, options)).toThrow(
      'row 2: the row has an input but the template has no "{input}"',
    );
  });

  it("takes the chat template's end of turn into the answer", () => {
    const chat = byteTokenizer({ addBos: false, applyChatTemplate: chatml });
    const { examples } = tokenizeRows([{ instruction: "Q", input: "I", output: "A" }], chat, {
      ...options,
      template: "chat",
    });
    expect(describeExample(examples[0]!, chat)).toEqual({
      prompt: "<|user|>\nQ\n\nI</s>\n<|assistant|>\n",
      supervised: "A</s>",
    });
  });

  it("learns the white space between prompt and answer, and keeps the template's own BOS", () => {
    const inst = byteTokenizer({
      applyChatTemplate: ([user, answer]) =>
        `<s>[INST] ${user!.content} [/INST]${answer ? ` ${answer.content.trim()} </s>` : ""}`,
    });
    const { examples } = tokenizeRows([row("Q", "A")], inst, { ...options, template: "chat" });
    expect(describeExample(examples[0]!, inst)).toEqual({ prompt: "<s>[INST] Q [/INST]", supervised: " A </s>" });
  });

  it("refuses a chat template that is absent or does not extend the prompt", () => {
    const chat: TokenizeOptions = { ...options, template: "chat" };
    expect(() => tokenizeRows([row("Q", "A")], tokenizer, chat)).toThrow("row 1: this model has no chat template");
    const odd = byteTokenizer({ applyChatTemplate: (messages) => `${messages.length}${messages.at(-1)!.content}` });
    expect(() => tokenizeRows([row("Q", "A")], odd, chat)).toThrow("does not render the prompt as a prefix");
  });
});

describe("tokenizeRows", () => {
  it("makes BOS, prompt, answer, EOS and supervises the last two", () => {
    const { examples, report } = tokenizeRows([row("q", "ab")], tokenizer, options);
    const [q, colon, a, b] = [..."q:ab"].map((char) => char.charCodeAt(0) + 3);
    expect(examples).toEqual([{ ids: Int32Array.of(bos, q!, colon!, a!, b!, eos), promptLength: 3, row: 0 }]);
    expect(report).toEqual({
      rows: 1,
      kept: 1,
      tokens: 6,
      supervisedTokens: 3,
      longest: 6,
      dropped: [],
      truncated: [],
      tokensLost: 0,
      emptyAnswers: [],
    });
  });

  it("supervises answer and EOS for every row, also when the answer repeats the prompt", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", ":", " ", "#") });
    fc.assert(
      fc.property(
        fc.array(fc.record({ instruction: text, output: text }), { minLength: 1 }),
        fc.boolean(),
        (rows, addBos) => {
          const own = byteTokenizer({ addBos });
          const { examples } = tokenizeRows(rows, own, options);
          rows.forEach(({ instruction, output }, index) => {
            expect(describeExample(examples[index]!, own)).toEqual({
              prompt: `${addBos ? "<s>" : ""}${instruction}:`,
              supervised: `${output}</s>`,
            });
          });
        },
      ),
    );
  });

  it("puts BOS once, where the tokenizer wants one", () => {
    expect(encodePrompt("<s>a", tokenizer)).toEqual([bos, 100]);
    expect(encodePrompt("a", byteTokenizer({ addBos: false }))).toEqual([100]);
    expect(encodePrompt("a", byteTokenizer({ bosId: null }))).toEqual([100]);
    expect(() => encodePrompt("<s><s>a", tokenizer, { row: 3 })).toThrow(
      "row 3: the prompt begins with BOS (id 1) twice",
    );
  });

  it("puts no space between prompt and answer, as some tokenizers do before a text", () => {
    const { encode } = tokenizer;
    const spaced = byteTokenizer({ encode: (text, options) => encode(` ${text}`, options) });
    const { examples } = tokenizeRows([row("q", "a")], spaced, options);
    expect(describeExample(examples[0]!, spaced)).toEqual({ prompt: "<s> q:", supervised: "a</s>" });
    expectTypeOf<ModelTokenizer>().toExtend<Tokenizer>();
  });

  it("does not double an EOS, and counts empty answers", () => {
    const { examples, report } = tokenizeRows([row("q", "a</s>"), row("q", "")], tokenizer, options);
    expect(examples.map((example) => describeExample(example, tokenizer).supervised)).toEqual(["a</s>", "</s>"]);
    expect(report.emptyAnswers).toEqual([{ row: 2 }]);
  });

  it("never supervises a first token, which nothing predicts", () => {
    const { examples } = tokenizeRows([{ prompt: "", completion: "ab" }], byteTokenizer({ addBos: false }), options);
    expect(examples[0]!.promptLength).toBe(1);
  });

  it("drops, truncates or refuses overlong rows, and says which and how much", () => {
    const source = { file: "f", row: 7, line: 9 };
    const rows = [row("q", "a"), { ...row("q", "abcdef"), source }, row("long prompt", "x")];
    const dropped = tokenizeRows(rows, tokenizer, { ...options, maxSeqLen: 8 });
    expect(dropped.examples.map((example) => example.row)).toEqual([0]);
    expect(dropped.report).toMatchObject({
      kept: 1,
      dropped: [source, { row: 3 }],
      truncated: [],
      tokensLost: 10 + 15,
      longest: 15,
    });

    const cut = tokenizeRows(rows, tokenizer, { ...options, maxSeqLen: 8, overlong: "truncate" });
    expect(cut.report).toMatchObject({ kept: 2, dropped: [{ row: 3 }], truncated: [source], tokensLost: 2 + 15 });
    expect(describeExample(cut.examples[1]!, tokenizer)).toEqual({ prompt: "<s>q:", supervised: "abcde" });

    expect(() => tokenizeRows(rows, tokenizer, { ...options, maxSeqLen: 8, overlong: "error" })).toThrow(
      "f:9, row 7: 10 tokens, maxSeqLen is 8; raise data.maxSeqLen",
    );
  });

  it("reports all of that in words", () => {
    const source = { file: "f", row: 7, line: 9 };
    const rows = [row("q", "a"), row("q", ""), { ...row("q", "abcdef"), source }, row("long prompt", "x")];
    const { report } = tokenizeRows(rows, tokenizer, { ...options, maxSeqLen: 8, overlong: "truncate" });
    expect(describeReport(report, 8)).toEqual([
      "3 of 4 rows, 17 tokens (longest row 15), 8 supervised (47.1 %)",
      "1 row longer than 8 tokens dropped: row 4",
      "1 row cut to 8 tokens: row 7 (f:9)",
      "17 tokens lost that way; raise data.maxSeqLen to keep them",
      "1 row with an empty answer, which teaches the model to stop at once: row 2",
    ]);
    const dropped = Array.from({ length: 12 }, (_, i) => ({ row: i + 1 }));
    expect(describeReport({ ...report, dropped }, 8)[1]).toContain("row 10 and 2 more");
  });

  it("keeps at least one supervised token of every row it truncates", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b") });
    fc.assert(
      fc.property(
        fc.array(fc.record({ instruction: text, output: text })),
        fc.integer({ min: 3, max: 12 }),
        (rows, maxSeqLen) => {
          const all = [row("", ""), ...rows];
          const { examples, report } = tokenizeRows(all, tokenizer, { ...options, maxSeqLen, overlong: "truncate" });
          expect(examples.every(({ ids, promptLength }) => ids.length <= maxSeqLen && promptLength < ids.length)).toBe(
            true,
          );
          expect(report.kept + report.dropped.length).toBe(all.length);
          const total = all.reduce((sum, { instruction, output }) => sum + instruction.length + output.length + 3, 0);
          expect(report.tokens + report.tokensLost).toBe(total);
        },
      ),
    );
  });

  it("refuses data without supervised tokens, and a tokenizer without EOS", () => {
    expect(() => tokenizeRows([row("prompt", "x")], tokenizer, { ...options, maxSeqLen: 4 })).toThrow(
      "no supervised tokens: of 1 rows, 1 were dropped for being longer than maxSeqLen 4 (the longest has 10 tokens)",
    );
    expect(() => tokenizeRows([], tokenizer, options)).toThrow(DataError);
    const bare = byteTokenizer({ addBos: false });
    expect(() => tokenizeRows([{ prompt: "", completion: "" }], bare, options)).toThrow("row 1: no supervised tokens");
    expect(() => tokenizeRows([row("q", "a")], byteTokenizer({ eosId: null }), options)).toThrow("no EOS token");
  });

  const templates: Template[] = ["alpaca", { prompt: "{instruction}" }];
  it.each(templates)("carries the row's place through template %j", (template) => {
    const { examples } = tokenizeRows([row("a", "b"), row("c", "d")], tokenizer, { ...options, template });
    expect(examples.map((example) => example.row)).toEqual([0, 1]);
  });
});
