// All operations that the source declares, from the list that declaring keeps.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Graph, nestedGraphs } from "../../src/core/graph.ts";
import { type AnyOp, declaredOps } from "../../src/core/op.ts";
import { avalsOf, graphOf } from "./programs.ts";
import type { Row } from "./row.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** TypeScript files under a directory of the project. */
export function sources(directory: string): string[] {
  return readdirSync(join(root, directory), { withFileTypes: true }).flatMap((entry) => {
    const path = `${directory}/${entry.name}`;
    if (entry.isDirectory()) return sources(path);
    return entry.name.endsWith(".ts") ? [join(root, path)] : [];
  });
}

/** True if the operation of `row` holds graphs there. */
export function holdsGraphs(row: Row): boolean {
  const inside = (graph: Graph): boolean =>
    graph.equations.some((e) =>
      e.op === row.op ? nestedGraphs(e.params).length > 0 : nestedGraphs(e.params).some(inside),
    );
  return inside(graphOf(row.op.name, row.call, avalsOf(row.inputs)));
}

/** Operations by name, once the rooms that declare some are loaded. */
export async function allOperations(): Promise<readonly AnyOp[]> {
  const files = [...sources("src/ops"), ...sources("src/control"), join(root, "src/compile/call-exported.ts")];
  await Promise.all(files.map((f) => import(pathToFileURL(f).href)));
  return [...declaredOps()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
