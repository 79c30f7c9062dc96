// The pieces that spell operands and single attributes.
import { type Attribute, attr } from "../attributes.ts";
import { HloPrintError } from "../errors.ts";
import type { Operation } from "../module.ts";
import { attributeText, quoted, shardingBody, symbolText } from "../spell.ts";
import type { ElementType } from "../types.ts";
import { dims, optional as optionalAttribute, required } from "../writer.ts";
import { optional, type Piece } from "./piece.ts";

/** `%0, %1` */
export const operands: Piece = {
  print: (op, writer) => writer.operands(op),
  read(reader, draft) {
    draft.operands = reader.operands();
  },
};

/** A piece for one attribute. */
const one = (name: string, print: (op: Operation) => string, read: Piece["read"]): Piece => ({
  spells: [name],
  print,
  read,
});

/** `[0, 2]` */
export const dimensions = (name: string): Piece =>
  one(
    name,
    (op) => dims(op, name),
    (reader, draft) => {
      const values = reader.numbers();
      draft.attributes[name] = { kind: "denseArray", element: typeof values[0] === "boolean" ? "i1" : "i64", values };
    },
  );

export const integer = (name: string, type: ElementType = "i64"): Piece =>
  one(
    name,
    (op) => String(required(op, name, "integer").value),
    (reader, draft) => {
      draft.attributes[name] = { kind: "integer", value: reader.integer(), type };
    },
  );

/** The bare value of a StableHLO enumeration. */
export const enumeration = (name: string, type = name, dialect = "stablehlo"): Piece =>
  one(
    name,
    (op) => required(op, name, "enum").value,
    (reader, draft) => {
      draft.attributes[name] = { kind: "enum", dialect, name: type, value: reader.word() };
    },
  );

export const bool = (name: string): Piece =>
  one(
    name,
    (op) => String(required(op, name, "bool").value),
    (reader, draft) => {
      const value = reader.attribute();
      if (value.kind !== "bool") reader.fail("expected true or false");
      draft.attributes[name] = value;
    },
  );

/** `"text"` */
export const string = (name: string): Piece =>
  one(
    name,
    (op) => quoted(required(op, name, "string").value),
    (reader, draft) => {
      draft.attributes[name] = attr.string(reader.string());
    },
  );

/** `@name` of a symbol. */
export const symbol = (name: string): Piece =>
  one(
    name,
    (op) => symbolText(required(op, name, "symbol").name),
    (reader, draft) => {
      draft.attributes[name] = attr.symbol(reader.symbol());
    },
  );

/** `@name` of what is a string. */
export const symbolOfString = (name: string): Piece =>
  one(
    name,
    (op) => symbolText(required(op, name, "string").value),
    (reader, draft) => {
      draft.attributes[name] = attr.string(reader.symbol());
    },
  );

/** `<@mesh, …>` */
export const sharding = (name: string): Piece =>
  one(
    name,
    (op) => shardingBody(required(op, name, "sharding")),
    (reader, draft) => {
      draft.attributes[name] = reader.sharding();
    },
  );

/** `dense<…> : type`, which is the result's type too; elements of a type that is not known stay text. */
export const constantValue: Piece = one(
  "value",
  (op) => attributeText(op.attributes.value?.kind === "opaque" ? op.attributes.value : required(op, "value", "dense")),
  (reader, draft) => {
    const value = reader.attribute();
    draft.attributes.value = value;
    const type = value.kind === "dense" || value.kind === "opaque" ? value.type : undefined;
    draft.resultTypes = [type ?? reader.fail("expected the elements of a constant, `dense<…> : type`")];
  },
);

const hasAttribute = (name: string) => (op: Operation) => op.attributes[name] !== undefined;

/** `lead` and the attribute, where the operation has it. */
export const given = (name: string, lead: string, body: Piece): Piece => optional(lead, body, hasAttribute(name));

/** `, precision = [DEFAULT, HIGHEST]` where there is one. */
export const precision: Piece = optional(
  ", precision = ",
  {
    spells: ["precision_config"],
    print: (op) => {
      const { items } = required(op, "precision_config", "array");
      return `[${items.map((item) => (item.kind === "enum" ? item.value : attributeText(item))).join(", ")}]`;
    },
    read(reader, draft) {
      const items: Attribute[] = [];
      reader.literal("[");
      reader.list(() => items.push(attr.enum("precision", reader.word())));
      reader.literal("]");
      draft.attributes.precision_config = attr.array(items);
    },
  },
  (op) => (optionalAttribute(op, "precision_config", "array")?.items.length ?? 0) > 0,
);

/** `e5m10` */
export const floatBits: Piece = {
  spells: ["exponent_bits", "mantissa_bits"],
  print: (op) => `e${required(op, "exponent_bits", "integer").value}m${required(op, "mantissa_bits", "integer").value}`,
  read(reader, draft) {
    const word = reader.word();
    const found = /^e(\d+)m(\d+)$/.exec(word);
    if (found === null) return;
    draft.attributes.exponent_bits = attr.i32(Number(found[1]));
    draft.attributes.mantissa_bits = attr.i32(Number(found[2]));
  },
};

/** `[0:4, 2:8:2]`: start, limit and stride of each dimension. */
export const ranges: Piece = {
  spells: ["start_indices", "limit_indices", "strides"],
  print(op) {
    const start = required(op, "start_indices", "denseArray").values;
    const limit = required(op, "limit_indices", "denseArray").values;
    const stride = required(op, "strides", "denseArray").values;
    return `[${start.map((from, i) => `${from}:${limit[i]}${stride[i] === 1 ? "" : `:${stride[i]}`}`).join(", ")}]`;
  },
  read(reader, draft) {
    const [start, limit, strides]: [number[], number[], number[]] = [[], [], []];
    reader.literal("[");
    reader.optional(
      () => !reader.ahead("]"),
      () =>
        reader.list(() => {
          start.push(Number(reader.integer()));
          reader.literal(":");
          limit.push(Number(reader.integer()));
          let stride = 1;
          reader.optional(
            () => reader.ahead(":"),
            () => {
              reader.literal(":");
              stride = Number(reader.integer());
            },
          );
          strides.push(stride);
        }),
    );
    reader.literal("]");
    draft.attributes.start_indices = attr.i64s(start);
    draft.attributes.limit_indices = attr.i64s(limit);
    draft.attributes.strides = attr.i64s(strides);
  },
};

/** The attribute `name`, or an error that names the operation: a struct's list of dimensions. */
export function listField(op: Operation, name: string, field: string): readonly number[] {
  const value = required(op, name, "struct").fields[field];
  if (value === undefined || typeof value === "object") return value ?? [];
  throw new HloPrintError(`${op.name}: field ${field} of ${name} is ${String(value)}; give a list of dimensions`);
}
