// StableHLO text: a module printed as MLIR prints it, in pretty or generic form.
import { type Attribute, type Attributes, attr } from "./attributes.ts";
import { HloPrintError } from "./errors.ts";
import { formats } from "./formats/index.ts";
import { LocationTable } from "./locations.ts";
import type { Block, Func, Module, Operation, Region, Value } from "./module.ts";
import { ValueNames } from "./names.ts";
import { dictionaryText, entriesText, meshBody, symbolText, typeText } from "./spell.ts";
import { functionalType, splitAttributes, type Writer } from "./writer.ts";

export interface PrintOptions {
  /** `"pretty"` (the default) is what MLIR prints for StableHLO; `"generic"` spells every operation alike. */
  readonly form?: "pretty" | "generic";
  /** Adds ` loc(…)` to each operation and a location table at the end. */
  readonly debugInfo?: boolean;
}

/** Prints the operations of one function. Regions are written in place, so the work is linear in the text. */
class FunctionPrinter implements Writer {
  readonly #names: ValueNames;
  readonly #func: string;
  readonly #form: "pretty" | "generic";
  readonly #locations: LocationTable | undefined;
  #indent: string;
  /** Inside a `func.func` itself MLIR leaves out the `func.` of its operations; in nested regions it does not. */
  #depth = 0;

  constructor(
    name: string,
    body: Block,
    form: "pretty" | "generic",
    locations: LocationTable | undefined,
    indent: string,
  ) {
    this.#names = new ValueNames(body);
    this.#func = name;
    this.#form = form;
    this.#locations = locations;
    this.#indent = indent;
  }

  #use(value: Value, op: Operation, i: number): string {
    const name = this.#names.use(value);
    if (name !== undefined) return name;
    throw new HloPrintError(
      `${op.name}: operand ${i} (${typeText(value.type)}) is not defined in @${this.#func}; ` +
        "pass it to the function as an argument or define it in the same function",
    );
  }

  operand(op: Operation, i: number): string {
    const value = op.operands[i];
    if (value === undefined) {
      throw new HloPrintError(`${op.name}: got ${op.operands.length} operands, expected at least ${i + 1}`);
    }
    return this.#use(value, op, i);
  }

  operands(op: Operation): string {
    let out = "";
    const { operands } = op;
    for (let i = 0; i < operands.length; i++) out += (i === 0 ? "" : ", ") + this.#use(operands[i]!, op, i);
    return out;
  }

  /** `%arg0: tensor<f32> {…}` for each argument; with its location where any is known. */
  blockArguments(block: Block, attributes: readonly Attributes[] = []): string[] {
    const locations = block.argLocations === undefined ? undefined : this.#locations;
    return block.args.map((arg, i) => {
      const location = locations?.suffix(block.argLocations?.[i]) ?? "";
      return `${this.#names.use(arg)}: ${typeText(arg.type)}${dictionaryText(attributesAt(attributes, i))}${location}`;
    });
  }

  argumentNames(region: Region): string[] {
    return this.#block(region).args.map((arg) => this.#names.use(arg)!);
  }

  #block(region: Region): Block {
    const [block, more] = region.blocks;
    if (block !== undefined && more === undefined) return block;
    throw new HloPrintError(`got a region of ${region.blocks.length} blocks in @${this.#func}, expected exactly one`);
  }

  arguments(region: Region): readonly string[] {
    return this.blockArguments(this.#block(region));
  }

  newline(): string {
    return `\n${this.#indent}`;
  }

  body(region: Region): string {
    return `{${this.#lines(this.#block(region))}${this.newline()}}`;
  }

  /** Each operation on a line of its own, one level further in. */
  #lines(block: Block): string {
    const outer = this.#indent;
    this.#indent = `${outer}  `;
    this.#depth++;
    const start = this.newline();
    let out = "";
    for (const op of block.operations) out += start + this.operation(op);
    this.#depth--;
    this.#indent = outer;
    return out;
  }

  #genericRegion(region: Region): string {
    const block = this.#block(region);
    const header = block.args.length === 0 ? "" : `${this.newline()}^bb0(${this.blockArguments(block).join(", ")}):`;
    return `{${header}${this.#lines(block)}${this.newline()}}`;
  }

  #generic(op: Operation): string {
    const { own, discardable } = splitAttributes(op.attributes);
    const properties = Object.keys(own).length === 0 ? "" : ` <{${entriesText(Object.entries(own))}}>`;
    const regions = op.regions.length === 0 ? "" : ` (${op.regions.map((r) => this.#genericRegion(r)).join(", ")})`;
    return `"${op.name}"(${this.operands(op)})${properties}${regions}${dictionaryText(discardable)} : ${functionalType(op)}`;
  }

  #spelled(op: Operation): string {
    const spelling = this.#form === "pretty" ? formats.get(op.name)?.print : undefined;
    if (spelling === undefined) return this.#generic(op);
    const text = spelling(op, this);
    return this.#depth === 1 && op.name.startsWith("func.") ? text.slice("func.".length) : text;
  }

  operation(op: Operation): string {
    return this.#names.define(op) + this.#spelled(op) + (this.#locations?.suffix(op.location) ?? "");
  }

  /** The function's operations, each on its own line. */
  functionBody(body: Block): string {
    return this.#lines(body);
  }
}

/** The attributes of argument or result `i`; lists may be shorter than the type when nothing follows. */
const attributesAt = (list: readonly Attributes[], i: number): Attributes => list[i] ?? {};

