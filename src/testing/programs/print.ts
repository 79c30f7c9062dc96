// Small programs as the TypeScript that they stand for.
import type { Argument, Block, Instruction, Value } from "./types.ts";

const typeOf = (v: Value): string => `${v.dtype}[${v.shape}]`;

/** `(a, b) => { const c = np.sin(a); return c; }`, with the type of each value beside it. */
export function printBlock(block: Block, indent = ""): string {
  const params = block.params.map((p) => p.name).join(", ");
  const inner = `${indent}  `;
  const lines = block.body.map((i) => `${inner}${printInstruction(i, inner)}`);
  if (lines.length === 0) return `(${params}) => ${printArgument(block.returns, indent)}`;
  return [`(${params}) => {`, ...lines, `${inner}return ${printArgument(block.returns, inner)};`, `${indent}}`].join(
    "\n",
  );
}

function printInstruction(i: Instruction, indent: string): string {
  const names = i.results.map((r) => r.name);
  const target = names.length === 1 ? names[0] : `[${names.join(", ")}]`;
  const list = (args: readonly Argument[]) => `(${args.map((a) => printArgument(a, indent)).join(", ")})`;
  const call = `${i.call}${list(i.args)}${i.appliedTo === undefined ? "" : list(i.appliedTo)}`;
  return `const ${target} = ${call}; // ${i.results.map(typeOf).join(", ")}`;
}

function printArgument(a: Argument, indent: string): string {
  if (typeof a === "number") return Object.is(a, -0) ? "-0" : String(a);
  if (typeof a !== "object" || a === null) return JSON.stringify(a);
  if (Array.isArray(a)) return `[${a.map((x) => printArgument(x, indent)).join(", ")}]`;
  if ("ref" in a) return a.ref;
  if ("block" in a) return printBlock(a.block, indent);
  const entries = Object.entries((a as { options: Record<string, Argument> }).options);
  return `{ ${entries.map(([k, v]) => `${k}: ${printArgument(v, indent)}`).join(", ")} }`;
}
