// A StableHLO program run for its memory alone: what each operation allocates, holds and frees.
import { shards } from "./analyze.ts";
import { HloModuleError } from "./errors.ts";
import { type LastUses, lastUses } from "./last-uses.ts";
import { positionOf } from "./locations.ts";
import { bytesOf, typeBytes } from "./measures.ts";
import type { Block, Func, Location, Module, Operation, Value } from "./module.ts";
import { ValueNames } from "./names.ts";
import { typeText } from "./spell.ts";
import { type Allocation, type MemoryProfile, Timeline } from "./timeline.ts";
import { elementBits, type Type } from "./types.ts";
import { calledNames } from "./walk.ts";

/** Calls within calls whose steps are listed. */
const deepestCalls = 100;

/** Their results are their operands, in place. */
const views = new Set([
  "stablehlo.reshape",
  "stablehlo.optimization_barrier",
  "stablehlo.create_token",
  "sdy.sharding_constraint",
  "sdy.sharding_group",
]);

const terminators = new Set(["func.return", "stablehlo.return", "sdy.return"]);

interface FunctionFacts extends LastUses {
  readonly names: ValueNames;
}

function isView(op: Operation): boolean {
  if (views.has(op.name)) return true;
  if (op.name === "stablehlo.bitcast_convert") return bytesOf(op.operands) === bytesOf(op.results);
  const target = op.attributes.call_target_name;
  return op.name === "stablehlo.custom_call" && target?.kind === "string" && target.value === "Sharding";
}

const isDynamic = (type: Type): boolean => type.kind === "tensor" && type.shape.some((size) => size < 0);

/** What `@main`, or another function with its arguments held by the caller, takes of memory. */
export class MemoryRun {
  readonly timeline = new Timeline();
  readonly #module: Module;
  readonly #funcs: ReadonlyMap<string, Func>;
  readonly #facts = new Map<Func, FunctionFacts>();
  readonly #maxSteps: number;
  /** Bytes that a call takes beside its arguments and results, where its steps are not listed. */
  readonly #insideOf: (name: string) => number;
  readonly #scope = new Map<Value, Allocation>();
  readonly #active: { readonly func: Func; readonly facts: FunctionFacts }[] = [];
  /** Devices that each run the code at hand. */
  #scale = 1;

  readonly #onStep: (operation: Operation) => void;

  /** `funcs` are the module's by name. */
  constructor(
    module: Module,
    funcs: ReadonlyMap<string, Func>,
    maxSteps: number,
    insideOf: (name: string) => number,
    onStep: (operation: Operation) => void = () => {},
  ) {
    this.#onStep = onStep;
    this.#module = module;
    this.#funcs = funcs;
    this.#maxSteps = maxSteps;
    this.#insideOf = insideOf;
  }

