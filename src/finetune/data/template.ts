// Prompt templates: Stanford Alpaca's two, a custom one, or the model's own chat template.

import { DataError } from "../errors.ts";
import type { AlpacaRow } from "./rows.ts";
import type { ChatMessage, Tokenizer } from "./tokenizer.ts";

/** Stanford Alpaca's prompts, character by character (tatsu-lab/stanford_alpaca, `train.py`, `PROMPT_DICT`). */
export const alpacaTemplate: CustomTemplate = {
  prompt:
    "Below is an instruction that describes a task. Write a response that appropriately completes the request." +
    "\n\n### Instruction:\n{instruction}\n\n### Response:",
  promptWithInput:
    "Below is an instruction that describes a task, paired with an input that provides further context. " +
    "Write a response that appropriately completes the request." +
    "\n\n### Instruction:\n{instruction}\n\n### Input:\n{input}\n\n### Response:",
};

/**
 * A prompt with the placeholders `{instruction}` and `{input}`; every other brace is literal. Rows with an input use
 * `promptWithInput`, or `prompt` where that is absent.
 */
export interface CustomTemplate {
  prompt: string;
  promptWithInput?: string;
}

/** `"alpaca"`, `"chat"` (the tokenizer's chat template), or a custom template. */
export type Template = "alpaca" | "chat" | CustomTemplate;

/**
 * The text around an answer. Generation starts after `prompt`; `lead` (white space of chat templates, else `""`) and
 * `suffix` (the end of turn; `""`: EOS alone) are learnt with the answer.
 */
export interface RenderedPrompt {
  prompt: string;
  lead: string;
  suffix: string;
}

/** What is wrong with a custom template, or `null`. */
export function templateProblem({ prompt, promptWithInput }: CustomTemplate): string | null {
  if (!prompt.includes("{instruction}")) return 'the template needs the placeholder "{instruction}" in "prompt"';
  if (promptWithInput !== undefined) {
    for (const placeholder of ["{instruction}", "{input}"]) {
      if (!promptWithInput.includes(placeholder)) {
        return `the template needs the placeholder "${placeholder}" in "promptWithInput"`;
      }
    }
  }
  return null;
}

/**
 * Renders the prompt of one row.
 *
 * @throws DataError when the row has an input and the template no place for it, or when the chat template is absent
 *   or does not render the prompt as a prefix of the whole conversation
 */
export function renderPrompt(row: Omit<AlpacaRow, "output">, template: Template, tokenizer: Tokenizer): RenderedPrompt {
  if (template === "chat") return renderChat(row, tokenizer);
  const { prompt, promptWithInput = prompt } = template === "alpaca" ? alpacaTemplate : template;
  const chosen = row.input === undefined ? prompt : promptWithInput;
  if (row.input !== undefined && !chosen.includes("{input}")) {
    throw new DataError('the row has an input but the template has no "{input}"; add it or set "promptWithInput"');
  }
  const values: Record<string, string> = { "{instruction}": row.instruction, "{input}": row.input ?? "" };
  return {
    prompt: chosen.replace(/\{instruction\}|\{input\}/g, (placeholder) => values[placeholder]!),
    lead: "",
    suffix: "",
  };
}

/** Stands for the answer while the chat template is rendered; templates trim answers, so it has no outer space. */
const answerMark = "\u{e000}answer\u{e000}";

function renderChat(row: Omit<AlpacaRow, "output">, tokenizer: Tokenizer): RenderedPrompt {
  if (tokenizer.applyChatTemplate === undefined) {
    throw new DataError('this model has no chat template; set data.template to "alpaca" or to a custom one');
  }
  const content = row.input === undefined ? row.instruction : `${row.instruction}\n\n${row.input}`;
  const question: ChatMessage[] = [{ role: "user", content }];
  const prompt = tokenizer.applyChatTemplate(question, { addGenerationPrompt: true });
  const whole = tokenizer.applyChatTemplate([...question, { role: "assistant", content: answerMark }], {
    addGenerationPrompt: false,
  });
  const answerAt = whole.lastIndexOf(answerMark);
  if (answerAt === -1 || !whole.startsWith(prompt)) {
    throw new DataError(
      "the chat template does not render the prompt as a prefix of the conversation, so the answer cannot be told " +
        `from the prompt; got ${JSON.stringify(prompt)} and ${JSON.stringify(whole)}; set a custom data.template`,
    );
  }
  const lead = whole.slice(prompt.length, answerAt);
  return { prompt, lead, suffix: whole.slice(answerAt + answerMark.length).trimEnd() };
}
