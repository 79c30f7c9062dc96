// The pretty form of the operations that hold regions: while, reduce, and Shardy's manual computation.
import type { Attribute } from "./attributes.ts";
import { HloPrintError } from "./errors.ts";
import type { Operation } from "./module.ts";
import { entriesText, quoted, shardingBody, typeText } from "./spell.ts";
import { dims, functionalType, operandTypes, required, rest, type Spelling } from "./writer.ts";

function regions(op: Operation, count: number): void {
  if (op.regions.length === count) return;
  throw new HloPrintError(`${op.name}: got ${op.regions.length} regions, expected ${count}`);
}

const whileLoop: Spelling = (op, w) => {
  regions(op, 2);
  const [condition, body] = op.regions as [Operation["regions"][0], Operation["regions"][0]];
  const carried = w.arguments(body).map((arg, i) => `${arg.slice(0, arg.indexOf(":"))} = ${w.operand(op, i)}`);
  const attributes = Object.entries(op.attributes);
  const spelled = attributes.length === 0 ? "" : ` attributes {${entriesText(attributes)}}`;
  const types = carried.length === 0 ? "" : ` : ${operandTypes(op).map(typeText).join(", ")}`;
  return `${op.name}(${carried.join(", ")})${types}${spelled}${w.newline()}cond ${w.body(condition)} do ${w.body(body)}`;
};

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

const reduce: Spelling = (op, w) => {
  regions(op, 1);
  const count = op.operands.length / 2;
  const inputs = Array.from({ length: count }, (_, i) => `(${w.operand(op, i)} init: ${w.operand(op, count + i)})`);
  const across = `across dimensions = ${dims(op, "dimensions")}${rest(op, "dimensions")} : ${functionalType(op)}`;
  const name = combiner(op);
  if (name !== undefined) return `${op.name}${inputs.join(", ")} applies ${name} ${across}`;
  const args = w.arguments(op.regions[0]!);
  const pairs = inputs.map((_, i) => `(${args[i]}, ${args[count + i]})`);
  return `${op.name}${inputs.join(", ")} ${across}${w.newline()} reducer${pairs.join(" ")} ${w.body(op.regions[0]!)}`;
};

const shardingList = (attribute: Extract<Attribute, { kind: "shardingPerValue" }>) =>
  `[${attribute.shardings.map(shardingBody).join(", ")}]`;

const manualComputation: Spelling = (op, w) => {
  regions(op, 1);
  const inputs = shardingList(required(op, "in_shardings", "shardingPerValue"));
  const outputs = shardingList(required(op, "out_shardings", "shardingPerValue"));
  const axes = required(op, "manual_axes", "manualAxes").axes.map(quoted).join(", ");
  const region = op.regions[0]!;
  const head = `${op.name}(${w.operands(op)}) in_shardings=${inputs} out_shardings=${outputs} manual_axes={${axes}}`;
  const left = rest(op, "in_shardings", "out_shardings", "manual_axes");
  return `${head} (${w.arguments(region).join(", ")}) ${w.body(region)}${left} : ${functionalType(op)}`;
};

export const prettyRegions: Readonly<Record<string, Spelling>> = {
  "stablehlo.while": whileLoop,
  "stablehlo.reduce": reduce,
  "sdy.manual_computation": manualComputation,
};
