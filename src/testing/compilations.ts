// How often functions were traced, lowered and compiled: what a test of caching asks.
import { counters } from "../compile/counters.ts";

/** How often each stage ran. */
export interface Compilations {
  /** Runs of user functions to record them, those of inner jits included. */
  readonly traces: number;
  /** Programs spelled as StableHLO; single operations outside any trace are programs too. */
  readonly lowerings: number;
  /** Programs that XLA compiled. */
  readonly compiles: number;
  /** Programs loaded from `config.compilationCacheDir` instead. */
  readonly loads: number;
}

/** Counts what `body` traces, lowers and compiles. As `jax.test_util`'s counters of cache misses. */
export function countCompilations(body: () => unknown): Compilations {
  const before = { ...counters };
  body();
  return {
    traces: counters.traces - before.traces,
    lowerings: counters.lowerings - before.lowerings,
    compiles: counters.compiles - before.compiles,
    loads: counters.loads - before.loads,
  };
}
