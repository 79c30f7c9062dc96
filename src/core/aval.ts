// Abstract values: interned (shape, dtype, weak type), so that comparing two is comparing references.
import { type DType, dtypes, shortName } from "./dtype.ts";

export interface Aval {
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** True for values that came from a JS number and adapt to their neighbour's dtype. */
  readonly weakType: boolean;
  readonly size: number;
  readonly id: number;
}

interface Node {
  aval: Aval | undefined;
  next: Map<number, Node> | undefined;
}

const roots = new Map<string, Node>(dtypes.flatMap((d) => [d, `${d}*`].map((key) => [key, emptyNode()] as const)));
let count = 0;

function emptyNode(): Node {
  return { aval: undefined, next: undefined };
}

/** The one abstract value of this shape, dtype and weak type. */
export function avalOf(shape: readonly number[], dtype: DType, weakType = false): Aval {
  let node = roots.get(weakType ? `${dtype}*` : dtype)!;
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
    node.aval = Object.freeze({ shape: Object.freeze([...shape]), dtype, weakType, size, id: count++ });
  }
  return node.aval;
}

export const withShape = (a: Aval, shape: readonly number[]): Aval => avalOf(shape, a.dtype, a.weakType);
export const withDType = (a: Aval, dtype: DType): Aval => avalOf(a.shape, dtype, false);
export const strong = (a: Aval): Aval => (a.weakType ? avalOf(a.shape, a.dtype) : a);

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((d, i) => d === b[i]);
}

/** `f32[2,3]`, with `*` after the dtype for weak types, as jaxprs print it. */
export const shortAval = (a: Aval): string => `${shortName(a.dtype)}[${a.shape.join(",")}]${a.weakType ? "*" : ""}`;

/** `float32[2,3]`, as error messages print it. */
export const longAval = (a: Aval): string => `${a.dtype}[${a.shape.join(",")}]`;
