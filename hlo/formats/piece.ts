// The assembly format of an operation as data: a list of pieces, each of which can be printed and read.
import type { Attribute, Attributes } from "../attributes.ts";
import type { Operation, Region, Value } from "../module.ts";
import type { FunctionType, Type } from "../types.ts";
import { rest, type Spelling, type Writer } from "../writer.ts";

/** An operation while it is read. Types are checked against the operands when it is finished. */
export interface Draft {
  readonly name: string;
  operands: Value[];
  /** As the text gives them; undefined where the format leaves them to the operands themselves. */
  operandTypes: readonly Type[] | undefined;
  resultTypes: readonly Type[];
  readonly attributes: Record<string, Attribute>;
  readonly regions: Region[];
}

/** The arguments that a region is given by what stands before it. */
export interface RegionArguments {
  readonly names: readonly string[];
  readonly types: readonly Type[];
}

/** What the format of an attribute may ask of the parser. */
export interface TokenReader {
  /** Whether the next tokens are these; nothing is consumed. */
  ahead(...images: readonly string[]): boolean;
  /** The text of the next token; nothing is consumed. */
  peek(): string;
  /** Punctuation or a word that must stand here. */
  literal(text: string): void;
  optional(when: () => boolean, read: () => void): void;
  /** At least one, separated by commas. */
  list(read: () => void): void;
  integer(): number | bigint;
  /** `[1, 2]` of integers or booleans. */
  numbers(): (number | boolean)[];
  word(): string;
  /** The text of a word or of an integer. */
  wordOrInteger(): string;
  /** `<field = value, …>` of a StableHLO structure. */
  struct(name: string): Attribute;
  string(): string;
  symbol(): string;
  attribute(): Attribute;
  /** `{…}` or nothing. */
  dictionary(): Attributes;
  type(): Type;
  /** At least one, separated by commas. */
  types(): Type[];
  functionType(): FunctionType;
  /** `<@mesh, …>`: a sharding without its dialect prefix. */
  sharding(): Attribute;
  /** Ends with a located error. */
  fail(reason: string): never;
}

/** What the format of an operation may ask of the parser. */
export interface Reader extends TokenReader {
  /** Values separated by commas; may be none. */
  operands(): Value[];
  operand(): Value;
  /** The name of a value that is being defined. */
  name(): string;
  /** `(%a: t, %b: t)` */
  arguments(): RegionArguments;
  /** The operations between braces. */
  region(args: RegionArguments): Region;
}

export interface Piece {
  /** Attributes that this piece spells, so that the braces leave them out. */
  readonly spells?: readonly string[];
  print(op: Operation, writer: Writer, spelled: readonly string[]): string;
  read(reader: Reader, draft: Draft): void;
}

export interface Format {
  /** The text after `%0 = `. */
  readonly print: Spelling;
  /** Reads what follows the operation's name. */
  read(reader: Reader, draft: Draft): void;
}

const words = (text: string): readonly string[] => text.match(/->|[A-Za-z_][\w.]*|\S/g) ?? [];

/** Words and punctuation, printed as given. */
export function text(given: string): Piece {
  const expected = words(given);
  return {
    print: () => given,
    read: (reader) => {
      for (const word of expected) reader.literal(word);
    },
  };
}

/** The attributes that no other piece spells, in braces. */
export const attributes: Piece = {
  print: (op, _, spelled) => rest(op, ...spelled),
  read: (reader, draft) => {
    Object.assign(draft.attributes, reader.dictionary());
  },
};

const piece = (given: Piece | string): Piece => (typeof given === "string" ? text(given) : given);

/** Pieces one after the other, as one. */
export function sequence(...given: readonly (Piece | string)[]): Piece {
  const pieces = given.map(piece);
  return {
    spells: pieces.flatMap(({ spells = [] }) => spells),
    print(op, writer, spelled) {
      let out = "";
      for (const one of pieces) out += one.print(op, writer, spelled);
      return out;
    },
    read(reader, draft) {
      for (const one of pieces) one.read(reader, draft);
    },
  };
}

/** An operation's format: its name, then the pieces. */
export function format(...given: readonly (Piece | string)[]): Format {
  const whole = sequence(...given);
  const spelled = whole.spells!;
  return {
    print: (op, writer) => op.name + whole.print(op, writer, spelled),
    read: (reader, draft) => whole.read(reader, draft),
  };
}

/**
 * `lead`, then `body`, where `stands` says so of an operation; in text they stand where the first words of `lead` do.
 */
export function optional(lead: string, body: Piece, stands: (op: Operation) => boolean): Piece {
  const inner = sequence(lead, body);
  const first = words(lead).slice(0, 2);
  return {
    spells: inner.spells!,
    print: (op, writer, spelled) => (stands(op) ? inner.print(op, writer, spelled) : ""),
    read: (reader, draft) =>
      reader.optional(
        () => reader.ahead(...first),
        () => inner.read(reader, draft),
      ),
  };
}
