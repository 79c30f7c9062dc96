// The cost of a whole program: FLOPs, memory traffic and collectives, loops and calls followed.
import { HloModuleError } from "./errors.ts";
import { bytesAccessed, flopsOf } from "./flops.ts";
import { type Collectives, collectives } from "./measures.ts";
import type { Block, Func, Module, Operation, Region, Value } from "./module.ts";
import { tripCount } from "./trips.ts";

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

interface Cost {
  flops: number;
  bytes: number;
  unknown: number;
  byOp: Map<string, OpCost>;
}

const zero = (): Cost => ({ flops: 0, bytes: 0, unknown: 0, byOp: new Map() });

function add(to: Cost, cost: Cost, times = 1): void {
  to.flops += times * cost.flops;
  to.bytes += times * cost.bytes;
  to.unknown += cost.unknown;
  for (const [name, { count, flops, bytes }] of cost.byOp) {
    const sum = to.byOp.get(name) ?? { count: 0, flops: 0, bytes: 0 };
    to.byOp.set(name, {
      count: sum.count + times * count,
      flops: sum.flops + times * flops,
      bytes: sum.bytes + times * bytes,
    });
  }
}

class Analyzer {
  readonly #module: Module;
  readonly #funcs: ReadonlyMap<string, Func>;
  /** Finished costs by function; `undefined` marks one that is being computed, so that recursion is found. */
  readonly #costs = new Map<string, Cost | undefined>();
  readonly #definitions = new Map<Value, Operation>();

  constructor(module: Module) {
    this.#module = module;
    this.#funcs = new Map(module.funcs.map((func) => [func.name, func]));
  }

  function(name: string, caller: string): Cost {
    const known = this.#costs.get(name);
    if (known !== undefined) return known;
    const func = this.#funcs.get(name);
    const included = this.#module.included.find((i) => i.name === name);
    if (included !== undefined) {
      const { flops, bytesAccessed: bytes } = included;
      return { flops, bytes, unknown: 0, byOp: new Map([[caller, { count: 1, flops, bytes }]]) };
    }
    if (func === undefined)
      throw new HloModuleError(`${caller}: there is no function @${name} in @${this.#module.name}`);
    if (this.#costs.has(name)) throw new HloModuleError(`@${name} calls itself; StableHLO has no recursion`);
    this.#costs.set(name, undefined);
    const cost = this.block(func.body);
    this.#costs.set(name, cost);
    return cost;
  }

  block(block: Block): Cost {
    const cost = zero();
    for (const op of block.operations) {
      for (const result of op.results) this.#definitions.set(result, op);
      this.#operation(op, cost);
    }
    return cost;
  }

  #region(region: Region | undefined): Cost {
    const cost = zero();
    for (const block of region?.blocks ?? []) add(cost, this.block(block));
    return cost;
  }

  #operation(op: Operation, cost: Cost): void {
    switch (op.name) {
      case "func.call":
        add(cost, this.#called(op, "callee"));
        break;
      case "stablehlo.composite":
        add(cost, this.#called(op, "decomposition"));
        break;
      case "stablehlo.while":
        this.#while(op, cost);
        break;
      case "stablehlo.case":
      case "stablehlo.if": {
        // One branch runs: the dearest stands for it.
        const branches = op.regions.map((region) => this.#region(region));
        add(
          cost,
          branches.reduce((a, b) => (b.flops > a.flops ? b : a), branches[0] ?? zero()),
        );
        break;
      }
      case "sdy.manual_computation":
        add(cost, this.#region(op.regions[0]), this.#shards(op));
        break;
      default: {
        const reducer = op.regions.reduce((sum, region) => sum + this.#region(region).flops, 0);
        const own = { count: 1, flops: flopsOf(op, reducer), bytes: bytesAccessed(op) };
        add(cost, { flops: own.flops, bytes: own.bytes, unknown: 0, byOp: new Map([[op.name, own]]) });
      }
    }
  }

  #called(op: Operation, attribute: string): Cost {
    const callee = op.attributes[attribute];
    if (callee?.kind !== "symbol") throw new HloModuleError(`${op.name}: attribute ${attribute} names no function`);
    return this.function(callee.name, op.name);
  }

  #while(op: Operation, cost: Cost): void {
    const [condition, body] = [this.#region(op.regions[0]), this.#region(op.regions[1])];
    const trips = tripCount(op, this.#definitions);
    if (trips === undefined) cost.unknown++;
    add(cost, condition, (trips ?? 1) + 1);
    add(cost, body, trips ?? 1);
  }

  /** Every device of the manual axes runs the body on its own shard. */
  #shards(op: Operation): number {
    const axes = op.attributes.manual_axes;
    if (axes?.kind !== "manualAxes") throw new HloModuleError(`${op.name}: attribute manual_axes is missing`);
    const sizes = new Map(this.#module.meshes.flatMap((mesh) => mesh.axes.map(({ name, size }) => [name, size])));
    return axes.axes.reduce((shards, name) => {
      const size = sizes.get(name);
      if (size === undefined)
        throw new HloModuleError(`${op.name}: no mesh of @${this.#module.name} has the axis "${name}"`);
      return shards * size;
    }, 1);
  }
}

/**
 * Cost of one execution of `@main` (or the first public function): `2·M·N·K` per product, one FLOP per element of
 * elementwise operations, reductions by their reducer. Called functions are followed; loops are multiplied by their
 * trip count where it is constant.
 * @throws HloModuleError when there is no public function, or a call leads nowhere.
 */
export function analyze(module: Module): Analysis {
  const entry = module.funcs.find(({ name }) => name === "main") ?? module.funcs.find((f) => f.visibility === "public");
  if (entry === undefined) throw new HloModuleError(`module @${module.name} has no public function to analyse`);
  const { flops, bytes, unknown, byOp } = new Analyzer(module).function(entry.name, `module @${module.name}`);
  const sorted = [...byOp].sort(([, a], [, b]) => b.flops - a.flops || b.bytes - a.bytes);
  return {
    flops,
    bytesAccessed: bytes,
    byOp: Object.fromEntries(sorted),
    unknownTripCounts: unknown,
    collectives: collectives(module),
  };
}
