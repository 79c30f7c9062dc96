// Abstract values: interned (shape, dtype, weak type, variation, memory), so that comparing two is comparing references.
import { type DType, dtypes, shortName } from "./dtype.ts";

/** A set of mesh axes, sorted; equal sets are one array. */
export type AxisSet = readonly string[];

/** Where a value lies as seen by its program: the device's own memory, or that of its host. As JAX's memory spaces. */
export type MemorySpace = "device" | "host";

export interface Aval {
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** True for values that came from a JS number and adapt to their neighbour's dtype. */
  readonly weakType: boolean;
  /** Inside shardMap: the mesh axes over which the value may differ between devices. */
  readonly varying: AxisSet;
  readonly memory: MemorySpace;
  readonly size: number;
  readonly id: number;
}

interface Node {
  aval: Aval | undefined;
  next: Map<number, Node> | undefined;
}

const roots = new Map<string, Node>(dtypes.flatMap((d) => [d, `${d}*`].map((key) => [key, emptyNode()] as const)));
let count = 0;

/** No axis: the value is the same on all devices. */
export const invariant: AxisSet = Object.freeze([]);
const axisSets = new Map<string, AxisSet>([["[]", invariant]]);

/** The one set of these axes. */
export function axisSet(names: readonly string[]): AxisSet {
  const sorted = [...new Set(names)].sort();
  const key = JSON.stringify(sorted);
  let set = axisSets.get(key);
  if (set === undefined) {
    set = Object.freeze(sorted);
    axisSets.set(key, set);
  }
  return set;
}

export const unionAxes = (a: AxisSet, b: AxisSet): AxisSet =>
  a === b || b === invariant ? a : a === invariant ? b : axisSet([...a, ...b]);
export const withoutAxes = (a: AxisSet, names: readonly string[]): AxisSet =>
  a.some((n) => names.includes(n)) ? axisSet(a.filter((n) => !names.includes(n))) : a;
export const isSubset = (a: AxisSet, b: AxisSet): boolean => a === b || a.every((n) => b.includes(n));

function rootOf(dtype: DType, weakType: boolean, varying: AxisSet, memory: MemorySpace): Node {
  const plain = weakType ? `${dtype}*` : dtype;
  if (varying === invariant && memory === "device") return roots.get(plain)!;
  const key = `${plain}${JSON.stringify(varying)}${memory}`;
  let root = roots.get(key);
  if (root === undefined) {
    root = emptyNode();
    roots.set(key, root);
  }
  return root;
}

function emptyNode(): Node {
  return { aval: undefined, next: undefined };
}

/** The one abstract value of this shape, dtype, weak type, variation and memory. */
export function avalOf(
  shape: readonly number[],
  dtype: DType,
  weakType = false,
  varying: AxisSet = invariant,
  memory: MemorySpace = "device",
): Aval {
  let node = rootOf(dtype, weakType, varying, memory);
  for (const dim of shape) {
    node.next ??= new Map();
    let next = node.next.get(dim);
    if (next === undefined) {
      next = emptyNode();
      node.next.set(dim, next);
    }
    node = next;
  }
  if (node.aval === undefined) {
    const size = shape.reduce((n, d) => n * d, 1);
    node.aval = Object.freeze({
      shape: Object.freeze([...shape]),
      dtype,
      weakType,
      varying,
      memory,
      size,
      id: count++,
    });
  }
  return node.aval;
}

export const withShape = (a: Aval, shape: readonly number[]): Aval =>
  avalOf(shape, a.dtype, a.weakType, a.varying, a.memory);
export const withDType = (a: Aval, dtype: DType): Aval => avalOf(a.shape, dtype, false, a.varying, a.memory);
export const strong = (a: Aval): Aval => (a.weakType ? avalOf(a.shape, a.dtype, false, a.varying, a.memory) : a);
export const withVarying = (a: Aval, varying: AxisSet): Aval =>
  a.varying === varying ? a : avalOf(a.shape, a.dtype, a.weakType, varying, a.memory);
export const withMemory = (a: Aval, memory: MemorySpace): Aval =>
  a.memory === memory ? a : avalOf(a.shape, a.dtype, a.weakType, a.varying, memory);

/** True if a value of type `a` can be given where `wanted` is declared: only its variation may be less. */
export const fits = (a: Aval, wanted: Aval): boolean =>
  a === wanted || (withVarying(a, wanted.varying) === wanted && isSubset(a.varying, wanted.varying));

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((d, i) => d === b[i]);
}

const space = (a: Aval): string => (a.memory === "device" ? "" : `<${a.memory}>`);

/** `f32[2,3]`, with `*` for weak types, `<host>` and `{V:data}` for what varies over an axis, as jaxprs print it. */
export const shortAval = (a: Aval): string =>
  `${shortName(a.dtype)}${space(a)}[${a.shape.join(",")}]${a.weakType ? "*" : ""}${a.varying === invariant ? "" : `{V:${a.varying.join(",")}}`}`;

/** `float32[2,3]`, as error messages print it. */
export const longAval = (a: Aval): string => `${a.dtype}${space(a)}[${a.shape.join(",")}]`;
