// A text read piece by piece: at any time only the tokens of some lines exist.
import { EOF, type IToken } from "chevrotain";
import { isOpen, lexer, Stray } from "./tokens.ts";

/** Characters that are turned into tokens at a time; a piece ends with a line. */
const pieceSize = 1 << 16;

/** Tokens that the parser may look ahead; the window never holds fewer until the text ends. */
export const lookahead = 3;

const end: IToken = { image: "", startOffset: Number.NaN, tokenType: EOF, tokenTypeIdx: EOF.tokenTypeIdx! };

export class Source {
  readonly text: string;
  /** The tokens at hand; the parser reads this very array. */
  readonly window: IToken[] = [];
  /** Where the next piece begins. */
  #next = 0;

  /** After how many tokens of the window `advance` is due. */
  readonly due: number;

  constructor(text: string) {
    this.text = text;
    this.due = this.advance(0);
  }

  /**
   * Drops the first `read` tokens of the window and adds pieces until it can be looked ahead; the window ends with
   * end-of-file tokens where the text does. Returns the index from which on the next call is due.
   */
  advance(read: number): number {
    this.window.splice(0, read);
    while (this.window.length <= lookahead) {
      if (this.#next >= this.text.length) {
        for (let i = 0; i <= lookahead; i++) this.window.push(end);
        return Number.POSITIVE_INFINITY;
      }
      this.#append();
    }
    return this.window.length - lookahead;
  }

  /** Turns the next lines into tokens; a token that is still open at the end of them takes more lines. */
  #append(): void {
    const start = this.#next;
    for (let size = pieceSize; ; size *= 2) {
      const newline = start + size >= this.text.length ? -1 : this.text.indexOf("\n", start + size);
      const stop = newline < 0 ? this.text.length : newline + 1;
      const { tokens } = lexer.tokenize(
        start === 0 && stop === this.text.length ? this.text : this.text.slice(start, stop),
      );
      const last = tokens.at(-1);
      if (last !== undefined && isOpen(last)) {
        if (stop < this.text.length) continue;
        last.tokenType = Stray;
        last.tokenTypeIdx = Stray.tokenTypeIdx!;
      }
      for (const token of tokens) {
        token.startOffset += start;
        this.window.push(token);
      }
      this.#next = stop;
      return;
    }
  }

  /** The offset of a token; that of the end of the text for the end-of-file token. */
  offset(token: IToken): number {
    return Number.isNaN(token.startOffset) ? this.text.length : token.startOffset;
  }
}

/** Line and column, from 1, of an offset. */
export function positionAt(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let start = 0;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) {
    line++;
    start = at + 1;
  }
  return { line, column: offset - start + 1 };
}
