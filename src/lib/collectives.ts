// lax: collectives over named axes of vmap and shardMap.
import { boundAxis, type NamedAxis } from "../core/axes.ts";
import { isFloat } from "../core/dtype.ts";
import { ShapeError, ShardingError } from "../core/errors.ts";
import { Literal, type Tensor } from "../core/tensor.ts";
import { bind1 } from "../core/trace.ts";
import { flatten, unflatten } from "../core/tree.ts";
import { moveDim } from "../ops/batching.ts";
import { add, div, mul } from "../ops/binary.ts";
import * as ops from "../ops/collective.ts";
import * as exchange from "../ops/exchange.ts";
import { like } from "../ops/literal.ts";
import type { IndexGroups } from "../ops/replica-groups.ts";
import { squeeze } from "../ops/shape.ts";
import { convert } from "../ops/unary.ts";
import { axisOf } from "./np/axes.ts";
import { settle, tensorOf } from "./promote.ts";
import type { Tensors } from "./trees.ts";
import type { TensorLike } from "./types.ts";

/** One named axis, or several taken together, the first the slowest. */
export type AxisName = string | readonly string[];

export interface GroupOptions {
  /** Lists of positions along the axis that take part apart from each other. Not over axes of vmap. */
  readonly axisIndexGroups?: readonly (readonly number[])[];
}

/** The bound axes of these names. @throws UnboundAxisError; ShapeError for one name twice */
function axesOf(user: string, names: AxisName): NamedAxis[] {
  const list = typeof names === "string" ? [names] : names;
  if (new Set(list).size !== list.length)
    throw new ShapeError(`${user}: got the axes ${list.join(", ")}, expected different ones.`);
  return list.map((n) => boundAxis(user, n));
}

const sizeOf = (axes: readonly NamedAxis[]): number => axes.reduce((n, a) => n * a.size, 1);
const isChecked = ({ checked = false }: NamedAxis): boolean => checked;

/** @throws ShapeError unless the groups hold every position once */
function groupsOf(user: string, axes: readonly NamedAxis[], given: IndexGroups | undefined): IndexGroups | null {
  if (given === undefined) return null;
  const size = sizeOf(axes);
  const flat = given.flat();
  const all = flat.length === size && new Set(flat).size === size && flat.every((i) => i >= 0 && i < size);
  if (!all || axes.some((a) => a.mesh === undefined))
    throw new ShapeError(
      `${user}: got axisIndexGroups [${given.map((g) => `[${g}]`).join(", ")}] over ${size} positions of ` +
        `${axes.map((a) => a.name).join(", ")}; expected every position once, and an axis of shardMap.`,
    );
  return given;
}

const unequal = (user: string, groups: IndexGroups): ShapeError =>
  new ShapeError(
    `${user}: got axisIndexGroups of sizes ${groups.map((g) => g.length).join(", ")}, expected equal ones.`,
  );

function onTree<T>(user: string, tree: T, f: (x: Tensor) => Tensor): Tensors<T> {
  const { leaves, def } = flatten(tree, "x");
  return unflatten(
    def,
    leaves.map((leaf) => settle(f(tensorOf(leaf as TensorLike, user)))),
  ) as Tensors<T>;
}

function reducing(user: string, op: ops.ReduceCollective, fold: (x: Tensor, size: number) => Tensor | null) {
  return <T>(x: T, axisName: AxisName, options: GroupOptions = {}): Tensors<T> => {
    const axes = axesOf(user, axisName);
    const groups = groupsOf(user, axes, options.axisIndexGroups);
    if (groups !== null && axes.some(isChecked))
      throw new ShardingError(
        `${user}: axisIndexGroups give results that differ along the axis, which shardMap with checkVma does not track. ` +
          "Pass checkVma: false, or split the mesh axis in two.",
      );
    // Axes whose variation is tracked have another transpose, so they are an operation of their own.
    const kinds = [axes.filter((a) => !isChecked(a)), axes.filter(isChecked)];
    return onTree(user, x, (leaf) => {
      const folded = groups === null ? fold(leaf, sizeOf(axes)) : null;
      if (folded !== null) return folded;
      const operand = leaf.dtype === "bool" && op === ops.psumOp ? convert(leaf, "int32") : leaf;
      return kinds.reduce(
        (y, kind, i) =>
          kind.length === 0 ? y : bind1(op, [y], { axes: kind.map((a) => a.name), checked: i === 1, groups }),
        operand,
      );
    });
  };
}

