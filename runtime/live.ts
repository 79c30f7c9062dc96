// Counts of device buffers that this process made and has not destroyed.

/** Buffers alive and their bytes (dense host size). */
export interface LiveBuffers {
  readonly count: number;
  readonly bytes: number;
}

const counters = new Set<LiveCounter>();

/** One client's count. */
export class LiveCounter implements LiveBuffers {
  count = 0;
  bytes = 0;

  constructor() {
    counters.add(this);
  }

  add(count: number, bytes: number): void {
    this.count += count;
    this.bytes += bytes;
  }

  remove(count: number, bytes: number): void {
    this.count -= count;
    this.bytes -= bytes;
  }

  /** Leaves the process's sum. */
  close(): void {
    counters.delete(this);
  }
}

/** Live buffers of all clients of this process. */
export function liveBuffers(): LiveBuffers {
  let count = 0;
  let bytes = 0;
  for (const counter of counters) {
    count += counter.count;
    bytes += counter.bytes;
  }
  return { count, bytes };
}
