// The mesh that a value lies on, as far as tracing knows: a part of what a trace depends on, as in JAX's types.
import type { Equation } from "../core/graph.ts";
import { Var } from "../core/graph.ts";
import { NamedSharding, type Sharding } from "../core/mesh.ts";
import { ShapeDtypeStruct } from "../core/struct.ts";
import { type Trace, Tracer } from "../core/trace.ts";
import { ArrayTensor } from "./array.ts";

const shapeOf = (s: Sharding | undefined): string | null => (s instanceof NamedSharding ? s.mesh.shapeKey : null);

/**
 * Axes and sizes of the mesh of a leaf; its devices and the spec do not count. A traced value lies on the mesh of what it
 * was computed from.
 */
export function meshOf(leaf: unknown): string | null {
  if (leaf instanceof ArrayTensor || leaf instanceof ShapeDtypeStruct) return shapeOf(leaf.sharding);
  if (leaf instanceof Tracer && leaf.atom instanceof Var) return meshesIn(leaf.trace).get(leaf.atom) ?? null;
  return null;
}

/** What has been looked at of a trace that is still being recorded. */
interface Progress {
  readonly meshes: Map<Var, string>;
  captures: number;
  equations: number;
}
const progress = new WeakMap<Trace, Progress>();

/** The variables of `trace` that lie on meshes. Each equation is looked at once. */
function meshesIn(trace: Trace): ReadonlyMap<Var, string> {
  let p = progress.get(trace);
  if (p === undefined) {
    p = { meshes: new Map(), captures: 0, equations: 0 };
    progress.set(trace, p);
    const { meshes, values } = trace.options;
    for (const [i, v] of trace.inputs.entries())
      note(p, v, meshes?.[i] ?? (values === undefined ? null : meshOf(values[i])));
  }
  if (trace.captures.size > p.captures) {
    let seen = 0;
    for (const [tensor, v] of trace.captures) if (seen++ >= p.captures) note(p, v, meshOf(tensor));
    p.captures = trace.captures.size;
  }
  for (; p.equations < trace.equations.length; p.equations++) {
    const e = trace.equations[p.equations]!;
    const mesh = meshOfEquation(e, p.meshes);
    for (const r of e.results) note(p, r, mesh);
  }
  return p.meshes;
}

function note(p: Progress, v: Var, mesh: string | null): void {
  if (mesh !== null) p.meshes.set(v, mesh);
}

function meshOfEquation({ operands, params }: Equation, known: ReadonlyMap<Var, string>): string | null {
  const { sharding } = (params ?? {}) as { sharding?: unknown };
  if (sharding instanceof NamedSharding) return sharding.mesh.shapeKey;
  for (const o of operands) {
    const mesh = o instanceof Var ? known.get(o) : undefined;
    if (mesh !== undefined) return mesh;
  }
  return null;
}
