// The grammar of locations: `loc("file.ts":12:3)`, names, calls, and aliases that may be defined later.
import type { ParserMethod } from "chevrotain";
import type { Attribute } from "../attributes.ts";
import type { Block, Location, Operation } from "../module.ts";
import { AttributeGrammar } from "./attributes.ts";
import { unquoted } from "./literal.ts";
import {
  Colon,
  Comma,
  HashName,
  IntegerText,
  LeftAngle,
  LeftParen,
  LeftSquare,
  RightAngle,
  RightParen,
  RightSquare,
  StringText,
  Word,
} from "./tokens.ts";

/** A location as it was read: aliases are looked up when the whole text is known. */
export type RawLocation = Location | { readonly kind: "alias"; readonly name: string } | undefined;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What has a location: an operation or a function. */
interface Located {
  readonly location: Location | undefined;
}

export class LocationGrammar extends AttributeGrammar {
  protected readonly locationAliases = new Map<string, RawLocation>();
  /** One object for each alias, and what it came to at the end. */
  readonly #aliases = new Map<string, Exclude<RawLocation, undefined>>();
  readonly #final = new Map<RawLocation, Location | undefined>();

  /** What waits for its location until the whole text is known. */
  readonly #located: [Writable<Located> | Writable<Block>, RawLocation | readonly RawLocation[]][] = [];

