// An optimised program run for its memory alone, in the order of its schedule.
import { HloModuleError } from "./errors.ts";
import type { HloOrigins } from "./hlo-lines.ts";
import type { HloComputation, HloInstruction, HloShape } from "./optimized.ts";
import { shapeBytes, shapeText } from "./shapes.ts";
import { type Allocation, type LiveValue, type MemoryProfile, Timeline } from "./timeline.ts";

/** Calls within calls whose steps are listed. */
const deepestCalls = 100;

/** The arrays of a shape; each is one buffer, and a tuple's own table of pointers is not counted. */
const leaves = (shape: HloShape): readonly HloShape[] =>
  shape.element === "tuple" ? shape.parts.flatMap(leaves) : [shape];

/** Instructions that compute each element of the result from the same element of their operands. */
const elementwise = new Set(
  (
    "abs add and atan2 cbrt ceil clamp compare complex convert copy cosine count-leading-zeros divide erf exponential " +
    "exponential-minus-one floor imag is-finite log log-plus-one logistic maximum minimum multiply negate not or popcnt power " +
    "real remainder round-nearest-afz round-nearest-even rsqrt select shift-left shift-right-arithmetic shift-right-logical " +
    "sign sine sqrt subtract tan tanh xor"
  ).split(" "),
);

interface LastUse {
  /** Instructions whose last user this one is; one that nothing uses dies at itself. */
  readonly dying: ReadonlyMap<HloInstruction, readonly HloInstruction[]>;
}

function lastUses({ instructions, root }: HloComputation): LastUse {
  const last = new Map<HloInstruction, HloInstruction>();
  for (const instruction of instructions) {
    last.set(instruction, instruction);
    for (const operand of instruction.operands) last.set(operand, instruction);
  }
  last.delete(root);
  const dying = new Map<HloInstruction, HloInstruction[]>();
  for (const [value, user] of last) {
    const list = dying.get(user);
    if (list === undefined) dying.set(user, [value]);
    else list.push(value);
  }
  return { dying };
}

/** A parameter's part whose memory an output takes. */
export interface Alias {
  readonly parameter: number;
  readonly part: number;
}

const none: ReadonlySet<Allocation> = new Set();

export class HloMemoryRun {
  readonly timeline = new Timeline();
  readonly #origins: HloOrigins;
  readonly #maxSteps: number;
  readonly #insideOf: (name: string) => number;
  readonly #uses = new Map<HloComputation, LastUse>();
  readonly #scope = new Map<HloInstruction, readonly Allocation[]>();
  readonly #active: HloComputation[] = [];

  readonly #onStep: (instruction: HloInstruction) => void;

  constructor(
    origins: HloOrigins,
    maxSteps: number,
    insideOf: (name: string) => number,
    onStep: (instruction: HloInstruction) => void = () => {},
  ) {
    this.#onStep = onStep;
    this.#origins = origins;
    this.#maxSteps = maxSteps;
    this.#insideOf = insideOf;
  }

