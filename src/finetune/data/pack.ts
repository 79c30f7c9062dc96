// Packs several examples into one row, best fit decreasing.

import { DataError } from "../errors.ts";
import { type Pcg32, permutation } from "./pcg.ts";

/**
 * Groups examples (by index) into rows of at most `capacity` tokens: longest first, each into the fullest row that
 * still holds it. Examples of equal length are taken in random order.
 *
 * @throws DataError for a length above `capacity`
 */
export function packLengths(lengths: readonly number[], capacity: number, random: Pcg32): number[][] {
  const order = permutation(lengths.length, random).sort((a, b) => lengths[b]! - lengths[a]!);
  const rows: number[][] = [];
  const open: number[][] = Array.from({ length: capacity + 1 }, () => []); // open[space]: rows with that much left
  for (const example of order) {
    const length = lengths[example]!;
    if (length > capacity) {
      throw new DataError(`an example of ${length} tokens does not fit into a packed row of ${capacity}`);
    }
    let space = length;
    while (space <= capacity && open[space]!.length === 0) space++;
    const row = space <= capacity ? open[space]!.pop()! : rows.push([]) - 1;
    const left = Math.min(space, capacity) - length;
    rows[row]!.push(example);
    open[left]!.push(row);
  }
  return rows;
}
