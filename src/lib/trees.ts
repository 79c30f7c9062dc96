// Types of trees inside traced functions.
import type { Tensor } from "../core/tensor.ts";
import type { TensorLike, TypedArray } from "./types.ts";

/** `T` as a traced function sees it: numbers and typed arrays are tensors. */
export type Tensors<T> = T extends Tensor
  ? Tensor
  : T extends TypedArray | number | bigint | boolean
    ? Tensor
    : T extends null | undefined
      ? T
      : T extends readonly unknown[]
        ? { -readonly [K in keyof T]: Tensors<T[K]> }
        : T extends object
          ? { -readonly [K in keyof T]: Tensors<T[K]> }
          : T;

/** What a traced function may return for a `T`: host scalars may stand for tensors. */
export type Like<T> = T extends Tensor | TypedArray | number | bigint | boolean
  ? TensorLike
  : T extends null | undefined
    ? T
    : T extends readonly unknown[]
      ? { readonly [K in keyof T]: Like<T[K]> }
      : T extends object
        ? { readonly [K in keyof T]: Like<T[K]> }
        : T;
