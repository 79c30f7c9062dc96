// The grammar of numbers: one with its type, arrays of them, and dense tensors.
import type { IToken, ParserMethod } from "chevrotain";
import { type Attribute, attr } from "../attributes.ts";
import { floatFormat } from "../floats.ts";
import { isElementType, type Type } from "../types.ts";
import { canRead, LiteralError, readDense } from "./literal.ts";
import { Colon, Comma, Dense, FloatText, HexText, IntegerText, LeftAngle, RightAngle, Word } from "./tokens.ts";
import { TypeGrammar } from "./types.ts";

/** An integer as a number, or as a bigint where a number would round it. */
export function integerOf(image: string): number | bigint {
  const value = Number(image);
  return Number.isSafeInteger(value) ? value : BigInt(image);
}

type DenseArray = Extract<Attribute, { kind: "denseArray" }>;
const arrayElements: ReadonlySet<string> = new Set<DenseArray["element"]>([
  "i1",
  "i8",
  "i16",
  "i32",
  "i64",
  "f32",
  "f64",
]);

export class NumberGrammar extends TypeGrammar {
  /** `-1.5e-3 : f64`, `7`, `0x7FC00000 : f32` */
  protected readonly number: ParserMethod<[], Attribute> = this.RULE("number", () => {
    const token = this.OR([
      { ALT: () => this.CONSUME(FloatText) },
      { ALT: () => this.CONSUME(HexText) },
      { ALT: () => this.CONSUME(IntegerText) },
    ]);
    let type: Type | undefined;
    this.OPTION(() => {
      this.CONSUME(Colon);
      type = this.SUBRULE(this.type);
    });
    return this.ACTION(() => this.#scalar(token, type));
  });

  #scalar(token: IToken, type: Type | undefined): Attribute {
    const float = token.tokenType === FloatText;
    const name = type === undefined ? (float ? "f64" : "i64") : type.kind === "opaque" ? type.text : "";
    if (!isElementType(name)) return { kind: "opaque", text: this.textFrom(token) };
    const format = floatFormat(name);
    if (format === undefined) {
      if (float) this.fail(`expected an integer of type ${name}, got ${token.image}`, token);
      return { kind: "integer", value: integerOf(token.image), type: name };
    }
    const hex = token.tokenType === HexText;
    const value = hex ? format.decode(BigInt.asUintN(format.bits, BigInt(token.image))) : Number(token.image);
    // A NaN with bits of its own is kept as it was written.
    if (Number.isNaN(value) && format.encode(value) !== BigInt(token.image))
      return { kind: "opaque", text: this.textFrom(token) };
    return { kind: "float", value, type: name };
  }

  /** `dense<…> : type` */
  protected readonly dense: ParserMethod<[], Attribute> = this.RULE("dense", () => {
    const token = this.CONSUME(Dense);
    this.CONSUME(Colon);
    const type = this.SUBRULE(this.type);
    return this.ACTION((): Attribute => {
      if (type.kind !== "tensor" || !canRead(type)) return { kind: "opaque", text: this.textFrom(token), type };
      try {
        return attr.dense(type, readDense(token.image, type));
      } catch (error) {
        if (!(error instanceof LiteralError)) throw error;
        return this.fail(error.message, { ...token, startOffset: token.startOffset + error.offset });
      }
    });
  });

  /** `<i64: 1, 2>` after `array` */
  protected readonly arrayElements: ParserMethod<[], Attribute> = this.RULE("arrayElements", () => {
    const values: (number | boolean)[] = [];
    this.CONSUME(LeftAngle);
    const element = this.CONSUME(Word);
    this.OPTION(() => {
      this.CONSUME(Colon);
      this.AT_LEAST_ONE_SEP({
        SEP: Comma,
        DEF: () => {
          const token = this.OR([
            { ALT: () => this.CONSUME(IntegerText) },
            { ALT: () => this.CONSUME(FloatText) },
            { ALT: () => this.CONSUME(HexText) },
            { ALT: () => this.CONSUME2(Word) },
          ]);
          this.ACTION(() => values.push(this.#arrayValue(element, token)));
        },
      });
    });
    this.CONSUME(RightAngle);
    return this.ACTION((): Attribute => {
      if (!arrayElements.has(element.image)) this.fail(`an array of ${element.image}`, element);
      return { kind: "denseArray", element: element.image as DenseArray["element"], values };
    });
  });

  #arrayValue(element: IToken, token: IToken): number | boolean {
    if (token.tokenType === Word) {
      if (token.image !== "true" && token.image !== "false") this.fail("expected true, false or a number", token);
      return token.image === "true";
    }
    const format = floatFormat(element.image);
    if (format !== undefined && token.tokenType === HexText) return format.decode(BigInt(token.image));
    const value = Number(token.image);
    if (format === undefined && !Number.isSafeInteger(value))
      this.fail("an integer of an array larger than 2^53", token);
    return value;
  }
}
