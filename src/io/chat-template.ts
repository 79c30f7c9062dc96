// Chat templates: Jinja source from tokenizer_config.json, compiled once and rendered to text.

import { Template } from "@huggingface/jinja";
import { CheckpointError } from "./errors.ts";
import type { JsonObject } from "./json.ts";

/** One turn; other fields that a template reads (tool calls, names) may be there too. */
export interface ChatMessage {
  readonly role: string;
  readonly content: string;
}

export interface ChatOptions {
  /** Ends with the header of the assistant's turn, for generation. */
  readonly addGenerationPrompt?: boolean;
  /** More variables of the template (`tools`, `documents`, …). */
  readonly variables?: JsonObject;
}

/** The template's source: a string, or the entry `default` of a list of named ones; `null` when there is none. */
export function templateSource(config: JsonObject, file: string): string | null {
  const value = config.chat_template;
  if (value === undefined || value === null) return null;
  if (typeof value === "string") return value;
  const named = Array.isArray(value)
    ? value.map((entry) => entry as { name?: unknown; template?: unknown } | null)
    : [];
  const chosen = named.find((entry) => entry?.name === "default");
  if (typeof chosen?.template === "string") return chosen.template;
  throw new CheckpointError(file, {
    found: `a chat_template with the names ${named.map((e) => String(e?.name)).join(", ") || "none"}`,
    expected: 'text, or a list with one named "default"',
    fix: "Set chat_template in tokenizer_config.json to the template to use.",
  });
}

/** A compiled chat template. */
export class ChatTemplate {
  readonly source: string;
  readonly #template: Template;
  readonly #file: string;
  readonly #tokens: JsonObject;

  /** `tokens` holds `bos_token`, `eos_token`, … as the template sees them. Throws `CheckpointError` for bad Jinja. */
  constructor(source: string, tokens: JsonObject, file: string) {
    this.source = source;
    this.#tokens = tokens;
    this.#file = file;
    try {
      this.#template = new Template(source);
    } catch (error) {
      throw this.#error(error, "a Jinja template");
    }
  }

  /** Renders messages to text. Throws `CheckpointError` when the template refuses them. */
  render(messages: readonly ChatMessage[], { addGenerationPrompt = false, variables = {} }: ChatOptions = {}): string {
    try {
      return this.#template.render({
        ...this.#tokens,
        ...variables,
        messages,
        add_generation_prompt: addGenerationPrompt,
      });
    } catch (error) {
      throw this.#error(error, "messages that the chat template accepts");
    }
  }

  #error(error: unknown, expected: string): CheckpointError {
    return new CheckpointError(
      this.#file,
      {
        found: `a chat template that fails (${error instanceof Error ? error.message : String(error)})`,
        expected,
        fix: "Check the roles and their order, or the template's source.",
      },
      { cause: error },
    );
  }
}
