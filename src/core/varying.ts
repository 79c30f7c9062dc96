// What may differ between the devices of a shardMap: how an operation's results vary, from how its operands do.
import { type Aval, type AxisSet, invariant, unionAxes, withVarying } from "./aval.ts";
import { nestedGraphs } from "./graph.ts";
import type { AnyOp } from "./op.ts";

/**
 * The types of an operation's results. A value that is the same on all devices may stand beside one that varies; in the
 * transposed program that costs a sum over the axes (see transforms/transpose.ts), as JAX's `pvary` does.
 */
export function resultAvals(op: AnyOp, operands: readonly Aval[], params: unknown): readonly Aval[] {
  if (op.varying !== undefined) {
    const sets = op.varying(
      operands.map((a) => a.varying),
      params,
    );
    return op.shape(operands, params).map((a, i) => withVarying(a, sets[i]!));
  }
  let common: AxisSet = invariant;
  for (const a of operands) common = unionAxes(common, a.varying);
  if (common === invariant || nestedGraphs(params).length > 0) return op.shape(operands, params);
  const alike = operands.map((a) => withVarying(a, common));
  return op.shape(alike, params).map((a) => withVarying(a, common));
}
