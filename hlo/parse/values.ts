// The grammar of values: the names of results, operands and arguments, and what they stand for.
import type { IToken, ParserMethod } from "chevrotain";
import type { Attributes } from "../attributes.ts";
import type { RegionArguments } from "../formats/piece.ts";
import type { Value } from "../module.ts";
import type { Type } from "../types.ts";
import { LocationGrammar, type RawLocation } from "./locations.ts";
import { Scope } from "./scope.ts";
import { Colon, Comma, Equals, IntegerText, LeftParen, RightParen, ValueName } from "./tokens.ts";

/** A name that an operation's results are given, and how many of them it stands for. */
export interface Definition {
  readonly token: IToken;
  readonly count: number;
}

/** Results of one operation at most. */
const mostResults = 100_000;

/** Values separated by commas, each with its type and perhaps where it comes from. */
export interface Arguments extends RegionArguments {
  readonly attributes: readonly Attributes[];
  readonly locations: readonly RawLocation[];
}

export class ValueGrammar extends LocationGrammar {
  protected scope = new Scope();

  protected value(token: IToken): Value {
    const found = this.scope.get(token.image);
    return found ?? this.fail(`${token.image} is not defined before this place`, token);
  }

  protected define(name: string, value: Value, token: IToken): void {
    if (!this.scope.define(name, value)) this.fail(`${name} is defined already`, token);
  }

  /** `%0:2, %1 =` */
  protected readonly definitions: ParserMethod<[], Definition[]> = this.RULE("definitions", () => {
    const found: Definition[] = [];
    this.AT_LEAST_ONE_SEP({
      SEP: Comma,
      DEF: () => {
        const token = this.CONSUME(ValueName);
        let count = 1;
        this.OPTION(() => {
          this.CONSUME(Colon);
          count = Number(this.CONSUME(IntegerText).image);
        });
        found.push({ token, count });
      },
    });
    this.CONSUME(Equals);
    return found;
  });

  protected readonly operands: ParserMethod<[], Value[]> = this.RULE("operands", () => {
    const values: Value[] = [];
    this.OPTION(() => {
      const first = this.CONSUME(ValueName);
      this.ACTION(() => values.push(this.value(first)));
      // A comma may also begin what follows the operands.
      this.MANY({
        GATE: () => this.LA(2).tokenType === ValueName,
        DEF: () => {
          this.CONSUME(Comma);
          const next = this.CONSUME2(ValueName);
          this.ACTION(() => values.push(this.value(next)));
        },
      });
    });
    return values;
  });

  /** `(%a: t {…} loc(…), …)`: of a function, a block or a region. */
  protected readonly argumentList: ParserMethod<[], Arguments> = this.RULE("argumentList", () => {
    const names: string[] = [];
    const types: Type[] = [];
    const attributes: Attributes[] = [];
    const locations: RawLocation[] = [];
    this.CONSUME(LeftParen);
    this.MANY_SEP({
      SEP: Comma,
      DEF: () => {
        names.push(this.CONSUME(ValueName).image);
        this.CONSUME(Colon);
        types.push(this.SUBRULE(this.type));
        attributes.push(this.OPTION(() => this.SUBRULE(this.dictionary)) ?? {});
        locations.push(this.optionalLocation(2));
      },
    });
    this.CONSUME(RightParen);
    return { names, types, attributes, locations };
  });

  /** Defines the results of an operation by the names before its equals sign. */
  protected nameResults(op: string, definitions: Definition[], results: readonly Value[], start: IToken): void {
    const named = definitions.reduce((sum, { count }) => sum + count, 0);
    if (named !== results.length || named > mostResults) {
      this.fail(`${op}: ${named} results are named, and there are ${results.length}`, start);
    }
    let next = 0;
    for (const { token, count } of definitions) {
      this.define(token.image, results[next]!, token);
      if (count > 1) for (let i = 0; i < count; i++) this.define(`${token.image}#${i}`, results[next + i]!, token);
      next += count;
    }
  }

  protected forgetValues(): void {
    this.scope = new Scope();
  }
}
