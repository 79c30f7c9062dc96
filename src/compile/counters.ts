// What this process traced, lowered, compiled and loaded: counted always, told when config.logCompiles asks for it.
import { config } from "./config.ts";
import { log } from "./warn.ts";

export const counters = {
  /** Runs of a user's function to record it, those of inner jits included. */
  traces: 0,
  /** Graphs spelled as StableHLO; programs of single operations outside any trace included. */
  lowerings: 0,
  /** Programs that XLA compiled. */
  compiles: 0,
  /** Programs that came compiled from `config.compilationCacheDir`. */
  loads: 0,
};

export type Counted = keyof typeof counters;

const said: Readonly<Record<Counted, string>> = {
  traces: "traced",
  lowerings: "lowered",
  compiles: "compiled",
  loads: "loaded from the compilation cache:",
};

/** Counts and runs `body`; `name` is the jitted function's. A `body` that throws is counted, but not told as done. */
export function counted<R>(kind: Counted, name: string, body: () => R): R {
  counters[kind]++;
  if (!config.logCompiles) return body();
  const start = performance.now();
  const result = body();
  log(`${said[kind]} ${name} in ${((performance.now() - start) / 1000).toFixed(6)} s`);
  return result;
}