  #word(expected: string): void {
    this.ACTION(() => {
      if (this.LA(1).image !== expected) this.fail(`expected \`${expected}\``);
    });
  }

  /** `loc(…)` */
  protected readonly location: ParserMethod<[], RawLocation> = this.RULE("location", () => {
    this.#word("loc");
    this.CONSUME(Word);
    this.CONSUME(LeftParen);
    const found = this.SUBRULE(this.locationBody);
    this.CONSUME(RightParen);
    return found;
  });

  /** A location, or nothing; `at` numbers the uses within one rule. */
  protected optionalLocation(at: number): RawLocation {
    return this.option(at, {
      GATE: () => this.LA(1).image === "loc",
      DEF: () => this.subrule(at, this.location),
    });
  }

  /** `:12:3`, `:12:3 to 14:8`, `:12:3 to :8` after a file's name */
  protected readonly position: ParserMethod<[string], Location> = this.RULE("position", (file: string) => {
    this.CONSUME(Colon);
    const line = Number(this.CONSUME(IntegerText).image);
    this.CONSUME2(Colon);
    const column = Number(this.CONSUME2(IntegerText).image);
    let end: { line: number; column: number } | undefined;
    this.OPTION(() => {
      this.#word("to");
      this.CONSUME(Word);
      let endLine = line;
      this.OPTION2(() => {
        endLine = Number(this.CONSUME3(IntegerText).image);
      });
      this.CONSUME3(Colon);
      end = { line: endLine, column: Number(this.CONSUME4(IntegerText).image) };
    });
    return { file, line, column, ...(end === undefined ? {} : { end }) };
  });

  protected readonly locationBody: ParserMethod<[], RawLocation> = this.RULE("locationBody", () =>
    this.nest(() =>
      this.OR<RawLocation>({
        DEF: [
          {
            ALT: () => {
              const token = this.CONSUME(HashName);
              return this.ACTION((): RawLocation => this.alias(token.image));
            },
          },
          {
            ALT: () => {
              const token = this.CONSUME(StringText);
              const name = this.ACTION(() => unquoted(token.image)) ?? "";
              let found: RawLocation = { kind: "name", name };
              this.OPTION(() => {
                found = this.OR2<RawLocation>([
                  { ALT: () => this.SUBRULE(this.position, { ARGS: [name] }) },
                  {
                    ALT: () => {
                      this.CONSUME(LeftParen);
                      const at = this.SUBRULE(this.locationBody);
                      this.CONSUME(RightParen);
                      return { kind: "name", name, at: at as Location };
                    },
                  },
                ]);
              });
              return found;
            },
          },
          { ALT: () => this.SUBRULE(this.compoundLocation) },
        ],
        ERR_MSG: "a location",
      }),
    ),
  );

  /** `unknown`, `callsite(a at b)`, `fused<metadata>[a, b]` */
  protected readonly compoundLocation: ParserMethod<[], RawLocation> = this.RULE("compoundLocation", () => {
    const token = this.CONSUME(Word);
    return this.OR<RawLocation>([
      {
        ALT: () => {
          this.ACTION(() => this.#named(token.image, "callsite"));
          this.CONSUME(LeftParen);
          const callee = this.SUBRULE(this.locationBody);
          this.#word("at");
          this.CONSUME2(Word);
          const caller = this.SUBRULE2(this.locationBody);
          this.CONSUME2(RightParen);
          return { kind: "callsite", callee: callee as Location, caller: caller as Location };
        },
      },
      {
        ALT: () => {
          this.ACTION(() => this.#named(token.image, "fused"));
          let metadata: Attribute | undefined;
          this.OPTION(() => {
            this.CONSUME(LeftAngle);
            metadata = this.SUBRULE(this.attribute);
            this.CONSUME(RightAngle);
          });
          const parts: RawLocation[] = [];
          this.CONSUME(LeftSquare);
          this.MANY_SEP({ SEP: Comma, DEF: () => parts.push(this.SUBRULE3(this.locationBody)) });
          this.CONSUME(RightSquare);
          return { kind: "fused", parts: parts as Location[], ...(metadata === undefined ? {} : { metadata }) };
        },
      },
      {
        ALT: () => {
          this.ACTION(() => this.#named(token.image, "unknown"));
          return undefined;
        },
      },
    ]);
  });

  #named(got: string, expected: string): void {
    if (got !== expected)
      this.fail(`expected \`unknown\`, \`callsite(…)\` or \`fused[…]\`, got \`${got}\``, this.LA(0));
  }

  protected alias(name: string): RawLocation {
    let found = this.#aliases.get(name);
    if (found === undefined) {
      found = { kind: "alias", name };
      this.#aliases.set(name, found);
    }
    return found;
  }

  protected locate(what: Writable<Located>, location: RawLocation): void {
    if (location !== undefined) this.#located.push([what, location]);
  }

  /** One location for each argument. */
  protected locateArguments(block: Block, locations: readonly RawLocation[]): void {
    if (locations.some((location) => location !== undefined)) this.#located.push([block, locations]);
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

  protected forgetLocations(): void {
    this.#located.length = 0;
    this.#aliases.clear();
    this.#final.clear();
    this.locationAliases.clear();
  }

  /** The location with every alias in it looked up. @throws Located for an alias that is not defined, or by itself */
  protected final(raw: RawLocation): Location | undefined {
    if (raw === undefined || raw.kind === undefined || raw.kind === "file") return raw;
    if (this.#final.has(raw)) return this.#final.get(raw);
    const found = this.nest(() => this.#expanded(raw));
    this.#final.set(raw, found);
    return found;
  }

  #expanded(raw: Exclude<RawLocation, undefined>): Location | undefined {
    const inner = (part: RawLocation) => this.final(part);
    switch (raw.kind) {
      case "alias":
        if (!this.locationAliases.has(raw.name)) return this.fail(`the location ${raw.name} is not defined`);
        return inner(this.locationAliases.get(raw.name));
      case "name":
        return named(raw.name, inner(raw.at));
      case "callsite":
        return { kind: "callsite", callee: inner(raw.callee), caller: inner(raw.caller) };
      case "fused":
        return { ...raw, parts: raw.parts.map(inner) };
      default:
        return raw;
    }
  }
}

/** A position with a name is one object; anything else with a name is two. */
function named(name: string, at: Location | undefined): Location {
  if (at === undefined) return { kind: "name", name };
  if ((at.kind === undefined || at.kind === "file") && at.name === undefined) return { ...at, name };
  return { kind: "name", name, at };
}
