// The cost of an optimised program: FLOPs and memory traffic by opcode and by the user's line, loops and calls followed.
import { addCost, addPart, byCost, type Cost, dearest, noCost, type OpCost } from "./analyze.ts";
import { HloModuleError } from "./errors.ts";
import { fusionBytes, hloBytes, hloFlops } from "./hlo-flops.ts";
import { HloOrigins } from "./hlo-lines.ts";
import { type LineCost, lineCosts, unknownLine } from "./lines.ts";
import type { HloComputation, HloInstruction, HloModule } from "./optimized.ts";
import { knownTripCount } from "./trips.ts";
import { calleesFirst } from "./walk.ts";

export interface HloAnalysis {
  /** Floating-point (and integer) operations of one execution on one device, those inside fusions included. */
  readonly flops: number;
  /** Bytes read and written on one device: fusions count their operands and results. */
  readonly bytesAccessed: number;
  /** The same by opcode, most FLOPs first; `fusion` has the bytes of fusions, the instructions inside have the FLOPs. */
  readonly byOp: Readonly<Record<string, OpCost>>;
  /** Loops whose trip count XLA does not say; their bodies count once. */
  readonly unknownTripCounts: number;
  /** Targets of custom calls that say nothing of their work; they count no FLOPs. */
  readonly opaqueCalls: readonly string[];
}

class Analyzer<K> {
  readonly opaque = new Set<string>();
  readonly #keyOf: (instruction: HloInstruction) => K;
  readonly #costs = new Map<string, Cost<K>>();
  readonly #fused = new Map<string, Cost<K>>();

  constructor(keyOf: (instruction: HloInstruction) => K) {
    this.#keyOf = keyOf;
  }

  module(module: HloModule): Cost<K> {
    const byName = new Map(module.computations.map((computation) => [computation.name, computation]));
    const callees = (name: string) => [
      ...new Set(
        byName
          .get(name)!
          .instructions.flatMap(({ calls }) => calls.flatMap((c) => c.computations.map((called) => called.name))),
      ),
    ];
    for (const name of calleesFirst([module.entry.name], callees)) {
      const computation = byName.get(name)!;
      this.#costs.set(name, this.#computation(computation, false));
      this.#fused.set(name, this.#computation(computation, true));
    }
    return this.#costs.get(module.entry.name)!;
  }

  #computation({ instructions }: HloComputation, fused: boolean): Cost<K> {
    const cost = noCost<K>();
    for (const instruction of instructions) this.#instruction(instruction, cost, fused);
    return cost;
  }

  #called(instruction: HloInstruction, role: string): Cost<K>[] {
    const found = instruction.calls.find((call) => call.role === role)?.computations ?? [];
    return found.map(({ name }) => {
      const cost = this.#costs.get(name);
      if (cost === undefined)
        throw new HloModuleError(`%${instruction.name}: %${name} calls itself; HLO has no recursion`);
      return cost;
    });
  }

  #own(instruction: HloInstruction, cost: Cost<K>, flops: number, bytes: number): void {
    cost.flops += flops;
    cost.bytes += bytes;
    addPart(cost.parts, this.#keyOf(instruction), { count: 1, flops, bytes });
  }

  #instruction(instruction: HloInstruction, cost: Cost<K>, fused: boolean): void {
    switch (instruction.opcode) {
      case "fusion": {
        const body = instruction.calls[0]?.computations[0];
        if (body !== undefined) addCost(cost, this.#fused.get(body.name) ?? noCost());
        this.#own(instruction, cost, 0, fused ? 0 : fusionBytes(instruction));
        return;
      }
      case "while": {
        const trips = knownTripCount(instruction);
        if (trips === undefined) cost.unknown++;
        for (const condition of this.#called(instruction, "condition")) addCost(cost, condition, (trips ?? 1) + 1);
        for (const body of this.#called(instruction, "body")) addCost(cost, body, trips ?? 1);
        return;
      }
      case "conditional":
        addCost(cost, dearest(this.#called(instruction, "branch_computations")));
        return;
      case "call":
        for (const called of this.#called(instruction, "to_apply")) addCost(cost, called);
        return;
      case "async-start":
        for (const called of this.#called(instruction, "calls")) addCost(cost, called);
        return;
      default: {
        const region = instruction.calls.flatMap(({ role }) => this.#called(instruction, role));
        const flops = hloFlops(
          instruction,
          region.reduce((sum, called) => sum + called.flops, 0),
        );
        if (flops === undefined) this.opaque.add(instruction.attributes.custom_call_target ?? "");
        this.#own(instruction, cost, flops ?? 0, fused ? 0 : hloBytes(instruction));
      }
    }
  }
}

/**
 * Cost of one execution on one device: `2·M·N·K` per product, one FLOP per element of elementwise instructions, loops by
 * the trip counts that XLA knows, of several branches the dearest.
 * @throws HloModuleError for an instruction without the attributes that its count needs
 */
export function hloAnalyze(module: HloModule): HloAnalysis {
  const analyzer = new Analyzer(({ opcode }) => opcode);
  const { flops, bytes, unknown, parts } = analyzer.module(module);
  return {
    flops,
    bytesAccessed: bytes,
    byOp: Object.fromEntries([...parts].sort(byCost)),
    unknownTripCounts: unknown,
    opaqueCalls: [...analyzer.opaque].sort(),
  };
}

/**
 * What each line of the user's source costs in one execution of the optimised program: FLOPs by the instructions inside
 * fusions, bytes by the fusions (which XLA gives the line of their root). Lines are known where the program was compiled
 * from text with locations.
 * @throws HloModuleError as `hloAnalyze`
 */
export function hloCostByLine(module: HloModule): LineCost[] {
  const origins = new HloOrigins(module);
  const analyzer = new Analyzer((instruction) => {
    const at = origins.of(instruction);
    return at === undefined ? unknownLine : `${at.file}:${at.line}`;
  });
  return lineCosts(analyzer.module(module).parts);
}
