// Seeded choice of rows: the held-out split, and a share of a second data set mixed into training.

import { DataError } from "../errors.ts";
import { generator, permutation } from "./pcg.ts";

/**
 * Holds out `round(fraction · n)` rows chosen by `seed`, at least one when `fraction` > 0 and never all; both parts
 * keep the order of `rows`.
 *
 * @throws DataError when there are too few rows to hold one out
 */
export function splitRows<T>(rows: readonly T[], fraction: number, seed: number): { train: T[]; evaluation: T[] } {
  if (!(fraction >= 0 && fraction < 1)) {
    throw new DataError(`the held-out fraction must be at least 0 and below 1, got ${fraction}; set data.evalFraction`);
  }
  if (fraction === 0) return { train: [...rows], evaluation: [] };
  if (rows.length < 2) {
    throw new DataError(`cannot hold out a row of ${rows.length}; add rows or set data.evalFraction to 0`);
  }
  const count = Math.min(rows.length - 1, Math.max(1, Math.round(fraction * rows.length)));
  const heldOut = new Set(permutation(rows.length, generator(seed, "split")).subarray(0, count));
  return {
    train: rows.filter((_, index) => !heldOut.has(index)),
    evaluation: rows.filter((_, index) => heldOut.has(index)),
  };
}

/**
 * `round(fraction · trainRows)` rows of a second data set, chosen by `seed` without repetition, in their own order.
 * They join training only: the held-out rows stay those of the first data set.
 *
 * @throws DataError when the second data set has too few rows
 */
export function mixRows<T>(second: readonly T[], trainRows: number, fraction: number, seed: number): T[] {
  const count = Math.round(fraction * trainRows);
  if (count > second.length) {
    throw new DataError(
      `data.mix.fraction ${fraction} of ${trainRows} training rows needs ${count} rows, the mixed-in file has ` +
        `${second.length}; lower the fraction to ${Math.floor((second.length / trainRows) * 1000) / 1000} or less`,
    );
  }
  const chosen = permutation(second.length, generator(seed, "mix")).subarray(0, count).sort();
  return Array.from(chosen, (index) => second[index]!);
}
