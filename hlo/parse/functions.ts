// The grammar of functions: `func.func` in its own form, and in generic form as an operation.
import type { ParserMethod } from "chevrotain";
import type { Attribute, Attributes } from "../attributes.ts";
import { type Block, type Func, Module, type Operation } from "../module.ts";
import type { Type } from "../types.ts";
import { symbolOf } from "./attributes.ts";
import type { RawLocation } from "./locations.ts";
import { OperationGrammar } from "./operations.ts";
import { Scope } from "./scope.ts";
import { Arrow, Comma, LeftCurly, LeftParen, RightCurly, RightParen, SymbolName, Word } from "./tokens.ts";

/** A function whose closing brace has not been read. */
interface OpenFunction {
  readonly name: string;
  readonly visibility: Func["visibility"];
  readonly inputs: readonly Type[];
  readonly results: readonly Type[];
  readonly argAttributes: readonly Attributes[];
  readonly resultAttributes: readonly Attributes[];
  readonly attributes: Attributes;
  readonly body: Block;
}

const anyAttributes = (list: readonly Attributes[]): readonly Attributes[] =>
  list.some((attributes) => Object.keys(attributes).length > 0) ? list : [];

export class FunctionGrammar extends OperationGrammar {
  /** What is being read; functions are added to it. */
  module = new Module("");
  #open: OpenFunction | undefined;

  /** Adds the function that is open, with the operations that were whole. */
  protected closeUnfinished(): void {
    if (this.#open !== undefined) this.module.funcs.push(this.#func(this.#open));
    this.#open = undefined;
  }

  /** `func.func public @main(…) -> (…) attributes {…} { … }` */
  protected readonly func: ParserMethod<[], void> = this.RULE("func", () => {
    this.ACTION(() => {
      this.scope = new Scope();
    });
    this.CONSUME(Word);
    const visibility = this.OPTION(() => this.CONSUME2(Word));
    const name = this.CONSUME(SymbolName);
    const args = this.SUBRULE(this.argumentList);
    const results: Type[] = [];
    const resultAttributes: Attributes[] = [];
    this.OPTION2(() => {
      this.CONSUME(Arrow);
      this.SUBRULE(this.funcResults, { ARGS: [results, resultAttributes] });
    });
    let attributes: Attributes = {};
    this.OPTION3(() => {
      this.CONSUME3(Word);
      attributes = this.SUBRULE(this.dictionary);
    });
    this.ACTION(() => {
      const seen = visibility?.image ?? "public";
      if (seen !== "public" && seen !== "private")
        this.fail(`expected \`public\` or \`private\`, got \`${seen}\``, visibility);
      if (this.LA(1).tokenType !== LeftCurly)
        this.fail(`@${symbolOf(name)} has no body; only definitions can be read`, name);
      const { types: inputs, attributes: argAttributes } = args;
      this.#open = {
        name: symbolOf(name),
        visibility: seen as Func["visibility"],
        inputs,
        results,
        argAttributes,
        resultAttributes,
        attributes,
        body: this.blockOf(args),
      };
    });
    this.CONSUME(LeftCurly);
    this.SUBRULE(this.operationsInto, { ARGS: [this.#open?.body as Block] });
    this.CONSUME(RightCurly);
    const location = this.optionalLocation(4);
    this.ACTION(() => this.#close(location));
  });

  /** `t`, `(t {…}, u)`, `()` */
  protected readonly funcResults: ParserMethod<[Type[], Attributes[]], void> = this.RULE(
    "funcResults",
    (types: Type[], attributes: Attributes[]) => {
      this.OR({
        IGNORE_AMBIGUITIES: true,
        DEF: [
          {
            ALT: () => {
              this.CONSUME(LeftParen);
              this.MANY_SEP({
                SEP: Comma,
                DEF: () => {
                  const type = this.SUBRULE(this.type);
                  const own = this.OPTION(() => this.SUBRULE(this.dictionary)) ?? {};
                  this.ACTION(() => {
                    types.push(type);
                    attributes.push(own);
                  });
                },
              });
              this.CONSUME(RightParen);
            },
          },
          {
            ALT: () => {
              const type = this.SUBRULE2(this.type);
              this.ACTION(() => {
                types.push(type);
                attributes.push({});
              });
            },
          },
        ],
      });
    },
  );

  #func(open: OpenFunction): Func {
    const { name, visibility, inputs, results, body, attributes } = open;
    return {
      name,
      visibility,
      type: { kind: "function", inputs, results },
      argAttributes: anyAttributes(open.argAttributes),
      resultAttributes: anyAttributes(open.resultAttributes),
      ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
      body,
      location: undefined,
    };
  }

  #close(location: RawLocation): void {
    const func = this.#func(this.#open!);
    this.#open = undefined;
    this.module.funcs.push(func);
    this.locate(func, location);
  }

  /** Adds a function in generic form; false for an operation that is none. */
  protected genericFunction(operation: Operation): boolean {
    const { name, attributes, regions } = operation;
    const { sym_name: symbol } = attributes;
    const block = regions[0]?.blocks[0];
    if (name !== "func.func" || symbol?.kind !== "string" || block === undefined) return false;
    const { sym_name: _, function_type: type, sym_visibility: visibility, arg_attrs, res_attrs, ...rest } = attributes;
    const signature = type?.kind === "type" && type.type.kind === "function" ? type.type : undefined;
    const { inputs, results } = signature ?? this.fail(`@${symbol.value} has no function_type`);
    const func = this.#func({
      name: symbol.value,
      visibility: visibility?.kind === "string" && visibility.value === "private" ? "private" : "public",
      inputs,
      results,
      argAttributes: dictionaries(arg_attrs),
      resultAttributes: dictionaries(res_attrs),
      attributes: rest,
      body: block,
    });
    this.module.funcs.push(func);
    this.moveLocation(operation, func);
    return true;
  }

  protected forgetFunctions(): void {
    this.#open = undefined;
  }
}

const dictionaries = (list: Attribute | undefined): Attributes[] =>
  list?.kind === "array" ? list.items.map((item) => (item.kind === "dictionary" ? item.entries : {})) : [];
