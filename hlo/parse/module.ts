// The grammar of a module: its head, meshes, aliases and resources, and which member is what.
import { EOF, type ParserMethod } from "chevrotain";
import type { Attributes } from "../attributes.ts";
import { Module, type Operation } from "../module.ts";
import { symbolOf } from "./attributes.ts";
import { shown } from "./base.ts";
import { readMesh } from "./dialects.ts";
import { FunctionGrammar } from "./functions.ts";
import { Source } from "./source.ts";
import {
  BangName,
  Colon,
  Equals,
  HashName,
  LeftAngle,
  LeftCurly,
  LeftParen,
  Resources,
  RightAngle,
  RightCurly,
  RightParen,
  StringText,
  SymbolName,
  Word,
} from "./tokens.ts";

export class ModuleGrammar extends FunctionGrammar {
  constructor() {
    super();
    this.performSelfAnalysis();
  }

  /** Reads a whole text. @throws Located, or what Chevrotain found first is in `errors` */
  read(text: string): void {
    this.module = new Module("");
    this.forgetFunctions();
    this.forget();
    this.begin(new Source(text));
    this.text();
    if (this.errors.length === 0) this.settleLocations();
  }

  /** The module so far: an unfinished function has the operations that were whole. */
  partial(): Module {
    this.closeUnfinished();
    return this.module;
  }

  /** Lets go of everything that belongs to one text. */
  forget(): void {
    this.forgetTypes();
    this.forgetLocations();
    this.forgetValues();
    this.attributeAliases.clear();
  }

  protected readonly text: ParserMethod<[], void> = this.RULE("text", () => {
    this.MANY(() => {
      this.OR({
        DEF: [
          { ALT: () => this.SUBRULE(this.attributeAlias) },
          { ALT: () => this.SUBRULE(this.typeAlias) },
          {
            ALT: () => {
              const token = this.CONSUME(Resources);
              this.ACTION(() => {
                this.module.resources = token.image;
              });
            },
          },
          { GATE: () => this.LA(1).image === "module", ALT: () => this.SUBRULE(this.prettyModule) },
          { GATE: () => this.LA(1).image === '"builtin.module"', ALT: () => this.SUBRULE(this.genericModule) },
          { GATE: () => this.#startsMember(), ALT: () => this.SUBRULE(this.member) },
        ],
        IGNORE_AMBIGUITIES: true,
        ERR_MSG: "a module, a function or an alias",
      });
    });
    this.ACTION(() => {
      if (this.LA(1).tokenType !== EOF)
        this.fail(`expected a module, a function or an alias, got ${shown(this.LA(1))}`);
    });
    this.CONSUME(EOF);
  });

  /** A word that begins no member is no StableHLO at all, and is told so. */
  #startsMember(): boolean {
    const { tokenType, image } = this.LA(1);
    return tokenType !== Word || image === "func.func" || image === "sdy.mesh";
  }

  /** `#loc1 = loc(…)`, `#map = …` */
  protected readonly attributeAlias: ParserMethod<[], void> = this.RULE("attributeAlias", () => {
    const token = this.CONSUME(HashName);
    this.CONSUME(Equals);
    this.OR({
      DEF: [
        {
          GATE: () => this.LA(1).image === "loc",
          ALT: () => {
            const location = this.SUBRULE(this.location);
            this.ACTION(() => this.locationAliases.set(token.image, location));
          },
        },
        {
          ALT: () => {
            const attribute = this.SUBRULE(this.attribute);
            this.ACTION(() => this.attributeAliases.set(token.image, attribute));
          },
        },
      ],
      IGNORE_AMBIGUITIES: true,
    });
  });

  protected readonly typeAlias: ParserMethod<[], void> = this.RULE("typeAlias", () => {
    const token = this.CONSUME(BangName);
    this.CONSUME(Equals);
    const type = this.SUBRULE(this.type);
    this.ACTION(() => this.typeAliases.set(token.image, type));
  });

