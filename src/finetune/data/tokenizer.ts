// What the data pipeline asks of a tokenizer; `src/io` has one, a test can have its own.

/** One turn of a conversation, as chat templates take it. */
export interface ChatMessage {
  role: "system" | "user" | "assistant";
  content: string;
}

/** Text to token ids and back. */
export interface Tokenizer {
  /** Number of ids; every id is below it. */
  readonly vocabSize: number;
  readonly bosId: number | null;
  readonly eosId: number | null;
  readonly padId: number | null;
  /** True when the tokenizer begins a text with BOS by itself (`addSpecialTokens: true`). */
  readonly addBos: boolean;
  encode(text: string, options: { addSpecialTokens: boolean }): readonly number[];
  /** The ids of a text that follows other text: no special ids, and no space put before it. */
  encodeContinuation(text: string): readonly number[];
  decode(ids: readonly number[]): string;
  /** Renders a conversation with the model's chat template; absent when the model has none. */
  applyChatTemplate?(messages: readonly ChatMessage[], options: { addGenerationPrompt: boolean }): string;
}
