// Names of SSA values, numbered in MLIR's order so that printed programs agree with MLIR's own.
import type { Block, Operation, Region, Value } from "./module.ts";

/** Results that MLIR names instead of numbering. */
const namedResults: Readonly<Record<string, readonly string[]>> = {
  "stablehlo.rng_bit_generator": ["output_state", "output"],
  "stablehlo.batch_norm_training": ["output", "batch_mean", "batch_var"],
  "stablehlo.batch_norm_grad": ["grad_operand", "grad_scale", "grad_offset"],
  "chlo.top_k": ["values", "indices"],
};

function resultNames(op: Operation): readonly string[] | undefined {
  if (op.name !== "stablehlo.constant") return namedResults[op.name];
  const type = op.results[0]?.type;
  return [type?.kind === "tensor" && /^u?i/.test(type.element) ? "c" : "cst"];
}

interface Counters {
  value: number;
  arg: number;
  conflict: number;
}

/**
 * Names every value of one function. A block's operations are numbered before the regions inside them, and sibling
 * regions start from the same counters, as in MLIR's printer: hence names may repeat in regions that do not see each
 * other.
 */
export class ValueNames {
  readonly #names = new Map<Value, string>();
  readonly #used = new Set<string>();

  constructor(body: Block) {
    this.#region([body], { value: 0, arg: 0, conflict: 0 }, undefined);
  }

  /** The name of a value where it is used: `%0`, `%1#2`, `%arg0`; undefined for a value of another function. */
  use(value: Value): string | undefined {
    return this.#names.get(value);
  }

  /** The left-hand side that defines an operation's results: `%0 = `, `%1:2 = `, `%values, %indices = ` or nothing. */
  define(op: Operation): string {
    const { results } = op;
    if (results.length === 0) return "";
    const first = this.#names.get(results[0]!)!;
    if (results.length === 1) return `${first} = `;
    const group = first.indexOf("#");
    if (group > 0) return `${first.slice(0, group)}:${results.length} = `;
    return `${results.map((result) => this.#names.get(result)!).join(", ")} = `;
  }

  #region(blocks: readonly Block[], counters: Counters, argName: string | undefined): void {
    const scope: string[] = [];
    const unique = (wanted: string): string => {
      let name = wanted;
      while (this.#used.has(name)) name = `${wanted}_${counters.conflict++}`;
      this.#used.add(name);
      scope.push(name);
      return `%${name}`;
    };
    for (const block of blocks) {
      for (const arg of block.args) this.#names.set(arg, argName ? unique(argName) : `%arg${counters.arg++}`);
      for (const op of block.operations) this.#results(op, counters, unique);
    }
    for (const block of blocks) {
      for (const op of block.operations) {
        for (const region of op.regions) this.#nested(op, region, counters);
      }
    }
    for (const name of scope) this.#used.delete(name);
  }

  #nested(op: Operation, region: Region, counters: Counters): void {
    this.#region(region.blocks, { ...counters }, op.name === "stablehlo.while" ? "iterArg" : undefined);
  }

  #results(op: Operation, counters: Counters, unique: (wanted: string) => string): void {
    const { results } = op;
    const named = resultNames(op);
    if (named !== undefined && named.length === results.length) {
      results.forEach((result, i) => {
        this.#names.set(result, unique(named[i]!));
      });
    } else if (results.length === 1) this.#names.set(results[0]!, `%${counters.value++}`);
    else if (results.length > 1) {
      const group = counters.value++;
      results.forEach((result, i) => {
        this.#names.set(result, `%${group}#${i}`);
      });
    }
  }
}
