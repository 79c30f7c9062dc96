// The words of MLIR's text: token types and the lexer made of them.
import { createToken, type IToken, Lexer, type TokenType } from "chevrotain";

/** Every token but brackets: what may stand unread inside the brackets of a foreign attribute. */
export const Plain = createToken({ name: "Plain", pattern: Lexer.NA });

const plain = (name: string, pattern: RegExp | string, label: string, hints?: string): TokenType =>
  createToken({
    name,
    pattern,
    label,
    categories: Plain,
    line_breaks: false,
    ...(hints === undefined ? {} : { start_chars_hint: [...hints] }),
  });

const bracket = (name: string, pattern: string): TokenType => createToken({ name, pattern, label: `\`${pattern}\`` });

type Scan = (text: string, offset: number) => number;

/** A token whose end is found by a scan: −1 where it does not stand, the text's length where it has no end. */
const scanned = (name: string, label: string, start: string, scan: Scan): TokenType =>
  createToken({
    name,
    label,
    categories: Plain,
    line_breaks: true,
    start_chars_hint: [start],
    pattern: (text, offset) => {
      const end = scan(text, offset);
      return end < 0 ? null : ([text.slice(offset, end)] as unknown as RegExpExecArray);
    },
  });

/** Past the closing quote of the string that opens at `offset`; −1 when there is none. */
function closed(text: string, offset: number): number {
  for (let at = text.indexOf('"', offset + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === 0x5c) slashes++;
    if (slashes % 2 === 0) return at + 1;
  }
  return -1;
}

const stringEnd: Scan = (text, offset) => {
  const end = closed(text, offset);
  return end < 0 ? text.length : end;
};

const simpleTensor = /tensor<(?:(?:\d+|\?)x)*(?:[a-z]\w*|complex<f\d+>)>/y;

/** Past the `>` that closes the `<` at `open`, quotes skipped. */
function angleEnd(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === 0x22) at = stringEnd(text, at) - 1;
    else if (char === 0x3c) depth++;
    else if (char === 0x3e && text.charCodeAt(at - 1) !== 0x2d && --depth === 0) return at + 1;
  }
  return text.length;
}

export const TensorTypeText = scanned("TensorType", "a tensor type", "t", (text, offset) => {
  simpleTensor.lastIndex = offset;
  if (simpleTensor.test(text)) return simpleTensor.lastIndex;
  return text.startsWith("tensor<", offset) ? angleEnd(text, offset + 6) : -1;
});

/** `dense<…>` whole: its elements are read by a scanner of their own, so that a long list makes no tokens. */
export const Dense = scanned("Dense", "dense elements", "d", (text, offset) => {
  if (!text.startsWith("dense<", offset)) return -1;
  const from = text.charCodeAt(offset + 6) === 0x22 ? stringEnd(text, offset + 6) : offset + 6;
  const close = text.indexOf(">", from);
  return close < 0 ? text.length : close + 1;
});

export const StringText = scanned("String", "a string", '"', (text, offset) =>
  text.charCodeAt(offset) === 0x22 ? stringEnd(text, offset) : -1,
);

/** `{-# … #-}`: the resources at the end of a file. */
export const Resources = scanned("Resources", "dialect resources", "{", (text, offset) => {
  if (!text.startsWith("{-#", offset)) return -1;
  const close = text.indexOf("#-}", offset);
  return close < 0 ? text.length : close + 3;
});

/** Whether a token that a scan ended at the end of the text has no end. */
export function isOpen({ tokenType, image }: IToken): boolean {
  if (tokenType === StringText) return closed(image, 0) < 0;
  if (tokenType === Resources) return !image.endsWith("#-}");
  return (tokenType === Dense || tokenType === TensorTypeText) && !image.endsWith(">");
}

export const ValueName = plain("ValueName", /%(?:\d+|[A-Za-z$._-][\w$.-]*)(?:#\d+)?/, "a value such as %0", "%");
export const SymbolName = plain(
  "SymbolName",
  /@(?:[A-Za-z_][\w$.]*|"(?:[^"\\\n]|\\.)*")/,
  "a symbol such as @main",
  "@",
);
export const HashName = plain("HashName", /#[A-Za-z_][\w$.]*/, "an attribute such as #stablehlo", "#");
export const BangName = plain("BangName", /![A-Za-z_][\w$.]*/, "a dialect type such as !stablehlo.token", "!");
export const BlockName = plain("BlockName", /\^[\w$.-]+/, "a block such as ^bb0", "^");
export const FloatText = plain("Float", /[-+]?\d+\.\d*(?:[eE][-+]?\d+)?/, "a number", "+-0123456789");
export const HexText = plain("Hex", /0x[0-9A-Fa-f]+/, "a hexadecimal number", "0");
export const IntegerText = plain("Integer", /-?\d+/, "an integer", "-0123456789");
export const Word = plain("Word", /[A-Za-z_][\w$.]*/, "a word");
export const Arrow = plain("Arrow", "->", "`->`");
export const DoubleColon = plain("DoubleColon", "::", "`::`");
export const Colon = plain("Colon", ":", "`:`");
export const Comma = plain("Comma", ",", "`,`");
export const Equals = plain("Equals", "=", "`=`");
export const Question = plain("Question", "?", "`?`");
export const Star = plain("Star", "*", "`*`");
/** One character that begins no token, so that the lexer itself never fails. */
export const Stray = plain("Stray", /[\s\S]/, "another character");
export const LeftParen = bracket("LeftParen", "(");
export const RightParen = bracket("RightParen", ")");
export const LeftSquare = bracket("LeftSquare", "[");
export const RightSquare = bracket("RightSquare", "]");
export const LeftCurly = bracket("LeftCurly", "{");
export const RightCurly = bracket("RightCurly", "}");
export const LeftAngle = bracket("LeftAngle", "<");
export const RightAngle = bracket("RightAngle", ">");

const Blank = createToken({ name: "Blank", pattern: /[ \t\r\n]+/, group: Lexer.SKIPPED, line_breaks: true });
const Comment = createToken({ name: "Comment", pattern: /\/\/[^\n]*/, group: Lexer.SKIPPED, line_breaks: false });

export const vocabulary: TokenType[] = [
  Blank,
  Comment,
  TensorTypeText,
  Dense,
  StringText,
  Resources,
  ValueName,
  SymbolName,
  HashName,
  BangName,
  BlockName,
  FloatText,
  HexText,
  Arrow,
  IntegerText,
  Word,
  DoubleColon,
  Colon,
  Comma,
  Equals,
  Question,
  Star,
  LeftParen,
  RightParen,
  LeftSquare,
  RightSquare,
  LeftCurly,
  RightCurly,
  LeftAngle,
  RightAngle,
  Stray,
  Plain,
];

/** Punctuation by its text, for the formats of operations. */
export const punctuation: ReadonlyMap<string, TokenType> = new Map(
  [Arrow, DoubleColon, Colon, Comma, Equals, Question, Star, LeftParen, RightParen, LeftSquare, RightSquare, LeftCurly]
    .concat([RightCurly, LeftAngle, RightAngle])
    .map((type) => [type.PATTERN as string, type]),
);

/** Only offsets are kept: lines and columns are counted when an error is shown. */
export const lexer = new Lexer(vocabulary, { positionTracking: "onlyOffset", ensureOptimizations: true });
