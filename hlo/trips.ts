// How often a counted loop runs: `while (i < limit) i += step` with constant start, limit and step.
import type { Operation, Value } from "./module.ts";
import type { HloInstruction } from "./optimized.ts";

/** Finds the operation that defines a value. */
export type Definitions = ReadonlyMap<Value, Operation>;

/** The integer that a scalar constant holds, undefined for anything else. */
function constantOf(value: Value | undefined, definitions: Definitions): number | undefined {
  const op = value && definitions.get(value);
  if (op?.name !== "stablehlo.constant") return undefined;
  const dense = op.attributes.value;
  if (dense?.kind !== "dense" || dense.type.shape.length !== 0) return undefined;
  const { value: data } = dense;
  if (data instanceof Uint8Array) return undefined;
  const scalar = typeof data === "object" ? (data as readonly (number | bigint | boolean)[])[0] : data;
  return typeof scalar === "number" || typeof scalar === "bigint" ? Number(scalar) : undefined;
}

const swapped: Readonly<Record<string, string>> = { LT: "GT", GT: "LT", LE: "GE", GE: "LE", NE: "NE" };

function count(direction: string, start: number, limit: number, step: number): number | undefined {
  const distance = (limit - start) / step;
  if (direction === "NE") return distance >= 0 && Number.isInteger(distance) ? distance : undefined;
  const upward = direction === "LT" || direction === "LE";
  const holds = { LT: start < limit, LE: start <= limit, GT: start > limit, GE: start >= limit }[direction];
  if (holds === undefined) return undefined;
  if (!holds) return 0;
  if (step === 0 || step > 0 !== upward) return undefined;
  return direction === "LT" || direction === "GT" ? Math.ceil(distance) : Math.floor(distance) + 1;
}

/**
 * The trip count of a `stablehlo.while` whose condition compares a counter with a constant (or with a carried constant)
 * and whose body adds a constant to the counter; undefined when it is anything else.
 */
export function tripCount(op: Operation, definitions: Definitions): number | undefined {
  const [condition, body] = [op.regions[0]?.blocks[0], op.regions[1]?.blocks[0]];
  if (condition === undefined || body === undefined) return undefined;
  const decision = condition.operations.at(-1)?.operands[0];
  const compare = decision && definitions.get(decision);
  if (compare?.name !== "stablehlo.compare") return undefined;
  const enumeration = compare.attributes.comparison_direction;
  if (enumeration?.kind !== "enum") return undefined;
  const next = body.operations.at(-1)?.operands ?? [];

  /** A constant, or a carried value that starts as a constant and never changes. */
  const limitOf = (value: Value): number | undefined => {
    const k = condition.args.indexOf(value);
    if (k < 0) return constantOf(value, definitions);
    return next[k] === body.args[k] ? constantOf(op.operands[k], definitions) : undefined;
  };
  const stepOf = (k: number): number | undefined => {
    const update = next[k] && definitions.get(next[k]);
    const counter = body.args[k];
    if (update?.name === "stablehlo.add") {
      const [x, y] = update.operands;
      return x === counter ? constantOf(y, definitions) : y === counter ? constantOf(x, definitions) : undefined;
    }
    if (update?.name !== "stablehlo.subtract" || update.operands[0] !== counter) return undefined;
    const back = constantOf(update.operands[1], definitions);
    return back === undefined ? undefined : -back;
  };
  const [lhs, rhs] = compare.operands;
  if (lhs === undefined || rhs === undefined) return undefined;
  for (const [counter, bound, direction] of [
    [lhs, rhs, enumeration.value],
    [rhs, lhs, swapped[enumeration.value]],
  ] as const) {
    const k = condition.args.indexOf(counter);
    if (k < 0 || direction === undefined) continue;
    const [start, limit, step] = [constantOf(op.operands[k], definitions), limitOf(bound), stepOf(k)];
    if (start !== undefined && limit !== undefined && step !== undefined) return count(direction, start, limit, step);
  }
  return undefined;
}

/** The trip count that XLA wrote into a `while` instruction's backend configuration; undefined where it found none. */
export function knownTripCount({ backendConfig }: HloInstruction): number | undefined {
  const found = /"known_trip_count":\{"n":"(\d+)"/.exec(backendConfig)?.[1];
  return found === undefined ? undefined : Number(found);
}
