// Donation: whose memory a call may take, and what it must refuse.
import { longAval } from "../core/aval.ts";
import { DonationError } from "../core/errors.ts";
import type { TreeDef } from "../core/tree.ts";
import type { ArrayTensor } from "./array.ts";
import { argumentPaths } from "./statics.ts";

export interface Donation {
  readonly name: string;
  /** Positions among the leaves, ascending. */
  readonly donated: readonly number[];
  /** Paths of all leaves. */
  readonly paths: () => readonly string[];
}

/** Refers to the structure alone: what keeps it keeps no graph. */
export const donationOf = (
  name: string,
  donated: readonly number[],
  def: TreeDef,
  staticArgnums: readonly number[],
): Donation => ({ name, donated, paths: () => argumentPaths(def, staticArgnums) });

let calls = 0;

/**
 * Refuses a call before any memory is taken.
 * Tensors that share the memory (devicePut to where it lies already) are deleted with it, as in JAX.
 * @throws DonationError if one buffer is donated twice, donated and also passed, or held by something else
 */
export function checkDonation({ name, donated, paths }: Donation, leaves: readonly ArrayTensor[]): void {
  if (donated.length === 0) return;
  const mark = ++calls;
  for (const i of donated) {
    const { storage } = leaves[i]!;
    if (storage.mark === mark)
      throw new DonationError(
        `${name}: ${paths()[i]} is donated twice in one call. Pass a copy, or donate one of them.`,
      );
    if (storage.holders > storage.tensors)
      throw new DonationError(
        `${name}: ${paths()[i]} (${longAval(leaves[i]!.aval)}) is donated, but something else holds it: a compiled program ` +
          "that closed over it, a read that has not ended, or a function returned by vjp or linearize. Dispose of that first, " +
          "or do not donate.",
      );
    storage.mark = mark;
  }
  let next = 0;
  leaves.forEach((leaf, i) => {
    if (donated[next] === i) next++;
    else if (leaf.storage.mark === mark)
      throw new DonationError(
        `${name}: ${paths()[i]} is also donated in the same call. Pass a copy, or do not donate it.`,
      );
  });
}

/** The leaves, counted after `first` inputs, whose memory the program takes. */
export function takenLeaves(
  donated: readonly boolean[],
  built: { readonly kept: readonly boolean[]; readonly unusable: readonly number[] },
  first: number,
): number[] {
  return donated.flatMap((d, i) => (d && built.kept[i] && !built.unusable.includes(i) ? [i - first] : []));
}
