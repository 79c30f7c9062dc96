// The operations that hold regions in a form of their own: while, reduce, and Shardy's manual computation.
import type { Attribute } from "../attributes.ts";
import { HloPrintError } from "../errors.ts";
import { type Operation, type Region, Value } from "../module.ts";
import { entriesText, quoted, shardingBody, typeText } from "../spell.ts";
import { tensorType } from "../types.ts";
import { dims, functionalType, operandTypes, required, rest, type Spelling } from "../writer.ts";
import type { Draft, Format, Reader } from "./piece.ts";

function regions(op: Operation, count: number): void {
  if (op.regions.length === count) return;
  throw new HloPrintError(`${op.name}: got ${op.regions.length} regions, expected ${count}`);
}

const printWhile: Spelling = (op, w) => {
  regions(op, 2);
  const [condition, body] = op.regions as [Region, Region];
  const carried = w.argumentNames(body).map((name, i) => `${name} = ${w.operand(op, i)}`);
  const attributes = Object.entries(op.attributes);
  const spelled = attributes.length === 0 ? "" : ` attributes {${entriesText(attributes)}}`;
  const types = carried.length === 0 ? "" : ` : ${operandTypes(op).map(typeText).join(", ")}`;
  return `${op.name}(${carried.join(", ")})${types}${spelled}${w.newline()}cond ${w.body(condition)} do ${w.body(body)}`;
};

/** `(%a = %0, …) : types attributes {…} cond {…} do {…}`; both regions name their arguments as the head does. */
function readWhile(reader: Reader, draft: Draft): void {
  const names: string[] = [];
  reader.literal("(");
  reader.optional(
    () => !reader.ahead(")"),
    () =>
      reader.list(() => {
        names.push(reader.name());
        reader.literal("=");
        draft.operands.push(reader.operand());
      }),
  );
  reader.literal(")");
  reader.optional(
    () => reader.ahead(":"),
    () => {
      reader.literal(":");
      draft.operandTypes = reader.types();
    },
  );
  reader.optional(
    () => reader.ahead("attributes"),
    () => {
      reader.literal("attributes");
      Object.assign(draft.attributes, reader.dictionary());
    },
  );
  const types = draft.operandTypes ?? [];
  draft.resultTypes = types;
  if (types.length !== names.length)
    reader.fail(`expected ${names.length} types, one for each value, got ${types.length}`);
  for (const word of ["cond", "do"]) {
    reader.literal(word);
    draft.regions.push(reader.region({ names, types }));
  }
}

/** Reducers that `applies` may name: commutative, two scalars to one of the same type. */
const combiners = new Set(
  ["add", "multiply", "maximum", "minimum", "and", "or", "xor"].map((name) => `stablehlo.${name}`),
);

/** The combiner's name when a reducer is nothing but `combiner(%lhs, %rhs)`. */
function combiner(op: Operation): string | undefined {
  const block = op.regions[0]!.blocks[0]!;
  const [inner, end] = block.operations;
  if (op.operands.length !== 2 || block.operations.length !== 2 || block.args.length !== 2) return undefined;
  const direct =
    combiners.has(inner!.name) &&
    inner!.operands[0] === block.args[0] &&
    inner!.operands[1] === block.args[1] &&
    Object.keys(inner!.attributes).length === 0 &&
    end!.operands.length === 1 &&
    end!.operands[0] === inner!.results[0] &&
    Object.keys(end!.attributes).length === 0;
  return direct ? inner!.name : undefined;
}

const printReduce: Spelling = (op, w) => {
  regions(op, 1);
  const count = op.operands.length / 2;
  const inputs = Array.from({ length: count }, (_, i) => `(${w.operand(op, i)} init: ${w.operand(op, count + i)})`);
  const across = `across dimensions = ${dims(op, "dimensions")}${rest(op, "dimensions")} : ${functionalType(op)}`;
  const name = combiner(op);
  if (name !== undefined) return `${op.name}${inputs.join(", ")} applies ${name} ${across}`;
  const args = w.arguments(op.regions[0]!);
  const pairs = inputs.map((_, i) => `(${args[i]}, ${args[count + i]})`);
  return `${op.name}${inputs.join(", ")} ${across}${w.newline()} reducer${pairs.join(" ")}  ${w.body(op.regions[0]!)}`;
};

