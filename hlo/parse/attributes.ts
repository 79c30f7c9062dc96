// The grammar of attributes.
import type { IToken, ParserMethod } from "chevrotain";
import { type Attribute, type Attributes, attr } from "../attributes.ts";
import type { TokenReader } from "../formats/piece.ts";
import { shown } from "./base.ts";
import { readDialectAttribute, readSharding, readStruct } from "./dialects.ts";
import { unquoted } from "./literal.ts";
import { integerOf, NumberGrammar } from "./numbers.ts";
import {
  Colon,
  Comma,
  DoubleColon,
  Equals,
  HashName,
  IntegerText,
  LeftAngle,
  LeftCurly,
  LeftParen,
  LeftSquare,
  punctuation,
  RightCurly,
  RightSquare,
  StringText,
  SymbolName,
  Word,
} from "./tokens.ts";

/** `@main`, `@"a name"` → the name. */
export const symbolOf = ({ image }: IToken): string => (image[1] === '"' ? unquoted(image.slice(1)) : image.slice(1));

export class AttributeGrammar extends NumberGrammar {
  protected readonly attributeAliases = new Map<string, Attribute>();

  protected readonly symbolReference: ParserMethod<[], Attribute> = this.RULE("symbolReference", () => {
    const token = this.CONSUME(SymbolName);
    let nested = false;
    this.MANY(() => {
      this.CONSUME(DoubleColon);
      this.CONSUME2(SymbolName);
      nested = true;
    });
    return this.ACTION(
      (): Attribute => (nested ? { kind: "opaque", text: this.textFrom(token) } : attr.symbol(symbolOf(token))),
    );
  });

  protected readonly list: ParserMethod<[], Attribute> = this.RULE("list", () => {
    const items: Attribute[] = [];
    this.CONSUME(LeftSquare);
    this.MANY_SEP({ SEP: Comma, DEF: () => items.push(this.SUBRULE(this.attribute)) });
    this.CONSUME(RightSquare);
    return attr.array(items);
  });

  /** `{a = 1, b}` */
  protected readonly dictionary: ParserMethod<[], Attributes> = this.RULE("dictionary", () => {
    const entries: Record<string, Attribute> = {};
    this.CONSUME(LeftCurly);
    this.MANY_SEP({
      SEP: Comma,
      DEF: () => {
        const token = this.OR([{ ALT: () => this.CONSUME(Word) }, { ALT: () => this.CONSUME(StringText) }]);
        let value: Attribute = attr.unit;
        this.OPTION(() => {
          this.CONSUME(Equals);
          value = this.SUBRULE(this.attribute);
        });
        this.ACTION(() => {
          const name = token.tokenType === Word ? token.image : unquoted(token.image);
          if (Object.hasOwn(entries, name)) this.fail(`the attribute ${name} stands twice`, token);
          if (name === "__proto__") this.fail("`__proto__` cannot name an attribute", token);
          entries[name] = value;
        });
      },
    });
    this.CONSUME(RightCurly);
    return entries;
  });

  /** `#stablehlo<…>`, `#sdy.sharding<…>`, an alias, or what another dialect writes. */
  protected readonly dialectAttribute: ParserMethod<[], Attribute> = this.RULE("dialectAttribute", () => {
    const token = this.CONSUME(HashName);
    return this.ACTION(() => {
      const { image } = token;
      if (this.LA(1).tokenType !== LeftAngle) {
        const alias = this.attributeAliases.get(image);
        return alias ?? { kind: "opaque" as const, text: image };
      }
      const known = readDialectAttribute(image, this.tokens);
      if (known !== undefined) return known;
      this.subrule(0, this.brackets);
      return { kind: "opaque" as const, text: this.textFrom(token) };
    });
  });

