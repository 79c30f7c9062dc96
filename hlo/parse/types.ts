// The grammar of types.
import type { IToken, ParserMethod } from "chevrotain";
import { type ElementType, type FunctionType, isElementType, type Type, tensorType, tokenType } from "../types.ts";
import { Base } from "./base.ts";
import {
  Arrow,
  BangName,
  Comma,
  LeftAngle,
  LeftCurly,
  LeftParen,
  LeftSquare,
  Plain,
  RightAngle,
  RightCurly,
  RightParen,
  RightSquare,
  TensorTypeText,
  Word,
} from "./tokens.ts";

/** `tensor<2x?xf32, encoding>` */
const tensorParts = /^tensor<\s*((?:(?:\d+|\?)\s*x\s*)*)([A-Za-z]\w*(?:<f\d+>)?)\s*(?:,\s*([\s\S]*\S)\s*)?>$/;

/** Sizes of a shape at most; more is no program but a trap. */
const longestShape = 1000;

export class TypeGrammar extends Base {
  /** Types by their text, so that equal types are one object. */
  readonly #types = new Map<string, Type>();
  protected readonly typeAliases = new Map<string, Type>();

  protected interned(text: string, make: () => Type): Type {
    let type = this.#types.get(text);
    if (type === undefined) {
      type = make();
      this.#types.set(text, type);
    }
    return type;
  }

  protected forgetTypes(): void {
    this.#types.clear();
    this.typeAliases.clear();
  }

  #tensor(token: IToken): Type {
    return this.interned(token.image, () => {
      const parts = tensorParts.exec(token.image);
      // An element type that is not known here: a newer one, or one with parameters, such as a quantised one.
      if (parts === null || !isElementType(parts[2]!)) return { kind: "opaque", text: token.image };
      const sizes = parts[1]!.split("x").slice(0, -1);
      if (sizes.length > longestShape) this.fail(`a shape of ${sizes.length} dimensions`, token);
      const shape = sizes.map((size) => (size.trim() === "?" ? -1 : Number(size)));
      if (!shape.every(Number.isSafeInteger)) this.fail("a size is larger than 2^53", token);
      const type = tensorType(shape, parts[2]! as ElementType);
      return parts[3] === undefined ? type : { ...type, encoding: parts[3] };
    });
  }

  /** Brackets and what stands in them, unread. */
  protected readonly brackets: ParserMethod<[], void> = this.RULE("brackets", () => {
    this.nest(() => {
      this.OR([
        { ALT: () => this.#bracketed(1, LeftAngle, RightAngle) },
        { ALT: () => this.#bracketed(2, LeftParen, RightParen) },
        { ALT: () => this.#bracketed(3, LeftSquare, RightSquare) },
        { ALT: () => this.#bracketed(4, LeftCurly, RightCurly) },
      ]);
    });
  });

  #bracketed(at: number, open: typeof LeftAngle, close: typeof LeftAngle): void {
    this.consume(at, open);
    this.many(at, () =>
      this.or(at + 4, [{ ALT: () => this.subrule(at, this.brackets) }, { ALT: () => this.consume(at, Plain) }]),
    );
    this.consume(at, close);
  }

  protected readonly typeList: ParserMethod<[], Type[]> = this.RULE("typeList", () => {
    const types: Type[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => types.push(this.SUBRULE(this.type)) });
    return types;
  });

  /** `(a, b) -> c`, `(a) -> (b, c)`, `() -> ()` */
  protected readonly functionType: ParserMethod<[], FunctionType> = this.RULE("functionType", () => {
    let inputs: Type[] = [];
    let results: Type[] = [];
    this.CONSUME(LeftParen);
    this.OPTION(() => {
      inputs = this.SUBRULE(this.typeList);
    });
    this.CONSUME(RightParen);
    this.CONSUME(Arrow);
    // A parenthesis begins the list of results, as for MLIR.
    this.OR({
      IGNORE_AMBIGUITIES: true,
      DEF: [
        {
          ALT: () => {
            this.CONSUME2(LeftParen);
            this.OPTION2(() => {
              results = this.SUBRULE2(this.typeList);
            });
            this.CONSUME2(RightParen);
          },
        },
        {
          ALT: () => {
            results = [this.SUBRULE(this.type)];
          },
        },
      ],
    });
    return { kind: "function" as const, inputs, results };
  });

  protected readonly type: ParserMethod<[], Type> = this.RULE("type", () =>
    this.OR<Type>({
      DEF: [
        { ALT: () => this.#tensor(this.CONSUME(TensorTypeText)) },
        { ALT: () => this.nest(() => this.SUBRULE(this.functionType)) },
        {
          ALT: () => {
            const token = this.CONSUME(BangName);
            const bare = this.#unbracketed(1);
            const text = this.ACTION(() => this.textFrom(token)) ?? "";
            const alias = bare ? this.typeAliases.get(text) : undefined;
            return alias ?? (text === "!stablehlo.token" ? tokenType : { kind: "opaque" as const, text });
          },
        },
        {
          ALT: () => {
            const token = this.CONSUME(Word);
            this.#unbracketed(2);
            const text = this.ACTION(() => this.textFrom(token)) ?? "";
            return this.interned(text, () => ({ kind: "opaque", text }));
          },
        },
      ],
      ERR_MSG: "a type",
    }),
  );

  /** Reads the brackets of a type with parameters; whether there were none. */
  #unbracketed(at: number): boolean {
    let bare = true;
    this.option(at, {
      GATE: () => this.LA(1).tokenType === LeftAngle,
      DEF: () => {
        this.subrule(at, this.brackets);
        bare = false;
      },
    });
    return bare;
  }
}
