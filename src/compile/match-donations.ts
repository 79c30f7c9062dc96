// Which result takes the memory of which donated input.
import type { Aval } from "../core/aval.ts";
import type { Graph } from "../core/graph.ts";
import type { Signature } from "./lower.ts";
import { memoryKinds } from "./memories.ts";

export interface DonationMatch {
  /** For an input, the result that surely lies as it does. */
  readonly aliases: ReadonlyMap<number, number>;
  /** Inputs whose result the compiler chooses, because it places the result. */
  readonly donors: ReadonlySet<number>;
  /** Inputs that no result can use. */
  readonly unusable: readonly number[];
}

/** Gives each donated input among `indices` the first free result of its shape, dtype and placement, as JAX does. */
export function matchDonations(graph: Graph, s: Signature, indices: readonly number[]): DonationMatch {
  const free = graph.outputs.map((o, i) => ({ aval: o.aval, index: i, taken: false }));
  const aliases = new Map<number, number>();
  const donors = new Set<number>();
  const unusable: number[] = [];
  const kindOf = (side: "ins" | "outs", i: number, a: Aval) => s.memories?.[side][i] ?? memoryKinds[a.memory];
  for (const i of indices) {
    if (!s.donated[i]) continue;
    const a = graph.inputs[i]!.aval;
    const fits = (o: { aval: Aval; taken: boolean; index: number }) =>
      !o.taken &&
      o.aval.dtype === a.dtype &&
      o.aval.shape.join() === a.shape.join() &&
      kindOf("ins", i, a) === kindOf("outs", o.index, o.aval);
    const candidates = free.filter(fits);
    const exact = candidates.find((o) => {
      const [from, to] = [s.inShardings[i], s.outShardings[o.index]];
      return s.partitions === 1 || (from && to && from.equals(to));
    });
    const undecided = candidates.find((o) => !s.outShardings[o.index]);
    if (exact) {
      exact.taken = true;
      aliases.set(i, exact.index);
    } else if (undecided) {
      undecided.taken = true;
      donors.add(i);
    } else unusable.push(i);
  }
  return { aliases, donors, unusable };
}