  /** `module @name attributes {…} { … }` */
  protected readonly prettyModule: ParserMethod<[], void> = this.RULE("prettyModule", () => {
    this.CONSUME(Word);
    this.OPTION(() => {
      const name = this.CONSUME(SymbolName);
      this.ACTION(() => this.#begin(symbolOf(name)));
    });
    this.OPTION2(() => {
      this.CONSUME2(Word);
      const attributes = this.SUBRULE(this.dictionary);
      this.ACTION(() => Object.assign(this.module.attributes, attributes));
    });
    this.CONSUME(LeftCurly);
    this.MANY(() => this.SUBRULE(this.member));
    this.CONSUME(RightCurly);
    this.optionalLocation(3);
  });

  /** `"builtin.module"() <{…}> ({ … }) {…} : () -> ()` */
  protected readonly genericModule: ParserMethod<[], void> = this.RULE("genericModule", () => {
    this.CONSUME(StringText);
    this.CONSUME(LeftParen);
    this.CONSUME(RightParen);
    this.OPTION(() => {
      this.CONSUME(LeftAngle);
      const { sym_name: name } = this.SUBRULE(this.dictionary);
      this.CONSUME(RightAngle);
      this.ACTION(() => this.#begin(name?.kind === "string" ? name.value : ""));
    });
    this.CONSUME2(LeftParen);
    this.CONSUME(LeftCurly);
    this.MANY(() => this.SUBRULE(this.member));
    this.CONSUME(RightCurly);
    this.CONSUME2(RightParen);
    this.OPTION2(() => {
      const attributes = this.SUBRULE2(this.dictionary);
      this.ACTION(() => Object.assign(this.module.attributes, attributes));
    });
    this.CONSUME(Colon);
    this.SUBRULE(this.functionType);
    this.optionalLocation(3);
  });

  #begin(name: string): void {
    const { meshes, funcs, others } = this.module;
    if (meshes.length + funcs.length + others.length > 0 || this.module.name !== "") {
      this.fail("a second module in one text; give each a file of its own", this.LA(0));
    }
    this.module = new Module(name);
  }

  /** A mesh, a function, or an operation of another dialect. */
  protected readonly member: ParserMethod<[], void> = this.RULE("member", () => {
    this.OR({
      DEF: [
        { GATE: () => this.LA(1).image === "func.func", ALT: () => this.SUBRULE(this.func) },
        { GATE: () => this.LA(1).image === "sdy.mesh", ALT: () => this.SUBRULE(this.mesh) },
        {
          ALT: () => {
            const operation = this.SUBRULE(this.operation);
            this.ACTION(() => this.#member(operation));
          },
        },
      ],
      IGNORE_AMBIGUITIES: true,
      ERR_MSG: "a function or a mesh",
    });
  });

  /** `sdy.mesh @mesh = <["x"=2]> {…}` */
  protected readonly mesh: ParserMethod<[], void> = this.RULE("mesh", () => {
    this.CONSUME(Word);
    const name = this.CONSUME(SymbolName);
    this.CONSUME(Equals);
    this.ACTION(() => {
      const { axes, deviceIds } = readMesh(this.tokens);
      const attributes = this.tokens.dictionary();
      this.#mesh(symbolOf(name), axes, deviceIds, attributes);
    });
    this.optionalLocation(0);
  });

  #mesh(
    name: string,
    axes: readonly { name: string; size: number }[],
    deviceIds: readonly number[] | undefined,
    attributes: Attributes,
  ): void {
    const extra = Object.keys(attributes).length === 0 ? {} : { attributes };
    this.module.meshes.push({ name, axes, ...(deviceIds ? { deviceIds } : {}), ...extra });
  }

  /** A member in generic form: functions and meshes become what they are, all else stays an operation. */
  #member(operation: Operation): void {
    const { name, attributes } = operation;
    const { sym_name: symbol, mesh } = attributes;
    if (name === "sdy.mesh" && symbol?.kind === "string" && mesh?.kind === "mesh") {
      const { sym_name: _, mesh: __, ...rest } = attributes;
      this.#mesh(symbol.value, mesh.axes, mesh.deviceIds, rest);
    } else if (!this.genericFunction(operation)) this.module.others.push(operation);
  }
}
