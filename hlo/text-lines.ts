// The printed lines of a program, each with the operation that starts there and the function that it belongs to.
import type { Block, Func, Location, Module, Operation, Region } from "./module.ts";
import { Module as ModuleClass } from "./module.ts";
import type { HloInstruction, HloModule } from "./optimized.ts";
import { print } from "./print.ts";
import { printHlo } from "./print-hlo.ts";

export interface TextLine {
  readonly text: string;
  /** What starts on this line. */
  readonly operation: Operation | undefined;
  /** The function around it; undefined for the lines of the module itself. */
  readonly function: string | undefined;
}

export interface HloTextLine {
  readonly text: string;
  readonly instruction: HloInstruction | undefined;
  readonly function: string | undefined;
}

/** The module again, with a location of its own on each operation: its number in `operations`. */
function numbered(module: Module, operations: Operation[]): Module {
  const mark = (): Location => ({ kind: "name", name: String(operations.length - 1) });
  const copyBlock = ({ args, operations: inner }: Block): Block => ({
    args,
    operations: inner.map((op): Operation => {
      operations.push(op);
      const location = mark();
      return { ...op, location, regions: op.regions.map(copyRegion) };
    }),
  });
  const copyRegion = ({ blocks }: Region): Region => ({ blocks: blocks.map(copyBlock) });
  const copy = new ModuleClass(module.name);
  Object.assign(copy.attributes, module.attributes);
  copy.included.push(...module.included);
  copy.meshes.push(...module.meshes);
  copy.funcs.push(...module.funcs.map((func): Func => ({ ...func, body: copyBlock(func.body), location: undefined })));
  copy.others.push(...module.others);
  return copy;
}

const alias = / loc\((#loc\d*)\)$/;
const table = /^(#loc\d*) = loc\((?:"(\d+)"|.*)\)$/;
/** Lines inside an operation that start none: `cond {`, `} do {`, ` reducer(…) {`, `^bb0(…):`. */
const inner = /^(?:cond \{|\}|reducer\(|\^bb)/;

/**
 * The lines of `print(module, { form })`. An operation with regions is named on its first line.
 * @throws HloPrintError as `print`
 */
export function textLines(module: Module, form: "pretty" | "generic" = "pretty"): TextLine[] {
  const operations: Operation[] = [];
  const lines = print(numbered(module, operations), { form, debugInfo: true }).trimEnd().split("\n");
  const numbers = new Map<string, number>();
  while (lines.length > 0) {
    const match = table.exec(lines.at(-1)!);
    if (match === null) break;
    if (match[2] !== undefined) numbers.set(match[1]!, Number(match[2]));
    lines.pop();
  }
  const names = [...module.funcs].sort(
    (a, b) => Number(a.visibility === "private") - Number(b.visibility === "private"),
  );
  let next = 0;
  let current: string | undefined;
  /** For each indentation, the last line there that starts an operation. */
  const starts: number[] = [];
  const found: { text: string; operation: Operation | undefined; function: string | undefined }[] = [];
  lines.forEach((line, i) => {
    const match = alias.exec(line);
    const text = match === null ? line : line.slice(0, match.index);
    const indent = text.length - text.trimStart().length;
    const body = text.slice(indent);
    if (indent === 2 && (body.startsWith("func.func ") || body.startsWith('"func.func"(')))
      current = names[next++]?.name;
    else if (indent === 2 && !body.startsWith("}") && !body.startsWith("^bb")) current = undefined;
    if (indent === 0) current = undefined;
    found.push({ text, operation: undefined, function: current });
    if (!inner.test(body)) starts[indent] = i;
    const number = match === null ? undefined : numbers.get(match[1]!);
    if (number !== undefined) found[starts[indent] ?? i]!.operation = operations[number];
  });
  return found;
}

/** The lines of `printHlo(module)`. */
export function hloTextLines(module: HloModule): HloTextLine[] {
  const lines = printHlo(module).trimEnd().split("\n");
  const order = module.computations.flatMap(({ name, instructions }) =>
    instructions.map((instruction) => ({ instruction, name })),
  );
  let next = 0;
  let current: string | undefined;
  return lines.map((text) => {
    if (current === undefined) {
      const opened = /^(?:ENTRY )?%(\S+) \(.*\{$/.exec(text)?.[1];
      if (opened === undefined) return { text, instruction: undefined, function: undefined };
      current = opened;
      return { text, instruction: undefined, function: current };
    }
    const within = current;
    if (text.startsWith("}")) current = undefined;
    const isInstruction = current !== undefined && text.startsWith("  ");
    return { text, instruction: isInstruction ? order[next++]?.instruction : undefined, function: within };
  });
}
