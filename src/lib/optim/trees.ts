// Trees side by side: leaves of gradients, parameters and state.

import { ArrayTensor } from "../../compile/array.ts";
import { leafValue } from "../../compile/leaves.ts";
import { fromPieces, moveTo, onDefaultDevice } from "../../compile/place.ts";
import { avalOf } from "../../core/aval.ts";
import { type DType, isFloat, itemSize } from "../../core/dtype.ts";
import { DTypeError, TreeError } from "../../core/errors.ts";
import { Literal, type Tensor } from "../../core/tensor.ts";
import { hasAmbient, stage } from "../../core/trace.ts";
import { flatten, leafPaths, printTree, sameTree, type TreeDef, unflatten } from "../../core/tree.ts";

export interface Leaves {
  readonly leaves: readonly Tensor[];
  readonly def: TreeDef;
}

/** The leaves of a tree of tensors. @throws TreeError naming the path of what is none */
export function leavesOf(tree: unknown, what: string): Leaves {
  const { leaves, def } = flatten(tree, what);
  return { leaves: leaves.map((leaf, i) => leafValue(leaf, leafPaths(def, what)[i])), def };
}

/** The leaves of `tree`, which must have the structure `def`. @throws TreeError */
export function matching(tree: unknown, def: TreeDef, what: string, like: string): readonly Tensor[] {
  const found = leavesOf(tree, what);
  if (!sameTree(found.def, def))
    throw new TreeError(
      `optim: ${what} of structure ${printTree(found.def)} beside ${like} of structure ${printTree(def)}; expected one structure.`,
    );
  return found.leaves;
}

/** `f` over the leaves of trees of one structure; the others may be named in errors. */
export function mapTrees<T>(
  f: (...leaves: Tensor[]) => Tensor,
  first: T,
  what: string,
  ...rest: [unknown, string][]
): T {
  const { leaves, def } = leavesOf(first, what);
  const others = rest.map(([tree, name]) => matching(tree, def, name, what));
  return unflatten(
    def,
    leaves.map((leaf, i) => f(leaf, ...others.map((o) => o[i]!))),
  ) as T;
}

/** @throws DTypeError naming the path of a leaf that is no float */
export function requireFloats(tree: unknown, what: string): void {
  const { leaves, def } = leavesOf(tree, what);
  leaves.forEach((leaf, i) => {
    if (!isFloat(leaf.dtype))
      throw new DTypeError(
        `optim: ${leafPaths(def, what)[i]} is ${leaf.dtype}; expected floats. Leave it out of the trained parameters, or use masked.`,
      );
  });
}

/** `value` in the shape of `x`, in memory of its own, where `x` lies; a constant inside a trace. */
export function filled(x: Tensor, value: number | boolean, dtype: DType): Tensor {
  const literal = new Literal(value, avalOf(x.shape, dtype));
  if (x instanceof ArrayTensor && value === 0) {
    const bytes = (ranges: readonly (readonly [number, number])[]) =>
      new Uint8Array(ranges.reduce((n, [from, to]) => n * (to - from), itemSize(dtype)));
    return fromPieces(literal.aval, x.sharding, bytes, { committed: x.committed });
  }
  if (x instanceof ArrayTensor) return moveTo(literal, x.sharding, x.committed);
  return hasAmbient() ? stage(literal) : moveTo(literal, onDefaultDevice(), false);
}
