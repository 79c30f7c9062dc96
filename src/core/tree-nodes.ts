// What trees are made of: what stands at their leaves, and the classes that are registered as trees.
import { Tensor } from "./tensor.ts";

export type TypedArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** What stands at the leaves of a tree. */
export type Leaf = Tensor | number | bigint | boolean | TypedArray | LeafObject;

/** An object that is a leaf though it is no tensor, such as ShapeDtypeStruct. */
export interface LeafObject {
  readonly [leafTag]: true;
}
export const leafTag = Symbol("jorts.leaf");

export function isLeaf(value: unknown): value is Leaf {
  switch (typeof value) {
    case "number":
    case "bigint":
    case "boolean":
      return true;
    case "object":
      return (
        value instanceof Tensor ||
        (ArrayBuffer.isView(value) && !(value instanceof DataView)) ||
        (value !== null && leafTag in value)
      );
    default:
      return false;
  }
}

interface Registration {
  readonly flatten: (value: never) => readonly [children: readonly unknown[], aux: unknown];
  readonly unflatten: (aux: never, children: readonly unknown[]) => unknown;
  readonly keys: ((value: never) => readonly string[]) | undefined;
}

// biome-ignore lint/suspicious/noExplicitAny: constructors of every signature
export type Class = abstract new (...args: any[]) => unknown;

/** How instances of registered classes come apart and together again. */
export const classes = new Map<Class, Registration>();

/**
 * Makes instances of `type` trees. `aux` must hold what is not an array, and is compared by `Object.is` or, if it is
 * an array, element by element.
 */
export function register<T, A>(
  type: abstract new (...args: never[]) => T,
  flatten: (value: T) => readonly [children: readonly unknown[], aux: A],
  unflatten: (aux: A, children: readonly unknown[]) => T,
  keys?: (value: T) => readonly string[],
): void {
  classes.set(type as Class, { flatten, unflatten, keys } as unknown as Registration);
}
