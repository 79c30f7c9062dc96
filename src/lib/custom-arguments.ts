// Arguments of functions with derivative rules: differentiable or not, and the tangents that stand for them.
import type { Aval } from "../core/aval.ts";
import { TreeError } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import { broadcastPrefix, flatten, type Leaf, leafPaths, printTree, type TreeDef } from "../core/tree.ts";
import { type Flat, flattenValues, isPrefixLeaf, matchLeaves } from "./bodies.ts";

/** A call's arguments: the differentiable ones flat, and how to put all together again. */
export interface Split {
  readonly flat: Flat;
  readonly avals: readonly Aval[];
  readonly nondiff: readonly unknown[];
  /** Structure and types of the differentiable arguments. */
  readonly kinds: string;
  /** Memo key of whatever depends on the kinds of arguments; null if it depends on host values. */
  readonly key: string | null;
  merge(differentiable: readonly unknown[]): unknown[];
}

export function split(
  name: string,
  args: readonly unknown[],
  nondiffArgnums: number | readonly number[] | undefined,
): Split {
  const positions = nondiffArgnums === undefined ? [] : [nondiffArgnums].flat();
  for (const n of positions)
    if (!(Number.isInteger(n) && n >= 0 && n < args.length))
      throw new TreeError(
        `${name}: nondiffArgnums names argument ${n}, but the function was called with ${args.length}.`,
      );
  const order = [...args.keys()].filter((i) => !positions.includes(i));
  const parts = order.map((i) => flattenValues(args[i], `args[${i}]`));
  const values = parts.flatMap((p) => p.values);
  const def = list(parts.map((p) => p.def));
  const kinds = `${printTree(def)} ${values.map((t) => t.aval.id)}`;
  return {
    flat: {
      values,
      paths: parts.flatMap((p) => p.paths),
      def,
      free: (results) => {
        for (const p of parts) p.free(results);
      },
    },
    avals: values.map((t) => t.aval),
    nondiff: positions.map((n) => args[n]),
    kinds,
    key: positions.length > 0 ? null : kinds,
    merge: (differentiable) => {
      const all = [...args];
      order.forEach((position, i) => {
        all[position] = differentiable[i];
      });
      return all;
    },
  };
}

export const list = (children: readonly TreeDef[]): TreeDef => ({
  kind: "array",
  children,
  leaves: children.reduce((n, c) => n + leafPaths(c).length, 0),
});

export const pathsOf = (avals: readonly Aval[], what: string) => avals.map((_, i) => `${what}[${i}]`);

export function pairOf(what: string, def: TreeDef, expected: string): readonly [TreeDef, TreeDef] {
  if (def.kind !== "array" || def.children.length !== 2)
    throw new TreeError(`${what} returned ${printTree(def)}, expected ${expected}.`);
  return def.children as readonly [TreeDef, TreeDef];
}

export const mismatch = (what: string) => (path: string, got: string, expected: string) =>
  `${what} returned ${path} as ${got}, expected ${expected}.`;

/**
 * Tangents or cotangents that a rule returned for the leaves of `def`; null stands for zero, alone or for a whole
 * subtree, and integers have none.
 */
export function matchSpace(what: string, value: unknown, def: TreeDef, avals: readonly Aval[], root: string): Tensor[] {
  const spread = broadcastPrefix<Leaf | null>(value, def, isPrefixLeaf, what, root);
  const given = spread.filter((leaf) => leaf !== null).length;
  if (given !== flatten(value, root).leaves.length)
    throw new TreeError(
      `${what} returned one tensor for several leaves of ${root}; expected ${printTree(def)}, or null for zero.`,
    );
  return matchLeaves(what, spread, avals, leafPaths(def, root));
}
