// Graph → StableHLO module: what its arguments and results are said to be, and what memory is donated.
import type { Attribute, Attributes } from "../../hlo/attributes.ts";
import { attr } from "../../hlo/attributes.ts";
import type { Module } from "../../hlo/module.ts";
import type { Graph } from "../core/graph.ts";
import type { HostCallback } from "../core/host-callback.ts";
import type { NamedSharding } from "../core/mesh.ts";
import { dce } from "../transforms/dce.ts";
import { matchDonations } from "./match-donations.ts";
import { type Memories, memoryAttribute } from "./memories.ts";
import { ModuleContext } from "./module-context.ts";

export interface Signature {
  readonly name: string;
  readonly platform: string;
  readonly partitions: number;
  /** For each input, where its pieces lie; null leaves it to the compiler (or to one device). */
  readonly inShardings: readonly (NamedSharding | null)[];
  readonly outShardings: readonly (NamedSharding | null)[];
  /** Absent or null for a program that knows but the devices' own memory. */
  readonly memories?: Memories | null;
  /** Inputs whose memory the results may take. */
  readonly donated: readonly boolean[];
  /** Paths of the results in the user's tree. */
  readonly resultInfo?: readonly string[];
  /** Keeps inputs that nothing uses. */
  readonly keepUnused: boolean;
  /** Stamps operations with the user's source lines. */
  readonly locations: boolean;
}

export interface LoweredModule {
  readonly module: Module;
  /** Which inputs the module still takes. */
  readonly kept: readonly boolean[];
  /** For each input, the result that takes its memory, if that was decided here. */
  readonly aliases: ReadonlyMap<number, number>;
  /** Donated inputs that no result can use. */
  readonly unusable: readonly number[];
  /** What the program calls on the host. */
  readonly hostCallbacks: readonly HostCallback[];
}

export function lowerGraph(graph: Graph, s: Signature): LoweredModule {
  const live = dce(graph, s.keepUnused ? {} : { keepFrom: graph.inputs.length });
  const indices = graph.inputs.map((_, i) => i).filter((i) => live.kept[i]);
  const context = new ModuleContext({ ...s, namesMemories: (s.memories ?? null) !== null });
  const { aliases, donors, unusable } = matchDonations(graph, s, indices);
  const argAttributes = indices.map((i): Attributes => {
    const out: Record<string, Attribute> = { ...memoryAttribute(s.memories?.ins[i]) };
    const sharding = s.inShardings[i];
    if (sharding) out["sdy.sharding"] = context.sharding(sharding, graph.inputs[i]!.aval);
    const alias = aliases.get(i);
    if (alias !== undefined) out["tf.aliasing_output"] = attr.i32(alias);
    else if (donors.has(i)) out["jax.buffer_donor"] = attr.bool(true);
    return out;
  });
  const resultAttributes = live.graph.outputs.map((o, i): Attributes => {
    const out: Record<string, Attribute> = {
      "jax.result_info": attr.string(s.resultInfo?.[i] ?? "result"),
      ...memoryAttribute(s.memories?.outs[i] ?? s.memories?.results[i]),
    };
    const sharding = s.outShardings[i];
    if (sharding) out["sdy.sharding"] = context.sharding(sharding, o.aval);
    return out;
  });
  context.main(live.graph, argAttributes, resultAttributes, s.memories?.outs ?? []);
  return { module: context.module, kept: live.kept, aliases, unusable, hostCallbacks: [...context.hostCallbacks] };
}
