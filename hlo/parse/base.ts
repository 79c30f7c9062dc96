// The ground of the grammar: a Chevrotain parser that reads a window of tokens and knows how deep it is.
import { EmbeddedActionsParser, EOF, type IParserErrorMessageProvider, type IToken, type TokenType } from "chevrotain";
import type { Source } from "./source.ts";
import { vocabulary } from "./tokens.ts";

/** Regions, lists and types may be nested this deep; the text of a real program never is. */
const deepest = 100;

/** Longest piece of the text that a message shows. */
const shownLength = 40;

/** What is wrong, and at which offset; the entry makes the public error of it. */
export class Located extends Error {
  readonly offset: number;
  constructor(reason: string, offset: number) {
    super(reason);
    this.offset = offset;
  }
}

/** What Chevrotain leaves open for lazy lexers without declaring it. */
interface LazyLexer {
  consumeToken(): void;
  importLexerState(index: number): void;
}

const inherited = EmbeddedActionsParser.prototype as unknown as LazyLexer;

export function shown({ image, tokenType }: IToken): string {
  if (tokenType === EOF) return "the end of the text";
  return image.length > shownLength ? `\`${image.slice(0, shownLength)}…\`` : `\`${image}\``;
}

const label = ({ LABEL, name }: TokenType) => LABEL ?? name;

/** `a, b or c` of the first tokens of each alternative. */
function anyOf(paths: readonly TokenType[][]): string {
  const labels = [...new Set(paths.flatMap((path) => path.slice(0, 1).map(label)))];
  return labels.length < 2 ? labels.join("") : `${labels.slice(0, -1).join(", ")} or ${labels.at(-1)}`;
}

const messages: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected, actual }) => `expected ${label(expected)}, got ${shown(actual)}`,
  buildNotAllInputParsedMessage: ({ firstRedundant }) => `expected the end of the text, got ${shown(firstRedundant)}`,
  buildNoViableAltMessage: ({ expectedPathsPerAlt, actual, customUserDescription }) =>
    `expected ${customUserDescription ?? anyOf(expectedPathsPerAlt.flat())}, got ${shown(actual[0]!)}`,
  buildEarlyExitMessage: ({ expectedIterationPaths, actual, customUserDescription }) =>
    `expected ${customUserDescription ?? anyOf(expectedIterationPaths)}, got ${shown(actual[0]!)}`,
};

export abstract class Base extends EmbeddedActionsParser {
  protected source!: Source;
  /** Tokens of the window that are read, when it moves on, and tokens that it has left behind. */
  #read = 0;
  #due = 0;
  #passed = 0;
  #depth = 0;

  constructor() {
    super(vocabulary, { maxLookahead: 2, errorMessageProvider: messages, recoveryEnabled: false });
  }

  /** Starts a new text. */
  protected begin(source: Source): void {
    this.source = source;
    this.input = source.window;
    this.#read = 0;
    this.#due = source.due;
    this.#passed = 0;
    this.#depth = 0;
  }

  /** Called by Chevrotain for each token; now and then the window moves on. */
  protected consumeToken(): void {
    inherited.consumeToken.call(this);
    if (++this.#read < this.#due) return;
    // The last token read stays, for messages and for the text between two tokens.
    const passed = this.#read - 1;
    this.#due = this.source.advance(passed);
    this.#passed += passed;
    inherited.importLexerState.call(this, 0);
    this.#read = 1;
  }

  /** Tokens read of the whole text: repetitions ask whether it has grown. */
  protected exportLexerState(): number {
    return this.#passed + this.#read;
  }

  protected override LA(howMuch: number): IToken {
    return this.source?.window[this.#read - 1 + howMuch] ?? super.LA(howMuch);
  }

  // The window has its own end-of-file tokens, and the grammar asks for the end itself.
  protected onBeforeParse(): void {}
  protected onAfterParse(): void {}

  /** @throws Located at `token`, or at the next one */
  protected fail(reason: string, token: IToken = this.LA(1)): never {
    throw new Located(reason, this.source.offset(token));
  }

  /** Runs `body` one level deeper. */
  protected nest<T>(body: () => T): T {
    if (++this.#depth > deepest) this.fail(`nested deeper than ${deepest} levels`);
    try {
      return body();
    } finally {
      this.#depth--;
    }
  }

  /** The text from a token on, to the end of the last token read. */
  protected textFrom(token: IToken): string {
    const last = this.LA(0);
    return this.source.text.slice(token.startOffset, last.startOffset + last.image.length);
  }
}
