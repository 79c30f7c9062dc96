// jit and its stages, as users see them.
import type { Lowered, Traced } from "../compile/aot.ts";
import type { Compiled } from "../compile/compiled.ts";
import { JitFunction } from "../compile/jit.ts";
import type { JitOptions } from "../compile/jit-options.ts";
import type { AnyFunction } from "../compile/stage.ts";
import type { ShapeDtypeStruct } from "../core/struct.ts";
import type { MapTree, TensorSpec } from "./types.ts";

export type { Compiled, JitOptions, Lowered, Traced };

/** Arguments of a traced, lowered or evaluated function: its own, with shapes allowed for tensors. */
export type SpecArguments<A extends readonly unknown[]> = { [K in keyof A]: MapTree<A[K], TensorSpec> };

export interface Jitted<A extends unknown[], R> {
  (...args: A): R;
  /** Traces without lowering; arguments may be `ShapeDtypeStruct`s. */
  trace(...args: SpecArguments<A>): Traced;
  /** Traces and lowers to StableHLO. */
  lower(...args: SpecArguments<A>): Lowered;
  /** Shapes and dtypes of the result; no arithmetic is done. */
  evalShape(...args: SpecArguments<A>): MapTree<R, ShapeDtypeStruct>;
  /** Forgets all traces and compiled programs. */
  clearCache(): void;
  /** Compiled programs kept. */
  cacheSize(): number;
}

/**
 * Compiles `f` with XLA, once for each kind of arguments: tree structure, shapes, dtypes, weak types, placement and
 * static values. The function must be pure: it runs once to be traced. As `jax.jit`.
 *
 * @throws TreeError, ShapeError, DTypeError, ShardingError, DonationError, PjrtError
 */
export function jit<A extends unknown[], R>(f: (...args: A) => R, options: JitOptions = {}): Jitted<A, R> {
  const jitted = new JitFunction(f as AnyFunction, options);
  const call = (...args: unknown[]) => jitted.call(args);
  Object.defineProperty(call, "name", { value: jitted.name });
  return Object.assign(call, {
    trace: (...args: unknown[]) => jitted.trace(args),
    lower: (...args: unknown[]) => jitted.trace(args).lower(),
    evalShape: (...args: unknown[]) => jitted.trace(args).outAvals,
    clearCache: () => jitted.clearCache(),
    cacheSize: () => jitted.cacheSize(),
  }) as unknown as Jitted<A, R>;
}

/** The printed program of `f` at these arguments. As `jax.make_jaxpr`. */
export function makeJaxpr<A extends unknown[], R>(
  f: (...args: A) => R,
  options: Pick<JitOptions, "staticArgnums"> = {},
): (...args: SpecArguments<A>) => string {
  return (...args) => new JitFunction(f as AnyFunction, options).trace(args).jaxpr;
}

/** Shapes and dtypes of `f`'s result; no arithmetic is done. As `jax.eval_shape`. */
export function evalShape<A extends unknown[], R>(
  f: (...args: A) => R,
  ...args: SpecArguments<A>
): MapTree<R, ShapeDtypeStruct> {
  if ("evalShape" in f) return (f as unknown as Jitted<A, R>).evalShape(...args);
  return new JitFunction(f as AnyFunction, {}).trace(args).outAvals as MapTree<R, ShapeDtypeStruct>;
}
