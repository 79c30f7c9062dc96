// Types of trees: what goes in and what comes out of transformed functions.
import type { Complex } from "../core/complex.ts";
import type { ShapeDtypeStruct } from "../core/struct.ts";
import type { Tensor } from "../core/tensor.ts";
import type { TypedArray } from "../core/tree.ts";

export type { Complex, TypedArray };

/** What may be passed where a tensor is expected. As an argument of a transformation `{ re, im }` is a tree of two numbers. */
export type TensorLike = Tensor | TypedArray | number | bigint | boolean | Complex;
/** What may be passed where only shapes matter. */
export type TensorSpec = TensorLike | ShapeDtypeStruct;

/** `T` with every tensor replaced by `U`; the mapping stops at tensors. */
export type MapTree<T, U> = T extends Tensor
  ? U
  : T extends TypedArray | number | bigint | boolean | null | undefined | string
    ? T extends number | bigint | boolean | TypedArray
      ? T | U
      : T
    : // biome-ignore lint/suspicious/noExplicitAny: functions of every signature
      T extends (...args: any[]) => unknown
      ? T
      : T extends readonly unknown[]
        ? { [K in keyof T]: MapTree<T[K], U> }
        : T extends object
          ? { [K in keyof T]: MapTree<T[K], U> }
          : T;
