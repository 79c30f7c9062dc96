// fast-check arbitraries for meshes of this process's devices, and for partition specs that fit a shape.
import type fastCheck from "fast-check";
import type { Arbitrary } from "fast-check";
import { type Device, type Mesh, P, type PartitionSpec, type SpecEntry } from "../lib/mesh.ts";
import { makeMesh } from "../lib/sharding.ts";

export interface MeshOptions {
  /** At most this many axes; 3 by default. */
  readonly maxAxes?: number;
  /** The devices to choose from, in order. */
  readonly devices: readonly Device[];
}

const names = ["x", "y", "z", "u", "v", "w"];

/** Meshes of one axis or more over the first devices; shrinks to one axis of one device. */
export function meshes(fc: typeof fastCheck, { devices, maxAxes = 3 }: MeshOptions): Arbitrary<Mesh> {
  return fc
    .array(fc.integer({ min: 1, max: devices.length }), { minLength: 1, maxLength: Math.min(maxAxes, names.length) })
    .map((wanted) => {
      let left = devices.length;
      const sizes = wanted.map((n) => {
        const size = Math.min(n, left);
        left = Math.floor(left / size);
        return size;
      });
      return makeMesh(sizes, names.slice(0, sizes.length), { devices });
    });
}

/**
 * Specs that split each dimension of `shape` evenly: every mesh axis goes to one dimension or to none, several may share
 * a dimension. Shrinks to replication.
 */
export function partitionSpecs(fc: typeof fastCheck, mesh: Mesh, shape: readonly number[]): Arbitrary<PartitionSpec> {
  const places = mesh.axisNames.map(() => fc.integer({ min: 0, max: shape.length }));
  return fc.tuple(...places).map((chosen) => {
    const entries: string[][] = shape.map(() => []);
    const pieces = shape.map(() => 1);
    chosen.forEach((place, i) => {
      const d = place - 1;
      if (d < 0) return;
      const n = pieces[d]! * mesh.axisSizes[i]!;
      if (shape[d]! % n !== 0) return;
      pieces[d] = n;
      entries[d]!.push(mesh.axisNames[i]!);
    });
    return P(...entries.map((e): SpecEntry => (e.length === 0 ? null : e.length === 1 ? e[0]! : e)));
  });
}
