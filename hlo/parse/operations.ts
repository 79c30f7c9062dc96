// The grammar of operations, blocks and regions.
import type { IToken, ParserMethod } from "chevrotain";
import type { Attribute, Attributes } from "../attributes.ts";
import { formats } from "../formats/index.ts";
import type { Draft, Reader, RegionArguments } from "../formats/piece.ts";
import { type Block, type Location, type Operation, type Region, Value } from "../module.ts";
import { typeText } from "../spell.ts";
import type { FunctionType, Type } from "../types.ts";
import { shown } from "./base.ts";
import { unquoted } from "./literal.ts";
import { LocationGrammar, type RawLocation } from "./locations.ts";
import { Scope } from "./scope.ts";
import {
  BlockName,
  Colon,
  Comma,
  Equals,
  IntegerText,
  LeftAngle,
  LeftCurly,
  LeftParen,
  LeftSquare,
  RightAngle,
  RightCurly,
  RightParen,
  StringText,
  ValueName,
  Word,
} from "./tokens.ts";

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What has a location: an operation or a function. */
interface Located {
  readonly location: Location | undefined;
}

/** A name that an operation's results are given, and how many of them it stands for. */
interface Definition {
  readonly token: IToken;
  readonly count: number;
}

/** Results of one operation at most. */
const mostResults = 100_000;

const sameType = (a: Type, b: Type): boolean => a === b || typeText(a) === typeText(b);

/** Values separated by commas, each with its type and perhaps where it comes from. */
interface Arguments extends RegionArguments {
  readonly attributes: readonly Attributes[];
  readonly locations: readonly RawLocation[];
}

export class OperationGrammar extends LocationGrammar {
  protected scope = new Scope();
  /** What waits for its location until the whole text is known. */
  readonly #located: [Writable<Located> | Writable<Block>, RawLocation | readonly RawLocation[]][] = [];

  // ---- values

