// The memory of an optimised program over its schedule.
import { HloOrigins } from "./hlo-lines.ts";
import { type Alias, HloMemoryRun } from "./hlo-memory-run.ts";
import type { LiveMemoryOptions } from "./live-memory.ts";
import type { HloInstruction, HloModule } from "./optimized.ts";
import type { MemoryProfile } from "./timeline.ts";
import { calleesFirst } from "./walk.ts";

/** `{ {0}: (1, {}, may-alias) }`: output 0 lies in parameter 1. */
function aliasesOf({ attributes }: HloModule): Alias[] {
  const text = attributes.input_output_alias ?? "";
  return [...text.matchAll(/\((\d+), \{([\d, ]*)\}/g)].map(([, parameter, part]) => ({
    parameter: Number(parameter),
    part: Number(part!.split(",")[0] || 0),
  }));
}

/** For each computation, what a call of it takes at its peak beside its parameters and results; callees first. */
function insides(module: HloModule, origins: HloOrigins): (name: string) => number {
  const byName = new Map(module.computations.map((computation) => [computation.name, computation]));
  let known: Map<string, number> | undefined;
  return (wanted) => {
    if (known === undefined) {
      known = new Map();
      const callees = (name: string) =>
        byName.get(name)!.instructions.flatMap(({ calls }) => calls.flatMap((c) => c.computations.map((d) => d.name)));
      for (const name of calleesFirst([...byName.keys()], callees)) {
        const runner = new HloMemoryRun(origins, 0, (callee) => known!.get(callee) ?? 0);
        const { argumentBytes, outputBytes, peakBytes } = runner.entry(byName.get(name)!, []);
        known.set(name, Math.max(0, peakBytes - argumentBytes - outputBytes));
      }
    }
    return known.get(wanted) ?? 0;
  };
}

/**
 * The memory that a compiled program holds on one device at each step of its schedule: every result from its instruction
 * to its last user. As XLA's buffer assignment does, tuples, bitcasts and barriers share memory with their operands,
 * loops have one set of buffers for what they carry, elementwise code, sorts and updates overwrite an operand that nothing
 * else needs. Parameters are held throughout, for the caller, but for those whose memory an output takes (donation): these
 * are free for other values after their last use.
 *
 * The assignment itself is not part of the message, so this is an estimate of it: without alignment, fragmentation and
 * the scratch memory of library calls. `peakBytes − argumentBytes − constantBytes` is to be compared with
 * `memoryAnalysis()`: temporary + output − alias.
 * @throws HloModuleError for recursion, and for a schedule that contradicts itself
 */
export function hloLiveMemory(
  module: HloModule,
  { maxSteps = 50_000, onStep }: LiveMemoryOptions<HloInstruction> = {},
): MemoryProfile {
  const origins = new HloOrigins(module);
  return new HloMemoryRun(origins, maxSteps, insides(module, origins), onStep).entry(module.entry, aliasesOf(module));
}
