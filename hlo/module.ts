// StableHLO as data: values, operations, regions, modules, and the builder that makes them.
import { type Attribute, type Attributes, attr, type DenseData } from "./attributes.ts";
import type { FunctionType, TensorType, Type } from "./types.ts";

/** A position in a user's source, or a range that ends at `end`. `name` is an optional name scope. */
export interface FileLocation {
  readonly kind?: "file";
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly end?: { readonly line: number; readonly column: number };
  readonly name?: string;
}

/** Where an operation comes from: a position, a name, a call (callee and caller), or several; undefined is unknown. */
export type Location =
  | FileLocation
  | { readonly kind: "name"; readonly name: string; readonly at?: Location }
  | { readonly kind: "callsite"; readonly callee: Location | undefined; readonly caller: Location | undefined }
  | { readonly kind: "fused"; readonly parts: readonly (Location | undefined)[]; readonly metadata?: Attribute };

/** One SSA value: the result of an operation or the argument of a block. Identity is what counts. */
export class Value {
  readonly type: Type;
  constructor(type: Type) {
    this.type = type;
  }
}

export interface Operation {
  /** Full name, dialect included: `stablehlo.add`, `func.call`, `sdy.sharding_constraint`. */
  readonly name: string;
  readonly operands: readonly Value[];
  readonly results: readonly Value[];
  readonly attributes: Attributes;
  readonly regions: readonly Region[];
  readonly location: Location | undefined;
}

export interface Block {
  readonly args: readonly Value[];
  /** Where the arguments come from, in their order; absent where nothing is known of any. */
  readonly argLocations?: readonly (Location | undefined)[];
  readonly operations: Operation[];
}

export interface Region {
  readonly blocks: readonly Block[];
}

/** A `func.func`. Argument and result attributes stand in the order of the type. */
export interface Func {
  readonly name: string;
  readonly visibility: "public" | "private";
  readonly type: FunctionType;
  readonly argAttributes: readonly Attributes[];
  readonly resultAttributes: readonly Attributes[];
  /** Those of the function as a whole, beside its name, type and visibility. */
  readonly attributes?: Attributes;
  readonly body: Block;
  readonly location: Location | undefined;
}

export interface Mesh {
  readonly name: string;
  readonly axes: readonly { readonly name: string; readonly size: number }[];
  /** The devices by number, where they are not 0, 1, …: a mesh without axes is the one device named. */
  readonly deviceIds?: readonly number[];
  readonly attributes?: Attributes;
}

/** Functions that are there as text alone, in pretty form, with the cost of one call of the one named `name`. */
export interface Included {
  readonly name: string;
  readonly text: string;
  readonly flops: number;
  readonly bytesAccessed: number;
}

export class Module {
  readonly name: string;
  readonly attributes: Record<string, Attribute> = {};
  readonly included: Included[] = [];
  readonly meshes: Mesh[] = [];
  readonly funcs: Func[] = [];
  /** What else stands in the module: operations of dialects that jorts does not know. */
  readonly others: Operation[] = [];
  /** The dialect resources at the end of the text, as they were read. */
  resources: string | undefined;
  constructor(name: string) {
    this.name = name;
  }
}

/** Appends operations to a block; `location` is stamped on each until it is changed. */
export class Builder {
  block: Block;
  location: Location | undefined;

  constructor(block: Block) {
    this.block = block;
  }

  op(
    name: string,
    operands: readonly Value[],
    resultTypes: readonly Type[],
    attributes: Attributes = {},
    regions: readonly Region[] = [],
  ): Value[] {
    const results = resultTypes.map((type) => new Value(type));
    this.block.operations.push({ name, operands, results, attributes, regions, location: this.location });
    return results;
  }

  one(
    name: string,
    operands: readonly Value[],
    type: Type,
    attributes?: Attributes,
    regions?: readonly Region[],
  ): Value {
    return this.op(name, operands, [type], attributes, regions)[0]!;
  }

  constant(type: TensorType, value: DenseData): Value {
    return this.one("stablehlo.constant", [], type, { value: attr.dense(type, value) });
  }

  /** A region of one block, ended by `terminator` over what `body` returns. */
  region(
    argTypes: readonly Type[],
    body: (...args: Value[]) => readonly Value[],
    terminator = "stablehlo.return",
  ): Region {
    const block: Block = { args: argTypes.map((type) => new Value(type)), operations: [] };
    const outer = this.block;
    this.block = block;
    try {
      this.op(terminator, body(...block.args), []);
    } finally {
      this.block = outer;
    }
    return { blocks: [block] };
  }
}
