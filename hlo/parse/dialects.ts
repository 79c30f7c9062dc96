// The attributes that StableHLO and Shardy write in forms of their own, after their `#name`.
import { type Attribute, type AxisRef, attr, type DimensionSharding, type StructField } from "../attributes.ts";
import { readConvolution } from "../formats/dot.ts";
import type { TokenReader } from "../formats/piece.ts";

type MeshAttribute = Extract<Attribute, { kind: "mesh" }>;

/** Items between brackets; may be none. */
function items<T>(reader: TokenReader, open: string, close: string, read: () => T): T[] {
  const found: T[] = [];
  reader.literal(open);
  if (!reader.ahead(close)) reader.list(() => found.push(read()));
  reader.literal(close);
  return found;
}

function field(reader: TokenReader): StructField {
  if (reader.ahead("[")) return reader.numbers() as number[];
  const text = reader.wordOrInteger();
  if (text === "true" || text === "false") return text === "true";
  return /^-?\d+$/.test(text) ? Number(text) : text;
}

/** `<a = 1, b = [2, 3], c = word>` */
export function readStruct(reader: TokenReader, name: string): Attribute {
  const fields: Record<string, StructField> = {};
  items(reader, "<", ">", () => {
    const label = reader.word();
    reader.literal("=");
    fields[label] = field(reader);
  });
  return attr.struct(name, fields);
}

/** `"x"`, `"x":(2)4` */
function axis(reader: TokenReader): AxisRef {
  const name = reader.string();
  if (!reader.ahead(":")) return name;
  reader.literal(":");
  reader.literal("(");
  const before = Number(reader.integer());
  reader.literal(")");
  return { axis: name, before, size: Number(reader.integer()) };
}

/** `{"x", "y", ?}p1` */
function dimension(reader: TokenReader): DimensionSharding {
  let open = false;
  const axes: AxisRef[] = [];
  items(reader, "{", "}", () => {
    if (reader.ahead("?")) {
      reader.literal("?");
      open = true;
    } else axes.push(axis(reader));
  });
  if (!/^p\d+$/.test(reader.peek())) return { axes, open };
  return { axes, open, priority: Number(reader.word().slice(1)) };
}

/** `<["x"=2, "y"=4], device_ids=[…]>` */
export function readMesh(reader: TokenReader): MeshAttribute {
  reader.literal("<");
  const axes = items(reader, "[", "]", () => {
    const name = reader.string();
    reader.literal("=");
    return { name, size: Number(reader.integer()) };
  });
  let deviceIds: number[] | undefined;
  if (reader.ahead(",", "device_ids")) {
    for (const word of [",", "device_ids", "="]) reader.literal(word);
    deviceIds = reader.numbers() as number[];
  }
  reader.literal(">");
  return { kind: "mesh", axes, ...(deviceIds ? { deviceIds } : {}) };
}

/** `<@mesh, [{"x"}, {?}], replicated={"y"}, unreduced={"z"}>` */
export function readSharding(reader: TokenReader): Attribute {
  reader.literal("<");
  let mesh: string | MeshAttribute;
  if (reader.ahead("mesh")) {
    reader.literal("mesh");
    mesh = readMesh(reader);
  } else mesh = reader.symbol();
  reader.literal(",");
  const dimensions = items(reader, "[", "]", () => dimension(reader));
  const lists: Record<string, AxisRef[]> = {};
  while (reader.ahead(",")) {
    reader.literal(",");
    const name = reader.word();
    if (name !== "replicated" && name !== "unreduced") reader.fail("expected `replicated` or `unreduced`");
    reader.literal("=");
    lists[name] = items(reader, "{", "}", () => axis(reader));
  }
  reader.literal(">");
  const { replicated = [], unreduced } = lists;
  return { kind: "sharding", mesh, dimensions, replicated, ...(unreduced ? { unreduced } : {}) };
}

/** `<name VALUE>` of `#stablehlo<…>`; `<manual_axes{…}>` of `#sdy<…>`. */
function bare(dialect: string, reader: TokenReader): Attribute {
  reader.literal("<");
  const name = reader.word();
  if (reader.ahead("{")) {
    const axes = items(reader, "{", "}", () => reader.string());
    reader.literal(">");
    return { kind: "manualAxes", axes };
  }
  const value = reader.word();
  reader.literal(">");
  return { kind: "enum", dialect, name, value };
}

/** Structures whose fields are numbers, lists and words. */
const structs = new Set(["dot", "gather", "scatter", "channel_handle", "dot_algorithm", "output_operand_alias"]);

/** Reads what follows `#name`; undefined, with nothing read, where the form is another dialect's. */
export function readDialectAttribute(name: string, reader: TokenReader): Attribute | undefined {
  switch (name) {
    case "#stablehlo":
    case "#chlo":
    case "#sdy":
      return bare(name.slice(1), reader);
    case "#stablehlo.conv": {
      reader.literal("<");
      const found = readConvolution(reader);
      reader.literal(">");
      return found;
    }
    case "#sdy.sharding":
      return readSharding(reader);
    case "#sdy.mesh":
      return readMesh(reader);
    case "#sdy.sharding_per_value": {
      reader.literal("<");
      const shardings = items(reader, "[", "]", () => readSharding(reader));
      reader.literal(">");
      return { kind: "shardingPerValue", shardings };
    }
  }
  const struct = name.startsWith("#stablehlo.") ? name.slice("#stablehlo.".length) : "";
  return structs.has(struct) ? readStruct(reader, struct) : undefined;
}
