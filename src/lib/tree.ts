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

export const leaves = (tree: unknown): Leaf[] => core.leavesOf(tree);
export const structure = (tree: unknown): TreeDef => core.flatten(tree, "").def;

/** @throws TreeError if the number of leaves differs */
export const unflatten = (structure: TreeDef, leaves: readonly unknown[]): unknown => core.unflatten(structure, leaves);

/** What stands for a leaf besides tensors, numbers and typed arrays: subtrees that this says true to. */
export type IsLeaf = (node: unknown) => boolean;

/** `tree.leaves` with the path of each, such as `layers[3].wq`, and the structure. As `jax.tree.flatten_with_path`. */
export function flattenWithPath(tree: unknown): { leaves: { path: string; leaf: Leaf }[]; structure: TreeDef } {
  return { leaves: core.leavesWithPath(tree), structure: structure(tree) };
}

/** Leaves of all trees side by side. @throws TreeError if a structure differs from the first */
function sideBySide(name: string, tree: unknown, others: readonly unknown[]): { def: TreeDef; rows: Leaf[][] } {
  const first = core.flatten(tree, "");
  const rest = others.map((other, i) => {
    const flat = core.flatten(other, "");
    if (!core.sameTree(flat.def, first.def))
      throw new TreeError(
        `${name}: tree ${i + 1} has structure ${core.printTree(flat.def)}, the first has ${core.printTree(first.def)}.`,
      );
    return flat.leaves;
  });
  return { def: first.def, rows: first.leaves.map((leaf, i) => [leaf, ...rest.map((r) => r[i]!)]) };
}

/**
 * Applies `f` to the leaves of `tree` and, side by side, of the others. As `jax.tree.map`.
 * @throws TreeError if the structures differ
 */
export function map<T, U>(f: (leaf: U, ...others: U[]) => unknown, tree: T, ...others: readonly unknown[]): T {
  const { def, rows } = sideBySide("tree.map", tree, others);
  return core.unflatten(
    def,
    rows.map((row) => f(...(row as [U, ...U[]]))),
  ) as T;
}

/** As `map`; `f` gets the leaf's path first. As `jax.tree.map_with_path`. */
export function mapWithPath<T, U>(
  f: (path: string, leaf: U, ...others: U[]) => unknown,
  tree: T,
  ...others: readonly unknown[]
): T {
  const { def, rows } = sideBySide("tree.mapWithPath", tree, others);
  const paths = core.leafPaths(def);
  return core.unflatten(
    def,
    rows.map((row, i) => f(paths[i]!, ...(row as [U, ...U[]]))),
  ) as T;
}

/** Whether every leaf is truthy: numbers and booleans of the host. As `jax.tree.all`. @throws TreeError for a tensor */
export function all(tree: unknown): boolean {
  return core.leavesWithPath(tree).every(({ path, leaf }) => {
    if (typeof leaf === "object")
      throw new TreeError(
        `tree.all: ${path || "the leaf"} is a tensor or an array, whose truth is not known here. Use np.all of each leaf.`,
      );
    return Boolean(leaf);
  });
}

/**
 * `f(… f(f(initial, first), second) …, last)` over the leaves; without `initial` from the first leaf on. As
 * `jax.tree.reduce`. @throws TreeError for no leaf and no `initial`
 */
export function reduce<L, R = L>(f: (total: R, leaf: L) => R, tree: unknown, ...initial: [] | [R]): R {
  const found = leaves(tree) as L[];
  if (initial.length === 1) return found.reduce(f, initial[0] as R);
  if (found.length === 0) throw new TreeError("tree.reduce: got a tree without leaves; give an initial value.");
  return found.slice(1).reduce<R>(f, found[0] as unknown as R);
}

/**
 * As `reduce` for an associative `f`, by halves, so that the depth of the computation is the logarithm of the number of
 * leaves. As `jax.tree.reduce_associative`. @throws TreeError for no leaf and no `identity`
 */
export function reduceAssociative<L>(f: (a: L, b: L) => L, tree: unknown, ...identity: [] | [L]): L {
  let row = leaves(tree) as L[];
  if (row.length === 0) {
    if (identity.length === 1) return identity[0] as L;
    throw new TreeError("tree.reduceAssociative: got a tree without leaves; give an identity.");
  }
  while (row.length > 1) {
    const next: L[] = [];
    for (let i = 0; i + 1 < row.length; i += 2) next.push(f(row[i]!, row[i + 1]!));
    if (row.length % 2 === 1) next.push(row.at(-1)!);
    row = next;
  }
  return row[0]!;
}

/**
 * A tree of structure `inner` of trees of structure `outer`, from one the other way round. As `jax.tree.transpose`.
 * @throws TreeError if `tree` is no tree of structure `outer` whose leaves are trees of structure `inner`
 */
export function transpose(outer: TreeDef, inner: TreeDef, tree: unknown): unknown {
  const flat = core.flatten(tree, "");
  const [m, n] = [core.leafCount(outer), core.leafCount(inner)];
  const expected = compose(outer, inner);
  if (!core.sameTree(flat.def, expected))
    throw new TreeError(
      `tree.transpose: got structure ${core.printTree(flat.def)}, expected ${core.printTree(expected)}.`,
    );
  const columns = Array.from({ length: n }, (_, j) =>
    core.unflatten(
      outer,
      Array.from({ length: m }, (_, i) => flat.leaves[i * n + j]),
    ),
  );
  return core.unflatten(inner, columns);
}

/** `outer` with `inner` at every leaf. As `PyTreeDef.compose`. */
export function compose(outer: TreeDef, inner: TreeDef): TreeDef {
  if (outer.kind === "leaf") return inner;
  if (outer.kind === "null") return outer;
  const children = outer.children.map((c) => compose(c, inner));
  return { ...outer, children, leaves: core.leafCount(outer) * core.leafCount(inner) };
}

/**
 * The leaves of a prefix of `full`, each as often as it covers leaves of `full`. What `isLeaf` says is a leaf of the
 * prefix; leaves of trees unless given. As `jax.tree_util.broadcast_prefix`.
 * @throws TreeError naming where the prefix does not fit
 */
export function broadcastPrefix(prefix: unknown, full: unknown, isLeaf: IsLeaf = core.isLeaf): unknown[] {
  const test = (value: unknown): value is unknown => isLeaf(value);
  return core.broadcastPrefix(prefix, structure(full), test, "tree.broadcastPrefix: the prefix");
}

/** `prefix` spread over the structure of `full`. As `jax.tree.broadcast`. @throws TreeError naming where it does not fit */
export const broadcast = (prefix: unknown, full: unknown, isLeaf: IsLeaf = core.isLeaf): unknown =>
  core.unflatten(structure(full), broadcastPrefix(prefix, full, isLeaf));

/** The paths of the leaves. */
export const paths = (tree: unknown): string[] => core.leafPaths(structure(tree));
/** Whether two structures are the same. */
export const equalStructure = (a: TreeDef, b: TreeDef): boolean => core.sameTree(a, b);
