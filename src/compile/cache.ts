// A map that forgets what was not used for longest.

/** Kept by a `BoundedCache`; `used` is the tick of its last use. */
export interface Used {
  used: number;
}

let clock = 0;
/** The present, later than every tick before. */
export const tick = (): number => ++clock;

/**
 * At most `capacity()` values; one more drops the least recently used. A user that reaches a value without `get` sets
 * its `used` to `tick()`. Dropping looks at every value: cheap beside what it costs to make one.
 */
export class BoundedCache<K, V extends Used> {
  private readonly entries = new Map<K, V>();
  private readonly capacity: () => number;
  private readonly dropped: (value: V) => void;

  /** `dropped` gets every value that leaves, whatever the reason. */
  constructor(capacity: () => number, dropped: (value: V) => void) {
    this.capacity = capacity;
    this.dropped = dropped;
  }

  get(key: K): V | undefined {
    const value = this.entries.get(key);
    if (value !== undefined) value.used = tick();
    return value;
  }

  set(key: K, value: V): void {
    this.delete(key);
    value.used = tick();
    this.entries.set(key, value);
    while (this.entries.size > Math.max(1, this.capacity())) this.delete(this.oldest());
  }

  delete(key: K): void {
    const value = this.entries.get(key);
    if (value === undefined) return;
    this.entries.delete(key);
    this.dropped(value);
  }

  get size(): number {
    return this.entries.size;
  }

  clear(): void {
    for (const key of [...this.entries.keys()]) this.delete(key);
  }

  private oldest(): K {
    let oldest: K | undefined;
    let used = Number.POSITIVE_INFINITY;
    for (const [key, value] of this.entries)
      if (value.used < used) {
        oldest = key;
        used = value.used;
      }
    return oldest as K;
  }
}
