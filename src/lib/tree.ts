// Trees for users: map, flatten, unflatten, and classes of their own. As `jax.tree_util`.
import { TreeError } from "../core/errors.ts";
import type { Leaf, TreeDef } from "../core/tree.ts";
import * as core from "../core/tree.ts";

export { leavesWithPath, printTree, register, type TreeDef } from "../core/tree.ts";

/** Leaves in order (object keys sorted) and the structure. @throws TreeError naming the path of what is no leaf */
export function flatten(tree: unknown): { leaves: Leaf[]; structure: TreeDef } {
  const { leaves, def } = core.flatten(tree, "");
  return { leaves, structure: def };
}

export const leaves = (tree: unknown): Leaf[] => core.flatten(tree, "").leaves;
export const structure = (tree: unknown): TreeDef => core.flatten(tree, "").def;

/** @throws TreeError if the number of leaves differs */
export const unflatten = (structure: TreeDef, leaves: readonly unknown[]): unknown => core.unflatten(structure, leaves);

/**
 * Applies `f` to the leaves of `tree` and, side by side, of the others.
 * @throws TreeError if the structures differ
 */
export function map<T, U>(f: (leaf: U, ...others: U[]) => unknown, tree: T, ...others: readonly unknown[]): T {
  const first = core.flatten(tree, "");
  const rest = others.map((other, i) => {
    const flat = core.flatten(other, "");
    if (!core.sameTree(flat.def, first.def))
      throw new TreeError(
        `tree.map: tree ${i + 1} has structure ${core.printTree(flat.def)}, the first has ${core.printTree(first.def)}.`,
      );
    return flat.leaves;
  });
  const mapped = first.leaves.map((leaf, i) => f(leaf as U, ...rest.map((r) => r[i] as U)));
  return core.unflatten(first.def, mapped) as T;
}
