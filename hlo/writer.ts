// What the spelling of an operation may ask of the printer, and the helpers that read an operation's parts.
import type { Attribute, Attributes } from "./attributes.ts";
import { HloPrintError } from "./errors.ts";
import type { Operation, Region } from "./module.ts";
import { dictionaryText, functionTypeText, typeList, typeText } from "./spell.ts";
import type { Type } from "./types.ts";

export interface Writer {
  /** Names of all operands, separated by commas. */
  operands(op: Operation): string;
  /** The name of operand `i`. */
  operand(op: Operation, i: number): string;
  /** Names and types of a block's arguments: `%arg0: tensor<f32>`. */
  arguments(region: Region): readonly string[];
  /** Names alone. */
  argumentNames(region: Region): readonly string[];
  /** `{`, the operations of a one-block region on their own lines, `}`; the block's arguments are not printed. */
  body(region: Region): string;
  /** Starts a new line at the operation's own indentation. */
  newline(): string;
}

/** The text of an operation after `%0 = `, without its location. */
export type Spelling = (op: Operation, writer: Writer) => string;

export const operandTypes = (op: Operation): readonly Type[] => op.operands.map((value) => value.type);
export const resultTypes = (op: Operation): readonly Type[] => op.results.map((value) => value.type);

/** `(tensor<2xf32>) -> tensor<2xf32>` */
export const functionalType = (op: Operation): string =>
  functionTypeText({ inputs: operandTypes(op), results: resultTypes(op) });

/** One type when operands and results all have it, else the functional type. */
export function sameType(op: Operation): string {
  const all = [...operandTypes(op), ...resultTypes(op)].map(typeText);
  return op.results.length === 1 && all.every((text) => text === all[0]) ? all[0]! : functionalType(op);
}

export const resultTypeList = (op: Operation): string => typeList(resultTypes(op));

type Kind = Attribute["kind"];

/**
 * The attribute `name` of an operation, which must have the given kind.
 * @throws HloPrintError naming the operation and the attribute.
 */
export function required<K extends Kind>(op: Operation, name: string, kind: K): Extract<Attribute, { kind: K }> {
  const found = op.attributes[name];
  if (found?.kind === kind) return found as Extract<Attribute, { kind: K }>;
  const got = found === undefined ? "is missing" : `has kind "${found.kind}"`;
  throw new HloPrintError(`${op.name}: attribute ${name} ${got}; give one of kind "${kind}"`);
}

/** The attribute `name` where it stands, undefined where it does not. */
export function optional<K extends Kind>(op: Operation, name: string, kind: K) {
  return op.attributes[name] === undefined ? undefined : required(op, name, kind);
}

/** `[0, 2]`: the values of a dense array attribute. */
export const dims = (op: Operation, name: string): string => `[${required(op, name, "denseArray").values.join(", ")}]`;

/** `{…}` of the attributes that the pretty form does not spell elsewhere. */
export function rest(op: Operation, ...spelled: readonly string[]): string {
  if (spelled.length === 0) return dictionaryText(op.attributes);
  const left: Record<string, Attribute> = {};
  for (const [name, value] of Object.entries(op.attributes)) if (!spelled.includes(name)) left[name] = value;
  return dictionaryText(left);
}

/** Discardable attributes carry a dialect prefix; the others are the operation's own properties. */
export function splitAttributes(attributes: Attributes): { own: Attributes; discardable: Attributes } {
  const own: Record<string, Attribute> = {};
  const discardable: Record<string, Attribute> = {};
  for (const [name, value] of Object.entries(attributes)) (name.includes(".") ? discardable : own)[name] = value;
  return { own, discardable };
}
