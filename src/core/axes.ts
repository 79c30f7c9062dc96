// The axis environment: the names that collectives may use here, bound by vmap and shardMap around them.
import { UnboundAxisError } from "./errors.ts";
import type { Mesh } from "./mesh.ts";

/** A named axis: the mapped one of a vmap, or an axis of shardMap's mesh. */
export interface NamedAxis {
  readonly name: string;
  readonly size: number;
  /** For an axis of shardMap: its mesh. */
  readonly mesh?: Mesh;
  /** For an axis of shardMap: whether it is tracked what varies over it. */
  readonly checked?: boolean;
}

/** Innermost last; an inner name hides an outer one. */
export type AxisEnvironment = readonly NamedAxis[];

const empty: AxisEnvironment = Object.freeze([]);
let current = empty;

/** The axes bound where the program is being traced. */
export const axisEnvironment = (): AxisEnvironment => current;

/** Binds more axes; returns the environment before, for `restoreAxes`. Traces do this when they open and close. */
export function bindAxes(axes: AxisEnvironment | undefined): AxisEnvironment {
  const outer = current;
  if (axes !== undefined && axes.length > 0) current = [...outer, ...axes];
  return outer;
}

export function restoreAxes(outer: AxisEnvironment): void {
  current = outer;
}

/** True if a program traced in one environment is that traced in the other. */
export const sameAxes = (a: AxisEnvironment, b: AxisEnvironment): boolean =>
  a === b ||
  (a.length === b.length &&
    a.every((x, i) => {
      const y = b[i]!;
      const sameMesh = x.mesh === y.mesh || (x.mesh !== undefined && y.mesh !== undefined && x.mesh.equals(y.mesh));
      return x.name === y.name && x.size === y.size && x.checked === y.checked && sameMesh;
    }));

/** @throws UnboundAxisError naming the axes that are bound */
export function boundAxis(user: string, name: string): NamedAxis {
  const found = current.findLast((axis) => axis.name === name);
  if (found !== undefined) return found;
  const known = current.length === 0 ? "none is bound here" : `bound here: ${current.map((a) => a.name).join(", ")}`;
  throw new UnboundAxisError(
    `${user}: unbound axis name: ${name} (${known}). Call it inside shardMap over a mesh with that axis, or inside vmap ` +
      "with that axisName.",
  );
}
