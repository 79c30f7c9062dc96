// The grammar of operations, blocks and regions.
import type { IToken, ParserMethod } from "chevrotain";
import type { Attribute, Attributes } from "../attributes.ts";
import { formats } from "../formats/index.ts";
import type { Draft, Reader, RegionArguments } from "../formats/piece.ts";
import { type Block, type Operation, type Region, Value } from "../module.ts";
import { typeText } from "../spell.ts";
import type { FunctionType, Type } from "../types.ts";
import { shown } from "./base.ts";
import { unquoted } from "./literal.ts";
import type { RawLocation } from "./locations.ts";
import { Scope } from "./scope.ts";
import {
  BlockName,
  Colon,
  Comma,
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
import { type Arguments, type Definition, ValueGrammar } from "./values.ts";

const sameType = (a: Type, b: Type): boolean => a === b || typeText(a) === typeText(b);

export class OperationGrammar extends ValueGrammar {
  // ---- regions

  /** A block of the arguments given, defined in the scope. */
  protected blockOf({ names, types, locations = [] }: RegionArguments & { locations?: readonly RawLocation[] }): Block {
    const token = this.LA(0);
    const args = types.map((type) => new Value(type));
    args.forEach((arg, i) => {
      this.define(names[i]!, arg, token);
    });
    const block: Block = { args, operations: [] };
    this.locateArguments(block, locations);
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
    if (definitions !== undefined) this.nameResults(name, definitions, results, start);
    const operation: Operation = { name, operands, results, attributes, regions, location: undefined };
    this.locate(operation, location);
    return operation;
  }

  /** What the formats of operations read. */
  protected readonly reader: Reader = {
    ...this.tokens,
    operands: () => this.subrule(0, this.operands),
    operand: () => this.value(this.consume(0, ValueName)),
    name: () => this.consume(0, ValueName).image,
    arguments: () => this.subrule(0, this.argumentList),
    region: (args) => this.subrule(0, this.headedRegion, { ARGS: [args] }),
  };
}