  entry(computation: HloComputation, aliases: readonly Alias[]): MemoryProfile {
    const parameters = computation.parameters.map((parameter) =>
      leaves(parameter.shape).map((leaf, k) => this.#allocate(parameter, leaf, k, "argument", computation.name)),
    );
    let aliasedBytes = 0;
    const donated = new Set<Allocation>();
    for (const { parameter, part } of aliases) {
      const allocation = parameters[parameter]?.[part];
      if (allocation === undefined || donated.has(allocation)) continue;
      donated.add(allocation);
      aliasedBytes += allocation.made.bytes;
    }
    this.computation(computation, parameters, donated);
    return this.timeline.profile({ outputBytes: shapeBytes(computation.root.shape), aliasedBytes });
  }

  /**
   * Runs a computation on the buffers of its parameters, which stay the caller's but for the donated ones; its results are
   * held for the caller.
   */
  computation(
    computation: HloComputation,
    parameters: readonly (readonly Allocation[])[],
    donated: ReadonlySet<Allocation> = none,
  ): readonly Allocation[] {
    if (this.#active.includes(computation))
      throw new HloModuleError(`%${computation.name} calls itself; HLO has no recursion`);
    this.#active.push(computation);
    let uses = this.#uses.get(computation);
    if (uses === undefined) {
      uses = lastUses(computation);
      this.#uses.set(computation, uses);
    }
    computation.parameters.forEach((parameter, i) => {
      const given = parameters[i] ?? [];
      for (const allocation of given) if (!donated.has(allocation)) this.timeline.hold(allocation);
      this.#scope.set(parameter, given);
    });
    for (const instruction of computation.instructions) {
      if (instruction.opcode !== "parameter") this.#instruction(instruction, uses);
      for (const value of uses.dying.get(instruction) ?? [])
        for (const allocation of this.#of(value)) this.timeline.release(allocation);
    }
    this.#active.pop();
    return this.#of(computation.root);
  }

  #of(instruction: HloInstruction): readonly Allocation[] {
    const found = this.#scope.get(instruction);
    if (found !== undefined) return found;
    throw new HloModuleError(`%${instruction.name} is used before the schedule computes it`);
  }

  #allocate(
    { name, opcode, ...instruction }: HloInstruction,
    leaf: HloShape,
    part: number,
    kind: LiveValue["kind"],
    within: string,
  ): Allocation {
    const at = this.#origins.of({ name, opcode, ...instruction });
    if (leaf.dynamic.some(Boolean)) this.timeline.dynamicValues++;
    return this.timeline.allocate({
      name: leaves(instruction.shape).length > 1 ? `${name}{${part}}` : name,
      type: shapeText(leaf, false),
      bytes: shapeBytes(leaf),
      kind,
      madeBy: kind === "argument" ? `parameter ${instruction.immediate ?? ""}` : opcode,
      function: within,
      file: at?.file,
      line: at?.line,
    });
  }

  /** Buffers of its own for each array of a result. */
  #fresh(instruction: HloInstruction, shape = instruction.shape, kind: LiveValue["kind"] = "value"): Allocation[] {
    const within = this.#active.at(-1)!.name;
    return leaves(shape).map((leaf, k) => this.#allocate(instruction, leaf, k, kind, within));
  }

  #hold(allocations: readonly Allocation[], view: string): readonly Allocation[] {
    for (const allocation of allocations) this.timeline.hold(allocation).view(view);
    return allocations;
  }