function checkSignature(func: Func): void {
  const { inputs, results } = func.type;
  if (func.body.args.length !== inputs.length) {
    throw new HloPrintError(
      `@${func.name}: the body has ${func.body.args.length} arguments, the type has ${inputs.length}`,
    );
  }
  for (const [what, list, count] of [
    ["argument", func.argAttributes, inputs.length],
    ["result", func.resultAttributes, results.length],
  ] as const) {
    if (list.length > count) {
      throw new HloPrintError(`@${func.name}: got ${list.length} ${what} attributes, expected at most ${count}`);
    }
  }
}

function prettyFunction(func: Func, locations: LocationTable | undefined): string {
  const printer = new FunctionPrinter(func.name, func.body, "pretty", locations, "  ");
  const args = printer.blockArguments(func.body, func.argAttributes);
  const results = func.type.results.map(
    (type, i) => typeText(type) + dictionaryText(attributesAt(func.resultAttributes, i)),
  );
  const bare = results.length === 1 && !results[0]!.endsWith("}") && func.type.results[0]!.kind !== "function";
  const arrow = results.length === 0 ? "" : ` -> ${bare ? results[0] : `(${results.join(", ")})`}`;
  const extra = Object.entries(func.attributes ?? {});
  const attributes = extra.length === 0 ? "" : ` attributes {${entriesText(extra)}}`;
  const head = `func.func ${func.visibility} ${symbolText(func.name)}(${args.join(", ")})${arrow}${attributes}`;
  return `  ${head} {${printer.functionBody(func.body)}\n  }${locations?.suffix(func.location) ?? ""}`;
}

function genericFunction(func: Func, locations: LocationTable | undefined): string {
  const printer = new FunctionPrinter(func.name, func.body, "generic", locations, "  ");
  const properties: Record<string, Attribute> = {};
  const dictionaries = (list: readonly Attributes[], count: number) =>
    attr.array(Array.from({ length: count }, (_, i) => attr.dictionary(attributesAt(list, i))));
  const any = (list: readonly Attributes[]) => list.some((attributes) => Object.keys(attributes).length > 0);
  if (any(func.argAttributes)) properties.arg_attrs = dictionaries(func.argAttributes, func.type.inputs.length);
  properties.function_type = attr.type(func.type);
  if (any(func.resultAttributes)) properties.res_attrs = dictionaries(func.resultAttributes, func.type.results.length);
  properties.sym_name = attr.string(func.name);
  properties.sym_visibility = attr.string(func.visibility);
  const { own, discardable } = splitAttributes(func.attributes ?? {});
  Object.assign(properties, own);
  const args = printer.blockArguments(func.body);
  const header = args.length === 0 ? "" : `\n  ^bb0(${args.join(", ")}):`;
  const body = `({${header}${printer.functionBody(func.body)}\n  })`;
  return `  "func.func"() <{${entriesText(Object.entries(properties))}}> ${body}${dictionaryText(discardable)} : () -> ()${locations?.suffix(func.location) ?? ""}`;
}

/** The operations that stand in the module itself. */
function othersText(module: Module, form: "pretty" | "generic", locations: LocationTable | undefined): string {
  const body: Block = { args: [], operations: module.others };
  const printer = new FunctionPrinter(module.name, body, form, locations, "");
  return printer.functionBody(body).slice(1);
}

/**
 * The text of a module. Meshes come first, then public functions, then private ones, each in the order given;
 * attributes keep the order of insertion. MLIR's parser reads either form back to the same module, constants bit for
 * bit. Time and memory are linear in the number of operations.
 *
 * @throws HloPrintError for an operand that is not defined in its function, a missing attribute of an operation with a
 * pretty form, or a constant that does not fit its type.
 */
export function print(module: Module, options: PrintOptions = {}): string {
  const { form = "pretty", debugInfo = false } = options;
  const locations = debugInfo ? new LocationTable() : undefined;
  const unknown = locations?.suffix(undefined) ?? "";
  const isPretty = form === "pretty";
  const lines: string[] = [];
  const attributes = Object.entries(module.attributes);
  const { name } = module;
  if (isPretty) {
    const spelled = attributes.length === 0 ? "" : ` attributes {${entriesText(attributes)}}`;
    lines.push(`module${name === "" ? "" : ` ${symbolText(name)}`}${spelled} {`);
  } else {
    const properties = name === "" ? "" : ` <{${entriesText([["sym_name", attr.string(name)]])}}>`;
    lines.push(`"builtin.module"()${properties} ({`);
  }

  for (const { name, axes, deviceIds, attributes: extra = {} } of module.meshes) {
    const properties = entriesText([
      ["mesh", { kind: "mesh", axes, ...(deviceIds ? { deviceIds } : {}) }],
      ["sym_name", attr.string(name)],
    ]);
    const text = isPretty
      ? `sdy.mesh ${symbolText(name)} = ${meshBody(axes, deviceIds)}${dictionaryText(extra)}`
      : `"sdy.mesh"() <{${properties}}>${dictionaryText(extra)} : () -> ()`;
    lines.push(`  ${text}${unknown}`);
  }
  if (module.others.length > 0) lines.push(othersText(module, form, locations));
  const functionText = isPretty ? prettyFunction : genericFunction;
  for (const visibility of ["public", "private"] as const) {
    for (const func of module.funcs) {
      if (func.visibility !== visibility) continue;
      checkSignature(func);
      lines.push(functionText(func, locations));
    }
  }
  for (const { text } of module.included) lines.push(text);
  lines.push((isPretty ? "}" : `})${dictionaryText(module.attributes)} : () -> ()`) + unknown);
  if (locations !== undefined) lines.push(...locations.lines());
  if (module.resources !== undefined) lines.push(module.resources);
  return `${lines.join("\n")}\n`;
}
