// Where the compiler put results that nobody placed.
import type { LoadedExecutable } from "../../runtime/index.ts";
import { JortsError } from "../core/errors.ts";
import { type Mesh, NamedSharding, P, type SpecEntry } from "../core/mesh.ts";

/** Shardings of all results over `mesh`. */
export function outputShardings(
  executable: LoadedExecutable,
  mesh: Mesh,
  shapes: readonly (readonly number[])[],
): NamedSharding[] {
  const local = executable.outputs();
  return shapes.map((shape, i) => new NamedSharding(mesh, P(...entries(mesh, shape, local[i]!.dims, i))));
}

/** The mesh axes whose sizes explain how many pieces each dimension was cut into. */
function entries(mesh: Mesh, shape: readonly number[], local: readonly number[], output: number): SpecEntry[] {
  const free = new Set(mesh.axisNames);
  return shape.map((size, d): SpecEntry => {
    const pieces = Math.ceil(size / local[d]!);
    if (pieces === 1) return null;
    const chosen: string[] = [];
    let rest = pieces;
    for (const axis of mesh.axisNames) {
      const n = mesh.size(axis);
      if (n > 1 && free.has(axis) && rest % n === 0) {
        chosen.push(axis);
        free.delete(axis);
        rest /= n;
      }
    }
    if (rest !== 1)
      throw new JortsError(`internal: result ${output} is cut into ${pieces} pieces along dimension ${d} of ${mesh}`);
    return chosen.length === 1 ? chosen[0]! : chosen;
  });
}