  #instruction(instruction: HloInstruction, uses: LastUse): void {
    const at = this.#origins.of(instruction);
    const { name, opcode } = instruction;
    this.#onStep(instruction);
    this.timeline.step({
      operation: opcode,
      name,
      function: this.#active.at(-1)!.name,
      file: at?.file,
      line: at?.line,
    });
    this.#scope.set(instruction, this.#results(instruction, uses));
  }

  #results(instruction: HloInstruction, uses: LastUse): readonly Allocation[] {
    const { opcode, operands, shape } = instruction;
    const given = () => operands.flatMap((operand) => this.#of(operand));
    if (opcode === "constant") return this.#fresh(instruction, shape, "constant");
    if (opcode === "get-tuple-element")
      return this.#hold(this.#part(operands[0]!, Number(instruction.attributes.index)), "");
    if (opcode === "tuple") return this.#hold(given(), "");
    if (opcode === "add-dependency" || opcode === "bitcast" || opcode === "opt-barrier" || opcode === "domain")
      return operands[0] ? this.#hold(this.#of(operands[0]), opcode) : this.#fresh(instruction);
    if (opcode.endsWith("-done") && operands[0]) return this.#done(instruction, operands[0]);
    switch (opcode) {
      case "while":
        return this.#while(instruction);
      case "conditional": {
        const out = this.#fresh(instruction);
        instruction.calls[0]?.computations.forEach((branch, i) => {
          const argument = operands[i + 1];
          const results = this.#call(branch, argument ? [this.#of(argument)] : []);
          results?.forEach((result, k) => {
            if (out[k]) land(result, out[k]);
            this.timeline.release(result);
          });
        });
        return out;
      }
      case "call": {
        const [callee] = instruction.calls[0]?.computations ?? [];
        const results =
          callee &&
          this.#call(
            callee,
            operands.map((operand) => this.#of(operand)),
          );
        return results ?? this.#fresh(instruction);
      }
      case "copy-start": {
        // (destination, source, context)
        const [destination, , ...rest] = shape.parts;
        const parts = [destination, ...rest].filter((part) => part !== undefined);
        const [first, ...contexts] = this.#fresh(instruction, { ...shape, parts });
        return [first!, ...this.#hold(given(), ""), ...contexts];
      }
      case "all-gather-start":
      case "collective-permute-start":
      case "async-start": {
        // (operands, results, context)
        const sources = this.#hold(given(), "");
        return [...sources, ...this.#fresh(instruction, { ...shape, parts: shape.parts.slice(1) })];
      }
    }
    const shared = this.#inPlace(instruction, uses);
    return shared ? this.#hold([shared], opcode) : this.#fresh(instruction);
  }

  /** Part `index` of a tuple's buffers. */
  #part(tuple: HloInstruction, index: number): readonly Allocation[] {
    const parts = tuple.shape.parts.map((part) => leaves(part).length);
    const start = parts.slice(0, index).reduce((a, b) => a + b, 0);
    return this.#of(tuple).slice(start, start + (parts[index] ?? 0));
  }

  /** The result among the buffers of the matching start. */
  #done(instruction: HloInstruction, start: HloInstruction): readonly Allocation[] {
    const all = this.#of(start);
    const count = leaves(instruction.shape).length;
    if (start.opcode === "all-reduce-start" || start.opcode === "copy-start")
      return this.#hold(all.slice(0, count), "");
    if (start.shape.element === "tuple" && start.shape.parts.length > 1) {
      const [sources] = start.shape.parts;
      const first = leaves(sources!).length;
      return this.#hold(all.slice(first, first + count), "");
    }
    return this.#fresh(instruction);
  }

  /** XLA gives a loop one set of buffers: the initial values, the body's parameter and its results lie in them. */
  #while(instruction: HloInstruction): readonly Allocation[] {
    const state = instruction.operands[0] ? this.#hold(this.#of(instruction.operands[0]), "while") : [];
    for (const role of ["condition", "body"]) {
      const callee = instruction.calls.find((call) => call.role === role)?.computations[0];
      const results = callee && this.#call(callee, [state]);
      results?.forEach((result, k) => {
        if (role === "body" && state[k] && result !== state[k]) land(result, state[k]);
        this.timeline.release(result);
      });
    }
    return state;
  }

  /** The results of a called computation; undefined where its steps are not listed. */
  #call(callee: HloComputation, parameters: readonly (readonly Allocation[])[]): readonly Allocation[] | undefined {
    if (this.timeline.length < this.#maxSteps && this.#active.length < deepestCalls)
      return this.computation(callee, parameters);
    this.timeline.foldedCalls++;
    const within = this.#active.at(-1)!.name;
    const made = { name: "", type: `inside %${callee.name}`, kind: "inside", madeBy: "call" } as const;
    const origin = { function: within, file: undefined, line: undefined };
    this.timeline.release(this.timeline.allocate({ ...made, ...origin, bytes: this.#insideOf(callee.name) }));
    return undefined;
  }

  /**
   * The operand whose buffer the result takes: elementwise code over an operand of the same size that nothing else needs,
   * and updates in place.
   */
  #inPlace(instruction: HloInstruction, uses: LastUse): Allocation | undefined {
    const { opcode, operands, shape, attributes } = instruction;
    if (shape.element === "tuple") return undefined;
    const updates = opcode === "dynamic-update-slice" || opcode === "scatter" || opcode === "sort";
    const body = opcode === "fusion" ? instruction.calls[0]?.computations[0] : undefined;
    const loops = body !== undefined && attributes.kind === "kLoop";
    if (!updates && !loops && !elementwise.has(opcode)) return undefined;
    const bytes = shapeBytes(shape);
    const dying = uses.dying.get(instruction) ?? [];
    const candidates = updates ? operands.slice(0, 1) : operands;
    for (const [i, operand] of candidates.entries()) {
      const [own, more] = this.#of(operand);
      if (own === undefined || more !== undefined || shapeBytes(operand.shape) !== bytes || bytes === 0) continue;
      if (own.made.kind === "constant") continue;
      if (body !== undefined && !isElementwiseIn(body, i)) continue;
      // Alone it is held by this operand; a loop's buffer is updated inside the loop.
      if (own.holders === 1 && dying.includes(operand)) return own;
    }
    return undefined;
  }
}

/** `result` is written where `landing` lies: it takes no memory of its own. */
function land(result: Allocation, landing: Allocation): void {
  if (result !== landing) result.bytes = 0;
}

/** True where a fusion reads parameter `i` only element by element: the result may overwrite it. */
function isElementwiseIn(body: HloComputation, i: number): boolean {
  const reached = new Set<HloInstruction>(body.parameters[i] ? [body.parameters[i]] : []);
  for (const instruction of body.instructions) {
    if (!instruction.operands.some((operand) => reached.has(operand))) continue;
    const { opcode, operands } = instruction;
    const updated = opcode === "dynamic-update-slice" && !operands.slice(1).some((operand) => reached.has(operand));
    if (!elementwise.has(opcode) && opcode !== "bitcast" && !updated) return false;
    reached.add(instruction);
  }
  return true;
}
