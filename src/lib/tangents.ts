// Tangents and cotangents as users pass them: checked against what they belong to, leaf by leaf.
import { leafAval, leafValue } from "../compile/leaves.ts";
import { type Aval, isSubset, longAval, shortAval } from "../core/aval.ts";
import { concreteValue } from "../core/concrete.ts";
import { DTypeError, ShapeError, ShardingError, TreeError } from "../core/errors.ts";
import { Literal, type Tensor } from "../core/tensor.ts";
import { stagedConstant, Tracer } from "../core/trace.ts";
import { flatten, type Leaf, leafCount, printTree, sameTree, type TreeDef } from "../core/tree.ts";
import { isDifferentiable, tangentAval } from "../transforms/jvp.ts";
import { elements } from "./tensor-print.ts";

/** A leaf of tangents; null where there is none. */
type MaybeLeaf = Leaf | null;

/**
 * The leaves of a tree of tangents for values of structure `def`. It has that structure, but null may stand for what has
 * no derivative. @throws TreeError
 */
export function tangentLeaves(name: string, what: string, value: unknown, def: TreeDef): MaybeLeaf[] {
  const given = flatten(value, what);
  if (sameTree(given.def, def)) return given.leaves;
  const leaves = [...given.leaves];
  const spread = align(given.def, def, () => leaves.shift()!);
  if (spread === undefined)
    throw new TreeError(`${name}: ${what} have structure ${printTree(given.def)}, expected ${printTree(def)}.`);
  return spread;
}

function align(given: TreeDef, def: TreeDef, next: () => Leaf): MaybeLeaf[] | undefined {
  if (given.kind === "null") return new Array<MaybeLeaf>(leafCount(def)).fill(null);
  if (given.kind === "leaf") return def.kind === "leaf" ? [next()] : undefined;
  if (def.kind === "leaf" || def.kind === "null") return undefined;
  // Equal but for the children.
  const hollow = (d: typeof given): TreeDef => ({ ...d, children: d.children.map((): TreeDef => ({ kind: "null" })) });
  if (!sameTree(hollow(given), hollow(def))) return undefined;
  const parts = given.children.map((c, i) => align(c, def.children[i]!, next));
  return parts.some((p) => p === undefined) ? undefined : (parts as MaybeLeaf[][]).flat();
}

/** What is accepted in the place of an integer: a zero, or any tensor of its type, which is not read. */
export type IntegerRule = "zero" | "unread";

/**
 * Tangents for `primals`, null for each that has no derivative.
 * @throws TreeError, ShapeError or DTypeError naming the leaf that does not fit
 */
export function matchTangents(
  name: string,
  leaves: readonly MaybeLeaf[],
  primals: readonly { readonly aval: Aval }[],
  paths: readonly string[],
  integers: IntegerRule,
): (Tensor | null)[] {
  return leaves.map((leaf, i) => {
    const want = tangentAval(primals[i]!.aval);
    const path = paths[i] || "the value";
    if (!isDifferentiable(want)) {
      requireNone(name, path, leaf, want, integers);
      return null;
    }
    if (leaf === null)
      throw new TreeError(
        `${name}: ${path} is null, expected ${longAval(want)}. Only integers and booleans have no derivative; pass zeros.`,
      );
    return fitted(name, path, leaf, want);
  });
}

/** A leaf as a tensor of the type `want`; host numbers take it. @throws ShapeError, DTypeError */
export function fitted(name: string, path: string, leaf: Leaf, want: Aval): Tensor {
  const t = typeof leaf === "number" && want.shape.length === 0 ? new Literal(leaf, want) : leafValue(leaf, path);
  if (t.shape.join() !== want.shape.join())
    throw new ShapeError(`${name}: ${path} is ${longAval(t.aval)}, expected shape [${want.shape}].`);
  if (t.dtype !== want.dtype)
    throw new DTypeError(`${name}: ${path} is ${longAval(t.aval)}, expected dtype ${want.dtype}.`);
  if (!isSubset(t.aval.varying, want.varying))
    throw new ShardingError(
      `${name}: ${path} is ${shortAval(t.aval)}, which may differ between devices, but belongs to a ${shortAval(want)}, ` +
        "which does not. Reduce it (lax.psum), or make the value vary (lax.pvary).",
    );
  return t;
}

function requireNone(name: string, path: string, leaf: MaybeLeaf, want: Aval, rule: IntegerRule): void {
  if (leaf === null || (typeof leaf === "object" ? isNone(leaf, want, rule) : want.size === 1 && Number(leaf) === 0))
    return;
  const got = typeof leaf === "object" ? `a ${longAval(leafAval(leaf))}` : String(leaf);
  const zeros = rule === "zero" ? `, or zeros of type ${longAval(want)} that are known` : `, or a ${longAval(want)}`;
  throw new DTypeError(
    `${name}: ${path} is ${got}, but belongs to a ${longAval(want)}, which has no derivative. Pass null${zeros}.`,
  );
}

function isNone(leaf: Exclude<Leaf, number | bigint | boolean>, want: Aval, rule: IntegerRule): boolean {
  const { dtype, shape } = leafAval(leaf);
  if (dtype !== want.dtype || shape.join() !== want.shape.join()) return false;
  if (rule === "unread") return true;
  if (ArrayBuffer.isView(leaf)) return (leaf as Int32Array).every((v) => Number(v) === 0);
  const value = leaf instanceof Tracer ? (stagedConstant(leaf, "a tangent") ?? concreteValue(leaf)) : (leaf as Tensor);
  if (value === undefined) return false;
  return value instanceof Literal ? Number(value.value) === 0 : elements(value).every((v) => Number(v) === 0);
}
