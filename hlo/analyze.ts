// The cost of a whole program: FLOPs, memory traffic and collectives, loops and calls followed.
import { HloModuleError } from "./errors.ts";
import { bytesAccessed, flopsOf } from "./flops.ts";
import { type Collectives, collectives } from "./measures.ts";
import type { Block, Func, Module, Operation, Region, Value } from "./module.ts";
import { tripCount } from "./trips.ts";
import { calledNames, calleesFirst, entryOf, requireShallow, visitOperations } from "./walk.ts";

export interface OpCost {
  /** Executions, loops unrolled. */
  count: number;
  flops: number;
  bytes: number;
}

export interface Analysis {
  /** Floating-point (and integer) operations of one execution on all devices together. */
  readonly flops: number;
  /** Bytes of operands read and results written, before any fusion. */
  readonly bytesAccessed: number;
  /** The same by operation name, most FLOPs first. */
  readonly byOp: Readonly<Record<string, OpCost>>;
  /** Loops whose trip count is not a constant; their bodies count once. */
  readonly unknownTripCounts: number;
  readonly collectives: Collectives;
}

/** A cost in parts; what the parts are, the asker says. */
export interface Cost<K> {
  flops: number;
  bytes: number;
  unknown: number;
  readonly parts: Map<K, OpCost>;
}

export const noCost = <K>(): Cost<K> => ({ flops: 0, bytes: 0, unknown: 0, parts: new Map() });

export function addCost<K>(to: Cost<K>, cost: Cost<K>, times = 1): void {
  to.flops += times * cost.flops;
  to.bytes += times * cost.bytes;
  to.unknown += cost.unknown;
  for (const [key, part] of cost.parts) addPart(to.parts, key, part, times);
}

/** Adds to one part alone. */
export function addPart<K>(parts: Map<K, OpCost>, key: K, { count, flops, bytes }: OpCost, times = 1): void {
  const sum = parts.get(key);
  if (sum === undefined) parts.set(key, { count: times * count, flops: times * flops, bytes: times * bytes });
  else {
    sum.count += times * count;
    sum.flops += times * flops;
    sum.bytes += times * bytes;
  }
}

/** Most FLOPs first, then most bytes. */
export const byCost = <K>([, a]: readonly [K, OpCost], [, b]: readonly [K, OpCost]): number =>
  b.flops - a.flops || b.bytes - a.bytes;

/** The dearest of several branches, of which one runs. */
export const dearest = <K>(branches: readonly Cost<K>[]): Cost<K> =>
  branches.reduce((a, b) => (b.flops > a.flops ? b : a), branches[0] ?? noCost());

/** Asked when a function that is called is not in the module. */
type OnMissing = (name: string, caller: Operation) => void;

class Analyzer<K> {
  readonly #module: Module;
  readonly #keyOf: (op: Operation) => K;
  readonly #funcs: ReadonlyMap<string, Func>;
  /** Finished costs by function; `undefined` marks one that is being computed, so that recursion is found. */
  readonly #costs = new Map<string, Cost<K> | undefined>();
  readonly #definitions = new Map<Value, Operation>();
  readonly #onMissing: OnMissing;

  constructor(module: Module, keyOf: (op: Operation) => K, onMissing: OnMissing) {
    this.#module = module;
    this.#keyOf = keyOf;
    this.#onMissing = onMissing;
    this.#funcs = new Map(module.funcs.map((func) => [func.name, func]));
  }