/** A constant is the same at all positions, so its sum is known. */
const constantSum = (x: Tensor, size: number): Tensor | null =>
  x instanceof Literal && x.dtype !== "bool"
    ? mul(x, like(x, typeof x.value === "bigint" ? BigInt(size) : size))
    : null;
const constant = (x: Tensor): Tensor | null => (x instanceof Literal ? x : null);

/**
 * The sum of each leaf over all positions of the axis, on all of them; booleans count. As `jax.lax.psum`.
 *
 * @throws UnboundAxisError, DTypeError, ShapeError
 */
export const psum = reducing("psum", ops.psumOp, constantSum);
/** The largest value at each place over all positions of the axis. It has no derivative. As `jax.lax.pmax`. */
export const pmax = reducing("pmax", ops.pmaxOp, constant);
/** The smallest value at each place over all positions of the axis. It has no derivative. As `jax.lax.pmin`. */
export const pmin = reducing("pmin", ops.pminOp, constant);

/** The mean of each leaf over all positions of the axis; of integers in float32. As `jax.lax.pmean`. */
export function pmean<T>(x: T, axisName: AxisName, options: GroupOptions = {}): Tensors<T> {
  const groups = options.axisIndexGroups;
  if (groups?.some((g) => g.length !== groups[0]!.length)) throw unequal("pmean", groups);
  const size = groups?.[0]?.length ?? axisSize(axisName);
  return onTree("pmean", psum(x, axisName, options) as T, (total) => {
    const float = isFloat(total.dtype) ? total : convert(total, "float32");
    return div(float, like(float, size));
  });
}

/** Parameters of the steps that make up a collective over these axes, the first axis first. */
function steps(user: string, axisName: AxisName, options: GroupOptions) {
  const axes = axesOf(user, axisName);
  const groups = groupsOf(user, axes, options.axisIndexGroups);
  if (groups?.some((g) => g.length !== groups[0]!.length)) throw unequal(user, groups);
  const together = (list: readonly NamedAxis[]) => ({
    axes: list.map((a) => a.name),
    checked: list.some(isChecked),
    groups,
    size: groups === null ? sizeOf(list) : groups[0]!.length,
  });
  // One operation for axes of a mesh; vmap takes its axis alone.
  const alike = axes.every((a) => a.mesh !== undefined && isChecked(a) === isChecked(axes[0]!));
  return alike ? [together(axes)] : axes.map((a) => together([a]));
}

export interface AllGatherOptions extends GroupOptions {
  /** Where the positions come to stand: a new dimension, or with `tiled` an existing one. */
  readonly axis?: number;
  /** Joins along `axis` instead of stacking. */
  readonly tiled?: boolean;
}

/**
 * The values of all positions of the axis, on all of them: shape `[..., positions, ...]`. As `jax.lax.all_gather`.
 *
 * @throws UnboundAxisError, ShapeError
 */
export function allGather<T>(x: T, axisName: AxisName, options: AllGatherOptions = {}): Tensors<T> {
  const { axis = 0, tiled = false } = options;
  const all = steps("allGather", axisName, options);
  return onTree("allGather", x, (leaf) => {
    const dim = axisOf("allGather", axis, leaf.ndim + (tiled ? 0 : 1));
    return all.reduceRight(
      (y, step, i) => exchange.allGather(y, { ...step, dim, tiled: tiled || i < all.length - 1 }),
      leaf,
    );
  });
}

export interface ScatterOptions extends GroupOptions {
  readonly scatterDimension?: number;
  /** Each position keeps a piece of the dimension; else the dimension has one element for each, and goes. */
  readonly tiled?: boolean;
}

/**
 * The sum over all positions of the axis, each position keeping its own piece along `scatterDimension`. As
 * `jax.lax.psum_scatter`.
 *
 * @throws UnboundAxisError; ShapeError if the dimension does not divide by the positions
 */
export function psumScatter<T>(x: T, axisName: AxisName, options: ScatterOptions = {}): Tensors<T> {
  const { scatterDimension = 0, tiled = false } = options;
  const all = steps("psumScatter", axisName, options);
  return onTree("psumScatter", x, (leaf) => {
    const dim = axisOf("psumScatter", scatterDimension, leaf.ndim);
    if (all.length === 1) return exchange.reduceScatter(leaf, { ...all[0]!, dim, tiled });
    const count = all.reduce((n, s) => n * s.size, 1);
    if (!tiled && leaf.shape[dim] !== count)
      throw new ShapeError(
        `psumScatter: got size ${leaf.shape[dim]} along dimension ${dim}, expected ${count}, the number of positions.`,
      );
    const piece = all.reduce((y, step) => exchange.reduceScatter(y, { ...step, dim, tiled: true }), leaf);
    return tiled ? piece : squeeze(piece, [dim]);
  });
}

