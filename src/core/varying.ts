// A result's type beyond its shape: over which axes of a shardMap it varies, and in whose memory it lies.
import {
  type Aval,
  type AxisSet,
  invariant,
  longAval,
  type MemorySpace,
  unionAxes,
  withMemory,
  withVarying,
} from "./aval.ts";
import { ShapeError } from "./errors.ts";
import { type Atom, nestedGraphs } from "./graph.ts";
import type { AnyOp } from "./op.ts";
import { Literal, type Tensor } from "./tensor.ts";

/** An operand: a tensor, a tracer or an atom of a graph. */
type Operand = (Tensor & { readonly atom?: Atom }) | Atom;

/**
 * The types of an operation's results. A value that is the same on all devices may stand beside one that varies; in the
 * transposed program that costs a sum over the axes (see transforms/transpose.ts), as JAX's `pvary` does.
 *
 * @throws ShapeError if operands lie in different memories
 */
export function resultAvals(op: AnyOp, operands: readonly Operand[], params: unknown): readonly Aval[] {
  const avals = operands.map((o) => o.aval);
  if (op.memory === undefined && avals.every((a) => a.memory === "device")) return varyingAvals(op, avals, params);
  if (op.memory === undefined && nestedGraphs(params).length > 0) return varyingAvals(op, avals, params);
  const memory =
    op.memory?.(
      avals.map((a) => a.memory),
      params,
    ) ?? commonMemory(op.name, operands);
  const alike = avals.map((a) => withMemory(a, "device"));
  return varyingAvals(op, alike, params).map((a) => withMemory(a, memory));
}

function varyingAvals(op: AnyOp, operands: readonly Aval[], params: unknown): readonly Aval[] {
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

const isConstant = (o: Operand): boolean => o instanceof Literal || ("atom" in o && o.atom instanceof Literal);

/** That of the operands which are neither scalars nor constants; scalars go anywhere, and alone to the device. */
function commonMemory(name: string, operands: readonly Operand[]): MemorySpace {
  const [first, ...others] = operands.filter((o) => o.aval.shape.length > 0 && !isConstant(o));
  const other = others.find((o) => o.aval.memory !== first!.aval.memory);
  if (other !== undefined)
    throw new ShapeError(
      `${name}: got operands in different memories, ${longAval(first!.aval)} and ${longAval(other.aval)}; expected one ` +
        "memory for all. Move one of them with devicePut(x, sharding.withMemoryKind(kind)).",
    );
  return first?.aval.memory ?? "device";
}
