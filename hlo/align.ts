// Longest common subsequences: Myers's greedy O((n + m)·d) algorithm, with a bound on d.
// E. Myers, "An O(ND) Difference Algorithm and Its Variations", Algorithmica 1 (1986).

export interface Alignment {
  /** Pairs of equal elements, ascending in both sequences. */
  readonly pairs: readonly (readonly [number, number])[];
  /** The sequences differ so much that a shortest edit was not looked for. */
  readonly bounded: boolean;
}

/**
 * A search from one corner of the grid: `reached[d][k + d]` is the furthest x on diagonal k = x − y after d edits, or −1.
 */
class Search {
  readonly #reached: Int32Array[] = [];
  readonly #n: number;
  readonly #m: number;

  constructor(n: number, m: number) {
    this.#n = n;
    this.#m = m;
  }

  #at(d: number, k: number): number {
    return d < 0 || Math.abs(k) > d ? -1 : this.#reached[d]![k + d]!;
  }

  /** Where d edits enter diagonal k: by leaving out an element of the first sequence, or one of the second. */
  #entry(d: number, k: number): { x: number; down: boolean } {
    if (d === 0) return { x: 0, down: false };
    const left = this.#at(d - 1, k - 1);
    const above = this.#at(d - 1, k + 1);
    const right = left >= 0 && left < this.#n ? left + 1 : -1;
    const down = above >= 0 && above - k <= this.#m ? above : -1;
    return down >= right ? { x: down, down: true } : { x: right, down: false };
  }

  /** Runs until the end or until `bound` edits; the diagonal and x of the end, or of the path that came furthest. */
  run(same: (x: number, y: number) => boolean, bound: number): { k: number; x: number; done: boolean } {
    for (let d = 0; ; d++) {
      const row = new Int32Array(2 * d + 1).fill(-1);
      let best = { k: 0, x: -1 };
      for (let k = -d; k <= d; k += 2) {
        let { x } = this.#entry(d, k);
        if (x < 0) continue;
        while (x < this.#n && x - k < this.#m && same(x, x - k)) x++;
        row[k + d] = x;
        if (best.x < 0 || 2 * x - k > 2 * best.x - best.k) best = { k, x };
      }
      this.#reached.push(row);
      const done = best.x >= this.#n && best.x - best.k >= this.#m;
      if (done || d === bound) return { ...best, done };
    }
  }

  /** The pairs of equal elements on the path to diagonal `k`, last first. */
  path(end: number, push: (x: number, y: number) => void): void {
    let k = end;
    for (let d = this.#reached.length - 1; d >= 0; d--) {
      const entry = this.#entry(d, k);
      for (let x = this.#at(d, k); x > entry.x; x--) push(x - 1, x - 1 - k);
      k += entry.down ? 1 : -1;
    }
  }
}

/**
 * Aligns two sequences of numbers. Equal ends are trimmed first, so equal programs cost their length. After `bound` edits
 * the search settles for the path that came furthest and starts anew from there: the time stays below a multiple of
 * (n + m)·bound, and the alignment may be shorter than the longest.
 */
export function align(a: ArrayLike<number>, b: ArrayLike<number>, bound = 1000): Alignment {
  const pairs: [number, number][] = [];
  let x0 = 0;
  while (x0 < a.length && x0 < b.length && a[x0] === b[x0]) pairs.push([x0, x0++]);
  let y0 = x0;
  let [endA, endB] = [a.length, b.length];
  while (endA > x0 && endB > y0 && a[endA - 1] === b[endB - 1]) {
    endA--;
    endB--;
  }
  let bounded = false;
  while (x0 < endA && y0 < endB) {
    const search = new Search(endA - x0, endB - y0);
    const [fromX, fromY] = [x0, y0];
    const { k, x, done } = search.run((i, j) => a[fromX + i] === b[fromY + j], Math.max(1, bound));
    const run: [number, number][] = [];
    search.path(k, (i, j) => run.push([fromX + i, fromY + j]));
    pairs.push(...run.reverse());
    if (done) break;
    bounded = true;
    x0 += x;
    y0 += x - k;
  }
  for (let i = 0; endA + i < a.length; i++) pairs.push([endA + i, endB + i]);
  return { pairs, bounded };
}