export interface AllToAllOptions extends GroupOptions {
  /** Pieces are joined along `concatAxis` instead of stacked. */
  readonly tiled?: boolean;
}

/**
 * Splits along `splitAxis`, sends piece k to position k, and puts together what came along `concatAxis`. As
 * `jax.lax.all_to_all`.
 *
 * @throws UnboundAxisError; ShapeError if the dimension does not divide by the positions
 */
export function allToAll<T>(
  x: T,
  axisName: AxisName,
  splitAxis: number,
  concatAxis: number,
  options: AllToAllOptions = {},
): Tensors<T> {
  const all = steps("allToAll", axisName, options);
  const count = all.reduce((n, s) => n * s.size, 1);
  return onTree("allToAll", x, (leaf) => {
    const from = axisOf("allToAll", splitAxis, leaf.ndim);
    const to = axisOf("allToAll", concatAxis, leaf.ndim);
    if (options.tiled) return exchange.allToAll(leaf, from, to, all);
    if (leaf.shape[from] !== count)
      throw new ShapeError(
        `allToAll: got size ${leaf.shape[from]} along dimension ${from}, expected ${count}, the number of positions. For ` +
          "larger pieces, use tiled.",
      );
    return exchange.allToAll(moveDim(leaf, from, to), to, to, all);
  });
}

/**
 * Sends the values of position `from` to position `to` for each pair `[from, to]`; a position that nothing is sent to
 * gets zeros. As `jax.lax.ppermute`.
 *
 * @throws UnboundAxisError; ShapeError if a position occurs twice on a side
 */
export function ppermute<T>(x: T, axisName: AxisName, permutation: readonly (readonly [number, number])[]): Tensors<T> {
  const [step, ...more] = steps("ppermute", axisName, {});
  if (step === undefined || more.length > 0)
    throw new ShapeError(`ppermute: got several axes, one of them of vmap; expected one axis, or axes of one mesh.`);
  return onTree("ppermute", x, (leaf) => bind1(exchange.ppermuteOp, [leaf], { ...step, permutation }));
}

/** Position i gets the values of position `permutation[i]`. As `jax.lax.pshuffle`. */
export function pshuffle<T>(x: T, axisName: AxisName, permutation: readonly number[]): Tensors<T> {
  const size = axisSize(axisName);
  const wanted = [...permutation].sort((a, b) => a - b);
  if (wanted.length !== size || wanted.some((p, i) => p !== i))
    throw new ShapeError(`pshuffle: got [${permutation}], expected a permutation of the ${size} positions.`);
  return ppermute(
    x,
    axisName,
    permutation.map((from, to) => [from, to] as const),
  );
}

/** The position along the axis: int32; of several axes the first is the slowest. As `jax.lax.axis_index`. */
export function axisIndex(axisName: AxisName): Tensor {
  const [first, ...rest] = axesOf("axisIndex", axisName);
  if (first === undefined) throw new ShapeError("axisIndex: got no axis, expected at least one.");
  return rest.reduce((at, axis) => {
    const scaled = mul(at, like(at, axis.size));
    return add(scaled, ops.axisIndex(axis));
  }, ops.axisIndex(first));
}

/** The number of positions along the axis. As `jax.lax.axis_size`. */
export const axisSize = (axisName: AxisName): number => sizeOf(axesOf("axisSize", axisName));

/**
 * Says that a value that is the same on all devices may differ along these axes of a checked shardMap, so that a gradient
 * by it is each device's own. Nothing moves. As `jax.lax.pcast(x, axisName, to="varying")`.
 */
export function pvary<T>(x: T, axisName: AxisName): Tensors<T> {
  const axes = axesOf("pvary", axisName);
  if (axes.some((a) => a.mesh === undefined))
    throw new ShardingError("pvary: got an axis of vmap, expected axes of shardMap.");
  const names = axes.filter(isChecked).map((a) => a.name);
  return onTree("pvary", x, (leaf) => ops.pvary(leaf, names));
}
