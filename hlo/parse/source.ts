// A text read piece by piece: at any time only the tokens of some lines exist.
import { EOF, type IToken } from "chevrotain";
import { isOpen, lexer, Stray } from "./tokens.ts";

/** Characters that are turned into tokens at a time. */
const pieceSize = 1 << 16;

/** Tokens that the parser may look ahead; the window never holds fewer until the text ends. */
export const lookahead = 3;

const end: IToken = { image: "", startOffset: Number.NaN, tokenType: EOF, tokenTypeIdx: EOF.tokenTypeIdx! };

const place = (found: number) => (found < 0 ? Number.POSITIVE_INFINITY : found);

export class Source {
  readonly text: string;
  /** The tokens at hand; the parser reads this very array. */
  readonly window: IToken[] = [];
  /** Where the next piece begins, and the next newline and comment that were looked for. */
  #next = 0;
  #newline = -1;
  #comment = -1;

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

  /** Where the piece that is `size` long ends: with a line, or inside a very long one after a comma. */
  #stop(size: number): number {
    const { text } = this;
    const wanted = this.#next + size;
    if (wanted >= text.length) return text.length;
    if (this.#newline < wanted) this.#newline = place(text.indexOf("\n", wanted));
    const stop = Math.min(this.#newline + 1, text.length);
    if (stop - wanted < 4 * size) return stop;
    if (this.#comment < this.#next) this.#comment = place(text.indexOf("//", this.#next));
    const comma = text.lastIndexOf(", ", wanted);
    // Nothing tells a comma in a comment from one outside.
    return comma > this.#next && comma < this.#comment ? comma + 1 : stop;
  }

  /** Turns the next piece into tokens; a token that is still open at the end of it takes more. */
  #append(): void {
    const start = this.#next;
    for (let size = pieceSize; ; size *= 2) {
      const stop = this.#stop(size);
      const { tokens } = lexer.tokenize(this.text.slice(start, stop));
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
