// When each value of a function is used for the last time.
import type { Block, Func, Operation, Value } from "./module.ts";

export interface LastUses {
  /** Values whose last use is this operation of their own block, or lies in its regions; each once. */
  readonly dying: ReadonlyMap<Operation, readonly Value[]>;
  /** Those among them that are used in its regions. */
  readonly inside: ReadonlySet<Value>;
  /** Arguments that nothing uses. */
  readonly unused: ReadonlyMap<Block, readonly Value[]>;
}

/** Linear in the operations; a use inside a region is a use by the operation of the value's own block that holds it. */
export function lastUses({ body }: Func): LastUses {
  const depthOf = new Map<Value, number>();
  const last = new Map<Value, { op: Operation; inside: boolean }>();
  const unused = new Map<Block, readonly Value[]>();
  /** The operation at each depth that is being read. */
  const around: Operation[] = [];

  const read = (block: Block, depth: number): void => {
    for (const arg of block.args) depthOf.set(arg, depth);
    for (const op of block.operations) {
      around[depth] = op;
      for (const operand of op.operands) {
        const own = depthOf.get(operand);
        if (own === undefined) continue;
        const user = around[own]!;
        const before = last.get(operand);
        const inside = own < depth || (before?.op === user && before.inside);
        last.set(operand, { op: user, inside });
      }
      for (const region of op.regions) for (const inner of region.blocks) read(inner, depth + 1);
      for (const result of op.results) {
        depthOf.set(result, depth);
        // Until something uses it, its own operation is its last.
        last.set(result, { op, inside: false });
      }
    }
    unused.set(
      block,
      block.args.filter((arg) => !last.has(arg)),
    );
  };
  read(body, 0);

  const dying = new Map<Operation, Value[]>();
  const inside = new Set<Value>();
  for (const [value, use] of last) {
    const list = dying.get(use.op);
    if (list === undefined) dying.set(use.op, [value]);
    else list.push(value);
    if (use.inside) inside.add(value);
  }
  return { dying, inside, unused };
}