  /** A bare word: `true`, `unit`, `array<…>`, a type, or what MLIR's own attributes begin with. */
  protected readonly wordAttribute: ParserMethod<[], Attribute> = this.RULE("wordAttribute", () => {
    const token = this.CONSUME(Word);
    return this.ACTION((): Attribute => {
      const { image } = token;
      if (image === "true" || image === "false") return attr.bool(image === "true");
      if (image === "unit") return attr.unit;
      if (image === "array") return this.subrule(0, this.arrayElements);
      const next = this.LA(1).tokenType;
      if (next === LeftAngle || next === LeftParen) this.subrule(1, this.brackets);
      // `affine_map<(d0) -> (d0)>`, `dense_resource<name> : type`
      if (image === "dense_resource") {
        this.consume(0, Colon);
        this.subrule(2, this.type);
      }
      const text = this.textFrom(token);
      if (image === "loc" || image === "affine_map" || image === "affine_set" || image === "dense_resource")
        return { kind: "opaque", text };
      return attr.type(this.interned(text, () => ({ kind: "opaque", text })));
    });
  });

  protected readonly attribute: ParserMethod<[], Attribute> = this.RULE("attribute", () =>
    this.nest(() =>
      this.OR<Attribute>({
        DEF: [
          { ALT: () => this.SUBRULE(this.dialectAttribute) },
          { ALT: () => this.SUBRULE(this.number) },
          { ALT: () => this.SUBRULE(this.dense) },
          {
            ALT: () => {
              const token = this.CONSUME(StringText);
              return this.ACTION(() => attr.string(unquoted(token.image)));
            },
          },
          { ALT: () => this.SUBRULE(this.symbolReference) },
          { ALT: () => this.SUBRULE(this.list) },
          { ALT: () => attr.dictionary(this.SUBRULE(this.dictionary)) },
          { ALT: () => this.SUBRULE(this.wordAttribute) },
          // Types that begin with a word are found by the alternative before.
          { ALT: () => attr.type(this.SUBRULE(this.type)) },
        ],
        IGNORE_AMBIGUITIES: true,
        ERR_MSG: "an attribute",
      }),
    ),
  );

  /** What the formats of dialect attributes and of operations read: runs while a text is read, never while recorded. */
  protected readonly tokens: TokenReader = {
    ahead: (...images) => images.every((image, i) => this.LA(i + 1).image === image),
    peek: () => this.LA(1).image,
    literal: (expected) => {
      const type = punctuation.get(expected);
      if (type !== undefined) this.consume(0, type);
      else if (this.LA(1).image === expected) this.consume(0, Word);
      else this.fail(`expected \`${expected}\`, got ${shown(this.LA(1))}`);
    },
    optional: (when, read) => {
      if (when()) read();
    },
    list: (read) => {
      read();
      while (this.LA(1).tokenType === Comma) {
        this.consume(0, Comma);
        read();
      }
    },
    integer: () => integerOf(this.consume(0, IntegerText).image),
    numbers: () => {
      const values: (number | boolean)[] = [];
      this.consume(0, LeftSquare);
      while (this.LA(1).tokenType !== RightSquare) {
        if (values.length > 0) this.consume(0, Comma);
        const token = this.LA(1);
        if (token.image === "true" || token.image === "false") values.push(this.consume(0, Word).image === "true");
        else values.push(Number(this.consume(0, IntegerText).image));
      }
      this.consume(0, RightSquare);
      return values;
    },
    word: () => this.consume(0, Word).image,
    wordOrInteger: () => this.consume(0, this.LA(1).tokenType === IntegerText ? IntegerText : Word).image,
    string: () => unquoted(this.consume(0, StringText).image),
    symbol: () => symbolOf(this.consume(0, SymbolName)),
    attribute: () => this.subrule(0, this.attribute),
    dictionary: () => (this.LA(1).tokenType === LeftCurly ? this.subrule(0, this.dictionary) : {}),
    type: () => this.subrule(0, this.type),
    types: () => this.subrule(0, this.typeList),
    functionType: () => this.subrule(0, this.functionType),
    sharding: () => readSharding(this.tokens),
    struct: (name) => readStruct(this.tokens, name),
    fail: (reason) => this.fail(reason),
  };
}
