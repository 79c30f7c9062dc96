// Calls of JavaScript functions from compiled programs.
import type { AnyFunction } from "../compile/stage.ts";
import { ConfigError } from "../core/errors.ts";
import type { ShapeDtypeStruct } from "../core/struct.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind } from "../core/trace.ts";
import { callbackOp, type VmapMethod } from "../ops/callback.ts";
import { callHost } from "./host-function.ts";
import type { Nested } from "./np/create.ts";
import type { Like, Tensors } from "./trees.ts";
import type { TensorLike } from "./types.ts";

export { effectsBarrier } from "../compile/pending.ts";
export type { VmapMethod };

export interface PureCallbackOptions {
  /** What vmap makes of the callback; without one, vmap is refused. */
  readonly vmapMethod?: VmapMethod | undefined;
}

export interface IoCallbackOptions {
  /** Calls keep the order of the program, also in loops and between programs. One device only; no vmap. */
  readonly ordered?: boolean | undefined;
}

/** Tensors in the tree of their shapes. */
export type Shaped<S> = S extends ShapeDtypeStruct | Tensor
  ? Tensor
  : S extends null
    ? null
    : S extends readonly unknown[]
      ? { -readonly [K in keyof S]: Shaped<S[K]> }
      : S extends object
        ? { -readonly [K in keyof S]: Shaped<S[K]> }
        : never;

/** What a callback may return for results of these shapes. */
export type Returned<S> = S extends ShapeDtypeStruct | Tensor ? TensorLike | Nested : Like<Shaped<S>>;

/** Arguments of a callback, then perhaps its options. */
type Arguments<A extends readonly unknown[], O> = readonly [...A] | readonly [...A, O];

const methods: readonly string[] = [
  "sequential",
  "sequential_unrolled",
  "expand_dims",
  "broadcast_all",
] satisfies VmapMethod[];

/** Takes a trailing plain object with no other keys than `names` off the arguments. */
function splitOptions(args: readonly unknown[], name: string): { args: readonly unknown[]; value: unknown } {
  const last = args.at(-1);
  const plain = typeof last === "object" && last !== null && Object.getPrototypeOf(last) === Object.prototype;
  const keys = plain ? Object.keys(last) : [];
  if (keys.length !== 1 || keys[0] !== name) return { args, value: undefined };
  return { args: args.slice(0, -1), value: (last as Record<string, unknown>)[name] };
}

/**
 * Calls `f(...args)` on the host while the program runs; `f` gets concrete tensors and returns what `resultShapes` (a
 * tree of `ShapeDtypeStruct`s or tensors) says: typed arrays, numbers or tensors, or nested arrays for a single result. It must be pure: it is not called when
 * nobody uses its results, and may be called more than once. Outside jit it is called at once. A trailing
 * `{ vmapMethod }` says what vmap does. As `jax.pure_callback`.
 *
 * A program's callback computes with plain JavaScript (`x.tolist()`, `x.item()`, `x.bits()`): tensor operations inside it
 * would wait for the program itself, and throw. The tensors that `f` gets are freed when it returns. Results of a program with callbacks are read with `await`.
 *
 * @throws NonDifferentiableError when differentiated; ShapeError, TreeError and whatever `f` throws, where the results
 * are read
 */
export function pureCallback<const A extends readonly unknown[], S>(
  f: (...args: { -readonly [K in keyof A]: Tensors<A[K]> }) => Returned<NoInfer<S>>,
  resultShapes: S,
  ...rest: Arguments<A, PureCallbackOptions>
): Shaped<S> {
  const { args, value } = splitOptions(rest, "vmapMethod");
  if (value !== undefined && !methods.includes(value as string))
    throw new ConfigError(`pureCallback: vmapMethod is ${String(value)}, expected one of ${methods.join(", ")}.`);
  const vmapMethod = (value ?? null) as VmapMethod | null;
  return callHost({
    name: `pureCallback(${f.name || "f"})`,
    f: f as unknown as AnyFunction,
    args,
    resultShapes,
    eager: false,
    record: (callback, operands, results) =>
      bind(callbackOp, operands, { kind: "pure", ordered: false, callback, results, vmapMethod, loops: [] }),
  }) as Shaped<S>;
}

/**
 * As `pureCallback`, for functions with effects: it is called exactly once for each time the program gets there, whether
 * its results are used or not. `resultShapes` is null when there are none. A trailing `{ ordered: true }` keeps the calls
 * in the order of the program. Under vmap it is called once for each example. As `jax.experimental.io_callback`.
 *
 * @throws NonDifferentiableError when differentiated; JortsError for an ordered one under vmap; ShapeError, TreeError and
 * whatever `f` throws, where the results are read
 */
export function ioCallback<const A extends readonly unknown[], S>(
  f: (...args: { -readonly [K in keyof A]: Tensors<A[K]> }) => NoInfer<S> extends null ? unknown : Returned<NoInfer<S>>,
  resultShapes: S,
  ...rest: Arguments<A, IoCallbackOptions>
): Shaped<S> {
  const { args, value } = splitOptions(rest, "ordered");
  if (value !== undefined && typeof value !== "boolean")
    throw new ConfigError(`ioCallback: ordered is ${String(value)}, expected true or false.`);
  const ordered = value === true;
  return callHost({
    name: `ioCallback(${f.name || "f"})`,
    f: f as unknown as AnyFunction,
    args,
    resultShapes,
    eager: false,
    record: (callback, operands, results) =>
      bind(callbackOp, operands, { kind: "io", ordered, callback, results, vmapMethod: null, loops: [] }),
  }) as Shaped<S>;
}