  /** Callees before callers, so that a long chain of calls takes no deep recursion. */
  entry(func: Func): Cost<K> {
    const callees = (name: string): string[] => {
      const found = new Set<string>();
      const body = this.#funcs.get(name)?.body;
      if (body !== undefined)
        visitOperations(body, (op) => {
          if (op.name !== "func.call" && op.name !== "stablehlo.composite") return;
          for (const callee of calledNames(op)) if (this.#funcs.has(callee)) found.add(callee);
        });
      return [...found];
    };
    const order = calleesFirst([func.name], callees);
    for (const name of order) this.#function(name, undefined);
    return this.#costs.get(func.name)!;
  }

  #function(name: string, caller: Operation | undefined): Cost<K> {
    const known = this.#costs.get(name);
    if (known !== undefined) return known;
    const func = this.#funcs.get(name);
    const included = this.#module.included.find((i) => i.name === name);
    if (included !== undefined) {
      const { flops, bytesAccessed: bytes } = included;
      const parts = new Map(caller === undefined ? [] : [[this.#keyOf(caller), { count: 1, flops, bytes }]]);
      return { flops, bytes, unknown: 0, parts };
    }
    if (func === undefined) {
      this.#onMissing(name, caller!);
      return noCost();
    }
    if (this.#costs.has(name)) throw new HloModuleError(`@${name} calls itself; StableHLO has no recursion`);
    this.#costs.set(name, undefined);
    const cost = this.#block(func.body);
    this.#costs.set(name, cost);
    return cost;
  }

  #block(block: Block): Cost<K> {
    const cost = noCost<K>();
    for (const op of block.operations) {
      for (const result of op.results) this.#definitions.set(result, op);
      this.#operation(op, cost);
    }
    return cost;
  }

  #region(region: Region | undefined): Cost<K> {
    const cost = noCost<K>();
    for (const block of region?.blocks ?? []) addCost(cost, this.#block(block));
    return cost;
  }

  #operation(op: Operation, cost: Cost<K>): void {
    switch (op.name) {
      case "func.call":
        addCost(cost, this.#called(op, "callee"));
        break;
      case "stablehlo.composite":
        addCost(cost, this.#called(op, "decomposition"));
        break;
      case "stablehlo.while":
        this.#while(op, cost);
        break;
      case "stablehlo.case":
      case "stablehlo.if":
        addCost(cost, dearest(op.regions.map((region) => this.#region(region))));
        break;
      case "sdy.manual_computation":
        addCost(cost, this.#region(op.regions[0]), shards(op, this.#module));
        break;
      default: {
        const reducer = op.regions.reduce((sum, region) => sum + this.#region(region).flops, 0);
        const own = { count: 1, flops: flopsOf(op, reducer), bytes: bytesAccessed(op) };
        cost.flops += own.flops;
        cost.bytes += own.bytes;
        addPart(cost.parts, this.#keyOf(op), own);
      }
    }
  }

  #called(op: Operation, attribute: string): Cost<K> {
    const callee = op.attributes[attribute];
    if (callee?.kind !== "symbol") throw new HloModuleError(`${op.name}: attribute ${attribute} names no function`);
    return this.#function(callee.name, op);
  }

  #while(op: Operation, cost: Cost<K>): void {
    const [condition, body] = [this.#region(op.regions[0]), this.#region(op.regions[1])];
    const trips = tripCount(op, this.#definitions);
    if (trips === undefined) cost.unknown++;
    addCost(cost, condition, (trips ?? 1) + 1);
    addCost(cost, body, trips ?? 1);
  }
}

/**
 * How many devices run the body of an `sdy.manual_computation`, each on its own shard.
 * @throws HloModuleError for an axis that no mesh of the module has
 */
export function shards(op: Operation, module: Module): number {
  const axes = op.attributes.manual_axes;
  if (axes?.kind !== "manualAxes") throw new HloModuleError(`${op.name}: attribute manual_axes is missing`);
  const sizes = new Map(module.meshes.flatMap((mesh) => mesh.axes.map(({ name, size }) => [name, size])));
  return axes.axes.reduce((product, name) => {
    const size = sizes.get(name);
    if (size === undefined) throw new HloModuleError(`${op.name}: no mesh of @${module.name} has the axis "${name}"`);
    return product * size;
  }, 1);
}

/**
 * The cost of one execution of `@main` (or the first public function) in parts: `keyOf` says to which part an operation
 * counts, with its regions where they are a reducer. A function that is missing costs nothing if `onMissing` returns.
 * @throws HloModuleError
 */
export function costInParts<K>(module: Module, keyOf: (op: Operation) => K, onMissing?: OnMissing): Cost<K> {
  requireShallow(module);
  const refuse: OnMissing = (name, caller) => {
    throw new HloModuleError(`${caller.name}: there is no function @${name} in @${module.name}`);
  };
  return new Analyzer(module, keyOf, onMissing ?? refuse).entry(entryOf(module));
}

/**
 * Cost of one execution of `@main` (or the first public function): `2·M·N·K` per product, one FLOP per element of
 * elementwise operations, reductions by their reducer. Called functions are followed; loops are multiplied by their
 * trip count where it is constant; of several branches the dearest counts.
 * @throws HloModuleError when there is no public function, or a call leads nowhere.
 */
export function analyze(module: Module): Analysis {
  const { flops, bytes, unknown, parts } = costInParts(module, (op) => op.name);
  return {
    flops,
    bytesAccessed: bytes,
    byOp: Object.fromEntries([...parts].sort(byCost)),
    unknownTripCounts: unknown,
    collectives: collectives(module),
  };
}
