// Text from a model: prompt or row in, answer out, streamed in whole characters.
import { config as settings } from "../compile/config.ts";
import * as random from "../lib/random.ts";
import { generate } from "../llama/generate.ts";
import type { LoadedLlama } from "../llama/load.ts";
import type { Lora } from "../llama/lora.ts";
import { renderPrompt, type Template } from "./data/template.ts";
import { encodePrompt } from "./data/tokenize.ts";
import type { Tokenizer } from "./data/tokenizer.ts";
import { DataError } from "./errors.ts";

/** A text that is continued as it stands, or an instruction that the template makes a prompt of. */
export type Prompt = string | { readonly instruction: string; readonly input?: string };

export interface TextOptions {
  /** For instructions; `"alpaca"` by default. */
  readonly template?: Template;
  readonly lora?: Lora | undefined;
  /** Tokens; 128 by default. */
  readonly maxNewTokens?: number;
  /** 0, the default, takes the likeliest token each time. */
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly repetitionPenalty?: number;
  /** Decides the draws at temperature above 0; 0 by default. */
  readonly seed?: number;
  /** Told each piece of the answer as it is made; never half a character. */
  readonly onText?: (piece: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * The model's answer to `prompt`, without the end token.
 *
 * @throws DataError when the model has no tokenizer, or the prompt and the answer do not fit into its context
 */
export async function generateText(model: LoadedLlama, prompt: Prompt, options: TextOptions = {}): Promise<string> {
  const { tokenizer, config, params } = model;
  if (tokenizer === null)
    throw new DataError(
      `${model.files.path} has no tokenizer; generating text needs tokenizer.json beside the weights.`,
    );
  const { template = "alpaca", maxNewTokens = 128, temperature = 0, seed = 0, onText, ...rest } = options;
  const ids = promptIds(prompt, template, tokenizer);
  if (ids.length + maxNewTokens > config.maxPositions)
    throw new DataError(
      `the prompt has ${ids.length} tokens and ${maxNewTokens} more are asked for, but the model's context is ` +
        `${config.maxPositions}; shorten the prompt or lower maxNewTokens`,
    );
  const made: number[] = [];
  const stream = new TextStream(tokenizer, onText ?? (() => {}));
  const key = temperature > 0 ? random.key(seed) : undefined;
  try {
    await generate(params, [ids], config, {
      ...rest,
      ...(key === undefined ? {} : { key }),
      ...(settings.platform === "cpu" ? { computeDtype: "float32" } : {}),
      temperature,
      maxNewTokens,
      eosTokenId: [...new Set([...config.eosTokenIds, ...tokenizer.eosIds])],
      onToken: (token) => {
        if (token >= tokenizer.vocabSize)
          throw new DataError(
            `the model made token ${token}, but its tokenizer has ${tokenizer.vocabSize}; do tokenizer and weights belong together?`,
          );
        made.push(token);
        stream.push(token);
      },
    });
  } finally {
    key?.dispose();
  }
  stream.end();
  return tokenizer.decode(made);
}

function promptIds(prompt: Prompt, template: Template, tokenizer: Tokenizer): number[] {
  const text = typeof prompt === "string" ? prompt : renderPrompt(prompt, template, tokenizer).prompt;
  const ids = encodePrompt(text, tokenizer);
  if (ids.length === 0) throw new DataError("the prompt is empty; give the model something to continue");
  return ids;
}

/** Hands out the text of a growing list of tokens; characters of several tokens wait for the last of them. */
export class TextStream {
  readonly #tokenizer: Pick<Tokenizer, "decode">;
  readonly #write: (piece: string) => void;
  readonly #ids: number[] = [];
  #written = 0;

  constructor(tokenizer: Pick<Tokenizer, "decode">, write: (piece: string) => void) {
    this.#tokenizer = tokenizer;
    this.#write = write;
  }

  push(id: number): void {
    this.#ids.push(id);
    const text = this.#tokenizer.decode(this.#ids);
    if (!text.endsWith("\ufffd")) this.#flush(text);
  }

  /** Writes what is left, an unfinished character too. */
  end(): void {
    this.#flush(this.#tokenizer.decode(this.#ids));
  }

  #flush(text: string): void {
    if (text.length > this.#written) this.#write(text.slice(this.#written));
    this.#written = text.length;
  }
}
