// A map that forgets what was not used for longest.

export class BoundedCache<K, V> {
  private readonly entries = new Map<K, V>();
  private readonly capacity: number;
  private readonly evicted: (value: V) => void;

  constructor(capacity: number, evicted: (value: V) => void) {
    this.capacity = capacity;
    this.evicted = evicted;
  }

  get(key: K): V | undefined {
    const value = this.entries.get(key);
    if (value === undefined) return undefined;
    // Map keeps insertion order: what is used moves to the end.
    this.entries.delete(key);
    this.entries.set(key, value);
    return value;
  }

  set(key: K, value: V): void {
    const before = this.entries.get(key);
    if (before !== undefined) this.evicted(before);
    this.entries.delete(key);
    this.entries.set(key, value);
    if (this.entries.size > this.capacity) {
      const [oldest] = this.entries;
      this.entries.delete(oldest![0]);
      this.evicted(oldest![1]);
    }
  }

  get size(): number {
    return this.entries.size;
  }

  clear(): void {
    for (const value of this.entries.values()) this.evicted(value);
    this.entries.clear();
  }
}
