// Counts over an optimised program: instructions by opcode, and the collectives that the compiler left.
import { addCollective, type Collectives } from "./measures.ts";
import type { HloInstruction, HloModule } from "./optimized.ts";
import { shapeBytes } from "./shapes.ts";

/** Number of instructions by opcode over all computations; each computation counts once however often it is called. */
export function hloOpCounts(module: HloModule): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { instructions } of module.computations) {
    for (const { opcode } of instructions) counts[opcode] = (counts[opcode] ?? 0) + 1;
  }
  return counts;
}

const kinds =
  "all-reduce all-gather reduce-scatter all-to-all ragged-all-to-all collective-permute collective-broadcast".split(
    " ",
  );

/** The collective that an instruction is or starts, and undefined for the instruction that ends it. */
export function collectiveKind({ opcode }: HloInstruction): string | undefined {
  const kind = opcode.endsWith("-start") ? opcode.slice(0, -"-start".length) : opcode;
  return kinds.includes(kind) ? kind : undefined;
}

/** What a collective yields on one device: the result of the matching `-done` for one that is started apart. */
export function resultBytes(start: HloInstruction, users: readonly HloInstruction[]): number {
  if (!start.opcode.endsWith("-start")) return shapeBytes(start.shape);
  const done = users.find(({ opcode, operands }) => opcode.endsWith("-done") && operands[0] === start);
  return shapeBytes((done ?? start).shape);
}

/**
 * The collectives of the compiled program by kind: `count` in the text (the body of a loop once, a start and its done
 * together once), `bytes` of their results on one device, `groupSizes` of their replica groups. An `async-start` counts
 * by the collective in the computation it wraps.
 */
export function hloCollectives(module: HloModule): Collectives {
  const found: Collectives = {};
  for (const { instructions } of module.computations) {
    for (const instruction of instructions) {
      const kind = collectiveKind(instruction);
      if (kind === undefined) continue;
      addCollective(found, kind, resultBytes(instruction, instructions), instruction.groupSize ?? 0);
    }
  }
  return found;
}
