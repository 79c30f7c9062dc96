// vmap: a function of one example becomes a function of many.

import { leafValue } from "../compile/leaves.ts";
import { meshOf } from "../compile/meshes.ts";
import { type AnyFunction, flattenResult } from "../compile/stage.ts";
import { longAval, withShape } from "../core/aval.ts";
import { ShapeError, TreeError } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import { traceGraph } from "../core/trace.ts";
import { broadcastPrefix, leafPaths, type TreeDef, unflatten } from "../core/tree.ts";
import { batchAt, removeDim } from "../ops/batching.ts";
import { batchWalk } from "../transforms/batch.ts";
import { flattenValues } from "./bodies.ts";
import { concrete, runTogether } from "./function-graph.ts";
import { named } from "./named.ts";

export interface VmapOptions {
  /** A tree prefix of the argument list: the axis of each leaf to map over, negative from the end, null for none. */
  readonly inAxes?: unknown;
  /** A tree prefix of the result: where each leaf's mapped axis goes; null for a leaf that does not depend on it. */
  readonly outAxes?: unknown;
  /** Lets collectives name the mapped axis. */
  readonly axisName?: string;
  /** Size of the mapped axis; needed when no argument is mapped. */
  readonly axisSize?: number;
  /** The mesh axis that the mapped axis is split over, for sharding constraints inside. */
  readonly spmdAxisName?: string;
}

type Axis = number | null;
const isAxis = (value: unknown): value is Axis => value === null || typeof value === "number";

/**
 * Maps `f` over an axis of its arguments; the axis is one more dimension of every operation. As `jax.vmap`.
 *
 * @throws ShapeError if mapped axes differ in size, naming the arguments; TreeError for axes that do not fit
 */
export function vmap<A extends unknown[], R>(f: (...args: A) => R, options: VmapOptions = {}): (...args: A) => R {
  const name = f.name || "f";
  const mapped = (...args: A): R => mapCall(f as AnyFunction, name, options, args) as R;
  return named(mapped, f);
}

function mapCall(f: AnyFunction, name: string, options: VmapOptions, args: readonly unknown[]): unknown {
  const what = `vmap(${name})`;
  const { inAxes = 0, outAxes = 0, axisName, spmdAxisName } = options;
  if (Array.isArray(inAxes) && inAxes.length !== args.length)
    throw new TreeError(`${what}: inAxes has ${inAxes.length} entries for ${args.length} arguments.`);
  const { values, def, paths, free } = flattenValues(args, "args");
  const axes = axesOf(what, "inAxes", inAxes, def).map((axis, i) => axisIn(what, paths[i]!, values[i]!, axis));
  const size = mappedSize(what, values, axes, paths, options.axisSize);
  const chosen = axes.flatMap((axis, i) => (axis === null ? [] : [i]));
  let outDef: TreeDef | undefined;
  const { graph, captures } = traceGraph(
    name,
    (...inputs) => {
      let next = 0;
      const leaves = values.map((v, i) => (axes[i] === null ? v : inputs[next++]!));
      const flat = flattenResult(f(...(unflatten(def, leaves) as unknown[])), name);
      outDef = flat.def;
      return flat.leaves.map((leaf) => leafValue(leaf, "the result"));
    },
    chosen.map((i) => withShape(values[i]!.aval, removeDim(values[i]!.shape, axes[i]!))),
    {
      what,
      // What collectives over the axis are recorded for does not show in their operands.
      ambient: axisName !== undefined,
      user: true,
      transparent: true,
      meshes: chosen.map((i) => meshOf(values[i])),
      inputNames: (i) => paths[chosen[i]!]!,
      ...(axisName !== undefined ? { axes: [{ name: axisName, size }] } : {}),
    },
  );
  const outPaths = leafPaths(outDef!, "result");
  const targets = axesOf(what, "outAxes", outAxes, outDef!);
  const dims = [...captures.map(() => null), ...chosen.map((i) => axes[i]!)];
  const results = runTogether(
    name,
    (...inputs) => {
      const [outs, found] = batchWalk(graph, inputs, dims, { size, axisName, spmdAxisName });
      return outs.map((out, i) => {
        const from = found[i] ?? null;
        const target = targets[i]!;
        if (target !== null)
          return batchAt(out, from, axisOut(what, outPaths[i]!, graph.outputs[i]!.aval.shape, target), size);
        if (from === null) return out;
        throw new ShapeError(
          `${what}: outAxes is null for ${outPaths[i]} (${longAval(graph.outputs[i]!.aval)}), but it depends on a mapped argument. ` +
            "Give it an axis.",
        );
      });
    },
    [...captures, ...chosen.map((i) => values[i]!)],
  );
  free(results);
  return unflatten(outDef!, results.map(concrete));
}

const axesOf = (what: string, option: string, axes: unknown, def: TreeDef): Axis[] =>
  broadcastPrefix(axes, def, isAxis, `${what}: ${option}`, `${what}: ${option}`);

function axisIn(what: string, path: string, x: Tensor, axis: Axis): Axis {
  if (axis === null) return null;
  const at = axis < 0 ? axis + x.ndim : axis;
  if (!Number.isInteger(at) || at < 0 || at >= x.ndim)
    throw new ShapeError(
      `${what}: ${path} is ${longAval(x.aval)}, which has no axis ${axis} to map over. Choose another in inAxes, or null.`,
    );
  return at;
}

function axisOut(what: string, path: string, shape: readonly number[], axis: number): number {
  const rank = shape.length + 1;
  const at = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(at) || at < 0 || at >= rank)
    throw new ShapeError(`${what}: outAxes asks for axis ${axis} of ${path}, which has ${rank} with the mapped one.`);
  return at;
}

function mappedSize(
  what: string,
  values: readonly Tensor[],
  axes: readonly Axis[],
  paths: readonly string[],
  given: number | undefined,
): number {
  const sizes = new Map<number, string[]>();
  values.forEach((x, i) => {
    const axis = axes[i] ?? null;
    if (axis === null) return;
    const n = x.shape[axis]!;
    const at = `${paths[i]} (${longAval(x.aval)}, axis ${axis})`;
    sizes.set(n, [...(sizes.get(n) ?? []), at]);
  });
  if (given !== undefined) sizes.set(given, ["axisSize", ...(sizes.get(given) ?? [])]);
  if (sizes.size === 0)
    throw new ShapeError(`${what}: no argument is mapped. Give one an axis in inAxes, or say axisSize.`);
  if (sizes.size > 1) {
    const list = [...sizes].map(([n, where]) => `${n} in ${where.slice(0, 3).join(", ")}`);
    throw new ShapeError(`${what}: mapped axes must have one size, got ${list.join("; ")}.`);
  }
  return [...sizes.keys()][0]!;
}
