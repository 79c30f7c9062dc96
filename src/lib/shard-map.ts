// shardMap: a function of pieces becomes a function of whole values over a mesh.

import type { AnyFunction } from "../compile/stage.ts";
import { pieceAval, type ShardMapParams, specAxes, wholeAval } from "../control/shard-map.ts";
import { runShardMap } from "../control/shard-map-derivative.ts";
import { longAval } from "../core/aval.ts";
import { axisEnvironment, type NamedAxis } from "../core/axes.ts";
import { ShardingError, TreeError } from "../core/errors.ts";
import { type Mesh, NamedSharding, P, PartitionSpec } from "../core/mesh.ts";
import { broadcastPrefix, leafPaths, type TreeDef, unflatten } from "../core/tree.ts";
import { flattenValues, traceBody } from "./bodies.ts";
import { concrete } from "./function-graph.ts";
import { named } from "./named.ts";

export interface ShardMapOptions {
  readonly mesh: Mesh;
  /** A tree prefix of the argument list with a `P(…)` for each leaf: the mesh axes that each dimension is cut along. */
  readonly inSpecs: unknown;
  /** A tree prefix of the result: the mesh axes along which the pieces of each dimension are put together. */
  readonly outSpecs: unknown;
  /** The mesh axes that the function is written for; all by default. The compiler keeps the others. */
  readonly axisNames?: readonly string[];
  /**
   * Tracks which values differ along which axes. Then an output whose spec leaves out an axis must be the same along it,
   * and a gradient by what is the same on all devices is summed over them.
   */
  readonly checkVma?: boolean;
}

/**
 * Runs `f` once for each device of a mesh, on its pieces of the arguments; collectives (lax.psum and its kin) name the
 * mesh's axes. Outside jit it runs as one program. As `jax.shard_map`.
 *
 * @throws IndivisibleError if a dimension does not divide by its axes; ShardingError for unknown axes, specs longer than
 * the rank, or an output that may differ along an axis that its spec leaves out; TreeError for specs that fit no tree
 */
export function shardMap<A extends unknown[], R>(f: (...args: A) => R, options: ShardMapOptions): (...args: A) => R {
  const name = f.name || "f";
  const where = checkedOptions(name, options);
  const mapped = (...args: A): R => callShardMap(f as AnyFunction, name, options, where, args) as R;
  return named(mapped, f);
}

type Where = Pick<ShardMapParams, "mesh" | "manualAxes" | "checked">;

function checkedOptions(name: string, { mesh, axisNames, checkVma = true }: ShardMapOptions): Where {
  const manualAxes = axisNames ?? mesh.axisNames;
  for (const axis of manualAxes)
    if (!mesh.axisNames.includes(axis))
      throw new ShardingError(
        `shardMap(${name}): axisNames has "${axis}", expected axes of the mesh: ${mesh.axisNames.join(", ")}.`,
      );
  return { mesh, manualAxes: mesh.axisNames.filter((n) => manualAxes.includes(n)), checked: checkVma };
}

const isSpec = (value: unknown): value is PartitionSpec => value instanceof PartitionSpec;

/** The spec of each leaf of `def`. @throws ShardingError, TreeError */
function specsOf(what: string, specs: unknown, def: TreeDef, { mesh, manualAxes }: Where): PartitionSpec[] {
  if (specs === null || specs === undefined)
    throw new TreeError(
      `${what} is ${specs}, expected a P(…) or a tree of them. For values that are not cut, give P().`,
    );
  const found = broadcastPrefix(specs, def, isSpec, what);
  for (const spec of new Set(found)) {
    new NamedSharding(mesh, spec);
    const auto = specAxes(spec).find((axis) => !manualAxes.includes(axis));
    if (auto !== undefined)
      throw new ShardingError(
        `${what}: ${spec} names "${auto}", which axisNames (${manualAxes.join(", ")}) leaves to the compiler. Use ` +
          "withShardingConstraint for it, or add it to axisNames.",
      );
    if (spec.entries.some((_, d) => spec.isUnconstrained(d)))
      throw new ShardingError(`${what}: ${spec} leaves a dimension open, expected mesh axes or null.`);
  }
  return found;
}

/** @throws ShardingError inside a shardMap over another mesh or over the same axes */
function newAxes(name: string, { mesh, manualAxes, checked }: Where): NamedAxis[] {
  for (const outer of axisEnvironment()) {
    if (outer.mesh === undefined) continue;
    if (!outer.mesh.equals(mesh))
      throw new ShardingError(
        `shardMap(${name}): it stands inside a shardMap over ${outer.mesh}, but is over ${mesh}.`,
      );
    if (manualAxes.includes(outer.name))
      throw new ShardingError(
        `shardMap(${name}): "${outer.name}" is split by a shardMap around it already. Give other axes in axisNames.`,
      );
  }
  return manualAxes.map((axis) => ({ name: axis, size: mesh.size(axis), mesh, checked }));
}

function callShardMap(
  f: AnyFunction,
  name: string,
  options: ShardMapOptions,
  where: Where,
  args: readonly unknown[],
): unknown {
  const what = `shardMap(${name})`;
  const axes = newAxes(name, where);
  const { values, def, paths, free } = flattenValues(args, "args");
  if (Array.isArray(options.inSpecs) && options.inSpecs.length !== args.length)
    throw new TreeError(`${what}: inSpecs has ${options.inSpecs.length} entries for ${args.length} arguments.`);
  const inSpecs = specsOf(`${what}: inSpecs`, options.inSpecs, def, where);
  const avals = values.map((x, i) => {
    if (inSpecs[i]!.entries.length > x.ndim)
      throw new ShardingError(
        `${what}: inSpecs gives ${inSpecs[i]} of ${inSpecs[i]!.entries.length} entries for ${paths[i]}, a ${longAval(x.aval)} ` +
          `of ${x.ndim} dimensions. Shorten it${x.ndim === 0 ? " to P()" : ""}.`,
      );
    return pieceAval(x.aval, inSpecs[i]!, where, `${what}: ${paths[i]}`);
  });
  const body = traceBody({ f, what, def, avals, paths, axes });
  const outSpecs = specsOf(`${what}: outSpecs`, options.outSpecs, body.outDef, where);
  const outPaths = leafPaths(body.outDef, "result");
  body.graph.outputs.forEach((o, i) => {
    wholeAval(o.aval, outSpecs[i]!, where, `${what}: outSpecs of ${outPaths[i]}`);
  });
  const results = runShardMap(
    { ...where, graph: body.graph, inSpecs: [...body.captures.map(() => P()), ...inSpecs], outSpecs },
    [...body.captures, ...values],
  );
  free(results);
  return unflatten(body.outDef, results.map(concrete));
}
