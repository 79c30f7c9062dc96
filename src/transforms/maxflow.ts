// Maximum flow by Dinic's algorithm, for minimum cuts.

interface Edge {
  readonly to: number;
  capacity: number;
  /** Index of the opposite edge. */
  readonly back: number;
}

export class FlowNetwork {
  private readonly edges: Edge[] = [];
  private readonly from: number[][] = [];

  node(): number {
    return this.from.push([]) - 1;
  }

  edge(a: number, b: number, capacity: number): void {
    const forward = this.edges.push({ to: b, capacity, back: this.edges.length + 1 }) - 1;
    const backward = this.edges.push({ to: a, capacity: 0, back: forward }) - 1;
    this.from[a]!.push(forward);
    this.from[b]!.push(backward);
  }

  /** After saturating: the nodes from which the sink can still be reached; the cut runs into them. */
  sinkSide(source: number, sink: number): boolean[] {
    for (let level = this.levels(source, sink); level !== undefined; level = this.levels(source, sink)) {
      const next = new Array<number>(this.from.length).fill(0);
      while (this.augment(source, sink, Number.POSITIVE_INFINITY, level, next) > 0);
    }
    const reaches = new Array<boolean>(this.from.length).fill(false);
    const pending = [sink];
    reaches[sink] = true;
    for (let n = pending.pop(); n !== undefined; n = pending.pop())
      for (const i of this.from[n]!) {
        const opposite = this.edges[this.edges[i]!.back]!;
        const before = this.edges[i]!.to;
        if (opposite.capacity > 0 && !reaches[before]) {
          reaches[before] = true;
          pending.push(before);
        }
      }
    return reaches;
  }

  private levels(source: number, sink: number): number[] | undefined {
    const level = new Array<number>(this.from.length).fill(-1);
    level[source] = 0;
    const queue = [source];
    for (let head = 0; head < queue.length; head++)
      for (const i of this.from[queue[head]!]!) {
        const e = this.edges[i]!;
        if (e.capacity > 0 && level[e.to]! < 0) {
          level[e.to] = level[queue[head]!]! + 1;
          queue.push(e.to);
        }
      }
    return level[sink]! < 0 ? undefined : level;
  }

  private augment(node: number, sink: number, limit: number, level: readonly number[], next: number[]): number {
    if (node === sink) return limit;
    const out = this.from[node]!;
    for (; next[node]! < out.length; next[node]!++) {
      const e = this.edges[out[next[node]!]!]!;
      if (e.capacity <= 0 || level[e.to] !== level[node]! + 1) continue;
      const pushed = this.augment(e.to, sink, Math.min(limit, e.capacity), level, next);
      if (pushed > 0) {
        e.capacity -= pushed;
        this.edges[e.back]!.capacity += pushed;
        return pushed;
      }
    }
    return 0;
  }
}