  #factsOf(func: Func): FunctionFacts {
    let facts = this.#facts.get(func);
    if (facts === undefined) {
      facts = { ...lastUses(func), names: new ValueNames(func.body) };
      this.#facts.set(func, facts);
    }
    return facts;
  }

  get #here(): { readonly func: Func; readonly facts: FunctionFacts } {
    return this.#active[this.#active.length - 1]!;
  }

  /** Runs the entry; what it returns stays held. */
  entry(func: Func): MemoryProfile {
    let aliasedBytes = 0;
    this.#active.push({ func, facts: this.#factsOf(func) });
    const { facts } = this.#here;
    func.body.args.forEach((arg, i) => {
      const attributes = func.argAttributes[i] ?? {};
      const lands = attributes["tf.aliasing_output"];
      if (lands?.kind === "integer")
        aliasedBytes += typeBytes(func.type.results[Number(lands.value)] ?? { kind: "token" });
      const allocation = this.#allocate(arg, "argument", `argument ${i}`, func.body.argLocations?.[i], facts);
      this.#scope.set(arg, allocation);
      // The caller holds what it did not donate.
      if (lands === undefined && attributes["jax.buffer_donor"] === undefined) this.timeline.hold(allocation);
    });
    this.#active.pop();
    this.#function(func);
    return this.timeline.profile({ outputBytes: bytesOf(func.type.results.map((type) => ({ type }))), aliasedBytes });
  }

  #function(func: Func): Allocation[] {
    if (this.#active.some((frame) => frame.func === func))
      throw new HloModuleError(`@${func.name} calls itself; StableHLO has no recursion`);
    this.#active.push({ func, facts: this.#factsOf(func) });
    const returned = this.#block(func.body);
    this.#active.pop();
    return returned;
  }

  /** Runs a block whose arguments are bound; the results of its terminator are held by the caller. */
  #block(block: Block): Allocation[] {
    for (const arg of this.#here.facts.unused.get(block) ?? []) this.timeline.release(this.#of(arg, undefined));
    let returned: Allocation[] = [];
    for (const op of block.operations) {
      if (terminators.has(op.name)) {
        if (op.name === "func.return" && this.#active.length === 1) this.#step(op);
        returned = op.operands.map((value) => this.timeline.hold(this.#of(value, op)));
        this.#releaseDying(op);
      } else this.#operation(op);
    }
    return returned;
  }

  #of(value: Value, op: Operation | undefined): Allocation {
    const found = this.#scope.get(value);
    if (found !== undefined) return found;
    const where = op === undefined ? "an argument" : `${op.name}: operand ${op.operands.indexOf(value)}`;
    throw new HloModuleError(
      `@${this.#here.func.name}: ${where} (${typeText(value.type)}) is not defined before its use`,
    );
  }

  #step(op: Operation): void {
    const { func, facts } = this.#here;
    const at = positionOf(op.location);
    const name = op.results[0] === undefined ? "" : (facts.names.use(op.results[0]) ?? "");
    this.#onStep(op);
    this.timeline.step({ operation: op.name, name, function: func.name, file: at?.file, line: at?.line });
  }

  #allocate(
    value: Value,
    kind: "argument" | "value" | "constant",
    madeBy: string,
    location: Location | undefined,
    { names }: FunctionFacts,
    bytes = typeBytes(value.type) * this.#scale,
  ): Allocation {
    if (isDynamic(value.type)) this.timeline.dynamicValues++;
    const at = positionOf(location);
    return this.timeline.allocate({
      name: names.use(value) ?? "",
      type: typeText(value.type),
      bytes,
      kind,
      madeBy,
      function: this.#here.func.name,
      file: at?.file,
      line: at?.line,
    });
  }

  #releaseDying(op: Operation, only: (value: Value) => boolean = () => true): void {
    for (const value of this.#here.facts.dying.get(op) ?? [])
      if (only(value)) this.timeline.release(this.#of(value, op));
  }

  /** Values that nothing needs once the code that `op` calls has them: they are its to free. */
  #handsOver(op: Operation): (value: Value) => boolean {
    const operands = new Set(op.operands);
    const { inside } = this.#here.facts;
    return (value) => operands.has(value) && !inside.has(value);
  }

  #operation(op: Operation): void {
    this.#step(op);
    switch (op.name) {
      case "func.call":
      case "stablehlo.composite":
        this.#call(op);
        return;
      case "stablehlo.while":
        this.#while(op);
        return;
      case "stablehlo.case":
      case "stablehlo.if": {
        let results: Allocation[] = [];
        for (const region of op.regions) {
          for (const allocation of results) this.timeline.release(allocation);
          results = region.blocks.flatMap((block) => this.#block(block));
        }
        this.#bind(op, results);
        this.#releaseDying(op);
        return;
      }
      case "sdy.manual_computation": {
        const outer = this.#scale;
        this.#scale *= shards(op, this.#module);
        const results = this.#enter(op, op.regions[0]?.blocks[0]);
        this.#scale = outer;
        this.#bind(op, results);
        this.#releaseDying(op, (value) => !this.#handsOver(op)(value));
        return;
      }
      default:
        this.#plain(op);
        this.#releaseDying(op);
    }
  }

  /** Binds results to memory that is held for them; further results get memory of their own. */
  #bind(op: Operation, allocations: readonly Allocation[]): void {
    op.results.forEach((result, i) => {
      const allocation = allocations[i];
      if (allocation === undefined) {
        this.#scope.set(result, this.#allocate(result, "value", op.name, op.location, this.#here.facts));
        return;
      }
      allocation.view(op.name);
      this.#scope.set(result, allocation);
    });
    for (const spare of allocations.slice(op.results.length)) this.timeline.release(spare);
  }

  /** Runs a block on an operation's operands; those that nothing else needs are handed over to it. */
  #enter(op: Operation, block: Block | undefined): Allocation[] {
    if (block === undefined) return [];
    block.args.forEach((arg, i) => {
      const operand = op.operands[i];
      const held =
        operand === undefined
          ? this.#allocate(arg, "value", op.name, op.location, this.#here.facts)
          : this.timeline.hold(this.#of(operand, op));
      this.#scope.set(arg, held);
    });
    this.#releaseDying(op, this.#handsOver(op));
    return this.#block(block);
  }

  #call(op: Operation): void {
    const callee = calledNames(op)[0] ?? "";
    const func = this.#funcs.get(callee);
    const tooMany = this.timeline.length >= this.#maxSteps || this.#active.length >= deepestCalls;
    if (func === undefined || tooMany) {
      this.timeline.foldedCalls++;
      this.#bind(op, []);
      const bytes = (func === undefined ? 0 : this.#insideOf(callee)) * this.#scale;
      const at = positionOf(op.location);
      const inside = { name: "", type: `inside @${callee}`, bytes, kind: "inside", madeBy: op.name } as const;
      this.timeline.release(
        this.timeline.allocate({ ...inside, function: this.#here.func.name, file: at?.file, line: at?.line }),
      );
      this.#releaseDying(op);
      return;
    }
    func.body.args.forEach((arg, i) => {
      const operand = op.operands[i];
      if (operand === undefined)
        throw new HloModuleError(
          `${op.name}: got ${op.operands.length} operands, @${callee} takes ${func.body.args.length}`,
        );
      this.#scope.set(arg, this.timeline.hold(this.#of(operand, op)));
    });
    const handed = this.#handsOver(op);
    this.#releaseDying(op, handed);
    this.#bind(op, this.#function(func));
    this.#releaseDying(op, (value) => !handed(value));
  }

  /** The carried values live in place: a loop copies only what it changes while others still need it. */
  #while(op: Operation): void {
    const [condition, body] = [op.regions[0]?.blocks[0], op.regions[1]?.blocks[0]];
    const { facts } = this.#here;
    const next = body?.operations.at(-1)?.operands ?? [];
    const dying = new Set(facts.dying.get(op));
    const taken = new Set<Allocation>();
    const state = op.operands.map((value, k) => {
      const own = this.#of(value, op);
      const unchanged = next[k] !== undefined && next[k] === body?.args[k];
      const free = dying.has(value) && !facts.inside.has(value) && own.holders === 1 && !taken.has(own);
      taken.add(own);
      if (unchanged || free) return this.timeline.hold(own);
      return this.#allocate(value, "value", `${op.name} (copy)`, op.location, facts);
    });
    const handed = this.#handsOver(op);
    this.#releaseDying(op, handed);
    condition?.args.forEach((arg, k) => {
      if (state[k] !== undefined) this.#scope.set(arg, this.timeline.hold(state[k]));
    });
    if (condition !== undefined) for (const decision of this.#block(condition)) this.timeline.release(decision);
    body?.args.forEach((arg, k) => {
      if (state[k] !== undefined) this.#scope.set(arg, state[k]);
    });
    this.#bind(op, body === undefined ? state : this.#block(body));
    this.#releaseDying(op, (value) => !handed(value));
  }

  #plain(op: Operation): void {
    const { facts } = this.#here;
    if (isView(op) && op.operands.length >= op.results.length) {
      this.#bind(
        op,
        op.results.map((_, i) => this.timeline.hold(this.#of(op.operands[i]!, op))),
      );
    } else if (op.name === "stablehlo.dynamic_update_slice" && op.operands[0] && this.#dies(op.operands[0], op)) {
      this.#bind(op, [this.timeline.hold(this.#of(op.operands[0], op))]);
    } else if (op.name === "stablehlo.constant" && op.results[0]) {
      const [result] = op.results;
      const { value } = op.attributes;
      const isSplat = value?.kind === "dense" && typeof value.value !== "object";
      const bytes =
        isSplat && result.type.kind === "tensor" ? Math.ceil(elementBits(result.type.element) / 8) : undefined;
      this.#scope.set(result, this.#allocate(result, "constant", op.name, op.location, facts, bytes));
    } else this.#bind(op, []);
    // A reducer or comparator, or the regions of an operation that is not known: once, inside this step.
    for (const region of op.regions) {
      const [block] = region.blocks;
      if (block === undefined) continue;
      for (const arg of block.args) this.#scope.set(arg, this.#allocate(arg, "value", op.name, op.location, facts));
      for (const allocation of this.#block(block)) this.timeline.release(allocation);
    }
  }

  /** True where an operand's memory is nobody else's after this operation. */
  #dies(operand: Value, op: Operation): boolean {
    return (this.#here.facts.dying.get(op) ?? []).includes(operand) && this.#of(operand, op).holders === 1;
  }
}
