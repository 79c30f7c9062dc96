// What a program says of memories: which values lie in the host's, and how kinds are spelled.
import { type Attributes, attr } from "../../hlo/attributes.ts";
import type { MemorySpace } from "../core/aval.ts";
import { type Graph, memoize, nestedGraphs } from "../core/graph.ts";

/** The kind of memory that a value of each space lies in unless a sharding says another. */
export const memoryKinds: Readonly<Record<MemorySpace, string>> = { device: "device", host: "pinned_host" };

/** True if a value of the graph or of the graphs inside lies in the host's memory. */
export function usesHostMemory(graph: Graph): boolean {
  const isHost = (v: { readonly aval: { readonly memory: MemorySpace } }) => v.aval.memory === "host";
  return memoize(
    graph,
    "usesHostMemory",
    () =>
      graph.inputs.some(isHost) ||
      graph.equations.some((e) => e.results.some(isHost) || nestedGraphs(e.params).some(usesHostMemory)),
  );
}

/** Kinds of memory in a program's text; null where it says nothing. */
export interface Memories {
  /** Of arguments that the user placed. */
  readonly ins: readonly (string | null)[];
  /** Of results that the user placed: there the program itself puts them. */
  readonly outs: readonly (string | null)[];
  /** Of the other results. */
  readonly results: readonly string[];
}

/** The attribute of an argument or result. */
export const memoryAttribute = (kind: string | null | undefined): Attributes =>
  kind ? { "mhlo.memory_kind": attr.string(kind) } : {};