  #value(token: IToken): Value {
    const found = this.scope.get(token.image);
    return found ?? this.fail(`${token.image} is not defined before this place`, token);
  }

  #define(name: string, value: Value, token: IToken): void {
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
      this.ACTION(() => values.push(this.#value(first)));
      // A comma may also begin what follows the operands.
      this.MANY({
        GATE: () => this.LA(2).tokenType === ValueName,
        DEF: () => {
          this.CONSUME(Comma);
          const next = this.CONSUME2(ValueName);
          this.ACTION(() => values.push(this.#value(next)));
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

  // ---- regions

  /** A block of the arguments given, defined in the scope. */
  protected blockOf({ names, types, locations = [] }: RegionArguments & { locations?: readonly RawLocation[] }): Block {
    const token = this.LA(0);
    const args = types.map((type) => new Value(type));
    args.forEach((arg, i) => {
      this.#define(names[i]!, arg, token);
    });
    const block: Block = { args, operations: [] };
    if (locations.some((location) => location !== undefined)) this.#located.push([block, locations]);
    return block;
  }

  protected readonly operationsInto: ParserMethod<[Block], void> = this.RULE("operationsInto", (block: Block) => {
    this.MANY(() => {
      const operation = this.SUBRULE(this.operation);
      this.ACTION(() => block.operations.push(operation));
    });
  });

  /** `{ operations }` after a head that named the arguments. */
  protected readonly headedRegion: ParserMethod<[RegionArguments], Region> = this.RULE(
    "headedRegion",
    (args: RegionArguments) =>
      this.nest(() => {
        this.CONSUME(LeftCurly);
        this.ACTION(() => this.scope.enter());
        const block = this.ACTION(() => this.blockOf(args));
        this.SUBRULE(this.operationsInto, { ARGS: [block] });
        this.CONSUME(RightCurly);
        this.ACTION(() => this.scope.leave());
        return { blocks: [block] };
      }),
  );

  /** `{ ^bb0(…): operations }`, as the generic form has it. */
  protected readonly region: ParserMethod<[], Region> = this.RULE("region", () =>
    this.nest(() => {
      let args: Arguments = { names: [], types: [], attributes: [], locations: [] };
      this.CONSUME(LeftCurly);
      this.OPTION(() => {
        this.CONSUME(BlockName);
        this.OPTION2(() => {
          args = this.SUBRULE(this.argumentList);
        });
        this.CONSUME(Colon);
      });
      this.ACTION(() => this.scope.enter());
      const block = this.ACTION(() => this.blockOf(args));
      this.SUBRULE(this.operationsInto, { ARGS: [block] });
      this.ACTION(() => {
        if (this.LA(1).tokenType === BlockName) this.fail("a second block; StableHLO has one in each region");
      });
      this.CONSUME(RightCurly);
      this.ACTION(() => this.scope.leave());
      return { blocks: [block] };
    }),
  );

  // ---- operations

  /** `"name"(%0) <{…}> ({…}, {…}) {…} : (a) -> b` */
  protected readonly genericOperation: ParserMethod<[], Draft> = this.RULE("genericOperation", () => {
    const token = this.CONSUME(StringText);
    const draft = this.#draft(this.ACTION(() => unquoted(token.image)) ?? "");
    const isolated = draft.name === "func.func" || draft.name === "builtin.module";
    this.CONSUME(LeftParen);
    draft.operands = this.SUBRULE(this.operands);
    this.CONSUME(RightParen);
    this.ACTION(() => {
      if (this.LA(1).tokenType === LeftSquare) this.fail("successors; StableHLO has no branches");
    });
    this.OPTION(() => {
      this.CONSUME(LeftAngle);
      const own = this.SUBRULE(this.dictionary);
      this.CONSUME(RightAngle);
      this.ACTION(() => Object.assign(draft.attributes, own));
    });
    this.OPTION2(() => {
      const outer = this.scope;
      if (isolated) this.scope = new Scope();
      this.CONSUME2(LeftParen);
      this.MANY_SEP({
        SEP: Comma,
        DEF: () => {
          const region = this.SUBRULE(this.region);
          this.ACTION(() => draft.regions.push(region));
        },
      });
      this.CONSUME2(RightParen);
      this.scope = outer;
    });
    this.OPTION3(() => {
      const more = this.SUBRULE2(this.dictionary);
      this.ACTION(() => this.#merge(draft.attributes, more, token));
    });
    this.CONSUME(Colon);
    const type = this.SUBRULE(this.functionType) as FunctionType | undefined;
    draft.operandTypes = type?.inputs;
    draft.resultTypes = type?.results ?? [];
    return draft;
  });

  #merge(into: Record<string, Attribute>, more: Attributes, token: IToken): void {
    for (const [name, value] of Object.entries(more)) {
      if (Object.hasOwn(into, name)) this.fail(`the attribute ${name} stands twice`, token);
      into[name] = value;
    }
  }

  #draft(name: string): Draft {
    return { name, operands: [], operandTypes: undefined, resultTypes: [], attributes: {}, regions: [] };
  }

  /** An operation in a form of its own: its format says what follows the name. */
  protected readonly prettyOperation: ParserMethod<[], Draft> = this.RULE("prettyOperation", () => {
    const token = this.CONSUME(Word);
    return this.ACTION(() => {
      const { image } = token;
      // Inside a function MLIR leaves out the `func.` of its operations.
      const name = image.includes(".") ? image : `func.${image}`;
      const format = formats.get(name);
      if (format === undefined) {
        const generic = 'print it in generic form: "dialect.name"(…) : (…) -> …';
        return this.fail(`expected an operation whose form is known, got ${shown(token)}; ${generic}`, token);
      }
      const draft = this.#draft(name);
      format.read(this.reader, draft);
      return draft;
    });
  });

  protected readonly operation: ParserMethod<[], Operation> = this.RULE("operation", () => {
    const definitions = this.OPTION(() => this.SUBRULE(this.definitions));
    const start = this.LA(1);
    const draft = this.OR({
      DEF: [{ ALT: () => this.SUBRULE(this.genericOperation) }, { ALT: () => this.SUBRULE(this.prettyOperation) }],
      ERR_MSG: "an operation",
    });
    const location = this.optionalLocation(2);
    return this.ACTION(() => this.#finished(draft, definitions, location, start));
  });

  /** Checks the types against the definitions of the operands, and names the results. */
  #finished(draft: Draft, definitions: Definition[] | undefined, location: RawLocation, start: IToken): Operation {
    const { name, operands, operandTypes, resultTypes, attributes, regions } = draft;
    if (operandTypes !== undefined) {
      if (operandTypes.length !== operands.length) {
        this.fail(`${name}: got ${operands.length} operands and ${operandTypes.length} types of operands`, start);
      }
      operands.forEach(({ type }, i) => {
        if (sameType(type, operandTypes[i]!)) return;
        const here = typeText(operandTypes[i]!);
        this.fail(`${name}: operand ${i} is ${here} here, and ${typeText(type)} where it is defined`, start);
      });
    }
    const results = resultTypes.map((type) => new Value(type));
    if (definitions !== undefined) this.#nameResults(name, definitions, results, start);
    const operation: Operation = { name, operands, results, attributes, regions, location: undefined };
    if (location !== undefined) this.#located.push([operation, location]);
    return operation;
  }

  #nameResults(op: string, definitions: Definition[], results: readonly Value[], start: IToken): void {
    const named = definitions.reduce((sum, { count }) => sum + count, 0);
    if (named !== results.length || named > mostResults) {
      this.fail(`${op}: ${named} results are named, and there are ${results.length}`, start);
    }
    let next = 0;
    for (const { token, count } of definitions) {
      this.#define(token.image, results[next]!, token);
      if (count > 1) for (let i = 0; i < count; i++) this.#define(`${token.image}#${i}`, results[next + i]!, token);
      next += count;
    }
  }

  /** What the formats of operations read. */
  protected readonly reader: Reader = {
    ...this.tokens,
    operands: () => this.subrule(0, this.operands),
    operand: () => this.#value(this.consume(0, ValueName)),
    name: () => this.consume(0, ValueName).image,
    arguments: () => this.subrule(0, this.argumentList),
    region: (args) => this.subrule(0, this.headedRegion, { ARGS: [args] }),
  };

  // ---- locations

  protected locate(what: Writable<Located>, location: RawLocation): void {
    if (location !== undefined) this.#located.push([what, location]);
  }

  /** Gives `to` the location that waits for `from`, the operation read last. */
  protected moveLocation(from: Operation, to: Writable<Located>): void {
    const waiting = this.#located.at(-1);
    if (waiting?.[0] === from) waiting[0] = to;
  }

  /** Gives everything its location, now that all aliases are known. */
  protected settleLocations(): void {
    for (const [what, location] of this.#located) {
      if (Array.isArray(location)) (what as Writable<Block>).argLocations = location.map((one) => this.final(one));
      else (what as Writable<Located>).location = this.final(location as RawLocation);
    }
    this.#located.length = 0;
  }

  protected forgetOperations(): void {
    this.scope = new Scope();
    this.#located.length = 0;
  }
}
