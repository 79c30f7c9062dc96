// HLO text of an optimised program, in the form of XLA's own printer.
import type { HloComputation, HloInstruction, HloModule } from "./optimized.ts";
import { indexed, shapeText } from "./shapes.ts";

const pairs = (attributes: Readonly<Record<string, string>>): string[] =>
  Object.entries(attributes).map(([name, value]) => `${name}=${value}`);

/** Attributes that follow the called computations. */
const trailing = new Set(["async_execution_thread", "sharding", "frontend_attributes"]);

function instructionText(instruction: HloInstruction): string {
  const { name, opcode, shape, immediate, attributes, calls, metadata, backendConfig } = instruction;
  const operands = immediate ?? indexed(instruction.operands.map((operand) => `%${operand.name}`));
  const entries = Object.entries(attributes);
  const parts = [`%${name} = ${shapeText(shape)} ${opcode}(${operands})`];
  for (const [key, value] of entries) if (!trailing.has(key)) parts.push(`${key}=${value}`);
  for (const { role, computations } of calls) {
    const names = computations.map((computation) => `%${computation.name}`).join(", ");
    parts.push(`${role}=${role.endsWith("computations") ? `{${names}}` : names}`);
  }
  for (const [key, value] of entries) if (trailing.has(key)) parts.push(`${key}=${value}`);
  if (instruction.controlPredecessors.length > 0) {
    parts.push(`control-predecessors={${instruction.controlPredecessors.map((other) => `%${other.name}`).join(", ")}}`);
  }
  const origin = pairs(metadata);
  if (origin.length > 0) parts.push(`metadata={${origin.join(" ")}}`);
  if (backendConfig !== "") {
    parts.push(`backend_config=${backendConfig.startsWith("{") ? backendConfig : JSON.stringify(backendConfig)}`);
  }
  return parts.join(", ");
}

function computationText(computation: HloComputation, isEntry: boolean): string {
  const { name, parameters, root, instructions, executionThread } = computation;
  const inputs = indexed(parameters.map((parameter) => `${parameter.name}: ${shapeText(parameter.shape, false)}`));
  const thread = executionThread === "" || executionThread === "main" ? "" : `, execution_thread="${executionThread}"`;
  const lines = instructions.map((i) => `  ${i === root ? "ROOT " : ""}${instructionText(i)}\n`);
  return `${isEntry ? "ENTRY " : ""}%${name} (${inputs}) -> ${shapeText(root.shape, false)} {\n${lines.join("")}}${thread}\n`;
}

/** HLO text as XLA's `ToString` writes it: header, source tables, then computations with the entry last. */
export function printHlo(module: HloModule): string {
  const header = [`HloModule ${module.name}`, ...pairs(module.attributes)].join(", ");
  const tables = module.tables
    .filter(({ rows }) => rows.length > 0)
    .map(({ title, rows }) => `${title}\n${rows.map((row, i) => `${i + 1} ${row}\n`).join("")}\n`);
  const computations = module.computations.map((computation) =>
    computationText(computation, computation === module.entry),
  );
  return `${header}\n\n${tables.join("")}${tables.length > 0 ? "\n" : ""}${computations.join("\n")}\n`;
}
