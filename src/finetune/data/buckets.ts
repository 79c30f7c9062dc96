// Chooses the few sizes that values are padded up to, so that few program shapes compile.

/**
 * The padded sizes for `values`: ascending multiples of `multiple`, at most `count` of them, the last one covering
 * the maximum and none above `limit`. Minimises the sum of padded sizes (exact dynamic program over the histogram)
 * and stops adding sizes when the best `count` would save less than `tolerance` of that sum.
 *
 * @param limit a size that no bucket exceeds; it need not be a multiple
 */
export function chooseBuckets(
  values: readonly number[],
  { count, multiple, limit, tolerance }: { count: number; multiple: number; limit: number; tolerance: number },
): number[] {
  const histogram = new Map<number, number>();
  for (const value of values) {
    const size = Math.min(limit, Math.max(1, Math.ceil(value / multiple)) * multiple);
    histogram.set(size, (histogram.get(size) ?? 0) + 1);
  }
  const sizes = [...histogram.keys()].sort((a, b) => a - b);
  const below = [0]; // below[i]: number of values among the first i sizes
  for (const size of sizes) below.push(below.at(-1)! + histogram.get(size)!);

  // cost[i] = least padded sum of the first i sizes with k buckets; choice[k][i] = where the last bucket begins
  let cost = sizes.map(() => Infinity);
  cost.unshift(0);
  const totals: number[] = [];
  const choices: number[][] = [];
  for (let k = 1; k <= Math.min(count, sizes.length); k++) {
    const next = new Array<number>(sizes.length + 1).fill(Infinity);
    const choice = new Array<number>(sizes.length + 1).fill(0);
    for (let end = k; end <= sizes.length; end++) {
      for (let begin = k - 1; begin < end; begin++) {
        const sum = cost[begin]! + sizes[end - 1]! * (below[end]! - below[begin]!);
        if (sum < next[end]!) {
          next[end] = sum;
          choice[end] = begin;
        }
      }
    }
    cost = next;
    choices.push(choice);
    totals.push(next[sizes.length]!);
  }
  const best = totals.at(-1);
  if (best === undefined) return [];
  const used = totals.findIndex((total) => total <= best * (1 + tolerance)) + 1;
  const buckets: number[] = [];
  for (let k = used, end = sizes.length; k > 0; k--) {
    buckets.unshift(sizes[end - 1]!);
    end = choices[k - 1]![end]!;
  }
  return buckets;
}

/** The smallest bucket that holds `value`, or `undefined`. */
export function bucketFor(value: number, buckets: readonly number[]): number | undefined {
  return buckets.find((bucket) => bucket >= value);
}
