// lax: code by platform, values of traces, exchanges made of other collectives.
import { ConfigError, ShapeError, ShardingError } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import { stage as staged } from "../core/trace.ts";
import { eq, select } from "../ops/compare.ts";
import { zeroOf } from "../ops/literal.ts";
import { platformIndex } from "../ops/platform.ts";
import { type AxisName, allToAll, axisIndex, axisSize, type GroupOptions, psum, pvary } from "./collectives.ts";
import { switch_ } from "./loops.ts";
import { settle, tensorOf } from "./promote.ts";
import { map } from "./tree.ts";
import type { Tensors } from "./trees.ts";
import type { TensorLike } from "./types.ts";

/** For each platform the code that runs there; `default` on any other. */
export interface PlatformBranches<F> {
  readonly cpu?: F;
  readonly cuda?: F;
  readonly default?: F;
}

/**
 * `branches[platform](...operands)` of the platform that the program is lowered for, or `branches.default`. All are
 * traced, and must give results of one structure. As `jax.lax.platform_dependent`, whose keywords are the last argument.
 * @throws ConfigError if no code is there for the platform; TreeError, ShapeError, DTypeError as `lax.switch`
 */
export function platformDependent<O extends unknown[], R>(
  ...given: [...operands: O, branches: PlatformBranches<(...operands: { [K in keyof O]: Tensors<O[K]> }) => R>]
): Tensors<R> {
  const operands = given.slice(0, -1) as O;
  const branches = given.at(-1) as PlatformBranches<(...operands: { [K in keyof O]: Tensors<O[K]> }) => R>;
  const entries = Object.entries(branches).filter(([, f]) => typeof f === "function");
  if (entries.length === 0)
    throw new ConfigError("platformDependent: got no code, expected some for cpu, cuda or default.");
  const names = entries.map(([name]) => (name === "default" ? "" : name));
  return switch_(
    platformIndex(names),
    entries.map(([, f]) => f),
    ...operands,
  );
}

/** The value in the trace around it, or as a tensor outside. As `jax.lax.stage`. */
export const stage = (x: TensorLike): Tensor => settle(staged(tensorOf(x, "stage")));

/**
 * Exchanges the named axis with dimension `axis`, which is as long as the axis has positions. As `jax.lax.pswapaxes`.
 * @throws UnboundAxisError, ShapeError
 */
export const pswapaxes = <T>(x: T, axisName: AxisName, axis: number, options: GroupOptions = {}): Tensors<T> =>
  allToAll(x, axisName, axis, axis, options);

/** The values of position `source`, on all positions. As `jax.lax.pbroadcast`. @throws UnboundAxisError, ShapeError */
export function pbroadcast<T>(x: T, axisName: AxisName, source: number): Tensors<T> {
  const size = axisSize(axisName);
  if (!Number.isInteger(source) || source < 0 || source >= size)
    throw new ShapeError(`pbroadcast: got source ${source}, expected a position from 0 to ${size - 1}.`);
  const here = eq(axisIndex(axisName), source);
  const masked = map((leaf: unknown) => {
    const t = tensorOf(leaf as TensorLike, "pbroadcast");
    return select(here, t, zeroOf(t.dtype));
  }, x);
  return psum(masked, axisName) as Tensors<T>;
}

/**
 * The same value, said to differ between the positions of the axis: `pvary`. As `jax.lax.pcast`, whose other kinds belong
 * to shardings that are part of types.
 * @throws ShardingError for another kind; UnboundAxisError
 */
export function pcast<T>(x: T, axisName: AxisName, options: { readonly to: "varying" }): Tensors<T> {
  if (options.to !== "varying") throw new ShardingError(`pcast: got to "${String(options.to)}", expected "varying".`);
  return pvary(x, axisName);
}
