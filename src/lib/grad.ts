// grad, valueAndGrad, jvp, vjp, linearize, linearTranspose: the typed surface.

import { ArrayTensor } from "../compile/array.ts";
import type { AnyFunction } from "../compile/stage.ts";
import { jvpOf, linearizeOf, linearTransposeOf, vjpOf } from "./autodiff.ts";
import { named } from "./named.ts";
import type { Residual } from "./residual.ts";
import type { MapTree, TensorLike } from "./types.ts";
import { type GradOptions, valueAndGradOf } from "./value-and-grad.ts";

export type { GradOptions, Residual };

/** The gradient with respect to `argnums`: one tree for a number, a list of trees for a list. */
type GradOf<A extends readonly unknown[], N> = N extends number
  ? number extends N
    ? A[0]
    : A[N]
  : N extends readonly number[]
    ? { [K in keyof N]: N[K] extends number ? A[N[K]] : never }
    : A[0];

type Argnums<O> = O extends { readonly argnums: infer N } ? N : 0;
type HasAux<O> = O extends { readonly hasAux: true } ? true : false;

/**
 * The gradient of a scalar function, as a function of the same arguments. With `hasAux` it returns `[gradient, aux]`.
 * As `jax.grad`.
 *
 * @throws ShapeError if the result is no scalar; DTypeError for integer inputs or results; TreeError
 */
export function grad<A extends unknown[], R, const O extends GradOptions = Record<never, never>>(
  f: (...args: A) => R,
  options?: O,
): (
  ...args: A
) => HasAux<O> extends true
  ? [GradOf<A, Argnums<O>>, R extends readonly [unknown, infer X] ? X : never]
  : GradOf<A, Argnums<O>> {
  const both = valueAndGradOf(f as AnyFunction, options ?? {}, "grad");
  const gradient = (...args: A) => {
    const { value, grads } = both(...args);
    const [loss, aux] = options?.hasAux ? (value as [unknown, unknown]) : [value, undefined];
    // Nobody else has seen the loss.
    if (loss instanceof ArrayTensor) loss.dispose();
    return options?.hasAux ? [grads, aux] : grads;
  };
  return named(gradient, f) as never;
}

/** `[value, gradient]`, or `[[value, aux], gradient]` with `hasAux`. As `jax.value_and_grad`. */
export function valueAndGrad<A extends unknown[], R, const O extends GradOptions = Record<never, never>>(
  f: (...args: A) => R,
  options?: O,
): (...args: A) => [R, GradOf<A, Argnums<O>>] {
  const both = valueAndGradOf(f as AnyFunction, options ?? {}, "valueAndGrad");
  const pair = (...args: A) => {
    const { value, grads } = both(...args);
    return [value, grads];
  };
  return named(pair, f) as never;
}

/** Like the primals; null where these are integers or booleans, which have no derivative. */
export type Tangents<T> = MapTree<T, TensorLike | null>;

type TangentsOf<A extends readonly unknown[]> = { [K in keyof A]: Tangents<A[K]> };

/**
 * `[f(...primals), its directional derivative along tangents]`. With `hasAux`, where `f` returns `[out, aux]`,
 * `[out, tangent of out, aux]`. As `jax.jvp`.
 *
 * Integers and booleans have no derivative (float0 in JAX): their tangent is null, or zeros of their type that are known,
 * and where a result is one, its tangent is zeros of its type.
 *
 * @throws TreeError, ShapeError, DTypeError naming the tangent that does not fit its primal
 */
export function jvp<A extends unknown[], R, X>(
  f: (...args: A) => readonly [R, X],
  primals: A,
  tangents: { readonly [K in keyof A]: Tangents<A[K]> },
  options: { readonly hasAux: true },
): [R, R, X];
export function jvp<A extends unknown[], R>(
  f: (...args: A) => R,
  primals: A,
  tangents: { readonly [K in keyof A]: Tangents<A[K]> },
  options?: { readonly hasAux?: false },
): [R, R];
export function jvp(
  f: AnyFunction,
  primals: readonly unknown[],
  tangents: readonly unknown[],
  options: { readonly hasAux?: boolean } = {},
): unknown {
  return jvpOf(f, primals, tangents, options.hasAux ?? false);
}

export interface Vjp {
  /**
   * `[f(...primals), pull]`, where `pull(cotangent)` gives the cotangents of all primals. `pull` holds residuals on
   * devices until it is disposed. As `jax.vjp`.
   *
   * The cotangent of an integer or boolean result is null, or a tensor of its type, which is not read; the cotangent of
   * such a primal is zeros of its type. `pull` throws TreeError, ShapeError, DTypeError naming what does not fit.
   */
  <A extends unknown[], R>(f: (...args: A) => R, ...primals: A): [R, ((cotangent: Tangents<R>) => A) & Residual];
  /**
   * `[out, pull, aux]` of a function that returns `[out, aux]`; no derivative goes through aux. As `jax.vjp` with
   * `has_aux=True`. @throws TreeError for another result
   */
  hasAux<A extends unknown[], R, X>(
    f: (...args: A) => readonly [R, X],
    ...primals: A
  ): [R, ((cotangent: Tangents<R>) => A) & Residual, X];
}
const pullback =
  (hasAux: boolean) =>
  (f: AnyFunction, ...primals: unknown[]) =>
    vjpOf(f, primals, hasAux);
export const vjp: Vjp = Object.assign(pullback(false), { hasAux: pullback(true) }) as unknown as Vjp;

export interface Linearize {
  /**
   * `[f(...primals), push]`, where `push(...tangents)` is the derivative there, computed once; tangents are those of
   * `jvp`. `push` holds residuals on devices until it is disposed. As `jax.linearize`.
   */
  <A extends unknown[], R>(f: (...args: A) => R, ...primals: A): [R, ((...tangents: TangentsOf<A>) => R) & Residual];
  /**
   * `[out, push, aux]` of a function that returns `[out, aux]`; no derivative goes through aux. As `jax.linearize` with
   * `has_aux=True`. @throws TreeError for another result
   */
  hasAux<A extends unknown[], R, X>(
    f: (...args: A) => readonly [R, X],
    ...primals: A
  ): [R, ((...tangents: TangentsOf<A>) => R) & Residual, X];
}
const pushforward =
  (hasAux: boolean) =>
  (f: AnyFunction, ...primals: unknown[]) =>
    linearizeOf(f, primals, hasAux);
export const linearize: Linearize = Object.assign(pushforward(false), {
  hasAux: pushforward(true),
}) as unknown as Linearize;

/**
 * The transpose of a function that is linear in all its arguments, floats to floats or integers to integers. As
 * `jax.linear_transpose`.
 *
 * @throws NonDifferentiableError if it is not linear; DTypeError if it mixes integers and floats
 */
export function linearTranspose<A extends unknown[], R>(
  f: (...args: A) => R,
  ...primals: readonly unknown[]
): (cotangent: R) => A {
  return linearTransposeOf(f as AnyFunction, primals) as (cotangent: R) => A;
}