/** The region that `applies name` stands for. */
function combining(reader: Reader, name: string, init: Value): Region {
  const type =
    init.type.kind === "tensor" ? tensorType([], init.type.element) : reader.fail("expected a tensor to reduce");
  const args = [new Value(type), new Value(type)];
  const result = new Value(type);
  const part = { attributes: {}, regions: [], location: undefined };
  return {
    blocks: [
      {
        args,
        operations: [
          { name, operands: args, results: [result], ...part },
          { name: "stablehlo.return", operands: [result], results: [], ...part },
        ],
      },
    ],
  };
}

/** `(%0 init: %1), … [applies name] across dimensions = […] {…} : type [reducer(%a: t, %b: t) … {…}]` */
function readReduce(reader: Reader, draft: Draft): void {
  const [inputs, inits]: [Value[], Value[]] = [[], []];
  reader.list(() => {
    reader.literal("(");
    inputs.push(reader.operand());
    reader.literal("init");
    reader.literal(":");
    inits.push(reader.operand());
    reader.literal(")");
  });
  draft.operands = [...inputs, ...inits];
  let applied: string | undefined;
  reader.optional(
    () => reader.ahead("applies"),
    () => {
      reader.literal("applies");
      applied = reader.word();
    },
  );
  for (const word of ["across", "dimensions", "="]) reader.literal(word);
  draft.attributes.dimensions = { kind: "denseArray", element: "i64", values: reader.numbers() };
  Object.assign(draft.attributes, reader.dictionary());
  reader.literal(":");
  const { inputs: operandTypes, results } = reader.functionType();
  draft.operandTypes = operandTypes;
  draft.resultTypes = results;
  if (applied !== undefined) {
    draft.regions.push(combining(reader, applied, inits[0]!));
    return;
  }
  reader.literal("reducer");
  const pairs = inputs.map(() => reader.arguments());
  if (pairs.some(({ names }) => names.length !== 2)) reader.fail("expected two arguments for each reduced value");
  const order = [0, 1].flatMap((side) => pairs.map((_, i) => [i, side] as const));
  draft.regions.push(
    reader.region({
      names: order.map(([i, side]) => pairs[i]!.names[side]!),
      types: order.map(([i, side]) => pairs[i]!.types[side]!),
    }),
  );
}

const shardingList = (attribute: Extract<Attribute, { kind: "shardingPerValue" }>) =>
  `[${attribute.shardings.map(shardingBody).join(", ")}]`;

const printManual: Spelling = (op, w) => {
  regions(op, 1);
  const inputs = shardingList(required(op, "in_shardings", "shardingPerValue"));
  const outputs = shardingList(required(op, "out_shardings", "shardingPerValue"));
  const axes = required(op, "manual_axes", "manualAxes").axes.map(quoted).join(", ");
  const region = op.regions[0]!;
  const head = `${op.name}(${w.operands(op)}) in_shardings=${inputs} out_shardings=${outputs} manual_axes={${axes}}`;
  const left = rest(op, "in_shardings", "out_shardings", "manual_axes");
  return `${head} (${w.arguments(region).join(", ")}) ${w.body(region)}${left} : ${functionalType(op)}`;
};

function readShardings(reader: Reader): Attribute {
  const shardings: Attribute[] = [];
  reader.literal("[");
  reader.optional(
    () => !reader.ahead("]"),
    () => reader.list(() => shardings.push(reader.sharding())),
  );
  reader.literal("]");
  return { kind: "shardingPerValue", shardings };
}

function readManual(reader: Reader, draft: Draft): void {
  reader.literal("(");
  draft.operands = reader.operands();
  reader.literal(")");
  for (const name of ["in_shardings", "out_shardings"] as const) {
    reader.literal(name);
    reader.literal("=");
    draft.attributes[name] = readShardings(reader);
  }
  const axes: string[] = [];
  for (const word of ["manual_axes", "=", "{"]) reader.literal(word);
  reader.optional(
    () => !reader.ahead("}"),
    () => reader.list(() => axes.push(reader.string())),
  );
  reader.literal("}");
  draft.attributes.manual_axes = { kind: "manualAxes", axes };
  draft.regions.push(reader.region(reader.arguments()));
  Object.assign(draft.attributes, reader.dictionary());
  reader.literal(":");
  const { inputs, results } = reader.functionType();
  draft.operandTypes = inputs;
  draft.resultTypes = results;
}

export const regionFormats: Readonly<Record<string, Format>> = {
  "stablehlo.while": { print: printWhile, read: readWhile },
  "stablehlo.reduce": { print: printReduce, read: readReduce },
  "sdy.manual_computation": { print: printManual, read: readManual },
};
