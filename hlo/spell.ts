// The MLIR spelling of identifiers, strings, types and attributes.
import type { Attribute, Attributes, AxisRef, DimensionSharding } from "./attributes.ts";
import { denseText } from "./constants.ts";
import { HloPrintError } from "./errors.ts";
import { floatFormat, floatText } from "./floats.ts";
import type { Mesh } from "./module.ts";
import type { FunctionType, Type } from "./types.ts";

const bareId = /^[A-Za-z_][\w$.]*$/;
const plain = /^[ !#-[\]-~]*$/;

/** A quoted string: bytes outside printable ASCII, quotes and backslashes are escaped as MLIR does. */
export function quoted(text: string): string {
  if (plain.test(text)) return `"${text}"`;
  let out = '"';
  for (const byte of Buffer.from(text, "utf8")) {
    if (byte === 0x5c) out += "\\\\";
    else if (byte >= 0x20 && byte < 0x7f && byte !== 0x22) out += String.fromCharCode(byte);
    else out += "\\" + byte.toString(16).toUpperCase().padStart(2, "0");
  }
  return `${out}"`;
}

/** `@name`, quoted when it is not a bare identifier. */
export const symbolText = (name: string): string => (bareId.test(name) ? `@${name}` : `@${quoted(name)}`);

const keyText = (name: string): string => (bareId.test(name) ? name : quoted(name));

export function typeText(type: Type): string {
  if (type.kind === "tensor") {
    let out = "tensor<";
    for (const size of type.shape) out += size < 0 ? "?x" : `${size}x`;
    return `${out}${type.element}${type.encoding === undefined ? "" : `, ${type.encoding}`}>`;
  }
  if (type.kind === "opaque") return type.text;
  return type.kind === "token" ? "!stablehlo.token" : functionTypeText(type);
}

export const typeList = (types: readonly Type[]): string => types.map(typeText).join(", ");

/** `(a, b) -> c`; several results, or none, stand in parentheses. */
export function functionTypeText(type: Pick<FunctionType, "inputs" | "results">): string {
  const results = typeList(type.results);
  const bare = type.results.length === 1 && type.results[0]!.kind !== "function";
  return `(${typeList(type.inputs)}) -> ${bare ? results : `(${results})`}`;
}

const axisText = (axis: AxisRef): string =>
  typeof axis === "string" ? quoted(axis) : `${quoted(axis.axis)}:(${axis.before})${axis.size}`;

const dimensionText = ({ axes, open, priority }: DimensionSharding) =>
  `{${[...axes.map(axisText), ...(open ? ["?"] : [])].join(", ")}}${priority === undefined ? "" : `p${priority}`}`;

/** `<@mesh, [{"data"}, {?}], replicated={"x"}>`: a sharding without its dialect prefix. */
export function shardingBody(sharding: Attribute): string {
  if (sharding.kind !== "sharding") {
    throw new HloPrintError(
      `got an attribute of kind "${sharding.kind}" where a sharding is expected; pass kind "sharding"`,
    );
  }
  const axes = (name: string, list: readonly AxisRef[] = []) =>
    list.length === 0 ? "" : `, ${name}={${list.map(axisText).join(", ")}}`;
  const { mesh } = sharding;
  const meshText = typeof mesh === "string" ? symbolText(mesh) : `mesh${meshBody(mesh.axes, mesh.deviceIds)}`;
  const dimensions = sharding.dimensions.map(dimensionText).join(", ");
  const rest = axes("replicated", sharding.replicated) + axes("unreduced", sharding.unreduced);
  return `<${meshText}, [${dimensions}]${rest}>`;
}

export const meshBody = (axes: Mesh["axes"], deviceIds?: Mesh["deviceIds"]): string =>
  `<[${axes.map(({ name, size }) => `${quoted(name)}=${size}`).join(", ")}]${
    deviceIds === undefined ? "" : `, device_ids=[${deviceIds.join(", ")}]`
  }>`;

type Struct = Extract<Attribute, { kind: "struct" }>;

/** `[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]`: the dimension numbers of a convolution. */
export function convolutionText(fields: Struct["fields"]): string {
  const number = (name: string): number => {
    const value = fields[name];
    if (typeof value === "number") return value;
    throw new HloPrintError(`#stablehlo.conv: field ${name} is ${String(value)}; give one dimension`);
  };
  const side = (role: string, marks: readonly [string, string][]): string => {
    const spatial = fields[`${role}_spatial_dimensions`];
    if (typeof spatial !== "object") {
      throw new HloPrintError(
        `#stablehlo.conv: field ${role}_spatial_dimensions is missing; give a list of dimensions`,
      );
    }
    const places: string[] = [];
    for (const [field, mark] of marks) places[number(field)] = mark;
    spatial.forEach((dimension, i) => {
      places[dimension] = String(i);
    });
    return `[${places.join(", ")}]`;
  };
  const input = side("input", [
    ["input_batch_dimension", "b"],
    ["input_feature_dimension", "f"],
  ]);
  const kernel = side("kernel", [
    ["kernel_input_feature_dimension", "i"],
    ["kernel_output_feature_dimension", "o"],
  ]);
  const output = side("output", [
    ["output_batch_dimension", "b"],
    ["output_feature_dimension", "f"],
  ]);
  return `${input}x${kernel}->${output}`;
}

/** `a = 1, b = [2, 3]`: the fields of a structure attribute. */
export function structFields(fields: Struct["fields"]): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name} = ${typeof value === "object" ? `[${value.join(", ")}]` : value}`)
    .join(", ");
}

function scalarText(attribute: Extract<Attribute, { kind: "integer" | "float" }>): string {
  if (attribute.kind === "integer") return `${attribute.value} : ${attribute.type}`;
  const format = floatFormat(attribute.type);
  if (format === undefined) throw new HloPrintError(`float attribute of type ${attribute.type}: use a float type`);
  return `${floatText(format, format.encode(attribute.value))} : ${attribute.type}`;
}

function denseArrayText({ element, values }: Extract<Attribute, { kind: "denseArray" }>): string {
  const format = floatFormat(element);
  const text = (x: number | boolean) =>
    format === undefined ? String(x) : floatText(format, format.encode(Number(x)));
  return `array<${element}${values.length > 0 ? ": " : ""}${values.map(text).join(", ")}>`;
}

/** The generic spelling of any attribute. */
export function attributeText(attribute: Attribute): string {
  switch (attribute.kind) {
    case "unit":
      return "unit";
    case "bool":
      return String(attribute.value);
    case "integer":
    case "float":
      return scalarText(attribute);
    case "string":
      return quoted(attribute.value);
    case "symbol":
      return symbolText(attribute.name);
    case "array":
      return `[${attribute.items.map(attributeText).join(", ")}]`;
    case "denseArray":
      return denseArrayText(attribute);
    case "dictionary":
      return `{${entriesText(Object.entries(attribute.entries))}}`;
    case "dense":
      return `dense<${denseText(attribute.type, attribute.value)}> : ${typeText(attribute.type)}`;
    case "type":
      return typeText(attribute.type);
    case "enum":
      return `#${attribute.dialect}<${attribute.name} ${attribute.value}>`;
    case "struct": {
      const body = attribute.name === "conv" ? convolutionText(attribute.fields) : structFields(attribute.fields);
      return `#${attribute.dialect}.${attribute.name}<${body}>`;
    }
    case "sharding":
      return `#sdy.sharding${shardingBody(attribute)}`;
    case "shardingPerValue":
      return `#sdy.sharding_per_value<[${attribute.shardings.map(shardingBody).join(", ")}]>`;
    case "manualAxes":
      return `#sdy<manual_axes{${attribute.axes.map(quoted).join(", ")}}>`;
    case "mesh":
      return `#sdy.mesh${meshBody(attribute.axes, attribute.deviceIds)}`;
    case "opaque":
      return attribute.text;
  }
}

/** `a = 1 : i32, b, c = "x"`: dictionary entries in the order given; a unit is its bare name. */
export function entriesText(entries: readonly (readonly [string, Attribute])[]): string {
  return entries
    .map(([name, value]) => (value.kind === "unit" ? keyText(name) : `${keyText(name)} = ${attributeText(value)}`))
    .join(", ");
}

/** ` {…}` with a leading space, or nothing when there are no attributes. */
export function dictionaryText(attributes: Attributes): string {
  const entries = Object.entries(attributes);
  return entries.length === 0 ? "" : ` {${entriesText(entries)}}`;
}
